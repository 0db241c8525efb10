//! Agents at work over HTTP: runs, questions and proposals.

use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Engine, Live, Server, World},
};

/// A case whose first stage, with these todos, is given to the agent and has begun. Answers the case and that stage.
pub async fn given_to_agent(world: &World, todos: &[&str]) -> (String, String) {
    let procedure =
        world.member.post("/v1/procedures", json!({"space_id": world.space, "name": "Triage"})).await.id(201);
    let path = format!("/v1/procedures/{procedure}/stages");
    let lines: Vec<Json> = todos.iter().map(|text| json!({"text": text})).collect();
    let stage = json!({"name": "Triage", "required_actor_type": "ai", "assigned_actor_id": world.agent_id, "instructions": lines});
    world.member.post(&path, stage).await.data(201);
    world.member.post(&path, json!({"name": "Decide", "instructions": [{"text": "Sign"}]})).await.data(201);
    let body = json!({"space_id": world.space, "title": "Fence", "procedure_id": procedure, "assigned_actor_id": world.member_id});
    let case = world.member.post("/v1/cases", body).await.id(201);
    world.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
    let stage = world.stages(&case).await[0]["id"].as_str().unwrap().to_owned();
    (case, stage)
}

/// The run of a stage, once the stream says that it exists.
pub async fn run_of(world: &World, live: &mut Live, stage: &str) -> String {
    live.until("run.created").await;
    let runs = world.observer.get(&format!("/v1/runs?stage_id={stage}")).await;
    runs.data(200)[0]["id"].as_str().unwrap().to_owned()
}

async fn state(world: &World, run: &str) -> (String, Json) {
    let run = world.observer.get(&format!("/v1/runs/{run}")).await.data(200).clone();
    (run["state"].as_str().unwrap().to_owned(), run["waiting_for"].clone())
}

