//! API keys: shown once, kept as hashes, scoped to one workspace.

use kernel::{
    Error, Result, Timestamp, check,
    ids::{KeyId, UserId, WorkspaceId},
};
use store::{Row, Tx, params};

use crate::secret;

/// What is known of a key after it was made; never the key itself.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// What it is for.
    pub name: String,
    /// How it begins, to tell keys apart.
    pub prefix: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

fn read(row: &Row<'_>) -> Result<Key> {
    Ok(Key {
        id: row.get(0)?,
        name: row.get(1)?,
        prefix: row.get(2)?,
        created_at: row.get(3)?,
        last_used_at: row.get(4)?,
        revoked_at: row.get(5)?,
    })
}

const COLUMNS: &str = "id, name, prefix, created_at, last_used_at, revoked_at";

/// Makes a key for a user of a workspace (in the control database). The second value is the key, shown this once.
///
/// # Errors
/// `Invalid` for a blank name, `user_not_found` when the user is not in the workspace.
pub fn create(tx: &mut Tx<'_>, workspace: WorkspaceId, user: UserId, name: &str) -> Result<(Key, String)> {
    let name = check::required("name", name, check::NAME)?;
    let member = tx.query_opt(
        "SELECT 1 FROM memberships WHERE workspace_id = $1 AND user_id = $2",
        params![workspace, user],
        |_| Ok(()),
    )?;
    member.ok_or_else(|| Error::not_found("user_not_found", "The user is not in this workspace."))?;
    let key = secret::new("hd_");
    let id = KeyId::new();
    let prefix: String = key.chars().take(9).collect();
    tx.execute(
        "INSERT INTO api_keys (id, workspace_id, user_id, name, prefix, hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, workspace, user, name, prefix, &secret::hash(&key)[..], tx.now()],
    )?;
    let stored = tx.query_one(&format!("SELECT {COLUMNS} FROM api_keys WHERE id = $1"), params![id], read)?;
    Ok((stored, key))
}

/// The keys of a workspace, newest first.
///
/// # Errors
/// The engine's.
pub fn list(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Vec<Key>> {
    tx.query(
        &format!("SELECT {COLUMNS} FROM api_keys WHERE workspace_id = $1 ORDER BY created_at DESC, id DESC"),
        params![workspace],
        read,
    )
}

/// Revokes a key; nothing that carries it is let in any more.
///
/// # Errors
/// `key_not_found`.
pub fn revoke(tx: &mut Tx<'_>, workspace: WorkspaceId, id: KeyId) -> Result<Key> {
    tx.execute(
        "UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND workspace_id = $2 AND revoked_at IS NULL",
        params![id, workspace, tx.now()],
    )?;
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM api_keys WHERE id = $1 AND workspace_id = $2"),
        params![id, workspace],
        read,
    )?
    .ok_or_else(|| Error::not_found("key_not_found", format!("No key found with ID {id}")))
}
