//! Artifacts: files and notes of cases, threads and spaces.

use std::{fmt::Display, path::Path};

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::{Deleted, List, One, Pages, Place, delete as remove, get as read, post};
use crate::{
    Call, Upload,
    names::{names, or_empty},
};

names! {
    /// What an artifact is.
    ArtifactKind {
        File = "file",
        Note = "note",
    }
}

/// An artifact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Artifact {
    /// Its id.
    pub id: Uuid,
    /// The space it lies in.
    pub space_id: Uuid,
    /// The case it belongs to.
    pub case_id: Option<Uuid>,
    /// The thread it belongs to.
    pub thread_id: Option<Uuid>,
    /// What it is.
    pub r#type: ArtifactKind,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub mime_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// Where its bytes are stored.
    pub storage_ref: Option<String>,
    /// The names of its tags.
    #[serde(default, deserialize_with = "or_empty")]
    pub tags: Vec<String>,
    /// Who added it.
    pub created_by: Uuid,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Artifacts, of one place or all that the caller can see.
pub fn list(place: &Place, pages: &Pages) -> Call<List<Artifact>> {
    read("artifacts").within(place).on(pages)
}

/// Sends a file up.
pub fn upload(path: impl AsRef<Path>, place: &Place, name: Option<&str>) -> Call<One<Artifact>> {
    post("artifacts").upload(place.fields(Upload::new("file", path)).field("name", name))
}

/// One artifact.
pub fn get(id: impl Display) -> Call<One<Artifact>> {
    read("artifacts").at(id)
}

/// Removes an artifact.
pub fn delete(id: impl Display) -> Call<One<Deleted>> {
    remove("artifacts").at(id)
}

/// An artifact's bytes, for [`crate::Client::open`].
pub fn download(id: impl Display) -> Call<Bytes> {
    read("artifacts").at(id).at("download")
}

/// The bytes of an artifact that a page can show, for [`crate::Client::open`].
pub fn preview(id: impl Display) -> Call<Bytes> {
    read("artifacts").at(id).at("preview")
}

impl Place {
    /// The place as fields of a form.
    pub(super) fn fields(&self, upload: Upload) -> Upload {
        upload
            .field("case_id", self.case_id.as_deref())
            .field("thread_id", self.thread_id.as_deref())
            .field("space_id", self.space_id.as_deref())
    }
}
