//! The process of a space: its figures and the cases behind them.

use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

/// Completes the only instruction of the active stage, and with it the stage.
async fn complete(world: &World, stage: &Json) {
    let instruction = world.instructions(stage["id"].as_str().unwrap()).await[0]["id"].as_str().unwrap().to_owned();
    world.member.act(&format!("/v1/instructions/{instruction}/complete")).await.data(200);
}

on_each_engine! {
    async fn the_figures_of_a_process_lead_to_its_cases(server: &Server) {
        let world = World::new(server).await;
        let path = format!("/v1/spaces/{}/process", world.space);
        assert_eq!(world.observer.get(&path).await.data(200)["cases"], 0);
        let discovered = format!("/v1/spaces/{}/discovered-procedure", world.space);
        world.observer.get(&discovered).await.refused(409, "nothing_to_discover");
        let (finished, stages) = world.active_case(&["Receive", "Check"]).await;
        for stage in &stages {
            complete(&world, stage).await;
        }
        world.member.act(&format!("/v1/cases/{finished}/resolve")).await.data(200);
        let (open, stages) = world.active_case(&["Receive", "Check"]).await;
        complete(&world, &stages[0]).await;
        let found = world.observer.get(&path).await.data(200).clone();
        assert_eq!((&found["cases"], &found["finished"], &found["variant_count"]), (&json!(2), &json!(1), &json!(1)));
        let activity = &found["activities"][0];
        assert_eq!((&activity["name"], &activity["count"], &activity["people"], &activity["agents"]), (&json!("Receive"), &json!(2), &json!(2), &json!(0)));
        assert_eq!((&found["edges"][0]["from"], &found["edges"][0]["to"], &found["edges"][0]["count"]), (&json!("Receive"), &json!("Check"), &json!(1)));
        assert_eq!((&found["variants"][0]["path"], &found["variants"][0]["share"]), (&json!(["Receive", "Check"]), &json!(1.0)));
        assert_eq!((&found["actors"][0]["actor"]["id"], &found["actors"][0]["completed"]), (&json!(world.member_id), &json!(3)));
        let ageing = &found["ageing"][0];
        assert_eq!((&ageing["phase"], &ageing["buckets"][0]), (&json!("active"), &json!({"label": "<1d", "count": 1})));
        let behind = async |query: &str| -> Vec<String> {
            let answer = world.observer.get(&format!("{path}/cases?{query}")).await;
            let ids: Vec<_> = answer.data(200).as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(answer.body["meta"]["total"], json!(ids.len()));
            ids
        };
        assert_eq!(behind("variant=%5B%22Receive%22,%22Check%22%5D").await, std::slice::from_ref(&finished));
        assert_eq!(behind("activity=Receive").await, [open.clone(), finished.clone()]);
        assert_eq!(behind("from_activity=Receive&to_activity=Check").await, std::slice::from_ref(&finished));
        assert_eq!(behind(&format!("actor_id={}&phase=resolved", world.member_id)).await, std::slice::from_ref(&finished));
        assert_eq!(behind("phase=active&motion=working&age=%3C1d").await, std::slice::from_ref(&open));
        assert_eq!(behind("to=2020-01-01T00:00:00Z").await, Vec::<String>::new());
        world.observer.get(&format!("{path}/cases?variant=Receive")).await.invalid("variant");
        world.observer.get(&format!("{path}/cases?from_activity=Receive")).await.invalid("to_activity");
        world.stranger.get(&path).await.refused(404, "space_not_found");
        world.stranger.get(&format!("{path}/cases")).await.refused(404, "space_not_found");
        world.stranger.get(&discovered).await.refused(404, "space_not_found");
        let proposal = world.observer.get(&discovered).await.data(200).clone();
        assert_eq!((&proposal["path"], &proposal["procedure"]["stages"][1]["name"]), (&json!(["Receive", "Check"]), &json!("Check")));
    }
}
