//! `notes`

use clap::{Args, Subcommand};
use client::public::notes::{self as api, ListNotes};
use serde::Serialize;

use crate::{
    Result, Session,
    body::{Body, Fields, List, joined},
    paging::CursorFlags,
};

/// Commands on notes.
#[derive(Debug, Subcommand)]
pub enum Notes {
    /// List notes
    List {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Show a note
    Get {
        /// Id of the note
        id: String,
    },
    /// Write a note, in a space or in a case
    Create {
        #[command(flatten)]
        body: Body<NewNote>,
    },
    /// Change or move a note
    Update {
        /// Id of the note
        id: String,
        #[command(flatten)]
        body: Body<ChangedNote>,
    },
    /// Remove a note
    Delete {
        /// Id of the note
        id: String,
    },
}

/// Which notes are wanted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub struct Filter {
    /// Directly in this space
    #[arg(long, value_name = "ID")]
    space_id: Option<String>,
    /// Directly in this case
    #[arg(long, value_name = "ID")]
    case_id: Option<String>,
    /// Of this thread
    #[arg(long, value_name = "ID")]
    thread_id: Option<String>,
    /// created_at or updated_at
    #[arg(long)]
    sort: Option<String>,
    /// asc or desc
    #[arg(long)]
    direction: Option<String>,
}

/// The flags of a new note.
#[derive(Debug, Args, Serialize)]
pub struct NewNote {
    /// Title (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Text
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// Space it lies in
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    space_id: Option<String>,
    /// Case it lies in
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    case_id: Option<String>,
    /// Names of tags; several by commas or by repeating
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    tags: Option<Vec<List>>,
}

impl Fields for NewNote {
    const REQUIRED: &[&str] = &["title"];
}

/// The flags of a changed note.
#[derive(Debug, Args, Serialize)]
pub struct ChangedNote {
    /// Title
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Text
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// Space it moves to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    space_id: Option<String>,
    /// Case it moves to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    case_id: Option<String>,
    /// Names of all tags; several by commas or by repeating, none by ""
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    tags: Option<Vec<List>>,
}

impl Fields for ChangedNote {}

impl Notes {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { filter, paging } => {
                let query = ListNotes {
                    paging: paging.page(),
                    space_id: filter.space_id,
                    case_id: filter.case_id,
                    thread_id: filter.thread_id,
                    sort: filter.sort.as_deref().map(Into::into),
                    direction: filter.direction.as_deref().map(Into::into),
                };
                session.list(api::list(&query), &paging).await
            }
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Create { body } => session.show(&api::create(body.read()?)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
            Self::Delete { id } => session.delete(api::delete(&id), &id).await,
        }
    }
}
