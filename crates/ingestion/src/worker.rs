//! The job that makes cases of a manifest's lines.

use futures::{StreamExt as _, stream};
use gateway::outbound::Guard;
use identity::actors;
use kernel::{
    Actor, Error, Kind, Result,
    ids::{CaseId, IngestionEntryId, IngestionId, WorkspaceId},
};
use library::documents::{self, NewFile};
use serde_json::json;
use store::{JobContext, Outcome, Store, Tx, Workers, params};
use talk::place::PlaceRef;
use work::{intake, lifecycle, status::Within};

use crate::{
    files,
    ingestions::{self, EntryStatus, Ingestion, IngestionStatus},
    lines::{Line, Lines},
    manifest::Entry,
};

/// The job's kind.
pub const JOB: &str = "cases.ingest";
/// Lines that become cases in one transaction: others write in between.
const BATCH: usize = 500;
/// Lines whose files are fetched at the same time.
const FETCHES: usize = 8;

/// What the job needs.
#[derive(Clone)]
pub struct Deps {
    /// Says which addresses files may be fetched from.
    pub guard: Guard,
}

/// Adds the job.
#[must_use]
pub fn workers(workers: Workers, deps: Deps) -> Workers {
    workers.job(JOB, move |context| ingest(context, deps.clone()))
}

/// A line on its way to a case.
struct Ready {
    line: Line,
    entry: Entry,
    /// Its files, or why there are none.
    files: std::result::Result<Vec<NewFile>, Vec<String>>,
}

/// Whose lines these are.
#[derive(Clone, Copy)]
struct Scene {
    workspace: WorkspaceId,
    ingestion: IngestionId,
    actor: Actor,
}

async fn ingest(context: JobContext, deps: Deps) -> Result<Outcome> {
    let JobContext { store, workspace, job, stop, .. } = context;
    let id = job.payload.get("ingestion_id").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
    let id: IngestionId = id.ok_or_else(|| Error::internal("the job names no ingestion"))?;
    let begun = store.write(workspace, Actor::SYSTEM, move |tx| begin(tx, id)).await?;
    let Some((ingestion, actor)) = begun else { return Ok(Outcome::Done) };
    let scene = Scene { workspace, ingestion: id, actor };
    let position = u64::try_from(ingestion.position).unwrap_or(0);
    let blobs = store.blobs();
    let Some(size) = blobs.size(workspace, &ingestion.sha256).await? else { return fail(&store, scene).await };
    // Nothing is left to read when the crash came between the last line and the end.
    if position < size {
        let stream = blobs.get_range(workspace, &ingestion.sha256, position, None).await?;
        let mut lines = Lines::new(stream, ingestion.line, position);
        let mut batch = next_batch(&store, &deps.guard, workspace, &mut lines).await?;
        while !batch.is_empty() {
            let now = std::mem::take(&mut batch);
            let writing = store.write(workspace, actor, move |tx| open_all(tx, scene.ingestion, &now, true));
            // The next lines are read while these are written.
            let (written, next) = tokio::join!(writing, next_batch(&store, &deps.guard, workspace, &mut lines));
            written?;
            batch = next?;
            if stop.is_cancelled() {
                // Another worker goes on where this one stops.
                return Ok(Outcome::Again(kernel::Timestamp::now()));
            }
        }
    }
    waiting(&store, &deps.guard, scene, &ingestion.sha256).await?;
    store.write(workspace, Actor::SYSTEM, move |tx| finish(tx, id)).await?;
    Ok(Outcome::Done)
}

/// Takes an ingestion up. None when it is over, or its space has gone with it.
fn begin(tx: &mut Tx<'_>, id: IngestionId) -> Result<Option<(Ingestion, Actor)>> {
    let Some(mut ingestion) = ingestions::find(tx, id)? else { return Ok(None) };
    if ingestion.ended_at.is_some() {
        return Ok(None);
    }
    let Some(profile) = actors::find(tx, ingestion.created_by)? else { return Ok(None) };
    if ingestion.started_at.is_none() {
        ingestion.started_at = Some(tx.now());
        ingestion.status = IngestionStatus::Processing;
        ingestions::save(tx, &ingestion)?;
    }
    Ok(Some((ingestion, profile.acting())))
}

