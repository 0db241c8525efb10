//! Threads: one per case, and standalone ones (Interloom v1, Threads).

use identity::{
    Right, access,
    listing::{self, Listing},
    spaces,
};
use kernel::{
    Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, CaseId, SpaceId, ThreadId},
};
use serde_json::json;
use store::{NewEvent, Row, Tx, params};

use crate::place::{self, PlaceRef, thread_not_found};

/// A thread.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// The space it is in.
    pub space_id: SpaceId,
    /// The case it belongs to; none for a standalone thread.
    pub case_id: Option<CaseId>,
    /// What it is about; none for a case's own thread.
    pub title: Option<String>,
    /// Who began it.
    pub created_by: ActorId,
    /// When it began.
    pub created_at: Timestamp,
    /// When its last entry came.
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "t.id, t.space_id, t.case_id, t.title, t.created_by, t.created_at, t.updated_at";

fn read(row: &Row<'_>) -> Result<Thread> {
    Ok(Thread {
        id: row.get(0)?,
        space_id: row.get(1)?,
        case_id: row.get(2)?,
        title: row.get(3)?,
        created_by: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

/// The threads that the actor can see, newest first, of one space or case if wanted.
///
/// # Errors
/// `space_not_found` or `case_not_found` when a filter names what the actor cannot see.
pub fn list(
    tx: &mut Tx<'_>,
    space: Option<SpaceId>,
    case: Option<CaseId>,
    request: PageRequest,
) -> Result<Page<Thread>> {
    let conditions = place::filters(tx, PlaceRef { case, thread: None, space })?;
    let list = Listing {
        table: "threads t",
        alias: "t",
        columns: COLUMNS,
        order: "t.created_at DESC, t.id DESC",
        // A thread has no thread.
        conditions: &[conditions[0].clone(), conditions[2].clone()],
    };
    listing::page(tx, &list, request, read)
}

/// One thread.
///
/// # Errors
/// `thread_not_found`.
pub fn get(tx: &mut Tx<'_>, id: ThreadId) -> Result<Thread> {
    place::of_thread(tx, id, Right::See)?;
    find(tx, id)
}

fn find(tx: &mut Tx<'_>, id: ThreadId) -> Result<Thread> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM threads t WHERE t.id = $1"), params![id], read)?
        .ok_or_else(|| thread_not_found(id))
}

/// Begins a standalone thread: in the actor's private space unless another is named.
///
/// # Errors
/// `space_not_found`, `forbidden` for observers, `private_space_missing`, `Invalid` for an over-long title.
pub fn create(tx: &mut Tx<'_>, space: Option<SpaceId>, title: Option<&str>) -> Result<Thread> {
    check::optional("title", title, check::TITLE)?;
    let space = match space {
        Some(space) => space,
        None => {
            let actor = tx.actor().id;
            spaces::private_of(tx, actor)?
        }
    };
    access::require(tx, space, Right::Work)?;
    let id = ThreadId::new();
    insert(tx, id, space, None, title)?;
    let event = NewEvent {
        verb: "thread.created",
        subject: id.uuid(),
        space: Some(space),
        case: None,
        thread: Some(id),
        data: json!({"title": title}),
    };
    tx.emit(event)?;
    find(tx, id)
}

/// Adds a thread's row; a case's own thread is announced by the case.
///
/// # Errors
/// The engine's.
pub fn insert(tx: &mut Tx<'_>, id: ThreadId, space: SpaceId, case: Option<CaseId>, title: Option<&str>) -> Result<()> {
    tx.execute(
        "INSERT INTO threads (id, space_id, case_id, title, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
        params![id, space, case, title, tx.actor().id, tx.now()],
    )
    .map(drop)
}
