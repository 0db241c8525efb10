//! The first start: who has read the server's output may make the first workspace.

use kernel::{Error, Kind, Result, check};
use serde_json::json;
use store::{Store, Tx, params};
use subtle::ConstantTimeEq;

use crate::{
    accounts, passwords, secret,
    sessions::{self, NewSession},
    users, workspaces,
};

/// The setting that holds the hash of the token, or [`TAKEN`].
const SETTING: &str = "setup_token";
/// What stands in the setting while the first workspace is being made.
const TAKEN: &str = "taken";

/// What the first workspace needs.
#[derive(Clone)]
pub struct First {
    /// The token that the server printed.
    pub token: String,
    /// The workspace's name.
    pub workspace_name: String,
    /// The owner's name.
    pub owner_name: String,
    /// The owner's address.
    pub owner_email: String,
    /// The owner's password.
    pub password: String,
}

/// Makes the token of this start, in the place of an earlier one; none when there is a workspace already.
///
/// # Errors
/// The engine's.
pub fn offer(tx: &mut Tx<'_>) -> Result<Option<String>> {
    if workspaces::any(tx)? {
        return Ok(None);
    }
    let token = secret::new("");
    put(tx, &kept(&token))?;
    Ok(Some(token))
}

/// Makes the first workspace with its owner, and signs the owner in.
///
/// # Errors
/// `already_set_up`, `setup_token_invalid`, `Invalid` naming the field.
pub async fn run(store: &Store, first: First, user_agent: Option<String>) -> Result<NewSession> {
    let email = users::email_at("owner_email", &first.owner_email)?;
    let name = check::required("owner_name", &first.owner_name, check::NAME)?.to_owned();
    check::required("workspace_name", &first.workspace_name, check::NAME)?;
    passwords::check("password", &first.password, &email, &name)?;
    let token = kept(&first.token);
    let claimed = token.clone();
    store.control_write(move |tx| claim(tx, &claimed)).await?;
    match make(store, &first, &email, &name, user_agent).await {
        Ok(session) => {
            accounts::begun(store, &session, "setup").await?;
            Ok(session)
        }
        Err(error) => {
            // The token is good again, unless a workspace is there by now.
            store.control_write(move |tx| if workspaces::any(tx)? { Ok(()) } else { put(tx, &token) }).await?;
            Err(error)
        }
    }
}

async fn make(store: &Store, first: &First, email: &str, name: &str, user_agent: Option<String>) -> Result<NewSession> {
    let password = passwords::hash(&first.password).await?;
    let slug = workspaces::slug_or(&first.workspace_name, "workspace");
    let made =
        workspaces::make(store, &first.workspace_name, Some(&slug), email, Some(name), workspaces::Purpose::First)
            .await;
    let (workspace, user, _) = made?;
    let (workspace, user) = (workspace.id, user.id);
    store
        .control_write(move |tx| {
            users::set_password(tx, user, &password)?;
            tx.execute("DELETE FROM settings WHERE name = $1", params![SETTING])?;
            sessions::create(tx, workspace, user, user_agent.as_deref())
        })
        .await
}

/// Takes the token, so that only one of several can be setting up.
fn claim(tx: &mut Tx<'_>, given: &str) -> Result<()> {
    if workspaces::any(tx)? {
        return Err(done());
    }
    let known: Option<String> =
        tx.query_opt("SELECT value FROM settings WHERE name = $1", params![SETTING], |row| row.get(0))?;
    match known {
        Some(known) if known == TAKEN => Err(done()),
        Some(known) if bool::from(known.as_bytes().ct_eq(given.as_bytes())) => put(tx, TAKEN),
        _ => Err(Error::new(
            Kind::Forbidden,
            "setup_token_invalid",
            "This is not the address that the server printed at its last start.",
        )),
    }
}

/// The answer to whoever comes second.
pub(crate) fn done() -> Error {
    Error::conflict("already_set_up", "This server has been set up already; sign in.")
}

fn put(tx: &mut Tx<'_>, value: &str) -> Result<()> {
    let sql =
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.execute(sql, params![SETTING, value]).map(drop)
}

/// What is kept of a token.
fn kept(token: &str) -> String {
    json!(secret::hash(token)).to_string()
}
