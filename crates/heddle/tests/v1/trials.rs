//! Trials, records, usage and models over HTTP.

use serde_json::{Value as Json, json};

use crate::{
    agents::{given_to_agent, run_of},
    on_each_engine,
    support::{Engine, Live, Server, World},
};

on_each_engine! {
    async fn an_agent_is_tried_on_a_case_and_changes_nothing(server: &Server) {
        let world = World::new(server).await;
        let (case, _) = world.active_case(&["Receive"]).await;
        let mut live = Live::open(&world.member, "", None).await;
        let path = format!("/v1/actors/{}/trial", world.agent_id);
        let before = (world.stages(&case).await, world.thread(&case).await);
        let trial = world.member.post(&path, json!({"case_id": case, "instructions": "Be bold."})).await.data(201).clone();
        assert_eq!((&trial["trial"], &trial["state"]), (&json!(true), &json!("queued")));
        live.until("run.finished").await;
        let run = trial["id"].as_str().unwrap();
        assert_eq!(world.observer.get(&format!("/v1/runs/{run}")).await.data(200)["state"], "succeeded");
        let steps = world.observer.get(&format!("/v1/runs/{run}/steps")).await;
        let noted = |step: &&Json| step["output"]["trial"] == "would be done";
        let noted: Vec<_> = steps.data(200).as_array().unwrap().iter().filter(noted).map(|step| step["tool"].clone()).collect();
        assert_eq!(noted, ["complete_instruction", "finish_stage"]);
        assert_eq!((world.stages(&case).await, world.thread(&case).await), before);
        assert_eq!(world.observer.get("/v1/runs").await.body["meta"]["total"], 0);
        assert_eq!(world.observer.get("/v1/runs?trial=true").await.data(200)[0]["id"], json!(run));
        world.member.act(&format!("/v1/runs/{run}/retry")).await.refused(409, "run_is_trial");
        world.observer.post(&path, json!({"case_id": case})).await.refused(403, "forbidden");
        world.stranger.post(&path, json!({"case_id": case})).await.refused(404, "case_not_found");
        let person = format!("/v1/actors/{}/trial", world.member_id);
        world.member.post(&person, json!({"case_id": case})).await.invalid("actor_id");
    }

    async fn what_agents_did_is_counted(server: &Server) {
        let world = World::new(server).await;
        let mut live = Live::open(&world.member, "?after=0", None).await;
        let (_, stage) = given_to_agent(&world, &["Set priority to high"]).await;
        run_of(&world, &mut live, &stage).await;
        live.until("run.finished").await;
        let path = format!("/v1/actors/{}/record", world.agent_id);
        let record = world.observer.get(&path).await.data(200).clone();
        assert_eq!((&record["runs"], &record["succeeded"], &record["success_rate"]), (&json!(1), &json!(1), &json!(1.0)));
        assert_eq!((&record["correction_rate"], &record["proposals"]["total"]), (&Json::Null, &json!(0)));
        assert_eq!(record["weeks"][0]["runs"], 1);
        assert_eq!(world.observer.get(&format!("{path}?to=2020-01-01T00:00:00Z")).await.data(200)["runs"], 0);
        // A stranger sees the agent, and nothing of a space that is not theirs.
        assert_eq!(world.stranger.get(&path).await.data(200)["runs"], 0);
        world.other.get(&path).await.refused(404, "actor_not_found");
        for group in ["model", "actor", "day", "space"] {
            let usage = world.owner.get(&format!("/v1/usage?group={group}")).await.data(200).clone();
            assert_eq!((&usage["total"]["runs"], &usage["groups"][0]["runs"]), (&json!(1), &json!(1)), "{group}");
        }
        let by = world.owner.get("/v1/usage?group=actor").await.data(200).clone();
        assert_eq!((&by["groups"][0]["key"], &by["groups"][0]["name"]), (&json!(world.agent_id), &json!("Rules agent")));
        world.member.get("/v1/usage").await.refused(403, "forbidden");
        world.owner.get("/v1/usage?group=week").await.invalid("group");
    }

    async fn models_are_listed_with_those_who_serve_them(server: &Server) {
        let world = World::new(server).await;
        let found = world.stranger.get("/v1/models").await.data(200).clone();
        let public = world.stranger.get("/api/v1/public/models").await.bare(200)["data"].clone();
        assert_eq!(found["models"], public);
        let own = found["providers"].as_array().unwrap().iter().find(|provider| provider["name"] == "heddle");
        assert_eq!(own.map(|provider| &provider["is_enabled"]), Some(&json!(true)), "{found}");
    }
}
