//! The messages of conversations: each is stored once for all versions that have it at its place.

use std::collections::HashMap;

use kernel::{Result, ids::CodingThreadId};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use store::{Tx, params};

/// Stores the messages of a new version. Answers the place of the first one that is not as it was in the version before.
pub fn save(tx: &mut Tx<'_>, thread: CodingThreadId, version: i64, messages: &[Box<RawValue>]) -> Result<usize> {
    let kept: HashMap<i64, Vec<u8>> = tx
        .query(
            "SELECT position, hash FROM coding_messages WHERE thread_id = $1 AND ended IS NULL",
            params![thread],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .into_iter()
        .collect();
    let mut first = messages.len().min(kept.len());
    for (n, message) in messages.iter().enumerate() {
        let hash = Sha256::digest(message.get().as_bytes());
        let position = n as i64;
        match kept.get(&position) {
            Some(before) if before[..] == hash[..] => continue,
            Some(_) => end(tx, thread, version, position, position + 1)?,
            None => {}
        }
        first = first.min(n);
        tx.execute(
            "INSERT INTO coding_messages (thread_id, position, since, hash, body) VALUES ($1, $2, $3, $4, $5)",
            params![thread, position, version, &hash[..], message.get()],
        )?;
    }
    if kept.len() > messages.len() {
        end(tx, thread, version, messages.len() as i64, i64::MAX)?;
    }
    Ok(first)
}

fn end(tx: &mut Tx<'_>, thread: CodingThreadId, version: i64, from: i64, to: i64) -> Result<()> {
    tx.execute(
        "UPDATE coding_messages SET ended = $2 \
         WHERE thread_id = $1 AND ended IS NULL AND position >= $3 AND position < $4",
        params![thread, version, from, to],
    )
    .map(drop)
}

/// The messages of a version, from a place on, as they were written.
pub fn of(tx: &mut Tx<'_>, thread: CodingThreadId, version: i64, from: i64) -> Result<Vec<Box<RawValue>>> {
    let texts: Vec<String> = tx.query(
        "SELECT body FROM coding_messages WHERE thread_id = $1 AND since <= $2 AND (ended IS NULL OR ended > $2) \
         AND position >= $3 ORDER BY position",
        params![thread, version, from],
        |row| row.get(0),
    )?;
    texts.into_iter().map(|text| RawValue::from_string(text).map_err(kernel::Error::internal)).collect()
}

/// Forgets what only versions before `version` had.
pub fn forget(tx: &mut Tx<'_>, thread: CodingThreadId, version: i64) -> Result<()> {
    tx.execute("DELETE FROM coding_messages WHERE thread_id = $1 AND ended <= $2", params![thread, version]).map(drop)
}
