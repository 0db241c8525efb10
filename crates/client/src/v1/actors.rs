//! Actors: people and agents.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ActorType, List, One, Pages, get as read, patch, post};
use crate::{Call, IntoBody, Patch, names::or_empty};

/// An actor.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Actor {
    /// Its id.
    pub id: Uuid,
    /// Whether it is a person.
    pub r#type: ActorType,
    /// Its name.
    pub name: String,
    /// A person's e-mail address.
    pub email: Option<String>,
    /// The model an agent thinks with.
    pub model_id: Option<String>,
    /// What an agent is told to do.
    pub system_prompt: Option<String>,
    /// What it can do.
    #[serde(default, deserialize_with = "or_empty")]
    pub capabilities: Vec<String>,
    /// The actions that an agent only proposes.
    #[serde(default, deserialize_with = "or_empty")]
    pub review: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A new actor.
#[derive(Debug, Clone, Serialize)]
pub struct CreateActor {
    /// Whether it is a person.
    pub r#type: ActorType,
    /// Its name.
    pub name: String,
    /// A person's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The model an agent thinks with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// What an agent is told to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt: Option<String>,
    /// What it can do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// The actions that an agent only proposes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub review: Vec<String>,
}

/// A change of an actor.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateActor {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A person's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Patch<String>,
    /// The model an agent thinks with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// What an agent is told to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_prompt: Patch<String>,
    /// What it can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<String>>,
    /// The actions that an agent only proposes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<Vec<String>>,
}

/// The actors.
pub fn list(pages: &Pages) -> Call<List<Actor>> {
    read("actors").on(pages)
}

/// Makes an actor.
pub fn create(body: impl IntoBody<CreateActor>) -> Call<One<Actor>> {
    post("actors").json(body)
}

/// One actor.
pub fn get(id: impl Display) -> Call<One<Actor>> {
    read("actors").at(id)
}

/// Changes an actor.
pub fn update(id: impl Display, body: impl IntoBody<UpdateActor>) -> Call<One<Actor>> {
    patch("actors").at(id).json(body)
}
