//! Procedures, as plans of stages with one text each.

use std::collections::HashMap;

use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use identity::actors::{self, ActorType};
use kernel::{
    Direction, Result, Rule, Timestamp,
    ids::{ActorId, ProcedureId, ProcedureStageId, SpaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};
use work::{
    plans::{self, PlannedStage},
    procedures::{self, StageTemplate},
    removal,
};

use super::{
    errors::Renames,
    wire::{Asked, List, ProcedureTag, ResourceLink, ResourceType, actor_link, created, list},
};

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames {
    fields: &[
        ("name", Some(Rule::Blank), "empty_procedure_title"),
        ("assigned_actor_id", None, "invalid_procedure_request"),
    ],
    paths: &[("name", "title")],
    codes: &[],
    conflict: "invalid_procedure_request",
};

/// A procedure as lists show it.
#[derive(Serialize, ToSchema)]
pub struct ProcedureSummary {
    id: ProcedureId,
    r#type: ProcedureTag,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Its space.
    parent: Option<ResourceLink>,
    title: String,
}

/// A procedure.
#[derive(Serialize, ToSchema)]
pub struct Procedure {
    #[serde(flatten)]
    summary: ProcedureSummary,
    /// Its stages, in their order.
    stages: Vec<ProcedureStage>,
}

/// A stage of a procedure.
#[derive(Serialize, ToSchema)]
pub struct ProcedureStage {
    id: ProcedureStageId,
    created_at: Timestamp,
    updated_at: Timestamp,
    title: Option<String>,
    /// What is to be done in it.
    instructions: Option<String>,
    /// The person or agent that gets it.
    assignee: Option<ResourceLink>,
}

list!(ListProceduresResponse of ProcedureSummary);

impl From<procedures::Procedure> for ProcedureSummary {
    fn from(procedure: procedures::Procedure) -> Self {
        Self {
            id: procedure.id,
            r#type: ProcedureTag,
            created_at: procedure.created_at,
            updated_at: procedure.updated_at,
            parent: Some(ResourceLink::new(ResourceType::Space, procedure.space_id)),
            title: procedure.name,
        }
    }
}

/// A procedure with its stages, and of which type their assignees are.
struct Detail(procedures::Procedure, Vec<StageTemplate>, HashMap<ActorId, ActorType>);

impl From<Detail> for Procedure {
    fn from(Detail(procedure, stages, types): Detail) -> Self {
        let stage = |stage: StageTemplate| ProcedureStage {
            id: stage.id,
            created_at: stage.created_at,
            updated_at: stage.updated_at,
            instructions: plans::text(&stage),
            title: Some(stage.name).filter(|name| !name.is_empty()),
            assignee: stage.assigned_actor_id.and_then(|id| types.get(&id).map(|kind| actor_link(id, *kind))),
        };
        Self { stages: stages.into_iter().map(stage).collect(), summary: procedure.into() }
    }
}

fn detail(tx: &mut Tx<'_>, id: ProcedureId) -> Result<Detail> {
    let (procedure, stages) = plans::get(tx, id)?;
    let assignees: Vec<ActorId> = stages.iter().filter_map(|stage| stage.assigned_actor_id).collect();
    let types = actors::types_of(tx, &assignees)?;
    Ok(Detail(procedure, stages, types))
}

/// Which procedures are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListProcedures {
    /// Those of this space.
    space_id: SpaceId,
    /// Most items to answer.
    #[param(minimum = 1, maximum = 100, default = 30)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of an answer to the same request.
    #[param(nullable)]
    cursor: Option<String>,
}

/// A procedure to make; it gets its stages by an update.
#[derive(Deserialize, ToSchema)]
pub struct CreateProcedureRequest {
    title: String,
    space_id: SpaceId,
}

/// Changes to a procedure.
#[derive(Deserialize, ToSchema)]
pub struct UpdateProcedureRequest {
    /// Null leaves it as it is.
    title: Option<String>,
    /// All its stages, in their order: those that are not here go.
    stages: Option<Vec<ProcedureStagePatchRequest>>,
}

