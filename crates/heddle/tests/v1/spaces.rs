use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn a_space_is_made_changed_and_listed(server: &Server) {
        let world = World::new(server).await;
        let id = world.member.post("/v1/spaces", json!({"name": "  Claims ", "description": "All claims"})).await.id(201);
        let space = world.member.get(&format!("/v1/spaces/{id}")).await;
        assert_eq!(space.data(200)["name"], "Claims");
        assert_eq!(space.data(200)["kind"], "custom");
        let changed = world.member.patch(&format!("/v1/spaces/{id}"), json!({"description": null})).await;
        assert_eq!((&changed.data(200)["name"], &changed.data(200)["description"]), (&json!("Claims"), &json!(null)));
        // General, private, the shared one and the new one; the owner does not see the new one.
        assert_eq!(world.member.get("/v1/spaces").await.body["meta"]["total"], 4);
        world.owner.get(&format!("/v1/spaces/{id}")).await.refused(404, "space_not_found");
        let second = world.member.get("/v1/spaces?page=2&per_page=3").await;
        assert_eq!(second.data(200).as_array().unwrap().len(), 1);
        assert_eq!(second.body["meta"]["page"], 2);
    }

    async fn a_space_refuses_what_breaks_its_rules(server: &Server) {
        let world = World::new(server).await;
        world.member.post("/v1/spaces", json!({"name": "   "})).await.invalid("name");
        world.member.post("/v1/spaces", json!({"name": "x".repeat(201)})).await.invalid("name");
        world.member.post("/v1/spaces", json!({"nome": "x"})).await.invalid("nome");
        world.member.post("/v1/spaces", json!({})).await.invalid("name");
        let path = format!("/v1/spaces/{}", world.space);
        world.member.patch(&path, json!({"name": "Mine"})).await.refused(403, "forbidden");
        world.stranger.patch(&path, json!({"name": "Mine"})).await.refused(404, "space_not_found");
        world.other.get(&path).await.refused(404, "space_not_found");
        world.admin.patch(&path, json!({"name": null})).await.invalid("name");
        world.member.get("/v1/spaces?per_page=201").await.invalid("per_page");
        world.member.get("/v1/spaces?page=0").await.invalid("page");
        world.member.get("/v1/spaces?page=x").await.invalid("page");
        assert_eq!(world.owner.get(&path).await.data(200)["name"], "Permits");
    }

    async fn members_come_with_a_role_that_can_change(server: &Server) {
        let world = World::new(server).await;
        let path = format!("/v1/spaces/{}/members", world.space);
        let added = world.admin.post(&path, json!({"actor_id": world.stranger_id, "role": "observer"})).await;
        assert_eq!(added.data(201)["actor_type"], "human");
        let raised = world.admin.post(&path, json!({"actor_id": world.stranger_id, "role": "member"})).await;
        assert_eq!(raised.data(201)["role"], "member");
        let members = world.observer.get(&path).await;
        assert_eq!(members.body["meta"]["total"], 6);
        assert_eq!(members.data(200)[0]["role"], "owner");
    }

    async fn membership_is_guarded(server: &Server) {
        let world = World::new(server).await;
        let path = format!("/v1/spaces/{}/members", world.space);
        let body = json!({"actor_id": world.stranger_id, "role": "member"});
        world.member.post(&path, body.clone()).await.refused(403, "forbidden");
        world.stranger.post(&path, body.clone()).await.refused(404, "space_not_found");
        world.stranger.get(&path).await.refused(404, "space_not_found");
        world.admin.post(&path, json!({"actor_id": world.stranger_id, "role": "owner"})).await.refused(403, "forbidden");
        world.admin.post(&path, json!({"actor_id": world.owner_id, "role": "member"})).await.refused(403, "forbidden");
        world.owner.post(&path, json!({"actor_id": world.owner_id, "role": "member"})).await.refused(409, "last_owner");
        world.owner.post(&path, json!({"actor_id": world.space, "role": "member"})).await.invalid("actor_id");
        world.owner.post(&path, json!({"actor_id": world.stranger_id, "role": "boss"})).await.invalid("role");
        assert_eq!(world.owner.get(&path).await.body["meta"]["total"], 5);
    }

    async fn a_private_space_has_one_person_and_any_agents(server: &Server) {
        let world = World::new(server).await;
        let spaces = world.member.get("/v1/spaces").await;
        let private = spaces.data(200).as_array().unwrap().iter().find(|space| space["kind"] == "private").unwrap()["id"].clone();
        let path = format!("/v1/spaces/{}/members", private.as_str().unwrap());
        world.owner.get(&path).await.refused(404, "space_not_found");
        world.member.post(&path, json!({"actor_id": world.stranger_id, "role": "member"})).await.refused(409, "private_space");
        world.member.post(&path, json!({"actor_id": world.agent_id, "role": "member"})).await.data(201);
    }

    async fn members_are_taken_out(server: &Server) {
        let world = World::new(server).await;
        let one = |actor: &str| format!("/v1/spaces/{}/members/{actor}", world.space);
        world.member.delete(&one(&world.observer_id)).await.refused(403, "forbidden");
        world.stranger.delete(&one(&world.observer_id)).await.refused(404, "space_not_found");
        world.admin.delete(&one(&world.owner_id)).await.refused(403, "forbidden");
        world.owner.delete(&one(&world.owner_id)).await.refused(409, "last_owner");
        world.owner.delete(&one(&world.stranger_id)).await.refused(404, "actor_not_found");
        assert_eq!(world.admin.delete(&one(&world.observer_id)).await.data(200)["role"], "observer");
        world.observer.get(&format!("/v1/spaces/{}", world.space)).await.refused(404, "space_not_found");
    }
}
