//! What stands between a run and its next step.

use kernel::{
    Actor, Result,
    ids::{ActorId, CaseId, StageId},
};
use store::{Tx, params};
use work::{
    cases,
    motion::{Motion, Phase, StagePhase},
    stages,
};

use super::{Run, RunState, WaitingFor};

/// Whether a run may take its next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may.
    Go,
    /// The case or stage is paused.
    Pause,
    /// It is over: how, and why if it was not for the best.
    End(RunState, Option<String>),
}

/// Looks at the run's case and stage. `finishing` says that the run has still to tell what it did: it may, although its
/// stage has completed, when it completed it itself.
pub(crate) fn check(tx: &mut Tx<'_>, run: &Run, finishing: bool) -> Result<Verdict> {
    // A trial has nothing to do with where its stage stands.
    if run.trial {
        return Ok(Verdict::Go);
    }
    let cancelled = |why: String| Ok(Verdict::End(RunState::Cancelled, Some(why)));
    let (case, stage) = tx.acting_as(Actor::SYSTEM, |tx| {
        let case = cases::get(tx, run.case_id)?;
        Ok((case, stages::get(tx, run.stage_id)?))
    })?;
    match stage.phase {
        StagePhase::Active => {}
        StagePhase::Pending => return cancelled("The stage is not active.".to_owned()),
        StagePhase::Skipped => return cancelled("The stage was skipped.".to_owned()),
        StagePhase::Completed => {
            let by = completed_by(tx, run.case_id, run.stage_id)?;
            if by == Some(run.actor_id) && finishing {
                return Ok(Verdict::Go);
            }
            // A stage may complete by itself, for instance because somebody finished the subcase that it waited for.
            let by_itself = by.is_none_or(|by| by == ActorId::nil()) || run.waiting_for == Some(WaitingFor::Case);
            if by == Some(run.actor_id) || by_itself {
                return Ok(Verdict::End(RunState::Succeeded, None));
            }
            return cancelled("Somebody else completed the stage.".to_owned());
        }
    }
    if stage.assigned_actor_id != Some(run.actor_id) {
        return cancelled("The stage is no longer assigned to the agent.".to_owned());
    }
    if case.phase != Phase::Active {
        return cancelled(format!("The case is {}.", case.phase));
    }
    if case.motion == Motion::Paused || stage.motion == Motion::Paused {
        return Ok(Verdict::Pause);
    }
    Ok(Verdict::Go)
}

/// Whether the run may ask the model once more.
pub(super) fn within_limits(run: &Run) -> Verdict {
    let failed = |why: String| Verdict::End(RunState::Failed, Some(why));
    if run.turns >= run.max_steps {
        return failed(format!("The run reached its limit of {} steps.", run.max_steps));
    }
    if run.input_tokens.saturating_add(run.output_tokens) >= run.max_tokens {
        return failed(format!("The run reached its limit of {} tokens.", run.max_tokens));
    }
    Verdict::Go
}

/// Who completed a stage, as the log has it.
fn completed_by(tx: &mut Tx<'_>, case: CaseId, stage: StageId) -> Result<Option<ActorId>> {
    tx.query_opt(
        "SELECT actor_id FROM events WHERE case_id = $1 AND verb = 'stage.completed' AND subject_id = $2 ORDER BY seq DESC LIMIT 1",
        params![case, stage],
        |row| row.get(0),
    )
}
