//! Designs of procedures (ours): a procedure as one whole, its versions, and what it would do to a case.

use api::{Body, Ctx, Failure, PathId, Query, parse_id};
use axum::{Json, extract::Path};
use kernel::{
    Error, Timestamp,
    ids::{ActorId, CaseId, ProcedureId, ProcedureStageId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;
use utoipa::ToSchema;
use work::{
    conditions, designs,
    dry_run::{self, InstructionFate, StageFate, Tried},
    instructions::InstructionType,
    motion::RequiredActor,
    removal, versions,
};

use super::{
    envelope::{Envelope, List, One, Paging},
    instructions::InstructionLine,
};

/// A procedure as one whole, at one of its versions.
#[derive(Serialize, ToSchema)]
pub struct Design {
    procedure_id: ProcedureId,
    /// The number of the version, from 1.
    version: i64,
    name: String,
    description: Option<String>,
    stages: Vec<DesignStage>,
    /// What was said of the version.
    note: Option<String>,
    updated_at: Timestamp,
    updated_by: ActorName,
}

/// A stage of a design.
#[derive(Serialize, ToSchema)]
pub struct DesignStage {
    id: Option<ProcedureStageId>,
    name: String,
    description: Option<String>,
    required_actor_type: RequiredActor,
    /// Who gets the stage when the procedure is applied.
    assigned_actor_id: Option<ActorId>,
    instructions: Vec<InstructionLine>,
}

/// An actor by its id and name.
#[derive(Serialize, ToSchema)]
pub struct ActorName {
    /// The nil id for Heddle itself.
    id: ActorId,
    name: String,
}

impl From<designs::Designed> for Design {
    fn from(designed: designs::Designed) -> Self {
        let designs::Designed { procedure_id, version, at, by, by_name, note, design } = designed;
        Self {
            procedure_id,
            version,
            name: design.name,
            description: design.description,
            stages: design.stages.into_iter().map(Into::into).collect(),
            note,
            updated_at: at,
            updated_by: ActorName { id: by, name: by_name },
        }
    }
}

impl From<designs::DesignStage> for DesignStage {
    fn from(stage: designs::DesignStage) -> Self {
        Self {
            id: stage.id,
            name: stage.name,
            description: stage.description,
            required_actor_type: stage.required_actor_type,
            assigned_actor_id: stage.assigned_actor_id,
            instructions: stage.instructions.into_iter().map(Into::into).collect(),
        }
    }
}

/// A stage as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutDesignStage {
    /// A stage to keep; a new one when absent.
    id: Option<ProcedureStageId>,
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

impl From<PutDesignStage> for designs::DesignStage {
    fn from(stage: PutDesignStage) -> Self {
        Self {
            id: stage.id,
            name: stage.name,
            description: stage.description,
            required_actor_type: stage.required_actor_type,
            assigned_actor_id: stage.assigned_actor_id,
            instructions: stage.instructions.into_iter().map(Into::into).collect(),
        }
    }
}

/// A design to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutDesign {
    /// The version it is made from.
    base_version: i64,
    name: String,
    description: Option<String>,
    /// All stages, in their order: those that are not here go.
    stages: Vec<PutDesignStage>,
    /// What is changed, for the list of versions.
    note: Option<String>,
}

/// A version of a procedure.
#[derive(Serialize, ToSchema)]
pub struct ProcedureVersion {
    /// Its number, from 1.
    version: i64,
    at: Timestamp,
    actor: ActorName,
    note: Option<String>,
    /// How many stages it has.
    stages: i64,
}

impl From<versions::Version> for ProcedureVersion {
    fn from(version: versions::Version) -> Self {
        Self {
            version: version.version,
            at: version.at,
            actor: ActorName { id: version.by, name: version.by_name },
            note: version.note,
            stages: version.stages,
        }
    }
}

/// A procedure that is gone.
#[derive(Serialize, ToSchema)]
pub struct DeletedProcedure {
    id: ProcedureId,
    deleted: bool,
}

/// A condition to check.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckCondition {
    /// A CEL expression over the case.
    condition: String,
    /// A case to evaluate it for.
    case_id: Option<CaseId>,
}

