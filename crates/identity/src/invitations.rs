//! Invitations to a workspace: a secret link for one address, once, within a week. Kept in the control database.

use std::time::Duration;

use kernel::{
    Error, Page, PageRequest, Result, Timestamp,
    ids::{InvitationId, SpaceId, UserId, WorkspaceId},
};
use serde_json::{Value as Json, json};
use store::{NewEvent, Row, Tx, params};

use crate::{
    members::{self, MemberState},
    secret, users,
    workspaces::WorkspaceRole,
};

/// How long an invitation can be accepted.
pub const VALID: Duration = Duration::from_secs(7 * 24 * 3600);

store::text_enum! {
    /// What became of the mail with an invitation's link.
    pub enum MailState {
        /// It waits for being handed over.
        Queued = "queued",
        /// The mail server has taken it.
        Sent = "sent",
        /// There is no mail server: it is in the outbox folder, and the inviter has to pass the link on.
        Outbox = "outbox",
        /// The mail server refused it: the inviter has to pass the link on.
        Failed = "failed",
    }
}

/// An invitation that waits for being accepted.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Who is invited.
    pub email: String,
    /// What they will be.
    pub role: WorkspaceRole,
    /// The spaces they will be members of.
    pub space_ids: Vec<SpaceId>,
    /// Who invited.
    pub invited_by: UserId,
    /// The inviter's name.
    pub invited_by_name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// What became of the mail.
    pub mail_state: MailState,
}

const COLUMNS: &str = "i.id, i.workspace_id, i.email, i.role, i.space_ids, i.invited_by, u.name, i.created_at, i.expires_at, \
                       i.mail_state";

fn read(row: &Row<'_>) -> Result<Invitation> {
    let spaces: Json = row.get(4)?;
    Ok(Invitation {
        id: row.get(0)?,
        workspace: row.get(1)?,
        email: row.get(2)?,
        role: row.get(3)?,
        space_ids: serde_json::from_value(spaces).map_err(Error::internal)?,
        invited_by: row.get(5)?,
        invited_by_name: row.get(6)?,
        created_at: row.get(7)?,
        expires_at: row.get(8)?,
        mail_state: row.get(9)?,
    })
}

/// Who is to be invited.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The address.
    pub email: String,
    /// What they will be.
    pub role: WorkspaceRole,
    /// The spaces they will be members of. The caller has checked that the inviter may add members there.
    pub space_ids: Vec<SpaceId>,
}

/// Invites an address, in the place of an earlier invitation. The second value is the link's secret, shown this once.
///
/// # Errors
/// `forbidden` below admin (below owner for an owner), `Invalid` for an unusable address, `already_member`.
pub fn create(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    by: UserId,
    new: &NewInvitation,
) -> Result<(Invitation, String)> {
    let own = members::require_admin(tx, workspace, by)?;
    if new.role == WorkspaceRole::Owner && own != WorkspaceRole::Owner {
        return Err(Error::forbidden("Only an owner of the workspace can invite an owner."));
    }
    let email = users::checked_email(&new.email)?;
    if let Some(user) = users::by_email(tx, &email)?
        && let Some(member) = members::find(tx, workspace, user.id)?
    {
        let message = match member.state {
            MemberState::Active => format!("{email} is a member of this workspace already."),
            MemberState::Deactivated => {
                format!("{email} is a deactivated member of this workspace; reactivate instead.")
            }
        };
        return Err(Error::conflict("already_member", message));
    }
    tx.execute(
        "DELETE FROM invitations WHERE workspace_id = $1 AND email = $2 AND used_at IS NULL",
        params![workspace, email],
    )?;
    let (id, token, now) = (InvitationId::new(), secret::new(""), tx.now());
    let spaces = serde_json::to_value(&new.space_ids).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO invitations (id, workspace_id, email, role, space_ids, hash, invited_by, mail_state, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            id,
            workspace,
            email,
            new.role,
            spaces,
            &secret::hash(&token)[..],
            by,
            MailState::Queued,
            now,
            now.plus(VALID)
        ],
    )?;
    let sql = format!("SELECT {COLUMNS} FROM invitations i JOIN users u ON u.id = i.invited_by WHERE i.id = $1");
    Ok((tx.query_one(&sql, params![id], read)?, token))
}

/// The invitations of a workspace that can still be accepted, newest first: for its admins.
///
/// # Errors
/// `forbidden`.
pub fn list(tx: &mut Tx<'_>, workspace: WorkspaceId, caller: UserId, request: PageRequest) -> Result<Page<Invitation>> {
    members::require_admin(tx, workspace, caller)?;
    let condition = "i.workspace_id = $1 AND i.used_at IS NULL AND i.expires_at > $2";
    let now = tx.now();
    let total = tx.query_one(
        &format!("SELECT COUNT(*) FROM invitations i WHERE {condition}"),
        params![workspace, now],
        |row| row.get(0),
    )?;
    let sql = format!(
        "SELECT {COLUMNS} FROM invitations i JOIN users u ON u.id = i.invited_by WHERE {condition} \
         ORDER BY i.created_at DESC, i.id DESC LIMIT $3 OFFSET $4"
    );
    let items = tx.query(&sql, params![workspace, now, request.limit(), request.offset()], read)?;
    Ok(Page { items, total, request })
}

