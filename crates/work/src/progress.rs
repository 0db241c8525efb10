//! What follows by itself from a change: implicit instructions are satisfied, full stages complete, the next one begins.

use kernel::{Actor, Result, ids::CaseId};
use store::{Event, Tx};

use crate::{
    cases::{self},
    conditions,
    instructions::{self, InstructionType},
    motion::{Phase, StagePhase},
    stages,
};

/// Evaluates the active stage's implicit instructions and completes it when every instruction is satisfied, then the next
/// one, until nothing moves any more. A stage without instructions waits to be completed by hand.
pub(crate) fn settle(tx: &mut Tx<'_>, id: CaseId) -> Result<()> {
    loop {
        // The caller's right has been checked; what follows from its change is not limited by its role.
        let Some(stage) = stages::active(tx, id)? else { return Ok(()) };
        let all = instructions::of_stage(tx, stage.id)?;
        if all.is_empty() {
            return Ok(());
        }
        let implicit_open = all.iter().any(|i| i.instruction_type == InstructionType::Implicit && !i.satisfied);
        let others_open = all.iter().any(|i| i.instruction_type != InstructionType::Implicit && !i.satisfied);
        if others_open && !implicit_open {
            return Ok(());
        }
        let case = tx.acting_as(Actor::SYSTEM, |tx| cases::get(tx, id))?;
        if case.phase != Phase::Active {
            return Ok(());
        }
        let mut open = others_open;
        for instruction in all.iter().filter(|i| i.instruction_type == InstructionType::Implicit && !i.satisfied) {
            let condition = instruction.condition.as_deref().unwrap_or("false");
            if conditions::holds(tx, condition, &case, &stage)? {
                tx.acting_as(Actor::SYSTEM, |tx| instructions::satisfy(tx, instruction, &case))?;
            } else {
                open = true;
            }
        }
        if open {
            return Ok(());
        }
        stages::end(tx, &case, &stage, StagePhase::Completed)?;
    }
}

/// A reader of the event log: conditions may depend on what other parts of Heddle wrote (documents, e-mails, comments).
///
/// # Errors
/// The engine's.
pub fn follow_event(tx: &mut Tx<'_>, event: &Event) -> Result<()> {
    let elsewhere = ["artifact.", "email.", "activity.", "note."];
    match event.case_id {
        Some(case) if elsewhere.iter().any(|prefix| event.verb.starts_with(prefix)) => settle(tx, case),
        _ => Ok(()),
    }
}
