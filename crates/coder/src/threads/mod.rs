//! Threads on this machine, and on the server.

mod store;
mod sync;
#[cfg(test)]
mod tests;

use client::{Timestamp, Uuid, loom::threads::Visibility};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value as Json};

pub use store::{Error, Listed, Lock, Store, Stored};
pub(crate) use store::{make_folder, write_at_once};
pub use sync::{Error as SyncError, Syncer};

use crate::{conversation::Conversation, git::Git};

/// How far a thread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The model is asked, or tools run.
    Weaving,
    /// It is the person's turn.
    Waiting,
    /// It is over.
    Complete,
    /// The last turn failed.
    Error,
    /// Nothing runs.
    #[default]
    #[serde(other)]
    Idle,
}

/// A conversation with the agent, and where it took place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    /// `T-` and a UUIDv7; other clients name theirs otherwise.
    pub id: String,
    /// What it is about.
    #[serde(default, deserialize_with = "or_empty", skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The folder.
    #[serde(default, deserialize_with = "or_empty", skip_serializing_if = "String::is_empty")]
    pub workspace: String,
    /// Who may read it on the server.
    #[serde(default = "private")]
    pub visibility: Visibility,
    /// What was said.
    #[serde(default)]
    pub messages: Conversation,
    /// How often the server has saved it; on this machine what was last heard of that.
    #[serde(default)]
    pub version: u64,
    /// When it was begun.
    #[serde(default)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[serde(default)]
    pub updated_at: Timestamp,
    /// How far it is.
    #[serde(default)]
    pub state: State,
    /// The repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Git>,
    /// The provider of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The case that is worked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
    /// What others put there.
    #[serde(flatten)]
    pub other: Map<String, Json>,
}

fn private() -> Visibility {
    Visibility::Private
}

/// Reads `null` like an absent field.
fn or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Thread {
    /// A new thread about a folder.
    pub fn new(workspace: String, now: Timestamp) -> Self {
        Self {
            id: new_id(),
            title: String::new(),
            workspace,
            visibility: Visibility::Private,
            messages: Conversation::default(),
            version: 0,
            created_at: now,
            updated_at: now,
            state: State::Idle,
            git: None,
            provider: None,
            model: None,
            case_id: None,
            other: Map::new(),
        }
    }
}

/// An id that sorts by time.
pub fn new_id() -> String {
    format!("T-{}", Uuid::now_v7())
}
