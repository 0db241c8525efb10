//! Secrets, by name only.

use agents::secrets;
use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use kernel::{Direction, ids::SecretId, kinds};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    errors::Renames,
    wire::{Asked, List, Paging, SecretTag, created, list},
};

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames { fields: &[], paths: &[], codes: &[], conflict: "secret_already_exists" };

/// A secret; its value never comes back.
#[derive(Serialize, ToSchema)]
pub struct Secret {
    id: SecretId,
    r#type: SecretTag,
    /// The name that scripts know it by.
    name: String,
}

impl From<secrets::Secret> for Secret {
    fn from(secret: secrets::Secret) -> Self {
        Self { id: secret.id, r#type: SecretTag, name: secret.name }
    }
}

list!(ListSecretsResponse of Secret);

/// A secret to store.
#[derive(Deserialize, ToSchema)]
pub struct CreateSecretRequest {
    /// Letters, digits and underscores; begins with no digit.
    name: String,
    /// What is sealed.
    value: String,
}

/// The caller's secrets, newest first; admins of the workspace see the names of all.
#[utoipa::path(
    get, path = "/api/v1/public/secrets", tag = "Secrets", operation_id = "listSecrets", params(Paging),
    responses((status = 200, body = ListSecretsResponse))
)]
pub async fn list_secrets(ctx: Ctx, asked: Asked, Query(paging): Query<Paging>) -> Result<Json<List<Secret>>, Failure> {
    let request = asked.page(&paging, Direction::Descending)?;
    Ok(Json(asked.answer(ctx.read(move |tx| secrets::slice(tx, request)).await?)))
}

/// Stores a secret, sealed.
#[utoipa::path(
    post, path = "/api/v1/public/secrets", tag = "Secrets", operation_id = "createSecret", request_body = CreateSecretRequest,
    responses((status = 201, body = Secret))
)]
pub async fn create_secret(
    ctx: Ctx,
    Body(body): Body<CreateSecretRequest>,
) -> Result<(StatusCode, Json<Secret>), Failure> {
    let vault = ctx.app.vault().clone();
    Ok(created(ctx.write(move |tx| secrets::create(tx, &vault, &body.name, &body.value)).await?.into()))
}

/// Removes a secret; tools that were given it run without it.
#[utoipa::path(
    delete, path = "/api/v1/public/secrets/{secret_id}", tag = "Secrets", operation_id = "deleteSecret",
    params(("secret_id" = String, Path)), responses((status = 204))
)]
pub async fn delete_secret(ctx: Ctx, PathId(id): PathId<kinds::Secret>) -> Result<StatusCode, Failure> {
    ctx.write(move |tx| secrets::delete(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
