//! Threads: conversations with a coding agent.

use std::fmt::Display;

use jiff::Timestamp;
use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{Part, call};
use crate::{Call, IntoBody, names::names};

names! {
    /// Who may read a thread.
    Visibility {
        Private = "private",
        Shared = "shared",
        Public = "public",
    }
}

/// What lists say of a thread. Servers may add more.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Summary {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
    /// The folder that it is about.
    pub workspace: Option<String>,
    /// Who may read it.
    pub visibility: Visibility,
    /// How often it was saved.
    pub version: u64,
    /// When it was begun, RFC 3339.
    pub created_at: Option<String>,
    /// When it was last saved, RFC 3339.
    pub updated_at: Option<String>,
    /// Anything else.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A part of a list of threads.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Threads {
    /// The threads.
    pub threads: Vec<Summary>,
    /// How many there are altogether.
    pub total: u64,
}

/// What the server says of a thread that was saved or changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Saved {
    /// Its id.
    pub id: String,
    /// Its title, if the server says.
    pub title: Option<String>,
    /// Who may read it, if the server says.
    pub visibility: Option<Visibility>,
    /// Its version now.
    pub version: u64,
}

/// Changes to a thread.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateThread {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

/// How a thread is to be shared.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ShareThread {
    /// With the workspace, or with whoever has the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// When a link ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// How a thread is shared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Shared {
    /// Its id.
    pub id: String,
    /// Who may read it.
    pub visibility: Visibility,
    /// Its version now.
    pub version: u64,
    /// Where it can be read.
    pub url: String,
}

/// A version that a thread had.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Version {
    /// Its number.
    pub version: u64,
    /// The title it had.
    pub title: Option<String>,
    /// How many messages it had.
    pub message_count: u64,
    /// When it was saved.
    pub updated_at: Timestamp,
}

/// A part of a list of versions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Versions {
    /// The versions, the newest first.
    pub versions: Vec<Version>,
    /// How many there are altogether.
    pub total: u64,
}

/// The caller's threads.
pub fn list(part: Part) -> Call<Threads> {
    call(Method::GET, "api").at("threads").part(part)
}

/// The caller's threads in which these words are.
pub fn search(words: &str, part: Part) -> Call<Threads> {
    call(Method::GET, "api").at("threads").at("search").query("q", Some(words)).part(part)
}

/// A whole thread, read as the caller likes.
pub fn get<T: DeserializeOwned>(id: impl Display) -> Call<T> {
    call(Method::GET, "api").at("threads").at(id)
}

/// Makes or replaces a thread. With a version, only if the server has that one.
pub fn put<B: Serialize>(id: impl Display, version: Option<u64>, body: impl IntoBody<B>) -> Call<Saved> {
    call(Method::PUT, "api").at("threads").at(id).header("If-Match", version).json(body)
}

/// Changes what a thread is called or who may read it.
pub fn update(id: impl Display, body: impl IntoBody<UpdateThread>) -> Call<Saved> {
    call(Method::PATCH, "api").at("threads").at(id).json(body)
}

/// Shares a thread: with the workspace, or by a link.
pub fn share(id: impl Display, body: impl IntoBody<ShareThread>) -> Call<Shared> {
    call(Method::POST, "api").at("threads").at(id).at("share").json(body)
}

/// The versions of a thread.
pub fn versions(id: impl Display, part: Part) -> Call<Versions> {
    call(Method::GET, "api").at("threads").at(id).at("versions").part(part)
}

/// A thread as it was.
pub fn version<T: DeserializeOwned>(id: impl Display, version: u64) -> Call<T> {
    call(Method::GET, "api").at("threads").at(id).at("versions").at(version)
}

/// Deletes a thread.
pub fn delete(id: impl Display) -> Call<()> {
    call(Method::DELETE, "api").at("threads").at(id)
}
