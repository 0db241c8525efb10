//! Threads and what is said in them.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Direction, Link, Page, Paging, get as read, post};
use crate::{Call, IntoBody};

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Thread {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something last happened in it.
    pub last_thread_event_at: Option<Timestamp>,
    /// Where its events are.
    pub events_url: String,
}

/// Something that happened in a thread.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ThreadEvent {
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who did it.
    pub author: Link,
    /// What it consists of.
    pub payloads: Vec<Payload>,
}

/// A part of a thread's event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "payload_type", rename_all = "snake_case")]
pub enum Payload {
    /// Something said.
    Message {
        /// The words.
        text: String,
    },
    /// A file handed over.
    File {
        /// The file.
        file: Link,
    },
    /// A kind that this version does not know.
    #[serde(other)]
    Other,
}

/// A message to post.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateMessage {
    /// The words.
    pub text: String,
    /// Files that go with it, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_ids: Vec<Uuid>,
}

/// One thread.
pub fn get(id: impl Display) -> Call<Thread> {
    read("threads").at(id)
}

/// What happened in a thread, the oldest first unless the direction says otherwise.
pub fn events(id: impl Display, paging: &Paging, direction: Option<&Direction>) -> Call<Page<ThreadEvent>> {
    read("threads").at(id).at("events").paged(paging).sorted(None, direction)
}

/// Posts a message.
pub fn create_message(id: impl Display, body: impl IntoBody<CreateMessage>) -> Call<ThreadEvent> {
    post("threads").at(id).at("messages").json(body)
}
