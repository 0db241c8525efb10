//! What a procedure would do to a case: it is applied for real, by the same functions, and then undone.
//!
//! For a case in intake it is told what happens once the case is commenced.

use identity::{Right, actors};
use kernel::{
    Error, FieldError, Kind, Result,
    ids::{ActorId, CaseId, ProcedureId},
};
use store::{Tx, params};

use crate::{
    cases::{self, Case},
    conditions::{self, Fault},
    designs::{self, Design},
    instructions::{self, InstructionType, NewInstruction},
    lifecycle,
    motion::{Phase, RequiredActor, StagePhase},
    procedures,
    stages::{self, Stage},
};

/// The procedure to try: exactly one of the two.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// One of the case's space.
    pub procedure_id: Option<ProcedureId>,
    /// One that is not saved. What could not be saved of it is told as a problem.
    pub design: Option<Design>,
}

/// What would happen.
#[derive(Clone, Debug)]
pub struct DryRun {
    /// The stages that the case would get.
    pub stages: Vec<TriedStage>,
    /// Why the procedure could not be applied, and what is wrong with it as a whole.
    pub problems: Vec<String>,
}

/// A stage that the case would get.
#[derive(Clone, Debug)]
pub struct TriedStage {
    /// Its name.
    pub name: String,
    /// Who it is for.
    pub required_actor_type: RequiredActor,
    /// Who would get it, with the name.
    pub assigned: Option<(ActorId, String)>,
    /// What would become of it.
    pub would: StageFate,
    /// What is wrong with it.
    pub problems: Vec<String>,
    /// Its instructions.
    pub instructions: Vec<TriedInstruction>,
}

/// An instruction that the case would get.
#[derive(Clone, Debug)]
pub struct TriedInstruction {
    /// What it says.
    pub line: NewInstruction,
    /// What would become of it.
    pub would: InstructionFate,
    /// What is wrong with its condition.
    pub message: Option<String>,
}

store::text_enum! {
    /// What would become of a stage.
    pub enum StageFate {
        /// It would become the active one.
        Activate = "activate",
        /// It would wait for those before it, or for the case.
        Wait = "wait",
        /// It would be complete as soon as its turn comes, because all its conditions hold.
        CompleteAtOnce = "complete_at_once",
    }
}

store::text_enum! {
    /// What would become of an instruction.
    pub enum InstructionFate {
        /// Its condition holds.
        Satisfied = "satisfied",
        /// It is left to do.
        Open = "open",
        /// Its condition fails.
        Error = "error",
    }
}

/// Tries a procedure on a case. Nothing is changed.
///
/// # Errors
/// `case_not_found`, `forbidden` for observers, `Invalid` for a procedure that the case's space does not have, and unless
/// exactly one is given.
pub fn run(tx: &mut Tx<'_>, case: CaseId, tried: &Tried) -> Result<DryRun> {
    let case = cases::require(tx, case, Right::Work)?;
    let mut found = None;
    let undone: Result<()> = tx.attempt(|tx| {
        found = Some(try_out(tx, &case, tried)?);
        Err(Error::conflict("dry_run", "A dry run is undone."))
    });
    match (found, undone) {
        (Some(found), Err(error)) if error.code() == "dry_run" => Ok(found),
        (_, Err(error)) => Err(error),
        (_, Ok(())) => Err(Error::internal("a dry run was not undone")),
    }
}

