//! API keys with scopes (ours: Loom names them and not the way to make them).

use std::time::Duration;

use api::{Body, Ctx, Failure, OptionalBody, PathId, Query};
use axum::{Json, http::StatusCode};
use identity::{
    Scope, Scopes,
    keys::{self, KeyKind, NewKey},
};
use kernel::{Timestamp, ids::KeyId, kinds};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::paging::Paging;

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
pub struct ApiKey {
    id: KeyId,
    name: String,
    /// How it begins, to tell keys apart.
    prefix: String,
    /// What it is: made by somebody, or given to a program that somebody let in.
    kind: KeyKind,
    /// What it may be used for; null for everything that its user may.
    scopes: Option<Vec<Scope>>,
    created_at: Timestamp,
    /// To within a minute.
    last_used_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl From<keys::Key> for ApiKey {
    fn from(key: keys::Key) -> Self {
        Self {
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            kind: key.kind,
            scopes: key.scopes.named().map(<[Scope]>::to_vec),
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub struct NewApiKey {
    #[serde(flatten)]
    about: ApiKey,
    /// The key itself, shown this once.
    key: String,
}

/// Part of the list of keys.
#[derive(Serialize, ToSchema)]
pub struct ApiKeys {
    keys: Vec<ApiKey>,
    total: i64,
    limit: i64,
    offset: i64,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// What it is for.
    name: String,
    /// What it may be used for; everything that its user may, when absent.
    scopes: Option<Vec<Scope>>,
    /// When it ends by itself.
    expires_at: Option<Timestamp>,
}

/// How a key is replaced.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateApiKey {
    /// For how many seconds the old key goes on.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 86400, default = 0)]
    grace_seconds: u32,
}

/// The caller's keys in this workspace, newest first, the revoked ones and access tokens too.
#[utoipa::path(get, path = "/api/keys", tag = "Keys", params(Paging), responses((status = 200, body = ApiKeys)))]
pub async fn list_api_keys(ctx: Ctx, Query(paging): Query<Paging>) -> Result<Json<ApiKeys>, Failure> {
    let (limit, offset) = paging.checked()?;
    let (workspace, of) = (ctx.principal.workspace, Some(ctx.principal.user));
    let find = move |tx: &mut Tx<'_>| keys::slice(tx, workspace, of, limit, offset);
    let (found, total) = ctx.app.store().control_read(find).await?;
    Ok(Json(ApiKeys { keys: found.into_iter().map(Into::into).collect(), total, limit, offset }))
}

/// Makes a key that acts as the caller in this workspace. A key with scopes makes keys with no more than its own.
#[utoipa::path(
    post, path = "/api/keys", tag = "Keys", request_body = CreateApiKey, responses((status = 201, body = NewApiKey))
)]
pub async fn create_api_key(
    ctx: Ctx,
    Body(body): Body<CreateApiKey>,
) -> Result<(StatusCode, Json<NewApiKey>), Failure> {
    let scopes = body.scopes.map_or(Ok(Scopes::ALL), Scopes::of)?;
    let new = NewKey { name: body.name, prefix: keys::LOOM, kind: KeyKind::Key, scopes, expires_at: body.expires_at };
    let caller = ctx.principal.clone();
    let make = move |tx: &mut Tx<'_>| keys::create_own(tx, &caller, &new);
    let (about, key) = ctx.app.store().control_write(make).await?;
    keys::tell(ctx.app.store(), &ctx.principal, "key.created", &about).await?;
    Ok((StatusCode::CREATED, Json(NewApiKey { about: about.into(), key })))
}

/// Revokes a key or an access token of the caller. Nothing that carries it is let in any more.
#[utoipa::path(
    delete, path = "/api/keys/{id}", tag = "Keys", params(("id" = KeyId, Path)),
    responses((status = 204, description = "Revoked."))
)]
pub async fn revoke_api_key(ctx: Ctx, PathId(id): PathId<kinds::Key>) -> Result<StatusCode, Failure> {
    let (workspace, of) = (ctx.principal.workspace, Some(ctx.principal.user));
    let (key, ended) = ctx.app.store().control_write(move |tx| keys::revoke_of(tx, workspace, id, of)).await?;
    if ended {
        ctx.app.authenticator().forget();
        keys::tell(ctx.app.store(), &ctx.principal, "key.revoked", &key).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Replaces a key of the caller by a new one with the same name, scopes and end. The old one ends at once, or after the time
/// of grace.
#[utoipa::path(
    post, path = "/api/keys/{id}/rotate", tag = "Keys", params(("id" = KeyId, Path)), request_body = Option<RotateApiKey>,
    responses((status = 201, body = NewApiKey))
)]
pub async fn rotate_api_key(
    ctx: Ctx,
    PathId(id): PathId<kinds::Key>,
    OptionalBody(body): OptionalBody<RotateApiKey>,
) -> Result<(StatusCode, Json<NewApiKey>), Failure> {
    let (caller, grace) = (ctx.principal.clone(), Duration::from_secs(body.grace_seconds.into()));
    let rotate = move |tx: &mut Tx<'_>| keys::rotate(tx, &caller, id, grace);
    let (about, key) = ctx.app.store().control_write(rotate).await?;
    ctx.app.authenticator().forget();
    keys::tell(ctx.app.store(), &ctx.principal, "key.rotated", &about).await?;
    Ok((StatusCode::CREATED, Json(NewApiKey { about: about.into(), key })))
}
