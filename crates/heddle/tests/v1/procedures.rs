use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn a_procedure_is_built_and_applied_as_a_copy(server: &Server) {
        let world = World::new(server).await;
        let id = world.procedure(&["Receive", "Check"]).await;
        let stage = json!({"name": "Sign", "description": "By hand", "required_actor_type": "human",
            "instructions": [{"text": "Read"}, {"type": "implicit", "text": "Urgent", "condition": "case.priority == 'high'"}]});
        let added = world.member.post(&format!("/v1/procedures/{id}/stages"), stage).await.data(201).clone();
        assert_eq!((&added["position"], &added["instructions"][0]["type"]), (&json!(2), &json!("todo")));
        let case = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        let applied = world.member.post(&format!("/v1/cases/{case}/apply-procedure"), json!({"procedure_id": id})).await;
        assert_eq!((&applied.data(200)["phase"], &applied.data(200)["procedure_id"]), (&json!("intake"), &json!(id)));
        // Later changes of the template do not reach the case.
        world.member.post(&format!("/v1/procedures/{id}/stages"), json!({"name": "Late"})).await.data(201);
        let stages = world.stages(&case).await;
        assert_eq!(stages.len(), 3);
        assert!(stages.iter().all(|stage| stage["phase"] == "pending"));
        assert_eq!(world.instructions(stages[2]["id"].as_str().unwrap()).await.len(), 2);
        assert_eq!(world.member.get(&format!("/v1/cases?procedure_id={id}")).await.body["meta"]["total"], 1);
        assert_eq!(world.observer.get(&format!("/v1/procedures/{id}/stages?per_page=2&page=2")).await.data(200)[0]["name"], "Sign");
        let changed = world.member.patch(&format!("/v1/procedures/{id}"), json!({"name": "New", "description": "d"})).await;
        assert_eq!(changed.data(200)["name"], "New");
        assert_eq!(world.observer.get(&format!("/v1/procedures?space_id={}", world.space)).await.body["meta"]["total"], 1);
        assert_eq!(world.observer.get(&format!("/v1/procedures/{id}")).await.data(200)["description"], "d");
    }

    async fn an_active_case_goes_on_with_the_procedure(server: &Server) {
        let world = World::new(server).await;
        let id = world.procedure(&["Receive"]).await;
        let case = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        world.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
        world.member.post(&format!("/v1/cases/{case}/apply-procedure"), json!({"procedure_id": id})).await.data(200);
        assert_eq!(world.stages(&case).await[0]["phase"], "active");
    }

    async fn procedures_are_guarded(server: &Server) {
        let world = World::new(server).await;
        let id = world.procedure(&["Receive"]).await;
        world.member.post("/v1/procedures", json!({"space_id": world.space, "name": " "})).await.invalid("name");
        world.observer.post("/v1/procedures", json!({"space_id": world.space, "name": "a"})).await.refused(403, "forbidden");
        world.stranger.post("/v1/procedures", json!({"space_id": world.space, "name": "a"})).await.refused(404, "space_not_found");
        world.stranger.get(&format!("/v1/procedures?space_id={}", world.space)).await.refused(404, "space_not_found");
        assert_eq!(world.stranger.get("/v1/procedures").await.body["meta"]["total"], 0);
        let path = format!("/v1/procedures/{id}");
        world.other.get(&path).await.refused(404, "procedure_not_found");
        world.observer.patch(&path, json!({"name": "a"})).await.refused(403, "forbidden");
        world.observer.post(&format!("{path}/stages"), json!({"name": "a"})).await.refused(403, "forbidden");
        world.member.post(&format!("{path}/stages"), json!({"name": "a", "instructions": [{"text": "ok"}, {"text": ""}]})).await.invalid("instructions[1].text");
        world.member.post(&format!("{path}/stages"), json!({"name": "a", "required_actor_type": "robot"})).await.invalid("required_actor_type");
        let (case, _) = world.active_case(&["A"]).await;
        let apply = format!("/v1/cases/{case}/apply-procedure");
        world.observer.post(&apply, json!({"procedure_id": id})).await.refused(403, "forbidden");
        world.member.post(&apply, json!({"procedure_id": world.space})).await.invalid("procedure_id");
        world.member.post(&apply, json!({"procedure_id": id})).await.data(200);
        world.member.post(&apply, json!({"procedure_id": id})).await.refused(409, "procedure_already_applied");
        world.member.act(&format!("/v1/cases/{case}/resolve")).await.data(200);
        let late = world.procedure(&["Late"]).await;
        world.member.post(&apply, json!({"procedure_id": late})).await.refused(409, "invalid_phase");
        assert_eq!(world.stages(&case).await.len(), 2);
    }
}
