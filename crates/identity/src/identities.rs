//! Accounts elsewhere (at GitHub, Google, a company's own issuer) that sign a user in. All of it is in the control
//! database.

use kernel::{
    Error, Result, Timestamp,
    ids::{IdentityId, UserId},
};
use store::{Row, Tx, params};

/// What a provider has proved about somebody.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The provider's word, such as `github`.
    pub provider: String,
    /// Who vouches: the issuer's URL.
    pub issuer: String,
    /// The account's lasting name there.
    pub subject: String,
    /// The addresses of which the provider knows that they are the account's, the most important one first.
    pub emails: Vec<String>,
    /// The person's name.
    pub name: Option<String>,
    /// The account's name.
    pub username: Option<String>,
    /// Where the account's picture is.
    pub avatar_url: Option<String>,
    /// The person's language, such as `en`.
    pub locale: Option<String>,
}

/// An account elsewhere that signs a user in.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// The provider's word.
    pub provider: String,
    /// The address that it had when it was linked.
    pub email: String,
    /// When it was linked.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
}

fn read(row: &Row<'_>) -> Result<Identity> {
    Ok(Identity {
        id: row.get(0)?,
        provider: row.get(1)?,
        email: row.get(2)?,
        created_at: row.get(3)?,
        last_used_at: row.get(4)?,
    })
}

/// The accounts that sign a user in, the oldest first.
///
/// # Errors
/// The engine's.
pub fn list(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Identity>> {
    let sql = "SELECT id, provider, email, created_at, last_used_at FROM identities WHERE user_id = $1 \
               ORDER BY created_at, id";
    tx.query(sql, params![user], read)
}

/// Takes an account away from its user, who is the only one that can do so.
///
/// # Errors
/// `identity_not_found`.
pub fn unlink(tx: &mut Tx<'_>, user: UserId, id: IdentityId) -> Result<()> {
    match tx.execute("DELETE FROM identities WHERE id = $1 AND user_id = $2", params![id, user])? {
        0 => Err(Error::not_found("identity_not_found", format!("No account elsewhere found with ID {id}"))),
        _ => Ok(()),
    }
}

/// Whom the account signs in, if it was linked.
pub(crate) fn user_of(tx: &mut Tx<'_>, proved: &Proved) -> Result<Option<UserId>> {
    let sql = "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2";
    tx.query_opt(sql, params![proved.issuer, proved.subject], |row| row.get(0))
}

/// Notes that the account has signed the user in, linking it when it is new, and fills in what is not known of the user.
///
/// # Errors
/// `other_account_linked` when the user signs in with another account of the same issuer. An address that was given to
/// somebody else must not open what belonged to the one who had it before.
pub(crate) fn link(tx: &mut Tx<'_>, user: UserId, email: &str, proved: &Proved) -> Result<()> {
    let now = tx.now();
    let known: Option<String> = tx.query_opt(
        "SELECT subject FROM identities WHERE user_id = $1 AND issuer = $2",
        params![user, proved.issuer],
        |row| row.get(0),
    )?;
    match known {
        Some(subject) if subject == proved.subject => {
            let sql = "UPDATE identities SET last_used_at = $3 WHERE issuer = $1 AND subject = $2";
            tx.execute(sql, params![proved.issuer, proved.subject, now])?;
        }
        Some(_) => {
            return Err(other_account_linked());
        }
        None => {
            tx.execute(
                "INSERT INTO identities (id, user_id, provider, issuer, subject, email, created_at, last_used_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                params![IdentityId::new(), user, proved.provider, proved.issuer, proved.subject, email, now],
            )
            .map_err(|e| if e.is_unique_violation() { other_account_linked() } else { e })?;
        }
    }
    tx.execute(
        "UPDATE users SET username = COALESCE(username, $2), avatar_url = COALESCE(avatar_url, $3), \
         locale = COALESCE(locale, $4) WHERE id = $1",
        params![user, proved.username, proved.avatar_url, proved.locale],
    )
    .map(drop)
}

fn other_account_linked() -> Error {
    let text = "Another account of this provider is linked to this address. Sign in with that one, or with a link by e-mail \
                and unlink it.";
    Error::conflict("other_account_linked", text)
}
