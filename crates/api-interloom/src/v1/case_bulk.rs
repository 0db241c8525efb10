//! One change to many cases (ours).

use api::{Body, Ctx, Failure};
use axum::Json;
use kernel::ids::{ActorId, CaseId, LabelId};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value as JsonValue};
use utoipa::ToSchema;
use work::{
    bulk::{self, Change, Outcome},
    motion::{NewMotion, Priority},
};

use super::{
    cases::{Nothing, ReopenCase, ResolveCase, SetMotion},
    envelope::{Envelope, One},
};

/// What is done with each case: exactly one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseChange {
    /// From intake to active.
    Commence(Nothing),
    /// From active to resolved.
    Resolve(ResolveCase),
    /// From resolved to closed, for good.
    Close(Nothing),
    /// From resolved back to active.
    Reopen(ReopenCase),
    /// Another motion.
    Motion(SetMotion),
    /// Another priority, or none.
    Priority(Option<Priority>),
    /// Another assignee, or none.
    AssignedActorId(Option<ActorId>),
    /// These labels besides those it has.
    AddLabelIds(Vec<LabelId>),
    /// Without these labels.
    RemoveLabelIds(Vec<LabelId>),
}

impl From<CaseChange> for Change {
    fn from(change: CaseChange) -> Self {
        match change {
            CaseChange::Commence(_) => Self::Commence,
            CaseChange::Resolve(resolve) => Self::Resolve(resolve.summary),
            CaseChange::Close(_) => Self::Close,
            CaseChange::Reopen(reopen) => Self::Reopen(reopen.reason),
            CaseChange::Motion(set) => Self::Motion(NewMotion { motion: set.motion, waiting_on: set.waiting_on }),
            CaseChange::Priority(priority) => Self::Priority(priority),
            CaseChange::AssignedActorId(actor) => Self::Assign(actor),
            CaseChange::AddLabelIds(labels) => Self::AddLabels(labels),
            CaseChange::RemoveLabelIds(labels) => Self::RemoveLabels(labels),
        }
    }
}

/// Cases to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCases {
    /// 1 to 200 cases, each once.
    #[schema(min_items = 1, max_items = 200)]
    ids: Vec<CaseId>,
    #[serde(deserialize_with = "one_change")]
    change: CaseChange,
}

/// Reads the one change. Serde takes none or several for a mistake in the JSON itself, which it is not.
fn one_change<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CaseChange, D::Error> {
    let named = Map::deserialize(deserializer)?;
    if named.len() != 1 {
        return Err(D::Error::custom("exactly one change is wanted"));
    }
    serde_json::from_value(JsonValue::Object(named)).map_err(D::Error::custom)
}

/// Why a case was not changed.
#[derive(Serialize, ToSchema)]
pub struct BulkError {
    code: &'static str,
    message: String,
}

/// What became of one case.
#[derive(Serialize, ToSchema)]
pub struct BulkResult {
    id: CaseId,
    /// Whether it was changed.
    ok: bool,
    error: Option<BulkError>,
}

/// What became of them all.
#[derive(Serialize, ToSchema)]
pub struct BulkOutcome {
    /// In the order of the request.
    results: Vec<BulkResult>,
    changed: usize,
    refused: usize,
}

impl From<Vec<Outcome>> for BulkOutcome {
    fn from(outcomes: Vec<Outcome>) -> Self {
        let refused = outcomes.iter().filter(|outcome| outcome.refused.is_some()).count();
        let changed = outcomes.len() - refused;
        let results = outcomes.into_iter().map(|outcome| BulkResult {
            id: outcome.id,
            ok: outcome.refused.is_none(),
            error: outcome.refused.map(|e| BulkError { code: e.code(), message: e.message().to_owned() }),
        });
        Self { results: results.collect(), changed, refused }
    }
}

/// Makes one change to up to 200 cases, each by itself and as the caller may; those that are refused stay as they were.
#[utoipa::path(
    post, path = "/v1/cases/bulk", tag = "Cases", request_body = ChangeCases,
    responses((status = 200, body = One<BulkOutcome>))
)]
pub async fn change_cases(ctx: Ctx, Body(body): Body<ChangeCases>) -> Result<Json<One<BulkOutcome>>, Failure> {
    let change = Change::from(body.change);
    Ok(ctx.one(ctx.write(move |tx| bulk::change(tx, &body.ids, &change)).await?.into()))
}
