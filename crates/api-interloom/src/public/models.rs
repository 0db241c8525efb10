//! Models that agents can think with.

use api::{Ctx, Failure};
use axum::Json;
use gateway::Effort;
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::Renames;

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames { fields: &[], paths: &[], codes: &[], conflict: "forbidden" };

/// A model.
#[derive(Serialize, ToSchema)]
pub struct Model {
    /// What agents name it by.
    id: String,
    /// Whose it is.
    provider: String,
    /// Its name there.
    name: String,
    display_name: String,
    description: String,
    /// Whether agents without a model of their own think with it.
    is_default: bool,
    /// Whether this server can call it.
    is_enabled: bool,
    /// Where it runs.
    deployment_location: ModelDeploymentLocation,
    /// The longest input, in tokens.
    context_window: Option<u32>,
    /// The longest answer, in tokens.
    max_output_tokens: Option<u32>,
    capabilities: ModelCapabilities,
}

/// Where a model runs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(dead_code, reason = "clients know all four; where a provider runs a model nobody tells us")]
pub enum ModelDeploymentLocation {
    /// In Europe.
    Europe,
    /// In the United States.
    UnitedStates,
    /// Wherever there is room.
    Global,
    /// Not known.
    Unknown,
}

/// What a model can do.
#[derive(Serialize, ToSchema)]
pub struct ModelCapabilities {
    /// Null for a model that does not reason.
    reasoning: Option<ModelReasoningCapability>,
}

/// How a model reasons.
#[derive(Serialize, ToSchema)]
pub struct ModelReasoningCapability {
    supported: bool,
    /// The efforts it can be asked for.
    efforts: Vec<ReasoningEffort>,
    /// What it does unasked.
    default_effort: ReasoningEffort,
}

/// How much a model thinks before it answers.
#[derive(Clone, Copy, serde::Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ReasoningEffort {
    /// Little.
    Low,
    /// As usual.
    Medium,
    /// Much.
    High,
    /// As much as it can.
    XHigh,
}

impl From<Effort> for ReasoningEffort {
    fn from(effort: Effort) -> Self {
        match effort {
            Effort::Low => Self::Low,
            Effort::Medium => Self::Medium,
            Effort::High => Self::High,
            Effort::XHigh => Self::XHigh,
        }
    }
}

impl From<ReasoningEffort> for Effort {
    fn from(effort: ReasoningEffort) -> Self {
        match effort {
            ReasoningEffort::Low => Self::Low,
            ReasoningEffort::Medium => Self::Medium,
            ReasoningEffort::High => Self::High,
            ReasoningEffort::XHigh => Self::XHigh,
        }
    }
}

impl From<&gateway::Model> for Model {
    fn from(model: &gateway::Model) -> Self {
        let reasoning = model.default_effort().map(|effort| ModelReasoningCapability {
            supported: true,
            efforts: model.efforts.iter().copied().map(Into::into).collect(),
            default_effort: effort.into(),
        });
        Self {
            id: model.id.clone(),
            provider: model.provider.clone(),
            name: model.name.clone(),
            display_name: model.display_name.clone(),
            description: model.description.clone(),
            is_default: model.is_default,
            is_enabled: model.is_enabled,
            deployment_location: ModelDeploymentLocation::Unknown,
            context_window: model.context_window,
            max_output_tokens: model.max_output_tokens,
            capabilities: ModelCapabilities { reasoning },
        }
    }
}

/// All models.
#[derive(Serialize, ToSchema)]
pub struct ListModelsResponse {
    /// The models, in the order they are shown.
    data: Vec<Model>,
}

/// The models that agents can think with.
#[utoipa::path(
    get, path = "/api/v1/public/models", tag = "Models", operation_id = "listModels",
    responses((status = 200, body = ListModelsResponse))
)]
pub async fn list_models(ctx: Ctx) -> Result<Json<ListModelsResponse>, Failure> {
    Ok(Json(ListModelsResponse { data: ctx.app.models().models().iter().map(Model::from).collect() }))
}
