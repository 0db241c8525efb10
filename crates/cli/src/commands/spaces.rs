//! `spaces`

use clap::{Args, Subcommand};
use client::public::spaces as api;
use serde::Serialize;

use crate::{
    Result, Session,
    body::{Body, Fields, NoFields},
    paging::CursorFlags,
};

/// Commands on spaces.
#[derive(Debug, Subcommand)]
pub enum Spaces {
    /// List the spaces you can see
    List {
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Show a space
    Get {
        /// Id of the space
        id: String,
    },
    /// Make a space
    Create {
        #[command(flatten)]
        body: Body<NewSpace>,
    },
    /// Change a space
    Update {
        /// Id of the space
        id: String,
        #[command(flatten)]
        body: Body<ChangedSpace>,
    },
    /// Remove a space
    Delete {
        /// Id of the space
        id: String,
    },
    /// What happens to new cases of a space
    #[command(subcommand)]
    Trigger(Trigger),
}

/// Commands on what happens to new cases.
#[derive(Debug, Subcommand)]
pub enum Trigger {
    /// Show what happens
    Get {
        /// Id of the space
        space_id: String,
    },
    /// Set what happens; the body is given as JSON
    Update {
        /// Id of the space
        space_id: String,
        #[command(flatten)]
        body: Body<NoFields>,
    },
}

/// The flags of a new space.
#[derive(Debug, Args, Serialize)]
pub struct NewSpace {
    /// Name (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it is for
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl Fields for NewSpace {
    const REQUIRED: &[&str] = &["name"];
}

/// The flags of a changed space.
#[derive(Debug, Args, Serialize)]
pub struct ChangedSpace {
    /// Name
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What it is for
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl Fields for ChangedSpace {}

impl Spaces {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { paging } => session.list(api::list(&paging.page()), &paging).await,
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Create { body } => session.show(&api::create(body.read()?)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
            Self::Delete { id } => session.delete(api::delete(&id), &id).await,
            Self::Trigger(Trigger::Get { space_id }) => session.show(&api::trigger(space_id)).await,
            Self::Trigger(Trigger::Update { space_id, body }) => {
                session.show(&api::update_trigger(space_id, body.read()?)).await
            }
        }
    }
}
