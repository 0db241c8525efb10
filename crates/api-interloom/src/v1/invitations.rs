//! Invitations to the workspace (ours).

use api::{Body, Ctx, Failure, PathId, Query, Visitor};
use axum::{
    Json,
    http::{HeaderMap, StatusCode},
};
use identity::{
    accounts::{self, Acceptance},
    invitations::{self, MailState, NewInvitation},
    spaces, workspaces,
    workspaces::WorkspaceRole,
};
use kernel::{
    Timestamp,
    ids::{InvitationId, SpaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use talk::notices::{self, Notice};
use utoipa::ToSchema;

use super::{
    envelope::{Envelope, List, One, Paging},
    keys::NamedUser,
    session::{self, Session},
};

/// An invitation that waits for being accepted.
#[derive(Serialize, ToSchema)]
pub struct Invitation {
    id: InvitationId,
    email: String,
    role: WorkspaceRole,
    space_ids: Vec<SpaceId>,
    invited_by: NamedUser,
    created_at: Timestamp,
    expires_at: Timestamp,
    mail_state: MailState,
}

impl From<invitations::Invitation> for Invitation {
    fn from(invitation: invitations::Invitation) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email,
            role: invitation.role,
            space_ids: invitation.space_ids,
            invited_by: NamedUser { id: invitation.invited_by, name: invitation.invited_by_name },
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
            mail_state: invitation.mail_state,
        }
    }
}

/// An invitation just made.
#[derive(Serialize, ToSchema)]
pub struct NewInvited {
    #[serde(flatten)]
    invitation: Invitation,
    /// The address to open, shown this once. It is mailed, too.
    url: String,
}

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInvitation {
    email: String,
    role: WorkspaceRole,
    /// Spaces whose member the invited will be; the caller must be able to add members there.
    #[serde(default)]
    space_ids: Vec<SpaceId>,
}

/// The secret of an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    token: String,
}

/// What an invitation is to.
#[derive(Serialize, ToSchema)]
pub struct InvitedTo {
    name: String,
    slug: String,
}

/// An invitation as its addressee is shown it.
#[derive(Serialize, ToSchema)]
pub struct ShownInvitation {
    workspace: InvitedTo,
    email: String,
    role: WorkspaceRole,
    /// The inviter's name.
    invited_by: String,
    /// Whether a name and a new password are to be given.
    needs_account: bool,
}

/// How an invitation is accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    token: String,
    /// For a new account.
    name: Option<String>,
    /// A new one for a new account, else the account's own. Not needed by who is signed in with that account.
    password: Option<String>,
}

/// The invitations that can still be accepted, newest first: for admins of the workspace.
#[utoipa::path(
    get, path = "/v1/invitations", tag = "Members", params(Paging), responses((status = 200, body = List<Invitation>))
)]
pub async fn list_invitations(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<List<Invitation>>, Failure> {
    let request = paging.request()?;
    let (workspace, user) = (ctx.principal.workspace, ctx.principal.user);
    Ok(ctx.list(ctx.app.store().control_read(move |tx| invitations::list(tx, workspace, user, request)).await?))
}

/// Invites an address to the workspace, within a week: for its admins. An earlier invitation of the address is replaced.
#[utoipa::path(
    post, path = "/v1/invitations", tag = "Members", request_body = CreateInvitation,
    responses((status = 201, body = One<NewInvited>))
)]
pub async fn create_invitation(
    ctx: Ctx,
    Body(body): Body<CreateInvitation>,
) -> Result<(StatusCode, Json<One<NewInvited>>), Failure> {
    let (workspace, user) = (ctx.principal.workspace, ctx.principal.user);
    let wanted = body.space_ids.clone();
    ctx.read(move |tx| spaces::require_all(tx, &wanted)).await?;
    let new = NewInvitation { email: body.email, role: body.role, space_ids: body.space_ids };
    let (place, (invitation, token)) = ctx
        .app
        .store()
        .control_write(move |tx| Ok((workspaces::get(tx, workspace)?, invitations::create(tx, workspace, user, &new)?)))
        .await?;
    let (notice, url) = Notice::invitation(&ctx.app.settings().public_url, &place.name, &invitation, &token);
    let vault = ctx.app.vault().clone();
    let told = invitation.clone();
    ctx.write(move |tx| {
        notices::enqueue(tx, &vault, &notice)?;
        invitations::told(tx, "member.invited", &told)
    })
    .await?;
    Ok(ctx.created(NewInvited { invitation: invitation.into(), url }))
}

/// Withdraws an invitation: for admins of the workspace.
#[utoipa::path(
    delete, path = "/v1/invitations/{id}", tag = "Members", params(("id" = InvitationId, Path)),
    responses((status = 200, body = One<Invitation>))
)]
pub async fn withdraw_invitation(
    ctx: Ctx,
    PathId(id): PathId<kinds::Invitation>,
) -> Result<Json<One<Invitation>>, Failure> {
    let (workspace, user) = (ctx.principal.workspace, ctx.principal.user);
    let withdrawn = ctx.app.store().control_write(move |tx| invitations::withdraw(tx, workspace, user, id)).await?;
    let told = withdrawn.clone();
    ctx.write(move |tx| invitations::told(tx, "invitation.withdrawn", &told)).await?;
    Ok(ctx.one(withdrawn.into()))
}

/// Shows an invitation to who has its secret.
#[utoipa::path(
    post, path = "/v1/invitations/by-token", tag = "Members", security(()), request_body = InvitationToken,
    responses((status = 200, body = One<ShownInvitation>))
)]
pub async fn show_invitation(
    visitor: Visitor,
    Body(body): Body<InvitationToken>,
) -> Result<Json<One<ShownInvitation>>, Failure> {
    let invited = visitor.app.store().control_read(move |tx| accounts::invited(tx, &body.token)).await?;
    Ok(visitor.one(ShownInvitation {
        workspace: InvitedTo { name: invited.workspace.name, slug: invited.workspace.slug },
        email: invited.invitation.email,
        role: invited.invitation.role,
        invited_by: invited.invitation.invited_by_name,
        needs_account: invited.needs_account,
    }))
}

/// Accepts an invitation, which is used up, and signs in.
#[utoipa::path(
    post, path = "/v1/invitations/accept", tag = "Members", security(()), request_body = AcceptInvitation,
    responses((status = 201, body = One<Session>))
)]
pub async fn accept_invitation(
    visitor: Visitor,
    Body(body): Body<AcceptInvitation>,
) -> Result<(StatusCode, HeaderMap, Json<One<Session>>), Failure> {
    let acceptance = Acceptance { token: body.token, name: body.name, password: body.password };
    let caller = visitor.principal.as_ref().map(|principal| principal.user);
    let new = accounts::accept(visitor.app.store(), acceptance, caller, visitor.origin.clone()).await?;
    let (headers, session) = session::begun(&visitor.app, new).await?;
    Ok((StatusCode::CREATED, headers, visitor.one(session)))
}
