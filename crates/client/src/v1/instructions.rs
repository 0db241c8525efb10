//! Instructions of stages.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{List, One, Pages, get as read, patch, post};
use crate::{Call, IntoBody, Patch, names::names};

names! {
    /// What satisfies an instruction.
    InstructionType {
        Todo = "todo",
        Subcase = "subcase",
        Implicit = "implicit",
    }
}

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Instruction {
    /// Its id.
    pub id: Uuid,
    /// The stage it belongs to.
    pub stage_id: Uuid,
    /// The case it belongs to.
    pub case_id: Uuid,
    /// Its place among the instructions of the stage, from 0.
    pub position: i64,
    /// What satisfies it.
    pub r#type: InstructionType,
    /// What is to be done.
    pub text: String,
    /// When an implicit one is satisfied.
    pub condition: Option<String>,
    /// The case that satisfies it.
    pub subcase_id: Option<Uuid>,
    /// Whether it is satisfied.
    pub satisfied: bool,
    /// Who satisfied it.
    pub satisfied_by: Option<Uuid>,
    /// When.
    pub satisfied_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An instruction as it is written, for a stage or for a template.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InstructionLine {
    /// What satisfies it; a tick when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<InstructionType>,
    /// What is to be done.
    pub text: String,
    /// When an implicit one is satisfied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// A change of an instruction.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateInstruction {
    /// What is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// When an implicit one is satisfied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Patch<String>,
}

/// The instructions of a stage, in order.
pub fn list(stage_id: impl Display, pages: &Pages) -> Call<List<Instruction>> {
    read("stages").at(stage_id).at("instructions").on(pages)
}

/// Adds an instruction to a stage.
pub fn create(stage_id: impl Display, body: impl IntoBody<InstructionLine>) -> Call<One<Instruction>> {
    post("stages").at(stage_id).at("instructions").json(body)
}

/// Changes an instruction.
pub fn update(id: impl Display, body: impl IntoBody<UpdateInstruction>) -> Call<One<Instruction>> {
    patch("instructions").at(id).json(body)
}

/// Ticks an instruction.
pub fn complete(id: impl Display) -> Call<One<Instruction>> {
    post("instructions").at(id).at("complete")
}
