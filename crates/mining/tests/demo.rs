//! The workspace to look around in.
#![allow(clippy::unwrap_used)]

mod common;

use heddle_mining::{demo, discover};
use kernel::Actor;
use store::{Config, Store};

async fn check(store: &Store) -> heddle_mining::Demo {
    let made = demo(store).await.unwrap();
    assert!(made.created);
    assert_eq!(made.owner.email, "demo@heddle.example");
    let workspace = made.workspace.id;
    let count = async |from: &str| {
        let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {from}");
        store.read(workspace, Actor::SYSTEM, move |tx| tx.query_one(&sql, &[], |row| row.get::<i64>(0))).await.unwrap()
    };
    assert_eq!(count("cases WHERE parent_case_id IS NULL").await, 24);
    assert_eq!(count("cases").await, made.cases);
    for phase in ["intake", "active", "resolved", "closed"] {
        assert!(count(&format!("cases WHERE phase = '{phase}'")).await >= 3, "{phase}");
    }
    for motion in ["idle", "working", "waiting", "blocked", "paused"] {
        assert!(count(&format!("cases WHERE motion = '{motion}'")).await >= 1, "{motion}");
    }
    for place in 0..5 {
        assert!(count(&format!("stages WHERE phase = 'active' AND position = {place}")).await >= 2, "{place}");
    }
    assert_eq!(count("actors WHERE type = 'ai' AND model_id = 'rules'").await, 1);
    assert_eq!(count("actors WHERE type = 'human'").await, 4);
    let tallies = "SELECT CAST(SUM(n) AS BIGINT) FROM case_tallies";
    let total = store.read(workspace, Actor::SYSTEM, |tx| tx.query_one(tallies, &[], |row| row.get::<i64>(0))).await;
    assert_eq!(total.unwrap(), made.cases);
    let late = "SELECT COUNT(*) FROM events WHERE at > $1";
    let late = store
        .read(workspace, Actor::SYSTEM, |tx| {
            let now = tx.now();
            tx.query_one(late, store::params![now], |row| row.get::<i64>(0))
        })
        .await;
    assert_eq!(late.unwrap(), 0);
    let found = discover(store, workspace, "Claims").await.unwrap();
    assert_eq!(found.path[0], "Intake check");
    let events = count("events").await;
    let again = demo(store).await.unwrap();
    assert!(!again.created);
    assert_eq!((again.workspace.id, again.cases, again.owner.id), (workspace, made.cases, made.owner.id));
    assert_eq!(count("events").await, events);
    made
}

#[tokio::test]
async fn it_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    check(&Store::open(Config::embedded(folder.path())).await.unwrap()).await;
}

#[tokio::test]
async fn it_is_made_once_on_postgres() {
    let Ok(url) = std::env::var("HEDDLE_TEST_DATABASE_URL") else { return };
    let folder = tempfile::tempdir().unwrap();
    let store =
        Store::open(Config { database_url: Some(url.clone()), ..Config::embedded(folder.path()) }).await.unwrap();
    let there = store.control_read(|tx| identity::workspaces::by_slug(tx, "demo")).await.unwrap();
    if there.is_some() {
        eprintln!("skipped: the server has a demo workspace already");
        return;
    }
    let made = check(&store).await;
    let name = made.workspace.id.uuid();
    let drop = move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        let sql = format!(
            "DROP SCHEMA \"ws_{}\" CASCADE; DELETE FROM heddle_control.workspaces WHERE id = '{name}'",
            name.simple()
        );
        client.batch_execute(&sql).unwrap();
    };
    std::thread::spawn(drop).join().unwrap();
}
