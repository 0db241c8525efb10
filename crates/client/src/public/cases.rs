//! Cases.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Direction, Link, Page, Paging, Sort, delete as remove, get as read, patch, post};
use crate::{
    Call, IntoBody, Patch,
    names::{names, or_empty},
};

names! {
    /// Where a case stands.
    CaseStatus {
        Open = "open",
        Started = "started",
        Completed = "completed",
        Cancelled = "cancelled",
        Blocked = "blocked",
    }
}

/// A case as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CaseItem {
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
    /// Where it stands.
    pub status: CaseStatus,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// Its name elsewhere.
    pub external_id: Option<String>,
    /// The names of its tags.
    #[serde(default, deserialize_with = "or_empty")]
    pub tags: Vec<String>,
    /// Who works on it.
    pub assignee: Option<Link>,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Case {
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
    /// Where it stands.
    pub status: CaseStatus,
    /// What it is about.
    pub description: Option<String>,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// How it went.
    pub summary: Option<String>,
    /// Its name elsewhere.
    pub external_id: Option<String>,
    /// The names of its tags.
    #[serde(default, deserialize_with = "or_empty")]
    pub tags: Vec<String>,
    /// Who works on it.
    pub assignee: Option<Link>,
    /// Its files.
    #[serde(default, deserialize_with = "or_empty")]
    pub files: Vec<Link>,
    /// Its thread.
    pub thread: Link,
}

/// Which cases are wanted, and in which order.
#[derive(Debug, Clone, Default)]
pub struct ListCases {
    /// The page.
    pub paging: Paging,
    /// Directly in this space.
    pub space_id: Option<String>,
    /// Directly below this case.
    pub parent_case_id: Option<String>,
    /// Given to this actor.
    pub assignee_id: Option<String>,
    /// In one of these states.
    pub status: Vec<CaseStatus>,
    /// What they are sorted by.
    pub sort: Option<Sort>,
    /// Which end comes first.
    pub direction: Option<Direction>,
}

impl ListCases {
    /// The same query with an order, where it has none: by position and ascending within a space or a case, as its tree is
    /// browsed; else the newest first.
    pub fn in_usual_order(mut self) -> Self {
        let given = |id: &Option<String>| id.as_deref().is_some_and(|id| !id.is_empty());
        let scoped = given(&self.space_id) || given(&self.parent_case_id);
        let sort = self.sort.get_or_insert(if scoped { Sort::Position } else { Sort::CreatedAt });
        let ascending = scoped || *sort == Sort::Position;
        self.direction.get_or_insert(if ascending { Direction::Asc } else { Direction::Desc });
        self
    }
}

/// A new case, in exactly one place.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateCase {
    /// The space it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space_id: Option<Uuid>,
    /// The case it lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_case_id: Option<Uuid>,
    /// Its title.
    pub title: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its name elsewhere, one of its kind in the space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<Uuid>,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The names of its tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Files that become its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attached_file_ids: Vec<Uuid>,
}

/// A change of a case.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateCase {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Patch<String>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CaseStatus>,
    /// Who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee_id: Patch<Uuid>,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Patch<Timestamp>,
    /// The names of all its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The space it moves to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space_id: Option<Uuid>,
    /// The case it moves to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_case_id: Option<Uuid>,
}

/// Cases, as items without description, summary, files and thread.
pub fn list(query: &ListCases) -> Call<Page<CaseItem>> {
    let call = read("cases")
        .paged(&query.paging)
        .query("space_id", query.space_id.as_deref())
        .query("parent_case_id", query.parent_case_id.as_deref())
        .query("assignee_id", query.assignee_id.as_deref());
    let call = query.status.iter().fold(call, |call, status| call.query("status", Some(status)));
    call.sorted(query.sort.as_ref(), query.direction.as_ref())
}

/// Opens a case.
pub fn create(body: impl IntoBody<CreateCase>) -> Call<Case> {
    post("cases").json(body)
}

/// One case.
pub fn get(id: impl Display) -> Call<Case> {
    read("cases").at(id)
}

/// Changes or moves a case.
pub fn update(id: impl Display, body: impl IntoBody<UpdateCase>) -> Call<Case> {
    patch("cases").at(id).json(body)
}

/// Removes a case.
pub fn delete(id: impl Display) -> Call<()> {
    remove("cases").at(id)
}
