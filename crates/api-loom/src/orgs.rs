//! Organizations and their members (Loom, Organizations). An organization is a workspace.

use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, extract::Path, http::StatusCode};
use identity::{
    invitations,
    members::{self, MemberFilter, MemberState},
    orgs::{self, Added},
    workspaces::{self, WorkspaceRole},
};
use kernel::{
    Timestamp,
    ids::{InvitationId, UserId, WorkspaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use store::Tx;
use talk::notices::{self, Notice};
use utoipa::ToSchema;

use crate::paging::Paging;

/// An organization as the caller sees it.
#[derive(Serialize, ToSchema)]
pub struct Org {
    id: WorkspaceId,
    name: String,
    /// Its name in addresses.
    slug: String,
    /// Whether it is the caller's own, made by signing up.
    is_personal: bool,
    /// What the caller may do there.
    role: WorkspaceRole,
    member_count: i64,
    created_at: Timestamp,
}

impl From<orgs::Org> for Org {
    fn from(org: orgs::Org) -> Self {
        let orgs::Org { id, slug, name, is_personal, role, members, created_at } = org;
        Self { id, name, slug, is_personal, role, member_count: members, created_at }
    }
}

/// Part of the list of organizations.
#[derive(Serialize, ToSchema)]
pub struct Orgs {
    orgs: Vec<Org>,
    total: i64,
    limit: i64,
    offset: i64,
}

/// An organization to make, or its new name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameOrg {
    name: String,
}

/// Whether somebody is in the organization already.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A member.
    Active,
    /// Invited, and not come yet.
    Invited,
}

/// A member of an organization, or somebody invited.
#[derive(Serialize, ToSchema)]
pub struct OrgMember {
    /// Null for who is invited and has no account yet.
    user_id: Option<UserId>,
    display_name: Option<String>,
    email: String,
    role: WorkspaceRole,
    status: Standing,
    /// When the member came, or was invited.
    joined_at: Timestamp,
    /// The invitation of who has not come yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation_id: Option<InvitationId>,
    /// The address that accepts the invitation, shown this once. It is mailed, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl From<members::Member> for OrgMember {
    fn from(member: members::Member) -> Self {
        Self {
            user_id: Some(member.user_id),
            display_name: Some(member.name),
            email: member.email,
            role: member.role,
            status: Standing::Active,
            joined_at: member.joined_at,
            invitation_id: None,
            url: None,
        }
    }
}

/// Part of the list of members.
#[derive(Serialize, ToSchema)]
pub struct OrgMembers {
    members: Vec<OrgMember>,
    total: i64,
    limit: i64,
    offset: i64,
}

/// Whom to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddOrgMember {
    email: String,
    /// `member` when absent.
    role: Option<WorkspaceRole>,
}

/// The organizations that let the caller in, the oldest first.
#[utoipa::path(get, path = "/api/orgs", tag = "Organizations", params(Paging), responses((status = 200, body = Orgs)))]
pub async fn list_orgs(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<Orgs>, Failure> {
    let (limit, offset) = paging.checked()?;
    let user = ctx.principal.user;
    let (found, total) = ctx.app.store().control_read(move |tx| orgs::list(tx, user, limit, offset)).await?;
    Ok(Json(Orgs { orgs: found.into_iter().map(Into::into).collect(), total, limit, offset }))
}

/// Makes an organization that the caller owns. Its name in addresses is made from the name.
#[utoipa::path(
    post, path = "/api/orgs", tag = "Organizations", request_body = NameOrg, responses((status = 201, body = Org))
)]
pub async fn create_org(ctx: Ctx, Body(body): Body<NameOrg>) -> Result<(StatusCode, Json<Org>), Failure> {
    let made = orgs::create(ctx.app.store(), ctx.principal.user, &body.name).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// One organization.
#[utoipa::path(
    get, path = "/api/orgs/{id}", tag = "Organizations", params(("id" = WorkspaceId, Path)),
    responses((status = 200, body = Org))
)]
pub async fn get_org(ctx: Ctx, PathId(id): PathId<kinds::Workspace>) -> Result<Json<Org>, Failure> {
    let user = ctx.principal.user;
    Ok(Json(ctx.app.store().control_read(move |tx| orgs::get(tx, user, id)).await?.into()))
}

/// Gives an organization another name: for its owners and admins.
#[utoipa::path(
    patch, path = "/api/orgs/{id}", tag = "Organizations", params(("id" = WorkspaceId, Path)), request_body = NameOrg,
    responses((status = 200, body = Org))
)]
pub async fn update_org(
    ctx: Ctx,
    PathId(id): PathId<kinds::Workspace>,
    Body(body): Body<NameOrg>,
) -> Result<Json<Org>, Failure> {
    let store = ctx.app.store();
    let inside = orgs::entered(store, &ctx.principal, id).await?;
    workspaces::update(store, &inside, &body.name).await?;
    let user = ctx.principal.user;
    Ok(Json(store.control_read(move |tx| orgs::get(tx, user, id)).await?.into()))
}

