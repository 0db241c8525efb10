//! A manifest that is being ingested.

use std::{fmt::Write as _, time::Duration};

use kernel::{Actor, Timestamp};
use reqwest::{Method, multipart};
use serde_json::json;
use store::{Store, Tx, params};

use crate::{Workspace, check_file, house::House, live::Live, space};

const CASES: i64 = 12_000;

pub async fn a_killed_ingestion_goes_on(house: &House) {
    let workspace = Workspace::new(house, "ingestion");
    let server = house.serve();
    let client = workspace.client(&server.url);
    let space = space(&client).await;
    let mut manifest = String::new();
    for n in 0..CASES {
        // Every third lies under a later one.
        let parent = if n % 3 == 0 && n + 100 < CASES { json!(format!("case-{}", n + 100)) } else { json!(null) };
        writeln!(
            manifest,
            "{}",
            json!({"external_id": format!("case-{n}"), "title": format!("Case {n}"), "parent_external_id": parent})
        )
        .expect("a string takes all");
    }
    let part = multipart::Part::bytes(manifest.into_bytes()).file_name("manifest.jsonl");
    let form = multipart::Form::new().part("manifest", part).text("space_id", space);
    let begun = client.send(client.request(Method::POST, "/api/v1/public/case-ingestions").multipart(form)).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let path = format!("/api/v1/public/case-ingestions/{}", begun.body["id"].as_str().expect("an id"));

    let store = house.store().await;
    let mut server = Some(server);
    for round in 0..2 {
        // Killed once it has got further than before.
        let before = cases(&store, &workspace).await;
        let waiting = async {
            while cases(&store, &workspace).await <= before {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it gets on");
        server.take().expect("a running server").kill();
        let found = cases(&store, &workspace).await;
        assert!((1..CASES).contains(&found), "round {round}: {found}");
        check_file(house, &workspace).await;
        if house.is_postgres() {
            // For all that is known another server is at it, so the lease must run out: as if it had.
            let past = Timestamp::now().minus(Duration::from_secs(1));
            let expire = move |tx: &mut Tx<'_>| tx.execute("UPDATE jobs SET lease_until = $1", params![past]);
            store.write(workspace.id, Actor::SYSTEM, expire).await.expect("the store answers");
        }
        server = Some(house.serve());
    }

    let server = server.expect("a running server");
    let client = workspace.client(&server.url);
    let mut live = Live::follow(&client, Some(0)).await;
    let id = begun.body["id"].as_str().expect("an id");
    live.until("ingestion.ended", id).await;
    let ended = client.get(&path).await.body;
    let counts = ["status", "total_count", "processed_count", "success_count", "error_count", "skipped_count"];
    assert_eq!(
        counts.map(|name| ended[name].clone()),
        [json!("completed"), json!(CASES), json!(CASES), json!(CASES), json!(0), json!(0)]
    );
    assert_eq!(cases(&store, &workspace).await, CASES);
    for (what, sql) in [
        ("external ids", "SELECT COUNT(DISTINCT external_id) FROM cases"),
        ("threads", "SELECT COUNT(*) FROM threads WHERE case_id IS NOT NULL"),
        ("events", "SELECT COUNT(*) FROM events WHERE verb = 'case.created'"),
        ("tallies", "SELECT CAST(SUM(n) AS BIGINT) FROM case_tallies"),
    ] {
        assert_eq!(count(&store, &workspace, sql).await, CASES, "{what}");
    }
    assert_eq!(count(&store, &workspace, "SELECT COUNT(*) FROM case_ingestion_entries").await, 0);
}

async fn cases(store: &Store, workspace: &Workspace) -> i64 {
    count(store, workspace, "SELECT COUNT(*) FROM cases").await
}

async fn count(store: &Store, workspace: &Workspace, sql: &'static str) -> i64 {
    let count = move |tx: &mut Tx<'_>| tx.query_one(sql, &[], |row| row.get(0));
    store.read(workspace.id, Actor::SYSTEM, count).await.expect("the store answers")
}
