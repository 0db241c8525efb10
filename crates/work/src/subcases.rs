//! Subcases: full cases spawned from a stage, to any depth, that report back to their parent (Interloom 1.6).

use std::collections::HashMap;

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
    motion::{Motion, Phase, Priority, StagePhase},
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

/// A case in a tree of subcases.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The case.
    pub id: CaseId,
    /// The case above it; none at the root, also when the actor cannot see what is above.
    pub parent_case_id: Option<CaseId>,
    /// What it is about.
    pub title: String,
    /// Where it stands.
    pub phase: Phase,
    /// How it moves.
    pub motion: Motion,
    /// How far below the root it is.
    pub depth: i64,
}

/// The most cases that a tree shows.
const TREE: i64 = 1000;
/// How deep a tree is gone down, and up.
const DEPTH: i64 = 200;

/// The whole tree that a case is in: everything under the highest case above it, each case before those below it. At most a
/// thousand cases, those near the root first.
///
/// # Errors
/// `case_not_found`.
pub fn tree(tx: &mut Tx<'_>, id: CaseId) -> Result<Vec<Branch>> {
    // A case and its subcases lie in one space: whoever sees one sees them all.
    cases::require(tx, id, Right::See)?;
    let root: CaseId = tx.query_one(
        "WITH RECURSIVE above (id, parent, height) AS ( \
           SELECT id, parent_case_id, 0 FROM cases WHERE id = $1 \
           UNION ALL SELECT c.id, c.parent_case_id, a.height + 1 FROM above a JOIN cases c ON c.id = a.parent \
           WHERE a.height < $2) \
         SELECT id FROM above ORDER BY height DESC LIMIT 1",
        params![id, DEPTH],
        |row| row.get(0),
    )?;
    let all = tx.query(
        "WITH RECURSIVE below (id, depth) AS ( \
           SELECT id, 0 FROM cases WHERE id = $1 \
           UNION ALL SELECT c.id, b.depth + 1 FROM below b JOIN cases c ON c.parent_case_id = b.id WHERE b.depth < $2) \
         SELECT c.id, c.parent_case_id, c.title, c.phase, c.motion, b.depth FROM below b JOIN cases c ON c.id = b.id \
         ORDER BY b.depth, c.created_at, c.id LIMIT $3",
        params![root, DEPTH, TREE],
        |row| {
            Ok(Branch {
                id: row.get(0)?,
                parent_case_id: row.get(1)?,
                title: row.get(2)?,
                phase: row.get(3)?,
                motion: row.get(4)?,
                depth: row.get(5)?,
            })
        },
    )?;
    Ok(in_order(all))
}

/// Puts every case right before what lies below it.
fn in_order(all: Vec<Branch>) -> Vec<Branch> {
    let mut below: HashMap<CaseId, Vec<Branch>> = HashMap::new();
    let mut next = Vec::new();
    for branch in all {
        match branch.parent_case_id {
            Some(parent) if branch.depth > 0 => below.entry(parent).or_default().push(branch),
            _ => next.push(branch),
        }
    }
    let mut ordered = Vec::new();
    while let Some(branch) = next.pop() {
        next.extend(below.remove(&branch.id).unwrap_or_default().into_iter().rev());
        ordered.push(branch);
    }
    ordered
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
