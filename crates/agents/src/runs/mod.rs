//! Runs: one agent working one stage.
//!
//! A run begins when a stage is active and assigned to an agent ([`follow_event`]), is worked on by a job ([`run_job`]), may
//! wait for a person, a decision or the case, and ends when the stage does. A stage has at most one unfinished run.
//!
//! A trial ([`try_out`]) is a run that changes nothing: what would change something is only noted as a step. It holds no
//! stage, and nothing that happens to the case ends or wakes it.

mod follow;
mod gate;
mod machine;
mod prompt;
mod record;
mod steps;
#[cfg(test)]
mod tests;
mod trial;
mod usage;
mod worker;

use identity::{
    Right, Role, access,
    listing::{self, Listing},
};
use kernel::{
    Error, Page, PageRequest, Result, Timestamp,
    ids::{ActorId, CaseId, RunId, SpaceId, StageId},
};
use serde_json::Value as Json;
use store::{NewEvent, Param, Row, Tx, params};
use talk::place;

pub use follow::follow_event;
pub(crate) use gate::{Verdict, check};
pub(crate) use machine::{agent, stop_waiting, wait_for_decision, wake};
pub use record::{Decisions, Record, Week, record};
pub(crate) use steps::{NewStep, add};
pub use steps::{Step, StepKind};
pub use trial::{NewTrial, try_out};
pub use usage::{Group, GroupBy, Span, Usage, usage};
pub(crate) use worker::after;
pub use worker::run_job;

use crate::actions::Scene;

/// The kind of the job that works on a run.
pub const JOB: &str = "agent.run";

/// How many turns a run may take: answers of the model, each with the calls it makes.
pub const MAX_STEPS: i64 = 40;
/// How many tokens a run may read and write in all.
pub const MAX_TOKENS: i64 = 200_000;

store::text_enum! {
    /// Where a run stands.
    pub enum RunState {
        /// Waits for a worker.
        Queued = "queued",
        /// A worker is on it.
        Running = "running",
        /// Held by something: see what it waits for.
        Waiting = "waiting",
        /// The stage was completed.
        Succeeded = "succeeded",
        /// It could not complete the stage; its error says why.
        Failed = "failed",
        /// It was ended by a person, or its stage was.
        Cancelled = "cancelled",
    }
}

impl RunState {
    /// Whether it is over.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

store::text_enum! {
    /// What a waiting run waits for.
    pub enum WaitingFor {
        /// A person's answer in the case's thread.
        Person = "person",
        /// The decision of a proposal.
        Proposal = "proposal",
        /// The case's pause to be lifted.
        Pause = "pause",
        /// What the case itself waits for: the agent ended its turn with the case's motion waiting.
        Case = "case",
    }
}

/// A run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The space of its case.
    pub space_id: SpaceId,
    /// Its case.
    pub case_id: CaseId,
    /// The stage it works.
    pub stage_id: StageId,
    /// The agent.
    pub actor_id: ActorId,
    /// The model the agent thinks with; `rules` is the built-in planner.
    pub model_id: String,
    /// Where it stands.
    pub state: RunState,
    /// What it waits for.
    pub waiting_for: Option<WaitingFor>,
    /// Why it failed or was cancelled.
    pub error: Option<String>,
    /// How many turns it may take.
    pub max_steps: i64,
    /// How many tokens it may read and write.
    pub max_tokens: i64,
    /// Steps stored so far.
    pub steps: i64,
    /// Turns taken so far: answers of the model.
    pub turns: i64,
    /// Tokens read so far.
    pub input_tokens: i64,
    /// Tokens written so far.
    pub output_tokens: i64,
    /// What they cost, in millionths of a US dollar; 0 where the price is not known.
    pub cost_micros: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When a worker first took it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether it only shows what the agent would do.
    pub trial: bool,
    /// What the agent is told about itself in a trial, in the place of its own text.
    pub(crate) told: Option<String>,
    /// How often it was handed to a worker; a job of an earlier round lets go of it.
    pub(crate) round: i64,
    /// The newest event when it began to wait.
    pub(crate) waiting_seq: i64,
}

