//! Cases.

use api::{Body, Ctx, Failure, OptionalBody, PathId, Query, patch};
use axum::{
    Json,
    http::{HeaderMap, HeaderName, StatusCode, header},
};
use kernel::{
    Timestamp,
    ids::{ActorId, CaseId, ProcedureId, SpaceId, StageId, ThreadId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};
use utoipa::ToSchema;
use work::{
    cases::{self, CaseLabel, CasePatch, NewCase},
    lifecycle,
    motion::{Motion, NewMotion, Phase, Priority, WaitingOn},
    subcases,
};

use super::envelope::{Envelope, ErrorBody, List, One, Paging};

/// A case.
#[derive(Serialize, ToSchema)]
pub struct Case {
    id: CaseId,
    space_id: SpaceId,
    parent_case_id: Option<CaseId>,
    parent_stage_id: Option<StageId>,
    thread_id: ThreadId,
    procedure_id: Option<ProcedureId>,
    external_id: Option<String>,
    title: String,
    description: Option<String>,
    summary: Option<String>,
    phase: Phase,
    motion: Motion,
    waiting_on: Option<WaitingOn>,
    priority: Option<Priority>,
    assigned_actor_id: Option<ActorId>,
    due_at: Option<Timestamp>,
    labels: Vec<CaseLabel>,
    attributes: Map<String, JsonValue>,
    created_by: ActorId,
    created_at: Timestamp,
    updated_at: Timestamp,
    commenced_at: Option<Timestamp>,
    resolved_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
}

impl From<cases::Case> for Case {
    fn from(case: cases::Case) -> Self {
        Self {
            id: case.id,
            space_id: case.space_id,
            parent_case_id: case.parent_case_id,
            parent_stage_id: case.parent_stage_id,
            thread_id: case.thread_id,
            procedure_id: case.procedure_id,
            external_id: case.external_id,
            title: case.title,
            description: case.description,
            summary: case.summary,
            phase: case.phase,
            motion: case.motion,
            waiting_on: case.waiting_on,
            priority: case.priority,
            assigned_actor_id: case.assigned_actor_id,
            due_at: case.due_at,
            labels: case.labels,
            attributes: case.attributes,
            created_by: case.created_by,
            created_at: case.created_at,
            updated_at: case.updated_at,
            commenced_at: case.commenced_at,
            resolved_at: case.resolved_at,
            closed_at: case.closed_at,
        }
    }
}

/// A case to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCase {
    space_id: SpaceId,
    title: String,
    description: Option<String>,
    priority: Option<Priority>,
    /// A member of the space.
    assigned_actor_id: Option<ActorId>,
    /// When it should be done.
    due_at: Option<Timestamp>,
    /// A procedure of the space, whose stages the case gets.
    procedure_id: Option<ProcedureId>,
    /// Its name in another system; unique in the space.
    external_id: Option<String>,
    /// Whatever else is known of it, by name.
    #[serde(default)]
    attributes: Map<String, JsonValue>,
}

/// Changes to a case. Phase and motion have operations of their own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCase {
    #[serde(default, deserialize_with = "patch::not_null")]
    title: Option<String>,
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<Priority>)]
    priority: Option<Option<Priority>>,
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<ActorId>)]
    assigned_actor_id: Option<Option<ActorId>>,
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<Timestamp>)]
    due_at: Option<Option<Timestamp>>,
}

/// What came of a case.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveCase {
    /// A subcase's summary is told to its parent.
    pub summary: Option<String>,
}

/// Why a case is reopened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenCase {
    pub reason: String,
}

/// An empty object, or nothing.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// How a case or stage moves from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetMotion {
    /// working, waiting, blocked or paused; idle is set by the system.
    pub motion: Motion,
    /// What is waited for; with waiting only.
    #[serde(alias = "waitingOn")]
    pub waiting_on: Option<WaitingOn>,
}

/// Opens a case in a space: phase intake, motion idle, with its own thread.
#[utoipa::path(post, path = "/v1/cases", tag = "Cases", request_body = CreateCase, responses((status = 201, body = One<Case>)))]
pub async fn create_case(ctx: Ctx, Body(body): Body<CreateCase>) -> Result<(StatusCode, Json<One<Case>>), Failure> {
    let new = NewCase {
        space_id: body.space_id,
        title: body.title,
        description: body.description,
        priority: body.priority,
        assigned_actor_id: body.assigned_actor_id,
        due_at: body.due_at,
        procedure_id: body.procedure_id,
        external_id: body.external_id,
        labels: Vec::new(),
        attributes: body.attributes,
    };
    Ok(ctx.created(ctx.write(move |tx| cases::create(tx, &new)).await?.into()))
}

/// A case with its version, by which a later change can name what it knew.
type Versioned = ([(HeaderName, String); 1], Json<One<Case>>);

fn versioned(ctx: &Ctx, case: cases::Case) -> Versioned {
    ([(header::ETAG, format!("\"{}\"", case.updated_at.micros()))], ctx.one(case.into()))
}

