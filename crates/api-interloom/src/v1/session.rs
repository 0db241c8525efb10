//! Setting up, signing in and out, and one's own account (ours).

use api::{App, Body, Ctx, Failure, PathId, Visitor, cookies, patch};
use axum::{
    Json,
    http::{HeaderMap, StatusCode},
};
use identity::{
    Principal, Via,
    accounts::{self, Origin},
    sessions::{self, NewSession},
    setup::{self, First},
    users::User,
    workspaces::{self, Joined, Workspace, WorkspaceRole},
};
use kernel::{
    Actor, Error, Result, Timestamp,
    ids::{ActorId, SessionId, UserId, WorkspaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use store::events;
use talk::notices::{self, Notice};
use utoipa::ToSchema;

use super::envelope::{Envelope, One};

/// Whether the server has its first workspace.
#[derive(Serialize, ToSchema)]
pub struct Setup {
    /// True while there is no workspace.
    needed: bool,
}

/// The first workspace and its owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunSetup {
    /// The secret that the server printed at its start.
    token: String,
    workspace_name: String,
    owner_name: String,
    owner_email: String,
    /// 10 to 200 characters.
    password: String,
}

/// An address and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    email: String,
    password: String,
    /// The slug of the workspace to enter; the one that was used last when absent.
    workspace: Option<String>,
}

/// Who wants a sign-in link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestLink {
    email: String,
}

/// That a link is on its way, if there is somebody with the address.
#[derive(Serialize, ToSchema)]
pub struct LinkSent {
    sent: bool,
}

/// The secret of a sign-in link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemLink {
    token: String,
}

/// The workspace to go on in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchWorkspace {
    slug: String,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPassword {
    /// The password so far, if there is one.
    current: Option<String>,
    /// 10 to 200 characters, neither the address nor the name.
    new: String,
}

/// Changes to one's own account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    #[serde(default, deserialize_with = "patch::not_null")]
    name: Option<String>,
}

/// Somebody who is signed in.
#[derive(Serialize, ToSchema)]
pub struct SessionUser {
    id: UserId,
    name: String,
    email: String,
    /// Whether the user can sign in with a password.
    has_password: bool,
}

/// A workspace of the caller.
#[derive(Clone, Serialize, ToSchema)]
pub struct SessionWorkspace {
    id: WorkspaceId,
    slug: String,
    name: String,
    role: WorkspaceRole,
}

/// Who calls, where, and what pages need to know.
#[derive(Serialize, ToSchema)]
pub struct Session {
    user: SessionUser,
    /// The actor that the user is in this workspace.
    actor_id: ActorId,
    workspace: SessionWorkspace,
    /// All workspaces of the user, by name.
    workspaces: Vec<SessionWorkspace>,
    /// What calls that change something repeat in `X-CSRF-Token`; null with a key.
    csrf_token: Option<String>,
    /// When the session ends, unless it is used before; null with a key.
    expires_at: Option<Timestamp>,
    /// The number of the workspace's newest event. Whoever asks for something after this and follows `/v1/events` from here
    /// misses no change of it.
    last_seq: i64,
    /// Whether mail reaches people: there is a mail server.
    mail_configured: bool,
    /// The server's version.
    version: &'static str,
}

/// A session of the caller.
#[derive(Serialize, ToSchema)]
pub struct OwnSession {
    id: SessionId,
    /// Whether this call is made with it.
    current: bool,
    created_at: Timestamp,
    /// To within a minute.
    last_seen_at: Timestamp,
    user_agent: Option<String>,
}

/// That a session has ended.
#[derive(Serialize, ToSchema)]
pub struct SessionEnded {
    ended: bool,
}

impl From<Joined> for SessionWorkspace {
    fn from(joined: Joined) -> Self {
        let Workspace { id, slug, name, .. } = joined.workspace;
        Self { id, slug, name, role: joined.role }
    }
}

