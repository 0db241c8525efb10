//! Tools of spaces, which agents call over HTTP.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{List, One, Pages, get, post};
use crate::{Call, IntoBody};

/// A tool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tool {
    /// Its id.
    pub id: Uuid,
    /// The space it belongs to.
    pub space_id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where it is called.
    pub url: String,
    /// A JSON schema of what it takes.
    pub input_schema: Map<String, Value>,
    /// Who registered it.
    pub created_by: Uuid,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A tool to register.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RegisterTool {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where it is called.
    pub url: String,
    /// A JSON schema of what it takes.
    pub input_schema: Map<String, Value>,
}

/// An agent to give a tool to.
#[derive(Debug, Clone, Serialize)]
pub struct AttachTool {
    /// Which one.
    pub actor_id: Uuid,
}

/// The tools of a space.
pub fn list(space_id: impl Display, pages: &Pages) -> Call<List<Tool>> {
    get("spaces").at(space_id).at("tools").on(pages)
}

/// Registers a tool in a space.
pub fn register(space_id: impl Display, body: impl IntoBody<RegisterTool>) -> Call<One<Tool>> {
    post("spaces").at(space_id).at("tools").json(body)
}

/// Gives a tool to an agent.
pub fn attach(id: impl Display, body: impl IntoBody<AttachTool>) -> Call<One<Tool>> {
    post("tools").at(id).at("attach").json(body)
}
