//! The people of the workspace (ours). Members of a space are in the section of spaces.

use api::{Body, Ctx, Failure, PathId, Query};
use axum::Json;
use identity::{
    members::{self, MemberFilter, MemberState},
    workspaces::WorkspaceRole,
};
use kernel::{
    PageRequest, Timestamp,
    ids::{ActorId, UserId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::envelope::{Envelope, List, One};

/// A member of the workspace.
#[derive(Serialize, ToSchema)]
pub struct WorkspaceMember {
    user_id: UserId,
    /// The actor that the user is here.
    actor_id: ActorId,
    name: String,
    email: String,
    role: WorkspaceRole,
    state: MemberState,
    joined_at: Timestamp,
    /// To within a minute.
    last_seen_at: Option<Timestamp>,
}

impl From<members::Member> for WorkspaceMember {
    fn from(member: members::Member) -> Self {
        Self {
            user_id: member.user_id,
            actor_id: member.actor_id,
            name: member.name,
            email: member.email,
            role: member.role,
            state: member.state,
            joined_at: member.joined_at,
            last_seen_at: member.last_seen_at,
        }
    }
}

/// Which members.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMembers {
    /// A part of the name or the address.
    q: Option<String>,
    state: Option<MemberState>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// A role to give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMember {
    role: WorkspaceRole,
}

/// The members of the workspace, the oldest first.
#[utoipa::path(
    get, path = "/v1/members", tag = "Members", params(ListMembers), responses((status = 200, body = List<WorkspaceMember>))
)]
pub async fn list_members(ctx: Ctx, Query(query): Query<ListMembers>) -> Result<Json<List<WorkspaceMember>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let filter = MemberFilter { q: query.q, state: query.state };
    let workspace = ctx.principal.workspace;
    Ok(ctx.list(ctx.app.store().control_read(move |tx| members::list(tx, workspace, &filter, request)).await?))
}

/// Gives a member another role: for admins, and for owners where an owner is made or unmade.
#[utoipa::path(
    patch, path = "/v1/members/{user_id}", tag = "Members", params(("user_id" = UserId, Path)), request_body = UpdateMember,
    responses((status = 200, body = One<WorkspaceMember>))
)]
pub async fn update_member(
    ctx: Ctx,
    PathId(user): PathId<kinds::User>,
    Body(body): Body<UpdateMember>,
) -> Result<Json<One<WorkspaceMember>>, Failure> {
    let changed = members::set_role(ctx.app.store(), &ctx.principal, user, body.role).await;
    ctx.app.authenticator().forget();
    Ok(ctx.one(changed?.into()))
}

/// Takes a member out: keys and sessions in this workspace end at once, and no more work can be given. What the member has
/// done stays.
#[utoipa::path(
    delete, path = "/v1/members/{user_id}", tag = "Members", params(("user_id" = UserId, Path)),
    responses((status = 200, body = One<WorkspaceMember>))
)]
pub async fn deactivate_member(
    ctx: Ctx,
    PathId(user): PathId<kinds::User>,
) -> Result<Json<One<WorkspaceMember>>, Failure> {
    let changed = members::deactivate(ctx.app.store(), &ctx.principal, user).await;
    ctx.app.authenticator().forget();
    Ok(ctx.one(changed?.into()))
}

/// Lets a member in again, with the role it had. Its keys stay revoked.
#[utoipa::path(
    post, path = "/v1/members/{user_id}/reactivate", tag = "Members", params(("user_id" = UserId, Path)),
    responses((status = 200, body = One<WorkspaceMember>))
)]
pub async fn reactivate_member(
    ctx: Ctx,
    PathId(user): PathId<kinds::User>,
) -> Result<Json<One<WorkspaceMember>>, Failure> {
    Ok(ctx.one(members::reactivate(ctx.app.store(), &ctx.principal, user).await?.into()))
}
