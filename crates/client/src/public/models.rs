//! Models that agents may think with.

use serde::Deserialize;

use super::get;
use crate::{
    Call,
    names::{names, or_empty},
};

names! {
    /// How much a model thinks before it answers.
    ReasoningEffort {
        Low = "LOW",
        Medium = "MEDIUM",
        High = "HIGH",
        XHigh = "XHIGH",
    }

    /// Where a model runs.
    DeploymentLocation {
        Europe = "EUROPE",
        UnitedStates = "UNITED_STATES",
        Global = "GLOBAL",
        Unknown = "UNKNOWN",
    }
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Model {
    /// Its id, no UUID.
    pub id: String,
    /// Who serves it.
    pub provider: String,
    /// Its name at the provider.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// What it is good for.
    pub description: String,
    /// Whether agents without a model use it.
    pub is_default: bool,
    /// Whether it can be used.
    pub is_enabled: bool,
    /// Where it runs.
    pub deployment_location: DeploymentLocation,
    /// How many tokens it reads at most.
    pub context_window: Option<u64>,
    /// How many tokens it writes at most.
    pub max_output_tokens: Option<u64>,
    /// What it can do.
    pub capabilities: Capabilities,
}

/// What a model can do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Capabilities {
    /// How it thinks before it answers, if it can.
    pub reasoning: Option<Reasoning>,
}

/// How a model thinks before it answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reasoning {
    /// Whether it can at all.
    #[serde(default = "yes")]
    pub supported: bool,
    /// The efforts it knows.
    #[serde(default, deserialize_with = "or_empty")]
    pub efforts: Vec<ReasoningEffort>,
    /// The effort of agents that name none.
    pub default_effort: ReasoningEffort,
}

fn yes() -> bool {
    true
}

/// All models there are. This list has no pages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Models {
    /// The models.
    pub data: Vec<Model>,
}

/// All models there are.
pub fn list() -> Call<Models> {
    get("models")
}
