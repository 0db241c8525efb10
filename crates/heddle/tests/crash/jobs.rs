//! A job that is running.

use std::time::Duration;

use kernel::{Actor, Timestamp};
use serde_json::json;
use store::{Store, Tx, params};
use tokio::net::TcpListener;

use crate::{Workspace, house::House, live::Live, space};

pub async fn a_killed_job_is_run_again(house: &House) {
    let workspace = Workspace::new(house, "jobs");
    // A mail server that takes calls and never says a word keeps the job running.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("smtp://{}", silent.local_addr().expect("its address"));
    let server = house.serve_with(&[("HEDDLE_SMTP_URL", &url)]);
    let client = workspace.client(&server.url);
    let space = space(&client).await;
    let case = client.post("/v1/cases", json!({"space_id": space, "title": "A fence"})).await;
    let body = json!({"case_id": case.id(201), "to": ["ann@example.com"], "subject": "Your fence"});
    let email = client.post("/v1/emails", body).await.id(201);
    assert_eq!(client.act(&format!("/v1/emails/{email}/send")).await.data(200)["state"], "queued");
    let call = tokio::time::timeout(Duration::from_secs(60), silent.accept()).await.expect("the server calls");
    server.kill();
    drop(call);

    let store = house.store().await;
    assert_eq!(jobs(&store, &workspace).await, ["running"]);
    if house.is_postgres() {
        // For all that is known another server is at it, so the lease must run out: as if it had.
        let past = Timestamp::now().minus(Duration::from_secs(1));
        let expire = move |tx: &mut Tx<'_>| tx.execute("UPDATE jobs SET lease_until = $1", params![past]);
        store.write(workspace.id, Actor::SYSTEM, expire).await.expect("the store answers");
    }

    let server = house.serve();
    let client = workspace.client(&server.url);
    let mut live = Live::follow(&client, Some(0)).await;
    live.until("email.delivered", &email).await;
    assert_eq!(client.get(&format!("/v1/emails/{email}")).await.data(200)["state"], "delivered");
    assert_eq!(std::fs::read_dir(house.folder().join("outbox")).expect("a folder").count(), 1);
    let thread = case.data(201)["thread_id"].as_str().expect("an id");
    let entries = client.get(&format!("/v1/threads/{thread}/activities")).await;
    let told = entries.data(200).as_array().expect("a list").iter().filter(|entry| entry["type"] == "system_event");
    assert_eq!(told.count(), 1);
}

/// The states of the jobs that send e-mails.
async fn jobs(store: &Store, workspace: &Workspace) -> Vec<String> {
    let states =
        |tx: &mut Tx<'_>| tx.query("SELECT state FROM jobs WHERE kind = 'email.send'", &[], |row| row.get::<String>(0));
    store.read(workspace.id, Actor::SYSTEM, states).await.expect("the store answers")
}
