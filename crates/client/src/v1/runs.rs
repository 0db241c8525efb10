//! Runs: one agent working one stage, step by step.

use std::fmt::Display;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{List, One, Pages, get as read, post};
use crate::{Call, names::names};

names! {
    /// How far a run is.
    RunState {
        Queued = "queued",
        Running = "running",
        Waiting = "waiting",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
    }

    /// What a run waits for.
    WaitingFor {
        Person = "person",
        Proposal = "proposal",
        Pause = "pause",
        Case = "case",
    }

    /// What a step is.
    StepKind {
        Message = "message",
        Model = "model",
        Tool = "tool",
    }
}

impl RunState {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: Uuid,
    /// The space of its case.
    pub space_id: Uuid,
    /// Its case.
    pub case_id: Uuid,
    /// The stage it works on.
    pub stage_id: Uuid,
    /// The agent.
    pub actor_id: Uuid,
    /// The model the agent thinks with.
    pub model_id: String,
    /// How far it is.
    pub state: RunState,
    /// What it waits for.
    pub waiting_for: Option<WaitingFor>,
    /// Why it failed or was cancelled.
    pub error: Option<String>,
    /// How many answers of the model it may take.
    pub max_steps: i64,
    /// How many tokens it may read and write.
    pub max_tokens: i64,
    /// How many steps are stored.
    pub steps: i64,
    /// How many answers of the model there were.
    pub turns: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Cost in millionths of a US dollar; 0 where the price is not known.
    pub cost_micros: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Whether it only shows what the agent would do.
    #[serde(default)]
    pub trial: bool,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Step {
    /// The run.
    pub run_id: Uuid,
    /// Its number, from 0.
    pub n: i64,
    /// What it is.
    pub kind: StepKind,
    /// The call it carries out.
    pub call_id: Option<String>,
    /// The tool that was called.
    pub tool: Option<String>,
    /// What went in.
    #[serde(default)]
    pub input: Value,
    /// What came out.
    #[serde(default)]
    pub output: Value,
    /// Whether it failed.
    pub is_error: bool,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// Cost in millionths of a US dollar.
    pub cost_micros: i64,
    /// When it happened.
    pub at: Timestamp,
}

/// Which runs are wanted; all conditions hold together.
#[derive(Debug, Clone, Default)]
pub struct ListRuns {
    /// The page.
    pub pages: Pages,
    /// In this space.
    pub space_id: Option<String>,
    /// Of this case.
    pub case_id: Option<String>,
    /// Of this stage.
    pub stage_id: Option<String>,
    /// By this agent.
    pub actor_id: Option<String>,
    /// In this state.
    pub state: Option<RunState>,
    /// Trials, instead of the runs that work.
    pub trial: Option<bool>,
}

/// Runs, the newest first.
pub fn list(query: &ListRuns) -> Call<List<Run>> {
    read("runs")
        .query("space_id", query.space_id.as_deref())
        .query("case_id", query.case_id.as_deref())
        .query("stage_id", query.stage_id.as_deref())
        .query("actor_id", query.actor_id.as_deref())
        .query("state", query.state.as_ref())
        .query("trial", query.trial)
        .on(&query.pages)
}

/// One run.
pub fn get(id: impl Display) -> Call<One<Run>> {
    read("runs").at(id)
}

/// The steps of a run, in order.
pub fn steps(id: impl Display, pages: &Pages) -> Call<List<Step>> {
    read("runs").at(id).at("steps").on(pages)
}

/// Ends a run.
pub fn cancel(id: impl Display) -> Call<One<Run>> {
    post("runs").at(id).at("cancel")
}

/// Begins a new run in place of one that failed or was cancelled.
pub fn retry(id: impl Display) -> Call<One<Run>> {
    post("runs").at(id).at("retry")
}
