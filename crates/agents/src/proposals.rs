//! Proposals: calls of agents that take effect only once a person has agreed.
//!
//! An agent's own review list and its space's name actions and tools, or `*` for everything that changes something. A call
//! of such an action becomes a pending proposal and its run waits. An approved action is performed by the agent in the
//! transaction of the decision; only what needs the world outside the database (registered tools, files) is carried out by
//! the run right after.

use identity::{
    Right, Role, access, actors,
    listing::{self, Listing},
    spaces,
};
use kernel::{
    Actor, ActorKind, Error, Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, CaseId, ProposalId, RunId, SpaceId},
};
use serde_json::{Value as Json, json};
use store::{NewEvent, Param, Row, Tx, params};
use talk::place;

use crate::{
    actions::{self, Effect, Prepared, name_of},
    is_answer,
    runs::{self, NewStep, Run, RunState, Verdict, WaitingFor},
};

store::text_enum! {
    /// Where a proposal stands.
    pub enum ProposalState {
        /// Waits for a person.
        Pending = "pending",
        /// A person agreed, perhaps to another input than the agent's.
        Approved = "approved",
        /// A person did not agree.
        Rejected = "rejected",
        /// Its run ended before anybody decided.
        Withdrawn = "withdrawn",
    }
}

/// A proposal.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// The space of its case.
    pub space_id: SpaceId,
    /// Its case.
    pub case_id: CaseId,
    /// The run that waits for it.
    pub run_id: RunId,
    /// The agent that proposes.
    pub actor_id: ActorId,
    /// The provider's id of the call.
    pub call_id: String,
    /// The action or tool.
    pub action: String,
    /// The input that the agent gave.
    pub input: Json,
    /// Where it stands.
    pub state: ProposalState,
    /// Who decided.
    pub decided_by: Option<ActorId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// The input that the person put in the place of the agent's.
    pub decided_input: Option<Json>,
    /// What the person said about it.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "p.id, p.space_id, p.case_id, p.run_id, p.actor_id, p.call_id, p.action, p.input, p.state, p.decided_by, \
     p.decided_at, p.decided_input, p.note, p.created_at";
const COLUMN_COUNT: usize = 14;

fn read(row: &Row<'_>) -> Result<Proposal> {
    Ok(Proposal {
        id: row.get(0)?,
        space_id: row.get(1)?,
        case_id: row.get(2)?,
        run_id: row.get(3)?,
        actor_id: row.get(4)?,
        call_id: row.get(5)?,
        action: row.get(6)?,
        input: row.get(7)?,
        state: row.get(8)?,
        decided_by: row.get(9)?,
        decided_at: row.get(10)?,
        decided_input: row.get(11)?,
        note: row.get(12)?,
        created_at: row.get(13)?,
    })
}

/// What a person decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// It takes effect as proposed.
    Approve,
    /// It takes effect with this input.
    Edit(Json),
    /// It does not take effect.
    Reject,
}

/// Which proposals are wanted; all given conditions hold together.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProposalFilter {
    /// In this space.
    pub space_id: Option<SpaceId>,
    /// Of this case.
    pub case_id: Option<CaseId>,
    /// Of this run.
    pub run_id: Option<RunId>,
    /// In this state.
    pub state: Option<ProposalState>,
}

/// The proposals that the actor can see, newest first.
///
/// # Errors
/// `space_not_found`, `case_not_found` or `run_not_found` when the filter names what the actor cannot see.
pub fn list(tx: &mut Tx<'_>, filter: &ProposalFilter, request: PageRequest) -> Result<Page<Proposal>> {
    if let Some(space) = filter.space_id {
        place::require_space(tx, space)?;
    }
    if let Some(case) = filter.case_id {
        place::of_case(tx, case, Right::See)?;
    }
    if let Some(run) = filter.run_id {
        runs::get(tx, run)?;
    }
    let conditions = [
        ("space_id", filter.space_id.map(|v| Param::Id(v.uuid()))),
        ("case_id", filter.case_id.map(|v| Param::Id(v.uuid()))),
        ("run_id", filter.run_id.map(|v| Param::Id(v.uuid()))),
        ("state", filter.state.map(|v| Param::Text(v.as_str()))),
    ];
    let list = Listing {
        table: "proposals p",
        alias: "p",
        columns: COLUMNS,
        order: "p.created_at DESC, p.id DESC",
        conditions: &conditions,
    };
    listing::page(tx, &list, request, read)
}

/// One proposal.
///
/// # Errors
/// `proposal_not_found`.
pub fn get(tx: &mut Tx<'_>, id: ProposalId) -> Result<Proposal> {
    require(tx, id, Right::See)
}

