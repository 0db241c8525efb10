//! Saved ways to look at cases.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Deleted, List, One, Pages, delete as remove, get as read, patch, post};
use crate::{Call, IntoBody, names::names};

names! {
    /// How cases are laid out.
    Layout {
        Board = "board",
        List = "list",
    }
}

/// Who made a view.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ViewOwner {
    /// The actor.
    pub id: Uuid,
    /// The actor's name.
    pub name: String,
}

/// A saved way to look at cases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct View {
    /// Its id.
    pub id: Uuid,
    /// The space it looks at.
    pub space_id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// Whether others see it.
    pub shared: bool,
    /// Who made it.
    pub owner: ViewOwner,
    /// What it shows.
    pub query: Map<String, Value>,
    /// How it shows it.
    pub layout: Layout,
    /// Its place.
    pub position: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A view to save.
#[derive(Debug, Clone, Serialize)]
pub struct CreateView {
    /// Its name.
    pub name: String,
    /// The space it looks at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space_id: Option<Uuid>,
    /// Whether others see it.
    pub shared: bool,
    /// What it shows.
    pub query: Map<String, Value>,
    /// How it shows it.
    pub layout: Layout,
}

/// Changes to a view.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateView {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether others see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
    /// What it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<Map<String, Value>>,
    /// How it shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// Its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
}

/// The caller's own views and those shared with it, of one space if wanted.
pub fn list(space_id: Option<&str>, pages: &Pages) -> Call<List<View>> {
    read("views").query("space_id", space_id).on(pages)
}

/// Saves a view.
pub fn create(body: impl IntoBody<CreateView>) -> Call<One<View>> {
    post("views").json(body)
}

/// Changes a view.
pub fn update(id: impl Display, body: impl IntoBody<UpdateView>) -> Call<One<View>> {
    patch("views").at(id).json(body)
}

/// Removes a view.
pub fn delete(id: impl Display) -> Call<One<Deleted>> {
    remove("views").at(id)
}