/// A stage as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcedureStagePatchRequest {
    /// A stage to keep; a new one when absent.
    id: Option<ProcedureStageId>,
    #[serde(deserialize_with = "api::patch::required_nullable")]
    #[schema(required)]
    title: Option<String>,
    #[serde(deserialize_with = "api::patch::required_nullable")]
    #[schema(required)]
    instructions: Option<String>,
    /// A person or an agent that works in the space.
    #[serde(deserialize_with = "api::patch::required_nullable")]
    #[schema(required)]
    assignee_id: Option<ActorId>,
}

impl From<ProcedureStagePatchRequest> for PlannedStage {
    fn from(stage: ProcedureStagePatchRequest) -> Self {
        Self { id: stage.id, title: stage.title, instructions: stage.instructions, assignee: stage.assignee_id }
    }
}

/// The procedures of a space, newest first.
#[utoipa::path(
    get, path = "/api/v1/public/procedures", tag = "Procedures", operation_id = "listProcedures", params(ListProcedures),
    responses((status = 200, body = ListProceduresResponse))
)]
pub async fn list_procedures(
    ctx: Ctx,
    asked: Asked,
    Query(query): Query<ListProcedures>,
) -> Result<Json<List<ProcedureSummary>>, Failure> {
    let request = asked.slice(query.limit, query.cursor.as_deref(), Direction::Descending)?;
    Ok(Json(asked.answer(ctx.read(move |tx| plans::slice(tx, query.space_id, request)).await?)))
}

/// Makes a procedure without stages.
#[utoipa::path(
    post, path = "/api/v1/public/procedures", tag = "Procedures", operation_id = "createProcedure",
    request_body = CreateProcedureRequest, responses((status = 201, body = Procedure))
)]
pub async fn create_procedure(
    ctx: Ctx,
    Body(body): Body<CreateProcedureRequest>,
) -> Result<(StatusCode, Json<Procedure>), Failure> {
    let made = ctx
        .write(move |tx| {
            let procedure = procedures::create(tx, body.space_id, &body.title, None)?;
            detail(tx, procedure.id)
        })
        .await?;
    Ok(created(made.into()))
}

/// One procedure with its stages.
#[utoipa::path(
    get, path = "/api/v1/public/procedures/{procedure_id}", tag = "Procedures", operation_id = "getProcedure",
    params(("procedure_id" = String, Path)), responses((status = 200, body = Procedure))
)]
pub async fn get_procedure(ctx: Ctx, PathId(id): PathId<kinds::Procedure>) -> Result<Json<Procedure>, Failure> {
    Ok(Json(ctx.read(move |tx| detail(tx, id)).await?.into()))
}

/// Changes a procedure; cases that it was applied to keep their stages.
#[utoipa::path(
    patch, path = "/api/v1/public/procedures/{procedure_id}", tag = "Procedures", operation_id = "updateProcedure",
    params(("procedure_id" = String, Path)), request_body = UpdateProcedureRequest, responses((status = 200, body = Procedure))
)]
pub async fn update_procedure(
    ctx: Ctx,
    PathId(id): PathId<kinds::Procedure>,
    Body(body): Body<UpdateProcedureRequest>,
) -> Result<Json<Procedure>, Failure> {
    let plan: Option<Vec<PlannedStage>> = body.stages.map(|stages| stages.into_iter().map(Into::into).collect());
    let changed = ctx
        .write(move |tx| {
            plans::update(tx, id, body.title.as_deref(), plan.as_deref())?;
            detail(tx, id)
        })
        .await?;
    Ok(Json(changed.into()))
}

/// Removes a procedure; cases that it was applied to keep their stages.
#[utoipa::path(
    delete, path = "/api/v1/public/procedures/{procedure_id}", tag = "Procedures", operation_id = "deleteProcedure",
    params(("procedure_id" = String, Path)), responses((status = 204))
)]
pub async fn delete_procedure(ctx: Ctx, PathId(id): PathId<kinds::Procedure>) -> Result<StatusCode, Failure> {
    ctx.write(move |tx| removal::delete_procedure(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
