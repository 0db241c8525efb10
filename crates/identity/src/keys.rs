//! API keys: shown once, kept as hashes, scoped to one workspace. All of it is in the control database.

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
    /// Whose it is.
    pub user_id: UserId,
    /// The user's name.
    pub user_name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to within a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

fn read(row: &Row<'_>) -> Result<Key> {
    Ok(Key {
        id: row.get(0)?,
        name: row.get(1)?,
        prefix: row.get(2)?,
        user_id: row.get(3)?,
        user_name: row.get(4)?,
        created_at: row.get(5)?,
        last_used_at: row.get(6)?,
        expires_at: row.get(7)?,
        revoked_at: row.get(8)?,
    })
}

const SELECT: &str = "SELECT k.id, k.name, k.prefix, k.user_id, u.name, k.created_at, k.last_used_at, k.expires_at, k.revoked_at \
                      FROM api_keys k JOIN users u ON u.id = k.user_id";

/// Makes a key for a user of a workspace. The second value is the key, shown this once.
///
/// # Errors
/// `Invalid` for a blank name, `user_not_found` when the user is not in the workspace.
pub fn create(tx: &mut Tx<'_>, workspace: WorkspaceId, user: UserId, name: &str) -> Result<(Key, String)> {
    create_until(tx, workspace, user, name, None)
}

/// [`create`] with a time after which the key is over.
///
/// # Errors
/// As [`create`], and `Invalid` for a time that has passed.
pub fn create_until(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    user: UserId,
    name: &str,
    expires_at: Option<Timestamp>,
) -> Result<(Key, String)> {
    let name = check::required("name", name, check::NAME)?;
    check::time("expires_at", expires_at)?;
    if expires_at.is_some_and(|at| at <= tx.now()) {
        return Err(Error::invalid("expires_at", "expires_at must lie in the future"));
    }
    let member = tx.query_opt(
        "SELECT 1 FROM memberships WHERE workspace_id = $1 AND user_id = $2 AND deactivated_at IS NULL",
        params![workspace, user],
        |_| Ok(()),
    )?;
    member.ok_or_else(|| Error::not_found("user_not_found", "The user is not in this workspace."))?;
    let key = secret::new("hd_");
    let id = KeyId::new();
    let prefix: String = key.chars().take(9).collect();
    tx.execute(
        "INSERT INTO api_keys (id, workspace_id, user_id, name, prefix, hash, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![id, workspace, user, name, prefix, &secret::hash(&key)[..], tx.now(), expires_at],
    )?;
    Ok((find(tx, workspace, id)?.ok_or_else(|| not_found(id))?, key))
}

/// The keys of a workspace, newest first.
///
/// # Errors
/// The engine's.
pub fn list(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Vec<Key>> {
    let sql = format!("{SELECT} WHERE k.workspace_id = $1 ORDER BY k.created_at DESC, k.id DESC");
    tx.query(&sql, params![workspace], read)
}

/// A page of a workspace's keys, newest first: those of one user, or all.
///
/// # Errors
/// The engine's.
pub fn page(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    of: Option<UserId>,
    request: kernel::PageRequest,
) -> Result<kernel::Page<Key>> {
    let condition = "k.workspace_id = $1 AND ($2 OR k.user_id = $3)";
    let (all, user) = (of.is_none(), of.unwrap_or(UserId::nil()));
    let total = tx.query_one(
        &format!("SELECT COUNT(*) FROM api_keys k WHERE {condition}"),
        params![workspace, all, user],
        |row| row.get(0),
    )?;
    let items = tx.query(
        &format!("{SELECT} WHERE {condition} ORDER BY k.created_at DESC, k.id DESC LIMIT $4 OFFSET $5"),
        params![workspace, all, user, request.limit(), request.offset()],
        read,
    )?;
    Ok(kernel::Page { items, total, request })
}

/// Revokes a key; nothing that carries it is let in any more.
///
/// # Errors
/// `key_not_found`.
pub fn revoke(tx: &mut Tx<'_>, workspace: WorkspaceId, id: KeyId) -> Result<Key> {
    revoke_of(tx, workspace, id, None).map(|(key, _)| key)
}

/// [`revoke`] of a key that must be `of` this user, where one is given. Also answers whether it was still good.
///
/// # Errors
/// `key_not_found`.
pub fn revoke_of(tx: &mut Tx<'_>, workspace: WorkspaceId, id: KeyId, of: Option<UserId>) -> Result<(Key, bool)> {
    let key = find(tx, workspace, id)?.filter(|key| of.is_none_or(|user| user == key.user_id));
    let key = key.ok_or_else(|| not_found(id))?;
    if key.revoked_at.is_some() {
        return Ok((key, false));
    }
    tx.execute("UPDATE api_keys SET revoked_at = $2 WHERE id = $1", params![id, tx.now()])?;
    Ok((Key { revoked_at: Some(tx.now()), ..key }, true))
}

fn find(tx: &mut Tx<'_>, workspace: WorkspaceId, id: KeyId) -> Result<Option<Key>> {
    tx.query_opt(&format!("{SELECT} WHERE k.id = $1 AND k.workspace_id = $2"), params![id, workspace], read)
}

fn not_found(id: KeyId) -> Error {
    Error::not_found("key_not_found", format!("No key found with ID {id}"))
}
