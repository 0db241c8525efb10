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
    /// The space it lies in; none for an actor.
    pub space_id: Option<Uuid>,
    /// The case it belongs to.
    pub case_id: Option<Uuid>,
    /// The thread it belongs to.
    pub thread_id: Option<Uuid>,
    /// Its title.
    pub title: String,
    /// A piece of its text around the first match.
    pub snippet: Option<String>,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What has all these words, at most `limit` of it.
pub fn search(words: &str, limit: Option<i64>) -> Call<List<Hit>> {
    get("search").query("q", Some(words)).query("limit", limit)
}
