//! Cases: what they are, how they are found, opened and changed (Interloom v1, Cases).

use identity::{Right, Role, access, actors, spaces};
use kernel::{
    Error, Result, Timestamp, check,
    ids::{ActorId, CaseId, LabelId, ProcedureId, SpaceId, StageId, ThreadId},
};
use serde_json::{Map, Value as Json, json};
use store::{NewEvent, Row, Tx, params};
use talk::{
    activities::{self, ActivityType, Visibility},
    place::case_not_found,
};

pub(crate) use crate::opening::{add, add_under, insert, require_parent};
use crate::{
    case_labels, history,
    motion::{Motion, Phase, Priority, WaitingOn},
    progress, tally,
};
pub use crate::{
    case_list::{CaseFilter, list},
    opening::{NewCase, create},
};

/// A label as it is shown on a case.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct CaseLabel {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: LabelId,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: Option<String>,
}

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// The space it is in.
    pub space_id: SpaceId,
    /// The case it was spawned from.
    pub parent_case_id: Option<CaseId>,
    /// The stage it was spawned from.
    pub parent_stage_id: Option<StageId>,
    /// Its own thread.
    pub thread_id: ThreadId,
    /// The procedure it follows.
    pub procedure_id: Option<ProcedureId>,
    /// Its name in another system; unique in the space.
    pub external_id: Option<String>,
    /// What it is about.
    pub title: String,
    /// All about it.
    pub description: Option<String>,
    /// What came of it.
    pub summary: Option<String>,
    /// Where it stands.
    pub phase: Phase,
    /// How it moves.
    pub motion: Motion,
    /// What it waits for.
    pub waiting_on: Option<WaitingOn>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Who has it.
    pub assigned_actor_id: Option<ActorId>,
    /// When it should be done.
    pub due_at: Option<Timestamp>,
    /// Whatever else is known of it, by name.
    pub attributes: Map<String, Json>,
    /// Its labels, by name.
    pub labels: Vec<CaseLabel>,
    /// Who opened it.
    pub created_by: ActorId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was first commenced.
    pub commenced_at: Option<Timestamp>,
    /// When it was resolved, if it is.
    pub resolved_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

impl Case {
    pub(crate) fn tally_kind(&self) -> tally::Kind {
        tally::Kind { space: self.space_id, phase: self.phase, motion: self.motion, priority: self.priority }
    }
}

pub(crate) const COLUMNS: &str = "c.id, c.space_id, c.parent_case_id, c.parent_stage_id, c.thread_id, c.procedure_id, c.external_id, \
     c.title, c.description, c.summary, c.phase, c.motion, c.waiting_on, c.priority, c.assigned_actor_id, c.attributes, \
     c.created_by, c.created_at, c.updated_at, c.commenced_at, c.resolved_at, c.closed_at, c.due_at";
/// The number of columns in [`COLUMNS`]: what a query adds comes after them.
pub(crate) const COLUMN_COUNT: usize = 23;

pub(crate) fn read(row: &Row<'_>) -> Result<Case> {
    Ok(Case {
        id: row.get(0)?,
        space_id: row.get(1)?,
        parent_case_id: row.get(2)?,
        parent_stage_id: row.get(3)?,
        thread_id: row.get(4)?,
        procedure_id: row.get(5)?,
        external_id: row.get(6)?,
        title: row.get(7)?,
        description: row.get(8)?,
        summary: row.get(9)?,
        phase: row.get(10)?,
        motion: row.get(11)?,
        waiting_on: row.get(12)?,
        priority: row.get(13)?,
        assigned_actor_id: row.get(14)?,
        attributes: match row.get(15)? {
            Json::Object(map) => map,
            _ => Map::new(),
        },
        labels: Vec::new(),
        created_by: row.get(16)?,
        created_at: row.get(17)?,
        updated_at: row.get(18)?,
        commenced_at: row.get(19)?,
        resolved_at: row.get(20)?,
        closed_at: row.get(21)?,
        due_at: row.get(22)?,
    })
}

