//! Links in a mail that sign their addressee in (Loom, Authentication). All of it is in the control database.
//!
//! A token is the link's id and 32 random bytes. The id finds the row; of the bytes an Argon2id hash is kept.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{
    Error, Kind, Result, Timestamp,
    ids::{MagicLinkId, WorkspaceId},
};
use store::{Store, Tx, params};

use crate::{
    accounts::Origin,
    attempts::Attempt,
    entry::{self, Policy},
    passwords, secret,
    sessions::NewSession,
    users,
};

/// How long a link can be used.
pub const LIFE: Duration = Duration::from_secs(600);

/// A link that is to be mailed.
#[derive(Clone)]
pub struct MagicLink {
    /// To whom.
    pub email: String,
    /// The workspace whose mail it is.
    pub workspace: WorkspaceId,
    /// The secret.
    pub token: String,
}

/// Makes a link for somebody who would be let in; none for others. Both take the same time.
///
/// # Errors
/// `Invalid` for what is no address, `too_many_attempts`.
pub async fn request(store: &Store, email: &str, origin: &Origin) -> Result<Option<MagicLink>> {
    let email = users::checked_email(email)?;
    let attempt = Attempt::new("link", origin.address, &email);
    store.control_write(move |tx| attempt.begin(tx)).await?;
    let bytes = secret::new("");
    let kept = passwords::hash(&bytes).await?;
    store
        .control_write(move |tx| {
            let workspace = entry::expected_in(tx, &email)?;
            let id = MagicLinkId::new();
            // For nobody, too, since a write takes its time. Such a link's secret is told to nobody.
            tx.execute(
                "INSERT INTO magic_links (id, email, hash, expires_at) VALUES ($1, $2, $3, $4)",
                params![id, email, kept, tx.now().plus(LIFE)],
            )?;
            let token = format!("{}{bytes}", id.uuid().simple());
            Ok(workspace.map(|workspace| MagicLink { email: email.clone(), workspace, token }))
        })
        .await
}

/// Signs the addressee of a link in. Of several at once, one succeeds.
///
/// # Errors
/// `invalid_link` when it is unknown, `link_used`, `link_expired`, `not_invited`.
pub async fn redeem(store: &Store, token: &str, origin: Origin) -> Result<NewSession> {
    let invalid = || refused("invalid_link", "This sign-in link is unknown; ask for a new one.");
    let (id, bytes) = parts(token).ok_or_else(invalid)?;
    let found = store.control_read(move |tx| find(tx, id)).await?;
    let (email, kept) = found.ok_or_else(invalid)??;
    if !passwords::matches(bytes, Some(kept)).await? {
        return Err(invalid());
    }
    store
        .control_write(move |tx| {
            let now = tx.now();
            let sql = "UPDATE magic_links SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2";
            match tx.execute(sql, params![id, now])? {
                1 => Ok(()),
                // Used or too old since it was looked at, or ended because the user's password was changed.
                _ => find(tx, id)?.ok_or_else(invalid)?.and(Err(invalid())),
            }
        })
        .await?;
    // A link by mail proves the address; it makes no workspaces.
    entry::enter(store, entry::Proof::Address(email), Policy { sign_up: false }, origin).await
}

/// The address and the kept hash of a link that can be used.
fn find(tx: &mut Tx<'_>, id: MagicLinkId) -> Result<Option<Result<(String, String)>>> {
    let now = tx.now();
    let sql = "SELECT email, hash, used_at, expires_at FROM magic_links WHERE id = $1";
    let found = tx.query_opt(sql, params![id], |row| {
        Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Option<Timestamp>>(2)?, row.get::<Timestamp>(3)?))
    })?;
    Ok(found.map(|(email, hash, used, expires)| {
        if used.is_some() {
            Err(refused("link_used", "This sign-in link was used already; ask for a new one."))
        } else if expires <= now {
            Err(refused("link_expired", "This sign-in link is too old; ask for a new one."))
        } else {
            Ok((email, hash))
        }
    }))
}

fn parts(token: &str) -> Option<(MagicLinkId, &str)> {
    let (id, bytes) = token.split_at_checked(32)?;
    let whole = URL_SAFE_NO_PAD.decode(bytes).is_ok_and(|bytes| bytes.len() == 32);
    let id = id.bytes().all(|b| b.is_ascii_hexdigit()).then(|| id.parse().ok())??;
    whole.then_some((id, bytes))
}

fn refused(code: &'static str, message: &str) -> Error {
    Error::new(Kind::Unauthorized, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_an_id_and_32_bytes() {
        let (id, bytes) = (MagicLinkId::new(), secret::new(""));
        let token = format!("{}{bytes}", id.uuid().simple());
        assert_eq!(parts(&token), Some((id, bytes.as_str())));
        for bad in ["", "x", &token[1..], &token[..token.len() - 1], &format!("{token}A"), &token.replace(&bytes, "ä")]
        {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }
}
