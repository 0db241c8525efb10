//! Users: the people of the workspace.

use api::{Ctx, Failure, PathId, Query};
use axum::Json;
use identity::{
    actors::{self, ActorType, Profile},
    workspaces,
};
use kernel::{
    Direction, Timestamp,
    ids::{ActorId, WorkspaceId},
    kinds,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    errors::Renames,
    wire::{Asked, List, Paging, UserTag, list},
};

/// What the domain's errors are called here.
pub const RENAMES: Renames =
    Renames { fields: &[], paths: &[], codes: &[("actor_not_found", "user_not_found")], conflict: "user_not_found" };

/// A person of the workspace.
#[derive(Serialize, ToSchema)]
pub struct User {
    id: ActorId,
    r#type: UserTag,
    created_at: Timestamp,
    updated_at: Timestamp,
    name: String,
    /// Known by name, but not able to sign in yet.
    is_pending: bool,
    /// No longer of the workspace.
    is_deactivated: bool,
}

impl From<Profile> for User {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id,
            r#type: UserTag,
            created_at: profile.created_at,
            updated_at: profile.updated_at,
            name: profile.name,
            is_pending: profile.user_id.is_none(),
            is_deactivated: profile.deactivated_at.is_some(),
        }
    }
}

/// The workspace of the key.
#[derive(Serialize, ToSchema)]
pub struct Organization {
    id: WorkspaceId,
    name: String,
    slug: String,
}

/// Whoever calls, and the workspace of the key.
#[derive(Serialize, ToSchema)]
pub struct CurrentUser {
    #[serde(flatten)]
    user: User,
    organization: Organization,
}

list!(ListUsersResponse of User);

/// The people of the workspace, newest first.
#[utoipa::path(
    get, path = "/api/v1/public/users", tag = "Users", operation_id = "listUsers", params(Paging),
    responses((status = 200, body = ListUsersResponse))
)]
pub async fn list_users(ctx: Ctx, asked: Asked, Query(paging): Query<Paging>) -> Result<Json<List<User>>, Failure> {
    let request = asked.page(&paging, Direction::Descending)?;
    Ok(Json(asked.answer(ctx.read(move |tx| actors::slice(tx, ActorType::Human, request)).await?)))
}

/// Whoever the key belongs to.
#[utoipa::path(
    get, path = "/api/v1/public/users/me", tag = "Users", operation_id = "getCurrentUser",
    responses((status = 200, body = CurrentUser))
)]
pub async fn get_current_user(ctx: Ctx) -> Result<Json<CurrentUser>, Failure> {
    let (actor, workspace) = (ctx.principal.actor.id, ctx.principal.workspace);
    let profile = ctx.peek(move |tx| actors::get(tx, actor)).await?;
    let workspace = ctx.app.store().control_read(move |tx| workspaces::get(tx, workspace)).await?;
    let organization = Organization { id: workspace.id, name: workspace.name, slug: workspace.slug };
    Ok(Json(CurrentUser { user: profile.into(), organization }))
}

/// One person.
#[utoipa::path(
    get, path = "/api/v1/public/users/{user_id}", tag = "Users", operation_id = "getUser", params(("user_id" = String, Path)),
    responses((status = 200, body = User))
)]
pub async fn get_user(ctx: Ctx, PathId(id): PathId<kinds::Actor>) -> Result<Json<User>, Failure> {
    Ok(Json(ctx.peek(move |tx| actors::get_of(tx, id, ActorType::Human)).await?.into()))
}
