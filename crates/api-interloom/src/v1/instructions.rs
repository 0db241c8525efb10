//! Instructions.

use api::{Body, Ctx, Failure, OptionalBody, PathId, Query, patch};
use axum::{Json, http::StatusCode};
use kernel::{
    Timestamp,
    ids::{ActorId, CaseId, InstructionId, StageId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work::instructions::{self, InstructionPatch, InstructionType, NewInstruction};

use super::{
    cases::Nothing,
    envelope::{Envelope, List, One, Paging},
};

/// An instruction of a stage.
#[derive(Serialize, ToSchema)]
pub struct Instruction {
    id: InstructionId,
    stage_id: StageId,
    case_id: CaseId,
    /// Its place in the order, from 0.
    position: i64,
    #[serde(rename = "type")]
    instruction_type: InstructionType,
    text: String,
    /// The condition of an implicit one, in CEL.
    condition: Option<String>,
    subcase_id: Option<CaseId>,
    satisfied: bool,
    /// Who satisfied it; the nil id for Heddle itself.
    satisfied_by: Option<ActorId>,
    satisfied_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<instructions::Instruction> for Instruction {
    fn from(instruction: instructions::Instruction) -> Self {
        Self {
            id: instruction.id,
            stage_id: instruction.stage_id,
            case_id: instruction.case_id,
            position: instruction.position,
            instruction_type: instruction.instruction_type,
            text: instruction.text,
            condition: instruction.condition,
            subcase_id: instruction.subcase_id,
            satisfied: instruction.satisfied,
            satisfied_by: instruction.satisfied_by,
            satisfied_at: instruction.satisfied_at,
            created_at: instruction.created_at,
            updated_at: instruction.updated_at,
        }
    }
}

/// An instruction to add, to a stage or to a stage template.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstructionLine {
    #[serde(rename = "type", default = "todo")]
    instruction_type: InstructionType,
    text: String,
    /// A CEL expression over the case, for type implicit and only for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
}

fn todo() -> InstructionType {
    InstructionType::Todo
}

impl From<InstructionLine> for NewInstruction {
    fn from(line: InstructionLine) -> Self {
        Self { instruction_type: line.instruction_type, text: line.text, condition: line.condition }
    }
}

impl From<NewInstruction> for InstructionLine {
    fn from(line: NewInstruction) -> Self {
        Self { instruction_type: line.instruction_type, text: line.text, condition: line.condition }
    }
}

/// Changes to an instruction.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateInstruction {
    #[serde(default, deserialize_with = "patch::not_null")]
    text: Option<String>,
    #[serde(default, deserialize_with = "patch::not_null")]
    condition: Option<String>,
}

/// The instructions of a stage, in their order.
#[utoipa::path(
    get, path = "/v1/stages/{id}/instructions", tag = "Instructions", params(("id" = StageId, Path), Paging),
    responses((status = 200, body = List<Instruction>))
)]
pub async fn list_stage_instructions(
    ctx: Ctx,
    PathId(id): PathId<kinds::Stage>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Instruction>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| instructions::list(tx, id, request)).await?))
}

/// Adds an instruction to the end of a stage that has not ended.
#[utoipa::path(
    post, path = "/v1/stages/{id}/instructions", tag = "Instructions", params(("id" = StageId, Path)), request_body = InstructionLine,
    responses((status = 201, body = One<Instruction>))
)]
pub async fn add_instruction(
    ctx: Ctx,
    PathId(id): PathId<kinds::Stage>,
    Body(body): Body<InstructionLine>,
) -> Result<(StatusCode, Json<One<Instruction>>), Failure> {
    let new = NewInstruction::from(body);
    Ok(ctx.created(ctx.write(move |tx| instructions::add(tx, id, &new)).await?.into()))
}

/// Changes an instruction's text or condition.
#[utoipa::path(
    patch, path = "/v1/instructions/{id}", tag = "Instructions", params(("id" = InstructionId, Path)), request_body = UpdateInstruction,
    responses((status = 200, body = One<Instruction>))
)]
pub async fn update_instruction(
    ctx: Ctx,
    PathId(id): PathId<kinds::Instruction>,
    Body(body): Body<UpdateInstruction>,
) -> Result<Json<One<Instruction>>, Failure> {
    let patch = InstructionPatch { text: body.text, condition: body.condition };
    Ok(ctx.one(ctx.write(move |tx| instructions::update(tx, id, &patch)).await?.into()))
}

/// Ticks an instruction of type todo off; the last open one completes the stage.
#[utoipa::path(
    post, path = "/v1/instructions/{id}/complete", tag = "Instructions", params(("id" = InstructionId, Path)),
    responses((status = 200, body = One<Instruction>))
)]
pub async fn complete_instruction(
    ctx: Ctx,
    PathId(id): PathId<kinds::Instruction>,
    _: OptionalBody<Nothing>,
) -> Result<Json<One<Instruction>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| instructions::complete(tx, id)).await?.into()))
}
