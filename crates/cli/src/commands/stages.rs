//! `stages`

use clap::{Args, Subcommand};
use client::v1::stages as api;
use serde::Serialize;

use crate::{
    Result, Session,
    body::{Body, Fields},
    paging::PageFlags,
};

/// Commands on stages.
#[derive(Debug, Subcommand)]
pub enum Stages {
    /// List the stages of a case
    List {
        /// Id of the case
        case_id: String,
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Show a stage
    Get {
        /// Id of the stage
        id: String,
    },
    /// Assign a stage, or say whether it moves
    Update {
        /// Id of the stage
        id: String,
        #[command(flatten)]
        body: Body<ChangedStage>,
    },
    /// End the active stage
    Complete {
        /// Id of the stage
        id: String,
    },
    /// End a stage without working on it
    Skip {
        /// Id of the stage
        id: String,
    },
    /// Open a case that a stage needs
    SpawnSubcase {
        /// Id of the stage
        id: String,
        #[command(flatten)]
        body: Body<NewSubcase>,
    },
}

/// What is waited for.
#[derive(Debug, Args, Serialize)]
pub struct Waiting {
    /// What it waits for: subcase, approval, external or actor
    #[arg(long = "waiting-on", value_name = "KIND")]
    #[serde(rename = "kind")]
    waiting_kind: Option<String>,
    /// Id of what it waits for
    #[arg(long = "waiting-on-id", value_name = "ID", requires = "waiting_kind")]
    #[serde(rename = "id", skip_serializing_if = "Option::is_none")]
    waiting_id: Option<String>,
    /// What it waits for, in words
    #[arg(long = "waiting-on-reason", value_name = "TEXT", requires = "waiting_kind")]
    #[serde(rename = "reason", skip_serializing_if = "Option::is_none")]
    waiting_reason: Option<String>,
}

impl Waiting {
    /// Whether something is waited for.
    pub fn is_given(&self) -> bool {
        self.waiting_kind.is_some()
    }

    fn is_missing(&self) -> bool {
        !self.is_given()
    }
}

/// The flags of a changed stage.
#[derive(Debug, Args, Serialize)]
pub struct ChangedStage {
    /// Person or agent it is given to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_actor_id: Option<String>,
    /// working, waiting, blocked or paused
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    motion: Option<String>,
    #[command(flatten)]
    #[serde(rename = "waiting_on", skip_serializing_if = "Waiting::is_missing")]
    waiting: Waiting,
}

impl Fields for ChangedStage {}

/// The flags of a case that is spawned.
#[derive(Debug, Args, Serialize)]
pub struct NewSubcase {
    /// Title (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// What it is about
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// critical, high, medium or low
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
    /// Person or agent it is given to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_actor_id: Option<String>,
    /// Procedure it follows
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    procedure_id: Option<String>,
    /// Instruction that it satisfies
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    instruction_id: Option<String>,
}

impl Fields for NewSubcase {
    const REQUIRED: &[&str] = &["title"];
}

impl Stages {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { case_id, paging } => session.list_pages(api::list(case_id, &paging.pages()), &paging).await,
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
            Self::Complete { id } => session.show(&api::complete(id)).await,
            Self::Skip { id } => session.show(&api::skip(id)).await,
            Self::SpawnSubcase { id, body } => session.show(&api::spawn_subcase(id, body.read()?)).await,
        }
    }
}
