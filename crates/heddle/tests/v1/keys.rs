use serde_json::json;

use crate::{
    on_each_engine,
    support::{Client, Engine, Server, World},
};

on_each_engine! {
    async fn a_key_is_shown_once_and_lets_in_until_it_is_revoked(server: &Server) {
        let world = World::new(server).await;
        let made = world.member.post("/v1/keys", json!({"name": " import ", "expires_at": "2099-01-01T00:00:00Z"})).await;
        let (id, key) = (made.id(201), made.data(201)["key"].as_str().unwrap().to_owned());
        assert_eq!(made.data(201)["name"], "import");
        let bearer = Client::new(&server.url, Some(&key));
        assert_eq!(bearer.get("/v1/session").await.data(200)["actor_id"], world.member_id);
        let listed = world.member.get("/v1/keys").await;
        assert_eq!(listed.body["meta"]["total"], 2);
        assert_eq!(listed.data(200)[0]["id"], id);
        assert_eq!(listed.data(200)[0]["expires_at"], "2099-01-01T00:00:00.000000Z");
        assert!(!listed.text.contains(&key));
        world.member.delete(&format!("/v1/keys/{id}")).await.data(200);
        bearer.get("/v1/session").await.refused(401, "unauthorized");
        // Again it is what it was, and nothing new is told.
        world.member.delete(&format!("/v1/keys/{id}")).await.data(200);
        let told = world.owner.get(&format!("/v1/audit?subject_id={id}")).await;
        let verbs: Vec<_> = told.data(200).as_array().unwrap().iter().map(|entry| entry["verb"].clone()).collect();
        assert_eq!(verbs, ["key.revoked", "key.created"]);
        assert!(!told.text.contains(&key));
    }

    async fn keys_are_guarded(server: &Server) {
        let world = World::new(server).await;
        let id = world.member.post("/v1/keys", json!({"name": "mine"})).await.id(201);
        world.member.post("/v1/keys", json!({"name": " "})).await.invalid("name");
        world.member.post("/v1/keys", json!({"name": "a", "expires_at": "2020-01-01T00:00:00Z"})).await.invalid("expires_at");
        world.stranger.delete(&format!("/v1/keys/{id}")).await.refused(404, "key_not_found");
        world.other.delete(&format!("/v1/keys/{id}")).await.refused(404, "key_not_found");
        world.stranger.get("/v1/keys?all=true").await.refused(403, "forbidden");
        assert_eq!(world.stranger.get("/v1/keys").await.body["meta"]["total"], 1);
        // The keys of the five people, and the one just made.
        assert_eq!(world.owner.get("/v1/keys?all=true").await.body["meta"]["total"], 6);
        assert_eq!(world.owner.delete(&format!("/v1/keys/{id}")).await.data(200)["user"]["name"], "member");
    }
}
