//! `instructions`

use clap::{Args, Subcommand};
use client::v1::instructions as api;
use serde::Serialize;

use crate::{
    Result, Session,
    body::{Body, Fields},
    paging::PageFlags,
};

/// Commands on instructions.
#[derive(Debug, Subcommand)]
pub enum Instructions {
    /// List the instructions of a stage
    List {
        /// Id of the stage
        stage_id: String,
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Add an instruction to a stage
    Create {
        /// Id of the stage
        stage_id: String,
        #[command(flatten)]
        body: Body<NewInstruction>,
    },
    /// Change an instruction
    Update {
        /// Id of the instruction
        id: String,
        #[command(flatten)]
        body: Body<ChangedInstruction>,
    },
    /// Tick an instruction
    Complete {
        /// Id of the instruction
        id: String,
    },
}

/// The flags of a new instruction.
#[derive(Debug, Args, Serialize)]
pub struct NewInstruction {
    /// What is to be done (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// todo, subcase or implicit [default: todo]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<String>,
    /// When an implicit one is satisfied
    #[arg(long, value_name = "EXPRESSION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
}

impl Fields for NewInstruction {
    const REQUIRED: &[&str] = &["text"];
}

/// The flags of a changed instruction.
#[derive(Debug, Args, Serialize)]
pub struct ChangedInstruction {
    /// What is to be done
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// When an implicit one is satisfied
    #[arg(long, value_name = "EXPRESSION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
}

impl Fields for ChangedInstruction {}

impl Instructions {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { stage_id, paging } => session.list_pages(api::list(stage_id, &paging.pages()), &paging).await,
            Self::Create { stage_id, body } => session.show(&api::create(stage_id, body.read()?)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
            Self::Complete { id } => session.show(&api::complete(id)).await,
        }
    }
}
