//! AI agents and the tools they have.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Link, Page, Paging, get as read, models::ReasoningEffort, patch, post, put, tools::ToolKind};
use crate::{Call, IntoBody, Patch};

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Agent {
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
    /// What it is told to do. Lists leave it out.
    pub job_description: Option<String>,
    /// The model it thinks with.
    pub model: String,
    /// How much it thinks.
    pub reasoning_effort: Option<ReasoningEffort>,
}

/// A new agent.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateAgent {
    /// Its name.
    pub name: String,
    /// What it is told to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_description: Option<String>,
    /// The model it thinks with; the default one when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How much it thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<ReasoningEffort>,
}

/// A change of an agent.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateAgent {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is told to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_description: Patch<String>,
    /// The model it thinks with; cleared, the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Patch<String>,
    /// How much it thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Patch<ReasoningEffort>,
}

/// A tool that an agent has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AgentTool {
    /// The tool's id.
    pub id: Uuid,
    /// Its kind.
    pub r#type: ToolKind,
    /// Its name.
    pub name: String,
    /// Where it is, below the server's address.
    pub url: String,
}

/// The tools an agent is to have.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReplaceTools {
    /// All of them.
    pub tool_ids: Vec<Uuid>,
}

/// The agents.
pub fn list(paging: &Paging) -> Call<Page<Agent>> {
    read("agents").paged(paging)
}

/// Makes an agent.
pub fn create(body: impl IntoBody<CreateAgent>) -> Call<Agent> {
    post("agents").json(body)
}

/// One agent.
pub fn get(id: impl Display) -> Call<Agent> {
    read("agents").at(id)
}

/// Changes an agent.
pub fn update(id: impl Display, body: impl IntoBody<UpdateAgent>) -> Call<Agent> {
    patch("agents").at(id).json(body)
}

/// The tools an agent has.
pub fn tools(id: impl Display) -> Call<Vec<AgentTool>> {
    read("agents").at(id).at("tools")
}

/// Gives an agent these tools and no others.
pub fn replace_tools(id: impl Display, body: impl IntoBody<ReplaceTools>) -> Call<Vec<AgentTool>> {
    put("agents").at(id).at("tools").json(body)
}
