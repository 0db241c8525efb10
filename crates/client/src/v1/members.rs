//! The people of the workspace, and invitations to it.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{List, One, Pages, delete, get, keys::NamedUser, patch, post, session::Session};
use crate::{Call, IntoBody, names::names};

names! {
    /// What a user may do in the workspace as a whole.
    WorkspaceRole {
        Owner = "owner",
        Admin = "admin",
        Member = "member",
    }

    /// Whether a member is let in.
    MemberState {
        Active = "active",
        Deactivated = "deactivated",
    }

    /// What became of the mail with an invitation's link.
    MailState {
        Queued = "queued",
        Sent = "sent",
        Outbox = "outbox",
        Failed = "failed",
    }
}

/// A member of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WorkspaceMember {
    /// The user.
    pub user_id: Uuid,
    /// The actor that the user is here.
    pub actor_id: Uuid,
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// What the user may do.
    pub role: WorkspaceRole,
    /// Whether the user is let in.
    pub state: MemberState,
    /// Since when.
    pub joined_at: Timestamp,
    /// When the user was last here.
    pub last_seen_at: Option<Timestamp>,
}

/// A role to give.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateMember {
    /// The role.
    pub role: WorkspaceRole,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Invitation {
    /// Its id.
    pub id: Uuid,
    /// Who is invited.
    pub email: String,
    /// What they will be.
    pub role: WorkspaceRole,
    /// The spaces they will be members of.
    pub space_ids: Vec<Uuid>,
    /// Who invited.
    pub invited_by: NamedUser,
    /// When.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// What became of the mail.
    pub mail_state: MailState,
}

/// An invitation just made.
#[derive(Clone, Deserialize)]
pub struct NewInvitation {
    /// The invitation.
    #[serde(flatten)]
    pub invitation: Invitation,
    /// The address to open, shown this once.
    pub url: String,
}

/// Whom to invite.
#[derive(Debug, Clone, Serialize)]
pub struct CreateInvitation {
    /// The address.
    pub email: String,
    /// What they will be.
    pub role: WorkspaceRole,
    /// The spaces they will be members of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub space_ids: Vec<Uuid>,
}

/// The secret of an invitation.
#[derive(Clone, Serialize)]
pub struct InvitationToken {
    /// The secret.
    pub token: String,
}

/// What an invitation is to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InvitedTo {
    /// The workspace's name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
}

/// An invitation as its addressee is shown it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ShownInvitation {
    /// The workspace.
    pub workspace: InvitedTo,
    /// Who is invited.
    pub email: String,
    /// What they will be.
    pub role: WorkspaceRole,
    /// The inviter's name.
    pub invited_by: String,
    /// Whether a name and a new password are to be given.
    pub needs_account: bool,
}

/// How an invitation is accepted.
#[derive(Clone, Default, Serialize)]
pub struct AcceptInvitation {
    /// The secret.
    pub token: String,
    /// The name, for a new account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// The members of the workspace, those whose name or address has `q` in it.
pub fn list(q: Option<&str>, state: Option<&str>, pages: &Pages) -> Call<List<WorkspaceMember>> {
    get("members").query("q", q).query("state", state).on(pages)
}

/// Gives a member another role.
pub fn update(user_id: impl Display, body: impl IntoBody<UpdateMember>) -> Call<One<WorkspaceMember>> {
    patch("members").at(user_id).json(body)
}

/// Takes a member out.
pub fn deactivate(user_id: impl Display) -> Call<One<WorkspaceMember>> {
    delete("members").at(user_id)
}

/// Lets a member in again.
pub fn reactivate(user_id: impl Display) -> Call<One<WorkspaceMember>> {
    post("members").at(user_id).at("reactivate")
}

/// The invitations that can still be accepted.
pub fn invitations(pages: &Pages) -> Call<List<Invitation>> {
    get("invitations").on(pages)
}

/// Invites an address.
pub fn invite(body: impl IntoBody<CreateInvitation>) -> Call<One<NewInvitation>> {
    post("invitations").json(body)
}

/// Withdraws an invitation.
pub fn withdraw(id: impl Display) -> Call<One<Invitation>> {
    delete("invitations").at(id)
}

/// Shows an invitation to who has its secret.
pub fn show_invitation(body: impl IntoBody<InvitationToken>) -> Call<One<ShownInvitation>> {
    post("invitations").at("by-token").json(body)
}

/// Accepts an invitation.
pub fn accept_invitation(body: impl IntoBody<AcceptInvitation>) -> Call<One<Session>> {
    post("invitations").at("accept").json(body)
}
