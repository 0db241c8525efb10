//! Stages of a case: ordered, at most one active (Interloom v1, Stages; Interloom 1.7).

use identity::{
    Right,
    actors::{self, ActorType},
};
use kernel::{
    ActorKind, Error, Page, PageRequest, Result, Timestamp,
    ids::{ActorId, CaseId, ProcedureStageId, StageId},
};
use serde_json::{Value as Json, json};
use store::{NewEvent, Row, Tx, params};
use talk::activities::ActivityType;

use crate::{
    cases::{self, Case},
    motion::{Motion, NewMotion, Phase, RequiredActor, StagePhase, WaitingOn},
    progress,
};

/// A stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its id.
    pub id: StageId,
    /// The case.
    pub case_id: CaseId,
    /// Its place in the order, from 0.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Where it stands.
    pub phase: StagePhase,
    /// How it moves.
    pub motion: Motion,
    /// What it waits for.
    pub waiting_on: Option<WaitingOn>,
    /// Who it is for.
    pub required_actor_type: RequiredActor,
    /// Who has it.
    pub assigned_actor_id: Option<ActorId>,
    /// The template it was copied from.
    pub procedure_stage_id: Option<ProcedureStageId>,
    /// When it became active.
    pub started_at: Option<Timestamp>,
    /// When it was completed or skipped.
    pub ended_at: Option<Timestamp>,
    /// When it was added to the case.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "id, case_id, position, name, description, phase, motion, waiting_on, required_actor_type, assigned_actor_id, \
     procedure_stage_id, started_at, ended_at, created_at, updated_at";

fn read(row: &Row<'_>) -> Result<Stage> {
    Ok(Stage {
        id: row.get(0)?,
        case_id: row.get(1)?,
        position: row.get(2)?,
        name: row.get(3)?,
        description: row.get(4)?,
        phase: row.get(5)?,
        motion: row.get(6)?,
        waiting_on: row.get(7)?,
        required_actor_type: row.get(8)?,
        assigned_actor_id: row.get(9)?,
        procedure_stage_id: row.get(10)?,
        started_at: row.get(11)?,
        ended_at: row.get(12)?,
        created_at: row.get(13)?,
        updated_at: row.get(14)?,
    })
}

/// Changes to a stage; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct StagePatch {
    /// Another assignee; `Some(None)` clears it.
    pub assigned_actor_id: Option<Option<ActorId>>,
    /// Another motion.
    pub motion: Option<NewMotion>,
}

/// The stages of a case, in their order.
///
/// # Errors
/// `case_not_found`.
pub fn list(tx: &mut Tx<'_>, case: CaseId, request: PageRequest) -> Result<Page<Stage>> {
    cases::require(tx, case, Right::See)?;
    let total = tx.query_one("SELECT COUNT(*) FROM stages WHERE case_id = $1", params![case], |row| row.get(0))?;
    let items = tx.query(
        &format!("SELECT {COLUMNS} FROM stages WHERE case_id = $1 ORDER BY position LIMIT $2 OFFSET $3"),
        params![case, request.limit(), request.offset()],
        read,
    )?;
    Ok(Page { items, total, request })
}

