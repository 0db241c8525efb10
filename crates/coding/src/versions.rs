//! The versions that a conversation had.

use kernel::{Error, Kind, Result, Timestamp, ids::CodingThreadId};
use store::{Tx, params};

use crate::{
    messages,
    threads::{self, Document, Summary},
};

/// How many versions are kept of each conversation.
pub const KEPT: i64 = 1000;

/// A version that a conversation had.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number.
    pub version: i64,
    /// What the conversation was about.
    pub title: Option<String>,
    /// How many messages it had.
    pub message_count: i64,
    /// When it was saved.
    pub updated_at: Timestamp,
}

/// Keeps what a conversation is now as one of its versions, and forgets those that are too many.
pub(crate) fn keep(tx: &mut Tx<'_>, summary: &Summary, rest: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO coding_versions (thread_id, version, title, folder, message_count, rest, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            summary.key,
            summary.version,
            summary.title,
            summary.folder,
            summary.message_count,
            rest,
            summary.updated_at
        ],
    )?;
    let oldest = summary.version - KEPT + 1;
    if oldest > 1 {
        tx.execute("DELETE FROM coding_versions WHERE thread_id = $1 AND version < $2", params![summary.key, oldest])?;
        messages::forget(tx, summary.key, oldest)?;
    }
    Ok(())
}

/// The versions of a conversation, the newest first, and how many there are.
///
/// # Errors
/// `thread_not_found`.
pub fn list(tx: &mut Tx<'_>, id: &str, limit: i64, offset: i64) -> Result<(Vec<Version>, i64)> {
    let thread = threads::summary(tx, id)?.key;
    let total =
        tx.query_one("SELECT COUNT(*) FROM coding_versions WHERE thread_id = $1", params![thread], |row| row.get(0))?;
    let items = tx.query(
        "SELECT version, title, message_count, at FROM coding_versions WHERE thread_id = $1 \
         ORDER BY version DESC LIMIT $2 OFFSET $3",
        params![thread, limit, offset],
        |row| {
            Ok(Version {
                version: row.get(0)?,
                title: row.get(1)?,
                message_count: row.get(2)?,
                updated_at: row.get(3)?,
            })
        },
    )?;
    Ok((items, total))
}

/// A conversation as it was in one of its versions. Who may read it is what holds now.
///
/// # Errors
/// `thread_not_found`, `version_not_found`.
pub fn get(tx: &mut Tx<'_>, id: &str, version: i64) -> Result<Document> {
    let now = threads::summary(tx, id)?;
    let found = tx.query_opt(
        "SELECT title, folder, message_count, rest, at FROM coding_versions WHERE thread_id = $1 AND version = $2",
        params![now.key, version],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<String>(3)?, row.get(4)?)),
    )?;
    let (title, folder, message_count, rest, updated_at) = found.ok_or_else(|| not_found(version))?;
    let key: CodingThreadId = now.key;
    let messages = messages::of(tx, key, version, 0)?;
    Ok(Document { summary: Summary { title, folder, message_count, updated_at, version, ..now }, rest, messages })
}

fn not_found(version: i64) -> Error {
    let text = format!("The thread has no version {version}, or no longer; the last {KEPT} are kept.");
    Error::new(Kind::NotFound, "version_not_found", text)
}
