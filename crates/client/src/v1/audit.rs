//! The log of who did what.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{ActorType, get};
use crate::Call;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AuditActor {
    /// The actor's id.
    pub id: Uuid,
    /// The actor's name.
    pub name: String,
    /// Whether it is a person.
    pub r#type: ActorType,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AuditEntry {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who did it; none for the server itself.
    pub actor: Option<AuditActor>,
    /// What happened.
    pub verb: String,
    /// To what.
    pub subject_id: Uuid,
    /// Where.
    pub space_id: Option<Uuid>,
    /// In which case.
    pub case_id: Option<Uuid>,
    /// The case's title.
    pub case_title: Option<String>,
    /// In which thread.
    pub thread_id: Option<Uuid>,
    /// What matters about it, where the caller may see it.
    pub data: Option<Value>,
}

/// A page of the log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AuditPage {
    /// The entries, newest first.
    pub data: Vec<AuditEntry>,
    /// About the page.
    pub meta: AuditMeta,
}

/// About a page of the log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AuditMeta {
    /// The request's id.
    pub request_id: Uuid,
    /// How many entries a page has.
    pub per_page: u64,
    /// Where the next page begins.
    pub next_before: Option<i64>,
}

/// Which part of the log is wanted.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Who did it.
    pub actor_id: Option<String>,
    /// How the verb begins.
    pub verb: Option<String>,
    /// To what.
    pub subject_id: Option<String>,
    /// Where.
    pub space_id: Option<String>,
    /// In which case.
    pub case_id: Option<String>,
    /// Not before this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
}

impl<T> Call<T> {
    fn audited(self, filter: &AuditFilter) -> Self {
        self.query("actor_id", filter.actor_id.as_deref())
            .query("verb", filter.verb.as_deref())
            .query("subject_id", filter.subject_id.as_deref())
            .query("space_id", filter.space_id.as_deref())
            .query("case_id", filter.case_id.as_deref())
            .query("from", filter.from)
            .query("to", filter.to)
    }
}

/// The log, newest first.
pub fn list(filter: &AuditFilter, before: Option<i64>, per_page: Option<i64>) -> Call<AuditPage> {
    get("audit").audited(filter).query("before", before).query("per_page", per_page)
}

/// The log as a file, `csv` or `jsonl`.
pub fn export(filter: &AuditFilter, format: Option<&str>) -> Call<()> {
    get("audit").at("export").query("format", format).audited(filter)
}
