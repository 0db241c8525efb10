//! What agents and programs use of models (ours).

use agents::runs::{self, GroupBy, Span};
use api::{Ctx, Failure, Query};
use axum::Json;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::envelope::{Envelope, One};

/// Which runs count, and what they are told by.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AskUsage {
    /// Begun at this time or later.
    from: Option<Timestamp>,
    /// Begun before this time.
    to: Option<Timestamp>,
    /// What they are told by; the model when absent.
    #[param(inline)]
    group: Option<GroupBy>,
}

/// What all runs have taken, trials included.
#[derive(Serialize, ToSchema)]
pub struct Usage {
    /// The most expensive first, days in their order.
    groups: Vec<UsageGroup>,
    total: UsageGroup,
    /// What all calls of models have taken: those of runs, and those that came through the proxy.
    calls: CallUsage,
}

/// What calls of models have taken.
#[derive(Serialize, ToSchema)]
pub struct CallUsage {
    /// The most expensive first, days in their order.
    groups: Vec<CallGroup>,
    total: CallGroup,
}

/// What some calls have taken.
#[derive(Serialize, ToSchema)]
pub struct CallGroup {
    /// What they have in common: a model, an id, a date; `total` for all; empty where there is nothing.
    key: String,
    /// Its name; null where the key says it all, and for a space that the caller is not in.
    name: Option<String>,
    calls: i64,
    /// Those that were answered in whole.
    ok: i64,
    /// Those that were given an answer of before.
    repeated: i64,
    /// Those that the provider refused or failed.
    errors: i64,
    /// Those whose caller went away.
    cancelled: i64,
    /// Those that ended with the server.
    interrupted: i64,
    /// Those under way.
    running: i64,
    input_tokens: i64,
    output_tokens: i64,
    /// Tokens read from the provider's cache, which are among those read.
    cached_tokens: i64,
    /// In millionths of a US dollar; 0 where the price is not known.
    cost_micros: i64,
}

impl From<ledger::Line> for CallGroup {
    fn from(line: ledger::Line) -> Self {
        Self {
            key: line.key,
            name: line.name,
            calls: line.calls,
            ok: line.ok,
            repeated: line.repeated,
            errors: line.errors,
            cancelled: line.cancelled,
            interrupted: line.interrupted,
            running: line.running,
            input_tokens: line.input_tokens,
            output_tokens: line.output_tokens,
            cached_tokens: line.cached_tokens,
            cost_micros: line.cost_micros,
        }
    }
}

/// What some runs have taken.
#[derive(Serialize, ToSchema)]
pub struct UsageGroup {
    /// What they have in common: a model, an id, a date; `total` for all.
    key: String,
    /// Its name; null where the key says it all, and for a space that the caller is not in.
    name: Option<String>,
    runs: i64,
    /// Answers of models.
    turns: i64,
    input_tokens: i64,
    output_tokens: i64,
    /// In millionths of a US dollar; 0 where the price is not known.
    cost_micros: i64,
}

impl From<runs::Group> for UsageGroup {
    fn from(group: runs::Group) -> Self {
        Self {
            key: group.key,
            name: group.name,
            runs: group.runs,
            turns: group.turns,
            input_tokens: group.input_tokens,
            output_tokens: group.output_tokens,
            cost_micros: group.cost_micros,
        }
    }
}

/// What the workspace's agents have used: for owners and admins of the workspace.
#[utoipa::path(get, path = "/v1/usage", tag = "Runs", params(AskUsage), responses((status = 200, body = One<Usage>)))]
pub async fn get_usage(ctx: Ctx, Query(query): Query<AskUsage>) -> Result<Json<One<Usage>>, Failure> {
    let (span, by) = (Span { from: query.from, to: query.to }, query.group.unwrap_or(GroupBy::Model));
    let calls = match by {
        GroupBy::Model => ledger::GroupBy::Model,
        GroupBy::Actor => ledger::GroupBy::Actor,
        GroupBy::Day => ledger::GroupBy::Day,
        GroupBy::Space => ledger::GroupBy::Space,
    };
    let within = ledger::Span { from: span.from, to: span.to };
    ctx.app.ledger().flush().await;
    let (usage, calls) =
        ctx.read(move |tx| Ok((runs::usage(tx, span, by)?, ledger::usage(tx, within, calls)?))).await?;
    let groups = usage.groups.into_iter().map(Into::into).collect();
    let calls = CallUsage { groups: calls.groups.into_iter().map(Into::into).collect(), total: calls.total.into() };
    Ok(ctx.one(Usage { groups, total: usage.total.into(), calls }))
}
