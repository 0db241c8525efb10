//! People.

use std::fmt::Display;

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::{Page, Paging, get as read};
use crate::Call;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Their id.
    pub id: Uuid,
    /// When they were invited.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
    /// Their name.
    pub name: String,
    /// Whether they have never signed in.
    pub is_pending: bool,
    /// Whether they have left.
    pub is_deactivated: bool,
}

/// The person whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CurrentUser {
    /// Their id.
    pub id: Uuid,
    /// When they were invited.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
    /// Their name.
    pub name: String,
    /// Whether they have never signed in.
    pub is_pending: bool,
    /// Whether they have left.
    pub is_deactivated: bool,
    /// The organisation the key belongs to.
    pub organization: Organization,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Organization {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
}

/// The people of the organisation.
pub fn list(paging: &Paging) -> Call<Page<User>> {
    read("users").paged(paging)
}

/// One person.
pub fn get(id: impl Display) -> Call<User> {
    read("users").at(id)
}

/// The person whose key it is.
pub fn me() -> Call<CurrentUser> {
    read("users").at("me")
}
