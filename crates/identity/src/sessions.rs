//! Sessions of the web app, and the links that begin them. All of it is in the control database.

use std::time::Duration;

use kernel::{
    Error, Kind, Result, Timestamp,
    ids::{SessionId, UserId, WorkspaceId},
};
use store::{Row, Tx, params};

use crate::secret;

/// How long a session lasts after it was last used.
pub const SESSION: Duration = Duration::from_secs(60 * 24 * 3600);
/// How long a sign-in link can be used.
pub const LINK: Duration = Duration::from_secs(3600);
/// The most characters that are kept of what a browser calls itself.
const USER_AGENT: usize = 300;

/// A session just begun, with its two secrets: the cookie, and the token that calls which change something must repeat in
/// a header.
#[derive(Clone)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// The workspace it is in.
    pub workspace: WorkspaceId,
    /// Whose it is.
    pub user: UserId,
    /// The value of the session cookie.
    pub cookie: String,
    /// The value of the `X-CSRF-Token` header.
    pub csrf: String,
    /// When it ends by itself, unless it is used.
    pub expires_at: Timestamp,
}

/// What a person is shown of a session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to within a minute.
    pub last_seen_at: Timestamp,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

fn read(row: &Row<'_>) -> Result<Session> {
    Ok(Session { id: row.get(0)?, created_at: row.get(1)?, last_seen_at: row.get(2)?, user_agent: row.get(3)? })
}

/// Begins a session for a user who has proved who it is.
///
/// # Errors
/// `workspace_not_found` when the user is no member, or one who was deactivated.
pub fn create(tx: &mut Tx<'_>, workspace: WorkspaceId, user: UserId, user_agent: Option<&str>) -> Result<NewSession> {
    let now = tx.now();
    let seen = tx.execute(
        "UPDATE memberships SET last_seen_at = $3 WHERE workspace_id = $1 AND user_id = $2 AND deactivated_at IS NULL",
        params![workspace, user, now],
    )?;
    if seen == 0 {
        return Err(Error::not_found("workspace_not_found", "You are not a member of this workspace."));
    }
    tx.execute("DELETE FROM sessions WHERE expires_at <= $1", params![now])?;
    let session = NewSession {
        id: SessionId::new(),
        workspace,
        user,
        cookie: secret::new(""),
        csrf: secret::new(""),
        expires_at: now.plus(SESSION),
    };
    let user_agent =
        user_agent.map(|text| text.chars().filter(|c| !c.is_control()).take(USER_AGENT).collect::<String>());
    tx.execute(
        "INSERT INTO sessions (id, hash, workspace_id, user_id, csrf, user_agent, created_at, last_seen_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        params![
            session.id,
            &secret::hash(&session.cookie)[..],
            workspace,
            user,
            session.csrf,
            user_agent,
            now,
            session.expires_at
        ],
    )?;
    Ok(session)
}

/// Makes a link's secret for a user of a workspace; it works once, within [`LINK`].
///
/// # Errors
/// The engine's.
pub fn create_link(tx: &mut Tx<'_>, workspace: WorkspaceId, user: UserId) -> Result<String> {
    let token = secret::new("");
    tx.execute(
        "INSERT INTO sign_in_links (hash, workspace_id, user_id, expires_at) VALUES ($1, $2, $3, $4)",
        params![&secret::hash(&token)[..], workspace, user, tx.now().plus(LINK)],
    )?;
    Ok(token)
}

/// Begins a session with a link's secret, which is used up.
///
/// # Errors
/// `invalid_link` when the secret is unknown, used or too old, or its owner has been deactivated.
pub fn begin(tx: &mut Tx<'_>, link: &str, user_agent: Option<&str>) -> Result<NewSession> {
    let hash = secret::hash(link);
    let now = tx.now();
    let found = tx.query_opt(
        "SELECT l.workspace_id, l.user_id FROM sign_in_links l \
         JOIN memberships m ON m.workspace_id = l.workspace_id AND m.user_id = l.user_id \
         WHERE l.hash = $1 AND l.expires_at > $2 AND m.deactivated_at IS NULL",
        params![&hash[..], now],
        |row| Ok((row.get::<WorkspaceId>(0)?, row.get::<UserId>(1)?)),
    )?;
    let (workspace, user) = found.ok_or_else(|| {
        Error::new(
            Kind::Unauthorized,
            "invalid_link",
            "This sign-in link is unknown, used or too old; ask for a new one.",
        )
    })?;
    tx.execute("DELETE FROM sign_in_links WHERE hash = $1 OR expires_at <= $2", params![&hash[..], now])?;
    create(tx, workspace, user, user_agent)
}

/// The sessions of a user that go on, the last used first.
///
/// # Errors
/// The engine's.
pub fn list(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Session>> {
    tx.query(
        "SELECT id, created_at, last_seen_at, user_agent FROM sessions WHERE user_id = $1 AND expires_at > $2 \
         ORDER BY last_seen_at DESC, id DESC",
        params![user, tx.now()],
        read,
    )
}

/// Ends one of a user's sessions.
///
/// # Errors
/// `session_not_found`.
pub fn end(tx: &mut Tx<'_>, user: UserId, id: SessionId) -> Result<()> {
    match tx.execute("DELETE FROM sessions WHERE id = $1 AND user_id = $2", params![id, user])? {
        0 => Err(Error::not_found("session_not_found", format!("No session found with ID {id}"))),
        _ => Ok(()),
    }
}

/// Ends all of a user's sessions but one, and the links that could begin others.
///
/// # Errors
/// The engine's.
pub fn end_others(tx: &mut Tx<'_>, user: UserId, kept: Option<SessionId>) -> Result<()> {
    let kept = kept.unwrap_or(SessionId::nil());
    tx.execute("DELETE FROM sessions WHERE user_id = $1 AND id <> $2", params![user, kept])?;
    end_links(tx, user)
}

/// Ends the links that could begin a session of a user.
pub(crate) fn end_links(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    tx.execute("DELETE FROM magic_links WHERE email = (SELECT email FROM users WHERE id = $1)", params![user])?;
    tx.execute("DELETE FROM sign_in_links WHERE user_id = $1", params![user]).map(drop)
}