const COLUMNS: &str = "r.id, r.space_id, r.case_id, r.stage_id, r.actor_id, r.model_id, r.state, r.waiting_for, r.error, r.max_steps, \
     r.max_tokens, r.steps, r.turns, r.input_tokens, r.output_tokens, r.cost_micros, r.created_at, r.updated_at, r.started_at, \
     r.ended_at, r.round, r.waiting_seq, r.trial, r.told";
const COLUMN_COUNT: usize = 24;

fn read(row: &Row<'_>) -> Result<Run> {
    Ok(Run {
        id: row.get(0)?,
        space_id: row.get(1)?,
        case_id: row.get(2)?,
        stage_id: row.get(3)?,
        actor_id: row.get(4)?,
        model_id: row.get(5)?,
        state: row.get(6)?,
        waiting_for: row.get(7)?,
        error: row.get(8)?,
        max_steps: row.get(9)?,
        max_tokens: row.get(10)?,
        steps: row.get(11)?,
        turns: row.get(12)?,
        input_tokens: row.get(13)?,
        output_tokens: row.get(14)?,
        cost_micros: row.get(15)?,
        created_at: row.get(16)?,
        updated_at: row.get(17)?,
        started_at: row.get(18)?,
        ended_at: row.get(19)?,
        round: row.get(20)?,
        waiting_seq: row.get(21)?,
        trial: row.get(22)?,
        told: row.get(23)?,
    })
}

/// Which runs are wanted; all given conditions hold together.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunFilter {
    /// In this space.
    pub space_id: Option<SpaceId>,
    /// Of this case.
    pub case_id: Option<CaseId>,
    /// Of this stage.
    pub stage_id: Option<StageId>,
    /// By this agent.
    pub actor_id: Option<ActorId>,
    /// In this state.
    pub state: Option<RunState>,
    /// Trials instead of the runs that work.
    pub trial: bool,
}

/// The runs that the actor can see, newest first.
///
/// # Errors
/// `space_not_found`, `case_not_found` or `stage_not_found` when the filter names what the actor cannot see.
pub fn list(tx: &mut Tx<'_>, filter: &RunFilter, request: PageRequest) -> Result<Page<Run>> {
    if let Some(space) = filter.space_id {
        place::require_space(tx, space)?;
    }
    if let Some(case) = filter.case_id {
        place::of_case(tx, case, Right::See)?;
    }
    if let Some(stage) = filter.stage_id {
        ::work::stages::get(tx, stage)?;
    }
    let conditions = [
        ("space_id", filter.space_id.map(|v| Param::Id(v.uuid()))),
        ("case_id", filter.case_id.map(|v| Param::Id(v.uuid()))),
        ("stage_id", filter.stage_id.map(|v| Param::Id(v.uuid()))),
        ("actor_id", filter.actor_id.map(|v| Param::Id(v.uuid()))),
        ("state", filter.state.map(|v| Param::Text(v.as_str()))),
        ("trial", Some(Param::Bool(filter.trial))),
    ];
    let list = Listing {
        table: "runs r",
        alias: "r",
        columns: COLUMNS,
        order: "r.created_at DESC, r.id DESC",
        conditions: &conditions,
    };
    listing::page(tx, &list, request, read)
}

/// One run.
///
/// # Errors
/// `run_not_found`.
pub fn get(tx: &mut Tx<'_>, id: RunId) -> Result<Run> {
    require(tx, id, Right::See)
}

/// The steps of a run, in their order.
///
/// # Errors
/// `run_not_found`.
pub fn steps(tx: &mut Tx<'_>, id: RunId, request: PageRequest) -> Result<Page<Step>> {
    let run = require(tx, id, Right::See)?;
    let items = steps::page(tx, id, request.limit(), request.offset())?;
    Ok(Page { items, total: run.steps, request })
}

/// One step of a run; none when the run has no such step.
///
/// # Errors
/// `run_not_found`.
pub fn step(tx: &mut Tx<'_>, id: RunId, n: i64) -> Result<Option<Step>> {
    require(tx, id, Right::See)?;
    Ok(steps::page(tx, id, 1, n.max(0))?.into_iter().next())
}

