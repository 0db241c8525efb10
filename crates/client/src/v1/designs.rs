//! Designs: a procedure as one whole, its versions, and what it would do to a case.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Deleted, List, One, Pages, RequiredActor, delete as remove, get as read,
    instructions::{InstructionLine, InstructionType},
    post, put as write,
};
use crate::{Call, IntoBody, names::names};

names! {
    /// What would become of a stage.
    StageFate {
        Activate = "activate",
        Wait = "wait",
        CompleteAtOnce = "complete_at_once",
    }

    /// What would become of an instruction.
    InstructionFate {
        Satisfied = "satisfied",
        Open = "open",
        Error = "error",
    }
}

/// A procedure as one whole, at one of its versions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Design {
    /// The procedure.
    pub procedure_id: Uuid,
    /// The number of the version, from 1.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its stages, in order.
    pub stages: Vec<DesignStage>,
    /// What was said of the version.
    pub note: Option<String>,
    /// When it was made.
    pub updated_at: Timestamp,
    /// Who made it.
    pub updated_by: Named,
}

/// A stage of a design.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DesignStage {
    /// Its id.
    pub id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Who may work on it.
    pub required_actor_type: RequiredActor,
    /// Who works on it.
    pub assigned_actor_id: Option<Uuid>,
    /// What is to be done in it.
    pub instructions: Vec<InstructionLine>,
}

/// An actor by its id and name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Named {
    /// Its id; the nil id for the server itself.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// A version of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it.
    pub actor: Named,
    /// What was said of it.
    pub note: Option<String>,
    /// How many stages it has.
    pub stages: i64,
}

/// A design to write.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PutDesign {
    /// The version it is made from.
    pub base_version: i64,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All stages, in order.
    pub stages: Vec<PutStage>,
    /// What is changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A stage as it is to be.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PutStage {
    /// A stage to keep; a new one when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
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
    pub instructions: Vec<InstructionLine>,
}

/// A condition to check.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CheckCondition {
    /// The condition.
    pub condition: String,
    /// A case to evaluate it for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
}

/// What was found about a condition.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Checked {
    /// Whether it can be saved.
    pub valid: bool,
    /// What is wrong with it.
    pub error: Option<Fault>,
    /// What it gives for the case.
    pub value: Option<bool>,
    /// What it sees of the case.
    #[serde(default)]
    pub saw: Value,
}

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: Option<At>,
}

/// A place in a condition, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct At {
    /// The line.
    pub line: i64,
    /// The column.
    pub column: i64,
}

/// A procedure to try on a case: either of the two.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TryProcedure {
    /// The case.
    pub case_id: Uuid,
    /// A procedure of the case's space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure_id: Option<Uuid>,
    /// A design that is not saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub design: Option<TriedDesign>,
}

/// A design to try.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TriedDesign {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All stages, in order.
    pub stages: Vec<PutStage>,
}

/// What a procedure would do to a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DryRun {
    /// The stages that the case would get.
    pub stages: Vec<TriedStage>,
    /// Why it could not be applied, and what is wrong with it as a whole.
    pub problems: Vec<String>,
}

/// A stage that the case would get.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TriedStage {
    /// Its name.
    pub name: String,
    /// Who may work on it.
    pub required_actor_type: RequiredActor,
    /// Who would get it.
    pub assigned: Option<Named>,
    /// What would become of it.
    pub would: StageFate,
    /// What is wrong with it.
    pub problems: Vec<String>,
    /// What would be to do in it.
    pub instructions: Vec<TriedInstruction>,
}

/// An instruction that the case would get.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TriedInstruction {
    /// How it is satisfied.
    pub r#type: InstructionType,
    /// What is to be done.
    pub text: String,
    /// The condition of an implicit one.
    pub condition: Option<String>,
    /// What would become of it.
    pub would: InstructionFate,
    /// What is wrong with the condition.
    pub message: Option<String>,
}

/// A procedure with all its stages.
pub fn get(procedure: impl Display) -> Call<One<Design>> {
    read("procedures").at(procedure).at("design")
}

/// Writes a procedure with all its stages.
pub fn put(procedure: impl Display, body: impl IntoBody<PutDesign>) -> Call<One<Design>> {
    write("procedures").at(procedure).at("design").json(body)
}

/// The versions of a procedure, the newest first.
pub fn versions(procedure: impl Display, pages: &Pages) -> Call<List<Version>> {
    read("procedures").at(procedure).at("versions").on(pages)
}

/// A procedure as it was at a version.
pub fn version(procedure: impl Display, version: impl Display) -> Call<One<Design>> {
    read("procedures").at(procedure).at("versions").at(version)
}

/// Makes a procedure what it was at an earlier version.
pub fn restore(procedure: impl Display, version: impl Display) -> Call<One<Design>> {
    post("procedures").at(procedure).at("versions").at(version).at("restore")
}

/// Removes a procedure.
pub fn delete(procedure: impl Display) -> Call<One<Deleted>> {
    remove("procedures").at(procedure)
}

/// Checks a condition, and evaluates it for a case.
pub fn check_condition(body: impl IntoBody<CheckCondition>) -> Call<One<Checked>> {
    post("conditions").at("check").json(body)
}

/// Says what a procedure would do to a case.
pub fn dry_run(body: impl IntoBody<TryProcedure>) -> Call<One<DryRun>> {
    post("procedures").at("dry-run").json(body)
}
