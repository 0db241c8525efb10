use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn instructions_are_added_changed_and_ticked_off(server: &Server) {
        let world = World::new(server).await;
        let (_, stages) = world.active_case(&["Receive", "Check"]).await;
        let stage = stages[0]["id"].as_str().unwrap();
        let path = format!("/v1/stages/{stage}/instructions");
        let added = world.member.post(&path, json!({"type": "todo", "text": "Call"})).await;
        let id = added.id(201);
        assert_eq!((&added.data(201)["position"], &added.data(201)["satisfied"]), (&json!(1), &json!(false)));
        let changed = world.member.patch(&format!("/v1/instructions/{id}"), json!({"text": "Call twice"})).await;
        assert_eq!(changed.data(200)["text"], "Call twice");
        let done = world.member.act(&format!("/v1/instructions/{id}/complete")).await;
        assert_eq!((&done.data(200)["satisfied"], &done.data(200)["satisfied_by"]), (&json!(true), &json!(world.member_id)));
        // Again: no change.
        assert_eq!(world.owner.act(&format!("/v1/instructions/{id}/complete")).await.data(200)["satisfied_by"], json!(world.member_id));
        assert_eq!(world.observer.get(&path).await.body["meta"]["total"], 2);
    }

    async fn instructions_are_guarded(server: &Server) {
        let world = World::new(server).await;
        let (_, stages) = world.active_case(&["Receive", "Check"]).await;
        let (active, pending) = (stages[0]["id"].as_str().unwrap(), stages[1]["id"].as_str().unwrap());
        let path = format!("/v1/stages/{active}/instructions");
        world.member.post(&path, json!({"text": ""})).await.invalid("text");
        world.member.post(&path, json!({"text": "a", "type": "wish"})).await.invalid("type");
        world.member.post(&path, json!({"text": "a", "type": "implicit"})).await.invalid("condition");
        world.member.post(&path, json!({"text": "a", "type": "todo", "condition": "true"})).await.invalid("condition");
        world.member.post(&path, json!({"text": "a", "type": "implicit", "condition": "case.phase =="})).await.invalid("condition");
        world.member.post(&path, json!({"text": "a", "type": "implicit", "condition": "weather.rain"})).await.invalid("condition");
        world.observer.post(&path, json!({"text": "a"})).await.refused(403, "forbidden");
        world.stranger.post(&path, json!({"text": "a"})).await.refused(404, "stage_not_found");
        let subcase = world.member.post(&path, json!({"text": "a", "type": "subcase"})).await.id(201);
        world.member.act(&format!("/v1/instructions/{subcase}/complete")).await.refused(409, "instruction_not_todo");
        let later = world.instructions(pending).await[0]["id"].as_str().unwrap().to_owned();
        world.member.act(&format!("/v1/instructions/{later}/complete")).await.refused(409, "stage_not_active");
        world.observer.act(&format!("/v1/instructions/{later}/complete")).await.refused(403, "forbidden");
        world.stranger.act(&format!("/v1/instructions/{later}/complete")).await.refused(404, "instruction_not_found");
        world.stranger.patch(&format!("/v1/instructions/{later}"), json!({"text": "x"})).await.refused(404, "instruction_not_found");
        world.member.patch(&format!("/v1/instructions/{later}"), json!({"text": null})).await.invalid("text");
        world.member.patch(&format!("/v1/instructions/{later}"), json!({"condition": "true"})).await.invalid("condition");
    }

    async fn an_implicit_instruction_watches_the_case(server: &Server) {
        let world = World::new(server).await;
        let (case, stages) = world.active_case(&["Receive", "Check"]).await;
        let stage = stages[0]["id"].as_str().unwrap();
        let line = json!({"type": "implicit", "text": "Urgent cases are labelled", "condition": "case.priority == 'critical' && 'urgent' in case.labels"});
        world.member.post(&format!("/v1/stages/{stage}/instructions"), line).await.data(201);
        let todo = world.instructions(stage).await[0]["id"].as_str().unwrap().to_owned();
        world.member.act(&format!("/v1/instructions/{todo}/complete")).await.data(200);
        world.member.patch(&format!("/v1/cases/{case}"), json!({"priority": "critical"})).await.data(200);
        assert_eq!(world.stages(&case).await[0]["phase"], "active");
        let label = world.member.post(&format!("/v1/spaces/{}/labels", world.space), json!({"name": "urgent"})).await.id(201);
        world.member.post(&format!("/v1/cases/{case}/labels"), json!({"label_id": label})).await.data(200);
        assert_eq!(world.stages(&case).await[0]["phase"], "completed");
        let line = &world.instructions(stage).await[1];
        assert_eq!((&line["satisfied"], &line["satisfied_by"]), (&json!(true), &json!("00000000-0000-0000-0000-000000000000")));
    }
}
