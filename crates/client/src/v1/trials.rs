//! Trials and records of agents: what one would do, and how it has done.

use std::fmt::Display;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{One, get as read, post, runs::Run};
use crate::{Call, IntoBody};

/// A trial to begin.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BeginTrial {
    /// The case.
    pub case_id: Uuid,
    /// The stage; the active one, else the next, when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_id: Option<Uuid>,
    /// What the agent is told about itself, in the place of its own system prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// How an agent has done.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Record {
    /// Runs in all.
    pub runs: i64,
    /// Those that completed their stage.
    pub succeeded: i64,
    /// Those that could not.
    pub failed: i64,
    /// Those that were ended.
    pub cancelled: i64,
    /// Those that have not ended.
    pub unfinished: i64,
    /// Of the runs that succeeded or failed, from 0 to 1.
    pub success_rate: Option<f64>,
    /// What people decided about its proposals.
    pub proposals: Decisions,
    /// How many of the decided proposals people edited or rejected, from 0 to 1.
    pub correction_rate: Option<f64>,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Cost in millionths of a US dollar; 0 where the price is not known.
    pub cost_micros: i64,
    /// From the start of a run to its end.
    pub median_seconds: Option<i64>,
    /// By week, oldest first.
    pub weeks: Vec<Week>,
}

/// What people decided about proposals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Decisions {
    /// All of them.
    pub total: i64,
    /// Approved as they were.
    pub approved: i64,
    /// Approved with another input.
    pub edited: i64,
    /// Rejected.
    pub rejected: i64,
    /// Not decided yet.
    pub pending: i64,
    /// Taken back.
    pub withdrawn: i64,
}

/// The runs of a week.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Week {
    /// Its Monday.
    pub week: String,
    /// Runs begun in it.
    pub runs: i64,
    /// Those that completed their stage.
    pub succeeded: i64,
    /// Those that could not.
    pub failed: i64,
    /// Cost in millionths of a US dollar.
    pub cost_micros: i64,
}

/// Begins a run that changes nothing.
pub fn begin(agent: impl Display, body: impl IntoBody<BeginTrial>) -> Call<One<Run>> {
    post("actors").at(agent).at("trial").json(body)
}

/// How an agent has done, between two times if they are given.
pub fn record(agent: impl Display, from: Option<&str>, to: Option<&str>) -> Call<One<Record>> {
    read("actors").at(agent).at("record").query("from", from).query("to", to)
}
