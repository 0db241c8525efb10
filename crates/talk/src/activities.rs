//! Activities: the entries of a thread (Interloom v1, Threads; Interloom 1.11).

use identity::{
    Right, Role,
    listing::{self, Sliced},
};
use kernel::{
    Direction, Error, Mark, Page, PageRequest, Result, Slice, SliceRequest, Timestamp, check,
    ids::{ActivityId, ActorId, ThreadId},
};
use serde_json::{Value as Json, json};
use store::{NewEvent, Param, Row, Tx, params};

use crate::{
    comments, mentions,
    place::{self, Place},
};

store::text_enum! {
    /// What kind of entry it is. The first six can be posted; the last three are written by Heddle alone.
    pub enum ActivityType {
        /// Something said.
        Comment = "comment",
        /// A case's phase or motion changed.
        StatusChange = "status_change",
        /// A stage's phase changed.
        StageTransition = "stage_transition",
        /// A tool was called.
        ToolCall = "tool_call",
        /// A note was written.
        NoteEdit = "note_edit",
        /// Anything else a system tells.
        SystemEvent = "system_event",
        /// A subcase was opened.
        SubcaseCreated = "subcase_created",
        /// A subcase has finished; its summary.
        SubcaseCompleted = "subcase_completed",
        /// A document was attached.
        ArtifactAdded = "artifact_added",
    }
}

store::text_enum! {
    /// Who sees an entry.
    pub enum Visibility {
        /// Everybody who sees the thread.
        Public = "public",
        /// Its author, those assigned to the case or one of its stages, admins and owners.
        Internal = "internal",
        /// Admins and owners: the audit trail.
        System = "system",
    }
}

/// An entry of a thread.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// The thread.
    pub thread_id: ThreadId,
    /// What kind of entry it is.
    pub activity_type: ActivityType,
    /// Who sees it.
    pub visibility: Visibility,
    /// Who wrote it; the nil id for Heddle itself.
    pub actor_id: ActorId,
    /// What it says.
    pub content: String,
    /// What programs may want to know: before and after, ids.
    pub data: Option<Json>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its author last changed it.
    pub edited_at: Option<Timestamp>,
    /// When its author took it back; its content is empty then.
    pub deleted_at: Option<Timestamp>,
}

pub(crate) fn read(row: &Row<'_>) -> Result<Activity> {
    Ok(Activity {
        id: row.get(0)?,
        thread_id: row.get(1)?,
        activity_type: row.get(2)?,
        visibility: row.get(3)?,
        actor_id: row.get(4)?,
        content: row.get(5)?,
        data: row.get(6)?,
        created_at: row.get(7)?,
        edited_at: row.get(8)?,
        deleted_at: row.get(9)?,
    })
}

pub(crate) const COLUMNS: &str =
    "id, thread_id, type, visibility, actor_id, content, data, created_at, edited_at, deleted_at";

/// The entries of thread `$1` that the actor `$4` may see, given which kinds pass without being one's own: see [`passes`].
const SEEN: &str = "thread_id = $1 AND (visibility = 'public' OR (visibility = 'internal' AND $2) OR (visibility = 'system' AND $3) \
                    OR (visibility = 'internal' AND actor_id = $4))";

/// What people and agents said and the files they added; data tables are added too, but are no files.
const SAID: &str =
    "((type = 'comment' AND deleted_at IS NULL) OR (type = 'artifact_added' AND data ->> 'artifact_id' IS NOT NULL))";

/// The entries of a thread that the actor may see, oldest first.
///
/// # Errors
/// `thread_not_found`.
pub fn list(tx: &mut Tx<'_>, thread: ThreadId, request: PageRequest) -> Result<Page<Activity>> {
    list_in(tx, thread, Direction::Ascending, request)
}

/// The entries of a thread that the actor may see, in either order.
///
/// # Errors
/// `thread_not_found`.
pub fn list_in(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    direction: Direction,
    request: PageRequest,
) -> Result<Page<Activity>> {
    let order = match direction {
        Direction::Ascending => "created_at, id",
        Direction::Descending => "created_at DESC, id DESC",
    };
    let (internal, system) = passes(tx, thread)?;
    let actor = tx.actor().id;
    let total = tx.query_one(
        &format!("SELECT COUNT(*) FROM activities WHERE {SEEN}"),
        params![thread, internal, system, actor],
        |row| row.get(0),
    )?;
    let items = tx.query(
        &format!("SELECT {COLUMNS} FROM activities WHERE {SEEN} ORDER BY {order} LIMIT $5 OFFSET $6"),
        params![thread, internal, system, actor, request.limit(), request.offset()],
        read,
    )?;
    Ok(Page { items, total, request })
}

/// The comments of a thread and the entries about files that were added, as far as the actor may see them.
///
/// # Errors
/// `thread_not_found`.
pub fn said(tx: &mut Tx<'_>, thread: ThreadId, request: SliceRequest) -> Result<Slice<Activity>> {
    let (internal, system) = passes(tx, thread)?;
    let list = Sliced {
        table: "activities",
        alias: "activities",
        columns: COLUMNS,
        sort: "created_at",
        condition: &format!("{SEEN} AND {SAID}"),
        values: vec![
            Param::Id(thread.uuid()),
            Param::Bool(internal),
            Param::Bool(system),
            Param::Id(tx.actor().id.uuid()),
        ],
    };
    listing::slice(tx, list, request, read, |activity| Mark { at: activity.created_at, id: activity.id.uuid() })
}