fn try_out(tx: &mut Tx<'_>, case: &Case, tried: &Tried) -> Result<DryRun> {
    let (id, design) = match (tried.procedure_id, &tried.design) {
        (Some(id), None) => {
            let procedure = procedures::get(tx, id).ok().filter(|procedure| procedure.space_id == case.space_id);
            let text = || format!("the case's space has no procedure with the ID {id}");
            let procedure = procedure.ok_or_else(|| Error::invalid("procedure_id", text()))?;
            (id, designs::of(tx, &procedure)?)
        }
        (None, Some(design)) => (put_down(tx, case, design)?, design.clone()),
        _ => return Err(Error::invalid("procedure_id", "give either procedure_id or design")),
    };
    let faults = designs::problems(tx, case.space_id, &design, None)?;
    let refused = apply(tx, case, id)?;
    let mut stages = Vec::with_capacity(design.stages.len());
    let made = made(tx, case.id, id)?;
    let now = cases::get(tx, case.id)?;
    for (n, planned) in design.stages.iter().enumerate() {
        let prefix = format!("stages.{n}.");
        let stage = if refused.is_none() { made.get(n) } else { None };
        let mut tried = Vec::with_capacity(planned.instructions.len());
        let made = match stage {
            Some(stage) => instructions::of_stage(tx, stage.id)?,
            None => Vec::new(),
        };
        for (m, line) in planned.instructions.iter().enumerate() {
            let satisfied = made.get(m).is_some_and(|instruction| instruction.satisfied);
            let fate = fate(tx, line, satisfied, &now, stage)?;
            let unsavable = faults.iter().find(|fault| fault.path == format!("{prefix}instructions.{m}.condition"));
            tried.push(match (fate, unsavable) {
                (_, Some(fault)) => told(line, InstructionFate::Error, Some(fault.message.clone())),
                (Ok(true), None) => told(line, InstructionFate::Satisfied, None),
                (Ok(false), None) => told(line, InstructionFate::Open, None),
                (Err(fault), None) => told(line, InstructionFate::Error, Some(fault.to_string())),
            });
        }
        let assigned = match planned.assigned_actor_id {
            Some(id) => actors::find(tx, id)?.map(|actor| (actor.id, actor.name)),
            None => None,
        };
        let of_stage = |fault: &&FieldError| fault.path.starts_with(&prefix) && !fault.path.ends_with(".condition");
        stages.push(TriedStage {
            name: planned.name.clone(),
            required_actor_type: planned.required_actor_type,
            assigned,
            would: match stage.map(|stage| stage.phase) {
                Some(StagePhase::Active) => StageFate::Activate,
                Some(StagePhase::Completed) => StageFate::CompleteAtOnce,
                Some(StagePhase::Pending | StagePhase::Skipped) | None => StageFate::Wait,
            },
            problems: faults.iter().filter(of_stage).map(|fault| fault.message.clone()).collect(),
            instructions: tried,
        });
    }
    let whole = faults.iter().filter(|fault| !fault.path.starts_with("stages.")).map(|fault| fault.message.clone());
    let problems = refused.into_iter().chain(whole).collect();
    Ok(DryRun { stages, problems })
}

/// Puts a design down as a procedure of the case's space, with all its faults.
fn put_down(tx: &mut Tx<'_>, case: &Case, design: &Design) -> Result<ProcedureId> {
    let mut design = design.clone();
    // Ids of stages of another procedure would be taken.
    design.stages.iter_mut().for_each(|stage| stage.id = None);
    let procedure = procedures::create(tx, case.space_id, "dry run", None)?;
    let before = designs::of(tx, &procedure)?;
    designs::write(tx, procedure.id, &before, &design)?;
    Ok(procedure.id)
}

/// Applies the procedure and commences a case in intake; answers why if it is refused.
fn apply(tx: &mut Tx<'_>, case: &Case, procedure: ProcedureId) -> Result<Option<String>> {
    let applied = tx.attempt(|tx| {
        procedures::apply(tx, case.id, procedure)?;
        if case.phase == Phase::Intake {
            lifecycle::commence(tx, case.id)?;
        }
        Ok(())
    });
    match applied {
        Ok(()) => Ok(None),
        Err(error) if error.kind() == Kind::Conflict => Ok(Some(error.message().to_owned())),
        Err(error) => Err(error),
    }
}

/// The stages that the case has got from the procedure, in their order.
fn made(tx: &mut Tx<'_>, case: CaseId, procedure: ProcedureId) -> Result<Vec<Stage>> {
    let templates: Vec<_> =
        tx.query("SELECT id FROM procedure_stages WHERE procedure_id = $1", params![procedure], |row| {
            row.get::<kernel::ids::ProcedureStageId>(0)
        })?;
    let all = stages::all(tx, case)?;
    Ok(all.into_iter().filter(|stage| stage.procedure_stage_id.is_some_and(|id| templates.contains(&id))).collect())
}

fn fate(
    tx: &mut Tx<'_>,
    line: &NewInstruction,
    satisfied: bool,
    case: &Case,
    stage: Option<&Stage>,
) -> Result<std::result::Result<bool, Fault>> {
    match &line.condition {
        Some(condition) if line.instruction_type == InstructionType::Implicit && !satisfied => {
            conditions::evaluate(tx, condition, case, stage)
        }
        _ => Ok(Ok(satisfied)),
    }
}

fn told(line: &NewInstruction, would: InstructionFate, message: Option<String>) -> TriedInstruction {
    TriedInstruction { line: line.clone(), would, message }
}
