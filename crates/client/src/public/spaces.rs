//! Spaces and what happens to their new cases.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Link, Page, Paging, delete as remove, get as read, patch, post};
use crate::{Call, IntoBody, Patch};

/// A space.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Space {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What it lies in.
    pub parent: Option<Link>,
    /// Its name.
    pub name: String,
    /// What it is for. Lists leave it out.
    pub description: Option<String>,
    /// Whether the system made it.
    pub is_system: bool,
    /// Whether the whole organisation sees it.
    pub is_public: bool,
}

/// A new space.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateSpace {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A change of a space.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateSpace {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Patch<String>,
}

/// What happens to a new case of a space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TriggerFields", into = "TriggerFields")]
pub enum Trigger {
    /// It is given to somebody.
    Assignee(Uuid),
    /// It is refined by the example of another case.
    ReferenceTask(Uuid),
    /// It follows a procedure.
    ApplyProcedure(Uuid),
    /// Nothing.
    Off,
}

#[derive(Default, Serialize, Deserialize)]
struct TriggerFields {
    trigger_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assignee_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_case_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    procedure_id: Option<Uuid>,
}

impl TryFrom<TriggerFields> for Trigger {
    type Error = String;

    fn try_from(fields: TriggerFields) -> Result<Self, String> {
        let Some(kind) = fields.trigger_type else { return Ok(Self::Off) };
        let known = match kind.as_str() {
            "assignee" => fields.assignee_id.map(Self::Assignee),
            "reference_task" => fields.reference_case_id.map(Self::ReferenceTask),
            "apply_procedure" => fields.procedure_id.map(Self::ApplyProcedure),
            _ => None,
        };
        known.ok_or_else(|| format!("no trigger of type {kind:?} is known with these fields"))
    }
}

impl From<Trigger> for TriggerFields {
    fn from(trigger: Trigger) -> Self {
        let kind = |kind: &str| Some(kind.to_owned());
        match trigger {
            Trigger::Assignee(id) => Self { trigger_type: kind("assignee"), assignee_id: Some(id), ..Self::default() },
            Trigger::ReferenceTask(id) => {
                Self { trigger_type: kind("reference_task"), reference_case_id: Some(id), ..Self::default() }
            }
            Trigger::ApplyProcedure(id) => {
                Self { trigger_type: kind("apply_procedure"), procedure_id: Some(id), ..Self::default() }
            }
            Trigger::Off => Self::default(),
        }
    }
}

/// The spaces that the key can see.
pub fn list(paging: &Paging) -> Call<Page<Space>> {
    read("spaces").paged(paging)
}

/// Makes a space.
pub fn create(body: impl IntoBody<CreateSpace>) -> Call<Space> {
    post("spaces").json(body)
}

/// One space.
pub fn get(id: impl Display) -> Call<Space> {
    read("spaces").at(id)
}

/// Changes a space.
pub fn update(id: impl Display, body: impl IntoBody<UpdateSpace>) -> Call<Space> {
    patch("spaces").at(id).json(body)
}

/// Removes a space.
pub fn delete(id: impl Display) -> Call<()> {
    remove("spaces").at(id)
}

/// What happens to a space's new cases.
pub fn trigger(id: impl Display) -> Call<Trigger> {
    read("spaces").at(id).at("trigger")
}

/// Sets what happens to a space's new cases.
pub fn update_trigger(id: impl Display, body: impl IntoBody<Trigger>) -> Call<Trigger> {
    patch("spaces").at(id).at("trigger").json(body)
}