/// Changes to a case; absent fields stay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CasePatch {
    /// A new title.
    pub title: Option<String>,
    /// A new description; `Some(None)` clears it.
    pub description: Option<Option<String>>,
    /// Another priority; `Some(None)` clears it.
    pub priority: Option<Option<Priority>>,
    /// Another assignee; `Some(None)` clears it.
    pub assigned_actor_id: Option<Option<ActorId>>,
    /// Another time by which it should be done; `Some(None)` clears it.
    pub due_at: Option<Option<Timestamp>>,
    /// The names of all its labels; the space gets those it does not have.
    pub labels: Option<Vec<String>>,
}

/// One case.
///
/// # Errors
/// `case_not_found` when it is absent or the actor cannot see it.
pub fn get(tx: &mut Tx<'_>, id: CaseId) -> Result<Case> {
    let (mut case, labelled) = find(tx, id, Right::See)?;
    if labelled {
        case_labels::fill(tx, std::slice::from_mut(&mut case))?;
    }
    Ok(case)
}

/// The case, if it is there, whoever asks; without its labels.
pub(crate) fn find_any(tx: &mut Tx<'_>, id: CaseId) -> Result<Option<Case>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM cases c WHERE c.id = $1"), params![id], read)
}

/// The direct subcases of a case, whoever asks; without their labels.
pub(crate) fn children(tx: &mut Tx<'_>, parent: CaseId) -> Result<Vec<Case>> {
    tx.query(&format!("SELECT {COLUMNS} FROM cases c WHERE c.parent_case_id = $1"), params![parent], read)
}

/// The case, once the actor's right in its space has been checked; without its labels.
pub(crate) fn require(tx: &mut Tx<'_>, id: CaseId, right: Right) -> Result<Case> {
    find(tx, id, right).map(|(case, _)| case)
}

/// The case and whether it has labels, once the actor's right in its space has been checked: all with one query.
fn find(tx: &mut Tx<'_>, id: CaseId, right: Right) -> Result<(Case, bool)> {
    let actor = tx.actor();
    let found = tx.query_opt(
        &format!(
            "SELECT {COLUMNS}, m.role, EXISTS (SELECT 1 FROM case_labels l WHERE l.case_id = c.id) \
             FROM cases c LEFT JOIN members m ON m.actor_id = $2 AND m.space_id = c.space_id WHERE c.id = $1"
        ),
        params![id, actor.id],
        |row| Ok((read(row)?, row.get(COLUMN_COUNT)?, row.get(COLUMN_COUNT + 1)?)),
    )?;
    let (case, role, labelled) = found.ok_or_else(|| case_not_found(id))?;
    if !actor.is_system() {
        access::check(role, right, || case_not_found(id))?;
    }
    Ok((case, labelled))
}

/// The case, once it is certain that the actor may work on it and that it is not over.
pub(crate) fn require_open(tx: &mut Tx<'_>, id: CaseId) -> Result<Case> {
    let case = require(tx, id, Right::Work)?;
    check_open(&case)?;
    Ok(case)
}

/// Checks that a case is not over.
pub(crate) fn check_open(case: &Case) -> Result<()> {
    if case.phase == Phase::Closed {
        return Err(Error::conflict("case_closed", "The case is closed; its state, stages and labels change no more."));
    }
    Ok(())
}

/// Checks that an actor can be given work in the space.
///
/// # Errors
/// `Invalid` for `assigned_actor_id`.
pub(crate) fn require_assignable(tx: &mut Tx<'_>, space: SpaceId, actor: ActorId) -> Result<()> {
    match spaces::role_of(tx, space, actor)? {
        Some(role) if role.allows(Right::Work) => Ok(()),
        Some(_) => Err(Error::invalid("assigned_actor_id", "an observer of the space cannot be given work in it")),
        None => Err(Error::invalid(
            "assigned_actor_id",
            format!("no member of the space has the ID {actor}; add the actor to the space first"),
        )),
    }
}

/// [`require_assignable`], after taking an actor who is not in the space into it, if the caller may add members: who manages
/// the space takes in whoever it gives work to.
///
/// # Errors
/// `Invalid` for `assigned_actor_id`; `private_space` for a second person in a private space.
pub(crate) fn admit(tx: &mut Tx<'_>, space: SpaceId, actor: ActorId) -> Result<()> {
    let stranger = spaces::role_of(tx, space, actor)?.is_none() && actors::find(tx, actor)?.is_some();
    if stranger && access::role(tx, space)?.is_some_and(|role| role.allows(Right::Manage)) {
        spaces::add_member(tx, space, actor, Role::Member)?;
    }
    require_assignable(tx, space, actor)
}

