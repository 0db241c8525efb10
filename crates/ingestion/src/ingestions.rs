//! Ingestions: how far a manifest has come, and which of its lines made no case.

use identity::{
    Right, access,
    listing::{self, Sliced},
};
use kernel::{
    Error, Mark, Result, Slice, SliceRequest, Timestamp,
    ids::{ActorId, IngestionEntryId, IngestionId, SpaceId},
};
use serde_json::json;
use store::{NewEvent, NewJob, Param, Row, Stored, Tx, params};

use crate::worker;

store::text_enum! {
    /// How far an ingestion is.
    pub enum IngestionStatus {
        /// It has not begun.
        Pending = "pending",
        /// Lines become cases.
        Processing = "processing",
        /// Every line has been looked at.
        Completed = "completed",
        /// It had to stop.
        Failed = "failed",
    }
}

store::text_enum! {
    /// What came of a line that has not made a case.
    pub enum EntryStatus {
        /// It waits for the case it lies under.
        Waiting = "waiting",
        /// It cannot become a case.
        Failed = "failed",
    }
}

/// An ingestion.
#[derive(Clone, Debug)]
pub struct Ingestion {
    /// Its id.
    pub id: IngestionId,
    /// Where the cases are opened.
    pub space_id: SpaceId,
    /// The manifest's bytes.
    pub sha256: String,
    /// How far it is.
    pub status: IngestionStatus,
    /// How many cases the manifest describes.
    pub total: i64,
    /// How many lines have been dealt with.
    pub processed: i64,
    /// How many of them became cases.
    pub succeeded: i64,
    /// How many of them could not.
    pub failed: i64,
    /// How many of them were there already.
    pub skipped: i64,
    /// The last line that was read.
    pub(crate) line: i64,
    /// Where the next one begins, in bytes.
    pub(crate) position: i64,
    /// Who uploaded it; the cases are opened under this name.
    pub created_by: ActorId,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// When work on it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

const COLUMNS: &str = "i.id, i.space_id, i.sha256, i.status, i.total, i.processed, i.succeeded, i.failed, i.skipped, i.line, \
     i.position, i.created_by, i.created_at, i.started_at, i.ended_at";

fn read(row: &Row<'_>) -> Result<Ingestion> {
    Ok(Ingestion {
        id: row.get(0)?,
        space_id: row.get(1)?,
        sha256: row.get(2)?,
        status: row.get(3)?,
        total: row.get(4)?,
        processed: row.get(5)?,
        succeeded: row.get(6)?,
        failed: row.get(7)?,
        skipped: row.get(8)?,
        line: row.get(9)?,
        position: row.get(10)?,
        created_by: row.get(11)?,
        created_at: row.get(12)?,
        started_at: row.get(13)?,
        ended_at: row.get(14)?,
    })
}

/// A line that could not become a case.
#[derive(Clone, Debug)]
pub struct IngestionEntry {
    /// Its id.
    pub id: IngestionEntryId,
    /// Its number in the manifest, from 1.
    pub line: i64,
    /// The name it gives its case; empty for one without.
    pub external_id: String,
    /// Why not.
    pub errors: Vec<String>,
    /// When that was found out.
    pub created_at: Timestamp,
}

/// Begins an ingestion of a manifest that was stored and scanned.
///
/// # Errors
/// `space_not_found`, `forbidden` for observers.
pub fn begin(tx: &mut Tx<'_>, space: SpaceId, manifest: &Stored, total: i64) -> Result<Ingestion> {
    access::require(tx, space, Right::Work)?;
    let (id, actor) = (IngestionId::new(), tx.actor().id);
    tx.execute(
        "INSERT INTO case_ingestions (id, space_id, sha256, status, total, processed, succeeded, failed, skipped, line, position, \
         created_by, created_at) VALUES ($1, $2, $3, 'pending', $4, 0, 0, 0, 0, 0, 0, $5, $6)",
        params![id, space, manifest.sha256, total, actor, tx.now()],
    )?;
    tx.enqueue(NewJob::new(worker::JOB, json!({"ingestion_id": id})))?;
    let ingestion = find(tx, id)?.ok_or_else(|| Error::internal("an ingestion just added is gone"))?;
    event(tx, "ingestion.created", &ingestion)?;
    Ok(ingestion)
}

/// One ingestion.
///
/// # Errors
/// `case_ingestion_not_found`.
pub fn get(tx: &mut Tx<'_>, id: IngestionId) -> Result<Ingestion> {
    let not_found = || Error::not_found("case_ingestion_not_found", format!("No case ingestion found with ID {id}"));
    let found = find(tx, id)?.ok_or_else(not_found)?;
    let role = access::role(tx, found.space_id)?;
    access::check(role, Right::See, not_found)?;
    Ok(found)
}

/// One ingestion, whoever asks.
pub(crate) fn find(tx: &mut Tx<'_>, id: IngestionId) -> Result<Option<Ingestion>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM case_ingestions i WHERE i.id = $1"), params![id], read)
}

/// The lines that could not become cases, in the order in which that was found out.
///
/// # Errors
/// `case_ingestion_not_found`.
pub fn errors(tx: &mut Tx<'_>, id: IngestionId, request: SliceRequest) -> Result<Slice<IngestionEntry>> {
    get(tx, id)?;
    let list = Sliced {
        table: "case_ingestion_entries e",
        alias: "e",
        columns: "e.id, e.line, e.external_id, e.errors, e.created_at",
        sort: "created_at",
        condition: "e.ingestion_id = $1 AND e.status = 'failed'",
        values: vec![Param::Id(id.uuid())],
    };
    let read = |row: &Row<'_>| {
        Ok(IngestionEntry {
            id: row.get(0)?,
            line: row.get(1)?,
            external_id: row.get(2)?,
            errors: row.get(3)?,
            created_at: row.get(4)?,
        })
    };
    listing::slice(tx, list, request, read, |entry| Mark { at: entry.created_at, id: entry.id.uuid() })
}

/// Writes down how far an ingestion has come.
pub(crate) fn save(tx: &mut Tx<'_>, ingestion: &Ingestion) -> Result<()> {
    tx.execute(
        "UPDATE case_ingestions SET status = $2, processed = $3, succeeded = $4, failed = $5, skipped = $6, line = $7, position = $8, \
         started_at = $9, ended_at = $10 WHERE id = $1",
        params![
            ingestion.id,
            ingestion.status,
            ingestion.processed,
            ingestion.succeeded,
            ingestion.failed,
            ingestion.skipped,
            ingestion.line,
            ingestion.position,
            ingestion.started_at,
            ingestion.ended_at
        ],
    )
    .map(drop)
}

/// Ends an ingestion and lets its manifest go.
pub(crate) fn end(tx: &mut Tx<'_>, ingestion: &mut Ingestion, status: IngestionStatus) -> Result<()> {
    ingestion.status = status;
    ingestion.ended_at = Some(tx.now());
    save(tx, ingestion)?;
    event(tx, "ingestion.ended", ingestion)?;
    library::documents::discard_upload(tx, &ingestion.sha256)
}

fn event(tx: &mut Tx<'_>, verb: &'static str, ingestion: &Ingestion) -> Result<()> {
    tx.emit(NewEvent {
        verb,
        subject: ingestion.id.uuid(),
        space: Some(ingestion.space_id),
        case: None,
        thread: None,
        data: json!({
            "status": ingestion.status,
            "total": ingestion.total,
            "succeeded": ingestion.succeeded,
            "failed": ingestion.failed,
            "skipped": ingestion.skipped,
        }),
    })
}
