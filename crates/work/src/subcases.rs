//! Subcases: full cases spawned from a stage, to any depth, that report back to their parent (Interloom 1.6).

use identity::Right;
use kernel::{
    Actor, Page, PageRequest, Result,
    ids::{ActorId, CaseId, InstructionId, ProcedureId, StageId},
};
use serde_json::json;
use store::{Tx, params};
use talk::activities::ActivityType;

use crate::{
    case_labels,
    cases::{self, COLUMNS, Case, NewCase},
    instructions,
    motion::{Phase, Priority, StagePhase},
    procedures, progress, stages,
};

/// What a new subcase needs; it is opened in its parent's space.
#[derive(Clone, Debug)]
pub struct NewSubcase {
    /// What it is about.
    pub title: String,
    /// All about it.
    pub description: Option<String>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Who has it.
    pub assigned_actor_id: Option<ActorId>,
    /// A procedure to apply.
    pub procedure_id: Option<ProcedureId>,
    /// The instruction that it satisfies; the stage's first open one of type subcase when absent.
    pub instruction_id: Option<InstructionId>,
}

/// The direct subcases of a case, oldest first.
///
/// # Errors
/// `case_not_found`.
pub fn list(tx: &mut Tx<'_>, case: CaseId, request: PageRequest) -> Result<Page<Case>> {
    cases::require(tx, case, Right::See)?;
    let total =
        tx.query_one("SELECT COUNT(*) FROM cases WHERE parent_case_id = $1", params![case], |row| row.get(0))?;
    let mut items = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM cases c WHERE c.parent_case_id = $1 ORDER BY c.created_at, c.id LIMIT $2 OFFSET $3"
        ),
        params![case, request.limit(), request.offset()],
        cases::read,
    )?;
    case_labels::fill(tx, &mut items)?;
    Ok(Page { items, total, request })
}

/// Opens a subcase from a stage that has not ended.
///
/// # Errors
/// `stage_not_found`, `forbidden` for observers, `case_closed`, `stage_ended`, `Invalid` naming the field.
pub fn spawn(tx: &mut Tx<'_>, stage: StageId, new: &NewSubcase) -> Result<Case> {
    let (found, parent) = stages::require_open(tx, stage)?;
    stages::require_not_ended(&found)?;
    let case = NewCase {
        description: new.description.clone(),
        priority: new.priority,
        assigned_actor_id: new.assigned_actor_id,
        ..NewCase::titled(parent.space_id, new.title.clone())
    };
    let id = cases::insert(tx, &case, Some((parent.id, Some(stage))))?;
    instructions::link_subcase(tx, stage, new.instruction_id, id)?;
    let subcase = cases::get(tx, id)?;
    if let Some(procedure) = new.procedure_id {
        procedures::apply_to(tx, &subcase, procedure)?;
    }
    tell_created(tx, &parent, &subcase)?;
    cases::get(tx, id)
}

/// Tells the parent's thread of a subcase that was opened.
pub(crate) fn tell_created(tx: &mut Tx<'_>, parent: &Case, subcase: &Case) -> Result<()> {
    let data = json!({"case_id": subcase.id, "title": subcase.title, "stage_id": subcase.parent_stage_id});
    let content = format!("Subcase opened: {}", subcase.title);
    cases::log(tx, parent.thread_id, ActivityType::SubcaseCreated, &content, data.clone())?;
    cases::event(tx, "subcase.created", parent.id, parent.space_id, parent.thread_id, data)
}

/// Tells the parent that a subcase has finished: its summary goes into the parent's thread, the instruction that waits for
/// it is satisfied, and the parent's stage goes on.
pub(crate) fn report_finished(tx: &mut Tx<'_>, subcase: &Case) -> Result<()> {
    let Some(parent_id) = subcase.parent_case_id else { return Ok(()) };
    let parent = tx.acting_as(Actor::SYSTEM, |tx| cases::get(tx, parent_id))?;
    let data = json!({"case_id": subcase.id, "title": subcase.title, "summary": subcase.summary});
    let content = match &subcase.summary {
        Some(summary) => format!("Subcase resolved: {}\n\n{summary}", subcase.title),
        None => format!("Subcase resolved: {}", subcase.title),
    };
    cases::log(tx, parent.thread_id, ActivityType::SubcaseCompleted, &content, data.clone())?;
    cases::event(tx, "subcase.completed", parent.id, parent.space_id, parent.thread_id, data)?;
    if parent.phase == Phase::Closed {
        return Ok(());
    }
    for instruction in instructions::of_subcase(tx, subcase.id)? {
        if !instruction.satisfied {
            instructions::satisfy(tx, &instruction, &parent)?;
        }
    }
    progress::settle(tx, parent.id)
}

/// Takes the report back when a subcase is reopened, as long as the parent's stage has not ended.
pub(crate) fn take_back_report(tx: &mut Tx<'_>, subcase: &Case) -> Result<()> {
    for instruction in instructions::of_subcase(tx, subcase.id)? {
        let stage = stages::find(tx, instruction.stage_id)?;
        if stage.is_some_and(|stage| matches!(stage.phase, StagePhase::Pending | StagePhase::Active)) {
            let parent = tx.acting_as(Actor::SYSTEM, |tx| cases::get(tx, instruction.case_id))?;
            instructions::unsatisfy(tx, &instruction, &parent)?;
        }
    }
    Ok(())
}
