//! What happens to a new case of a space by itself (Interloom public, space trigger): it is given to somebody, gets the plan
//! of an exemplary case, or gets the stages of a procedure.

use identity::{Right, access};
use kernel::{
    Error, Kind, Result,
    ids::{ActorId, CaseId, ProcedureId, SpaceId},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::{NewEvent, Tx, params};
use talk::activities::{self, ActivityType, Visibility};

use crate::{
    cases::{self, Case},
    instructions::{self, NewInstruction},
    procedures,
    stages::{self, NewStage},
};

/// A trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "trigger_type", rename_all = "snake_case")]
pub enum Trigger {
    /// A new case is given to somebody.
    Assignee {
        /// Who gets it.
        assignee_id: ActorId,
    },
    /// A new case is worked like an exemplary one: it gets copies of its stages and instructions, and its priority.
    ReferenceTask {
        /// The exemplary case.
        reference_case_id: CaseId,
    },
    /// A new case gets the stages of a procedure.
    ApplyProcedure {
        /// The procedure.
        procedure_id: ProcedureId,
    },
}

/// The trigger of a space, if it has one.
///
/// # Errors
/// `space_not_found`.
pub fn get(tx: &mut Tx<'_>, space: SpaceId) -> Result<Option<Trigger>> {
    access::require(tx, space, Right::See)?;
    find(tx, space)
}

fn find(tx: &mut Tx<'_>, space: SpaceId) -> Result<Option<Trigger>> {
    let kept: Option<Json> =
        tx.query_one("SELECT trigger FROM spaces WHERE id = $1", params![space], |row| row.get(0))?;
    kept.map(|kept| serde_json::from_value(kept).map_err(Error::internal)).transpose()
}

/// Sets the trigger of a space, or takes it away.
///
/// # Errors
/// `space_not_found`, `forbidden` below admin, `Invalid` for `assigned_actor_id`, `case_not_found`,
/// `procedure_not_found`, `procedure_elsewhere` for a procedure of another space.
pub fn set(tx: &mut Tx<'_>, space: SpaceId, trigger: Option<Trigger>) -> Result<()> {
    access::require(tx, space, Right::Manage)?;
    match trigger {
        Some(Trigger::Assignee { assignee_id }) => cases::admit(tx, space, assignee_id)?,
        Some(Trigger::ReferenceTask { reference_case_id }) => {
            cases::require(tx, reference_case_id, Right::See)?;
        }
        Some(Trigger::ApplyProcedure { procedure_id }) if procedures::get(tx, procedure_id)?.space_id != space => {
            return Err(Error::conflict("procedure_elsewhere", "The procedure belongs to another space."));
        }
        Some(Trigger::ApplyProcedure { .. }) | None => {}
    }
    let kept = trigger.map(|trigger| json!(trigger));
    tx.execute("UPDATE spaces SET trigger = $2, updated_at = $3 WHERE id = $1", params![space, kept, tx.now()])?;
    tx.emit(NewEvent {
        verb: "space.trigger_set",
        subject: space.uuid(),
        space: Some(space),
        case: None,
        thread: None,
        data: json!({"trigger": trigger}),
    })
}

/// Lets the trigger of its space act on a case that was just opened there. Whatever the caller gave the case stays. A
/// trigger that cannot act any more, because what it names is gone, leaves a note in the thread and the case as it is.
pub(crate) fn fire(tx: &mut Tx<'_>, id: CaseId, space: SpaceId) -> Result<()> {
    let Some(trigger) = find(tx, space)? else { return Ok(()) };
    let case = &cases::require(tx, id, Right::See)?;
    let unable = match trigger {
        Trigger::Assignee { assignee_id } => give(tx, case, assignee_id)?,
        Trigger::ReferenceTask { reference_case_id } => follow(tx, case, reference_case_id)?,
        Trigger::ApplyProcedure { procedure_id } => apply(tx, case, procedure_id)?,
    };
    let Some(why) = unable else { return Ok(()) };
    let text = format!("The space's trigger was not applied: {why}");
    activities::append(tx, case.thread_id, ActivityType::SystemEvent, Visibility::Internal, &text, None).map(drop)
}

/// Why a trigger could not act, if it could not.
type Unable = Option<String>;

fn give(tx: &mut Tx<'_>, case: &Case, assignee: ActorId) -> Result<Unable> {
    if case.assigned_actor_id.is_some() {
        return Ok(None);
    }
    match cases::require_assignable(tx, case.space_id, assignee) {
        Ok(()) => {}
        Err(error) if error.kind() == Kind::Invalid => return Ok(Some(error.message().to_owned())),
        Err(error) => return Err(error),
    }
    tx.execute("UPDATE cases SET assigned_actor_id = $2 WHERE id = $1", params![case.id, assignee])?;
    let data = json!({"before": {"assigned_actor_id": null}, "after": {"assigned_actor_id": assignee}});
    cases::event(tx, "case.updated", case.id, case.space_id, case.thread_id, data)?;
    Ok(None)
}

fn follow(tx: &mut Tx<'_>, case: &Case, reference: CaseId) -> Result<Unable> {
    let Some(example) = cases::find_any(tx, reference)? else {
        return Ok(Some("the exemplary case is gone".to_owned()));
    };
    if case.priority.is_none() && example.priority.is_some() {
        let after = Case { priority: example.priority, ..case.clone() };
        tx.execute("UPDATE cases SET priority = $2 WHERE id = $1", params![case.id, after.priority])?;
        crate::tally::shift(tx, case.tally_kind(), after.tally_kind())?;
    }
    if case.procedure_id.is_some() {
        return Ok(None);
    }
    for (n, stage) in stages::all(tx, reference)?.into_iter().enumerate() {
        let assignable = match stage.assigned_actor_id {
            Some(actor) => cases::require_assignable(tx, case.space_id, actor).is_ok(),
            None => false,
        };
        let new = NewStage {
            name: &stage.name,
            description: stage.description.as_deref(),
            required_actor_type: stage.required_actor_type,
            assigned_actor_id: stage.assigned_actor_id.filter(|_| assignable),
            procedure_stage_id: None,
        };
        let id = stages::insert(tx, case.id, n as i64, &new)?;
        let copy = stages::find(tx, id)?.ok_or_else(|| Error::internal("a stage just added is gone"))?;
        for (position, instruction) in instructions::of_stage(tx, stage.id)?.into_iter().enumerate() {
            let line = NewInstruction {
                instruction_type: instruction.instruction_type,
                text: instruction.text,
                condition: instruction.condition,
            };
            instructions::insert(tx, &copy, position as i64, &line)?;
        }
    }
    Ok(None)
}

fn apply(tx: &mut Tx<'_>, case: &Case, procedure: ProcedureId) -> Result<Unable> {
    if case.procedure_id.is_some() {
        return Ok(None);
    }
    match procedures::apply_to(tx, case, procedure) {
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Invalid | Kind::Conflict) => {
            Ok(Some(error.message().to_owned()))
        }
        Err(error) => Err(error),
    }
}
