//! Cases: what they are, how they are found, opened and changed (Interloom v1, Cases).

use identity::{Right, Role, access, actors, spaces};
use kernel::{
    Error, Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, CaseId, LabelId, ProcedureId, SpaceId, StageId, ThreadId},
};
use serde_json::{Map, Value as Json, json};
use store::{NewEvent, Param, Row, ToParam, Tx, params};
use talk::{
    activities::{self, ActivityType, Visibility},
    place::{self, case_not_found},
    threads,
};

use crate::{
    case_labels,
    motion::{Motion, Phase, Priority, WaitingOn},
    procedures, progress, subcases, tally, triggers,
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

/// What a new case needs.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// The space it is opened in.
    pub space_id: SpaceId,
    /// What it is about.
    pub title: String,
    /// All about it.
    pub description: Option<String>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Who has it.
    pub assigned_actor_id: Option<ActorId>,
    /// When it should be done.
    pub due_at: Option<Timestamp>,
    /// A procedure to apply.
    pub procedure_id: Option<ProcedureId>,
    /// Its name in another system.
    pub external_id: Option<String>,
    /// The names of its labels; the space gets those it does not have.
    pub labels: Vec<String>,
    /// Whatever else is known of it.
    pub attributes: Map<String, Json>,
}

impl NewCase {
    /// A case in `space` with a title and nothing else.
    pub fn titled(space: SpaceId, title: impl Into<String>) -> Self {
        Self {
            space_id: space,
            title: title.into(),
            description: None,
            priority: None,
            assigned_actor_id: None,
            due_at: None,
            procedure_id: None,
            external_id: None,
            labels: Vec::new(),
            attributes: Map::new(),
        }
    }
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

/// Which cases are wanted; all given conditions hold together.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaseFilter {
    /// In this space.
    pub space_id: Option<SpaceId>,
    /// In this phase.
    pub phase: Option<Phase>,
    /// In this motion.
    pub motion: Option<Motion>,
    /// Of this priority.
    pub priority: Option<Priority>,
    /// Assigned to this actor.
    pub assigned_actor_id: Option<ActorId>,
    /// Following this procedure.
    pub procedure_id: Option<ProcedureId>,
}

/// The cases that the actor can see, newest first.
///
/// # Errors
/// `space_not_found` when the filter names a space that the actor cannot see.
pub fn list(tx: &mut Tx<'_>, filter: &CaseFilter, request: PageRequest) -> Result<Page<Case>> {
    let actor = tx.actor().id;
    let mut values: Vec<Param<'_>> = Vec::new();
    let mut condition = match &filter.space_id {
        Some(space) => {
            place::require_space(tx, *space)?;
            values.push(space.to_param());
            "c.space_id = $1".to_owned()
        }
        None => {
            values.push(actor.to_param());
            "c.space_id IN (SELECT space_id FROM members WHERE actor_id = $1)".to_owned()
        }
    };
    let conditions = [
        ("phase", filter.phase.map(|v| Param::Text(v.as_str()))),
        ("motion", filter.motion.map(|v| Param::Text(v.as_str()))),
        ("priority", filter.priority.map(|v| Param::Text(v.as_str()))),
        ("assigned_actor_id", filter.assigned_actor_id.map(|v| Param::Id(v.uuid()))),
        ("procedure_id", filter.procedure_id.map(|v| Param::Id(v.uuid()))),
    ];
    for (column, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            condition.push_str(&format!(" AND c.{column} = ${}", values.len()));
        }
    }
    let total = if filter.assigned_actor_id.is_none() && filter.procedure_id.is_none() {
        tally::total(tx, filter.space_id, filter.phase, filter.motion, filter.priority)?
    } else {
        tx.query_one(&format!("SELECT COUNT(*) FROM cases c WHERE {condition}"), &values, |row| row.get(0))?
    };
    let n = values.len();
    values.extend([Param::Int(request.limit()), Param::Int(request.offset())]);
    let mut items = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM cases c WHERE {condition} ORDER BY c.created_at DESC, c.id DESC LIMIT ${} OFFSET ${}",
            n + 1,
            n + 2
        ),
        &values,
        read,
    )?;
    case_labels::fill(tx, &mut items)?;
    Ok(Page { items, total, request })
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
    if case.phase == Phase::Closed {
        return Err(Error::conflict("case_closed", "The case is closed; its state, stages and labels change no more."));
    }
    Ok(case)
}

/// Opens a case: phase intake, motion idle, with its own thread and, if wanted, a procedure's stages. The trigger of the
/// space acts on it.
///
/// # Errors
/// `space_not_found`, `forbidden` for observers, `Invalid` naming the field, `external_id_taken`.
pub fn create(tx: &mut Tx<'_>, new: &NewCase) -> Result<Case> {
    let id = add(tx, new)?;
    get(tx, id)
}