/// The session as pages are shown it.
async fn show(
    app: &App,
    user: UserId,
    workspace: WorkspaceId,
    secrets: Option<(String, Timestamp)>,
) -> Result<Session> {
    let account = app.store().control_read(move |tx| accounts::account(tx, user, workspace)).await?;
    let last_seq = app.store().peek(workspace, Actor::SYSTEM, events::last_seq).await?;
    let User { id, email, name, .. } = account.user;
    let (csrf_token, expires_at) = secrets.unzip();
    Ok(Session {
        user: SessionUser { id, name, email, has_password: account.has_password },
        actor_id: account.here.actor,
        workspace: account.here.into(),
        workspaces: account.workspaces.into_iter().map(Into::into).collect(),
        csrf_token,
        expires_at,
        last_seq,
        mail_configured: app.settings().outbox.is_none(),
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// The session of the caller as it goes on.
async fn show_own(app: &App, caller: &Principal) -> Result<Session> {
    let secrets = match &caller.via {
        Via::Session { csrf, expires_at, .. } => Some((csrf.clone(), *expires_at)),
        Via::Key(_) => None,
    };
    show(app, caller.user, caller.workspace, secrets).await
}

/// A session that has just begun, with its cookies.
pub(super) async fn begun(app: &App, new: NewSession) -> Result<(HeaderMap, Session)> {
    let mut headers = HeaderMap::new();
    cookies::set(app, &mut headers, &new);
    Ok((headers, show(app, new.user, new.workspace, Some((new.csrf, new.expires_at))).await?))
}

/// Whether the server waits for being set up.
#[utoipa::path(get, path = "/v1/setup", tag = "Session", security(()), responses((status = 200, body = One<Setup>)))]
pub async fn get_setup(visitor: Visitor) -> Result<Json<One<Setup>>, Failure> {
    let needed = !visitor.app.store().control_read(workspaces::any).await?;
    Ok(visitor.one(Setup { needed }))
}

/// Makes the first workspace with its owner, who is signed in then. The token is in the address that the server printed.
#[utoipa::path(
    post, path = "/v1/setup", tag = "Session", security(()), request_body = RunSetup,
    responses((status = 201, body = One<Session>))
)]
pub async fn run_setup(
    visitor: Visitor,
    Body(body): Body<RunSetup>,
) -> Result<(StatusCode, HeaderMap, Json<One<Session>>), Failure> {
    let RunSetup { token, workspace_name, owner_name, owner_email, password } = body;
    let first = First { token, workspace_name, owner_name, owner_email, password };
    let new = setup::run(visitor.app.store(), first, visitor.origin.user_agent.clone()).await?;
    let (headers, session) = begun(&visitor.app, new).await?;
    Ok((StatusCode::CREATED, headers, visitor.one(session)))
}

/// Signs in with a password. Five failures from one address for one account make it wait for a quarter of an hour.
#[utoipa::path(
    post, path = "/v1/session", tag = "Session", security(()), request_body = SignIn,
    responses((status = 200, body = One<Session>))
)]
pub async fn sign_in(visitor: Visitor, Body(body): Body<SignIn>) -> Result<(HeaderMap, Json<One<Session>>), Failure> {
    let SignIn { email, password, workspace } = body;
    let new = accounts::sign_in(visitor.app.store(), &email, &password, workspace, visitor.origin.clone()).await?;
    let (headers, session) = begun(&visitor.app, new).await?;
    Ok((headers, visitor.one(session)))
}

/// Who calls, where, and the token that calls which change something must repeat.
#[utoipa::path(get, path = "/v1/session", tag = "Session", responses((status = 200, body = One<Session>)))]
pub async fn get_session(ctx: Ctx) -> Result<Json<One<Session>>, Failure> {
    Ok(ctx.one(show_own(&ctx.app, &ctx.principal).await?))
}

/// Signs out: ends the session that this call is made with.
#[utoipa::path(delete, path = "/v1/session", tag = "Session", responses((status = 200, body = One<SessionEnded>)))]
pub async fn sign_out(ctx: Ctx) -> Result<(HeaderMap, Json<One<SessionEnded>>), Failure> {
    let (id, user) = (accounts::require_session(&ctx.principal)?, ctx.principal.user);
    ctx.app.store().control_write(move |tx| sessions::end(tx, user, id)).await?;
    ctx.app.authenticator().forget();
    let mut headers = HeaderMap::new();
    cookies::clear(&ctx.app, &mut headers);
    Ok((headers, ctx.one(SessionEnded { ended: true })))
}

/// Ends this session and begins one in another workspace of the caller.
#[utoipa::path(
    put, path = "/v1/session/workspace", tag = "Session", request_body = SwitchWorkspace,
    responses((status = 200, body = One<Session>))
)]
pub async fn switch_workspace(
    ctx: Ctx,
    visitor: Visitor,
    Body(body): Body<SwitchWorkspace>,
) -> Result<(HeaderMap, Json<One<Session>>), Failure> {
    let new = accounts::switch(ctx.app.store(), &ctx.principal, body.slug, visitor.origin).await?;
    ctx.app.authenticator().forget();
    let (headers, session) = begun(&ctx.app, new).await?;
    Ok((headers, ctx.one(session)))
}

