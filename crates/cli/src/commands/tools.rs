//! `tools` and `secrets`

use clap::{Args, Subcommand};
use client::public::{secrets, tools as api};
use serde::Serialize;

use crate::{
    Result, Session,
    body::{Body, Fields, List, joined},
    paging::CursorFlags,
};

/// Commands on tools.
#[derive(Debug, Subcommand)]
pub enum Tools {
    /// List the tools
    List {
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Show a tool
    Get {
        /// Id of the tool
        id: String,
    },
    /// Make a tool; its input_schema is given as JSON
    Create {
        #[command(flatten)]
        body: Body<NewTool>,
    },
    /// Change a tool
    Update {
        /// Id of the tool
        id: String,
        #[command(flatten)]
        body: Body<ChangedTool>,
    },
}

/// Commands on secrets.
#[derive(Debug, Subcommand)]
pub enum Secrets {
    /// List the secrets, without their values
    List {
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Store a secret; as JSON on standard input its value stays out of the list of processes
    Create {
        #[command(flatten)]
        body: Body<NewSecret>,
    },
    /// Remove a secret
    Delete {
        /// Id of the secret
        id: String,
    },
}

/// The flags of a new tool.
#[derive(Debug, Args, Serialize)]
pub struct NewTool {
    /// Name (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it is for (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What it does, in Python (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    /// Secrets it may use; several by commas or by repeating
    #[arg(long, value_name = "IDS")]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    secret_ids: Option<Vec<List>>,
}

impl Fields for NewTool {
    const REQUIRED: &[&str] = &["name", "description", "script"];
}

/// The flags of a changed tool.
#[derive(Debug, Args, Serialize)]
pub struct ChangedTool {
    /// Name
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it is for
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What it does, in Python
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
    /// All secrets it may use; several by commas or by repeating, none by ""
    #[arg(long, value_name = "IDS")]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    secret_ids: Option<Vec<List>>,
    /// Who manages it from now on; alone
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    manager_id: Option<String>,
}

impl Fields for ChangedTool {}

/// The flags of a new secret.
#[derive(Args, Serialize)]
pub struct NewSecret {
    /// Name: letters, digits and _, not beginning with a digit (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Value (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSecret").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Fields for NewSecret {
    const REQUIRED: &[&str] = &["name", "value"];
}

impl Tools {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { paging } => session.list(api::list(&paging.page()), &paging).await,
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Create { body } => session.show(&api::create(body.read()?)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
        }
    }
}

impl Secrets {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { paging } => session.list(secrets::list(&paging.page()), &paging).await,
            Self::Create { body } => session.show(&secrets::create(body.read()?)).await,
            Self::Delete { id } => session.delete(secrets::delete(&id), &id).await,
        }
    }
}