on_each_engine! {
    async fn an_agent_works_its_stage_and_hands_on(server: &Server) {
        let world = World::new(server).await;
        let mut live = Live::open(&world.member, "?after=0", None).await;
        let (case, stage) = given_to_agent(&world, &["Set priority to high", "Check the plan"]).await;
        let run = run_of(&world, &mut live, &stage).await;
        live.until("run.finished").await;
        assert_eq!(state(&world, &run).await.0, "succeeded");
        let stages = world.stages(&case).await;
        assert_eq!((&stages[0]["phase"], &stages[1]["phase"]), (&json!("completed"), &json!("active")));
        assert_eq!(world.member.get(&format!("/v1/cases/{case}")).await.data(200)["priority"], "high");
        let lines = world.instructions(&stage).await;
        assert!(lines.iter().all(|line| line["satisfied_by"] == json!(world.agent_id)), "{lines:?}");
        let steps = world.observer.get(&format!("/v1/runs/{run}/steps?per_page=200")).await;
        let tools: Vec<_> = steps.data(200).as_array().unwrap().iter().filter_map(|step| step["tool"].as_str()).collect();
        assert!(tools.contains(&"set_priority") && tools.contains(&"complete_instruction"), "{tools:?}");
        // Whatever it says, it says as a rules agent.
        let thread = world.member.get(&format!("/v1/cases/{case}")).await.data(200)["thread_id"].as_str().unwrap().to_owned();
        let entries = world.owner.get(&format!("/v1/threads/{thread}/activities?per_page=200")).await;
        let comments: Vec<&Json> = entries.data(200).as_array().unwrap().iter().filter(|entry| entry["type"] == "comment").collect();
        for comment in comments {
            assert_eq!(comment["actor_id"], json!(world.agent_id));
            assert!(comment["content"].as_str().unwrap().to_lowercase().contains("rules agent"), "{comment}");
        }
        assert_eq!(world.stranger.get("/v1/runs").await.body["meta"]["total"], 0);
        world.stranger.get(&format!("/v1/runs/{run}")).await.refused(404, "run_not_found");
        world.member.act(&format!("/v1/runs/{run}/cancel")).await.refused(409, "run_ended");
        world.member.act(&format!("/v1/runs/{run}/retry")).await.refused(409, "run_not_failed");
    }

    async fn an_agent_asks_and_goes_on_with_the_answer(server: &Server) {
        let world = World::new(server).await;
        let mut live = Live::open(&world.member, "?after=0", None).await;
        let (case, stage) = given_to_agent(&world, &["Ask the officer whether the plan is complete?"]).await;
        let run = run_of(&world, &mut live, &stage).await;
        live.until("run.waiting").await;
        assert_eq!(state(&world, &run).await, ("waiting".to_owned(), json!("person")));
        let found = world.member.get(&format!("/v1/cases/{case}")).await.data(200).clone();
        assert_eq!((&found["motion"], &found["waiting_on"]["kind"]), (&json!("waiting"), &json!("actor")));
        let thread = found["thread_id"].as_str().unwrap();
        let answer = json!({"type": "comment", "content": "It is complete."});
        world.member.post(&format!("/v1/threads/{thread}/activities"), answer).await.data(201);
        live.until("run.finished").await;
        assert_eq!(state(&world, &run).await.0, "succeeded");
    }

    async fn an_action_under_review_waits_for_a_person(server: &Server) {
        let world = World::new(server).await;
        world.owner.patch(&format!("/v1/spaces/{}", world.space), json!({"review": ["set_priority"]})).await.data(200);
        let mut live = Live::open(&world.member, "?after=0", None).await;
        let (case, stage) = given_to_agent(&world, &["Set priority to high"]).await;
        let run = run_of(&world, &mut live, &stage).await;
        live.until("proposal.created").await;
        let pending = world.observer.get("/v1/proposals?state=pending").await;
        let proposal = pending.data(200)[0].clone();
        assert_eq!((&proposal["action"], &proposal["run_id"]), (&json!("set_priority"), &json!(run)));
        assert_eq!(world.member.get(&format!("/v1/cases/{case}")).await.data(200)["priority"], json!(null));
        let path = format!("/v1/proposals/{}", proposal["id"].as_str().unwrap());
        let decide = format!("{path}/decide");
        world.observer.post(&decide, json!({"decision": "approve"})).await.refused(403, "forbidden");
        world.stranger.post(&decide, json!({"decision": "approve"})).await.refused(404, "proposal_not_found");
        world.other.get(&path).await.refused(404, "proposal_not_found");
        world.member.post(&decide, json!({"decision": "edit"})).await.invalid("input");
        world.member.post(&decide, json!({"decision": "approve", "input": {}})).await.invalid("input");
        world.member.post(&decide, json!({"decision": "perhaps"})).await.invalid("decision");
        let edit = json!({"decision": "edit", "input": {"priority": "low"}, "note": "Not that urgent"});
        let decided = world.member.post(&decide, edit).await.data(200).clone();
        assert_eq!((&decided["decided_by"], &decided["note"]), (&json!(world.member_id), &json!("Not that urgent")));
        world.member.post(&decide, json!({"decision": "reject"})).await.refused(409, "proposal_decided");
        live.until("run.finished").await;
        assert_eq!(world.member.get(&format!("/v1/cases/{case}")).await.data(200)["priority"], "low");
        assert_eq!(state(&world, &run).await.0, "succeeded");
    }

    async fn a_run_is_cancelled_and_begun_anew(server: &Server) {
        let world = World::new(server).await;
        let mut live = Live::open(&world.member, "?after=0", None).await;
        let (_, stage) = given_to_agent(&world, &["Ask the officer whether the plan is complete?"]).await;
        let run = run_of(&world, &mut live, &stage).await;
        live.until("run.waiting").await;
        world.observer.act(&format!("/v1/runs/{run}/cancel")).await.refused(403, "forbidden");
        world.other.act(&format!("/v1/runs/{run}/cancel")).await.refused(404, "run_not_found");
        assert_eq!(world.member.act(&format!("/v1/runs/{run}/cancel")).await.data(200)["state"], "cancelled");
        world.observer.act(&format!("/v1/runs/{run}/retry")).await.refused(403, "forbidden");
        let again = world.member.act(&format!("/v1/runs/{run}/retry")).await.id(201);
        assert_ne!(again, run);
        // Whoever takes the stage away ends the run.
        world.member.patch(&format!("/v1/stages/{stage}"), json!({"assigned_actor_id": null})).await.data(200);
        live.until("run.finished").await; // of the first
        live.until("run.finished").await; // of the second
        assert_eq!(state(&world, &again).await.0, "cancelled");
        world.member.get("/v1/runs?state=sleeping").await.invalid("state");
    }
}
