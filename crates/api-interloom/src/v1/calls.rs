//! Calls of models, what they cost and what they may take (ours).

use api::{Body, Ctx, Failure, Query};
use axum::Json;
use kernel::{
    Id, PageRequest, Timestamp,
    ids::{ActorId, CaseId, KeyId, RunId, SpaceId},
};
use ledger::{Call, Limit, Outcome, Price, Surface};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::envelope::{Envelope, List, One};

/// Which calls are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AskCalls {
    /// Those that ended so.
    #[param(inline)]
    outcome: Option<Outcome>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// A call of a model.
#[derive(Serialize, ToSchema)]
pub struct ModelCall {
    id: Uuid,
    begun_at: Timestamp,
    /// The person or agent that called.
    actor_id: ActorId,
    /// The API key that a person's program called with.
    key_id: Option<KeyId>,
    /// The space of an agent's run.
    space_id: Option<SpaceId>,
    /// The case of an agent's run.
    case_id: Option<CaseId>,
    /// The agent's run.
    run_id: Option<RunId>,
    /// By which way the call came.
    surface: Surface,
    provider: String,
    /// The model as it was asked for; empty where none is named.
    model: String,
    outcome: Outcome,
    /// What went wrong.
    error: Option<String>,
    /// Tokens read, those from and to the provider's cache included.
    input_tokens: u64,
    output_tokens: u64,
    /// Tokens read from the provider's cache.
    cached_tokens: u64,
    /// Tokens written to the provider's cache.
    cache_write_tokens: u64,
    /// Whether the tokens are a guess, because the provider told none.
    estimated: bool,
    /// In millionths of a US dollar; 0 where the price is not known.
    cost_micros: i64,
    /// From the beginning to the first byte of the answer, in microseconds.
    first_micros: Option<i64>,
    /// From the beginning to the end, in microseconds.
    total_micros: Option<i64>,
}

impl From<Call> for ModelCall {
    fn from(call: Call) -> Self {
        Self {
            id: Id::uuid(call.id),
            begun_at: call.begun_at,
            actor_id: call.actor_id,
            key_id: call.key_id,
            space_id: call.space_id,
            case_id: call.case_id,
            run_id: call.run_id,
            surface: call.surface,
            provider: call.provider,
            model: call.model,
            outcome: call.outcome,
            error: call.error,
            input_tokens: call.usage.input_tokens,
            output_tokens: call.usage.output_tokens,
            cached_tokens: call.usage.cached_input_tokens,
            cache_write_tokens: call.usage.cache_write_input_tokens,
            estimated: call.estimated,
            cost_micros: call.cost_micros,
            first_micros: call.first_micros,
            total_micros: call.total_micros,
        }
    }
}

/// Prices of the workspace's own.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// They go before those that are built in.
    prices: Vec<Price>,
}

/// What may be used of models at most.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// A call is begun when every limit that applies has something left.
    limits: Vec<Limit>,
}

/// The workspace's calls of models, the newest first: for owners and admins of the workspace.
#[utoipa::path(get, path = "/v1/calls", tag = "Runs", params(AskCalls), responses((status = 200, body = List<ModelCall>)))]
pub async fn list_calls(ctx: Ctx, Query(query): Query<AskCalls>) -> Result<Json<List<ModelCall>>, Failure> {
    let page = PageRequest::new(query.page, query.per_page)?;
    ctx.app.ledger().flush().await;
    let calls = ctx.read(move |tx| ledger::list(tx, query.outcome, page)).await?;
    Ok(ctx.list(calls))
}

/// The prices of the workspace's own: for owners and admins of the workspace.
#[utoipa::path(get, path = "/v1/prices", tag = "Runs", responses((status = 200, body = One<Prices>)))]
pub async fn get_prices(ctx: Ctx) -> Result<Json<One<Prices>>, Failure> {
    let prices = ctx.app.ledger().prices(ctx.principal.workspace, ctx.principal.actor).await?;
    Ok(ctx.one(Prices { prices }))
}

/// Sets the prices of the workspace's own, in the place of those it had. Calls that were made keep what they cost.
#[utoipa::path(put, path = "/v1/prices", tag = "Runs", request_body = Prices, responses((status = 200, body = One<Prices>)))]
pub async fn put_prices(ctx: Ctx, Body(body): Body<Prices>) -> Result<Json<One<Prices>>, Failure> {
    let (ledger, workspace, actor) = (ctx.app.ledger(), ctx.principal.workspace, ctx.principal.actor);
    ledger.set_prices(workspace, actor, body.prices).await?;
    let prices = ledger.prices(workspace, actor).await?;
    Ok(ctx.one(Prices { prices }))
}

/// What may be used of models at most: for owners and admins of the workspace.
#[utoipa::path(get, path = "/v1/limits", tag = "Runs", responses((status = 200, body = One<Limits>)))]
pub async fn get_limits(ctx: Ctx) -> Result<Json<One<Limits>>, Failure> {
    let limits = ctx.app.ledger().limits(ctx.principal.workspace, ctx.principal.actor).await?;
    Ok(ctx.one(Limits { limits }))
}

/// Sets what may be used of models at most, in the place of what was set.
#[utoipa::path(put, path = "/v1/limits", tag = "Runs", request_body = Limits, responses((status = 200, body = One<Limits>)))]
pub async fn put_limits(ctx: Ctx, Body(body): Body<Limits>) -> Result<Json<One<Limits>>, Failure> {
    let (ledger, workspace, actor) = (ctx.app.ledger(), ctx.principal.workspace, ctx.principal.actor);
    ledger.set_limits(workspace, actor, body.limits).await?;
    let limits = ledger.limits(workspace, actor).await?;
    Ok(ctx.one(Limits { limits }))
}
