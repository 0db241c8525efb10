//! What agents use, and the models they can think with.

use serde::Deserialize;

use super::{One, get as read};
use crate::{Call, names::names, public::models::Model};

names! {
    /// What usage is told by.
    GroupBy {
        Model = "model",
        Actor = "actor",
        Day = "day",
        Space = "space",
    }
}

/// What all runs have taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Usage {
    /// By what was asked for.
    pub groups: Vec<Group>,
    /// All together.
    pub total: Group,
    /// What all calls of models have taken.
    pub calls: CallUsage,
}

/// What calls of models have taken, by what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallUsage {
    /// By what was asked for.
    pub groups: Vec<CallGroup>,
    /// All together.
    pub total: CallGroup,
}

/// What some calls have taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CallGroup {
    /// What they have in common.
    pub key: String,
    /// Its name, where the key does not say it all.
    pub name: Option<String>,
    /// How many.
    pub calls: i64,
    /// Those that were answered in whole.
    pub ok: i64,
    /// Those that were given an answer of before.
    #[serde(default)]
    pub repeated: i64,
    /// Those that the provider refused or failed.
    pub errors: i64,
    /// Those whose caller went away.
    pub cancelled: i64,
    /// Those that ended with the server.
    pub interrupted: i64,
    /// Those under way.
    pub running: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Tokens read from the provider's cache.
    pub cached_tokens: i64,
    /// Cost in millionths of a US dollar; 0 where the price is not known.
    pub cost_micros: i64,
}

/// What some runs have taken.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Group {
    /// What they have in common.
    pub key: String,
    /// Its name, where the key does not say it all.
    pub name: Option<String>,
    /// How many runs.
    pub runs: i64,
    /// Answers of models.
    pub turns: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Cost in millionths of a US dollar; 0 where the price is not known.
    pub cost_micros: i64,
}

/// The models, and whose they are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Models {
    /// In the order they are shown.
    pub models: Vec<Model>,
    /// Those who serve them.
    pub providers: Vec<ModelProvider>,
}

/// Whoever serves models.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ModelProvider {
    /// Its name.
    pub name: String,
    /// Whether the server can call it.
    pub is_enabled: bool,
}

/// What the workspace's agents have used, between two times if they are given.
pub fn get(from: Option<&str>, to: Option<&str>, group: Option<&GroupBy>) -> Call<One<Usage>> {
    read("usage").query("from", from).query("to", to).query("group", group)
}

/// The models that agents can think with.
pub fn models() -> Call<One<Models>> {
    read("models")
}
