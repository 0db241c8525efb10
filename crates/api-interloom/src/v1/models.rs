//! Models that agents can think with (ours).

use api::{Ctx, Failure};
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::envelope::{Envelope, One};
use crate::public::models::Model;

/// The models, and whose they are.
#[derive(Serialize, ToSchema)]
pub struct Models {
    /// In the order they are shown.
    models: Vec<Model>,
    /// Those who serve them.
    providers: Vec<ModelProvider>,
}

/// Whoever serves models.
#[derive(Serialize, ToSchema)]
pub struct ModelProvider {
    name: String,
    /// Whether this server can call it: it has a key, or needs none.
    is_enabled: bool,
}

/// The models that agents can think with, and which of their providers this server can call.
#[utoipa::path(get, path = "/v1/models", tag = "Runs", responses((status = 200, body = One<Models>)))]
pub async fn list_models(ctx: Ctx) -> Result<Json<One<Models>>, Failure> {
    let all = ctx.app.models().models();
    let mut providers: Vec<ModelProvider> = Vec::new();
    for model in all {
        match providers.iter_mut().find(|provider| provider.name == model.provider) {
            Some(provider) => provider.is_enabled |= model.is_enabled,
            None => providers.push(ModelProvider { name: model.provider.clone(), is_enabled: model.is_enabled }),
        }
    }
    Ok(ctx.one(Models { models: all.iter().map(Model::from).collect(), providers }))
}
