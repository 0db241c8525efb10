//! What several sections share.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::names::names;

names! {
    /// Whether an actor is a person.
    ActorType {
        Human = "human",
        Ai = "ai",
    }

    /// Who may work on a stage.
    RequiredActor {
        Human = "human",
        Ai = "ai",
        Either = "either",
    }

    /// Whether something moves, and why not.
    Motion {
        Idle = "idle",
        Working = "working",
        Waiting = "waiting",
        Blocked = "blocked",
        Paused = "paused",
    }

    /// How urgent a case is.
    Priority {
        Critical = "critical",
        High = "high",
        Medium = "medium",
        Low = "low",
    }

    /// The kind of thing that is waited for.
    WaitingKind {
        Subcase = "subcase",
        Approval = "approval",
        External = "external",
        Actor = "actor",
    }
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct One<T> {
    /// The object.
    pub data: T,
    /// About the answer.
    pub meta: Meta,
}

/// About the answer with one object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Meta {
    /// The request's id, which the server's log repeats.
    pub request_id: Uuid,
    /// When it was answered.
    pub timestamp: Timestamp,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct List<T> {
    /// The items.
    pub data: Vec<T>,
    /// About the list.
    pub meta: ListMeta,
}

/// About a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListMeta {
    /// The request's id, which the server's log repeats.
    pub request_id: Uuid,
    /// How many items there are on all pages.
    pub total: u64,
    /// The number of the page, from 1.
    pub page: u64,
    /// How many items a page has.
    pub per_page: u64,
}

/// Which page of a list is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pages {
    /// Its number, from 1.
    pub page: Option<i64>,
    /// How many items it has, 1 to 200. The server's default is 50.
    pub per_page: Option<i64>,
}

/// Where something is attached: one of the three.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// To this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<String>,
    /// To this thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// To this space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space_id: Option<String>,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingOn {
    /// Its kind.
    pub kind: WaitingKind,
    /// Its id, if it has one.
    pub id: Option<Uuid>,
    /// In words.
    pub reason: Option<String>,
}

/// Something that is no more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Deleted {
    /// Its id.
    pub id: Uuid,
    /// That it is gone.
    pub deleted: bool,
}
