//! Trials and records of agents (ours): what an agent would do, and how it has done.

use agents::runs::{self, NewTrial, Span};
use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use kernel::{
    Timestamp,
    ids::{ActorId, CaseId, StageId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    envelope::{Envelope, One},
    runs::Run,
};

/// A trial to begin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginTrial {
    case_id: CaseId,
    /// The stage to try the agent on; the active one, else the next, when absent.
    stage_id: Option<StageId>,
    /// What the agent is told about itself, in the place of its own system prompt.
    instructions: Option<String>,
}

/// Which runs count.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecordSpan {
    /// Begun at this time or later.
    from: Option<Timestamp>,
    /// Begun before this time.
    to: Option<Timestamp>,
}

/// How an agent has done in the spaces that the caller can see. Trials do not count.
#[derive(Serialize, ToSchema)]
pub struct AgentRecord {
    runs: i64,
    succeeded: i64,
    failed: i64,
    cancelled: i64,
    unfinished: i64,
    /// Of the runs that succeeded or failed, from 0 to 1.
    success_rate: Option<f64>,
    proposals: ProposalCounts,
    /// How many of the decided proposals people edited or rejected, from 0 to 1.
    correction_rate: Option<f64>,
    input_tokens: i64,
    output_tokens: i64,
    /// In millionths of a US dollar; 0 where the price is not known.
    cost_micros: i64,
    /// From the start of a run to its end, waiting included.
    median_seconds: Option<i64>,
    /// By week, oldest first. Weeks without a run are left out.
    weeks: Vec<RecordWeek>,
}

/// What people decided about proposals. The states add up to the total.
#[derive(Serialize, ToSchema)]
pub struct ProposalCounts {
    total: i64,
    /// Approved as they were.
    approved: i64,
    /// Approved with another input.
    edited: i64,
    rejected: i64,
    pending: i64,
    withdrawn: i64,
}

/// The runs of a week.
#[derive(Serialize, ToSchema)]
pub struct RecordWeek {
    /// Its Monday, in UTC.
    #[schema(format = Date)]
    week: String,
    runs: i64,
    succeeded: i64,
    failed: i64,
    cost_micros: i64,
}

impl From<runs::Record> for AgentRecord {
    fn from(record: runs::Record) -> Self {
        let runs::Decisions { total, approved, edited, rejected, pending, withdrawn } = record.proposals;
        let week = |week: &runs::Week| RecordWeek {
            week: Timestamp::date(week.monday),
            runs: week.runs,
            succeeded: week.succeeded,
            failed: week.failed,
            cost_micros: week.cost_micros,
        };
        Self {
            runs: record.runs,
            succeeded: record.succeeded,
            failed: record.failed,
            cancelled: record.cancelled,
            unfinished: record.unfinished,
            success_rate: record.success_rate(),
            proposals: ProposalCounts { total, approved, edited, rejected, pending, withdrawn },
            correction_rate: record.correction_rate(),
            input_tokens: record.input_tokens,
            output_tokens: record.output_tokens,
            cost_micros: record.cost_micros,
            median_seconds: record.median_seconds,
            weeks: record.weeks.iter().map(week).collect(),
        }
    }
}

/// Begins a run that changes nothing: reading is done, everything else is noted as a step and not done.
#[utoipa::path(
    post, path = "/v1/actors/{id}/trial", tag = "Actors", params(("id" = ActorId, Path)), request_body = BeginTrial,
    responses((status = 201, body = One<Run>))
)]
pub async fn begin_trial(
    ctx: Ctx,
    PathId(id): PathId<kinds::Actor>,
    Body(body): Body<BeginTrial>,
) -> Result<(StatusCode, Json<One<Run>>), Failure> {
    let new = NewTrial { case_id: body.case_id, stage_id: body.stage_id, instructions: body.instructions };
    Ok(ctx.created(ctx.write(move |tx| runs::try_out(tx, id, &new)).await?.into()))
}

/// How an agent has done.
#[utoipa::path(
    get, path = "/v1/actors/{id}/record", tag = "Actors", params(("id" = ActorId, Path), RecordSpan),
    responses((status = 200, body = One<AgentRecord>))
)]
pub async fn get_actor_record(
    ctx: Ctx,
    PathId(id): PathId<kinds::Actor>,
    Query(query): Query<RecordSpan>,
) -> Result<Json<One<AgentRecord>>, Failure> {
    let span = Span { from: query.from, to: query.to };
    Ok(ctx.one(ctx.read(move |tx| runs::record(tx, id, span)).await?.into()))
}
