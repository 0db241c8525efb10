use identity::workspaces::{self, WorkspaceRole};
use reqwest::Method;
use serde_json::json;

use crate::{
    on_each_engine,
    support::{Browser, Client, Engine, Live, Server, World},
};

async fn user_of(world: &World, name: &str) -> String {
    let found = world.owner.get(&format!("/v1/members?q={name}@")).await;
    found.data(200)[0]["user_id"].as_str().unwrap().to_owned()
}

on_each_engine! {
    async fn members_are_listed_and_given_roles(server: &Server) {
        let world = World::new(server).await;
        let all = world.stranger.get("/v1/members?state=active").await;
        assert_eq!(all.body["meta"]["total"], 5);
        assert_eq!((&all.data(200)[0]["role"], &all.data(200)[0]["state"]), (&json!("owner"), &json!("active")));
        assert!(all.data(200)[0]["last_seen_at"].is_string());
        assert_eq!(world.owner.get("/v1/members?q=%25").await.body["meta"]["total"], 0);
        let (member, owner) = (user_of(&world, "member").await, user_of(&world, "owner").await);
        let role = async |client: &Client, user: &str, role: &str| client.patch(&format!("/v1/members/{user}"), json!({"role": role})).await;
        role(&world.member, &member, "admin").await.refused(403, "forbidden");
        assert_eq!(role(&world.owner, &member, "admin").await.data(200)["role"], "admin");
        // It counts at once.
        role(&world.member, &owner, "member").await.refused(403, "forbidden");
        role(&world.member, &member, "owner").await.refused(403, "forbidden");
        role(&world.owner, &owner, "member").await.refused(409, "last_owner");
        role(&world.owner, &owner, "boss").await.invalid("role");
        role(&world.owner, &world.space, "member").await.refused(404, "member_not_found");
        role(&world.owner, &member, "owner").await.data(200);
        role(&world.member, &owner, "member").await.data(200);
        world.owner.get("/v1/audit").await.refused(403, "forbidden");
        let told = world.member.get("/v1/audit?verb=member.role_changed").await;
        assert_eq!(told.data(200)[0]["data"]["before"], "owner");
    }

    async fn a_deactivated_member_is_out_at_once_and_comes_back(server: &Server) {
        let world = World::new(server).await;
        let email = format!("member@{}.example", world.slug);
        Browser::set_password(server, &email, "a password of the tests").await;
        let browser = Browser::sign_in(server, &email, "a password of the tests").await;
        let mut live = Live::open(&world.member, "", None).await;
        world.case("Before").await;
        live.until("case.created").await;
        let (member, owner) = (user_of(&world, "member").await, user_of(&world, "owner").await);
        world.admin.delete(&format!("/v1/members/{member}")).await.refused(403, "forbidden");
        world.owner.delete(&format!("/v1/members/{owner}")).await.refused(409, "own_membership");
        assert_eq!(world.owner.delete(&format!("/v1/members/{member}")).await.data(200)["state"], "deactivated");
        world.member.get("/v1/session").await.refused(401, "unauthorized");
        browser.get("/v1/session").await.refused(401, "unauthorized");
        assert!(live.ends().await, "the live stream ends");
        let body = json!({"email": email, "password": "a password of the tests"});
        world.anonymous.post("/v1/session", body.clone()).await.refused(403, "no_workspace");
        let case = json!({"space_id": world.space, "title": "After", "assigned_actor_id": world.member_id});
        world.owner.post("/v1/cases", case.clone()).await.invalid("assigned_actor_id");
        let public = world.owner.get(&format!("/api/v1/public/users/{}", world.member_id)).await;
        assert_eq!(public.bare(200)["is_deactivated"], true);
        assert_eq!(world.owner.get("/v1/members?state=deactivated").await.body["meta"]["total"], 1);
        world.owner.post(&format!("/v1/members/{member}/reactivate"), json!({})).await.data(200);
        // The key stays revoked, the password is good again.
        world.member.get("/v1/session").await.refused(401, "unauthorized");
        Browser::sign_in(server, &email, "a password of the tests").await;
        world.owner.post("/v1/cases", case).await.data(201);
    }

    async fn two_owners_who_take_each_other_out_leave_one(server: &Server) {
        let world = World::new(server).await;
        let second = format!("second@{}.example", world.slug);
        let (user, _) = workspaces::add_user(&server.store, world.workspace, &second, None, WorkspaceRole::Owner).await.unwrap();
        let client = Client::new(&server.url, Some(&World::key(server, world.workspace, user.id).await));
        let first = user_of(&world, "owner").await;
        let (one, two) = (format!("/v1/members/{}", user.id), format!("/v1/members/{first}"));
        let (a, b) = tokio::join!(world.owner.delete(&one), client.delete(&two));
        let done = [&a, &b].iter().filter(|answer| answer.status == 200).count();
        assert_eq!(done, 1, "{} {}", a.text, b.text);
        let left = if a.status == 200 { &world.owner } else { &client };
        let owners = left.get("/v1/members?state=active").await;
        assert_eq!(owners.data(200).as_array().unwrap().iter().filter(|member| member["role"] == "owner").count(), 1);
    }

    async fn what_concerns_access_is_told_to_admins_and_to_the_one_only(server: &Server) {
        let world = World::new(server).await;
        let mut owner = Live::open(&world.owner, "", None).await;
        let mut member = Live::open(&world.member, "", None).await;
        let mut stranger = Live::open(&world.stranger, "", None).await;
        world.member.post("/v1/keys", json!({"name": "quiet"})).await.data(201);
        world.member.send(world.member.request(Method::POST, "/v1/spaces").json(&json!({"name": "x"}))).await.data(201);
        world.owner.post("/v1/actors", json!({"type": "human", "name": "Marker"})).await.data(201);
        owner.until("key.created").await;
        member.until("key.created").await;
        assert_eq!(stranger.next().await.1, "actor.created");
    }
}
