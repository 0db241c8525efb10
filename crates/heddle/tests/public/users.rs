//! Users.

use serde_json::json;

use crate::support::{Engine, Server, World};

on_each_engine! {
    async fn people_are_listed_and_read(server: &Server) {
        let w = World::new(server).await;
        let me = w.member.get("/api/v1/public/users/me").await;
        assert_eq!(me.bare(200)["id"], json!(w.member_id));
        assert_eq!(me.body["organization"], json!({"id": w.workspace, "name": "Acme", "slug": w.slug}));
        assert_eq!((&me.body["type"], &me.body["is_pending"], &me.body["is_deactivated"]), (&json!("USER"), &json!(false), &json!(false)));
        let all = w.stranger.get("/api/v1/public/users").await;
        let ids: Vec<_> = all.bare(200)["data"].as_array().unwrap().iter().map(|user| user["id"].clone()).collect();
        assert_eq!(ids.len(), 5);
        assert!(!ids.contains(&json!(w.agent_id)));
        let one = w.stranger.get(&format!("/api/v1/public/users/{}", w.member_id)).await;
        assert!(one.bare(200).get("organization").is_none() && one.body.get("email").is_none());
        // Somebody who is known by name only.
        let known = w.owner.post("/v1/actors", json!({"type": "human", "name": "Ada"})).await.id(201);
        assert_eq!(w.member.get(&format!("/api/v1/public/users/{known}")).await.bare(200)["is_pending"], true);
    }

    async fn people_refuse(server: &Server) {
        let w = World::new(server).await;
        for id in [w.agent_id.as_str(), "nobody", "0190b3c0-0000-7000-8000-000000000000"] {
            w.member.get(&format!("/api/v1/public/users/{id}")).await.declined(404, "user_not_found");
        }
        w.other.get(&format!("/api/v1/public/users/{}", w.member_id)).await.declined(404, "user_not_found");
        for path in ["users", "users/me", "users/x"] {
            w.anonymous.get(&format!("/api/v1/public/{path}")).await.declined(401, "unauthorized");
        }
        w.member.get("/api/v1/public/users?limit=0").await.declined_field("limit");
        w.member.get("/api/v1/public/nothing").await.declined(404, "not_found");
    }
}
