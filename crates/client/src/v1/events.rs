//! Everything that happens, as it happens.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::get;
use crate::Call;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// Its number. Numbers grow; they may have gaps.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor_id: Uuid,
    /// What it is, such as `case.commenced`.
    pub verb: String,
    /// What it happened to.
    pub subject_id: Uuid,
    /// The space it happened in.
    pub space_id: Option<Uuid>,
    /// The case it happened in.
    pub case_id: Option<Uuid>,
    /// The thread it happened in.
    pub thread_id: Option<Uuid>,
    /// What else there is to say.
    #[serde(default)]
    pub data: Map<String, Value>,
}

/// What happens in the workspace and the caller may see, for [`crate::Client::follow`]: from now on, or behind the event of
/// the number `after`, with 0 for the beginning of the log.
pub fn follow(after: Option<i64>) -> Call<Event> {
    get("events").query("after", after)
}
