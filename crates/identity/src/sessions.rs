//! Sessions of the web app, and the links that begin them.

use std::time::Duration;

use kernel::{
    Error, Kind, Result,
    ids::{UserId, WorkspaceId},
};
use store::{Tx, params};

use crate::secret;

/// How long a session lasts.
pub const SESSION: Duration = Duration::from_secs(14 * 24 * 3600);
/// How long a sign-in link can be used.
pub const LINK: Duration = Duration::from_secs(3600);

/// A session's two secrets: the cookie, and the token that calls which change something must repeat in a header.
#[derive(Clone)]
pub struct NewSession {
    /// The value of the session cookie.
    pub cookie: String,
    /// The value of the `X-CSRF-Token` header.
    pub csrf: String,
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
/// `invalid_link` when the secret is unknown, used or too old.
pub fn begin(tx: &mut Tx<'_>, link: &str) -> Result<NewSession> {
    let hash = secret::hash(link);
    let now = tx.now();
    let found = tx.query_opt(
        "SELECT workspace_id, user_id FROM sign_in_links WHERE hash = $1 AND expires_at > $2",
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
    tx.execute("DELETE FROM sessions WHERE expires_at <= $1", params![now])?;
    let session = NewSession { cookie: secret::new(""), csrf: secret::new("") };
    tx.execute(
        "INSERT INTO sessions (hash, workspace_id, user_id, csrf, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        params![&secret::hash(&session.cookie)[..], workspace, user, session.csrf, now, now.plus(SESSION)],
    )?;
    Ok(session)
}