fn require(tx: &mut Tx<'_>, id: ProposalId, right: Right) -> Result<Proposal> {
    let actor = tx.actor();
    let not_found = || Error::not_found("proposal_not_found", format!("No proposal found with ID {id}"));
    let sql = format!(
        "SELECT {COLUMNS}, m.role FROM proposals p LEFT JOIN members m ON m.actor_id = $2 AND m.space_id = p.space_id WHERE p.id = $1"
    );
    let found =
        tx.query_opt(&sql, params![id, actor.id], |row| Ok((read(row)?, row.get::<Option<Role>>(COLUMN_COUNT)?)))?;
    let (proposal, role) = found.ok_or_else(not_found)?;
    if !actor.is_system() {
        access::check(role, right, not_found)?;
    }
    Ok(proposal)
}

/// Decides a pending proposal, as a person. What is approved is performed as the agent in this transaction, or, when it
/// needs the world outside, by the run afterwards. Either way the run goes on.
///
/// # Errors
/// `proposal_not_found`, `forbidden` for observers and for whoever is no person, `proposal_decided`, `proposal_withdrawn`
/// when its run is over, `action_failed` when an approved action is refused (it stays pending), `Invalid` for an input that
/// cannot be.
pub fn decide(tx: &mut Tx<'_>, id: ProposalId, decision: &Decision, note: Option<&str>) -> Result<Proposal> {
    let proposal = require(tx, id, Right::Work)?;
    if tx.actor().kind != ActorKind::Human {
        return Err(Error::forbidden("Only a person decides what an agent proposes."));
    }
    check::optional("note", note, check::TEXT)?;
    match proposal.state {
        ProposalState::Pending => {}
        ProposalState::Withdrawn => return Err(withdrawn()),
        decided => {
            return Err(Error::conflict("proposal_decided", format!("The proposal was {decided} already.")));
        }
    }
    let run = runs::find(tx, proposal.run_id)?;
    if run.state != RunState::Waiting || run.waiting_for != Some(WaitingFor::Proposal) {
        return Err(withdrawn());
    }
    if let Verdict::End(..) = runs::check(tx, &run, true)? {
        return Err(withdrawn());
    }
    let edited = match decision {
        Decision::Edit(input) if *input != proposal.input => Some(input.clone()),
        _ => None,
    };
    let state = if *decision == Decision::Reject { ProposalState::Rejected } else { ProposalState::Approved };
    tx.execute(
        "UPDATE proposals SET state = $2, decided_by = $3, decided_at = $4, decided_input = $5, note = $6 WHERE id = $1",
        params![id, state, tx.actor().id, tx.now(), edited, note],
    )?;
    let data = json!({"state": state, "action": proposal.action, "edited": edited.is_some(), "note": note});
    event(tx, "proposal.decided", &run, id, data)?;
    runs::stop_waiting(tx, run.case_id, |waiting_on| waiting_on.id == Some(id.uuid()))?;
    match decision {
        Decision::Reject => reject(tx, run, &proposal, note)?,
        Decision::Approve | Decision::Edit(_) => approve(tx, run, &proposal, edited.as_ref(), note)?,
    }
    get(tx, id)
}

fn withdrawn() -> Error {
    Error::conflict("proposal_withdrawn", "The run of this proposal is over; there is nothing left to decide.")
}

/// Tells the model that its call was refused.
fn reject(tx: &mut Tx<'_>, mut run: Run, proposal: &Proposal, note: Option<&str>) -> Result<()> {
    let by = tx.actor().id;
    let message = format!("{} rejected this: {}", name_of(tx, by)?, note.unwrap_or("no reason was given"));
    let output = json!({"error": {"code": "rejected", "message": message}});
    let agent = runs::agent(tx, run.actor_id)?;
    tx.acting_as(agent, |tx| runs::add(tx, &mut run, step(proposal, proposal.input.clone(), output, true)))?;
    runs::wake(tx, &run, None)
}

/// Performs the action as the agent, or leaves it to the run when it needs the world outside.
fn approve(
    tx: &mut Tx<'_>,
    mut run: Run,
    proposal: &Proposal,
    edited: Option<&Json>,
    note: Option<&str>,
) -> Result<()> {
    let input = edited.unwrap_or(&proposal.input);
    if actions::spec(&proposal.action).is_none() {
        let tool = tx.query_opt(
            "SELECT id FROM tools WHERE space_id = $1 AND name = $2",
            params![run.space_id, proposal.action],
            |row| row.get(0),
        )?;
        if let Some(tool) = tool {
            crate::tools::get(tx, tool)?.check_input(input)?;
        }
        return runs::wake(tx, &run, None);
    }
    let action = actions::parse(&proposal.action, input)?;
    if action.needs_outside() {
        return runs::wake(tx, &run, None);
    }
    let (agent, scene) = (runs::agent(tx, run.actor_id)?, run.scene(tx)?);
    let performed = tx.acting_as(agent, |tx| actions::perform(tx, &scene, &action, &Prepared::Nothing));
    let mut output = performed.map_err(|error| {
        if !is_answer(&error) {
            return error;
        }
        Error::conflict("action_failed", format!("The action cannot be performed: {}", error.message()))
    })?;
    let decider = tx.actor().id;
    let by = name_of(tx, decider)?;
    if let Json::Object(output) = &mut output {
        let how = if edited.is_some() { "approved with changes" } else { "approved" };
        let mut review = json!({"by": by, "decision": how});
        if let Some(edited) = edited {
            review["input"] = edited.clone();
        }
        if let Some(note) = note {
            review["note"] = note.into();
        }
        output.insert("review".to_owned(), review);
    }
    let new = step(proposal, input.clone(), output, false);
    tx.acting_as(agent, |tx| runs::after(tx, &mut run, &action, new, true))?;
    // It may wait for a person now, if that is what was approved.
    let now = runs::find(tx, run.id)?;
    match (now.state, now.waiting_for) {
        (RunState::Waiting, Some(WaitingFor::Proposal)) => runs::wake(tx, &now, None),
        _ => Ok(()),
    }
}