/// Changes a case's title, description, priority, assignee, due time or labels.
///
/// # Errors
/// `case_not_found`, `forbidden` for observers, `case_closed`, `Invalid` naming the field.
pub fn update(tx: &mut Tx<'_>, id: CaseId, patch: &CasePatch) -> Result<Case> {
    let before = require_open(tx, id)?;
    change(tx, before, patch)
}

/// [`update`] of a case that the caller has seen as it was at one of `known`, and only then.
///
/// # Errors
/// Those of [`update`]; `changed_meanwhile`, which says by whom and when.
pub fn update_known(tx: &mut Tx<'_>, id: CaseId, known: &[Timestamp], patch: &CasePatch) -> Result<Case> {
    let before = require_open(tx, id)?;
    if !known.contains(&before.updated_at) {
        return Err(history::changed_meanwhile(tx, &before)?);
    }
    change(tx, before, patch)
}

fn change(tx: &mut Tx<'_>, before: Case, patch: &CasePatch) -> Result<Case> {
    let id = before.id;
    let mut after = before.clone();
    if let Some(title) = &patch.title {
        after.title = check::required("title", title, check::TITLE)?.to_owned();
    }
    if let Some(description) = &patch.description {
        check::optional("description", description.as_deref(), check::TEXT)?;
        after.description.clone_from(description);
    }
    if let Some(priority) = patch.priority {
        after.priority = priority;
    }
    if let Some(assignee) = patch.assigned_actor_id {
        if let Some(actor) = assignee
            && assignee != before.assigned_actor_id
        {
            require_assignable(tx, before.space_id, actor)?;
        }
        after.assigned_actor_id = assignee;
    }
    after.due_at = patch.due_at.unwrap_or(before.due_at);
    check::time("due_at", after.due_at)?;
    // The time is the case's version: it differs after every change, however close they follow each other.
    let now = tx.now().max(before.updated_at.plus(std::time::Duration::from_micros(1)));
    tx.execute(
        "UPDATE cases SET title = $2, description = $3, priority = $4, assigned_actor_id = $5, due_at = $6, updated_at = $7 \
         WHERE id = $1",
        params![id, after.title, after.description, after.priority, after.assigned_actor_id, after.due_at, now],
    )?;
    if let Some(labels) = &patch.labels {
        case_labels::replace(tx, &before, labels)?;
    }
    tally::shift(tx, before.tally_kind(), after.tally_kind())?;
    let changes = changes(&before, &after);
    event(tx, "case.updated", id, before.space_id, before.thread_id, changes)?;
    progress::settle(tx, id)?;
    get(tx, id)
}

/// What an update changed: the fields' values before and after.
fn changes(before: &Case, after: &Case) -> Json {
    let shown = |case: &Case| {
        json!({
            "title": case.title,
            "description": case.description,
            "priority": case.priority,
            "assigned_actor_id": case.assigned_actor_id,
            "due_at": case.due_at,
        })
    };
    let (before, after) = (shown(before), shown(after));
    let mut changed = (Map::new(), Map::new());
    if let (Json::Object(before), Json::Object(after)) = (before, after) {
        for ((name, old), (_, new)) in before.into_iter().zip(after) {
            if old != new {
                changed.0.insert(name.clone(), old);
                changed.1.insert(name, new);
            }
        }
    }
    json!({"before": changed.0, "after": changed.1})
}

/// Appends an event about a case.
pub(crate) fn event(
    tx: &mut Tx<'_>,
    verb: &'static str,
    case: CaseId,
    space: SpaceId,
    thread: ThreadId,
    data: Json,
) -> Result<()> {
    tx.emit(NewEvent { verb, subject: case.uuid(), space: Some(space), case: Some(case), thread: Some(thread), data })
}

/// Appends a public entry that Heddle writes into the case's thread, as the actor.
pub(crate) fn log(
    tx: &mut Tx<'_>,
    thread: ThreadId,
    activity_type: ActivityType,
    content: &str,
    data: Json,
) -> Result<()> {
    activities::append(tx, thread, activity_type, Visibility::Public, content, Some(data)).map(drop)
}
