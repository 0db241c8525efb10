//! Calls of models, what they cost and what they may take.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{List, One, Pages, get, put};
use crate::{Call, IntoBody, names::names};

names! {
    /// How a call ended.
    CallOutcome {
        Running = "running",
        Ok = "ok",
        Cached = "cached",
        Error = "error",
        Cancelled = "cancelled",
        Interrupted = "interrupted",
    }
}

/// A call of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ModelCall {
    /// Its id.
    pub id: Uuid,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// The person or agent that called.
    pub actor_id: Uuid,
    /// The API key.
    pub key_id: Option<Uuid>,
    /// The space of an agent's run.
    pub space_id: Option<Uuid>,
    /// The case of an agent's run.
    pub case_id: Option<Uuid>,
    /// The agent's run.
    pub run_id: Option<Uuid>,
    /// By which way it came.
    pub surface: String,
    /// The provider.
    pub provider: String,
    /// The model as it was asked for.
    pub model: String,
    /// How it ended.
    pub outcome: CallOutcome,
    /// What went wrong.
    pub error: Option<String>,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Tokens read from the provider's cache.
    pub cached_tokens: u64,
    /// Tokens written to the provider's cache.
    pub cache_write_tokens: u64,
    /// Whether the tokens are a guess.
    pub estimated: bool,
    /// Cost in millionths of a US dollar.
    pub cost_micros: i64,
    /// To the first byte, in microseconds.
    pub first_micros: Option<i64>,
    /// To the end, in microseconds.
    pub total_micros: Option<i64>,
}

/// What a model costs, in millionths of a US dollar per million tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The model.
    pub model: String,
    /// Tokens read.
    pub input: u64,
    /// Tokens read from the provider's cache.
    pub cached: u64,
    /// Tokens written to the provider's cache.
    pub cache_write: u64,
    /// Tokens written.
    pub output: u64,
}

/// Prices of a workspace's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// The prices.
    pub prices: Vec<Price>,
}

/// What a subject may use of a measure in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Who is limited: `workspace`, `member`, `agent` or `key`.
    pub subject: String,
    /// Which one; each by itself when absent.
    pub subject_id: Option<Uuid>,
    /// What is counted: `requests`, `tokens` or `cost_micros`.
    pub measure: String,
    /// For how long: `minute`, `hour`, `day` or `month`.
    pub period: String,
    /// How much of it.
    pub most: i64,
    /// Whether a caller who says so may go beyond it.
    #[serde(default)]
    pub ask: bool,
}

/// What may be used of models at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The limits.
    pub limits: Vec<Limit>,
}

/// The calls of models, the newest first.
pub fn list(outcome: Option<&CallOutcome>, pages: &Pages) -> Call<List<ModelCall>> {
    get("calls").query("outcome", outcome).on(pages)
}

/// The prices of the workspace's own.
pub fn prices() -> Call<One<Prices>> {
    get("prices")
}

/// Sets the prices of the workspace's own.
pub fn set_prices(body: impl IntoBody<Prices>) -> Call<One<Prices>> {
    put("prices").json(body)
}

/// What may be used of models at most.
pub fn limits() -> Call<One<Limits>> {
    get("limits")
}

/// Sets what may be used of models at most.
pub fn set_limits(body: impl IntoBody<Limits>) -> Call<One<Limits>> {
    put("limits").json(body)
}
