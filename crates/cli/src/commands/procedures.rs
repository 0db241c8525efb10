//! `procedures`

use clap::{Args, Subcommand};
use client::public::procedures as api;
use serde::Serialize;

use crate::{
    Result, Session,
    body::{Body, Fields},
    paging::CursorFlags,
};

/// Commands on procedures.
#[derive(Debug, Subcommand)]
pub enum Procedures {
    /// List the procedures of a space
    List {
        /// The space; servers want it named
        #[arg(long, value_name = "ID", help_heading = "Filters")]
        space_id: Option<String>,
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Show a procedure with its stages
    Get {
        /// Id of the procedure
        id: String,
    },
    /// Make a procedure
    Create {
        #[command(flatten)]
        body: Body<NewProcedure>,
    },
    /// Change a procedure; its stages are given as JSON
    Update {
        /// Id of the procedure
        id: String,
        #[command(flatten)]
        body: Body<ChangedProcedure>,
    },
    /// Remove a procedure
    Delete {
        /// Id of the procedure
        id: String,
    },
}

/// The flags of a new procedure.
#[derive(Debug, Args, Serialize)]
pub struct NewProcedure {
    /// Title (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Space it lies in (required)
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    space_id: Option<String>,
}

impl Fields for NewProcedure {
    const REQUIRED: &[&str] = &["title", "space_id"];
}

/// The flags of a changed procedure.
#[derive(Debug, Args, Serialize)]
pub struct ChangedProcedure {
    /// Title
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
}

impl Fields for ChangedProcedure {}

impl Procedures {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { space_id, paging } => {
                session.list(api::list(&paging.page(), space_id.as_deref()), &paging).await
            }
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Create { body } => session.show(&api::create(body.read()?)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
            Self::Delete { id } => session.delete(api::delete(&id), &id).await,
        }
    }
}
