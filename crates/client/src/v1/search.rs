//! Search across everything that the caller can see.

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::{List, get};
use crate::Call;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Hit {
    /// What it is.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// The space it lies in.
    pub space_id: Uuid,
    /// Its title.
    pub title: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What has all these words, at most `limit` of it.
pub fn search(words: &str, limit: Option<i64>) -> Call<List<Hit>> {
    get("search").query("q", Some(words)).query("limit", limit)
}
