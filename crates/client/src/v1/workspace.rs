//! The workspace as a whole.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{One, get as read, patch};
use crate::{Call, IntoBody};

/// The workspace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Workspace {
    /// Its id.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many people are let in.
    pub members: u64,
    /// How many spaces there are.
    pub spaces: u64,
    /// How many cases there are.
    pub cases: u64,
}

/// A change of the workspace.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateWorkspace {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A mail in the outbox folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OutboxMail {
    /// When it was written.
    pub at: Timestamp,
    /// Whom it is for.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// The caller's workspace.
pub fn get() -> Call<One<Workspace>> {
    read("workspace")
}

/// Changes the workspace.
pub fn update(body: impl IntoBody<UpdateWorkspace>) -> Call<One<Workspace>> {
    patch("workspace").json(body)
}

/// The newest mails of the outbox folder.
pub fn outbox() -> Call<One<Vec<OutboxMail>>> {
    read("outbox")
}
