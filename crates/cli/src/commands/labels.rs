//! `labels`

use clap::{Args, Subcommand};
use client::{Raw, v1::labels as api};
use serde::Serialize;
use serde_json::json;

use crate::{
    Result, Session,
    body::{Body, Fields},
    paging::PageFlags,
};

/// Commands on labels.
#[derive(Debug, Subcommand)]
pub enum Labels {
    /// List the labels of a space
    List {
        /// Id of the space
        space_id: String,
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Make a label in a space
    Create {
        /// Id of the space
        space_id: String,
        #[command(flatten)]
        body: Body<NewLabel>,
    },
    /// Put a label on a case
    Apply {
        /// Id of the case
        case_id: String,
        /// Id of the label
        label_id: String,
    },
    /// Take a label off a case
    Remove {
        /// Id of the case
        case_id: String,
        /// Id of the label
        label_id: String,
    },
}

/// The flags of a new label.
#[derive(Debug, Args, Serialize)]
pub struct NewLabel {
    /// Name (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Colour
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<String>,
}

impl Fields for NewLabel {
    const REQUIRED: &[&str] = &["name"];
}

impl Labels {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { space_id, paging } => session.list_pages(api::list(space_id, &paging.pages()), &paging).await,
            Self::Create { space_id, body } => session.show(&api::create(space_id, body.read()?)).await,
            Self::Apply { case_id, label_id } => {
                session.show(&api::apply(case_id, Raw::from(&json!({ "label_id": label_id })))).await
            }
            Self::Remove { case_id, label_id } => session.show(&api::remove(case_id, label_id)).await,
        }
    }
}
