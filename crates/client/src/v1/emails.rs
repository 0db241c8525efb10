//! E-mails of cases, threads and spaces.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{List, One, Pages, Place, get as read, patch, post};
use crate::{
    Call, IntoBody, Patch,
    names::{names, or_empty},
};

names! {
    /// How far an e-mail is.
    EmailState {
        Draft = "draft",
        Queued = "queued",
        Sent = "sent",
        Delivered = "delivered",
    }
}

/// An e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Email {
    /// Its id.
    pub id: Uuid,
    /// The space it lies in.
    pub space_id: Uuid,
    /// The case it belongs to.
    pub case_id: Option<Uuid>,
    /// The thread it belongs to.
    pub thread_id: Option<Uuid>,
    /// How far it is.
    pub state: EmailState,
    /// Whom it is from, once it is sent.
    pub from: Option<String>,
    /// Whom it is to.
    #[serde(default, deserialize_with = "or_empty")]
    pub to: Vec<String>,
    /// Who gets a copy.
    #[serde(default, deserialize_with = "or_empty")]
    pub cc: Vec<String>,
    /// Who gets a copy unseen.
    #[serde(default, deserialize_with = "or_empty")]
    pub bcc: Vec<String>,
    /// What it is about.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// The e-mail it answers.
    pub in_reply_to: Option<Uuid>,
    /// Its id in the world of e-mail.
    pub message_id: Option<String>,
    /// Why it could not be sent.
    pub error: Option<String>,
    /// Who wrote it.
    pub created_by: Uuid,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was queued.
    pub queued_at: Option<Timestamp>,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
}

/// A new draft.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CreateEmail {
    /// Where it is attached.
    #[serde(flatten)]
    pub place: Place,
    /// Whom it is to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// Who gets a copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// Who gets a copy unseen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The e-mail it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<Uuid>,
}

/// A change of a draft.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateEmail {
    /// Whom it is to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<String>>,
    /// Who gets a copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc: Option<Vec<String>>,
    /// Who gets a copy unseen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bcc: Option<Vec<String>>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The e-mail it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Patch<Uuid>,
}

/// E-mails, of one place or all that the caller can see.
pub fn list(place: &Place, pages: &Pages) -> Call<List<Email>> {
    read("emails").within(place).on(pages)
}

/// Writes a draft.
pub fn create(body: impl IntoBody<CreateEmail>) -> Call<One<Email>> {
    post("emails").json(body)
}

/// One e-mail.
pub fn get(id: impl Display) -> Call<One<Email>> {
    read("emails").at(id)
}

/// Changes a draft.
pub fn update(id: impl Display, body: impl IntoBody<UpdateEmail>) -> Call<One<Email>> {
    patch("emails").at(id).json(body)
}

/// Sends a draft.
pub fn send(id: impl Display) -> Call<One<Email>> {
    post("emails").at(id).at("send")
}
