use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn people_and_agents_are_one_list(server: &Server) {
        let world = World::new(server).await;
        let body = json!({"type": "ai", "name": "Claims Triage Agent", "model_id": "claude-sonnet-4-5-20250929",
            "system_prompt": "You triage claims.", "capabilities": ["triage", "document-review", "correspondence"]});
        let agent = world.owner.post("/v1/actors", body).await;
        let id = agent.id(201);
        assert_eq!(agent.data(201)["capabilities"], json!(["triage", "document-review", "correspondence"]));
        let changed = world.owner.patch(&format!("/v1/actors/{id}"), json!({"model_id": "rules", "system_prompt": null, "review": ["draft_email"]})).await;
        assert_eq!((&changed.data(200)["model_id"], &changed.data(200)["system_prompt"]), (&json!("rules"), &json!(null)));
        let person = world.owner.post("/v1/actors", json!({"type": "human", "name": "Bo", "email": "bo@example.com"})).await;
        assert_eq!((&person.data(201)["type"], &person.data(201)["model_id"]), (&json!("human"), &json!(null)));
        let all = world.observer.get("/v1/actors?per_page=100").await;
        assert_eq!(all.body["meta"]["total"], 8);
        assert_eq!(world.stranger.get(&format!("/v1/actors/{id}")).await.data(200)["review"], json!(["draft_email"]));
        // One's own name is one's own.
        assert_eq!(world.member.patch(&format!("/v1/actors/{}", world.member_id), json!({"name": "Mimi"})).await.data(200)["name"], "Mimi");
    }

    async fn actors_are_guarded(server: &Server) {
        let world = World::new(server).await;
        world.member.post("/v1/actors", json!({"type": "human", "name": "Bo"})).await.refused(403, "forbidden");
        world.owner.post("/v1/actors", json!({"type": "ai", "name": "A", "model_id": ""})).await.invalid("model_id");
        world.owner.post("/v1/actors", json!({"type": "robot", "name": "A"})).await.invalid("type");
        world.owner.post("/v1/actors", json!({"type": "human", "name": "A", "system_prompt": "x"})).await.invalid("system_prompt");
        world.owner.post("/v1/actors", json!({"type": "ai", "name": "A", "model_id": "m", "email": "a@b"})).await.invalid("email");
        world.owner.post("/v1/actors", json!({"type": "ai", "name": "A", "model_id": "m", "capabilities": "triage"})).await.invalid("capabilities");
        let agent = format!("/v1/actors/{}", world.agent_id);
        world.member.patch(&agent, json!({"name": "Mine"})).await.refused(403, "forbidden");
        world.member.patch(&format!("/v1/actors/{}", world.owner_id), json!({"name": "Mine"})).await.refused(403, "forbidden");
        world.owner.patch(&agent, json!({"model_id": null})).await.invalid("model_id");
        world.owner.patch(&format!("/v1/actors/{}", world.member_id), json!({"email": "x@y.z"})).await.invalid("email");
        world.other.get(&agent).await.refused(404, "actor_not_found");
        world.other.patch(&agent, json!({"name": "Mine"})).await.refused(404, "actor_not_found");
        assert_eq!(world.owner.get(&agent).await.data(200)["name"], "Rules agent");
    }
}
