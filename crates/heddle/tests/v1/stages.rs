use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn stages_follow_one_another(server: &Server) {
        let world = World::new(server).await;
        let (case, stages) = world.active_case(&["Receive", "Check", "Decide"]).await;
        let phases = |stages: &[serde_json::Value]| stages.iter().map(|s| s["phase"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(phases(&stages), ["active", "pending", "pending"]);
        let ids: Vec<&str> = stages.iter().map(|stage| stage["id"].as_str().unwrap()).collect();
        world.member.act(&format!("/v1/stages/{}/complete", ids[0])).await.refused(409, "instructions_open");
        world.member.act(&format!("/v1/stages/{}/complete", ids[1])).await.refused(409, "stage_not_active");
        // A pending stage can be left out without ever being active.
        assert_eq!(world.member.act(&format!("/v1/stages/{}/skip", ids[1])).await.data(200)["started_at"], json!(null));
        let todo = world.instructions(ids[0]).await[0]["id"].as_str().unwrap().to_owned();
        world.member.act(&format!("/v1/instructions/{todo}/complete")).await.data(200);
        assert_eq!(phases(&world.stages(&case).await), ["completed", "skipped", "active"]);
        world.member.act(&format!("/v1/stages/{}/skip", ids[2])).await.data(200);
        world.member.act(&format!("/v1/stages/{}/skip", ids[2])).await.refused(409, "stage_ended");
        // The last stage does not resolve the case.
        assert_eq!(world.member.get(&format!("/v1/cases/{case}")).await.data(200)["phase"], "active");
        let transitions: Vec<_> = world.thread(&case).await.into_iter().filter(|(kind, _)| kind == "stage_transition").collect();
        assert_eq!(transitions.len(), 5, "{transitions:?}");
    }

    async fn a_stage_without_instructions_is_completed_by_hand(server: &Server) {
        let world = World::new(server).await;
        let procedure = world.member.post("/v1/procedures", json!({"space_id": world.space, "name": "Bare"})).await.id(201);
        world.member.post(&format!("/v1/procedures/{procedure}/stages"), json!({"name": "Look"})).await.data(201);
        let case = world.member.post("/v1/cases", json!({"space_id": world.space, "title": "a", "procedure_id": procedure})).await.id(201);
        world.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
        let stage = world.stages(&case).await[0]["id"].as_str().unwrap().to_owned();
        world.observer.act(&format!("/v1/stages/{stage}/complete")).await.refused(403, "forbidden");
        assert_eq!(world.member.act(&format!("/v1/stages/{stage}/complete")).await.data(200)["phase"], "completed");
    }

    async fn a_stage_is_assigned_and_set_in_motion(server: &Server) {
        let world = World::new(server).await;
        let (_, stages) = world.active_case(&["Receive", "Check"]).await;
        let path = format!("/v1/stages/{}", stages[0]["id"].as_str().unwrap());
        let body = json!({"assigned_actor_id": world.member_id, "motion": "waiting", "waiting_on": {"kind": "external", "reason": "Plan"}});
        let changed = world.member.patch(&path, body).await.data(200).clone();
        assert_eq!((&changed["assigned_actor_id"], &changed["motion"]), (&json!(world.member_id), &json!("waiting")));
        assert_eq!(world.observer.get(&path).await.data(200)["waiting_on"]["reason"], "Plan");
        world.member.patch(&path, json!({"waiting_on": {"kind": "actor"}})).await.invalid("waiting_on");
        world.member.patch(&path, json!({"phase": "completed"})).await.invalid("phase");
        world.member.patch(&path, json!({"assigned_actor_id": world.stranger_id})).await.invalid("assigned_actor_id");
        world.observer.patch(&path, json!({"motion": "blocked"})).await.refused(403, "forbidden");
        world.stranger.patch(&path, json!({"motion": "blocked"})).await.refused(404, "stage_not_found");
        world.other.get(&path).await.refused(404, "stage_not_found");
        assert_eq!(world.member.patch(&path, json!({"assigned_actor_id": null})).await.data(200)["assigned_actor_id"], json!(null));
    }

    async fn a_stage_for_people_is_not_given_to_an_agent(server: &Server) {
        let world = World::new(server).await;
        let procedure = world.member.post("/v1/procedures", json!({"space_id": world.space, "name": "P"})).await.id(201);
        let path = format!("/v1/procedures/{procedure}/stages");
        world.member.post(&path, json!({"name": "Sign", "required_actor_type": "human", "assigned_actor_id": world.agent_id})).await.invalid("assigned_actor_id");
        world.member.post(&path, json!({"name": "Sign", "required_actor_type": "human"})).await.data(201);
        let case = world.member.post("/v1/cases", json!({"space_id": world.space, "title": "a", "procedure_id": procedure})).await.id(201);
        let stage = world.stages(&case).await[0]["id"].as_str().unwrap().to_owned();
        world.member.patch(&format!("/v1/stages/{stage}"), json!({"assigned_actor_id": world.agent_id})).await.invalid("assigned_actor_id");
    }

    async fn spawning_is_checked(server: &Server) {
        let world = World::new(server).await;
        let (case, stages) = world.active_case(&["Receive"]).await;
        let stage = stages[0]["id"].as_str().unwrap();
        let path = format!("/v1/stages/{stage}/spawn-subcase");
        world.member.post(&path, json!({"title": " "})).await.invalid("title");
        world.member.post(&path, json!({"title": "a", "instruction_id": case})).await.invalid("instruction_id");
        world.observer.post(&path, json!({"title": "a"})).await.refused(403, "forbidden");
        world.stranger.post(&path, json!({"title": "a"})).await.refused(404, "stage_not_found");
        world.member.act(&format!("/v1/stages/{stage}/skip")).await.data(200);
        world.member.post(&path, json!({"title": "a"})).await.refused(409, "stage_ended");
        assert_eq!(world.member.get(&format!("/v1/cases/{case}/subcases")).await.body["meta"]["total"], 0);
    }
}
