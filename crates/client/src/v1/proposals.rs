//! Proposals: what agents may not do without a person.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{List, One, Pages, get as read, post};
use crate::{Call, IntoBody, names::names};

names! {
    /// What became of a proposal.
    ProposalState {
        Pending = "pending",
        Approved = "approved",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
    }

    /// What a person decides.
    Verdict {
        Approve = "approve",
        Edit = "edit",
        Reject = "reject",
    }
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Proposal {
    /// Its id.
    pub id: Uuid,
    /// The space of its case.
    pub space_id: Uuid,
    /// Its case.
    pub case_id: Uuid,
    /// The run that waits for it.
    pub run_id: Uuid,
    /// The agent.
    pub actor_id: Uuid,
    /// What the agent wants to do.
    pub action: String,
    /// With what.
    pub input: Map<String, Value>,
    /// What became of it.
    pub state: ProposalState,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// With what it was done instead.
    pub decided_input: Option<Map<String, Value>>,
    /// What the person said.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A decision.
#[derive(Debug, Clone, Serialize)]
pub struct DecideProposal {
    /// The decision.
    pub decision: Verdict,
    /// For an edit, what the action is done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Map<String, Value>>,
    /// A word to the agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Which proposals are wanted; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct ListProposals {
    /// The page.
    pub pages: Pages,
    /// In this space.
    pub space_id: Option<String>,
    /// Of this case.
    pub case_id: Option<String>,
    /// Of this run.
    pub run_id: Option<String>,
    /// In this state.
    pub state: Option<ProposalState>,
}

/// Proposals, the newest first.
pub fn list(query: &ListProposals) -> Call<List<Proposal>> {
    read("proposals")
        .query("space_id", query.space_id.as_deref())
        .query("case_id", query.case_id.as_deref())
        .query("run_id", query.run_id.as_deref())
        .query("state", query.state.as_ref())
        .on(&query.pages)
}

/// One proposal.
pub fn get(id: impl Display) -> Call<One<Proposal>> {
    read("proposals").at(id)
}

/// Decides a proposal.
pub fn decide(id: impl Display, body: impl IntoBody<DecideProposal>) -> Call<One<Proposal>> {
    post("proposals").at(id).at("decide").json(body)
}
