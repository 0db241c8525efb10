//! API keys.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{List, One, Pages, delete, get, post};
use crate::{Call, IntoBody};

/// A user by name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NamedUser {
    /// The user's id.
    pub id: Uuid,
    /// The user's name.
    pub name: String,
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Key {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// How it begins.
    pub prefix: String,
    /// Whose it is.
    pub user: NamedUser,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A key just made.
#[derive(Clone, Deserialize)]
pub struct NewKey {
    /// What is known of it.
    #[serde(flatten)]
    pub about: Key,
    /// The key itself, shown this once.
    pub key: String,
}

/// A key to make.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateKey {
    /// What it is for.
    pub name: String,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The caller's keys, or everybody's.
pub fn list(all: Option<bool>, pages: &Pages) -> Call<List<Key>> {
    get("keys").query("all", all).on(pages)
}

/// Makes a key.
pub fn create(body: impl IntoBody<CreateKey>) -> Call<One<NewKey>> {
    post("keys").json(body)
}

/// Revokes a key.
pub fn revoke(id: impl Display) -> Call<One<Key>> {
    delete("keys").at(id)
}
