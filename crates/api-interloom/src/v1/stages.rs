//! Stages.

use api::{Body, Ctx, Failure, OptionalBody, PathId, Query, patch};
use axum::{Json, http::StatusCode};
use kernel::{
    Error, Timestamp,
    ids::{ActorId, CaseId, InstructionId, ProcedureId, ProcedureStageId, StageId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work::{
    motion::{Motion, NewMotion, Priority, RequiredActor, StagePhase, WaitingOn},
    stages::{self, StagePatch},
    subcases::{self, NewSubcase},
};

use super::{
    cases::{Case, Nothing},
    envelope::{Envelope, List, One, Paging},
};

/// A stage of a case.
#[derive(Serialize, ToSchema)]
pub struct Stage {
    id: StageId,
    case_id: CaseId,
    /// Its place in the order, from 0.
    position: i64,
    name: String,
    description: Option<String>,
    phase: StagePhase,
    motion: Motion,
    waiting_on: Option<WaitingOn>,
    required_actor_type: RequiredActor,
    assigned_actor_id: Option<ActorId>,
    procedure_stage_id: Option<ProcedureStageId>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<stages::Stage> for Stage {
    fn from(stage: stages::Stage) -> Self {
        Self {
            id: stage.id,
            case_id: stage.case_id,
            position: stage.position,
            name: stage.name,
            description: stage.description,
            phase: stage.phase,
            motion: stage.motion,
            waiting_on: stage.waiting_on,
            required_actor_type: stage.required_actor_type,
            assigned_actor_id: stage.assigned_actor_id,
            procedure_stage_id: stage.procedure_stage_id,
            started_at: stage.started_at,
            ended_at: stage.ended_at,
            created_at: stage.created_at,
            updated_at: stage.updated_at,
        }
    }
}

/// Changes to a stage. Its phase moves by complete and skip alone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateStage {
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<ActorId>)]
    assigned_actor_id: Option<Option<ActorId>>,
    #[serde(default, deserialize_with = "patch::not_null")]
    motion: Option<Motion>,
    #[serde(default, alias = "waitingOn")]
    waiting_on: Option<WaitingOn>,
}

/// A subcase to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpawnSubcase {
    title: String,
    description: Option<String>,
    priority: Option<Priority>,
    assigned_actor_id: Option<ActorId>,
    procedure_id: Option<ProcedureId>,
    /// The instruction that the subcase satisfies; the stage's first open one of type subcase when absent.
    instruction_id: Option<InstructionId>,
}

/// The stages of a case, in their order.
#[utoipa::path(
    get, path = "/v1/cases/{id}/stages", tag = "Stages", params(("id" = CaseId, Path), Paging),
    responses((status = 200, body = List<Stage>))
)]
pub async fn list_case_stages(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Stage>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| stages::list(tx, id, request)).await?))
}

/// One stage.
#[utoipa::path(get, path = "/v1/stages/{id}", tag = "Stages", params(("id" = StageId, Path)), responses((status = 200, body = One<Stage>)))]
pub async fn get_stage(ctx: Ctx, PathId(id): PathId<kinds::Stage>) -> Result<Json<One<Stage>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| stages::get(tx, id)).await?.into()))
}

/// Changes a stage's assignee or motion. A stage that is active and given to an AI actor starts a run.
#[utoipa::path(
    patch, path = "/v1/stages/{id}", tag = "Stages", params(("id" = StageId, Path)), request_body = UpdateStage,
    responses((status = 200, body = One<Stage>))
)]
pub async fn update_stage(
    ctx: Ctx,
    PathId(id): PathId<kinds::Stage>,
    Body(body): Body<UpdateStage>,
) -> Result<Json<One<Stage>>, Failure> {
    let motion = match (body.motion, body.waiting_on) {
        (Some(motion), waiting_on) => Some(NewMotion { motion, waiting_on }),
        (None, Some(_)) => return Err(Error::invalid("waiting_on", "waiting_on goes with motion waiting only").into()),
        (None, None) => None,
    };
    let patch = StagePatch { assigned_actor_id: body.assigned_actor_id, motion };
    Ok(ctx.one(ctx.write(move |tx| stages::update(tx, id, &patch)).await?.into()))
}

/// Completes the active stage, once its instructions are satisfied; the next pending one becomes active.
#[utoipa::path(
    post, path = "/v1/stages/{id}/complete", tag = "Stages", params(("id" = StageId, Path)),
    responses((status = 200, body = One<Stage>))
)]
pub async fn complete_stage(
    ctx: Ctx,
    PathId(id): PathId<kinds::Stage>,
    _: OptionalBody<Nothing>,
) -> Result<Json<One<Stage>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| stages::complete(tx, id)).await?.into()))
}

/// Leaves a pending or active stage out; when it was active, the next pending one becomes active.
#[utoipa::path(
    post, path = "/v1/stages/{id}/skip", tag = "Stages", params(("id" = StageId, Path)),
    responses((status = 200, body = One<Stage>))
)]
pub async fn skip_stage(
    ctx: Ctx,
    PathId(id): PathId<kinds::Stage>,
    _: OptionalBody<Nothing>,
) -> Result<Json<One<Stage>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| stages::skip(tx, id)).await?.into()))
}

/// Opens a subcase from a stage, in the same space.
#[utoipa::path(
    post, path = "/v1/stages/{id}/spawn-subcase", tag = "Stages", params(("id" = StageId, Path)), request_body = SpawnSubcase,
    responses((status = 201, body = One<Case>))
)]
pub async fn spawn_subcase(
    ctx: Ctx,
    PathId(id): PathId<kinds::Stage>,
    Body(body): Body<SpawnSubcase>,
) -> Result<(StatusCode, Json<One<Case>>), Failure> {
    let new = NewSubcase {
        title: body.title,
        description: body.description,
        priority: body.priority,
        assigned_actor_id: body.assigned_actor_id,
        procedure_id: body.procedure_id,
        instruction_id: body.instruction_id,
    };
    Ok(ctx.created(ctx.write(move |tx| subcases::spawn(tx, id, &new)).await?.into()))
}
