//! The server is killed in the middle of its work, as by a power cut, and nothing that it said was done is lost.

#[path = "../v1/support/client.rs"]
#[allow(dead_code)]
mod client;
#[path = "../story/house.rs"]
#[allow(dead_code)]
mod house;
#[path = "../story/live.rs"]
mod live;

mod imports;
mod ingestions;
mod jobs;
mod requests;

use client::Client;
use house::House;
use imports::a_killed_import_is_resumed;
use ingestions::a_killed_ingestion_goes_on;
use jobs::a_killed_job_is_run_again;
use requests::what_was_acknowledged_is_kept;
use serde_json::json;

on_each_engine! {
    what_was_acknowledged_is_kept;
    a_killed_import_is_resumed;
    a_killed_ingestion_goes_on;
    a_killed_job_is_run_again;
}

/// A workspace of the house.
pub(crate) struct Workspace {
    pub(crate) id: kernel::ids::WorkspaceId,
    pub(crate) key: String,
}

impl Workspace {
    pub(crate) fn new(house: &House, slug: &str) -> Self {
        let email = format!("owner@{slug}.example");
        let made = house.admin(&["create-workspace", "--name", slug, "--slug", slug, "--owner-email", &email]);
        let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
        Self { id: text(&made["workspace"]["id"]).parse().expect("an id"), key: text(&made["api_key"]) }
    }

    pub(crate) fn client(&self, url: &str) -> Client {
        Client::new(url, Some(&self.key))
    }
}

/// A space of the workspace.
pub(crate) async fn space(client: &Client) -> String {
    client.post("/v1/spaces", json!({"name": "Permits"})).await.id(201)
}

/// Whether SQLite finds its own file whole; PostgreSQL sees to that itself.
pub(crate) async fn check_file(house: &House, workspace: &Workspace) {
    if house.is_postgres() {
        return;
    }
    // By a connection of its own: one that has read the full-text index before checks what others have written since against
    // what it remembers of it, and finds faults that are not there.
    let store = house.store().await;
    let check = |tx: &mut store::Tx<'_>| tx.query_one("PRAGMA integrity_check", &[], |row| row.get::<String>(0));
    let found = store.read(workspace.id, kernel::Actor::SYSTEM, check).await.expect("it is checked");
    assert_eq!(found, "ok");
}
