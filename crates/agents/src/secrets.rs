//! Secrets: values that scripts of tools are given, sealed at rest and never shown again (Interloom public, Secrets).
//!
//! A secret belongs to the one who stored it: nobody else can attach it to a tool. Admins of the workspace see all names
//! and may delete any, but cannot read a value either.

use std::collections::BTreeMap;

use identity::{
    Vault,
    listing::{self, Sliced},
};
use kernel::{
    Error, Kind, Mark, Result, Slice, SliceRequest, Timestamp,
    ids::{ActorId, SecretId, ToolId},
};
use serde_json::json;
use store::{NewEvent, Param, Row, Tx, params};

/// A secret; its value is not among what is known of it.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Its id.
    pub id: SecretId,
    /// The name that scripts know it by, unique in the workspace.
    pub name: String,
    /// Whose it is.
    pub created_by: ActorId,
    /// When it was stored.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "s.id, s.name, s.created_by, s.created_at";

fn read(row: &Row<'_>) -> Result<Secret> {
    Ok(Secret { id: row.get(0)?, name: row.get(1)?, created_by: row.get(2)?, created_at: row.get(3)? })
}

/// The longest name and the longest value, in bytes.
const NAME: usize = 100;
const VALUE: usize = 32 << 10;

/// The caller's secrets, an admin's all, by when they were stored.
///
/// # Errors
/// The engine's.
pub fn slice(tx: &mut Tx<'_>, request: SliceRequest) -> Result<Slice<Secret>> {
    let actor = tx.actor();
    let list = Sliced {
        table: "secrets s",
        alias: "s",
        columns: COLUMNS,
        sort: "created_at",
        condition: "(s.created_by = $1 OR $2)",
        values: vec![Param::Id(actor.id.uuid()), Param::Bool(actor.workspace_admin)],
    };
    listing::slice(tx, list, request, read, |secret| Mark { at: secret.created_at, id: secret.id.uuid() })
}

/// One of the secrets that the caller may use or delete.
///
/// # Errors
/// `secret_not_found`, also for that of another.
pub fn get(tx: &mut Tx<'_>, id: SecretId) -> Result<Secret> {
    let actor = tx.actor();
    let found = tx.query_opt(&format!("SELECT {COLUMNS} FROM secrets s WHERE s.id = $1"), params![id], read)?;
    let own = found.filter(|secret| secret.created_by == actor.id || actor.workspace_admin);
    own.ok_or_else(|| Error::not_found("secret_not_found", format!("No secret found with ID {id}")))
}

/// One of the caller's own secrets, which it may attach to a tool.
///
/// # Errors
/// `secret_not_found`, also for that of another.
pub fn own(tx: &mut Tx<'_>, id: SecretId) -> Result<Secret> {
    let actor = tx.actor().id;
    let secret = get(tx, id)?;
    if secret.created_by == actor {
        return Ok(secret);
    }
    Err(Error::not_found("secret_not_found", format!("No secret of yours found with ID {id}")))
}

/// The secrets that a tool's script is given, as far as the caller may know of them; its manager knows of all.
///
/// # Errors
/// The engine's.
pub fn names_of_tool(tx: &mut Tx<'_>, tool: ToolId) -> Result<Vec<Secret>> {
    let actor = tx.actor();
    let sql = format!(
        "SELECT {COLUMNS} FROM secrets s JOIN tool_secrets ts ON ts.secret_id = s.id \
         WHERE ts.tool_id = $1 AND (s.created_by = $2 OR $3) ORDER BY s.name"
    );
    tx.query(&sql, params![tool, actor.id, actor.workspace_admin], read)
}

/// The values that a tool's script is given, by name. For the sandbox alone.
///
/// # Errors
/// `Internal` for a value that this server's key does not open.
pub(crate) fn of_tool(tx: &mut Tx<'_>, vault: &Vault, tool: ToolId) -> Result<BTreeMap<String, String>> {
    let sealed = tx.query(
        "SELECT s.id, s.name, s.sealed FROM secrets s JOIN tool_secrets ts ON ts.secret_id = s.id WHERE ts.tool_id = $1",
        params![tool],
        |row| Ok((row.get::<SecretId>(0)?, row.get::<String>(1)?, row.get::<Vec<u8>>(2)?)),
    )?;
    let open = |(id, name, sealed): (SecretId, String, Vec<u8>)| {
        let value = vault.open(id.uuid().as_bytes(), &sealed)?;
        Ok((name, String::from_utf8(value).map_err(Error::internal)?))
    };
    sealed.into_iter().map(open).collect()
}

/// All values of the workspace by name, to keep them from leaving. One that this server's key does not open is left out:
/// nobody here knows it.
pub(crate) fn all(tx: &mut Tx<'_>, vault: &Vault) -> Result<BTreeMap<String, String>> {
    let sealed = tx.query("SELECT id, name, sealed FROM secrets", &[], |row| {
        Ok((row.get::<SecretId>(0)?, row.get::<String>(1)?, row.get::<Vec<u8>>(2)?))
    })?;
    let open = |(id, name, sealed): (SecretId, String, Vec<u8>)| {
        let value = vault.open(id.uuid().as_bytes(), &sealed).ok()?;
        Some((name, String::from_utf8(value).ok()?))
    };
    Ok(sealed.into_iter().filter_map(open).collect())
}

/// Stores a secret.
///
/// # Errors
/// `invalid_secret_name` and `empty_secret_value` (400), `Invalid` for what is too long, `secret_already_exists`.
pub fn create(tx: &mut Tx<'_>, vault: &Vault, name: &str, value: &str) -> Result<Secret> {
    let refused = |code, message: &str| Err(Error::new(Kind::BadRequest, code, message));
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    if !name.starts_with(first) || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let rule = "A secret's name is letters, digits and underscores, and begins with no digit.";
        return refused("invalid_secret_name", rule);
    }
    if value.is_empty() {
        return refused("empty_secret_value", "A secret needs a value.");
    }
    if name.len() > NAME {
        return Err(Error::invalid("name", format!("name must not be longer than {NAME} characters")));
    }
    if value.len() > VALUE {
        return Err(Error::invalid("value", format!("value must not be longer than {VALUE} bytes")));
    }
    let id = SecretId::new();
    let sealed = vault.seal(id.uuid().as_bytes(), value.as_bytes())?;
    let added = tx.execute(
        "INSERT INTO secrets (id, name, sealed, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5) \
         ON CONFLICT (name) DO NOTHING",
        params![id, name, sealed, tx.actor().id, tx.now()],
    )?;
    if added == 0 {
        return Err(Error::conflict("secret_already_exists", format!("There is a secret named {name} already.")));
    }
    event(tx, "secret.created", id)?;
    get(tx, id)
}

/// Removes a secret; tools that were given it run without it.
///
/// # Errors
/// `secret_not_found`, also for that of another.
pub fn delete(tx: &mut Tx<'_>, id: SecretId) -> Result<()> {
    get(tx, id)?;
    tx.execute("DELETE FROM secrets WHERE id = $1", params![id])?;
    event(tx, "secret.deleted", id)
}

/// Everybody in the workspace hears of it, so not even its name is told.
fn event(tx: &mut Tx<'_>, verb: &'static str, id: SecretId) -> Result<()> {
    tx.emit(NewEvent { verb, subject: id.uuid(), space: None, case: None, thread: None, data: json!({}) })
}