/// [`create`] for those who need the case's id only.
pub(crate) fn add(tx: &mut Tx<'_>, new: &NewCase) -> Result<CaseId> {
    access::require(tx, new.space_id, Right::Work)?;
    let id = insert(tx, new, None)?;
    apply_procedure(tx, id, new)?;
    triggers::fire(tx, id, new.space_id)?;
    Ok(id)
}

/// Opens a case under another one, in its space, without a stage of the parent that waits for it. The trigger of the space
/// does not act on it.
///
/// # Errors
/// `parent_case_not_found`, `case_closed` for a parent that is over, else as [`create`].
pub(crate) fn add_under(tx: &mut Tx<'_>, parent: CaseId, new: &NewCase) -> Result<CaseId> {
    let parent = require_parent(tx, parent)?;
    let new = NewCase { space_id: parent.space_id, ..new.clone() };
    let id = insert(tx, &new, Some((parent.id, None)))?;
    apply_procedure(tx, id, &new)?;
    let case = require(tx, id, Right::See)?;
    subcases::tell_created(tx, &parent, &case)?;
    Ok(id)
}

/// The case that another one is to be put under.
pub(crate) fn require_parent(tx: &mut Tx<'_>, id: CaseId) -> Result<Case> {
    require_open(tx, id).map_err(|e| match e.code() {
        "case_not_found" => Error::not_found("parent_case_not_found", e.message()),
        _ => e,
    })
}

fn apply_procedure(tx: &mut Tx<'_>, id: CaseId, new: &NewCase) -> Result<()> {
    let Some(procedure) = new.procedure_id else { return Ok(()) };
    let case = require(tx, id, Right::See)?;
    procedures::apply_to(tx, &case, procedure)
}

/// The longest JSON text of a case's attributes, in bytes.
const ATTRIBUTES: usize = 64 << 10;

/// Adds a case's rows. The right to open it has been checked.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &NewCase, parent: Option<(CaseId, Option<StageId>)>) -> Result<CaseId> {
    let title = check::required("title", &new.title, check::TITLE)?;
    check::optional("description", new.description.as_deref(), check::TEXT)?;
    check::optional("external_id", new.external_id.as_deref(), check::NAME)?;
    check::time("due_at", new.due_at)?;
    let attributes = Json::Object(new.attributes.clone()).to_string();
    if attributes.len() > ATTRIBUTES || attributes.contains("\\u0000") {
        return Err(Error::invalid(
            "attributes",
            format!("attributes must fit in {ATTRIBUTES} bytes, without zero characters"),
        ));
    }
    if let Some(assignee) = new.assigned_actor_id {
        require_assignable(tx, new.space_id, assignee)?;
    }
    let (id, thread, now) = (CaseId::new(), ThreadId::new(), tx.now());
    threads::insert(tx, thread, new.space_id, Some(id), None)?;
    tx.execute(
        "INSERT INTO cases (id, space_id, parent_case_id, parent_stage_id, thread_id, external_id, title, description, phase, motion, \
         priority, assigned_actor_id, attributes, created_by, created_at, updated_at, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'intake', 'idle', $9, $10, $11, $12, $13, $13, $14)",
        params![
            id,
            new.space_id,
            parent.map(|(case, _)| case),
            parent.and_then(|(_, stage)| stage),
            thread,
            new.external_id,
            title,
            new.description,
            new.priority,
            new.assigned_actor_id,
            attributes,
            tx.actor().id,
            now,
            new.due_at
        ],
    )
    .map_err(|e| {
        if e.is_unique_violation() {
            Error::conflict("external_id_taken", "There is a case with this external_id in the space already.")
        } else {
            e
        }
    })?;
    tally::add(
        tx,
        tally::Kind { space: new.space_id, phase: Phase::Intake, motion: Motion::Idle, priority: new.priority },
    )?;
    let data = json!({"title": title, "priority": new.priority, "assigned_actor_id": new.assigned_actor_id});
    event(tx, "case.created", id, new.space_id, thread, data)?;
    if !new.labels.is_empty() {
        case_labels::put(tx, id, new.space_id, &new.labels)?;
    }
    Ok(id)
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
    tx.execute(
        "UPDATE cases SET title = $2, description = $3, priority = $4, assigned_actor_id = $5, due_at = $6, updated_at = $7 \
         WHERE id = $1",
        params![id, after.title, after.description, after.priority, after.assigned_actor_id, after.due_at, tx.now()],
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
