//! Actors.

use api::{Body, Ctx, Failure, PathId, Query, patch};
use axum::{Json, http::StatusCode};
use identity::actors::{self, ActorPatch, ActorType, NewActor, Profile};
use kernel::{Timestamp, ids::ActorId, kinds};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::envelope::{Envelope, List, One, Paging};

/// A person or an AI agent of the workspace.
#[derive(Serialize, ToSchema)]
pub struct Actor {
    id: ActorId,
    #[serde(rename = "type")]
    actor_type: ActorType,
    name: String,
    /// A person's address.
    email: Option<String>,
    /// The model an agent thinks with; `rules` is the built-in planner, null the server's default.
    model_id: Option<String>,
    system_prompt: Option<String>,
    capabilities: Vec<String>,
    /// Actions that this agent may only propose; `*` for all.
    review: Vec<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Profile> for Actor {
    fn from(actor: Profile) -> Self {
        Self {
            id: actor.id,
            actor_type: actor.actor_type,
            name: actor.name,
            email: actor.email,
            model_id: actor.model_id,
            system_prompt: actor.system_prompt,
            capabilities: actor.capabilities,
            review: actor.review,
            created_at: actor.created_at,
            updated_at: actor.updated_at,
        }
    }
}

/// An actor to make. The agent's fields are for type ai only, `email` for type human only.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateActor {
    #[serde(rename = "type")]
    actor_type: ActorType,
    name: String,
    email: Option<String>,
    /// The model an agent thinks with; the server's default when absent.
    model_id: Option<String>,
    system_prompt: Option<String>,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    review: Vec<String>,
}

/// Changes to an actor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateActor {
    #[serde(default, deserialize_with = "patch::not_null")]
    name: Option<String>,
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "patch::not_null")]
    model_id: Option<String>,
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<String>)]
    system_prompt: Option<Option<String>>,
    #[serde(default, deserialize_with = "patch::not_null")]
    capabilities: Option<Vec<String>>,
    #[serde(default, deserialize_with = "patch::not_null")]
    review: Option<Vec<String>>,
}

/// The workspace's actors, people and agents together, oldest first.
#[utoipa::path(get, path = "/v1/actors", tag = "Actors", params(Paging), responses((status = 200, body = List<Actor>)))]
pub async fn list_actors(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<List<Actor>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| actors::list(tx, request)).await?))
}

/// Makes an actor: for owners and admins of the workspace.
#[utoipa::path(post, path = "/v1/actors", tag = "Actors", request_body = CreateActor, responses((status = 201, body = One<Actor>)))]
pub async fn create_actor(ctx: Ctx, Body(body): Body<CreateActor>) -> Result<(StatusCode, Json<One<Actor>>), Failure> {
    let new = NewActor {
        actor_type: body.actor_type,
        name: body.name,
        email: body.email,
        model_id: body.model_id,
        system_prompt: body.system_prompt,
        reasoning_effort: None,
        capabilities: body.capabilities,
        review: body.review,
    };
    Ok(ctx.created(ctx.write(move |tx| actors::create(tx, &new)).await?.into()))
}

/// One actor.
#[utoipa::path(get, path = "/v1/actors/{id}", tag = "Actors", params(("id" = ActorId, Path)), responses((status = 200, body = One<Actor>)))]
pub async fn get_actor(ctx: Ctx, PathId(id): PathId<kinds::Actor>) -> Result<Json<One<Actor>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| actors::get(tx, id)).await?.into()))
}

/// Changes an actor: for owners and admins of the workspace; people may change their own name.
#[utoipa::path(
    patch, path = "/v1/actors/{id}", tag = "Actors", params(("id" = ActorId, Path)), request_body = UpdateActor,
    responses((status = 200, body = One<Actor>))
)]
pub async fn update_actor(
    ctx: Ctx,
    PathId(id): PathId<kinds::Actor>,
    Body(body): Body<UpdateActor>,
) -> Result<Json<One<Actor>>, Failure> {
    let patch = ActorPatch {
        name: body.name,
        email: body.email,
        model_id: body.model_id.map(Some),
        system_prompt: body.system_prompt,
        reasoning_effort: None,
        capabilities: body.capabilities,
        review: body.review,
    };
    Ok(ctx.one(ctx.write(move |tx| actors::update(tx, id, &patch)).await?.into()))
}
