//! Spaces and their members.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ActorType, List, One, Pages, delete, get as read, patch, post};
use crate::{
    Call, IntoBody, Patch,
    names::{names, or_empty},
};

names! {
    /// What a space is.
    SpaceKind {
        Private = "private",
        General = "general",
        Custom = "custom",
    }

    /// What a member of a space may do.
    Role {
        Owner = "owner",
        Admin = "admin",
        Member = "member",
        Observer = "observer",
    }
}

/// A space.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Space {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it is.
    pub kind: SpaceKind,
    /// The actions that agents only propose here.
    #[serde(default, deserialize_with = "or_empty")]
    pub review: Vec<String>,
    /// Who made it.
    pub created_by: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A member of a space.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// Who it is.
    pub actor_id: Uuid,
    /// Their name.
    pub name: String,
    /// Whether it is a person.
    pub actor_type: ActorType,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub added_at: Timestamp,
}

/// A new space.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateSpace {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The actions that agents only propose here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub review: Vec<String>,
}

/// A change of a space.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateSpace {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Patch<String>,
    /// The actions that agents only propose here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<Vec<String>>,
}

/// A member to add, or whose role to change.
#[derive(Debug, Clone, Serialize)]
pub struct AddMember {
    /// Who it is.
    pub actor_id: Uuid,
    /// What they may do.
    pub role: Role,
}

/// The spaces that the caller can see.
pub fn list(pages: &Pages) -> Call<List<Space>> {
    read("spaces").on(pages)
}

/// Makes a space.
pub fn create(body: impl IntoBody<CreateSpace>) -> Call<One<Space>> {
    post("spaces").json(body)
}

/// One space.
pub fn get(id: impl Display) -> Call<One<Space>> {
    read("spaces").at(id)
}

/// Changes a space.
pub fn update(id: impl Display, body: impl IntoBody<UpdateSpace>) -> Call<One<Space>> {
    patch("spaces").at(id).json(body)
}

/// The members of a space.
pub fn members(id: impl Display, pages: &Pages) -> Call<List<Member>> {
    read("spaces").at(id).at("members").on(pages)
}

/// Adds a member, or gives one another role.
pub fn add_member(id: impl Display, body: impl IntoBody<AddMember>) -> Call<One<Member>> {
    post("spaces").at(id).at("members").json(body)
}

/// Takes a member out.
pub fn remove_member(id: impl Display, actor_id: impl Display) -> Call<One<Member>> {
    delete("spaces").at(id).at("members").at(actor_id)
}
