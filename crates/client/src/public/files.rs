//! Files of spaces and cases. Bytes go up by [`upload`] and come down by [`crate::Client::fetch`] of a file's `download_url`.

use std::{fmt::Display, path::Path};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Direction, Link, Page, Paging, Sort, delete as remove, get as read, patch, post};
use crate::{Call, IntoBody, Patch, Upload, names::or_empty};

/// A file.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct File {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The space or case it lies in.
    pub parent: Option<Link>,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type.
    pub mime_type: String,
    /// What else is known of it.
    pub additional_metadata: Option<Map<String, Value>>,
    /// Where its bytes are for a short while. Whoever has it can read them.
    pub download_url: String,
    /// The names of its tags.
    #[serde(default, deserialize_with = "or_empty")]
    pub tags: Vec<String>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The download's address is a secret.
        f.debug_struct("File").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Which files are wanted, and in which order.
#[derive(Debug, Clone, Default)]
pub struct ListFiles {
    /// The page.
    pub paging: Paging,
    /// Directly in this space.
    pub space_id: Option<String>,
    /// Directly in this case.
    pub case_id: Option<String>,
    /// What they are sorted by.
    pub sort: Option<Sort>,
    /// Which end comes first.
    pub direction: Option<Direction>,
}

/// A change of a file. Its name and its bytes stay.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateFile {
    /// The names of all its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The space it moves to; cleared, it lies in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space_id: Patch<Uuid>,
    /// The case it moves to; cleared, it lies in none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Patch<Uuid>,
}

/// Files.
pub fn list(query: &ListFiles) -> Call<Page<File>> {
    read("files")
        .paged(&query.paging)
        .query("space_id", query.space_id.as_deref())
        .query("case_id", query.case_id.as_deref())
        .sorted(query.sort.as_ref(), query.direction.as_ref())
}

/// Sends a file up, into a space, a case or neither.
pub fn upload(path: impl AsRef<Path>, space_id: Option<&str>, case_id: Option<&str>) -> Call<File> {
    post("files").upload(Upload::new("file", path).field("space_id", space_id).field("case_id", case_id))
}

/// Sends bytes up as a file called `name`, into a space, a case or neither.
pub fn upload_bytes(name: &str, bytes: Bytes, space_id: Option<&str>, case_id: Option<&str>) -> Call<File> {
    post("files").upload(Upload::bytes("file", name, bytes).field("space_id", space_id).field("case_id", case_id))
}

/// One file, with a fresh address for its bytes.
pub fn get(id: impl Display) -> Call<File> {
    read("files").at(id)
}

/// Tags or moves a file.
pub fn update(id: impl Display, body: impl IntoBody<UpdateFile>) -> Call<File> {
    patch("files").at(id).json(body)
}

/// Removes a file.
pub fn delete(id: impl Display) -> Call<()> {
    remove("files").at(id)
}
