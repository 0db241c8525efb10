//! Links that show a public conversation to whoever has them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{
    Error, Kind, Result, Timestamp, check,
    ids::{CodingLinkId, CodingThreadId, WorkspaceId},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Tx, params};

use crate::threads::{self, Document, Visibility};

/// The most links of a conversation.
const MOST: i64 = 50;
/// How a link's secret begins.
const PREFIX: &str = "share_";

/// What is known of a link after it was made; never its secret.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its id.
    pub id: CodingLinkId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// Makes a link to a conversation of the actor's that is public. The second value is its secret, shown this once.
///
/// # Errors
/// `thread_not_found`, `forbidden` for others than the owner, `thread_not_public`, `too_many_links`, `Invalid` for a time
/// that has passed.
pub fn create(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: &str,
    expires_at: Option<Timestamp>,
) -> Result<(Link, String)> {
    check::time("expires_at", expires_at)?;
    if expires_at.is_some_and(|at| at <= tx.now()) {
        return Err(Error::invalid("expires_at", "expires_at must lie in the future"));
    }
    let thread = threads::owned(tx, id)?;
    if thread.visibility != Visibility::Public {
        return Err(Error::conflict("thread_not_public", "Only a public thread has links; make it public first."));
    }
    let have: i64 =
        tx.query_one("SELECT COUNT(*) FROM coding_links WHERE thread_id = $1", params![thread.key], |row| row.get(0))?;
    if have >= MOST {
        return Err(Error::conflict("too_many_links", format!("A thread has at most {MOST} links; withdraw some.")));
    }
    let mut secret = workspace.uuid().as_bytes().to_vec();
    secret.extend(rand::random::<[u8; 32]>());
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
    let link = Link { id: CodingLinkId::new(), created_at: tx.now(), expires_at };
    tx.execute(
        "INSERT INTO coding_links (id, thread_id, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        params![link.id, thread.key, &hash(&secret)[..], link.created_at, link.expires_at],
    )?;
    threads::tell(tx, &thread, "coding_thread.link_made", json!({"link_id": link.id}))?;
    Ok((link, secret))
}

/// The links of a conversation of the actor's, the newest first.
///
/// # Errors
/// `thread_not_found`, `forbidden` for others than the owner.
pub fn list(tx: &mut Tx<'_>, id: &str) -> Result<Vec<Link>> {
    let thread = threads::owned(tx, id)?.key;
    tx.query(
        "SELECT id, created_at, expires_at FROM coding_links WHERE thread_id = $1 ORDER BY created_at DESC, id DESC",
        params![thread],
        |row| Ok(Link { id: row.get(0)?, created_at: row.get(1)?, expires_at: row.get(2)? }),
    )
}

/// Withdraws a link: it shows nothing any more.
///
/// # Errors
/// `thread_not_found`, `link_not_found`, `forbidden` for others than the owner.
pub fn withdraw(tx: &mut Tx<'_>, id: &str, link: CodingLinkId) -> Result<()> {
    let thread = threads::owned(tx, id)?;
    let done = tx.execute("DELETE FROM coding_links WHERE id = $1 AND thread_id = $2", params![link, thread.key])?;
    if done == 0 {
        return Err(Error::not_found("link_not_found", format!("No link found with ID {link}")));
    }
    threads::tell(tx, &thread, "coding_thread.link_withdrawn", json!({"link_id": link}))
}

pub(crate) fn withdraw_all(tx: &mut Tx<'_>, thread: CodingThreadId) -> Result<()> {
    tx.execute("DELETE FROM coding_links WHERE thread_id = $1", params![thread]).map(drop)
}

/// The workspace that a link's secret is of; none for what cannot be one.
pub fn workspace_of(secret: &str) -> Option<WorkspaceId> {
    let bytes = URL_SAFE_NO_PAD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let (workspace, rest) = bytes.split_at_checked(16)?;
    let id = uuid::Uuid::from_slice(workspace).ok()?;
    (rest.len() == 32).then(|| WorkspaceId::from_uuid(id))
}

/// The conversation that a link shows.
///
/// # Errors
/// `link_not_found` when the secret is unknown, withdrawn or too old, or the conversation is public no more.
pub fn open(tx: &mut Tx<'_>, secret: &str) -> Result<Document> {
    let found: Option<String> = tx.query_opt(
        "SELECT t.id FROM coding_links l JOIN coding_threads t ON t.id = l.thread_id \
         WHERE l.hash = $1 AND (l.expires_at IS NULL OR l.expires_at > $2) AND t.visibility = 'public'",
        params![&hash(secret)[..], tx.now()],
        |row| Ok(row.get::<CodingThreadId>(0)?.to_string()),
    )?;
    let id = found.ok_or_else(unknown)?;
    threads::get(tx, &id)
}

/// What is told of a link that shows nothing.
pub fn unknown() -> Error {
    Error::new(Kind::NotFound, "link_not_found", "This link is unknown, withdrawn or too old.")
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
