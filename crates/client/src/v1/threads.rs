//! Threads and the entries in them.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{List, One, Pages, delete, get as read, patch, post};
use crate::{Call, IntoBody, names::names};

names! {
    /// The kind of an entry.
    ActivityType {
        Comment = "comment",
        StatusChange = "status_change",
        StageTransition = "stage_transition",
        ToolCall = "tool_call",
        NoteEdit = "note_edit",
        SystemEvent = "system_event",
        SubcaseCreated = "subcase_created",
        SubcaseCompleted = "subcase_completed",
        ArtifactAdded = "artifact_added",
    }

    /// Who sees an entry.
    Visibility {
        Public = "public",
        Internal = "internal",
        System = "system",
    }
}

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Thread {
    /// Its id.
    pub id: Uuid,
    /// The space it lies in.
    pub space_id: Uuid,
    /// The case it belongs to.
    pub case_id: Option<Uuid>,
    /// Its title.
    pub title: Option<String>,
    /// Who began it.
    pub created_by: Uuid,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An entry of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Activity {
    /// Its id.
    pub id: Uuid,
    /// The thread it is in.
    pub thread_id: Uuid,
    /// Its kind.
    pub r#type: ActivityType,
    /// Who sees it.
    pub visibility: Visibility,
    /// Who did it.
    pub actor_id: Uuid,
    /// What it says.
    pub content: String,
    /// What it says, for programs.
    pub data: Option<Map<String, Value>>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its author last changed it.
    pub edited_at: Option<Timestamp>,
    /// When its author took it back.
    pub deleted_at: Option<Timestamp>,
}

/// Changes to a comment.
#[derive(Debug, Clone, Serialize)]
pub struct EditComment {
    /// What it says now.
    pub content: String,
    /// Who sees it; as it is when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

/// A new thread.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateThread {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The space it lies in; the caller's own when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space_id: Option<Uuid>,
}

/// An entry to post.
#[derive(Debug, Clone, Serialize)]
pub struct PostActivity {
    /// Its kind.
    pub r#type: ActivityType,
    /// What it says.
    pub content: String,
    /// Who sees it; all who see the thread when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

/// Threads, of a space, of a case, or all that the caller can see.
pub fn list(space_id: Option<&str>, case_id: Option<&str>, pages: &Pages) -> Call<List<Thread>> {
    read("threads").query("space_id", space_id).query("case_id", case_id).on(pages)
}

/// Begins a thread.
pub fn create(body: impl IntoBody<CreateThread>) -> Call<One<Thread>> {
    post("threads").json(body)
}

/// One thread.
pub fn get(id: impl Display) -> Call<One<Thread>> {
    read("threads").at(id)
}

/// The entries of a thread, the oldest first.
pub fn activities(id: impl Display, pages: &Pages) -> Call<List<Activity>> {
    read("threads").at(id).at("activities").on(pages)
}

/// Posts an entry.
pub fn post_activity(id: impl Display, body: impl IntoBody<PostActivity>) -> Call<One<Activity>> {
    post("threads").at(id).at("activities").json(body)
}

/// Changes the caller's own comment.
pub fn edit_comment(id: impl Display, body: impl IntoBody<EditComment>) -> Call<One<Activity>> {
    patch("activities").at(id).json(body)
}

/// Takes the caller's own comment back.
pub fn delete_comment(id: impl Display) -> Call<One<Activity>> {
    delete("activities").at(id)
}