/// What was found about a condition.
#[derive(Serialize, ToSchema)]
pub struct CheckedCondition {
    /// Whether it can be saved.
    valid: bool,
    /// Why it cannot be saved, or why it gives nothing for the case.
    error: Option<ConditionError>,
    /// What it gives for the case.
    value: Option<bool>,
    /// What it sees of the case; null without one.
    saw: JsonValue,
}

/// What is wrong with a condition.
#[derive(Serialize, ToSchema)]
pub struct ConditionError {
    message: String,
    /// Where, if that is known.
    at: Option<ConditionPlace>,
}

/// A place in a condition.
#[derive(Serialize, ToSchema)]
pub struct ConditionPlace {
    /// From 1.
    line: i64,
    /// From 1.
    column: i64,
}

/// The procedure to try, and the case: either `procedure_id` or `design`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryProcedure {
    case_id: CaseId,
    /// A procedure of the case's space.
    procedure_id: Option<ProcedureId>,
    /// A design that is not saved.
    design: Option<TriedDesign>,
}

/// A design to try. What could not be saved of it is told as a problem.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TriedDesign {
    name: String,
    description: Option<String>,
    stages: Vec<PutDesignStage>,
}

/// What a procedure would do to a case.
#[derive(Serialize, ToSchema)]
pub struct DryRun {
    stages: Vec<DryRunStage>,
    /// Why it could not be applied, and what is wrong with it as a whole.
    problems: Vec<String>,
}

/// A stage that the case would get.
#[derive(Serialize, ToSchema)]
pub struct DryRunStage {
    name: String,
    required_actor_type: RequiredActor,
    assigned: Option<ActorName>,
    would: StageFate,
    problems: Vec<String>,
    instructions: Vec<DryRunInstruction>,
}

/// An instruction that the case would get.
#[derive(Serialize, ToSchema)]
pub struct DryRunInstruction {
    #[serde(rename = "type")]
    instruction_type: InstructionType,
    text: String,
    condition: Option<String>,
    would: InstructionFate,
    /// What is wrong with the condition.
    message: Option<String>,
}

impl From<dry_run::DryRun> for DryRun {
    fn from(run: dry_run::DryRun) -> Self {
        Self { stages: run.stages.into_iter().map(Into::into).collect(), problems: run.problems }
    }
}

impl From<dry_run::TriedStage> for DryRunStage {
    fn from(stage: dry_run::TriedStage) -> Self {
        let instruction = |tried: dry_run::TriedInstruction| DryRunInstruction {
            instruction_type: tried.line.instruction_type,
            text: tried.line.text,
            condition: tried.line.condition,
            would: tried.would,
            message: tried.message,
        };
        Self {
            name: stage.name,
            required_actor_type: stage.required_actor_type,
            assigned: stage.assigned.map(|(id, name)| ActorName { id, name }),
            would: stage.would,
            problems: stage.problems,
            instructions: stage.instructions.into_iter().map(instruction).collect(),
        }
    }
}

/// A procedure with all its stages and instructions, at its newest version.
#[utoipa::path(
    get, path = "/v1/procedures/{id}/design", tag = "Procedures", params(("id" = ProcedureId, Path)),
    responses((status = 200, body = One<Design>))
)]
pub async fn get_procedure_design(
    ctx: Ctx,
    PathId(id): PathId<kinds::Procedure>,
) -> Result<Json<One<Design>>, Failure> {
    Ok(ctx.one(ctx.read(move |tx| designs::get(tx, id)).await?.into()))
}

/// Writes a procedure with all its stages, if nobody has changed it since the version that the change is made from.
#[utoipa::path(
    put, path = "/v1/procedures/{id}/design", tag = "Procedures", params(("id" = ProcedureId, Path)), request_body = PutDesign,
    responses((status = 200, body = One<Design>))
)]
pub async fn put_procedure_design(
    ctx: Ctx,
    PathId(id): PathId<kinds::Procedure>,
    Body(body): Body<PutDesign>,
) -> Result<Json<One<Design>>, Failure> {
    let PutDesign { base_version, name, description, stages, note } = body;
    let design = designs::Design { name, description, stages: stages.into_iter().map(Into::into).collect() };
    let put = ctx.write(move |tx| designs::put(tx, id, base_version, &design, note.as_deref())).await?;
    Ok(ctx.one(put.into()))
}

