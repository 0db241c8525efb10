//! Setting up, signing in, and one's own account. Programs use keys; pages use sessions.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{One, delete, get as read, members::WorkspaceRole, patch, post, put};
use crate::{Call, IntoBody};

/// Whether the server has its first workspace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Setup {
    /// True while there is no workspace.
    pub needed: bool,
}

/// The first workspace and its owner.
#[derive(Clone, Serialize)]
pub struct RunSetup {
    /// The secret that the server printed at its start.
    pub token: String,
    /// The workspace's name.
    pub workspace_name: String,
    /// The owner's name.
    pub owner_name: String,
    /// The owner's address.
    pub owner_email: String,
    /// The owner's password.
    pub password: String,
}

/// An address and its password.
#[derive(Clone, Serialize)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// The slug of the workspace to enter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
}

/// Who wants a sign-in link.
#[derive(Debug, Clone, Serialize)]
pub struct RequestLink {
    /// The address.
    pub email: String,
}

/// That a link is on its way, if somebody has the address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LinkSent {
    /// Always true.
    pub sent: bool,
}

/// The secret of a sign-in link.
#[derive(Clone, Serialize)]
pub struct RedeemLink {
    /// The secret.
    pub token: String,
}

/// The workspace to go on in.
#[derive(Debug, Clone, Serialize)]
pub struct SwitchWorkspace {
    /// Its slug.
    pub slug: String,
}

/// A new password.
#[derive(Clone, Serialize)]
pub struct SetPassword {
    /// The password so far, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The new one.
    pub new: String,
}

/// A change of one's own account.
#[derive(Debug, Clone, Default, Serialize)]
pub struct UpdateUser {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// The user's id.
    pub id: Uuid,
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// Whether the user can sign in with a password.
    pub has_password: bool,
}

/// A workspace of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Workspace {
    /// Its id.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What the caller may do there.
    pub role: WorkspaceRole,
}

/// Who calls, and where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// The user.
    pub user: User,
    /// The actor that the user is in this workspace.
    pub actor_id: Uuid,
    /// The workspace.
    pub workspace: Workspace,
    /// All workspaces of the user.
    pub workspaces: Vec<Workspace>,
    /// What calls that change something repeat; none with a key.
    pub csrf_token: Option<String>,
    /// When the session ends; none with a key.
    pub expires_at: Option<Timestamp>,
    /// Whether mail reaches people.
    pub mail_configured: bool,
    /// The server's version.
    pub version: String,
}

/// A session of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OwnSession {
    /// Its id.
    pub id: Uuid,
    /// Whether the call was made with it.
    pub current: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// That a session has ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SessionEnded {
    /// Always true.
    pub ended: bool,
}

/// Whether the server waits for being set up.
pub fn setup() -> Call<One<Setup>> {
    read("setup")
}

/// Makes the first workspace.
pub fn run_setup(body: impl IntoBody<RunSetup>) -> Call<One<Session>> {
    post("setup").json(body)
}

/// Who calls, and where.
pub fn get() -> Call<One<Session>> {
    read("session")
}

/// Signs in with a password.
pub fn sign_in(body: impl IntoBody<SignIn>) -> Call<One<Session>> {
    post("session").json(body)
}

/// Signs out.
pub fn sign_out() -> Call<One<SessionEnded>> {
    delete("session")
}

/// Goes on in another workspace.
pub fn switch(body: impl IntoBody<SwitchWorkspace>) -> Call<One<Session>> {
    put("session").at("workspace").json(body)
}

/// Mails a sign-in link.
pub fn request_link(body: impl IntoBody<RequestLink>) -> Call<One<LinkSent>> {
    post("session").at("link").json(body)
}

/// Signs in with a mailed link.
pub fn redeem_link(body: impl IntoBody<RedeemLink>) -> Call<One<Session>> {
    post("session").at("link").at("redeem").json(body)
}

/// Sets the caller's password.
pub fn set_password(body: impl IntoBody<SetPassword>) -> Call<One<Session>> {
    put("session").at("password").json(body)
}

/// Changes the caller's name.
pub fn update_user(body: impl IntoBody<UpdateUser>) -> Call<One<Session>> {
    patch("session").at("user").json(body)
}

/// The caller's sessions.
pub fn list() -> Call<One<Vec<OwnSession>>> {
    read("sessions")
}

/// Ends a session of the caller.
pub fn end(id: impl Display) -> Call<One<SessionEnded>> {
    delete("sessions").at(id)
}
