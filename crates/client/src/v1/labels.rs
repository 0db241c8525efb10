//! Labels of spaces, and the ones that cases carry.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{List, One, Pages, cases::Case, delete as remove_at, get, patch, post};
use crate::{Call, IntoBody, Patch};

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Label {
    /// Its id.
    pub id: Uuid,
    /// The space it belongs to.
    pub space_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A new label.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateLabel {
    /// Its name.
    pub name: String,
    /// Its colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

/// A change of a label.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateLabel {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Patch<String>,
}

/// A label to put on a case.
#[derive(Debug, Clone, Serialize)]
pub struct ApplyLabel {
    /// Which one.
    pub label_id: Uuid,
}

/// The labels of a space.
pub fn list(space_id: impl Display, pages: &Pages) -> Call<List<Label>> {
    get("spaces").at(space_id).at("labels").on(pages)
}

/// Makes a label in a space.
pub fn create(space_id: impl Display, body: impl IntoBody<CreateLabel>) -> Call<One<Label>> {
    post("spaces").at(space_id).at("labels").json(body)
}

/// Changes a label.
pub fn update(id: impl Display, body: impl IntoBody<UpdateLabel>) -> Call<One<Label>> {
    patch("labels").at(id).json(body)
}

/// Deletes a label, which comes off all cases.
pub fn delete(id: impl Display) -> Call<One<Label>> {
    remove_at("labels").at(id)
}

/// Puts a label on a case.
pub fn apply(case_id: impl Display, body: impl IntoBody<ApplyLabel>) -> Call<One<Case>> {
    post("cases").at(case_id).at("labels").json(body)
}

/// Takes a label off a case.
pub fn remove(case_id: impl Display, label_id: impl Display) -> Call<One<Case>> {
    remove_at("cases").at(case_id).at("labels").at(label_id)
}
