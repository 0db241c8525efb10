//! The loop on PostgreSQL, in a database of its own, when `HEDDLE_TEST_DATABASE_URL` names a server.

use std::{path::Path, sync::Arc};

use gateway::Gateway;
use heddle_agents::{
    proposals::{self, Decision},
    runs::{RunState, WaitingFor},
};
use serde_json::{Value as Json, json};
use store::Config;
use talk::activities::ActivityType;
use work::motion::Priority;

use crate::support::{Scripted, Setup, World, call, result, said, tick};

/// Runs a statement on the server, away from the runtime's threads.
async fn on_server(url: &str, sql: String) {
    let url = url.to_owned();
    let run = move || postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(&sql).unwrap();
    tokio::task::spawn_blocking(run).await.unwrap();
}

/// A database of its own.
pub struct Database {
    server: String,
    name: String,
    config: Config,
}

/// One whose store keeps its files in `folder`; none without a server.
pub async fn database(folder: &Path) -> Option<Database> {
    let server = std::env::var(store::testing::DATABASE_URL).ok()?;
    let name = format!("agents_{}", kernel::ids::RunId::new().uuid().simple());
    on_server(&server, format!("CREATE DATABASE {name}")).await;
    let (base, _) = server.rsplit_once('/').unwrap();
    let config = Config { database_url: Some(format!("{base}/{name}")), ..Config::embedded(folder) };
    Some(Database { server, name, config })
}

impl Database {
    pub fn config(&self) -> Config {
        self.config.clone()
    }

    pub async fn drop(self) {
        on_server(&self.server, format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

#[tokio::test]
async fn runs_work_the_same_on_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let Some(database) = database(folder.path()).await else { return };
    let script = |request: &gateway::ChatRequest, turn: usize| {
        Ok(match turn {
            0 => vec![
                call("a", "attach_artifact", json!({"name": "a.txt", "content": "zero \0 here"})),
                call("b", "add_label", json!({"label": "nope"})),
                call("c", "set_priority", json!({"priority": "high"})),
            ],
            1 => {
                assert!(result(request, "b").unwrap().1);
                let id = serde_json::from_str::<Json>(result(request, "a").unwrap().0).unwrap()["document_id"].clone();
                vec![
                    call("d", "read_document", json!({"document_id": id})),
                    call("e", "ask_person", json!({"question": "Shall I?"})),
                ]
            }
            _ => {
                assert!(result(request, "d").unwrap().0.contains("zero  here"));
                assert!(said(request).contains("Ada wrote in the thread: Yes."));
                vec![tick(request, "f", 0), call("g", "finish_stage", json!({"summary": "Done."}))]
            }
        })
    };
    let gateway = Gateway::new().with_provider(Arc::new(Scripted(Box::new(script))));
    let setup = Setup::todos("scripted/m", &["Find out"]).review(&["set_priority"]);
    let world = World::configured(database.config(), setup, gateway).await;
    world.commence().await;
    world.until_run("the proposal", |run| run.waiting_for == Some(WaitingFor::Proposal)).await;
    let id = world.proposals().await[0].id;
    let edit = Decision::Edit(json!({"priority": "low"}));
    world.write(move |tx| proposals::decide(tx, id, &edit, None)).await;
    world.until_run("the question", |run| run.waiting_for == Some(WaitingFor::Person)).await;
    assert_eq!(world.the_case().await.priority, Some(Priority::Low));
    world.comment("Yes.").await;
    world.until_state(RunState::Succeeded).await;
    assert_eq!(world.told(ActivityType::Comment).await.last().unwrap(), "Done.");
    world.stop.cancel();
    world.workers.await.unwrap().unwrap();
    database.drop().await;
}
