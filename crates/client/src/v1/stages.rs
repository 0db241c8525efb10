//! Stages of cases.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{List, Motion, One, Pages, Priority, RequiredActor, WaitingOn, cases::Case, get as read, patch, post};
use crate::{Call, IntoBody, Patch, names::names};

names! {
    /// How far a stage is.
    StagePhase {
        Pending = "pending",
        Active = "active",
        Completed = "completed",
        Skipped = "skipped",
    }
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Stage {
    /// Its id.
    pub id: Uuid,
    /// The case it belongs to.
    pub case_id: Uuid,
    /// Its place among the stages of the case, from 0.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// How far it is.
    pub phase: StagePhase,
    /// Whether it moves.
    pub motion: Motion,
    /// What it waits for.
    pub waiting_on: Option<WaitingOn>,
    /// Who may work on it.
    pub required_actor_type: RequiredActor,
    /// Who works on it.
    pub assigned_actor_id: Option<Uuid>,
    /// The stage of a procedure that it was copied from.
    pub procedure_stage_id: Option<Uuid>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A change of a stage.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateStage {
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_actor_id: Patch<Uuid>,
    /// Whether it moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub motion: Option<Motion>,
    /// What it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_on: Option<WaitingOn>,
}

/// A case that grows out of a stage.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SpawnSubcase {
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How urgent it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_actor_id: Option<Uuid>,
    /// The procedure it follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure_id: Option<Uuid>,
    /// The instruction that it satisfies once it is resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction_id: Option<Uuid>,
}

/// The stages of a case, in order.
pub fn list(case_id: impl Display, pages: &Pages) -> Call<List<Stage>> {
    read("cases").at(case_id).at("stages").on(pages)
}

/// One stage.
pub fn get(id: impl Display) -> Call<One<Stage>> {
    read("stages").at(id)
}

/// Assigns a stage or sets its motion.
pub fn update(id: impl Display, body: impl IntoBody<UpdateStage>) -> Call<One<Stage>> {
    patch("stages").at(id).json(body)
}

/// Ends the active stage, all of whose instructions are satisfied.
pub fn complete(id: impl Display) -> Call<One<Stage>> {
    post("stages").at(id).at("complete")
}

/// Ends a stage that is not worked.
pub fn skip(id: impl Display) -> Call<One<Stage>> {
    post("stages").at(id).at("skip")
}

/// Spawns a case from a stage.
pub fn spawn_subcase(id: impl Display, body: impl IntoBody<SpawnSubcase>) -> Call<One<Case>> {
    post("stages").at(id).at("spawn-subcase").json(body)
}
