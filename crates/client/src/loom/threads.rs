//! Threads: conversations with a coding agent.

use std::fmt::Display;

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

/// What the server says after a thread was saved.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Saved {
    /// Its id.
    pub id: String,
    /// Its version now.
    pub version: u64,
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

/// Deletes a thread.
pub fn delete(id: impl Display) -> Call<()> {
    call(Method::DELETE, "api").at("threads").at(id)
}