/// The versions that the caller says it knows; none when any will do.
fn known(headers: &HeaderMap) -> Option<Vec<Timestamp>> {
    let named: Vec<&str> = headers
        .get_all(header::IF_MATCH)
        .iter()
        .flat_map(|v| v.to_str().unwrap_or("").split(','))
        .map(str::trim)
        .collect();
    if named.is_empty() || named.contains(&"*") {
        return None;
    }
    // What is no version of ours is the version of nothing.
    let version = |tag: &str| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok().map(Timestamp::from_micros);
    Some(named.into_iter().filter_map(version).collect())
}

/// One case. Its `ETag` is its version.
#[utoipa::path(
    get, path = "/v1/cases/{id}", tag = "Cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = One<Case>, headers(("ETag" = String, description = "The case's version."))))
)]
pub async fn get_case(ctx: Ctx, PathId(id): PathId<kinds::Case>) -> Result<Versioned, Failure> {
    let case = ctx.peek(move |tx| cases::get(tx, id)).await?;
    Ok(versioned(&ctx, case))
}

/// Changes a case's title, description, priority, assignee or due time. With `If-Match`, only as long as the case is as the
/// caller knows it; else 412 `changed_meanwhile`, which says who changed it.
#[utoipa::path(
    patch, path = "/v1/cases/{id}", tag = "Cases",
    params(("id" = CaseId, Path), ("If-Match" = Option<String>, Header, description = "The version that the caller knows.")),
    request_body = UpdateCase,
    responses(
        (status = 200, body = One<Case>, headers(("ETag" = String, description = "The case's version."))),
        (status = 412, description = "Somebody else changed it meanwhile.", body = ErrorBody)
    )
)]
pub async fn update_case(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    headers: HeaderMap,
    Body(body): Body<UpdateCase>,
) -> Result<Versioned, Failure> {
    let known = known(&headers);
    let patch = CasePatch {
        title: body.title,
        description: body.description,
        priority: body.priority,
        assigned_actor_id: body.assigned_actor_id,
        due_at: body.due_at,
        labels: None,
    };
    let change = move |tx: &mut store::Tx<'_>| match &known {
        Some(known) => cases::update_known(tx, id, known, &patch),
        None => cases::update(tx, id, &patch),
    };
    let case = ctx.write(change).await?;
    Ok(versioned(&ctx, case))
}

/// From intake to active; the first pending stage becomes active.
#[utoipa::path(
    post, path = "/v1/cases/{id}/commence", tag = "Cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = One<Case>))
)]
pub async fn commence_case(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    _: OptionalBody<Nothing>,
) -> Result<Json<One<Case>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| lifecycle::commence(tx, id)).await?.into()))
}

/// From active to resolved.
#[utoipa::path(
    post, path = "/v1/cases/{id}/resolve", tag = "Cases", params(("id" = CaseId, Path)), request_body = Option<ResolveCase>,
    responses((status = 200, body = One<Case>))
)]
pub async fn resolve_case(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    OptionalBody(body): OptionalBody<ResolveCase>,
) -> Result<Json<One<Case>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| lifecycle::resolve(tx, id, body.summary.as_deref())).await?.into()))
}

/// From resolved back to active; the reason goes into the thread.
#[utoipa::path(
    post, path = "/v1/cases/{id}/reopen", tag = "Cases", params(("id" = CaseId, Path)), request_body = ReopenCase,
    responses((status = 200, body = One<Case>))
)]
pub async fn reopen_case(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    Body(body): Body<ReopenCase>,
) -> Result<Json<One<Case>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| lifecycle::reopen(tx, id, &body.reason)).await?.into()))
}

/// From resolved to closed, for good.
#[utoipa::path(
    post, path = "/v1/cases/{id}/close", tag = "Cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = One<Case>))
)]
pub async fn close_case(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    _: OptionalBody<Nothing>,
) -> Result<Json<One<Case>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| lifecycle::close(tx, id)).await?.into()))
}

/// Sets how a case moves: working, waiting (on something), blocked or paused.
#[utoipa::path(
    patch, path = "/v1/cases/{id}/motion", tag = "Cases", params(("id" = CaseId, Path)), request_body = SetMotion,
    responses((status = 200, body = One<Case>))
)]
pub async fn set_case_motion(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    Body(body): Body<SetMotion>,
) -> Result<Json<One<Case>>, Failure> {
    let new = NewMotion { motion: body.motion, waiting_on: body.waiting_on };
    Ok(ctx.one(ctx.write(move |tx| lifecycle::set_motion(tx, id, &new)).await?.into()))
}

/// The direct subcases of a case, oldest first.
#[utoipa::path(
    get, path = "/v1/cases/{id}/subcases", tag = "Cases", params(("id" = CaseId, Path), Paging),
    responses((status = 200, body = List<Case>))
)]
pub async fn list_subcases(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Case>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| subcases::list(tx, id, request)).await?))
}
