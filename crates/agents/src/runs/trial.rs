//! Beginning a trial: a run that shows what an agent would do and changes nothing.

use identity::{Right, actors::ActorType, spaces};
use kernel::{
    Error, Result, check,
    ids::{ActorId, CaseId, RunId, StageId},
};
use serde_json::json;
use store::{Tx, params};
use talk::place;
use work::{
    cases,
    motion::{RequiredActor, StagePhase},
    stages::{self, Stage},
};

use super::{MAX_STEPS, MAX_TOKENS, Run, event, find, machine};

/// What a trial needs.
#[derive(Clone, Debug)]
pub struct NewTrial {
    /// The case to try the agent on.
    pub case_id: CaseId,
    /// The stage to try it on: the active one, else the next, when absent.
    pub stage_id: Option<StageId>,
    /// What the agent is told about itself, in the place of its own text.
    pub instructions: Option<String>,
}

/// Begins a trial of an agent. Reading actions run for real, with the agent's rights. What would change something, and every
/// registered tool, is noted as a step and not done.
///
/// # Errors
/// `case_not_found`, `forbidden` for observers of the case, `actor_not_found`, `Invalid` for an actor that is no agent or may
/// not work in the space, for a stage of another case or for people; `stage_missing` for a case without an unfinished stage.
pub fn try_out(tx: &mut Tx<'_>, actor: ActorId, new: &NewTrial) -> Result<Run> {
    place::of_case(tx, new.case_id, Right::Work)?;
    let case = cases::get(tx, new.case_id)?;
    let agent = identity::actors::get(tx, actor)?;
    if agent.actor_type != ActorType::Ai {
        return Err(Error::invalid("actor_id", "only an agent can be tried"));
    }
    // It reads with its own rights.
    if !spaces::role_of(tx, case.space_id, actor)?.is_some_and(|role| role.allows(Right::Work)) {
        return Err(Error::invalid("actor_id", "the agent cannot work in the case's space; add it to the space first"));
    }
    check::optional("instructions", new.instructions.as_deref(), check::TEXT)?;
    let stage = stage(tx, new)?;
    if stage.required_actor_type == RequiredActor::Human {
        return Err(Error::invalid("stage_id", "the stage is for people"));
    }
    let id = RunId::new();
    let model = agent.model_id.unwrap_or_default();
    tx.execute(
        "INSERT INTO runs (id, space_id, case_id, stage_id, actor_id, model_id, state, max_steps, max_tokens, round, waiting_seq, \
         steps, turns, input_tokens, output_tokens, cost_micros, created_at, updated_at, trial, told) \
         VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, 0, 0, 0, 0, 0, 0, 0, $9, $9, $10, $11)",
        params![
            id,
            case.space_id,
            case.id,
            stage.id,
            actor,
            model,
            MAX_STEPS,
            MAX_TOKENS,
            tx.now(),
            true,
            new.instructions
        ],
    )?;
    let run = find(tx, id)?;
    event(tx, "run.created", &run, json!({"stage_id": stage.id, "actor_id": actor, "model_id": model}))?;
    machine::enqueue(tx, &run)?;
    Ok(run)
}

fn stage(tx: &mut Tx<'_>, new: &NewTrial) -> Result<Stage> {
    if let Some(id) = new.stage_id {
        let stage = stages::get(tx, id).ok().filter(|stage| stage.case_id == new.case_id);
        return stage.ok_or_else(|| Error::invalid("stage_id", format!("the case has no stage with the ID {id}")));
    }
    if let Some(stage) = stages::active(tx, new.case_id)? {
        return Ok(stage);
    }
    let next = tx.query_opt(
        "SELECT id FROM stages WHERE case_id = $1 AND phase = $2 ORDER BY position LIMIT 1",
        params![new.case_id, StagePhase::Pending],
        |row| row.get(0),
    )?;
    match next {
        Some(id) => stages::get(tx, id),
        None => Err(Error::conflict("stage_missing", "The case has no unfinished stage to try the agent on.")),
    }
}
