//! API keys (ours).

use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use identity::{
    Scope,
    keys::{self, KeyKind, NewKey as Wanted},
};
use kernel::{
    Error, PageRequest, Timestamp,
    ids::{KeyId, UserId},
    kinds,
};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::envelope::{Envelope, List, One};

/// A user by name.
#[derive(Serialize, ToSchema)]
pub struct NamedUser {
    pub(super) id: UserId,
    pub(super) name: String,
}

/// An API key, without its secret.
#[derive(Serialize, ToSchema)]
pub struct Key {
    id: KeyId,
    name: String,
    /// How the key begins, to tell keys apart.
    prefix: String,
    /// What it is: made by somebody, or given to a program that somebody let in.
    kind: KeyKind,
    /// What it may be used for; null for everything that its user may.
    scopes: Option<Vec<Scope>>,
    user: NamedUser,
    created_at: Timestamp,
    /// To within a minute.
    last_used_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl From<keys::Key> for Key {
    fn from(key: keys::Key) -> Self {
        Self {
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            kind: key.kind,
            scopes: key.scopes.named().map(<[Scope]>::to_vec),
            user: NamedUser { id: key.user_id, name: key.user_name },
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// An API key just made.
#[derive(Serialize, ToSchema)]
pub struct NewKey {
    #[serde(flatten)]
    about: Key,
    /// The key itself, shown this once.
    key: String,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKey {
    /// What it is for.
    name: String,
    /// When it ends by itself.
    expires_at: Option<Timestamp>,
}

/// Which keys.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListKeys {
    /// Everybody's, for admins of the workspace.
    all: Option<bool>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// The caller's keys in this workspace, newest first, the revoked ones too.
#[utoipa::path(get, path = "/v1/keys", tag = "Keys", params(ListKeys), responses((status = 200, body = List<Key>)))]
pub async fn list_keys(ctx: Ctx, Query(query): Query<ListKeys>) -> Result<Json<List<Key>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let all = query.all.unwrap_or(false);
    if all && !ctx.principal.role.is_admin() {
        return Err(Failure(Error::forbidden("Only an owner or admin of the workspace sees everybody's keys.")));
    }
    let (workspace, of) = (ctx.principal.workspace, (!all).then_some(ctx.principal.user));
    Ok(ctx.list(ctx.app.store().control_read(move |tx| keys::page(tx, workspace, of, request)).await?))
}

/// Makes a key that acts as the caller in this workspace.
#[utoipa::path(post, path = "/v1/keys", tag = "Keys", request_body = CreateKey, responses((status = 201, body = One<NewKey>)))]
pub async fn create_key(ctx: Ctx, Body(body): Body<CreateKey>) -> Result<(StatusCode, Json<One<NewKey>>), Failure> {
    let wanted = Wanted { expires_at: body.expires_at, ..Wanted::plain(&body.name) };
    let caller = ctx.principal.clone();
    let make = move |tx: &mut Tx<'_>| keys::create_own(tx, &caller, &wanted);
    let (about, key) = ctx.app.store().control_write(make).await?;
    keys::tell(ctx.app.store(), &ctx.principal, "key.created", &about).await?;
    Ok(ctx.created(NewKey { about: about.into(), key }))
}

/// Revokes a key of the caller, or anybody's for admins of the workspace. Nothing that carries it is let in any more.
#[utoipa::path(
    delete, path = "/v1/keys/{id}", tag = "Keys", params(("id" = KeyId, Path)), responses((status = 200, body = One<Key>))
)]
pub async fn revoke_key(ctx: Ctx, PathId(id): PathId<kinds::Key>) -> Result<Json<One<Key>>, Failure> {
    let of = (!ctx.principal.role.is_admin()).then_some(ctx.principal.user);
    let workspace = ctx.principal.workspace;
    let (key, ended) = ctx.app.store().control_write(move |tx| keys::revoke_of(tx, workspace, id, of)).await?;
    if ended {
        ctx.app.authenticator().forget();
        keys::tell(ctx.app.store(), &ctx.principal, "key.revoked", &key).await?;
    }
    Ok(ctx.one(key.into()))
}
