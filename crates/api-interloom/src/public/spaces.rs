//! Spaces, and what happens to new cases in them.

use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use identity::spaces::{self, NewSpace, SpaceKind, SpacePatch};
use kernel::{
    Direction, Error, Rule, Timestamp,
    ids::{ActorId, CaseId, ProcedureId, SpaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work::{
    removal,
    triggers::{self, Trigger},
};

use super::{
    errors::Renames,
    wire::{Asked, List, Paging, ResourceLink, SpaceTag, created, list, tag},
};

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames {
    fields: &[("name", Some(Rule::Blank), "empty_space_name"), ("assigned_actor_id", None, "assignee_not_found")],
    paths: &[],
    codes: &[],
    conflict: "invalid_space_request",
};

/// A space.
#[derive(Serialize, ToSchema)]
pub struct Space {
    #[serde(flatten)]
    item: SpaceListItem,
    /// What it is for.
    description: Option<String>,
}

/// A space as lists show it.
#[derive(Serialize, ToSchema)]
pub struct SpaceListItem {
    id: SpaceId,
    r#type: SpaceTag,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Always null: spaces lie in nothing.
    parent: Option<ResourceLink>,
    name: String,
    /// Made by Heddle: a person's private space, or the workspace's general one.
    is_system: bool,
    /// Open to everybody in the workspace.
    is_public: bool,
}

impl From<spaces::Space> for SpaceListItem {
    fn from(space: spaces::Space) -> Self {
        Self {
            id: space.id,
            r#type: SpaceTag,
            created_at: space.created_at,
            updated_at: space.updated_at,
            parent: None,
            name: space.name,
            is_system: space.kind != SpaceKind::Custom,
            is_public: space.kind == SpaceKind::General,
        }
    }
}

impl From<spaces::Space> for Space {
    fn from(space: spaces::Space) -> Self {
        Self { description: space.description.clone(), item: space.into() }
    }
}

list!(ListSpacesResponse of SpaceListItem);

/// A space to make.
#[derive(Deserialize, ToSchema)]
pub struct CreateSpaceRequest {
    name: String,
    description: Option<String>,
}

/// Changes to a space.
#[derive(Deserialize, ToSchema)]
pub struct UpdateSpaceRequest {
    /// Null leaves it as it is.
    name: Option<String>,
    /// Null clears it.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
}

tag! { AssigneeTag = "assignee", ReferenceTaskTag = "reference_task", ApplyProcedureTag = "apply_procedure" }

/// New cases are given to somebody.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssigneeSpaceTrigger {
    trigger_type: AssigneeTag,
    /// Who gets them: a person or an agent.
    assignee_id: ActorId,
}

/// New cases are worked like an exemplary one.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceTaskSpaceTrigger {
    trigger_type: ReferenceTaskTag,
    /// The exemplary case, whose stages and instructions they get.
    reference_case_id: CaseId,
}

/// New cases get the stages of a procedure.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyProcedureSpaceTrigger {
    trigger_type: ApplyProcedureTag,
    /// The procedure.
    procedure_id: ProcedureId,
}

/// Nothing happens by itself.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisabledSpaceTrigger {
    /// Always null.
    #[schema(schema_with = null)]
    trigger_type: (),
}

fn null() -> utoipa::openapi::Object {
    utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::Null).build()
}

/// What happens to new cases of a space by themselves.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum SpaceTrigger {
    /// They are given to somebody.
    Assignee(AssigneeSpaceTrigger),
    /// They are worked like an exemplary one.
    ReferenceTask(ReferenceTaskSpaceTrigger),
    /// They get the stages of a procedure.
    ApplyProcedure(ApplyProcedureSpaceTrigger),
    /// Nothing.
    Disabled(DisabledSpaceTrigger),
}

impl From<Option<Trigger>> for SpaceTrigger {
    fn from(trigger: Option<Trigger>) -> Self {
        match trigger {
            Some(Trigger::Assignee { assignee_id }) => {
                Self::Assignee(AssigneeSpaceTrigger { trigger_type: AssigneeTag, assignee_id })
            }
            Some(Trigger::ReferenceTask { reference_case_id }) => {
                Self::ReferenceTask(ReferenceTaskSpaceTrigger { trigger_type: ReferenceTaskTag, reference_case_id })
            }
            Some(Trigger::ApplyProcedure { procedure_id }) => {
                Self::ApplyProcedure(ApplyProcedureSpaceTrigger { trigger_type: ApplyProcedureTag, procedure_id })
            }
            None => Self::Disabled(DisabledSpaceTrigger { trigger_type: () }),
        }
    }
}

/// A trigger as it is sent: all fields of all kinds, so that a refusal can name the one that is missing or too much.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentTrigger {
    #[serde(deserialize_with = "api::patch::required_nullable")]
    trigger_type: Option<TriggerType>,
    assignee_id: Option<ActorId>,
    reference_case_id: Option<CaseId>,
    procedure_id: Option<ProcedureId>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TriggerType {
    Assignee,
    ReferenceTask,
    ApplyProcedure,
}

