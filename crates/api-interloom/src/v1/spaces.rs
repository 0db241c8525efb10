//! Spaces.

use api::{Body, Ctx, Failure, PathId, Query, parse_id, patch};
use axum::{Json, extract::Path, http::StatusCode};
use identity::{
    Role,
    actors::ActorType,
    spaces::{self, NewSpace, SpaceKind, SpacePatch},
};
use kernel::{
    Timestamp,
    ids::{ActorId, SpaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::envelope::{Envelope, List, One, Paging};

/// A space.
#[derive(Serialize, ToSchema)]
pub struct Space {
    id: SpaceId,
    name: String,
    description: Option<String>,
    kind: SpaceKind,
    /// Actions that agents may only propose here; `*` for all.
    review: Vec<String>,
    created_by: ActorId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<spaces::Space> for Space {
    fn from(space: spaces::Space) -> Self {
        Self {
            id: space.id,
            name: space.name,
            description: space.description,
            kind: space.kind,
            review: space.review,
            created_by: space.created_by,
            created_at: space.created_at,
            updated_at: space.updated_at,
        }
    }
}

/// A membership of a space.
#[derive(Serialize, ToSchema)]
pub struct Member {
    actor_id: ActorId,
    name: String,
    actor_type: ActorType,
    role: Role,
    added_at: Timestamp,
}

impl From<spaces::Member> for Member {
    fn from(member: spaces::Member) -> Self {
        Self {
            actor_id: member.actor_id,
            name: member.name,
            actor_type: member.actor_type,
            role: member.role,
            added_at: member.added_at,
        }
    }
}

/// A space to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSpace {
    name: String,
    description: Option<String>,
    /// Actions that agents may only propose here; `*` for all.
    #[serde(default)]
    review: Vec<String>,
}

/// Changes to a space.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateSpace {
    #[serde(default, deserialize_with = "patch::not_null")]
    name: Option<String>,
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "patch::not_null")]
    review: Option<Vec<String>>,
}

/// An actor to put into a space.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    actor_id: ActorId,
    role: Role,
}

/// The spaces that the caller is a member of, oldest first.
#[utoipa::path(get, path = "/v1/spaces", tag = "Spaces", params(Paging), responses((status = 200, body = List<Space>)))]
pub async fn list_spaces(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<List<Space>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| spaces::list(tx, request)).await?))
}

/// Makes a space; the caller becomes its owner.
#[utoipa::path(post, path = "/v1/spaces", tag = "Spaces", request_body = CreateSpace, responses((status = 201, body = One<Space>)))]
pub async fn create_space(ctx: Ctx, Body(body): Body<CreateSpace>) -> Result<(StatusCode, Json<One<Space>>), Failure> {
    let new = NewSpace { name: body.name, description: body.description, review: body.review };
    Ok(ctx.created(ctx.write(move |tx| spaces::create(tx, &new)).await?.into()))
}

/// One space.
#[utoipa::path(get, path = "/v1/spaces/{id}", tag = "Spaces", params(("id" = SpaceId, Path)), responses((status = 200, body = One<Space>)))]
pub async fn get_space(ctx: Ctx, PathId(id): PathId<kinds::Space>) -> Result<Json<One<Space>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| spaces::get(tx, id)).await?.into()))
}

/// Changes a space's own attributes: for its admins and owners.
#[utoipa::path(
    patch, path = "/v1/spaces/{id}", tag = "Spaces", params(("id" = SpaceId, Path)), request_body = UpdateSpace,
    responses((status = 200, body = One<Space>))
)]
pub async fn update_space(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Body(body): Body<UpdateSpace>,
) -> Result<Json<One<Space>>, Failure> {
    let patch = SpacePatch { name: body.name, description: body.description, review: body.review };
    Ok(ctx.one(ctx.write(move |tx| spaces::update(tx, id, &patch)).await?.into()))
}

/// The members of a space, in the order they came.
#[utoipa::path(
    get, path = "/v1/spaces/{id}/members", tag = "Spaces", params(("id" = SpaceId, Path), Paging),
    responses((status = 200, body = List<Member>))
)]
pub async fn list_space_members(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Member>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| spaces::members(tx, id, request)).await?))
}

/// Puts an actor into a space: for its admins and owners. The role of one who is in it already changes.
#[utoipa::path(
    post, path = "/v1/spaces/{id}/members", tag = "Spaces", params(("id" = SpaceId, Path)), request_body = AddMember,
    responses((status = 201, body = One<Member>))
)]
pub async fn add_space_member(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Body(body): Body<AddMember>,
) -> Result<(StatusCode, Json<One<Member>>), Failure> {
    Ok(ctx.created(ctx.write(move |tx| spaces::add_member(tx, id, body.actor_id, body.role)).await?.into()))
}

/// Takes an actor out of a space: for its admins and owners. What was assigned to the actor stays so.
#[utoipa::path(
    delete, path = "/v1/spaces/{id}/members/{actor_id}", tag = "Spaces",
    params(("id" = SpaceId, Path), ("actor_id" = ActorId, Path)),
    responses((status = 200, body = One<Member>))
)]
pub async fn remove_space_member(
    ctx: Ctx,
    Path((space, actor)): Path<(String, String)>,
) -> Result<Json<One<Member>>, Failure> {
    let space: SpaceId = parse_id::<kinds::Space>(&space)?;
    let actor: ActorId = parse_id::<kinds::Actor>(&actor)?;
    Ok(ctx.one(ctx.write(move |tx| spaces::remove_member(tx, space, actor)).await?.into()))
}
