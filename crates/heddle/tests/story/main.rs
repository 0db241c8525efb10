//! The whole story, told to the binary as its users would: a past is imported, a procedure is found in it, a person and an
//! agent work a new case by that procedure, and the log that is exported tells who did what and when.
//!
//! `scripts/test` runs it against the release binary.

#[path = "../v1/support/client.rs"]
#[allow(dead_code)]
mod client;
mod commands;
#[allow(dead_code)]
mod house;
mod live;

use std::{ops::ControlFlow, path::Path};

use client::Client;
use commands::{a_closed_pipe_ends_a_command, commands_answer_and_fail_clearly, logs_are_exported_whole_or_not_at_all};
use house::House;
use kernel::Timestamp;
use live::Live;
use process_log::{Event, Item, Trace};
use serde_json::{Value as Json, json};

const TRACES: u64 = 1_434;
const EVENTS: u64 = 8_577;

on_each_engine! {
    #[ignore = "scripts/test runs it against the release binary"]
    permits;
    commands_answer_and_fail_clearly;
    logs_are_exported_whole_or_not_at_all;
    a_closed_pipe_ends_a_command;
}

async fn permits(house: &House) {
    let Some(log) = house::permit_log() else { return };
    let server = house.serve();
    let made = house.admin(&["create-workspace", "--name", "Town Hall", "--owner-email", "owner@town.example"]);
    assert_eq!(made["workspace"]["slug"], "town-hall");
    let owner = Client::new(&server.url, made["api_key"].as_str());
    let space = owner.post("/v1/spaces", json!({"name": "Permits"})).await.id(201);

    import(house, &owner, &space, &log).await;
    let procedure = procedure(house, &owner).await;
    let (person, person_id) = person(house, &server.url, &owner, &space).await;
    let agent = json!({"type": "ai", "name": "Permit Agent", "model_id": "rules"});
    let agent_id = owner.post("/v1/actors", agent).await.id(201);
    join(&owner, &space, &agent_id).await;

    let body = json!({"space_id": space, "title": "A fence at Mill Lane 4", "procedure_id": procedure});
    let case = person.post("/v1/cases", body).await.id(201);
    work(&person, &person_id, &agent_id, &case).await;
    let stages = items(&person, &format!("/v1/cases/{case}/stages")).await;
    assert!(stages.len() > 2 && stages.iter().all(|stage| stage["phase"] == "completed"), "{stages:?}");
    let doers: Vec<&str> = (0..stages.len()).map(|place| if place == 1 { &*agent_id } else { &*person_id }).collect();
    check_thread(&person, &case, &stages, &doers).await;
    let names: Vec<&str> =
        (0..stages.len()).map(|place| if place == 1 { "Permit Agent" } else { "Ada Byrne" }).collect();
    check_export(house, &log, &case, &stages, &names);
}

/// The past comes in, once.
async fn import(house: &House, owner: &Client, space: &str, log: &Path) {
    let log = log.to_str().expect("a path of text");
    // The only workspace need not be named.
    let first = house.admin(&["import-log", log, "--space", "Permits"]);
    assert_eq!(
        (&first["space_id"], &first["traces"], &first["events"]),
        (&json!(space), &json!(TRACES), &json!(EVENTS))
    );
    assert_eq!((&first["skipped"], &first["rejected_total"], &first["rejected"]), (&json!(0), &json!(0), &json!([])));
    let actors = total(owner, "/v1/actors").await;
    let again = house.admin(&["import-log", log, "--workspace", "town-hall", "--space", space]);
    assert_eq!((&again["traces"], &again["events"], &again["skipped"]), (&json!(0), &json!(0), &json!(TRACES)));
    assert_eq!(total(owner, &format!("/v1/cases?space_id={space}")).await, TRACES);
    assert_eq!(total(owner, &format!("/v1/cases?space_id={space}&phase=closed")).await, TRACES);
    assert_eq!(total(owner, &format!("/v1/cases?space_id={space}&phase=active")).await, 0);
    assert_eq!(total(owner, "/v1/actors").await, actors);
}

/// The procedure that the past suggests is made exactly as it is proposed.
async fn procedure(house: &House, owner: &Client) -> String {
    let found = house.admin(&["discover-procedure", "--space", "Permits"]);
    assert_eq!(found["cases"], TRACES);
    let mut proposed = found["procedure"].clone();
    let stages = proposed.as_object_mut().expect("an object").remove("stages").expect("stages");
    let id = owner.post("/v1/procedures", proposed).await.id(201);
    for stage in stages.as_array().expect("a list") {
        let added = owner.post(&format!("/v1/procedures/{id}/stages"), stage.clone()).await;
        assert_eq!(added.data(201)["name"], stage["name"]);
    }
    let names: Vec<Json> =
        items(owner, &format!("/v1/procedures/{id}/stages")).await.iter().map(|s| s["name"].clone()).collect();
    assert_eq!(Json::from(names), found["path"]);
    id
}

async fn person(house: &House, url: &str, owner: &Client, space: &str) -> (Client, String) {
    let email = "ada@town.example";
    let user = house.admin(&["create-user", "--workspace", "town-hall", "--email", email, "--name", "Ada Byrne"]);
    let key = house.admin(&["create-key", "--workspace", "town-hall", "--email", email]);
    let id = user["actor_id"].as_str().expect("an id").to_owned();
    join(owner, space, &id).await;
    (Client::new(url, key["api_key"].as_str()), id)
}

async fn join(owner: &Client, space: &str, actor: &str) {
    let body = json!({"actor_id": actor, "role": "member"});
    owner.post(&format!("/v1/spaces/{space}/members"), body).await.data(201);
}

