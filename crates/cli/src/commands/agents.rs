//! `agents` and `models`

use clap::{Args, Subcommand};
use client::public::{agents as api, models};
use serde::Serialize;

use crate::{
    Result, Session,
    body::{Body, Fields, List, joined},
    paging::CursorFlags,
};

/// Commands on agents.
#[derive(Debug, Subcommand)]
pub enum Agents {
    /// List the agents
    List {
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Show an agent
    Get {
        /// Id of the agent
        id: String,
    },
    /// Make an agent
    Create {
        #[command(flatten)]
        body: Body<NewAgent>,
    },
    /// Change an agent
    Update {
        /// Id of the agent
        id: String,
        #[command(flatten)]
        body: Body<ChangedAgent>,
    },
    /// Tools that an agent has
    #[command(subcommand)]
    Tools(AgentTools),
}

/// Commands on the tools of an agent.
#[derive(Debug, Subcommand)]
pub enum AgentTools {
    /// List them
    List {
        /// Id of the agent
        agent_id: String,
    },
    /// Give an agent these tools and no others
    Replace {
        /// Id of the agent
        agent_id: String,
        #[command(flatten)]
        body: Body<ToolIds>,
    },
}

/// Commands on models.
#[derive(Debug, Subcommand)]
pub enum Models {
    /// List the models there are
    List,
}

/// The flags of a new agent.
#[derive(Debug, Args, Serialize)]
pub struct NewAgent {
    /// Name (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it is told to do
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job_description: Option<String>,
    /// Model it thinks with, see "models list"
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// LOW, MEDIUM, HIGH or XHIGH
    #[arg(long, value_name = "EFFORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<String>,
}

impl Fields for NewAgent {
    const REQUIRED: &[&str] = &["name"];
}

/// The flags of a changed agent.
#[derive(Debug, Args, Serialize)]
pub struct ChangedAgent {
    /// Name
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it is told to do
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job_description: Option<String>,
    /// Model it thinks with, see "models list"
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// LOW, MEDIUM, HIGH or XHIGH
    #[arg(long, value_name = "EFFORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<String>,
}

impl Fields for ChangedAgent {}

/// The tools that an agent is to have.
#[derive(Debug, Args, Serialize)]
pub struct ToolIds {
    /// Ids of all its tools; several by commas or by repeating, none by ""
    #[arg(long, value_name = "IDS")]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    tool_ids: Option<Vec<List>>,
}

impl Fields for ToolIds {}

impl Agents {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { paging } => session.list(api::list(&paging.page()), &paging).await,
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Create { body } => session.show(&api::create(body.read()?)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
            Self::Tools(AgentTools::List { agent_id }) => session.show(&api::tools(agent_id)).await,
            Self::Tools(AgentTools::Replace { agent_id, body }) => {
                session.show(&api::replace_tools(agent_id, body.read()?)).await
            }
        }
    }
}

impl Models {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List => session.show(&models::list()).await,
        }
    }
}
