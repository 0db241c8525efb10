//! Cases: one by its id, opened by many clients at once, and listed among a million.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use identity::{keys, workspaces};
use kernel::{
    Actor, Timestamp,
    ids::{CaseId, SpaceId, ThreadId, WorkspaceId},
};
use serde_json::json;
use store::{Config, NewEvent, Store, Tx, params};
use work::cases::{self, NewCase};

use crate::{
    Error, Result,
    load::{self, request},
    report::Row,
    server::Server,
};

const CLIENTS: usize = 64;
const TIME: Duration = Duration::from_secs(6);

/// A workspace to measure in.
pub struct Bench {
    pub store: Store,
    pub workspace: WorkspaceId,
    pub actor: Actor,
    pub space: SpaceId,
    pub key: String,
}

/// Makes a workspace in a folder.
pub async fn bench(folder: &Path) -> Result<Bench> {
    let store = Store::open(Config::embedded(folder)).await?;
    let (workspace, user, profile) = workspaces::create(&store, "Bench", None, "bench@example.com", None).await?;
    let workspace = workspace.id;
    let key = store.control_write(move |tx| keys::create(tx, workspace, user.id, "bench")).await?.1;
    let actor = profile.acting();
    let space = store.read(workspace, actor, identity::spaces::general).await?;
    Ok(Bench { store, workspace, actor, space, key })
}

/// `GET /v1/cases/{id}` with key, rate limit and permission check against an empty route of the same process, on one core.
pub fn get_against_empty_route() -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (case, key) = runtime.block_on(async {
        let bench = bench(folder.path()).await?;
        let space = bench.space;
        let write = move |tx: &mut Tx<'_>| cases::create(tx, &NewCase::titled(space, "A fence of two metres"));
        let case = bench.store.write(bench.workspace, bench.actor, write).await?;
        for _ in 0..10_000 {
            bench.store.write(bench.workspace, bench.actor, write).await?;
        }
        Ok::<_, Error>((case.id, bench.key))
    })?;
    let server = Server::start(folder.path(), Some(0))?;
    let get = request("GET", &format!("/v1/cases/{case}"), Some(&key), None);
    let empty = request("GET", "/empty", None, None);
    load::rate(&server.address, CLIENTS, Duration::from_secs(1), &get, 200)?;
    // In turns, so that a disturbance of the machine hits both.
    let (mut case_rate, mut empty_rate) = (0.0f64, 0.0f64);
    for _ in 0..3 {
        empty_rate = empty_rate.max(load::rate(&server.address, CLIENTS, TIME / 3, &empty, 200)?);
        case_rate = case_rate.max(load::rate(&server.address, CLIENTS, TIME / 3, &get, 200)?);
    }
    let ratio = case_rate / empty_rate;
    Ok(Row {
        what: "`GET /v1/cases/{id}`, one core, 64 clients",
        measured: format!("{case_rate:.0}/s"),
        against: format!("empty axum route {empty_rate:.0}/s"),
        figure: format!("{:.0} %", ratio * 100.0),
        target: "≥ 35 %",
        met: ratio >= 0.35,
    })
}

/// Cases opened over HTTP by 64 clients against the store committing the same rows and events for 64 tasks.
pub fn create_against_store() -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let bench = runtime.block_on(bench(folder.path()))?;
    let alone = runtime.block_on(store_alone(&bench))?;
    let body = json!({"space_id": bench.space, "title": "A fence of two metres", "priority": "high"}).to_string();
    let create = request("POST", "/v1/cases", Some(&bench.key), Some(&body));
    let server = Server::start(folder.path(), None)?;
    load::rate(&server.address, CLIENTS, Duration::from_secs(1), &create, 201)?;
    let over_http = load::rate(&server.address, CLIENTS, TIME, &create, 201)?;
    let ratio = over_http / alone;
    Ok(Row {
        what: "durable `POST /v1/cases`, 64 clients",
        measured: format!("{over_http:.0}/s"),
        against: format!("store alone, same rows and events {alone:.0}/s"),
        figure: format!("{:.0} %", ratio * 100.0),
        target: "≥ 40 %",
        met: ratio >= 0.40,
    })
}