async fn fail(store: &Store, scene: Scene) -> Result<Outcome> {
    let id = scene.ingestion;
    let ended = move |tx: &mut Tx<'_>| match ingestions::find(tx, id)? {
        Some(mut ingestion) => ingestions::end(tx, &mut ingestion, IngestionStatus::Failed),
        None => Ok(()),
    };
    store.write(scene.workspace, Actor::SYSTEM, ended).await?;
    Ok(Outcome::Done)
}

/// The next lines, with their files stored.
async fn next_batch<S>(store: &Store, guard: &Guard, workspace: WorkspaceId, lines: &mut Lines<S>) -> Result<Vec<Ready>>
where
    S: futures::Stream<Item = Result<bytes::Bytes>> + Unpin,
{
    let mut batch = Vec::new();
    while batch.len() < BATCH {
        let Some(line) = lines.next().await? else { break };
        let entry = Entry::parse(line.number, &line.text)?;
        let heavy = !entry.files.is_empty();
        batch.push((line, entry));
        // A few lines with files inside take as much memory as many without.
        if heavy && batch.len() >= FETCHES {
            break;
        }
    }
    prepare(store, guard, workspace, batch).await
}

async fn prepare(
    store: &Store,
    guard: &Guard,
    workspace: WorkspaceId,
    batch: Vec<(Line, Entry)>,
) -> Result<Vec<Ready>> {
    let prepared = stream::iter(batch).map(|(line, entry)| async move {
        let files = files::prepare(guard, store, workspace, &entry).await?;
        Ok(Ready { line, entry, files })
    });
    let ready: Vec<Result<Ready>> = prepared.buffered(FETCHES).collect().await;
    ready.into_iter().collect()
}

/// Makes cases of lines and remembers how far the manifest has come. `first`: the lines are read for the first time.
fn open_all(tx: &mut Tx<'_>, id: IngestionId, batch: &[Ready], first: bool) -> Result<bool> {
    let Some(mut ingestion) = ingestions::find(tx, id)? else { return Ok(false) };
    let mut moved = false;
    for ready in batch {
        if first && ready.line.number <= ingestion.line {
            // Another worker has done this line.
            continue;
        }
        let outcome = open(tx, &ingestion, ready)?;
        moved |= !matches!(outcome, Made::Waits);
        match outcome {
            Made::Case => ingestion.succeeded += 1,
            Made::Skipped => ingestion.skipped += 1,
            Made::Failed => ingestion.failed += 1,
            Made::Waits => {}
        }
        if first {
            ingestion.line = ready.line.number;
            ingestion.position = i64::try_from(ready.line.end).unwrap_or(i64::MAX);
        }
    }
    ingestion.processed = ingestion.succeeded + ingestion.skipped + ingestion.failed;
    ingestions::save(tx, &ingestion)?;
    Ok(moved)
}

/// What came of a line.
enum Made {
    Case,
    Skipped,
    Failed,
    Waits,
}

fn open(tx: &mut Tx<'_>, ingestion: &Ingestion, ready: &Ready) -> Result<Made> {
    let Ready { entry, files, .. } = ready;
    if let Some(external_id) = &entry.external_id
        && by_external_id(tx, ingestion, external_id)?.is_some()
    {
        forget(tx, ingestion, ready)?;
        return Ok(Made::Skipped);
    }
    let files = match files {
        Ok(files) => files,
        Err(errors) => {
            remember(tx, ingestion, ready, EntryStatus::Failed, errors)?;
            return Ok(Made::Failed);
        }
    };
    let within = match &entry.parent_external_id {
        None => Within::Space(ingestion.space_id),
        Some(parent) => match by_external_id(tx, ingestion, parent)? {
            Some(parent) => Within::Case(parent),
            None => {
                remember(tx, ingestion, ready, EntryStatus::Waiting, &[])?;
                return Ok(Made::Waits);
            }
        },
    };
    let opened = tx.attempt(|tx| {
        let case = intake::open(tx, within, &entry.case(ingestion.space_id), &[])?;
        for file in files {
            documents::create_file(tx, PlaceRef { case: Some(case), ..PlaceRef::default() }, file)?;
        }
        match entry.status {
            Some(status) => lifecycle::set_status(tx, case, status).map(drop),
            None => Ok(()),
        }
    });
    match opened {
        Ok(()) => {
            forget(tx, ingestion, ready)?;
            Ok(Made::Case)
        }
        // The database itself failed: the job is run again.
        Err(error) if matches!(error.kind(), Kind::Internal | Kind::Unavailable) => Err(error),
        Err(error) => {
            remember(tx, ingestion, ready, EntryStatus::Failed, &[error.message().to_owned()])?;
            Ok(Made::Failed)
        }
    }
}

