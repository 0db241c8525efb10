//! What agents at work on a case want from a person: the decision of a proposal, or the answer to a question.

use kernel::{
    Error, Kind, PageRequest, Result, Timestamp,
    ids::{ActorId, CaseId, RunId},
};
use serde::Serialize;
use serde_json::Value as Json;
use store::{Tx, params};
use talk::{
    activities::{self, ActivityType, Visibility},
    place,
};
use uuid::Uuid;

use crate::{
    proposals::{self, Decision, ProposalFilter, ProposalState},
    runs::{self, RunFilter, RunState, WaitingFor},
};

/// The action with which an agent asks.
const ASK: &str = "ask_person";

/// Something that an agent waits for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Query {
    /// Its id: that of the proposal, or of the run that waits for the answer.
    pub id: Uuid,
    /// The run that waits.
    pub run_id: RunId,
    /// The agent.
    pub actor_id: ActorId,
    /// Since when.
    pub at: Timestamp,
    /// What is wanted.
    #[serde(flatten)]
    pub wanted: Wanted,
}

/// What an agent waits for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Wanted {
    /// Whether it may.
    Proposal {
        /// The action or tool.
        action: String,
        /// What it would be given.
        input: Json,
    },
    /// An answer.
    Question {
        /// The question.
        text: String,
    },
}

/// What a person answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The decision of a proposal, and why.
    Decision(Decision, Option<String>),
    /// The answer to a question.
    Text(String),
}

/// What the agents at work on a case wait for, the oldest first.
///
/// # Errors
/// `case_not_found`.
pub fn open(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<Query>> {
    let all = PageRequest::new(None, Some(PageRequest::MAX_SIZE))?;
    let pending =
        ProposalFilter { case_id: Some(case), state: Some(ProposalState::Pending), ..ProposalFilter::default() };
    let mut queries: Vec<Query> = proposals::list(tx, &pending, all)?
        .items
        .into_iter()
        .map(|proposal| Query {
            id: proposal.id.uuid(),
            run_id: proposal.run_id,
            actor_id: proposal.actor_id,
            at: proposal.created_at,
            wanted: Wanted::Proposal { action: proposal.action, input: proposal.input },
        })
        .collect();
    let waiting = RunFilter { case_id: Some(case), state: Some(RunState::Waiting), ..RunFilter::default() };
    for run in runs::list(tx, &waiting, all)?.items {
        if run.waiting_for == Some(WaitingFor::Person) {
            let text = asked(tx, run.id)?.unwrap_or_default();
            let wanted = Wanted::Question { text };
            queries.push(Query {
                id: run.id.uuid(),
                run_id: run.id,
                actor_id: run.actor_id,
                at: run.updated_at,
                wanted,
            });
        }
    }
    queries.sort_by_key(|query| (query.at, query.id));
    Ok(queries)
}

/// The last question of a run.
fn asked(tx: &mut Tx<'_>, run: RunId) -> Result<Option<String>> {
    tx.query_opt(
        "SELECT input ->> 'question' FROM run_steps WHERE run_id = $1 AND tool = $2 ORDER BY n DESC LIMIT 1",
        params![run, ASK],
        |row| row.get(0),
    )
}

/// Answers a query of a case, as a person who may work on it. A question is answered in the case's thread, so that everybody
/// sees it.
///
/// # Errors
/// `case_not_found`; `query_not_found` when nothing waits for it any more; `Invalid` for an answer of the wrong kind; what
/// deciding a proposal and posting a comment are refused with.
pub fn answer(tx: &mut Tx<'_>, case: CaseId, id: Uuid, answer: &Answer) -> Result<()> {
    let query = open(tx, case)?.into_iter().find(|query| query.id == id);
    let query = query
        .ok_or_else(|| Error::new(Kind::NotFound, "query_not_found", "Nobody waits for this answer, or no longer."))?;
    match (&query.wanted, answer) {
        (Wanted::Proposal { .. }, Answer::Decision(decision, note)) => {
            proposals::decide(tx, kernel::Id::from_uuid(id), decision, note.as_deref()).map(drop)
        }
        (Wanted::Question { .. }, Answer::Text(text)) => {
            let log = place::of_case(tx, case, identity::Right::Work)?.log;
            let log = log.ok_or_else(|| Error::internal("a case without a thread"))?;
            activities::post(tx, log, ActivityType::Comment, text, Visibility::Public).map(drop)
        }
        (Wanted::Proposal { .. }, Answer::Text(_)) => {
            Err(Error::invalid("decision", "a proposal is answered with a decision: approve, edit or reject"))
        }
        (Wanted::Question { .. }, Answer::Decision(..)) => {
            Err(Error::invalid("text", "a question is answered with text"))
        }
    }
}
