//! Tokens that open one socket each: a page's script cannot read its session's cookie, so it asks for a token and sends
//! that as the socket's first message (Loom, Authentication). All of it is in the control database.

use std::time::Duration;

use kernel::{
    Error, Kind, Result,
    ids::{KeyId, SessionId},
};
use store::{Store, params};

use crate::{Principal, Via, principal, secret};

/// How long a token can be used.
pub const LIFE: Duration = Duration::from_secs(30);
/// How a token begins.
pub const PREFIX: &str = "ws_";

/// Makes a token with which a socket acts as `caller`, once, within [`LIFE`].
///
/// # Errors
/// The store's.
pub async fn issue(store: &Store, caller: &Principal) -> Result<String> {
    let token = secret::new(PREFIX);
    let hash = secret::hash(&token);
    let (workspace, user) = (caller.workspace, caller.user);
    let (key, session) = match caller.via {
        Via::Key(key) => (Some(key), None),
        Via::Session { id, .. } => (None, Some(id)),
    };
    store
        .control_write(move |tx| {
            tx.execute("DELETE FROM socket_tokens WHERE expires_at <= $1", params![tx.now()])?;
            tx.execute(
                "INSERT INTO socket_tokens (hash, workspace_id, user_id, key_id, session_id, expires_at) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
                params![&hash[..], workspace, user, key, session, tx.now().plus(LIFE)],
            )
        })
        .await?;
    Ok(token)
}

/// Whoever asked for the token, which is used up. The key or session that it was made with must still be good.
///
/// # Errors
/// `invalid_token` when it is unknown, used, too old, or what it was made with has ended.
pub async fn redeem(store: &Store, token: &str) -> Result<Principal> {
    let hash = secret::hash(token);
    let principal = store
        .control_write(move |tx| {
            let made_with = tx.query_opt(
                "DELETE FROM socket_tokens WHERE hash = $1 AND expires_at > $2 RETURNING key_id, session_id",
                params![&hash[..], tx.now()],
                |row| Ok((row.get::<Option<KeyId>>(0)?, row.get::<Option<SessionId>>(1)?)),
            )?;
            match made_with {
                Some((Some(key), _)) => principal::of_key(tx, key),
                Some((None, Some(session))) => principal::of_session(tx, session),
                _ => Ok(None),
            }
        })
        .await?;
    principal.ok_or_else(|| {
        let text = "This socket token is unknown, used or too old; ask for a new one at /auth/ws-token.";
        Error::new(Kind::Unauthorized, "invalid_token", text)
    })
}