fn by_external_id(tx: &mut Tx<'_>, ingestion: &Ingestion, external_id: &str) -> Result<Option<CaseId>> {
    let sql = "SELECT id FROM cases WHERE space_id = $1 AND external_id = $2";
    tx.query_opt(sql, params![ingestion.space_id, external_id], |row| row.get(0))
}

/// Keeps a line that has made no case.
fn remember(
    tx: &mut Tx<'_>,
    ingestion: &Ingestion,
    ready: &Ready,
    status: EntryStatus,
    errors: &[String],
) -> Result<()> {
    let (line, start) = (&ready.line, i64::try_from(ready.line.start).unwrap_or(i64::MAX));
    let length = i64::try_from(line.end - line.start).unwrap_or(i64::MAX);
    let external_id = ready.entry.external_id.clone().unwrap_or_default();
    tx.execute(
        "INSERT INTO case_ingestion_entries (id, ingestion_id, line, position, length, external_id, status, errors, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (ingestion_id, line) DO UPDATE SET status = excluded.status, errors = excluded.errors, created_at = excluded.created_at",
        params![
            IngestionEntryId::new(),
            ingestion.id,
            line.number,
            start,
            length,
            external_id.replace('\0', ""),
            status,
            json!(errors),
            tx.now()
        ],
    )
    .map(drop)
}

/// A line that waited has made its case.
fn forget(tx: &mut Tx<'_>, ingestion: &Ingestion, ready: &Ready) -> Result<()> {
    if ready.entry.parent_external_id.is_none() {
        return Ok(());
    }
    tx.execute(
        "DELETE FROM case_ingestion_entries WHERE ingestion_id = $1 AND line = $2",
        params![ingestion.id, ready.line.number],
    )
    .map(drop)
}

/// Goes over the lines that wait for the case they lie under, as long as one of them finds it.
async fn waiting(store: &Store, guard: &Guard, scene: Scene, sha256: &str) -> Result<()> {
    let Scene { workspace, ingestion, actor } = scene;
    loop {
        let (mut moved, mut after) = (false, 0);
        loop {
            let places = store.read(workspace, Actor::SYSTEM, move |tx| places(tx, ingestion, after)).await?;
            let Some((last, ..)) = places.last() else { break };
            after = *last;
            let mut batch = Vec::new();
            for (number, start, length) in places {
                let (start, end) = (start as u64, (start + length) as u64);
                let bytes = store.blobs().get_range(workspace, sha256, start, Some(end)).await?;
                if let Some(line) = Lines::new(bytes, number - 1, start).next().await? {
                    let entry = Entry::parse(number, &line.text)?;
                    batch.push((line, entry));
                }
            }
            let batch = std::sync::Arc::new(prepare(store, guard, workspace, batch).await?);
            moved |= store.write(workspace, actor, move |tx| open_all(tx, ingestion, &batch, false)).await?;
        }
        if !moved {
            return Ok(());
        }
    }
}

/// The lines after number `after` that wait: number, place and length.
fn places(tx: &mut Tx<'_>, ingestion: IngestionId, after: i64) -> Result<Vec<(i64, i64, i64)>> {
    tx.query(
        "SELECT line, position, length FROM case_ingestion_entries WHERE ingestion_id = $1 AND status = 'waiting' AND line > $2 \
         ORDER BY line LIMIT $3",
        params![ingestion, after, BATCH],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Ends an ingestion: lines that still wait have no case to lie under.
fn finish(tx: &mut Tx<'_>, id: IngestionId) -> Result<()> {
    let Some(mut ingestion) = ingestions::find(tx, id)? else { return Ok(()) };
    if ingestion.ended_at.is_some() {
        return Ok(());
    }
    let why = json!(["parent_external_id: neither the space nor the manifest has a case of this name"]);
    let orphans = tx.execute(
        "UPDATE case_ingestion_entries SET status = 'failed', errors = $2, created_at = $3 WHERE ingestion_id = $1 AND status = 'waiting'",
        params![id, why, tx.now()],
    )?;
    ingestion.failed += i64::try_from(orphans).unwrap_or(0);
    ingestion.processed = ingestion.succeeded + ingestion.skipped + ingestion.failed;
    ingestions::end(tx, &mut ingestion, IngestionStatus::Completed)
}
