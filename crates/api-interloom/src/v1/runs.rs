//! Runs (ours): one agent working one stage, step by step.

use agents::runs::{self, RunFilter, RunState, StepKind, WaitingFor};
use api::{Ctx, Failure, OptionalBody, PathId, Query};
use axum::{Json, http::StatusCode};
use kernel::{
    PageRequest, Timestamp,
    ids::{ActorId, CaseId, RunId, SpaceId, StageId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;
use utoipa::{IntoParams, ToSchema};

use super::{
    cases::Nothing,
    envelope::{Envelope, List, One, Paging},
};

/// A run: one agent working one stage.
#[derive(Serialize, ToSchema)]
pub struct Run {
    id: RunId,
    space_id: SpaceId,
    case_id: CaseId,
    stage_id: StageId,
    actor_id: ActorId,
    /// The model the agent thinks with; `rules` is the built-in planner.
    model_id: String,
    state: RunState,
    waiting_for: Option<WaitingFor>,
    /// Why it failed or was cancelled.
    error: Option<String>,
    /// How many answers of the model it may take.
    max_steps: i64,
    /// How many tokens it may read and write.
    max_tokens: i64,
    /// Steps stored so far.
    steps: i64,
    /// Answers of the model so far.
    turns: i64,
    input_tokens: i64,
    output_tokens: i64,
    /// In millionths of a US dollar; 0 where the price is not known.
    cost_micros: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// Whether it only shows what the agent would do.
    trial: bool,
}

impl From<runs::Run> for Run {
    fn from(run: runs::Run) -> Self {
        Self {
            id: run.id,
            space_id: run.space_id,
            case_id: run.case_id,
            stage_id: run.stage_id,
            actor_id: run.actor_id,
            model_id: run.model_id,
            state: run.state,
            waiting_for: run.waiting_for,
            error: run.error,
            max_steps: run.max_steps,
            max_tokens: run.max_tokens,
            steps: run.steps,
            turns: run.turns,
            input_tokens: run.input_tokens,
            output_tokens: run.output_tokens,
            cost_micros: run.cost_micros,
            created_at: run.created_at,
            updated_at: run.updated_at,
            started_at: run.started_at,
            ended_at: run.ended_at,
            trial: run.trial,
        }
    }
}

/// A step of a run, stored in the transaction that did what it says.
#[derive(Serialize, ToSchema)]
pub struct Step {
    run_id: RunId,
    /// Its number, from 0.
    n: i64,
    kind: StepKind,
    call_id: Option<String>,
    /// The tool that was called.
    tool: Option<String>,
    /// What went in; null when nothing did.
    input: JsonValue,
    /// What came out; null when nothing did.
    output: JsonValue,
    is_error: bool,
    input_tokens: i64,
    output_tokens: i64,
    cost_micros: i64,
    at: Timestamp,
}

impl From<runs::Step> for Step {
    fn from(step: runs::Step) -> Self {
        Self {
            run_id: step.run_id,
            n: step.n,
            kind: step.kind,
            call_id: step.call_id,
            tool: step.tool,
            input: step.input.unwrap_or_default(),
            output: step.output.unwrap_or_default(),
            is_error: step.is_error,
            input_tokens: step.input_tokens,
            output_tokens: step.output_tokens,
            cost_micros: step.cost_micros,
            at: step.at,
        }
    }
}

/// Which runs are wanted; all given conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListRuns {
    /// In this space.
    space_id: Option<SpaceId>,
    /// Of this case.
    case_id: Option<CaseId>,
    /// Of this stage.
    stage_id: Option<StageId>,
    /// By this agent.
    actor_id: Option<ActorId>,
    /// In this state.
    state: Option<RunState>,
    /// Trials, instead of the runs that work.
    #[param(default = false)]
    trial: Option<bool>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// The runs that the caller can see, newest first.
#[utoipa::path(get, path = "/v1/runs", tag = "Runs", params(ListRuns), responses((status = 200, body = List<Run>)))]
pub async fn list_runs(ctx: Ctx, Query(query): Query<ListRuns>) -> Result<Json<List<Run>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let filter = RunFilter {
        space_id: query.space_id,
        case_id: query.case_id,
        stage_id: query.stage_id,
        actor_id: query.actor_id,
        state: query.state,
        trial: query.trial.unwrap_or(false),
    };
    Ok(ctx.list(ctx.read(move |tx| runs::list(tx, &filter, request)).await?))
}

/// One run.
#[utoipa::path(get, path = "/v1/runs/{id}", tag = "Runs", params(("id" = RunId, Path)), responses((status = 200, body = One<Run>)))]
pub async fn get_run(ctx: Ctx, PathId(id): PathId<kinds::Run>) -> Result<Json<One<Run>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| runs::get(tx, id)).await?.into()))
}

/// The steps of a run, in their order.
#[utoipa::path(
    get, path = "/v1/runs/{id}/steps", tag = "Runs", params(("id" = RunId, Path), Paging),
    responses((status = 200, body = List<Step>))
)]
pub async fn list_run_steps(
    ctx: Ctx,
    PathId(id): PathId<kinds::Run>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Step>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| runs::steps(tx, id, request)).await?))
}

/// Ends a run that has not ended; what it did stays.
#[utoipa::path(
    post, path = "/v1/runs/{id}/cancel", tag = "Runs", params(("id" = RunId, Path)),
    responses((status = 200, body = One<Run>))
)]
pub async fn cancel_run(
    ctx: Ctx,
    PathId(id): PathId<kinds::Run>,
    _: OptionalBody<Nothing>,
) -> Result<Json<One<Run>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| runs::cancel(tx, id)).await?.into()))
}

/// Begins a new run for the stage of one that failed or was cancelled.
#[utoipa::path(
    post, path = "/v1/runs/{id}/retry", tag = "Runs", params(("id" = RunId, Path)),
    responses((status = 201, body = One<Run>))
)]
pub async fn retry_run(
    ctx: Ctx,
    PathId(id): PathId<kinds::Run>,
    _: OptionalBody<Nothing>,
) -> Result<(StatusCode, Json<One<Run>>), Failure> {
    Ok(ctx.created(ctx.write(move |tx| runs::retry(tx, id)).await?.into()))
}