/// The versions of a procedure, newest first.
#[utoipa::path(
    get, path = "/v1/procedures/{id}/versions", tag = "Procedures", params(("id" = ProcedureId, Path), Paging),
    responses((status = 200, body = List<ProcedureVersion>))
)]
pub async fn list_procedure_versions(
    ctx: Ctx,
    PathId(id): PathId<kinds::Procedure>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ProcedureVersion>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| versions::list(tx, id, request)).await?))
}

/// A procedure as it was at a version.
#[utoipa::path(
    get, path = "/v1/procedures/{id}/versions/{version}", tag = "Procedures",
    params(("id" = ProcedureId, Path), ("version" = i64, Path, minimum = 1)), responses((status = 200, body = One<Design>))
)]
pub async fn get_procedure_version(
    ctx: Ctx,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<One<Design>>, Failure> {
    let (id, version) = (parse_id::<kinds::Procedure>(&id)?, number(&version)?);
    Ok(ctx.one(ctx.read(move |tx| versions::get(tx, id, version)).await?.into()))
}

/// Makes a procedure what it was at an earlier version. Whoever can no longer be given work in the space loses its stages.
#[utoipa::path(
    post, path = "/v1/procedures/{id}/versions/{version}/restore", tag = "Procedures",
    params(("id" = ProcedureId, Path), ("version" = i64, Path, minimum = 1)), responses((status = 200, body = One<Design>))
)]
pub async fn restore_procedure_version(
    ctx: Ctx,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<One<Design>>, Failure> {
    let (id, version) = (parse_id::<kinds::Procedure>(&id)?, number(&version)?);
    Ok(ctx.one(ctx.write(move |tx| designs::restore(tx, id, version)).await?.into()))
}

fn number(version: &str) -> Result<i64, Error> {
    version
        .parse()
        .map_err(|_| Error::not_found("version_not_found", format!("The procedure has no version {version}.")))
}

/// Removes a procedure; cases that it was applied to keep their stages.
#[utoipa::path(
    delete, path = "/v1/procedures/{id}", tag = "Procedures", params(("id" = ProcedureId, Path)),
    responses((status = 200, body = One<DeletedProcedure>))
)]
pub async fn delete_procedure(
    ctx: Ctx,
    PathId(id): PathId<kinds::Procedure>,
) -> Result<Json<One<DeletedProcedure>>, Failure> {
    ctx.write(move |tx| removal::delete_procedure(tx, id)).await?;
    Ok(ctx.one(DeletedProcedure { id, deleted: true }))
}

/// Checks a condition and, with a case, evaluates it for the case's active stage, or its next one when none is active.
#[utoipa::path(
    post, path = "/v1/conditions/check", tag = "Procedures", request_body = CheckCondition,
    responses((status = 200, body = One<CheckedCondition>))
)]
pub async fn check_condition(
    ctx: Ctx,
    Body(body): Body<CheckCondition>,
) -> Result<Json<One<CheckedCondition>>, Failure> {
    let CheckCondition { condition, case_id } = body;
    let found = ctx.read(move |tx| conditions::examine(tx, &condition, case_id)).await?;
    let error = found.fault.map(|fault| ConditionError {
        message: fault.message,
        at: fault.at.map(|(line, column)| ConditionPlace { line, column }),
    });
    let saw = found.saw.unwrap_or_default();
    Ok(ctx.one(CheckedCondition { valid: found.valid, error, value: found.value, saw }))
}

/// Says what a procedure would do to a case: for one in intake, once it is commenced. Nothing is changed.
#[utoipa::path(
    post, path = "/v1/procedures/dry-run", tag = "Procedures", request_body = TryProcedure,
    responses((status = 200, body = One<DryRun>))
)]
pub async fn try_procedure(ctx: Ctx, Body(body): Body<TryProcedure>) -> Result<Json<One<DryRun>>, Failure> {
    let TryProcedure { case_id, procedure_id, design } = body;
    let design = design.map(|TriedDesign { name, description, stages }| designs::Design {
        name,
        description,
        stages: stages.into_iter().map(Into::into).collect(),
    });
    let tried = Tried { procedure_id, design };
    Ok(ctx.one(ctx.write(move |tx| dry_run::run(tx, case_id, &tried)).await?.into()))
}
