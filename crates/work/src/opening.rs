//! Opening a case.

use identity::{Right, access};
use kernel::{
    Error, Result, Timestamp, check,
    ids::{ActorId, CaseId, ProcedureId, SpaceId, StageId, ThreadId},
};
use serde_json::{Map, Value as Json, json};
use store::{Tx, params};
use talk::threads;

use crate::{
    case_labels,
    cases::{Case, event, get, require, require_assignable, require_open},
    motion::{Motion, Phase, Priority},
    procedures, subcases, tally, triggers,
};

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