/// Ends an unfinished run. Its stage stays as it is.
///
/// # Errors
/// `run_not_found`, `forbidden` for observers, `run_ended`.
pub fn cancel(tx: &mut Tx<'_>, id: RunId) -> Result<Run> {
    let run = require(tx, id, Right::Work)?;
    if run.state.is_ended() {
        return Err(Error::conflict("run_ended", format!("The run has {} already.", run.state)));
    }
    machine::end(tx, &run, RunState::Cancelled, None)?;
    find(tx, id)
}

/// Begins a new run in the place of one that failed or was cancelled. A case that the failure blocked moves again.
///
/// # Errors
/// `run_not_found`, `forbidden` for observers, `run_not_failed`, `run_is_trial`, `stage_not_active`, `run_unfinished` when the stage has an
/// unfinished run, `stage_not_assigned` when the stage is no longer the agent's.
pub fn retry(tx: &mut Tx<'_>, id: RunId) -> Result<Run> {
    let run = require(tx, id, Right::Work)?;
    if run.trial {
        return Err(Error::conflict("run_is_trial", "A trial is not tried again; begin another one."));
    }
    if !matches!(run.state, RunState::Failed | RunState::Cancelled) {
        let text = format!("The run is {}; only failed and cancelled runs are tried again.", run.state);
        return Err(Error::conflict("run_not_failed", text));
    }
    machine::retry(tx, &run)
}

/// The run, once the actor's right in its space has been checked.
fn require(tx: &mut Tx<'_>, id: RunId, right: Right) -> Result<Run> {
    let actor = tx.actor();
    let not_found = || Error::not_found("run_not_found", format!("No run found with ID {id}"));
    let sql = format!(
        "SELECT {COLUMNS}, m.role FROM runs r LEFT JOIN members m ON m.actor_id = $2 AND m.space_id = r.space_id WHERE r.id = $1"
    );
    let found =
        tx.query_opt(&sql, params![id, actor.id], |row| Ok((read(row)?, row.get::<Option<Role>>(COLUMN_COUNT)?)))?;
    let (run, role) = found.ok_or_else(not_found)?;
    if !actor.is_system() {
        access::check(role, right, not_found)?;
    }
    Ok(run)
}

/// The run, whoever asks.
///
/// # Errors
/// `run_not_found`.
pub(crate) fn find(tx: &mut Tx<'_>, id: RunId) -> Result<Run> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM runs r WHERE r.id = $1"), params![id], read)?
        .ok_or_else(|| Error::not_found("run_not_found", format!("No run found with ID {id}")))
}

/// The unfinished runs, trials left aside, that a condition on `r` with the one parameter `$1` selects.
fn unfinished(tx: &mut Tx<'_>, condition: &str, value: Param<'_>) -> Result<Vec<Run>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM runs r WHERE {condition} AND r.state IN ('queued', 'running', 'waiting') AND NOT r.trial ORDER BY r.id"
    );
    tx.query(&sql, &[value], read)
}

impl Run {
    /// Where it acts.
    ///
    /// # Errors
    /// The engine's.
    pub(crate) fn scene(&self, tx: &mut Tx<'_>) -> Result<Scene> {
        let thread =
            tx.query_one("SELECT thread_id FROM cases WHERE id = $1", params![self.case_id], |row| row.get(0))?;
        Ok(Scene { space: self.space_id, case: self.case_id, stage: self.stage_id, thread })
    }
}

/// Appends an event about a run.
pub(crate) fn event(tx: &mut Tx<'_>, verb: &'static str, run: &Run, mut data: Json) -> Result<()> {
    let scene = run.scene(tx)?;
    if run.trial
        && let Json::Object(data) = &mut data
    {
        data.insert("trial".to_owned(), true.into());
    }
    tx.emit(NewEvent {
        verb,
        subject: run.id.uuid(),
        space: Some(run.space_id),
        case: Some(run.case_id),
        thread: Some(scene.thread),
        data,
    })
}
