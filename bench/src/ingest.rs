//! A manifest of 100,000 cases: ingested by the job, and its rows inserted by bare rusqlite.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use bytes::Bytes;
use gateway::outbound::Guard;
use identity::spaces;
use ingestion::{Deps, IngestionStatus};
use kernel::{Actor, ids::IngestionId};
use store::{Config, Store, Workers};
use tokio_util::sync::CancellationToken;

use crate::{Result, footprint, import, report::Row};

const CASES: usize = 100_000;
/// A first, smaller manifest: what the process needs for any.
const FEW: usize = 10_000;
const TARGET: f64 = 0.5;
const MEMORY: f64 = 24.0;

/// Ingests a manifest into a fresh store, reading, checks, threads and events included, against inserting the same rows with
/// prepared statements in large transactions; and how much more memory the large manifest takes than a small one.
pub fn measure() -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (database, ours, grown) = runtime.block_on(async {
        let store = Store::open(Config::embedded(folder.path())).await?;
        let (workspace, _, owner) =
            identity::workspaces::create(&store, "Bench", None, "bench@example.com", None).await?;
        let stop = CancellationToken::new();
        let workers = ingestion::workers(Workers::new(), Deps { guard: Guard::allowing("")? });
        let working = tokio::spawn(workers.run(store.clone(), stop.clone()));
        let actor = owner.acting();
        ingest(&store, workspace.id, actor, "few", FEW).await?;
        let before = footprint::resident(std::process::id())?;
        let time = ingest(&store, workspace.id, actor, "many", CASES).await?;
        let after = footprint::resident(std::process::id())?;
        stop.cancel();
        working.await??;
        let database = format!("workspaces/ws_{}.db", workspace.id.uuid().simple());
        Ok::<_, crate::Error>((database, time, after - before))
    })?;
    // The bare inserts take both manifests' rows.
    let bare = import::insert_bare(&folder.path().join(database), &folder.path().join("bare.db"))?;
    let bare = bare.mul_f64(CASES as f64 / (CASES + FEW) as f64);
    let per_second = |time: Duration| format!("{:.0} cases/s", CASES as f64 / time.as_secs_f64());
    let share = bare.as_secs_f64() / ours.as_secs_f64();
    Ok(vec![
        Row {
            what: "ingestion of a manifest of 100,000 cases (SQLite)",
            measured: per_second(ours),
            against: format!("bare rusqlite, same rows: {}", per_second(bare)),
            figure: format!("{:.0} %", share * 100.0),
            target: "≥ 50 %",
            met: share >= TARGET,
        },
        Row {
            what: "memory that 100,000 lines take beyond 10,000",
            measured: format!("{grown:.0} MiB"),
            against: "—".to_owned(),
            figure: format!("{grown:.0} MiB"),
            target: "≤ 24 MiB",
            met: grown <= MEMORY,
        },
    ])
}

async fn ingest(
    store: &Store,
    workspace: kernel::ids::WorkspaceId,
    actor: Actor,
    name: &str,
    cases: usize,
) -> Result<Duration> {
    let mut manifest = String::new();
    for n in 0..cases {
        writeln!(
            manifest,
            r#"{{"external_id": "{name}-{n}", "title": "Claim {n} after the storm", "description": "Water came in at the window of room {n}.", "priority": "medium", "due_at": "2027-01-01T00:00:00Z"}}"#
        )?;
    }
    let stored = store.blobs().put(workspace, Bytes::from(manifest)).await?;
    let mut signals = store.subscribe(workspace).await?;
    let begun = Instant::now();
    let total = ingestion::scan(store.blobs().get(workspace, &stored.sha256).await?).await?;
    let id: IngestionId = store
        .write(workspace, actor, move |tx| {
            let space = spaces::general(tx)?;
            Ok(ingestion::begin(tx, space, &stored, total)?.id)
        })
        .await?;
    loop {
        let now = store.read(workspace, actor, move |tx| ingestion::get(tx, id)).await?;
        match now.status {
            IngestionStatus::Completed if now.succeeded == cases as i64 => return Ok(begun.elapsed()),
            IngestionStatus::Completed | IngestionStatus::Failed => {
                return Err(format!("{} of {cases} cases, {} failed", now.succeeded, now.failed).into());
            }
            IngestionStatus::Pending | IngestionStatus::Processing => {
                signals.changed().await?;
            }
        }
    }
}