impl SentTrigger {
    fn trigger(self) -> kernel::Result<Option<Trigger>> {
        let wanted = match self.trigger_type {
            Some(TriggerType::Assignee) => "assignee_id",
            Some(TriggerType::ReferenceTask) => "reference_case_id",
            Some(TriggerType::ApplyProcedure) => "procedure_id",
            None => "",
        };
        let given = [
            ("assignee_id", self.assignee_id.is_some()),
            ("reference_case_id", self.reference_case_id.is_some()),
            ("procedure_id", self.procedure_id.is_some()),
        ];
        if let Some((name, _)) = given.iter().find(|(name, given)| *given && *name != wanted) {
            return Err(Error::against(Rule::Unknown, *name, format!("{name} does not belong to this trigger_type")));
        }
        let missing = || Error::against(Rule::Missing, wanted, format!("{wanted} is missing"));
        Ok(match self.trigger_type {
            None => None,
            Some(TriggerType::Assignee) => {
                Some(Trigger::Assignee { assignee_id: self.assignee_id.ok_or_else(missing)? })
            }
            Some(TriggerType::ReferenceTask) => {
                Some(Trigger::ReferenceTask { reference_case_id: self.reference_case_id.ok_or_else(missing)? })
            }
            Some(TriggerType::ApplyProcedure) => {
                Some(Trigger::ApplyProcedure { procedure_id: self.procedure_id.ok_or_else(missing)? })
            }
        })
    }
}

/// The spaces that the caller is a member of, newest first.
#[utoipa::path(
    get, path = "/api/v1/public/spaces", tag = "Spaces", operation_id = "listSpaces", params(Paging),
    responses((status = 200, body = ListSpacesResponse))
)]
pub async fn list_spaces(
    ctx: Ctx,
    asked: Asked,
    Query(paging): Query<Paging>,
) -> Result<Json<List<SpaceListItem>>, Failure> {
    let request = asked.page(&paging, Direction::Descending)?;
    Ok(Json(asked.answer(ctx.read(move |tx| spaces::slice(tx, request)).await?)))
}

/// Makes a space; the caller owns it.
#[utoipa::path(
    post, path = "/api/v1/public/spaces", tag = "Spaces", operation_id = "createSpace", request_body = CreateSpaceRequest,
    responses((status = 201, body = Space))
)]
pub async fn create_space(
    ctx: Ctx,
    Body(body): Body<CreateSpaceRequest>,
) -> Result<(StatusCode, Json<Space>), Failure> {
    let new = NewSpace { name: body.name, description: body.description, review: Vec::new() };
    Ok(created(ctx.write(move |tx| spaces::create(tx, &new)).await?.into()))
}

/// One space.
#[utoipa::path(
    get, path = "/api/v1/public/spaces/{space_id}", tag = "Spaces", operation_id = "getSpace",
    params(("space_id" = String, Path)), responses((status = 200, body = Space))
)]
pub async fn get_space(ctx: Ctx, PathId(id): PathId<kinds::Space>) -> Result<Json<Space>, Failure> {
    Ok(Json(ctx.peek(move |tx| spaces::get(tx, id)).await?.into()))
}

/// Changes a space; for its admins and owners.
#[utoipa::path(
    patch, path = "/api/v1/public/spaces/{space_id}", tag = "Spaces", operation_id = "updateSpace",
    params(("space_id" = String, Path)), request_body = UpdateSpaceRequest, responses((status = 200, body = Space))
)]
pub async fn update_space(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Body(body): Body<UpdateSpaceRequest>,
) -> Result<Json<Space>, Failure> {
    let patch = SpacePatch { name: body.name, description: body.description, review: None };
    Ok(Json(ctx.write(move |tx| spaces::update(tx, id, &patch)).await?.into()))
}

/// Removes a space with all that is in it; for its owners. Private spaces and the general one stay.
#[utoipa::path(
    delete, path = "/api/v1/public/spaces/{space_id}", tag = "Spaces", operation_id = "deleteSpace",
    params(("space_id" = String, Path)), responses((status = 204))
)]
pub async fn delete_space(ctx: Ctx, PathId(id): PathId<kinds::Space>) -> Result<StatusCode, Failure> {
    ctx.write(move |tx| removal::delete_space(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What happens to new cases of a space by themselves.
#[utoipa::path(
    get, path = "/api/v1/public/spaces/{space_id}/trigger", tag = "Spaces", operation_id = "getSpaceTrigger",
    params(("space_id" = String, Path)), responses((status = 200, body = inline(SpaceTrigger)))
)]
pub async fn get_space_trigger(ctx: Ctx, PathId(id): PathId<kinds::Space>) -> Result<Json<SpaceTrigger>, Failure> {
    Ok(Json(ctx.peek(move |tx| triggers::get(tx, id)).await?.into()))
}

/// Sets what happens to new cases of a space by themselves; for its admins and owners.
#[utoipa::path(
    patch, path = "/api/v1/public/spaces/{space_id}/trigger", tag = "Spaces", operation_id = "updateSpaceTrigger",
    params(("space_id" = String, Path)), request_body = inline(SpaceTrigger),
    responses((status = 200, body = inline(SpaceTrigger)))
)]
pub async fn update_space_trigger(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Body(body): Body<SentTrigger>,
) -> Result<Json<SpaceTrigger>, Failure> {
    let trigger = body.trigger()?;
    ctx.write(move |tx| triggers::set(tx, id, trigger)).await?;
    Ok(Json(trigger.into()))
}