/// All stages of a case, in their order, whoever asks.
pub(crate) fn all(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<Stage>> {
    tx.query(&format!("SELECT {COLUMNS} FROM stages WHERE case_id = $1 ORDER BY position"), params![case], read)
}

/// One stage.
///
/// # Errors
/// `stage_not_found`.
pub fn get(tx: &mut Tx<'_>, id: StageId) -> Result<Stage> {
    require(tx, id, Right::See).map(|(stage, _)| stage)
}

/// The stage and its case, once the actor's right has been checked.
pub(crate) fn require(tx: &mut Tx<'_>, id: StageId, right: Right) -> Result<(Stage, Case)> {
    let not_found = || Error::not_found("stage_not_found", format!("No stage found with ID {id}"));
    let stage = find(tx, id)?.ok_or_else(not_found)?;
    let case = cases::require(tx, stage.case_id, right)
        .map_err(|e| if e.code() == "case_not_found" { not_found() } else { e })?;
    Ok((stage, case))
}

/// The stage and its case, once it is certain that the actor may work on it and that the case is not over.
pub(crate) fn require_open(tx: &mut Tx<'_>, id: StageId) -> Result<(Stage, Case)> {
    let (stage, case) = require(tx, id, Right::Work)?;
    if case.phase == Phase::Closed {
        return Err(Error::conflict("case_closed", "The case is closed; its state, stages and labels change no more."));
    }
    Ok((stage, case))
}

pub(crate) fn find(tx: &mut Tx<'_>, id: StageId) -> Result<Option<Stage>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM stages WHERE id = $1"), params![id], read)
}

/// The active stage of a case.
///
/// # Errors
/// The engine's.
pub fn active(tx: &mut Tx<'_>, case: CaseId) -> Result<Option<Stage>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM stages WHERE case_id = $1 AND phase = 'active'"), params![case], read)
}

/// Changes a stage's assignee or motion.
///
/// # Errors
/// `stage_not_found`, `forbidden`, `case_closed`, `stage_ended`, `Invalid` naming the field.
pub fn update(tx: &mut Tx<'_>, id: StageId, patch: &StagePatch) -> Result<Stage> {
    let (before, case) = require_open(tx, id)?;
    require_not_ended(&before)?;
    let mut after = before.clone();
    if let Some(assignee) = patch.assigned_actor_id {
        if let Some(actor) = assignee
            && assignee != before.assigned_actor_id
        {
            cases::require_assignable(tx, case.space_id, actor)?;
            require_type(tx, before.required_actor_type, actor)?;
        }
        after.assigned_actor_id = assignee;
    }
    if let Some(new) = &patch.motion {
        new.check(before.motion, tx.actor())?;
        after.motion = new.motion;
        after.waiting_on.clone_from(&new.waiting_on);
    }
    tx.execute(
        "UPDATE stages SET assigned_actor_id = $2, motion = $3, waiting_on = $4, updated_at = $5 WHERE id = $1",
        params![id, after.assigned_actor_id, after.motion, after.waiting_on, tx.now()],
    )?;
    if after.assigned_actor_id != before.assigned_actor_id {
        let data = json!({"before": before.assigned_actor_id, "assigned_actor_id": after.assigned_actor_id, "phase": before.phase});
        event(tx, "stage.assigned", id, &case, data)?;
    }
    if patch.motion.is_some() {
        let data = json!({
            "before": {"motion": before.motion, "waiting_on": before.waiting_on},
            "after": {"motion": after.motion, "waiting_on": after.waiting_on},
        });
        let content = format!("Stage \"{}\": motion changed from {} to {}", before.name, before.motion, after.motion);
        cases::log(tx, case.thread_id, ActivityType::StatusChange, &content, data.clone())?;
        event(tx, "stage.motion_set", id, &case, data)?;
    }
    get(tx, id)
}

/// Checks that an actor is of the type a stage is for.
pub(crate) fn require_type(tx: &mut Tx<'_>, required: RequiredActor, actor: ActorId) -> Result<()> {
    let wanted = match required {
        RequiredActor::Either => return Ok(()),
        RequiredActor::Human => ActorType::Human,
        RequiredActor::Ai => ActorType::Ai,
    };
    if actors::get(tx, actor)?.actor_type == wanted {
        return Ok(());
    }
    Err(Error::invalid("assigned_actor_id", format!("the stage is for actors of type {wanted} only")))
}

/// Checks that the actor may do the work of the stage: an agent may not where a person is required.
pub(crate) fn require_worker(tx: &Tx<'_>, stage: &Stage) -> Result<()> {
    if stage.required_actor_type == RequiredActor::Human && tx.actor().kind == ActorKind::Ai {
        return Err(Error::forbidden("This stage is for people; an agent cannot complete it."));
    }
    Ok(())
}

/// Completes the active stage; the next pending one becomes active.
///
/// # Errors
/// `stage_not_found`, `forbidden` (also for an agent where a person is required), `case_closed`, `stage_not_active`,
/// `instructions_open`.
pub fn complete(tx: &mut Tx<'_>, id: StageId) -> Result<Stage> {
    let (stage, case) = require_open(tx, id)?;
    require_active(&stage)?;
    require_worker(tx, &stage)?;
    let open: i64 =
        tx.query_one("SELECT COUNT(*) FROM instructions WHERE stage_id = $1 AND NOT satisfied", params![id], |row| {
            row.get(0)
        })?;
    if open > 0 {
        return Err(Error::conflict("instructions_open", format!("The stage has {open} open instructions.")));
    }
    end(tx, &case, &stage, StagePhase::Completed)?;
    progress::settle(tx, case.id)?;
    get(tx, id)
}

/// Leaves a pending or active stage out; when it was active, the next pending one becomes active.
///
/// # Errors
/// `stage_not_found`, `forbidden`, `case_closed`, `stage_ended`.
pub fn skip(tx: &mut Tx<'_>, id: StageId) -> Result<Stage> {
    let (stage, case) = require_open(tx, id)?;
    require_not_ended(&stage)?;
    end(tx, &case, &stage, StagePhase::Skipped)?;
    progress::settle(tx, case.id)?;
    get(tx, id)
}

pub(crate) fn require_not_ended(stage: &Stage) -> Result<()> {
    match stage.phase {
        StagePhase::Pending | StagePhase::Active => Ok(()),
        ended => {
            Err(Error::conflict("stage_ended", format!("The stage is {ended}; only pending and active stages change.")))
        }
    }
}

pub(crate) fn require_active(stage: &Stage) -> Result<()> {
    if stage.phase == StagePhase::Active {
        return Ok(());
    }
    Err(Error::conflict("stage_not_active", format!("The stage is {}, not active.", stage.phase)))
}

/// Ends a stage and, when it was the active one of an active case, activates the next.
pub(crate) fn end(tx: &mut Tx<'_>, case: &Case, stage: &Stage, phase: StagePhase) -> Result<()> {
    tx.execute(
        "UPDATE stages SET phase = $2, motion = 'idle', waiting_on = NULL, ended_at = $3, ended_by = $4, updated_at = $3 WHERE id = $1",
        params![stage.id, phase, tx.now(), tx.actor().id],
    )?;
    let verb = if phase == StagePhase::Completed { "stage.completed" } else { "stage.skipped" };
    transition(tx, case, stage, phase, verb)?;
    if stage.phase == StagePhase::Active {
        activate_next(tx, case)?;
    }
    Ok(())
}

/// Activates the first pending stage of an active case that has no active one.
pub(crate) fn activate_next(tx: &mut Tx<'_>, case: &Case) -> Result<()> {
    if case.phase != Phase::Active || active(tx, case.id)?.is_some() {
        return Ok(());
    }
    let next = tx.query_opt(
        &format!("SELECT {COLUMNS} FROM stages WHERE case_id = $1 AND phase = 'pending' ORDER BY position LIMIT 1"),
        params![case.id],
        read,
    )?;
    let Some(stage) = next else { return Ok(()) };
    tx.execute(
        "UPDATE stages SET phase = 'active', motion = 'working', started_at = $2, updated_at = $2 WHERE id = $1",
        params![stage.id, tx.now()],
    )?;
    transition(tx, case, &stage, StagePhase::Active, "stage.activated")
}

/// Puts the active stage of a case back among the pending ones: the case has gone back to intake.
pub(crate) fn put_back(tx: &mut Tx<'_>, case: &Case) -> Result<()> {
    let Some(stage) = active(tx, case.id)? else { return Ok(()) };
    tx.execute(
        "UPDATE stages SET phase = 'pending', motion = 'idle', waiting_on = NULL, started_at = NULL, updated_at = $2 WHERE id = $1",
        params![stage.id, tx.now()],
    )?;
    transition(tx, case, &stage, StagePhase::Pending, "stage.put_back")
}

fn transition(tx: &mut Tx<'_>, case: &Case, stage: &Stage, to: StagePhase, verb: &'static str) -> Result<()> {
    let data = json!({
        "stage_id": stage.id,
        "name": stage.name,
        "before": stage.phase,
        "after": to,
        "assigned_actor_id": stage.assigned_actor_id,
    });
    let content = format!("Stage \"{}\": {} to {to}", stage.name, stage.phase);
    cases::log(tx, case.thread_id, ActivityType::StageTransition, &content, data.clone())?;
    event(tx, verb, stage.id, case, data)
}

pub(crate) fn event(tx: &mut Tx<'_>, verb: &'static str, stage: StageId, case: &Case, data: Json) -> Result<()> {
    tx.emit(NewEvent {
        verb,
        subject: stage.uuid(),
        space: Some(case.space_id),
        case: Some(case.id),
        thread: Some(case.thread_id),
        data,
    })
}

/// What a new stage needs.
pub(crate) struct NewStage<'a> {
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub required_actor_type: RequiredActor,
    pub assigned_actor_id: Option<ActorId>,
    pub procedure_stage_id: Option<ProcedureStageId>,
}

/// Adds a pending stage at `position`.
pub(crate) fn insert(tx: &mut Tx<'_>, case: CaseId, position: i64, new: &NewStage<'_>) -> Result<StageId> {
    let id = StageId::new();
    tx.execute(
        "INSERT INTO stages (id, case_id, position, name, description, phase, motion, required_actor_type, assigned_actor_id, \
         procedure_stage_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'pending', 'idle', $6, $7, $8, $9, $9)",
        params![
            id,
            case,
            position,
            new.name,
            new.description,
            new.required_actor_type,
            new.assigned_actor_id,
            new.procedure_stage_id,
            tx.now()
        ],
    )?;
    Ok(id)
}
