//! Proposals (ours): actions of agents that wait for a person's decision.

use agents::proposals::{self, Decision, ProposalFilter, ProposalState};
use api::{Body, Ctx, Failure, PathId, Query};
use axum::Json;
use kernel::{
    Error, PageRequest, Timestamp,
    ids::{ActorId, CaseId, ProposalId, RunId, SpaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};
use utoipa::{IntoParams, ToSchema};

use super::envelope::{Envelope, List, One};

/// An action of an agent that waits, or waited, for a decision.
#[derive(Serialize, ToSchema)]
pub struct Proposal {
    id: ProposalId,
    space_id: SpaceId,
    case_id: CaseId,
    run_id: RunId,
    /// The agent that proposes.
    actor_id: ActorId,
    /// The action or tool.
    action: String,
    /// The input that the agent gave.
    #[schema(value_type = Object)]
    input: JsonValue,
    state: ProposalState,
    decided_by: Option<ActorId>,
    decided_at: Option<Timestamp>,
    /// The input that the person put in the place of the agent's.
    #[schema(value_type = Option<Object>)]
    decided_input: Option<JsonValue>,
    note: Option<String>,
    created_at: Timestamp,
}

impl From<proposals::Proposal> for Proposal {
    fn from(proposal: proposals::Proposal) -> Self {
        Self {
            id: proposal.id,
            space_id: proposal.space_id,
            case_id: proposal.case_id,
            run_id: proposal.run_id,
            actor_id: proposal.actor_id,
            action: proposal.action,
            input: proposal.input,
            state: proposal.state,
            decided_by: proposal.decided_by,
            decided_at: proposal.decided_at,
            decided_input: proposal.decided_input,
            note: proposal.note,
            created_at: proposal.created_at,
        }
    }
}

/// Which proposals are wanted; all given conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListProposals {
    /// In this space.
    space_id: Option<SpaceId>,
    /// Of this case.
    case_id: Option<CaseId>,
    /// Of this run.
    run_id: Option<RunId>,
    /// In this state.
    state: Option<ProposalState>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// What a person decides.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It takes effect as proposed.
    Approve,
    /// It takes effect with another input.
    Edit,
    /// It does not take effect.
    Reject,
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideProposal {
    decision: Verdict,
    /// The input to use instead of the agent's: with edit, and only with it.
    input: Option<Map<String, JsonValue>>,
    /// Why, for the agent and the record.
    note: Option<String>,
}

impl DecideProposal {
    fn decision(&self) -> kernel::Result<Decision> {
        match (&self.decision, &self.input) {
            (Verdict::Approve, None) => Ok(Decision::Approve),
            (Verdict::Reject, None) => Ok(Decision::Reject),
            (Verdict::Edit, Some(input)) => Ok(Decision::Edit(JsonValue::Object(input.clone()))),
            (Verdict::Edit, None) => Err(Error::invalid("input", "edit needs the input to use")),
            (_, Some(_)) => Err(Error::invalid("input", "input goes with edit only")),
        }
    }
}

/// The proposals that the caller can see, newest first.
#[utoipa::path(get, path = "/v1/proposals", tag = "Proposals", params(ListProposals), responses((status = 200, body = List<Proposal>)))]
pub async fn list_proposals(ctx: Ctx, Query(query): Query<ListProposals>) -> Result<Json<List<Proposal>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let filter =
        ProposalFilter { space_id: query.space_id, case_id: query.case_id, run_id: query.run_id, state: query.state };
    Ok(ctx.list(ctx.read(move |tx| proposals::list(tx, &filter, request)).await?))
}

/// One proposal.
#[utoipa::path(
    get, path = "/v1/proposals/{id}", tag = "Proposals", params(("id" = ProposalId, Path)),
    responses((status = 200, body = One<Proposal>))
)]
pub async fn get_proposal(ctx: Ctx, PathId(id): PathId<kinds::Proposal>) -> Result<Json<One<Proposal>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| proposals::get(tx, id)).await?.into()))
}

/// Approves, edits or rejects a proposal: for people who may work in the space. The run goes on.
#[utoipa::path(
    post, path = "/v1/proposals/{id}/decide", tag = "Proposals", params(("id" = ProposalId, Path)), request_body = DecideProposal,
    responses((status = 200, body = One<Proposal>))
)]
pub async fn decide_proposal(
    ctx: Ctx,
    PathId(id): PathId<kinds::Proposal>,
    Body(body): Body<DecideProposal>,
) -> Result<Json<One<Proposal>>, Failure> {
    let decision = body.decision()?;
    let decided = ctx.write(move |tx| proposals::decide(tx, id, &decision, body.note.as_deref())).await?;
    Ok(ctx.one(decided.into()))
}
