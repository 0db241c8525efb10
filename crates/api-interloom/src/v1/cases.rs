//! Cases.

use api::{Body, Ctx, Failure, OptionalBody, PathId, Query, patch};
use axum::{Json, http::StatusCode};
use kernel::{
    PageRequest, Timestamp,
    ids::{ActorId, CaseId, ProcedureId, SpaceId, StageId, ThreadId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};
use utoipa::{IntoParams, ToSchema};
use work::{
    cases::{self, CaseFilter, CaseLabel, CasePatch, NewCase},
    lifecycle,
    motion::{Motion, NewMotion, Phase, Priority, WaitingOn},
    subcases,
};

use super::envelope::{Envelope, List, One, Paging};

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

/// Which cases are wanted; all given conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCases {
    /// In this space.
    space_id: Option<SpaceId>,
    /// In this phase.
    phase: Option<Phase>,
    /// In this motion.
    motion: Option<Motion>,
    /// Of this priority.
    priority: Option<Priority>,
    /// Assigned to this actor.
    assigned_actor_id: Option<ActorId>,
    /// Following this procedure.
    procedure_id: Option<ProcedureId>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
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
    summary: Option<String>,
}

/// Why a case is reopened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenCase {
    reason: String,
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
    motion: Motion,
    /// What is waited for; with waiting only.
    #[serde(alias = "waitingOn")]
    waiting_on: Option<WaitingOn>,
}

/// The cases that the caller can see, newest first.
#[utoipa::path(get, path = "/v1/cases", tag = "Cases", params(ListCases), responses((status = 200, body = List<Case>)))]
pub async fn list_cases(ctx: Ctx, Query(query): Query<ListCases>) -> Result<Json<List<Case>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let filter = CaseFilter {
        space_id: query.space_id,
        phase: query.phase,
        motion: query.motion,
        priority: query.priority,
        assigned_actor_id: query.assigned_actor_id,
        procedure_id: query.procedure_id,
    };
    Ok(ctx.list(ctx.read(move |tx| cases::list(tx, &filter, request)).await?))
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

/// One case.
#[utoipa::path(get, path = "/v1/cases/{id}", tag = "Cases", params(("id" = CaseId, Path)), responses((status = 200, body = One<Case>)))]
pub async fn get_case(ctx: Ctx, PathId(id): PathId<kinds::Case>) -> Result<Json<One<Case>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| cases::get(tx, id)).await?.into()))
}

/// Changes a case's title, description, priority, assignee or due time.
#[utoipa::path(
    patch, path = "/v1/cases/{id}", tag = "Cases", params(("id" = CaseId, Path)), request_body = UpdateCase,
    responses((status = 200, body = One<Case>))
)]
pub async fn update_case(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    Body(body): Body<UpdateCase>,
) -> Result<Json<One<Case>>, Failure> {
    let patch = CasePatch {
        title: body.title,
        description: body.description,
        priority: body.priority,
        assigned_actor_id: body.assigned_actor_id,
        due_at: body.due_at,
        labels: None,
    };
    Ok(ctx.one(ctx.write(move |tx| cases::update(tx, id, &patch)).await?.into()))
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
