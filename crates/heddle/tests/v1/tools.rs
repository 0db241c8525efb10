use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn tools_are_registered_and_granted(server: &Server) {
        let world = World::new(server).await;
        let path = format!("/v1/spaces/{}/tools", world.space);
        let schema = json!({"type": "object", "properties": {"plate": {"type": "string"}}, "required": ["plate"]});
        let body = json!({"name": "find_vehicle", "description": "Finds a vehicle by its plate.", "url": "https://example.com/find", "input_schema": schema});
        let tool = world.admin.post(&path, body.clone()).await;
        let id = tool.id(201);
        assert_eq!(tool.data(201)["input_schema"], schema);
        for _ in 0..2 {
            world.admin.post(&format!("/v1/tools/{id}/attach"), json!({"actor_id": world.agent_id})).await.data(200);
        }
        assert_eq!(world.observer.get(&path).await.body["meta"]["total"], 1);
        world.admin.post(&path, body).await.refused(409, "tool_exists");
    }

    async fn tools_are_guarded(server: &Server) {
        let world = World::new(server).await;
        let path = format!("/v1/spaces/{}/tools", world.space);
        let body = |change: serde_json::Value| {
            let mut body = json!({"name": "find", "description": "d", "url": "https://example.com", "input_schema": {"type": "object"}});
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            body
        };
        world.member.post(&path, body(json!({}))).await.refused(403, "forbidden");
        world.stranger.post(&path, body(json!({}))).await.refused(404, "space_not_found");
        world.admin.post(&path, body(json!({"name": "Find It"}))).await.invalid("name");
        world.admin.post(&path, body(json!({"name": "read_case"}))).await.invalid("name");
        world.admin.post(&path, body(json!({"url": "ftp://example.com"}))).await.invalid("url");
        world.admin.post(&path, body(json!({"input_schema": {"type": "text"}}))).await.invalid("input_schema");
        let id = world.admin.post(&path, body(json!({}))).await.id(201);
        let attach = format!("/v1/tools/{id}/attach");
        world.member.post(&attach, json!({"actor_id": world.agent_id})).await.refused(403, "forbidden");
        world.admin.post(&attach, json!({"actor_id": world.stranger_id})).await.invalid("actor_id");
        world.other.post(&attach, json!({"actor_id": world.agent_id})).await.refused(404, "tool_not_found");
    }
}