async fn store_alone(bench: &Bench) -> Result<f64> {
    let begun = Instant::now();
    let until = begun + TIME;
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (store, workspace, actor, space) = (bench.store.clone(), bench.workspace, bench.actor, bench.space);
            tokio::spawn(async move {
                let mut n = 0u64;
                while Instant::now() < until {
                    store.write(workspace, actor, move |tx| bare_rows(tx, space)).await?;
                    n += 1;
                }
                Ok::<_, kernel::Error>(n)
            })
        })
        .collect();
    let mut total = 0;
    for task in tasks {
        total += task.await??;
    }
    Ok(total as f64 / begun.elapsed().as_secs_f64())
}

/// The rows and the event of one opened case, with no rule around them.
fn bare_rows(tx: &mut Tx<'_>, space: SpaceId) -> kernel::Result<()> {
    let (case, thread, now, actor) = (CaseId::new(), ThreadId::new(), tx.now(), tx.actor().id);
    tx.execute(
        "INSERT INTO threads (id, space_id, case_id, title, created_by, created_at, updated_at) VALUES ($1, $2, $3, NULL, $4, $5, $5)",
        params![thread, space, case, actor, now],
    )?;
    insert_case(tx, case, thread, space, "intake", "high", now)?;
    tx.execute(
        "INSERT INTO case_tallies (space_id, phase, motion, priority, n) VALUES ($1, 'intake', 'idle', 'high', 1) \
         ON CONFLICT (space_id, phase, motion, priority) DO UPDATE SET n = case_tallies.n + 1",
        params![space],
    )?;
    let data = json!({"title": "A fence of two metres", "priority": "high", "assigned_actor_id": null});
    tx.emit(NewEvent {
        verb: "case.created",
        subject: case.uuid(),
        space: Some(space),
        case: Some(case),
        thread: Some(thread),
        data,
    })
}

fn insert_case(
    tx: &mut Tx<'_>,
    case: CaseId,
    thread: ThreadId,
    space: SpaceId,
    phase: &str,
    priority: &str,
    at: Timestamp,
) -> kernel::Result<()> {
    tx.execute(
        "INSERT INTO cases (id, space_id, thread_id, title, phase, motion, priority, attributes, created_by, created_at, updated_at) \
         VALUES ($1, $2, $3, 'A fence of two metres', $4, 'idle', $5, '{}', $6, $7, $7)",
        params![case, space, thread, phase, priority, tx.actor().id, at],
    )
    .map(drop)
}

/// The first page of a space's cases in one phase, newest first, among ten thousand and among a million.
pub fn list_at_a_million() -> Result<Row> {
    let small = list_median(10_000)?;
    let large = list_median(1_000_000)?;
    let ratio = large.as_secs_f64() / small.as_secs_f64();
    Ok(Row {
        what: "case list (space, phase, 50 a page, newest first), median",
        measured: format!("{} µs at 1,000,000 cases", large.as_micros()),
        against: format!("{} µs at 10,000 cases", small.as_micros()),
        figure: format!("{ratio:.2} times"),
        target: "≤ 1.5 times",
        met: ratio <= 1.5,
    })
}

fn list_median(n: usize) -> Result<Duration> {
    const BATCH: usize = 10_000;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (space, key) = runtime.block_on(async {
        let bench = bench(folder.path()).await?;
        let space = bench.space;
        for batch in 0..n / BATCH {
            let fill = move |tx: &mut Tx<'_>| {
                let begun = Timestamp::from_micros(1_700_000_000_000_000);
                for i in 0..BATCH {
                    let number = batch * BATCH + i;
                    let phase = ["intake", "active", "resolved", "closed"][number % 4];
                    let at = begun.plus(Duration::from_secs(number as u64));
                    insert_case(tx, CaseId::new(), ThreadId::new(), space, phase, "high", at)?;
                }
                for phase in ["intake", "active", "resolved", "closed"] {
                    tx.execute(
                        "INSERT INTO case_tallies (space_id, phase, motion, priority, n) VALUES ($1, $2, 'idle', 'high', $3) \
                         ON CONFLICT (space_id, phase, motion, priority) DO UPDATE SET n = case_tallies.n + excluded.n",
                        params![space, phase, BATCH / 4],
                    )?;
                }
                Ok(())
            };
            bench.store.write(bench.workspace, bench.actor, fill).await?;
        }
        Ok::<_, Error>((space, bench.key))
    })?;
    let server = Server::start(folder.path(), None)?;
    let list = request("GET", &format!("/v1/cases?space_id={space}&phase=active"), Some(&key), None);
    load::median(&server.address, 1000, &list)
}
