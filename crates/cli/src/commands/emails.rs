//! `emails`

use clap::{Args, Subcommand};
use client::v1::emails as api;
use serde::Serialize;

use super::datatables::PlaceFlags;
use crate::{
    Result, Session,
    body::{Body, Fields, List, joined},
    paging::PageFlags,
};

/// Commands on e-mails.
#[derive(Debug, Subcommand)]
pub enum Emails {
    /// List e-mails
    List {
        #[command(flatten)]
        place: PlaceFlags,
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Show an e-mail
    Get {
        /// Id of the e-mail
        id: String,
    },
    /// Write a draft, in a case, a thread or a space
    Create {
        #[command(flatten)]
        body: Body<NewEmail>,
    },
    /// Change a draft
    Update {
        /// Id of the e-mail
        id: String,
        #[command(flatten)]
        body: Body<ChangedEmail>,
    },
    /// Send a draft
    Send {
        /// Id of the e-mail
        id: String,
    },
}

/// The flags of a new e-mail.
#[derive(Debug, Args, Serialize)]
pub struct NewEmail {
    /// Case it is attached to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    case_id: Option<String>,
    /// Thread it is attached to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_id: Option<String>,
    /// Space it is attached to
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    space_id: Option<String>,
    #[command(flatten)]
    #[serde(flatten)]
    about: ChangedEmail,
}

impl Fields for NewEmail {}

/// The flags of a changed e-mail.
#[derive(Debug, Args, Serialize)]
pub struct ChangedEmail {
    /// Addresses it is for; several by commas or by repeating
    #[arg(long, value_name = "ADDRESSES")]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    to: Option<Vec<List>>,
    /// Addresses that get a copy; several by commas or by repeating
    #[arg(long, value_name = "ADDRESSES")]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    cc: Option<Vec<List>>,
    /// Addresses that get a copy unseen; several by commas or by repeating
    #[arg(long, value_name = "ADDRESSES")]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    bcc: Option<Vec<List>>,
    /// What it is about
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// Text
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// E-mail it answers
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    in_reply_to: Option<String>,
}

impl Fields for ChangedEmail {}

impl Emails {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { place, paging } => {
                session.list_pages(api::list(&place.into(), &paging.pages()), &paging).await
            }
            Self::Get { id } => session.show(&api::get(id)).await,
            Self::Create { body } => session.show(&api::create(body.read()?)).await,
            Self::Update { id, body } => session.show(&api::update(id, body.read()?)).await,
            Self::Send { id } => session.show(&api::send(id)).await,
        }
    }
}
