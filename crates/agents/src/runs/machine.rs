//! How runs begin, wait, wake and end: each in the transaction of what causes it.

use identity::actors::{self, ActorType};
use kernel::{
    Actor, Error, Result,
    ids::{ActorId, CaseId, ProposalId, RunId, StageId},
};
use serde_json::json;
use store::{NewJob, Tx, events, params};
use talk::activities::{self, ActivityType, Visibility};
use work::{
    cases, lifecycle,
    motion::{Motion, NewMotion, Phase, StagePhase, WaitingKind, WaitingOn},
    stages,
};

use super::{
    JOB, MAX_STEPS, MAX_TOKENS, Run, RunState, Verdict, WaitingFor, check, event, find,
    steps::{self, About, NewStep},
    unfinished,
};
use crate::proposals;

/// Begins a run when the stage is active, its case too, and an agent has it; answers none when there is nothing to begin.
pub(super) fn start(tx: &mut Tx<'_>, stage: StageId) -> Result<Option<Run>> {
    let found = tx.acting_as(Actor::SYSTEM, |tx| {
        let stage = stages::get(tx, stage)?;
        let case = cases::get(tx, stage.case_id)?;
        Ok((stage, case))
    });
    let (stage, case) = match found {
        Ok(found) => found,
        // Deleted in the meantime.
        Err(error) if error.kind() == kernel::Kind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(actor) = stage.assigned_actor_id else { return Ok(None) };
    if stage.phase != StagePhase::Active || case.phase != Phase::Active {
        return Ok(None);
    }
    let Some(agent) = actors::find(tx, actor)?.filter(|profile| profile.actor_type == ActorType::Ai) else {
        return Ok(None);
    };
    if !unfinished(tx, "r.stage_id = $1", store::Param::Id(stage.id.uuid()))?.is_empty() {
        return Ok(None);
    }
    let id = RunId::new();
    // Without a model of its own the agent thinks with the server's; the worker knows which that is.
    let model = agent.model_id.unwrap_or_default();
    tx.execute(
        "INSERT INTO runs (id, space_id, case_id, stage_id, actor_id, model_id, state, max_steps, max_tokens, round, waiting_seq, \
         steps, turns, input_tokens, output_tokens, cost_micros, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, 0, 0, 0, 0, 0, 0, 0, $9, $9)",
        params![id, case.space_id, case.id, stage.id, actor, model, MAX_STEPS, MAX_TOKENS, tx.now()],
    )?;
    let run = find(tx, id)?;
    event(tx, "run.created", &run, json!({"stage_id": stage.id, "actor_id": actor, "model_id": model}))?;
    enqueue(tx, &run)?;
    Ok(Some(run))
}

/// Begins a run in the place of one that ended.
pub(super) fn retry(tx: &mut Tx<'_>, run: &Run) -> Result<Run> {
    let stage = tx.acting_as(Actor::SYSTEM, |tx| stages::get(tx, run.stage_id))?;
    if stage.phase != StagePhase::Active {
        return Err(Error::conflict("stage_not_active", format!("The stage is {}, not active.", stage.phase)));
    }
    if stage.assigned_actor_id != Some(run.actor_id) {
        return Err(Error::conflict("stage_not_assigned", "The stage is no longer assigned to the agent of this run."));
    }
    if !unfinished(tx, "r.stage_id = $1", store::Param::Id(run.stage_id.uuid()))?.is_empty() {
        return Err(Error::conflict("run_unfinished", "The stage has an unfinished run already."));
    }
    let new = start(tx, run.stage_id)?;
    let new = new.ok_or_else(|| Error::conflict("case_not_active", "The case is not active."))?;
    let case = cases::get(tx, run.case_id)?;
    if case.motion == Motion::Blocked {
        set_motion(tx, run.case_id, Motion::Working, None)?;
    }
    Ok(new)
}

/// Hands the run to the workers. Each round has a key of its own: the job of the round before may still be ending.
pub(super) fn enqueue(tx: &mut Tx<'_>, run: &Run) -> Result<()> {
    let job = NewJob::new(JOB, json!({"run_id": run.id, "round": run.round}));
    tx.enqueue(job.dedup(format!("{JOB}:{}:{}", run.id, run.round))).map(drop)
}

/// Lets the run wait. Only events after this transaction wake it.
pub(super) fn wait(tx: &mut Tx<'_>, run: &Run, reason: WaitingFor) -> Result<()> {
    let seq = events::last_seq(tx)?;
    tx.execute(
        "UPDATE runs SET state = 'waiting', waiting_for = $2, waiting_seq = $3, updated_at = $4 WHERE id = $1",
        params![run.id, reason, seq, tx.now()],
    )?;
    event(tx, "run.waiting", run, json!({"waiting_for": reason}))
}

/// Lets the run wait for a person to decide a proposal, and the case too.
pub(crate) fn wait_for_decision(tx: &mut Tx<'_>, run: &Run, proposal: ProposalId, action: &str) -> Result<()> {
    let reason = Some(format!("approval of {action}"));
    let waiting_on = WaitingOn { kind: WaitingKind::Approval, id: Some(proposal.uuid()), reason };
    set_motion(tx, run.case_id, Motion::Waiting, Some(waiting_on))?;
    wait(tx, run, WaitingFor::Proposal)
}

/// Lets a waiting run go on, with something it is told. When there is nothing left to do for it, it ends instead.
pub(crate) fn wake(tx: &mut Tx<'_>, run: &Run, message: Option<String>) -> Result<()> {
    if let Verdict::End(state, why) = check(tx, run, false)? {
        return end(tx, run, state, why.as_deref());
    }
    tx.execute(
        "UPDATE runs SET state = 'queued', waiting_for = NULL, round = round + 1, updated_at = $2 WHERE id = $1",
        params![run.id, tx.now()],
    )?;
    let mut run = find(tx, run.id)?;
    if let Some(text) = message {
        steps::add(tx, &mut run, NewStep::Message { about: About::Resumed, text })?;
    }
    event(tx, "run.resumed", &run, json!({}))?;
    enqueue(tx, &run)
}

/// Ends a run. A failed one says so in the thread and blocks its case, unless it is a trial.
pub(super) fn end(tx: &mut Tx<'_>, run: &Run, state: RunState, error: Option<&str>) -> Result<()> {
    let error = error.map(|text| text.replace('\0', ""));
    let ended = tx.execute(
        "UPDATE runs SET state = $2, waiting_for = NULL, error = $3, ended_at = $4, updated_at = $4 \
         WHERE id = $1 AND state IN ('queued', 'running', 'waiting')",
        params![run.id, state, error, tx.now()],
    )?;
    if ended == 0 {
        return Ok(());
    }
    proposals::withdraw(tx, run)?;
    event(tx, "run.finished", run, json!({"state": state, "error": error, "actor_id": run.actor_id}))?;
    if state == RunState::Failed && !run.trial {
        let why = error.unwrap_or_default();
        let name = crate::actions::name_of(tx, run.actor_id)?;
        let text = format!("{name} could not finish the stage: {}", why.lines().next().unwrap_or_default());
        entry(tx, run, Actor::SYSTEM, ActivityType::SystemEvent, Visibility::Public, &text)?;
        let case = tx.acting_as(Actor::SYSTEM, |tx| cases::get(tx, run.case_id))?;
        if case.phase == Phase::Active && !matches!(case.motion, Motion::Paused | Motion::Blocked) {
            set_motion(tx, run.case_id, Motion::Blocked, None)?;
        }
    }
    Ok(())
}

/// Sets the motion of a case that is not over and not paused, as Heddle itself.
fn set_motion(tx: &mut Tx<'_>, case: CaseId, motion: Motion, waiting_on: Option<WaitingOn>) -> Result<()> {
    tx.acting_as(Actor::SYSTEM, |tx| {
        let before = cases::get(tx, case)?;
        if before.phase == Phase::Closed || before.motion == Motion::Paused {
            return Ok(());
        }
        lifecycle::set_motion(tx, case, &NewMotion { motion, waiting_on }).map(drop)
    })
}

/// Lets a case that waited go on working, if it waits for what `waited` recognises.
pub(crate) fn stop_waiting(tx: &mut Tx<'_>, case: CaseId, waited: impl FnOnce(&WaitingOn) -> bool) -> Result<()> {
    let found = tx.acting_as(Actor::SYSTEM, |tx| cases::get(tx, case))?;
    if found.motion == Motion::Waiting && found.waiting_on.as_ref().is_some_and(waited) {
        set_motion(tx, case, Motion::Working, None)?;
    }
    Ok(())
}

/// Appends an entry about a run to its case's thread; a trial leaves none.
pub(crate) fn entry(
    tx: &mut Tx<'_>,
    run: &Run,
    by: Actor,
    kind: ActivityType,
    visibility: Visibility,
    text: &str,
) -> Result<()> {
    if run.trial {
        return Ok(());
    }
    let thread = run.scene(tx)?.thread;
    let data = json!({"run_id": run.id});
    tx.acting_as(by, |tx| activities::append(tx, thread, kind, visibility, text, Some(data))).map(drop)
}

/// The agent of a run, as a transaction's actor.
pub(crate) fn agent(tx: &mut Tx<'_>, agent: ActorId) -> Result<Actor> {
    actors::get(tx, agent).map(|profile| profile.acting())
}