/// The person works the case, but for the second stage, which the agent works by itself.
async fn work(person: &Client, person_id: &str, agent_id: &str, case: &str) {
    let stages = items(person, &format!("/v1/cases/{case}/stages")).await;
    let ids: Vec<&str> = stages.iter().map(|stage| stage["id"].as_str().expect("an id")).collect();
    for (stage, actor) in ids.iter().zip([person_id, agent_id]) {
        person.patch(&format!("/v1/stages/{stage}"), json!({"assigned_actor_id": actor})).await.data(200);
    }
    let mut live = Live::follow(person, None).await;
    assert_eq!(person.act(&format!("/v1/cases/{case}/commence")).await.data(200)["phase"], "active");
    tick(person, ids[0]).await;
    let done = live.until("stage.completed", ids[1]).await;
    assert_eq!(done["actor_id"], agent_id);
    for stage in &ids[2..] {
        live.until("stage.activated", stage).await;
        tick(person, stage).await;
    }
    let summary = json!({"summary": "The fence may be built."});
    assert_eq!(person.post(&format!("/v1/cases/{case}/resolve"), summary).await.data(200)["phase"], "resolved");
    assert_eq!(person.act(&format!("/v1/cases/{case}/close")).await.data(200)["phase"], "closed");
}

/// Ticks the instructions of a stage, which completes it.
async fn tick(person: &Client, stage: &str) {
    for instruction in items(person, &format!("/v1/stages/{stage}/instructions")).await {
        let path = format!("/v1/instructions/{}/complete", instruction["id"].as_str().expect("an id"));
        assert_eq!(person.act(&path).await.data(200)["satisfied"], true);
    }
}

/// The thread tells of every step of every stage, who did it and when.
async fn check_thread(person: &Client, case: &str, stages: &[Json], doers: &[&str]) {
    let thread = person.get(&format!("/v1/cases/{case}")).await.data(200)["thread_id"].clone();
    let path = format!("/v1/threads/{}/activities", thread.as_str().expect("an id"));
    let entries = items(person, &path).await;
    let told: Vec<[&Json; 4]> = entries
        .iter()
        .filter(|entry| entry["type"] == "stage_transition")
        .map(|entry| [&entry["data"]["stage_id"], &entry["data"]["after"], &entry["actor_id"], &entry["created_at"]])
        .collect();
    let mut expected = Vec::new();
    for (place, stage) in stages.iter().enumerate() {
        // Whoever completes a stage thereby begins the next.
        let before = doers[place.saturating_sub(1)];
        expected.push([stage["id"].clone(), "active".into(), before.into(), stage["started_at"].clone()]);
        expected.push([stage["id"].clone(), "completed".into(), doers[place].into(), stage["ended_at"].clone()]);
    }
    assert_eq!(told, expected.iter().map(|entry| entry.each_ref()).collect::<Vec<_>>());
    let times: Vec<Timestamp> = entries.iter().map(|entry| time(&entry["created_at"])).collect();
    assert!(times.is_sorted(), "{times:?}");
    let ends: Vec<Timestamp> = stages.iter().map(|stage| time(&stage["ended_at"])).collect();
    assert!(ends.is_sorted_by(|a, b| a < b), "{ends:?}");
}

/// The exported log is the imported one and the new case.
fn check_export(house: &House, log: &Path, case: &str, stages: &[Json], names: &[&str]) {
    let path = house.folder().join("out.xes.gz");
    let report = house.admin(&["export-log", "--space", "Permits", "--out", path.to_str().expect("a path of text")]);
    let all = EVENTS + stages.len() as u64;
    assert_eq!((&report["traces"], &report["events"]), (&json!(TRACES + 1), &json!(all)));
    let (new, mut past): (Vec<Trace>, Vec<Trace>) = read(&path).into_iter().partition(|trace| trace.key == case);
    assert_eq!(past.len() as u64, TRACES);
    let events = stages.iter().zip(names).map(|(stage, name)| Event {
        activity: stage["name"].as_str().expect("a name").to_owned(),
        at: time(&stage["ended_at"]).micros(),
        resource: Some((*name).to_owned()),
        lifecycle: Some("complete".to_owned()),
        ..Event::default()
    });
    assert_eq!(new.len(), 1);
    assert_eq!(new[0].events, events.collect::<Vec<_>>());
    assert_eq!(new[0].attributes["heddle:title"], "A fence at Mill Lane 4");
    let mut original = read(log);
    for traces in [&mut past, &mut original] {
        traces.sort_by(|a, b| a.key.cmp(&b.key));
    }
    assert!(past == original, "the past has changed on its way");
}

fn read(path: &Path) -> Vec<Trace> {
    let mut traces = Vec::new();
    let mut take = |item| {
        match item {
            Item::Trace(trace) => traces.push(trace),
            Item::Rejected(rejected) => panic!("{rejected:?}"),
        }
        ControlFlow::Continue(())
    };
    process_log::read(path, &mut take).expect("a readable log");
    traces
}

fn time(value: &Json) -> Timestamp {
    serde_json::from_value(value.clone()).expect("a time")
}

async fn total(client: &Client, path: &str) -> u64 {
    let answer = client.get(path).await;
    answer.data(200);
    answer.body["meta"]["total"].as_u64().expect("a total")
}

/// All of a list that fits on a page.
async fn items(client: &Client, path: &str) -> Vec<Json> {
    let answer = client.get(&format!("{path}?per_page=200")).await;
    let items = answer.data(200).as_array().expect("a list").clone();
    assert_eq!(answer.body["meta"]["total"], items.len());
    items
}
