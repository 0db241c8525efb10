//! Cases and comments of many clients.

use std::collections::{HashMap, HashSet};

use kernel::Actor;
use reqwest::Method;
use serde_json::{Value as Json, json};
use store::Store;
use tokio::sync::mpsc;

use crate::{Workspace, check_file, client::Client, house::House, live::Live, space};

const CLIENTS: usize = 16;
const ROUNDS: usize = 3;
/// Acknowledgements of a round before the server is killed.
const ENOUGH: usize = 300;

/// What the server said was done.
#[derive(Default)]
struct Acknowledged {
    /// Cases: id, external id and thread.
    cases: Vec<(String, String, String)>,
    /// Comments: id and content.
    comments: Vec<(String, String)>,
}

pub async fn what_was_acknowledged_is_kept(house: &House) {
    let workspace = Workspace::new(house, "crash");
    let mut acknowledged = Acknowledged::default();
    let mut server = house.serve();
    let space = space(&workspace.client(&server.url)).await;
    for round in 0..ROUNDS {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let (client, space, sender) = (workspace.client(&server.url), space.clone(), sender.clone());
                tokio::spawn(async move { work(&client, &space, &format!("{round}-{n}"), &sender).await })
            })
            .collect();
        for _ in 0..ENOUGH {
            receiver.recv().await.expect("the clients go on");
        }
        server.kill();
        for client in clients {
            let done = client.await.expect("no client was refused");
            acknowledged.cases.extend(done.cases);
            acknowledged.comments.extend(done.comments);
        }
        server = house.serve();
        let client = workspace.client(&server.url);
        let store = house.store().await;
        check_store(&store, &workspace, &acknowledged, CLIENTS * (round + 1)).await;
        check_file(house, &workspace).await;
        check_answers(&client, &space, &acknowledged).await;
        check_goes_on(&client, &space).await;
    }
    assert!(acknowledged.cases.len() + acknowledged.comments.len() >= ROUNDS * ENOUGH);
}

/// Opens cases and comments on them until the server is gone.
async fn work(client: &Client, space: &str, name: &str, done: &mpsc::UnboundedSender<()>) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    for n in 0.. {
        let name = format!("{name}-{n}");
        let body = json!({"space_id": space, "title": name, "external_id": name});
        let Some(case) = post(client, "/v1/cases", body).await else { break };
        let thread = text(&case["thread_id"]);
        acknowledged.cases.push((text(&case["id"]), name.clone(), thread.clone()));
        let _ = done.send(());
        let body = json!({"type": "comment", "content": name});
        let Some(comment) = post(client, &format!("/v1/threads/{thread}/activities"), body).await else { break };
        acknowledged.comments.push((text(&comment["id"]), name));
        let _ = done.send(());
    }
    acknowledged
}

/// What was made; none when the server is gone before it has said so.
async fn post(client: &Client, path: &str, body: Json) -> Option<Json> {
    let response = client.request(Method::POST, path).json(&body).send().await.ok()?;
    let status = response.status();
    let answer: Json = response.json().await.ok()?;
    assert_eq!(status, 201, "{answer}");
    Some(answer["data"].clone())
}

/// Everything acknowledged is stored with its events, nothing twice, and the tallies are those of the cases.
async fn check_store(store: &Store, workspace: &Workspace, acknowledged: &Acknowledged, unanswered: usize) {
    let (cases, comments, events, tallies) = store
        .read(workspace.id, Actor::SYSTEM, |tx| {
            let pair = |row: &store::Row<'_>| Ok((row.get::<uuid::Uuid>(0)?.to_string(), row.get::<String>(1)?));
            let cases = tx.query("SELECT id, external_id FROM cases WHERE external_id LIKE '%-%'", &[], pair)?;
            let comments = tx.query("SELECT id, content FROM activities WHERE type = 'comment'", &[], pair)?;
            let events = tx.query(
                "SELECT subject_id, verb FROM events WHERE verb IN ('case.created', 'activity.posted')",
                &[],
                pair,
            )?;
            let tallies = tx.query_one(
                "SELECT (SELECT COUNT(*) FROM cases), (SELECT CAST(SUM(n) AS BIGINT) FROM case_tallies)",
                &[],
                |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
            )?;
            Ok((cases, comments, events, tallies))
        })
        .await
        .expect("the store answers");
    assert_eq!(tallies.0, tallies.1);
    let mut told: HashMap<(String, String), usize> = HashMap::new();
    for event in events {
        *told.entry(event).or_default() += 1;
    }
    let known: Vec<_> = acknowledged.cases.iter().map(|(id, name, _)| (id.clone(), name.clone())).collect();
    for (verb, stored, known) in
        [("case.created", cases, &known), ("activity.posted", comments, &acknowledged.comments)]
    {
        let all: HashSet<_> = stored.iter().cloned().collect();
        let names: HashSet<_> = stored.iter().map(|(_, name)| name).collect();
        assert_eq!((all.len(), names.len()), (stored.len(), stored.len()), "{verb}: something is there twice");
        let lost: Vec<_> = known.iter().filter(|one| !all.contains(one)).collect();
        assert!(lost.is_empty(), "{verb}: {lost:?}");
        // A request that was under way may have been carried out without an answer.
        assert!(stored.len() <= known.len() + unanswered, "{verb}: {} stored, {} known", stored.len(), known.len());
        for (id, name) in stored {
            assert_eq!(told.get(&(id, verb.to_owned())), Some(&1), "{verb} of {name}");
        }
    }
}

/// The server shows what was acknowledged, and counts what it shows.
async fn check_answers(client: &Client, space: &str, acknowledged: &Acknowledged) {
    let mut shown = HashSet::new();
    for page in 1.. {
        let answer = client.get(&format!("/v1/cases?space_id={space}&phase=intake&per_page=200&page={page}")).await;
        let cases = answer.data(200).as_array().expect("a list");
        shown.extend(cases.iter().map(|case| text(&case["id"])));
        if cases.len() < 200 {
            assert_eq!(answer.body["meta"]["total"], shown.len());
            break;
        }
    }
    let contents: HashMap<&str, &str> = acknowledged.comments.iter().map(|(id, content)| (&**id, &**content)).collect();
    let mut seen = 0;
    for (id, _, thread) in &acknowledged.cases {
        assert!(shown.contains(id), "{id}");
        let answer = client.get(&format!("/v1/threads/{thread}/activities?per_page=200")).await;
        let entries = answer.data(200).as_array().expect("a list");
        assert_eq!(answer.body["meta"]["total"], entries.len());
        seen += entries
            .iter()
            .filter(|entry| contents.get(&*text(&entry["id"])) == Some(&&*text(&entry["content"])))
            .count();
    }
    assert_eq!(seen, contents.len());
}

/// The server takes new work and tells of it.
async fn check_goes_on(client: &Client, space: &str) {
    let mut live = Live::follow(client, None).await;
    let case = client.post("/v1/cases", json!({"space_id": space, "title": "Afterwards"})).await.id(201);
    live.until("case.created", &case).await;
    assert_eq!(client.act(&format!("/v1/cases/{case}/commence")).await.data(200)["phase"], "active");
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