/// Mails a link that signs in once, within an hour. It answers the same whether or not somebody has the address.
#[utoipa::path(
    post, path = "/v1/session/link", tag = "Session", security(()), request_body = RequestLink,
    responses((status = 200, body = One<LinkSent>))
)]
pub async fn request_link(visitor: Visitor, Body(body): Body<RequestLink>) -> Result<Json<One<LinkSent>>, Failure> {
    let made = accounts::request_link(visitor.app.store(), &body.email, &visitor.origin).await?;
    if let Some((user, workspace, token)) = made {
        // Not waited for: the answer must not tell by its time that there is such a user.
        tokio::spawn(mail_link(visitor.app.clone(), user, workspace, token));
    }
    if visitor.app.settings().outbox.is_some() {
        let text = "This server has no mail server: the link went to its outbox folder only. Ask whoever runs it.";
        return Err(Failure(Error::conflict("no_mail_server", text)));
    }
    Ok(visitor.one(LinkSent { sent: true }))
}

async fn mail_link(app: App, user: User, workspace: Workspace, token: String) {
    let text = format!(
        "Hello {},\n\nthis link signs you in to {}, once and within an hour:\n\n{}/sign-in/link#token={token}\n\n\
         If you did not ask for it, leave it.\n",
        user.name,
        workspace.name,
        app.settings().public_url
    );
    let notice = Notice::new(user.email, &format!("Sign in to {}", workspace.name), text);
    let vault = app.vault().clone();
    let queued = app.store().write(workspace.id, Actor::SYSTEM, move |tx| notices::enqueue(tx, &vault, &notice)).await;
    if let Err(error) = queued {
        tracing::error!(?error, "a sign-in link could not be mailed");
    }
}

/// Signs in with a mailed link, which is used up.
#[utoipa::path(
    post, path = "/v1/session/link/redeem", tag = "Session", security(()), request_body = RedeemLink,
    responses((status = 200, body = One<Session>))
)]
pub async fn redeem_link(
    visitor: Visitor,
    Body(body): Body<RedeemLink>,
) -> Result<(HeaderMap, Json<One<Session>>), Failure> {
    let new = accounts::redeem(visitor.app.store(), body.token, visitor.origin.clone()).await?;
    let (headers, session) = begun(&visitor.app, new).await?;
    Ok((headers, visitor.one(session)))
}

/// Sets the caller's password. The caller's other sessions end.
#[utoipa::path(
    put, path = "/v1/session/password", tag = "Session", request_body = SetPassword,
    responses((status = 200, body = One<Session>))
)]
pub async fn set_password(
    ctx: Ctx,
    visitor: Visitor,
    Body(body): Body<SetPassword>,
) -> Result<Json<One<Session>>, Failure> {
    let origin: Origin = visitor.origin;
    let store = ctx.app.store();
    accounts::change_password(store, &ctx.principal, body.current.as_deref(), &body.new, &origin).await?;
    ctx.app.authenticator().forget();
    Ok(ctx.one(show_own(&ctx.app, &ctx.principal).await?))
}

/// Changes the caller's name, in all workspaces.
#[utoipa::path(
    patch, path = "/v1/session/user", tag = "Session", request_body = UpdateUser,
    responses((status = 200, body = One<Session>))
)]
pub async fn update_user(ctx: Ctx, Body(body): Body<UpdateUser>) -> Result<Json<One<Session>>, Failure> {
    if let Some(name) = &body.name {
        accounts::rename(ctx.app.store(), &ctx.principal, name).await?;
    }
    Ok(ctx.one(show_own(&ctx.app, &ctx.principal).await?))
}

/// The caller's sessions, the last used first.
#[utoipa::path(get, path = "/v1/sessions", tag = "Session", responses((status = 200, body = One<Vec<OwnSession>>)))]
pub async fn list_sessions(ctx: Ctx) -> Result<Json<One<Vec<OwnSession>>>, Failure> {
    let (user, current) = (ctx.principal.user, ctx.principal.session());
    let found = ctx.app.store().control_read(move |tx| sessions::list(tx, user)).await?;
    let shown = found.into_iter().map(|session| OwnSession {
        id: session.id,
        current: current == Some(session.id),
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        user_agent: session.user_agent,
    });
    Ok(ctx.one(shown.collect()))
}

/// Ends one of the caller's sessions.
#[utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = "Session", params(("id" = SessionId, Path)),
    responses((status = 200, body = One<SessionEnded>))
)]
pub async fn end_session(ctx: Ctx, PathId(id): PathId<kinds::Session>) -> Result<Json<One<SessionEnded>>, Failure> {
    let user = ctx.principal.user;
    ctx.app.store().control_write(move |tx| sessions::end(tx, user, id)).await?;
    ctx.app.authenticator().forget();
    Ok(ctx.one(SessionEnded { ended: true }))
}
