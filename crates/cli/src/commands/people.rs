//! `users`, `actors` and `members`

use clap::{Args, Subcommand};
use client::{
    Raw,
    public::users,
    v1::{actors, spaces},
};
use serde::Serialize;
use serde_json::json;

use crate::{
    Result, Session,
    body::{Body, Fields, List, joined},
    paging::{CursorFlags, PageFlags},
};

/// Commands on people.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// List the people of the organisation
    List {
        #[command(flatten)]
        paging: CursorFlags,
    },
    /// Show a person
    Get {
        /// Id of the person
        id: String,
    },
    /// Show who you are
    Me,
}

/// Commands on actors.
#[derive(Debug, Subcommand)]
pub enum Actors {
    /// List people and agents
    List {
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Show an actor
    Get {
        /// Id of the actor
        id: String,
    },
    /// Make an actor
    Create {
        #[command(flatten)]
        body: Body<NewActor>,
    },
    /// Change an actor
    Update {
        /// Id of the actor
        id: String,
        #[command(flatten)]
        body: Body<ChangedActor>,
    },
}

/// Commands on members.
#[derive(Debug, Subcommand)]
pub enum Members {
    /// List the members of a space
    List {
        /// Id of the space
        space_id: String,
        #[command(flatten)]
        paging: PageFlags,
    },
    /// Add a member to a space, or give one another role
    Set {
        /// Id of the space
        space_id: String,
        /// Id of the actor
        actor_id: String,
        /// owner, admin, member or observer
        #[arg(long)]
        role: String,
    },
}

/// The flags of a new actor.
#[derive(Debug, Args, Serialize)]
pub struct NewActor {
    /// human or ai (required)
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<String>,
    #[command(flatten)]
    #[serde(flatten)]
    about: ChangedActor,
}

impl Fields for NewActor {
    const REQUIRED: &[&str] = &["type", "name"];
}

/// The flags of a changed actor.
#[derive(Debug, Args, Serialize)]
pub struct ChangedActor {
    /// Name
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// E-mail address of a person
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Model an agent thinks with
    #[arg(long, value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    model_id: Option<String>,
    /// What an agent is told to do
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    system_prompt: Option<String>,
    /// What it can do; several by commas or by repeating
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    capabilities: Option<Vec<List>>,
    /// Actions that an agent only proposes; several by commas or by repeating
    #[arg(long, value_name = "ACTIONS")]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "joined")]
    review: Option<Vec<List>>,
}

impl Fields for ChangedActor {}

impl Users {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { paging } => session.list(users::list(&paging.page()), &paging).await,
            Self::Get { id } => session.show(&users::get(id)).await,
            Self::Me => session.show(&users::me()).await,
        }
    }
}

impl Actors {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { paging } => session.list_pages(actors::list(&paging.pages()), &paging).await,
            Self::Get { id } => session.show(&actors::get(id)).await,
            Self::Create { body } => session.show(&actors::create(body.read()?)).await,
            Self::Update { id, body } => session.show(&actors::update(id, body.read()?)).await,
        }
    }
}

impl Members {
    pub async fn run(self, session: &Session) -> Result {
        match self {
            Self::List { space_id, paging } => {
                session.list_pages(spaces::members(space_id, &paging.pages()), &paging).await
            }
            Self::Set { space_id, actor_id, role } => {
                let body = Raw::from(&json!({ "actor_id": actor_id, "role": role }));
                session.show(&spaces::add_member(space_id, body)).await
            }
        }
    }
}
