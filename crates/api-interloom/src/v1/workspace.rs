//! The workspace as a whole (ours).

use std::collections::HashMap;

use api::{Body, Ctx, Failure, patch};
use axum::Json;
use identity::{Role, members, workspaces};
use kernel::{
    Error, Result, Timestamp,
    ids::{SpaceId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use store::params;
use talk::outbox::{self, Kept};
use utoipa::ToSchema;

use super::envelope::{Envelope, One};

/// The workspace.
#[derive(Serialize, ToSchema)]
pub struct Workspace {
    id: WorkspaceId,
    slug: String,
    name: String,
    created_at: Timestamp,
    /// How many people are let in.
    members: i64,
    /// How many spaces there are, the private ones included.
    spaces: i64,
    /// How many cases there are in all spaces.
    cases: i64,
}

/// Changes to the workspace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWorkspace {
    #[serde(default, deserialize_with = "patch::not_null")]
    name: Option<String>,
}

/// A mail in the outbox folder.
#[derive(Serialize, ToSchema)]
pub struct OutboxMail {
    at: Timestamp,
    to: Vec<String>,
    subject: String,
    text: String,
}

async fn show(ctx: &Ctx) -> Result<Workspace> {
    let id = ctx.principal.workspace;
    let (workspace, members) =
        ctx.app.store().control_read(move |tx| Ok((workspaces::get(tx, id)?, members::count(tx, id)?))).await?;
    let (spaces, cases) = ctx
        .read(|tx| {
            let spaces = tx.query_one("SELECT COUNT(*) FROM spaces", &[], |row| row.get(0))?;
            let sql = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM case_tallies";
            Ok((spaces, tx.query_one(sql, &[], |row| row.get(0))?))
        })
        .await?;
    let workspaces::Workspace { id, slug, name, created_at } = workspace;
    Ok(Workspace { id, slug, name, created_at, members, spaces, cases })
}

/// The caller's workspace.
#[utoipa::path(get, path = "/v1/workspace", tag = "Workspace", responses((status = 200, body = One<Workspace>)))]
pub async fn get_workspace(ctx: Ctx) -> Result<Json<One<Workspace>>, Failure> {
    Ok(ctx.one(show(&ctx).await?))
}

/// Changes the workspace: for its admins.
#[utoipa::path(
    patch, path = "/v1/workspace", tag = "Workspace", request_body = UpdateWorkspace,
    responses((status = 200, body = One<Workspace>))
)]
pub async fn update_workspace(ctx: Ctx, Body(body): Body<UpdateWorkspace>) -> Result<Json<One<Workspace>>, Failure> {
    match &body.name {
        Some(name) => drop(workspaces::update(ctx.app.store(), &ctx.principal, name).await?),
        None => {
            let (id, user) = (ctx.principal.workspace, ctx.principal.user);
            ctx.app.store().control_read(move |tx| members::require_admin(tx, id, user)).await?;
        }
    }
    Ok(ctx.one(show(&ctx).await?))
}

/// Mails that are shown.
const SHOWN: usize = 50;

/// Whether a mail holds a link that signs its addressee in.
fn signs_in(text: &str) -> bool {
    ["/sign-in/link#", "/auth/magic-link/verify?"].iter().any(|path| text.contains(path))
}

/// The newest mails of the outbox folder, which is where mail goes while there is no mail server: for admins of the
/// workspace. E-mails of spaces are shown to members of the space; a sign-in link to nobody but the one it is for.
#[utoipa::path(get, path = "/v1/outbox", tag = "Workspace", responses((status = 200, body = One<Vec<OutboxMail>>)))]
pub async fn list_outbox(ctx: Ctx) -> Result<Json<One<Vec<OutboxMail>>>, Failure> {
    let (id, user) = (ctx.principal.workspace, ctx.principal.user);
    let own = ctx
        .app
        .store()
        .control_read(move |tx| {
            members::require_admin(tx, id, user)?;
            identity::users::get(tx, user)
        })
        .await?;
    let Some(folder) = ctx.app.settings().outbox.clone() else { return Ok(ctx.one(Vec::new())) };
    let actor = ctx.principal.actor.id;
    let roles: HashMap<SpaceId, Role> = ctx
        .read(move |tx| {
            let sql = "SELECT space_id, role FROM members WHERE actor_id = $1";
            tx.query(sql, params![actor], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .await?
        .into_iter()
        .collect();
    let seen = move |mail: &Kept| match mail.space {
        Some(space) => roles.contains_key(&space),
        None => !signs_in(&mail.text) || mail.to.contains(&own.email),
    };
    let found = tokio::task::spawn_blocking(move || outbox::newest(&folder, id, SHOWN, seen))
        .await
        .map_err(Error::internal)??;
    let shown = found.into_iter().map(|Kept { at, to, subject, text, .. }| OutboxMail { at, to, subject, text });
    Ok(ctx.one(shown.collect()))
}
