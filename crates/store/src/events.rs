//! The event log: what happened in a workspace, in order, and the cursors of those who read it.

use kernel::{
    Result, Timestamp,
    ids::{ActorId, CaseId, SpaceId, ThreadId},
};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{Row, Tx, params};

/// An event to append.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// What happened: `subject.verb`, such as `case.commenced`.
    pub verb: &'static str,
    /// The thing it happened to.
    pub subject: Uuid,
    /// The space it belongs to; absent for what concerns the whole workspace.
    pub space: Option<SpaceId>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The thread it belongs to.
    pub thread: Option<ThreadId>,
    /// What matters about it: before and after, names, reasons.
    pub data: Json,
}

/// An event of the log.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Event {
    /// Its number: grows with every event of the workspace.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it; the nil id for Heddle itself.
    #[schema(value_type = Uuid)]
    pub actor_id: ActorId,
    /// What happened: `subject.verb`.
    pub verb: String,
    /// The thing it happened to.
    pub subject_id: Uuid,
    /// The space it belongs to.
    #[schema(value_type = Option<Uuid>)]
    pub space_id: Option<SpaceId>,
    /// The case it belongs to.
    #[schema(value_type = Option<Uuid>)]
    pub case_id: Option<CaseId>,
    /// The thread it belongs to.
    #[schema(value_type = Option<Uuid>)]
    pub thread_id: Option<ThreadId>,
    /// What matters about it.
    #[schema(value_type = Object)]
    pub data: Json,
}

const COLUMNS: &str = "seq, at, actor_id, verb, subject_id, space_id, case_id, thread_id, data";

fn read(row: &Row<'_>) -> Result<Event> {
    Ok(Event {
        seq: row.get(0)?,
        at: row.get(1)?,
        actor_id: row.get(2)?,
        verb: row.get(3)?,
        subject_id: row.get(4)?,
        space_id: row.get(5)?,
        case_id: row.get(6)?,
        thread_id: row.get(7)?,
        data: row.get(8)?,
    })
}

impl Tx<'_> {
    /// Appends an event, at this transaction's time and by its actor.
    ///
    /// # Errors
    /// The engine's.
    pub fn emit(&mut self, event: NewEvent) -> Result<()> {
        self.effects.events = true;
        self.execute(
            "INSERT INTO events (at, actor_id, verb, subject_id, space_id, case_id, thread_id, data) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                self.now(),
                self.actor().id,
                event.verb,
                event.subject,
                event.space,
                event.case,
                event.thread,
                event.data
            ],
        )
        .map(drop)
    }
}

/// The events after `seq`, oldest first, at most `limit`.
///
/// # Errors
/// The engine's.
pub fn after(tx: &mut Tx<'_>, seq: i64, limit: i64) -> Result<Vec<Event>> {
    tx.query(&format!("SELECT {COLUMNS} FROM events WHERE seq > $1 ORDER BY seq LIMIT $2"), params![seq, limit], read)
}

/// What events must be about: a thing, a thread or a case.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// The thing that they happened to, or the thread they belong to.
    pub id: Uuid,
    /// The case they belong to.
    pub case: Option<CaseId>,
}

/// [`after`] for the events about something.
///
/// # Errors
/// The engine's.
pub fn after_about(tx: &mut Tx<'_>, seq: i64, limit: i64, about: About) -> Result<Vec<Event>> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM events WHERE seq > $1 AND (subject_id = $3 OR thread_id = $3 OR case_id = $4) \
             ORDER BY seq LIMIT $2"
        ),
        params![seq, limit, about.id, about.case],
        read,
    )
}

/// The number of the newest event; 0 for an empty log.
///
/// # Errors
/// The engine's.
pub fn last_seq(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tx.query_opt("SELECT seq FROM events ORDER BY seq DESC LIMIT 1", &[], |row| row.get(0))?.unwrap_or(0))
}

/// How far `reader` has read.
///
/// # Errors
/// The engine's.
pub fn cursor(tx: &mut Tx<'_>, reader: &str) -> Result<i64> {
    Ok(tx.query_opt("SELECT seq FROM cursors WHERE reader = $1", params![reader], |row| row.get(0))?.unwrap_or(0))
}

/// Notes that `reader` has read up to and with `seq`, in the same transaction as what it did about it.
///
/// # Errors
/// The engine's.
pub fn advance(tx: &mut Tx<'_>, reader: &str, seq: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO cursors (reader, seq) VALUES ($1, $2) ON CONFLICT (reader) DO UPDATE SET seq = excluded.seq",
        params![reader, seq],
    )
    .map(drop)
}
