//! Procedures.

use api::{Body, Ctx, Failure, PathId, Query, patch};
use axum::{Json, http::StatusCode};
use kernel::{
    PageRequest, Timestamp,
    ids::{ActorId, CaseId, ProcedureId, ProcedureStageId, SpaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use work::{
    motion::RequiredActor,
    procedures::{self, NewStageTemplate},
};

use super::{
    cases::Case,
    envelope::{Envelope, List, One, Paging},
    instructions::InstructionLine,
};

/// A procedure: a template of stages.
#[derive(Serialize, ToSchema)]
pub struct Procedure {
    id: ProcedureId,
    space_id: SpaceId,
    name: String,
    description: Option<String>,
    created_by: ActorId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<procedures::Procedure> for Procedure {
    fn from(procedure: procedures::Procedure) -> Self {
        Self {
            id: procedure.id,
            space_id: procedure.space_id,
            name: procedure.name,
            description: procedure.description,
            created_by: procedure.created_by,
            created_at: procedure.created_at,
            updated_at: procedure.updated_at,
        }
    }
}

/// A stage template of a procedure.
#[derive(Serialize, ToSchema)]
pub struct ProcedureStage {
    id: ProcedureStageId,
    procedure_id: ProcedureId,
    /// Its place in the order, from 0.
    position: i64,
    name: String,
    description: Option<String>,
    required_actor_type: RequiredActor,
    /// Who gets the stage when the procedure is applied.
    assigned_actor_id: Option<ActorId>,
    instructions: Vec<InstructionLine>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<procedures::StageTemplate> for ProcedureStage {
    fn from(stage: procedures::StageTemplate) -> Self {
        Self {
            id: stage.id,
            procedure_id: stage.procedure_id,
            position: stage.position,
            name: stage.name,
            description: stage.description,
            required_actor_type: stage.required_actor_type,
            assigned_actor_id: stage.assigned_actor_id,
            instructions: stage.instructions.into_iter().map(Into::into).collect(),
            created_at: stage.created_at,
            updated_at: stage.updated_at,
        }
    }
}

/// Which procedures are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListProcedures {
    /// Of this space.
    space_id: Option<SpaceId>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// A procedure to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProcedure {
    space_id: SpaceId,
    name: String,
    description: Option<String>,
}

/// Changes to a procedure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateProcedure {
    #[serde(default, deserialize_with = "patch::not_null")]
    name: Option<String>,
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
}

/// A stage template to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddProcedureStage {
    name: String,
    description: Option<String>,
    #[serde(default = "either")]
    required_actor_type: RequiredActor,
    /// Who gets the stage when the procedure is applied: a member of the space.
    assigned_actor_id: Option<ActorId>,
    #[serde(default)]
    instructions: Vec<InstructionLine>,
}

fn either() -> RequiredActor {
    RequiredActor::Either
}

/// The procedure to apply.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyProcedure {
    procedure_id: ProcedureId,
}

/// The procedures that the caller can see, oldest first.
#[utoipa::path(get, path = "/v1/procedures", tag = "Procedures", params(ListProcedures), responses((status = 200, body = List<Procedure>)))]
pub async fn list_procedures(ctx: Ctx, Query(query): Query<ListProcedures>) -> Result<Json<List<Procedure>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    Ok(ctx.list(ctx.read(move |tx| procedures::list(tx, query.space_id, request)).await?))
}

/// Makes a procedure without stages.
#[utoipa::path(
    post, path = "/v1/procedures", tag = "Procedures", request_body = CreateProcedure,
    responses((status = 201, body = One<Procedure>))
)]
pub async fn create_procedure(
    ctx: Ctx,
    Body(body): Body<CreateProcedure>,
) -> Result<(StatusCode, Json<One<Procedure>>), Failure> {
    let made =
        ctx.write(move |tx| procedures::create(tx, body.space_id, &body.name, body.description.as_deref())).await?;
    Ok(ctx.created(made.into()))
}

/// One procedure.
#[utoipa::path(
    get, path = "/v1/procedures/{id}", tag = "Procedures", params(("id" = ProcedureId, Path)),
    responses((status = 200, body = One<Procedure>))
)]
pub async fn get_procedure(ctx: Ctx, PathId(id): PathId<kinds::Procedure>) -> Result<Json<One<Procedure>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| procedures::get(tx, id)).await?.into()))
}

/// Changes a procedure's own attributes; cases it was applied to keep their stages.
#[utoipa::path(
    patch, path = "/v1/procedures/{id}", tag = "Procedures", params(("id" = ProcedureId, Path)), request_body = UpdateProcedure,
    responses((status = 200, body = One<Procedure>))
)]
pub async fn update_procedure(
    ctx: Ctx,
    PathId(id): PathId<kinds::Procedure>,
    Body(body): Body<UpdateProcedure>,
) -> Result<Json<One<Procedure>>, Failure> {
    let changed = ctx
        .write(move |tx| {
            let description = body.description.as_ref().map(|description| description.as_deref());
            procedures::update(tx, id, body.name.as_deref(), description)
        })
        .await?;
    Ok(ctx.one(changed.into()))
}

/// The stage templates of a procedure, in their order.
#[utoipa::path(
    get, path = "/v1/procedures/{id}/stages", tag = "Procedures", params(("id" = ProcedureId, Path), Paging),
    responses((status = 200, body = List<ProcedureStage>))
)]
pub async fn list_procedure_stages(
    ctx: Ctx,
    PathId(id): PathId<kinds::Procedure>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ProcedureStage>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| procedures::stages(tx, id, request)).await?))
}

/// Adds a stage template to the end of a procedure.
#[utoipa::path(
    post, path = "/v1/procedures/{id}/stages", tag = "Procedures", params(("id" = ProcedureId, Path)), request_body = AddProcedureStage,
    responses((status = 201, body = One<ProcedureStage>))
)]
pub async fn add_procedure_stage(
    ctx: Ctx,
    PathId(id): PathId<kinds::Procedure>,
    Body(body): Body<AddProcedureStage>,
) -> Result<(StatusCode, Json<One<ProcedureStage>>), Failure> {
    let new = NewStageTemplate {
        name: body.name,
        description: body.description,
        required_actor_type: body.required_actor_type,
        assigned_actor_id: body.assigned_actor_id,
        instructions: body.instructions.into_iter().map(Into::into).collect(),
    };
    Ok(ctx.created(ctx.write(move |tx| procedures::add_stage(tx, id, &new)).await?.into()))
}

/// Copies a procedure's stages onto a case in intake or active; the case stays in its phase.
#[utoipa::path(
    post, path = "/v1/cases/{id}/apply-procedure", tag = "Procedures", params(("id" = CaseId, Path)), request_body = ApplyProcedure,
    responses((status = 200, body = One<Case>))
)]
pub async fn apply_procedure(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    Body(body): Body<ApplyProcedure>,
) -> Result<Json<One<Case>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| procedures::apply(tx, id, body.procedure_id)).await?.into()))
}
