//! `heddle demo`.

use kernel::Result;
use serde_json::json;

use super::{answer, create_key};
use crate::config::Storage;

/// Makes the demo workspace, or finds the one there is, and a new key for its owner.
///
/// # Errors
/// The store's.
pub async fn demo(storage: Storage) -> Result<()> {
    let store = storage.open().await?;
    let made = mining::demo(&store).await?;
    let (key, secret) = create_key(&store, &made.workspace, &made.owner.email, "demo").await?;
    answer::print(&json!({
        "workspace": made.workspace,
        "owner": made.owner,
        "key": key,
        "api_key": secret,
        "created": made.created,
        "cases": made.cases,
    }))?;
    let done = if made.created { "was made" } else { "was there already" };
    answer::say(&format!("The workspace demo {done}, with {} cases. Now type: {}", made.cases, next(&storage)));
    Ok(())
}

/// The command that serves the same data.
fn next(storage: &Storage) -> String {
    match &storage.database_url {
        // The URL may hold a password.
        Some(_) => "heddle serve --database-url URL".to_owned(),
        None => format!("heddle serve --data-dir {}", word(&storage.data_dir.display().to_string())),
    }
}

/// A word as a shell reads it.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
