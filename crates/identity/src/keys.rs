//! API keys: shown once, kept as hashes, for one user in one workspace. All of it is in the control database.

use std::time::Duration;

use kernel::{
    Actor, Error, Result, Timestamp, check,
    ids::{KeyId, UserId, WorkspaceId},
};
use serde_json::json;
use store::{NewEvent, Row, Store, Tx, params};

use crate::{Principal, Scopes, secret};

/// How long an access token lasts after it was last used.
pub const ACCESS: Duration = Duration::from_secs(60 * 24 * 3600);
/// The longest time for which a key that was replaced may go on.
pub const MOST_GRACE: Duration = Duration::from_secs(24 * 3600);

store::text_enum! {
    /// What a key is.
    pub enum KeyKind {
        /// Made by somebody, until it is revoked or its time has come.
        Key = "key",
        /// Given to a program that somebody let in: over when it was not used for long, or when the program signs out.
        Access = "access",
    }
}

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
    /// What it is.
    #[serde(skip)]
    pub kind: KeyKind,
    /// What it may be used for.
    #[serde(skip)]
    pub scopes: Scopes,
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
        kind: row.get(9)?,
        scopes: Scopes::from_kept(row.get(10)?),
    })
}

const SELECT: &str = "SELECT k.id, k.name, k.prefix, k.user_id, u.name, k.created_at, k.last_used_at, k.expires_at, k.revoked_at, \
                      k.kind, k.scopes FROM api_keys k JOIN users u ON u.id = k.user_id";

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What it is for.
    pub name: String,
    /// How it begins.
    pub prefix: &'static str,
    /// What it is.
    pub kind: KeyKind,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

impl NewKey {
    /// A key that may everything, until it is revoked.
    pub fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), prefix: "hd_", kind: KeyKind::Key, scopes: Scopes::ALL, expires_at: None }
    }
}

/// Makes a key for a user of a workspace. The second value is the key, shown this once.
///
/// # Errors
/// `Invalid` for a blank name, `user_not_found` when the user is not in the workspace.
pub fn create(tx: &mut Tx<'_>, workspace: WorkspaceId, user: UserId, name: &str) -> Result<(Key, String)> {
    make(tx, workspace, user, &NewKey::plain(name))
}

/// Makes a key for the caller, which may no more than what the caller's own credential may.
///
/// # Errors
/// As [`create`], `Invalid` for a time that has passed, `insufficient_scope`.
pub fn create_own(tx: &mut Tx<'_>, caller: &Principal, new: &NewKey) -> Result<(Key, String)> {
    caller.scopes.require_cover(&new.scopes)?;
    make(tx, caller.workspace, caller.user, new)
}

pub(crate) fn make(tx: &mut Tx<'_>, workspace: WorkspaceId, user: UserId, new: &NewKey) -> Result<(Key, String)> {
    let name = check::required("name", &new.name, check::NAME)?;
    check::time("expires_at", new.expires_at)?;
    if new.expires_at.is_some_and(|at| at <= tx.now()) {
        return Err(Error::invalid("expires_at", "expires_at must lie in the future"));
    }
    let member = tx.query_opt(
        "SELECT 1 FROM memberships WHERE workspace_id = $1 AND user_id = $2 AND deactivated_at IS NULL",
        params![workspace, user],
        |_| Ok(()),
    )?;
    member.ok_or_else(|| Error::not_found("user_not_found", "The user is not in this workspace."))?;
    let key = secret::new(new.prefix);
    let id = KeyId::new();
    let prefix: String = key.chars().take(new.prefix.len() + 6).collect();
    tx.execute(
        "INSERT INTO api_keys (id, workspace_id, user_id, name, prefix, hash, created_at, expires_at, kind, scopes) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            id,
            workspace,
            user,
            name,
            prefix,
            &secret::hash(&key)[..],
            tx.now(),
            new.expires_at,
            new.kind,
            new.scopes.kept()
        ],
    )?;
    Ok((find(tx, workspace, id)?.ok_or_else(|| not_found(id))?, key))
}

