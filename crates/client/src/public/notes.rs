//! Notes of spaces and cases.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Direction, Link, Page, Paging, Sort, delete as remove, get as read, patch, post};
use crate::{Call, IntoBody, Patch, names::or_empty};

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Note {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The space or case it lies in.
    pub parent: Option<Link>,
    /// Its title.
    pub title: String,
    /// Its text. Lists leave it out.
    pub body: Option<String>,
    /// The names of its tags.
    #[serde(default, deserialize_with = "or_empty")]
    pub tags: Vec<String>,
}

/// Which notes are wanted, and in which order.
#[derive(Debug, Clone, Default)]
pub struct ListNotes {
    /// The page.
    pub paging: Paging,
    /// Directly in this space.
    pub space_id: Option<String>,
    /// Directly in this case.
    pub case_id: Option<String>,
    /// Of this thread.
    pub thread_id: Option<String>,
    /// What they are sorted by.
    pub sort: Option<Sort>,
    /// Which end comes first.
    pub direction: Option<Direction>,
}

/// A new note, in exactly one place.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateNote {
    /// The space it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space_id: Option<Uuid>,
    /// The case it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
    /// Its title.
    pub title: String,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The names of its tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A change of a note.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateNote {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Patch<String>,
    /// The names of all its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The space it moves to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space_id: Option<Uuid>,
    /// The case it moves to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<Uuid>,
}

/// Notes, without their text.
pub fn list(query: &ListNotes) -> Call<Page<Note>> {
    read("notes")
        .paged(&query.paging)
        .query("space_id", query.space_id.as_deref())
        .query("case_id", query.case_id.as_deref())
        .query("thread_id", query.thread_id.as_deref())
        .sorted(query.sort.as_ref(), query.direction.as_ref())
}

/// Writes a note.
pub fn create(body: impl IntoBody<CreateNote>) -> Call<Note> {
    post("notes").json(body)
}

/// One note.
pub fn get(id: impl Display) -> Call<Note> {
    read("notes").at(id)
}

/// Changes or moves a note.
pub fn update(id: impl Display, body: impl IntoBody<UpdateNote>) -> Call<Note> {
    patch("notes").at(id).json(body)
}

/// Removes a note.
pub fn delete(id: impl Display) -> Call<()> {
    remove("notes").at(id)
}