/// When the last of what [`said`] gives was written.
///
/// # Errors
/// `thread_not_found`.
pub fn last_said(tx: &mut Tx<'_>, thread: ThreadId) -> Result<Option<Timestamp>> {
    let (internal, system) = passes(tx, thread)?;
    let sql = format!("SELECT created_at FROM activities WHERE {SEEN} AND {SAID} ORDER BY created_at DESC LIMIT 1");
    tx.query_opt(&sql, params![thread, internal, system, tx.actor().id], |row| row.get(0))
}

/// Whether the actor sees others' `internal` and `system` entries in the thread.
///
/// # Errors
/// `thread_not_found`.
pub fn passes(tx: &mut Tx<'_>, thread: ThreadId) -> Result<(bool, bool)> {
    let place = place::of_thread(tx, thread, Right::See)?;
    let sees = visible(tx, &place)?;
    Ok((sees != Visibility::Public, sees == Visibility::System))
}

/// Whether the actor sees an entry of a thread: the rule of [`list`] for one entry.
///
/// # Errors
/// `thread_not_found`.
pub fn sees(tx: &mut Tx<'_>, thread: ThreadId, visibility: Visibility, author: ActorId) -> Result<bool> {
    let place = place::of_thread(tx, thread, Right::See)?;
    Ok(match visibility {
        Visibility::Public => true,
        Visibility::Internal => author == tx.actor().id || visible(tx, &place)? != Visibility::Public,
        Visibility::System => visible(tx, &place)? == Visibility::System,
    })
}

/// The most confined kind of entry that the actor sees here.
fn visible(tx: &mut Tx<'_>, place: &Place) -> Result<Visibility> {
    if matches!(place.role, Role::Owner | Role::Admin) {
        return Ok(Visibility::System);
    }
    let Some(case) = place.case else { return Ok(Visibility::Public) };
    let assigned = tx.query_opt(
        "SELECT 1 FROM cases WHERE id = $1 AND assigned_actor_id = $2 \
         UNION ALL SELECT 1 FROM stages WHERE case_id = $1 AND assigned_actor_id = $2 LIMIT 1",
        params![case, tx.actor().id],
        |_| Ok(()),
    )?;
    Ok(if assigned.is_some() { Visibility::Internal } else { Visibility::Public })
}

/// Posts an entry as the actor.
///
/// # Errors
/// `thread_not_found`, `forbidden` for observers, `Invalid` for a blank or over-long content and for the types that only
/// Heddle writes.
pub fn post(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    activity_type: ActivityType,
    content: &str,
    visibility: Visibility,
) -> Result<Activity> {
    let place = place::of_thread(tx, thread, Right::Work)?;
    if matches!(
        activity_type,
        ActivityType::SubcaseCreated | ActivityType::SubcaseCompleted | ActivityType::ArtifactAdded
    ) {
        return Err(Error::invalid("type", format!("entries of type {activity_type} are written by Heddle alone")));
    }
    let content = check::required("content", content, check::TEXT)?;
    post_at(tx, &place, thread, activity_type, visibility, content, None)
}

/// Adds an entry to the thread of a place and announces it. The caller has checked the right and the content.
///
/// # Errors
/// The engine's.
pub fn post_at(
    tx: &mut Tx<'_>,
    place: &Place,
    thread: ThreadId,
    activity_type: ActivityType,
    visibility: Visibility,
    content: &str,
    data: Option<Json>,
) -> Result<Activity> {
    let activity = append(tx, thread, activity_type, visibility, content, data)?;
    tx.emit(NewEvent {
        verb: "activity.posted",
        subject: activity.id.uuid(),
        space: Some(place.space),
        case: place.case,
        thread: Some(thread),
        data: json!({"type": activity_type, "visibility": visibility}),
    })?;
    if activity_type == ActivityType::Comment {
        comments::keep_findable(tx, place, &activity)?;
        mentions::note(tx, place, &activity)?;
    }
    Ok(activity)
}

/// Adds an entry to a thread. The caller has checked the right to do what the entry tells, and announces it.
///
/// # Errors
/// The engine's.
pub fn append(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    activity_type: ActivityType,
    visibility: Visibility,
    content: &str,
    data: Option<Json>,
) -> Result<Activity> {
    let activity = Activity {
        id: ActivityId::new(),
        thread_id: thread,
        activity_type,
        visibility,
        actor_id: tx.actor().id,
        content: content.to_owned(),
        data,
        created_at: tx.now(),
        edited_at: None,
        deleted_at: None,
    };
    tx.execute(
        "INSERT INTO activities (id, thread_id, type, visibility, actor_id, content, data, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            activity.id,
            thread,
            activity_type,
            visibility,
            activity.actor_id,
            content,
            activity.data,
            activity.created_at
        ],
    )?;
    tx.execute("UPDATE threads SET updated_at = $2 WHERE id = $1", params![thread, tx.now()])?;
    Ok(activity)
}
