//! Tools that agents call.

use std::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Link, Page, Paging, get as read, patch, post};
use crate::{
    Call, IntoBody,
    names::{names, or_empty},
};

names! {
    /// Where a tool comes from.
    ToolKind {
        Custom = "custom",
        Internal = "internal",
    }
}

/// A tool as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToolItem {
    /// Its id.
    pub id: Uuid,
    /// Where it comes from.
    pub r#type: ToolKind,
    /// Its name.
    pub name: String,
    /// Whether the caller manages it.
    pub is_editable: bool,
}

/// A tool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tool {
    /// Its id.
    pub id: Uuid,
    /// Where it comes from.
    pub r#type: ToolKind,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether the caller manages it.
    pub is_editable: bool,
    /// A JSON schema of what it takes.
    pub input_schema: Map<String, Value>,
    /// Who manages it; nobody when it is internal.
    pub manager: Option<Link>,
    /// The secrets it may use.
    #[serde(default, deserialize_with = "or_empty")]
    pub secrets: Vec<ToolSecret>,
}

/// A secret that a tool may use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToolSecret {
    /// Its id.
    pub id: Uuid,
    /// Its name, if the caller may know it.
    pub name: Option<String>,
    /// Where it is, below the server's address.
    pub url: String,
}

/// A new tool.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateTool {
    /// Its name, one of its kind.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it does, in Python.
    pub script: String,
    /// A JSON schema of what it takes.
    pub input_schema: Map<String, Value>,
    /// The secrets it may use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secret_ids: Vec<Uuid>,
}

/// A change of a tool.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateTool {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// A JSON schema of what it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_schema: Option<Map<String, Value>>,
    /// All the secrets it may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ids: Option<Vec<Uuid>>,
    /// Who manages it from now on. Only alone, and only without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager_id: Option<Uuid>,
}

/// The tools.
pub fn list(paging: &Paging) -> Call<Page<ToolItem>> {
    read("tools").paged(paging)
}

/// Makes a tool.
pub fn create(body: impl IntoBody<CreateTool>) -> Call<Tool> {
    post("tools").json(body)
}

/// One tool.
pub fn get(id: impl Display) -> Call<Tool> {
    read("tools").at(id)
}

/// Changes a tool.
pub fn update(id: impl Display, body: impl IntoBody<UpdateTool>) -> Call<Tool> {
    patch("tools").at(id).json(body)
}
