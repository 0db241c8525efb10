//! Procedures: templates of stages.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Link, Page, Paging, delete as remove, get as read, patch, post};
use crate::{Call, IntoBody, names::or_empty};

/// A procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Procedure {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The space it lies in.
    pub parent: Option<Link>,
    /// Its title.
    pub title: String,
    /// Its stages, in order. Lists leave them out.
    #[serde(default, deserialize_with = "or_empty")]
    pub stages: Vec<ProcedureStage>,
}

/// A stage of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProcedureStage {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its title.
    pub title: Option<String>,
    /// What is to be done in it, as one text.
    pub instructions: Option<String>,
    /// Who works on it.
    pub assignee: Option<Link>,
}

/// A new procedure, without stages.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateProcedure {
    /// The space it lies in.
    pub space_id: Uuid,
    /// Its title.
    pub title: String,
}

/// A change of a procedure.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateProcedure {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// All its stages in order. One that is left out is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<Vec<PutStage>>,
}

/// A stage as a procedure is to have it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PutStage {
    /// The stage that is kept; none for a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its title.
    pub title: Option<String>,
    /// What is to be done in it.
    pub instructions: Option<String>,
    /// Who works on it.
    pub assignee_id: Option<Uuid>,
}

/// The procedures of a space, without their stages. The server wants the space named.
pub fn list(paging: &Paging, space_id: Option<&str>) -> Call<Page<Procedure>> {
    read("procedures").paged(paging).query("space_id", space_id)
}

/// Makes a procedure.
pub fn create(body: impl IntoBody<CreateProcedure>) -> Call<Procedure> {
    post("procedures").json(body)
}

/// One procedure.
pub fn get(id: impl Display) -> Call<Procedure> {
    read("procedures").at(id)
}

/// Changes a procedure.
pub fn update(id: impl Display, body: impl IntoBody<UpdateProcedure>) -> Call<Procedure> {
    patch("procedures").at(id).json(body)
}

/// Removes a procedure.
pub fn delete(id: impl Display) -> Call<()> {
    remove("procedures").at(id)
}