/// Replaces a key of the caller by a new one for the same purpose. The old one goes on for `grace`. The second value is the
/// new key, shown this once.
///
/// # Errors
/// `key_not_found` for another's; `key_over` for one that has ended; `access_token` for one that a program was given;
/// `insufficient_scope`; `Invalid` for a grace of more than [`MOST_GRACE`].
pub fn rotate(tx: &mut Tx<'_>, caller: &Principal, id: KeyId, grace: Duration) -> Result<(Key, String)> {
    if grace > MOST_GRACE {
        let text = format!("grace_seconds must be at most {}", MOST_GRACE.as_secs());
        return Err(Error::invalid("grace_seconds", text));
    }
    let old = find(tx, caller.workspace, id)?.filter(|key| key.user_id == caller.user).ok_or_else(|| not_found(id))?;
    let now = tx.now();
    if old.revoked_at.is_some() || old.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::conflict("key_over", "This key has ended; make a new one."));
    }
    if old.kind == KeyKind::Access {
        return Err(Error::conflict("access_token", "A program was given this; let the program sign in again."));
    }
    // A key of the old form gets a new one of the same form.
    let prefix = if old.prefix.starts_with(LOOM) { LOOM } else { "hd_" };
    let new = NewKey { name: old.name, prefix, kind: KeyKind::Key, scopes: old.scopes, expires_at: old.expires_at };
    let made = create_own(tx, caller, &new)?;
    if grace.is_zero() {
        tx.execute("UPDATE api_keys SET revoked_at = $2 WHERE id = $1", params![id, now])?;
    } else {
        let ends = old.expires_at.map_or(now.plus(grace), |at| at.min(now.plus(grace)));
        tx.execute("UPDATE api_keys SET expires_at = $2 WHERE id = $1", params![id, ends])?;
    }
    Ok(made)
}

/// How a key begins that was made through Loom's API.
pub const LOOM: &str = "loom_sk_";
/// How an access token begins.
pub const LOOM_ACCESS: &str = "loom_at_";

/// Ends the access token that the caller came with.
///
/// # Errors
/// `session_required` when the caller came with a key, which is revoked and not signed out.
pub(crate) fn end_access(tx: &mut Tx<'_>, workspace: WorkspaceId, id: KeyId) -> Result<Key> {
    let sql = "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND kind = 'access' AND revoked_at IS NULL";
    match tx.execute(sql, params![id, tx.now()])? {
        0 => Err(Error::conflict("session_required", "You called with a key; revoke it where it was made.")),
        _ => find(tx, workspace, id)?.ok_or_else(|| not_found(id)),
    }
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
    let (items, total) = slice(tx, workspace, of, request.limit(), request.offset())?;
    Ok(kernel::Page { items, total, request })
}

/// [`page`] by how many keys are wanted and how many come before; also answers how many there are.
///
/// # Errors
/// The engine's.
pub fn slice(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    of: Option<UserId>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Key>, i64)> {
    let condition = "k.workspace_id = $1 AND ($2 OR k.user_id = $3)";
    let (all, user) = (of.is_none(), of.unwrap_or(UserId::nil()));
    let total = tx.query_one(
        &format!("SELECT COUNT(*) FROM api_keys k WHERE {condition}"),
        params![workspace, all, user],
        |row| row.get(0),
    )?;
    let items = tx.query(
        &format!("{SELECT} WHERE {condition} ORDER BY k.created_at DESC, k.id DESC LIMIT $4 OFFSET $5"),
        params![workspace, all, user, limit, offset],
        read,
    )?;
    Ok((items, total))
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

/// Tells the workspace of something that happened to a key.
///
/// # Errors
/// The store's.
pub async fn tell(store: &Store, caller: &Principal, verb: &'static str, key: &Key) -> Result<()> {
    tell_as(store, caller.workspace, caller.actor, verb, key).await
}

pub(crate) async fn tell_as(
    store: &Store,
    workspace: WorkspaceId,
    actor: Actor,
    verb: &'static str,
    key: &Key,
) -> Result<()> {
    let mut data =
        json!({"name": key.name, "prefix": key.prefix, "user_id": key.user_id, "expires_at": key.expires_at});
    if let Some(scopes) = key.scopes.kept() {
        data["scopes"] = scopes;
    }
    let subject = key.id.uuid();
    store
        .write(workspace, actor, move |tx| {
            tx.emit(NewEvent { verb, subject, space: None, case: None, thread: None, data: data.clone() })
        })
        .await
}

fn find(tx: &mut Tx<'_>, workspace: WorkspaceId, id: KeyId) -> Result<Option<Key>> {
    tx.query_opt(&format!("{SELECT} WHERE k.id = $1 AND k.workspace_id = $2"), params![id, workspace], read)
}

fn not_found(id: KeyId) -> Error {
    Error::not_found("key_not_found", format!("No key found with ID {id}"))
}
