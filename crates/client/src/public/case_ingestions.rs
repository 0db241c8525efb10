//! Imports of many cases from a file of JSON lines.

use std::{fmt::Display, path::Path};

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::{Link, Page, Paging, get as read, post};
use crate::{
    Call, Upload,
    names::{names, or_empty},
};

names! {
    /// Where an import stands.
    IngestionStatus {
        Pending = "pending",
        Processing = "processing",
        Completed = "completed",
        Failed = "failed",
    }

    /// What became of an entry.
    EntryStatus {
        Success = "success",
        Skipped = "skipped",
        Failed = "failed",
    }
}

impl IngestionStatus {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CaseIngestion {
    /// Its id.
    pub id: Uuid,
    /// The space that the cases go to.
    pub space: Link,
    /// Where it stands.
    pub status: IngestionStatus,
    /// How many entries there are.
    pub total_count: u64,
    /// How many of them are done.
    pub processed_count: u64,
    /// How many became cases.
    pub success_count: u64,
    /// How many failed.
    pub error_count: u64,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An entry that did not become a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FailedEntry {
    /// Its id.
    pub id: Uuid,
    /// Its line in the file, from 1.
    pub line_number: u64,
    /// The name it gave.
    pub external_id: String,
    /// What became of it.
    pub status: EntryStatus,
    /// When it was read.
    pub created_at: Timestamp,
    /// Why it failed.
    #[serde(default, deserialize_with = "or_empty")]
    pub errors: Vec<EntryError>,
}

/// Why an entry failed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EntryError {
    /// Its id.
    pub id: Uuid,
    /// The reason.
    pub error: String,
    /// When it happened.
    pub created_at: Timestamp,
}

/// Begins an import of the file into the space.
pub fn create(manifest: impl AsRef<Path>, space_id: &str) -> Call<CaseIngestion> {
    post("case-ingestions").upload(Upload::new("manifest", manifest).field("space_id", Some(space_id)))
}

/// Begins an import of these JSON lines into the space.
pub fn create_from(manifest: Bytes, space_id: &str) -> Call<CaseIngestion> {
    let upload = Upload::bytes("manifest", "manifest.jsonl", manifest).field("space_id", Some(space_id));
    post("case-ingestions").upload(upload)
}

/// One import.
pub fn get(id: impl Display) -> Call<CaseIngestion> {
    read("case-ingestions").at(id)
}

/// The entries of an import that failed.
pub fn errors(id: impl Display, paging: &Paging) -> Call<Page<FailedEntry>> {
    read("case-ingestions").at(id).at("errors").paged(paging)
}
