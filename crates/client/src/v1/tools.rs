//! Tools that agents call: HTTP services and scripts.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{List, One, Pages, get as read, post, put};
use crate::{
    Call, IntoBody,
    names::{names, or_empty},
};

names! {
    /// What a tool is.
    ToolKind {
        Http = "http",
        Script = "script",
    }
}

/// A tool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tool {
    /// Its id.
    pub id: Uuid,
    /// The space it belongs to; none for a tool of the whole workspace.
    pub space_id: Option<Uuid>,
    /// What it is.
    pub kind: ToolKind,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where a service is called.
    pub url: Option<String>,
    /// The hosts that a script may reach.
    #[serde(default, deserialize_with = "or_empty")]
    pub hosts: Vec<String>,
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

/// The source of a script.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Script {
    /// Python.
    pub script: String,
}

/// The hosts that a script may reach.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SetHosts {
    /// All of them.
    pub hosts: Vec<String>,
}

/// The tools of a space.
pub fn list(space_id: impl Display, pages: &Pages) -> Call<List<Tool>> {
    read("spaces").at(space_id).at("tools").on(pages)
}

/// Registers a tool in a space.
pub fn register(space_id: impl Display, body: impl IntoBody<RegisterTool>) -> Call<One<Tool>> {
    post("spaces").at(space_id).at("tools").json(body)
}

/// Gives a tool to an agent.
pub fn attach(id: impl Display, body: impl IntoBody<AttachTool>) -> Call<One<Tool>> {
    post("tools").at(id).at("attach").json(body)
}

/// One tool.
pub fn get(id: impl Display) -> Call<One<Tool>> {
    read("tools").at(id)
}

/// The source of a script, for those who can change it.
pub fn script(id: impl Display) -> Call<One<Script>> {
    read("tools").at(id).at("script")
}

/// Sets which hosts a script may reach.
pub fn set_hosts(id: impl Display, body: impl IntoBody<SetHosts>) -> Call<One<Tool>> {
    put("tools").at(id).at("hosts").json(body)
}