/// Withdraws an invitation and answers it.
///
/// # Errors
/// `forbidden` below admin, `invitation_not_found` for one that is unknown or accepted.
pub fn withdraw(tx: &mut Tx<'_>, workspace: WorkspaceId, caller: UserId, id: InvitationId) -> Result<Invitation> {
    members::require_admin(tx, workspace, caller)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM invitations i JOIN users u ON u.id = i.invited_by \
         WHERE i.id = $1 AND i.workspace_id = $2 AND i.used_at IS NULL"
    );
    let found = tx.query_opt(&sql, params![id, workspace], read)?;
    let found =
        found.ok_or_else(|| Error::not_found("invitation_not_found", format!("No invitation found with ID {id}")))?;
    tx.execute("DELETE FROM invitations WHERE id = $1", params![id])?;
    Ok(found)
}

/// The invitation with this secret.
///
/// # Errors
/// `invitation_not_found` for one that is unknown, withdrawn or too old, `invitation_used`.
pub fn by_token(tx: &mut Tx<'_>, token: &str) -> Result<Invitation> {
    let sql =
        format!("SELECT {COLUMNS}, i.used_at FROM invitations i JOIN users u ON u.id = i.invited_by WHERE i.hash = $1");
    let found = tx.query_opt(&sql, params![&secret::hash(token)[..]], |row| {
        Ok((read(row)?, row.get::<Option<Timestamp>>(10)?))
    })?;
    match found {
        Some((_, Some(_))) => {
            Err(Error::conflict("invitation_used", "This invitation has been accepted already; sign in."))
        }
        Some((invitation, None)) if invitation.expires_at > tx.now() => Ok(invitation),
        _ => Err(Error::not_found(
            "invitation_not_found",
            "This invitation is unknown, withdrawn or too old; ask for a new one.",
        )),
    }
}

/// Uses an invitation up.
///
/// # Errors
/// As [`by_token`]: of several at once, one succeeds.
pub fn take(tx: &mut Tx<'_>, token: &str) -> Result<Invitation> {
    let invitation = by_token(tx, token)?;
    tx.execute("UPDATE invitations SET used_at = $2 WHERE id = $1", params![invitation.id, tx.now()])?;
    Ok(invitation)
}

/// The newest invitation of an address that can be accepted.
pub(crate) fn pending(tx: &mut Tx<'_>, email: &str) -> Result<Option<Invitation>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM invitations i JOIN users u ON u.id = i.invited_by \
         WHERE i.email = $1 AND i.used_at IS NULL AND i.expires_at > $2 ORDER BY i.created_at DESC, i.id DESC LIMIT 1"
    );
    tx.query_opt(&sql, params![email, tx.now()], read)
}

/// Uses an invitation up for somebody who has proved its address.
///
/// # Errors
/// `invitation_not_found` when it was withdrawn, has been accepted or is too old.
pub(crate) fn take_pending(tx: &mut Tx<'_>, id: InvitationId) -> Result<Invitation> {
    let sql = format!(
        "SELECT {COLUMNS} FROM invitations i JOIN users u ON u.id = i.invited_by \
         WHERE i.id = $1 AND i.used_at IS NULL AND i.expires_at > $2"
    );
    let found = tx.query_opt(&sql, params![id, tx.now()], read)?;
    let found = found.ok_or_else(|| {
        Error::not_found("invitation_not_found", "The invitation was withdrawn or is too old; ask for a new one.")
    })?;
    tx.execute("UPDATE invitations SET used_at = $2 WHERE id = $1", params![id, tx.now()])?;
    Ok(found)
}

/// Tells the workspace of something that happened to an invitation.
///
/// # Errors
/// The engine's.
pub fn told(tx: &mut Tx<'_>, verb: &'static str, invitation: &Invitation) -> Result<()> {
    let data = json!({"email": invitation.email, "role": invitation.role, "space_ids": invitation.space_ids});
    tx.emit(NewEvent { verb, subject: invitation.id.uuid(), space: None, case: None, thread: None, data })
}

/// Notes what became of the mail with the link.
///
/// # Errors
/// The engine's.
pub fn mailed(tx: &mut Tx<'_>, id: InvitationId, state: MailState) -> Result<()> {
    tx.execute("UPDATE invitations SET mail_state = $2 WHERE id = $1", params![id, state]).map(drop)
}