/// Removes an organization with all that is in it, for good: for its owner, when nobody else is in it and it is not the
/// owner's last one.
#[utoipa::path(
    delete, path = "/api/orgs/{id}", tag = "Organizations", params(("id" = WorkspaceId, Path)),
    responses((status = 204, description = "Removed."))
)]
pub async fn delete_org(ctx: Ctx, PathId(id): PathId<kinds::Workspace>) -> Result<StatusCode, Failure> {
    let inside = orgs::entered(ctx.app.store(), &ctx.principal, id).await?;
    let erased = orgs::erase(ctx.app.store(), &inside).await;
    // Also when its files could not be removed yet: nobody gets in any more.
    ctx.app.authenticator().forget();
    erased?;
    Ok(StatusCode::NO_CONTENT)
}

/// The members of an organization, the oldest first.
#[utoipa::path(
    get, path = "/api/orgs/{id}/members", tag = "Organizations", params(("id" = WorkspaceId, Path), Paging),
    responses((status = 200, body = OrgMembers))
)]
pub async fn list_org_members(
    ctx: Ctx,
    PathId(id): PathId<kinds::Workspace>,
    Query(paging): Query<Paging>,
) -> Result<Json<OrgMembers>, Failure> {
    let (limit, offset) = paging.checked()?;
    orgs::entered(ctx.app.store(), &ctx.principal, id).await?;
    let filter = MemberFilter { state: Some(MemberState::Active), ..MemberFilter::default() };
    let find = move |tx: &mut Tx<'_>| members::slice(tx, id, &filter, limit, offset);
    let (found, total) = ctx.app.store().control_read(find).await?;
    Ok(Json(OrgMembers { members: found.into_iter().map(Into::into).collect(), total, limit, offset }))
}

/// Adds a person by address: for owners and admins. Who has an account here is a member at once, anybody else is invited.
#[utoipa::path(
    post, path = "/api/orgs/{id}/members", tag = "Organizations", params(("id" = WorkspaceId, Path)),
    request_body = AddOrgMember, responses((status = 201, body = OrgMember))
)]
pub async fn add_org_member(
    ctx: Ctx,
    PathId(id): PathId<kinds::Workspace>,
    Body(body): Body<AddOrgMember>,
) -> Result<(StatusCode, Json<OrgMember>), Failure> {
    let store = ctx.app.store();
    let inside = orgs::entered(store, &ctx.principal, id).await?;
    let role = body.role.unwrap_or(WorkspaceRole::Member);
    let added = match orgs::add_member(store, &inside, &body.email, role).await? {
        Added::Member(member) => member.into(),
        Added::Invited(invitation, token) => {
            let place = store.control_read(move |tx| workspaces::get(tx, id)).await?;
            let public_url = &ctx.app.settings().public_url;
            let (notice, url) = Notice::invitation(public_url, &place.name, &invitation, &token);
            let (vault, told) = (ctx.app.vault().clone(), invitation.clone());
            store
                .write(id, inside.actor, move |tx| {
                    notices::enqueue(tx, &vault, &notice)?;
                    invitations::told(tx, "member.invited", &told)
                })
                .await?;
            OrgMember {
                user_id: None,
                display_name: None,
                email: invitation.email,
                role: invitation.role,
                status: Standing::Invited,
                joined_at: invitation.created_at,
                invitation_id: Some(invitation.id),
                url: Some(url),
            }
        }
    };
    Ok((StatusCode::CREATED, Json(added)))
}

/// Removes a member: for owners and admins, and not oneself. The member's keys and sessions there end; what the member has
/// done stays. An organization keeps an owner.
#[utoipa::path(
    delete, path = "/api/orgs/{id}/members/{user_id}", tag = "Organizations",
    params(("id" = WorkspaceId, Path), ("user_id" = UserId, Path)),
    responses((status = 204, description = "Removed."))
)]
pub async fn remove_org_member(ctx: Ctx, Path((id, user)): Path<(String, String)>) -> Result<StatusCode, Failure> {
    let (id, user) = (api::parse_id::<kinds::Workspace>(&id)?, api::parse_id::<kinds::User>(&user)?);
    let inside = orgs::entered(ctx.app.store(), &ctx.principal, id).await?;
    members::deactivate(ctx.app.store(), &inside, user).await?;
    ctx.app.authenticator().forget();
    Ok(StatusCode::NO_CONTENT)
}