fn step(proposal: &Proposal, input: Json, output: Json, is_error: bool) -> NewStep {
    NewStep::Tool { call_id: proposal.call_id.clone(), tool: proposal.action.clone(), input, output, is_error }
}

/// Where the review of a call stands.
pub(crate) enum Review {
    /// It may be carried out with this input: a person agreed to it, or nobody has to.
    Approved(Json),
    /// A person has yet to decide; the run waits.
    Waits,
}

/// The call of an answer, as proposals know it.
pub(crate) struct Proposed<'a> {
    /// The step of the answer.
    pub turn_step: i64,
    /// The call's place in it.
    pub index: i64,
    /// The provider's id.
    pub call_id: &'a str,
    /// The action or tool.
    pub action: &'a str,
    /// The input that the agent gives.
    pub input: &'a Json,
}

/// Finds what was decided about a call of a run. One that needs a decision is proposed, and the run waits.
pub(crate) fn review(tx: &mut Tx<'_>, run: &Run, call: &Proposed<'_>) -> Result<Review> {
    let sql =
        format!("SELECT {COLUMNS} FROM proposals p WHERE p.run_id = $1 AND p.turn_step = $2 AND p.call_index = $3");
    let known = tx.query_opt(&sql, params![run.id, call.turn_step, call.index], read)?;
    let id = match known {
        Some(proposal) if proposal.state == ProposalState::Approved => {
            return Ok(Review::Approved(proposal.decided_input.unwrap_or(proposal.input)));
        }
        // The run went on without a decision, for instance since a server was killed.
        Some(proposal) => proposal.id,
        None if needs_review(tx, run, call.action)? => insert(tx, run, call)?,
        None => return Ok(Review::Approved(call.input.clone())),
    };
    runs::wait_for_decision(tx, run, id, call.action)?;
    Ok(Review::Waits)
}

/// Whether an action of a run's agent needs a person's consent.
fn needs_review(tx: &mut Tx<'_>, run: &Run, action: &str) -> Result<bool> {
    let (agent, space) = tx.acting_as(Actor::SYSTEM, |tx| {
        let agent = actors::get(tx, run.actor_id)?;
        Ok((agent, spaces::get(tx, run.space_id)?))
    })?;
    let all_include = actions::spec(action).is_none_or(|spec| spec.effect == Effect::Changes);
    Ok(agent.review.iter().chain(&space.review).any(|named| named == action || (named == "*" && all_include)))
}

fn insert(tx: &mut Tx<'_>, run: &Run, call: &Proposed<'_>) -> Result<ProposalId> {
    let id = ProposalId::new();
    tx.execute(
        "INSERT INTO proposals (id, space_id, case_id, run_id, actor_id, turn_step, call_index, call_id, action, input, state, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            id,
            run.space_id,
            run.case_id,
            run.id,
            run.actor_id,
            call.turn_step,
            call.index,
            call.call_id,
            call.action,
            call.input,
            ProposalState::Pending,
            tx.now()
        ],
    )?;
    event(tx, "proposal.created", run, id, json!({"action": call.action, "run_id": run.id}))?;
    Ok(id)
}

/// Takes the pending proposals of a run back, because it ended.
pub(crate) fn withdraw(tx: &mut Tx<'_>, run: &Run) -> Result<()> {
    let pending = tx.query(
        "UPDATE proposals SET state = $2 WHERE run_id = $1 AND state = $3 RETURNING id",
        params![run.id, ProposalState::Withdrawn, ProposalState::Pending],
        |row| row.get::<ProposalId>(0),
    )?;
    for id in pending {
        event(tx, "proposal.withdrawn", run, id, json!({"run_id": run.id}))?;
        runs::stop_waiting(tx, run.case_id, |waiting_on| waiting_on.id == Some(id.uuid()))?;
    }
    Ok(())
}

fn event(tx: &mut Tx<'_>, verb: &'static str, run: &Run, proposal: ProposalId, data: Json) -> Result<()> {
    let thread = run.scene(tx)?.thread;
    tx.emit(NewEvent {
        verb,
        subject: proposal.uuid(),
        space: Some(run.space_id),
        case: Some(run.case_id),
        thread: Some(thread),
        data,
    })
}
