//! `threads`

use clap::{Args, Subcommand};
use client::public::threads as api;
use serde::Serialize;

use crate::{
    Result, Session,
    body::{Body, Fields, List, joined, no_values},
    paging::CursorFlags,
};

/// Commands on threads.
#[derive(Debug, Subcommand)]
pub enum Threads {
    /// Show a thread
    Get {
        /// Id of the thread
        id: String,
    },
    /// List what happened in a thread
    Events {
        /// Id of the thread
        id: String,
        /// asc or desc [default: asc]
        #[arg(long, help_heading = "Filters")]
        direction: Option<String>,
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Messages of a thread
    #[command(subcommand)]
    Messages(Messages),
}

/// Commands on messages.
#[derive(Debug, Subcommand)]
pub enum Messages {
    /// Post a message
    Create {
        /// Id of the thread
        thread_id: String,
        #[command(flatten)]
        body: Body<NewMessage>,
    },
}

/// The flags of a new message.
#[derive(Debug, Args, Serialize)]
pub struct NewMessage {
    /// Words (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Files that go with it; several by commas or by repeating
    #[arg(long, value_name = "IDS")]
    #[serde(skip_serializing_if = "no_values", serialize_with = "joined")]
    file_ids: Option<Vec<List>>,
}

impl Fields for NewMessage {
    const REQUIRED: &[&str] = &["text"];
}

impl Threads {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Events { id, direction, paging } => {
                let direction = direction.as_deref().map(Into::into);
                session.list(api::events(id, &paging.page(), direction.as_ref()), &paging).await
            }
            Self::Messages(Messages::Create { thread_id, body }) => {
                session.show(&api::create_message(thread_id, body.read()?)).await
            }
        }
    }
}
