//! Procedures: templates of stages with instructions.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{List, One, Pages, RequiredActor, get as read, instructions::InstructionLine, patch, post};
use crate::{Call, IntoBody, Patch, names::or_empty};

/// A procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Procedure {
    /// Its id.
    pub id: Uuid,
    /// The space it lies in.
    pub space_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Who made it.
    pub created_by: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A stage of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProcedureStage {
    /// Its id.
    pub id: Uuid,
    /// The procedure it belongs to.
    pub procedure_id: Uuid,
    /// Its place among the stages, from 0.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Who may work on it.
    pub required_actor_type: RequiredActor,
    /// Who works on it.
    pub assigned_actor_id: Option<Uuid>,
    /// What is to be done in it.
    #[serde(default, deserialize_with = "or_empty")]
    pub instructions: Vec<InstructionLine>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A new procedure.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateProcedure {
    /// The space it lies in.
    pub space_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A change of a procedure.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateProcedure {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Patch<String>,
}

/// A stage to add to a procedure.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AddProcedureStage {
    /// Its name.
    pub name: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who may work on it; either when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_actor_type: Option<RequiredActor>,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_actor_id: Option<Uuid>,
    /// What is to be done in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instructions: Vec<InstructionLine>,
}

/// Procedures, of one space or of all that the caller can see.
pub fn list(space_id: Option<&str>, pages: &Pages) -> Call<List<Procedure>> {
    read("procedures").query("space_id", space_id).on(pages)
}

/// Makes a procedure.
pub fn create(body: impl IntoBody<CreateProcedure>) -> Call<One<Procedure>> {
    post("procedures").json(body)
}

/// One procedure.
pub fn get(id: impl Display) -> Call<One<Procedure>> {
    read("procedures").at(id)
}

/// Changes a procedure.
pub fn update(id: impl Display, body: impl IntoBody<UpdateProcedure>) -> Call<One<Procedure>> {
    patch("procedures").at(id).json(body)
}

/// The stages of a procedure, in order.
pub fn stages(id: impl Display, pages: &Pages) -> Call<List<ProcedureStage>> {
    read("procedures").at(id).at("stages").on(pages)
}

/// Adds a stage at the end of a procedure.
pub fn add_stage(id: impl Display, body: impl IntoBody<AddProcedureStage>) -> Call<One<ProcedureStage>> {
    post("procedures").at(id).at("stages").json(body)
}
