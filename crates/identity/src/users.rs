//! Users: people who can sign in, known to the control database.

use kernel::{Error, Result, Timestamp, ids::UserId};
use store::{Row, Store, Tx, params};

/// A user.
#[derive(Clone, Debug, serde::Serialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The address the user signs in with, in lower case.
    pub email: String,
    /// The user's name.
    pub name: String,
    /// When the user was made.
    pub created_at: Timestamp,
}

fn read(row: &Row<'_>) -> Result<User> {
    Ok(User { id: row.get(0)?, email: row.get(1)?, name: row.get(2)?, created_at: row.get(3)? })
}

/// The user with this address.
///
/// # Errors
/// The engine's.
pub fn by_email(tx: &mut Tx<'_>, email: &str) -> Result<Option<User>> {
    tx.query_opt("SELECT id, email, name, created_at FROM users WHERE email = $1", params![email], read)
}

/// One user.
///
/// # Errors
/// `user_not_found`.
pub fn get(tx: &mut Tx<'_>, id: UserId) -> Result<User> {
    tx.query_opt("SELECT id, email, name, created_at FROM users WHERE id = $1", params![id], read)?
        .ok_or_else(|| Error::not_found("user_not_found", format!("No user found with ID {id}")))
}

/// What is kept of a user's password; none for one who has no password.
///
/// # Errors
/// The engine's.
pub fn password_of(tx: &mut Tx<'_>, id: UserId) -> Result<Option<String>> {
    let found = tx.query_opt("SELECT password_hash FROM users WHERE id = $1", params![id], |row| row.get(0))?;
    Ok(found.flatten())
}

/// Sets a user's password to one that [`crate::passwords::hash`] has made ready.
///
/// # Errors
/// The engine's.
pub fn set_password(tx: &mut Tx<'_>, id: UserId, kept: &str) -> Result<()> {
    tx.execute("UPDATE users SET password_hash = $2 WHERE id = $1", params![id, kept]).map(drop)
}

pub(crate) async fn find_or_create(store: &Store, email: &str, name: &str) -> Result<User> {
    let (email, name) = (email.to_owned(), name.to_owned());
    store
        .control_write(move |tx| {
            tx.execute(
                "INSERT INTO users (id, email, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (email) DO NOTHING",
                params![UserId::new(), email, name, tx.now()],
            )?;
            by_email(tx, &email)?.ok_or_else(|| Error::internal("a user just made is gone"))
        })
        .await
}

/// The address in the form it is stored: trimmed, lower case.
///
/// # Errors
/// `Invalid` when it cannot be an address.
pub fn checked_email(email: &str) -> Result<String> {
    email_at("email", email)
}

/// [`checked_email`] of the field at `path`.
///
/// # Errors
/// `Invalid` naming the field.
pub fn email_at(path: &str, email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let usable = email.len() <= 254
        && !email.contains(|c: char| c.is_whitespace() || c.is_control())
        && email
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if usable { Ok(email) } else { Err(Error::invalid(path, "not an e-mail address")) }
}

/// A name for somebody of whom only the address is known.
pub(crate) fn name_of(email: &str) -> String {
    email.split('@').next().unwrap_or(email).to_owned()
}
