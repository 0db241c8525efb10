//! Saving, reading, listing and finding conversations, and who may.
//!
//! Whoever saves a conversation first owns it. Only the owner changes it. Others read it when it is shared with the
//! workspace; administrators of the workspace read and delete all.

use identity::{listing, spaces};
use kernel::{
    Error, Kind, Result, Timestamp, check,
    ids::{ActorId, CodingThreadId, SpaceId},
};
use serde_json::{json, value::RawValue};
use store::{NewEvent, Param, Row, ToParam, Tx, params, search};

use crate::{Draft, links, messages, versions};

/// What the search index calls conversations.
const KIND: &str = "coding_thread";
/// The most that a search finds.
const MOST_FOUND: i64 = 1000;

store::text_enum! {
    /// Who may read a conversation.
    pub enum Visibility {
        /// Its owner.
        Private = "private",
        /// The members of the workspace.
        Shared = "shared",
        /// The members of the workspace, and whoever has a link to it.
        Public = "public",
    }
}

store::text_enum! {
    /// Whose conversations are listed.
    pub enum Scope {
        /// One's own.
        Own = "own",
        /// Those of others that are shared with the workspace.
        Shared = "shared",
        /// All that one may read; for administrators, all.
        All = "all",
    }
}

/// What is known of a conversation without its messages.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Its id in the workspace.
    pub key: CodingThreadId,
    /// Where it can be found.
    pub space: SpaceId,
    /// The id that its client gave it.
    pub id: String,
    /// What it is about.
    pub title: Option<String>,
    /// The root of the folder that it is about.
    pub folder: Option<String>,
    /// Who may read it.
    pub visibility: Visibility,
    /// How often it was saved.
    pub version: i64,
    /// Whose it is.
    pub owner_id: ActorId,
    /// How many messages it has.
    pub message_count: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

/// A conversation with all that its client saved.
#[derive(Clone, Debug)]
pub struct Document {
    /// What is known of it.
    pub summary: Summary,
    /// Fields that only its client knows, as one JSON object.
    pub rest: String,
    /// Its messages, as they were written.
    pub messages: Vec<Box<RawValue>>,
}

/// A conversation that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What is known of it.
    pub summary: Summary,
    /// A piece of its text around the first word that was found.
    pub snippet: Option<String>,
}

/// What can be changed without saving all of it.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// What it is about.
    pub title: Option<String>,
    /// Who may read it.
    pub visibility: Option<Visibility>,
}

const COLUMNS: &str = "t.id, t.space_id, t.key, t.title, t.folder, t.visibility, t.version, t.owner_id, t.message_count, \
                       t.created_at, t.updated_at";

fn read(row: &Row<'_>) -> Result<Summary> {
    Ok(Summary {
        key: row.get(0)?,
        space: row.get(1)?,
        id: row.get(2)?,
        title: row.get(3)?,
        folder: row.get(4)?,
        visibility: row.get(5)?,
        version: row.get(6)?,
        owner_id: row.get(7)?,
        message_count: row.get(8)?,
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
    })
}

/// Saves a conversation as its next version, or begins it. With `expected`, only when that is the version it has, or 0
/// when there is none yet.
///
/// # Errors
/// `version_conflict`; `forbidden` for a conversation that somebody else shares; `private_space_missing` for agents.
pub fn save(tx: &mut Tx<'_>, draft: &Draft, expected: Option<i64>) -> Result<Document> {
    let before = own(tx, &draft.id)?;
    if before.is_none() && is_shared_by_another(tx, &draft.id)? {
        return Err(not_owner());
    }
    let current = before.as_ref().map_or(0, |before| before.version);
    require_version(expected, current)?;
    let now = tx.now();
    let owner_id = tx.actor().id;
    let space = space_for(tx, draft.visibility)?;
    let created_at = match &before {
        Some(before) => before.created_at,
        // What was begun offline was begun then.
        None => draft.created_at.filter(|at| *at <= now).unwrap_or(now),
    };
    let summary = Summary {
        key: before.as_ref().map_or_else(CodingThreadId::new, |before| before.key),
        space,
        id: draft.id.clone(),
        title: draft.title.clone(),
        folder: draft.folder.clone(),
        visibility: draft.visibility,
        version: current + 1,
        owner_id,
        message_count: draft.messages.len() as i64,
        created_at,
        updated_at: now,
    };
    put(tx, &summary, &draft.rest)?;
    let changed_from = messages::save(tx, summary.key, summary.version, &draft.messages)?;
    versions::keep(tx, &summary, &draft.rest)?;
    index(tx, &summary, &draft.searched())?;
    withdraw_links(tx, &summary)?;
    let verb = if before.is_none() { "coding_thread.created" } else { "coding_thread.saved" };
    tell(tx, &summary, verb, json!({"changed_from": changed_from}))?;
    Ok(Document { summary, rest: draft.rest.clone(), messages: draft.messages.clone() })
}

/// Changes what it is about, or who may read it, as its next version.
///
/// # Errors
/// `thread_not_found`, `forbidden` for others than the owner, `version_conflict`, `Invalid`.
pub fn update(tx: &mut Tx<'_>, id: &str, patch: &Patch, expected: Option<i64>) -> Result<Document> {
    check::optional("title", patch.title.as_deref(), check::TITLE)?;
    let before = owned(tx, id)?;
    require_version(expected, before.version)?;
    let visibility = patch.visibility.unwrap_or(before.visibility);
    let summary = Summary {
        title: patch.title.clone().or_else(|| before.title.clone()),
        visibility,
        space: space_for(tx, visibility)?,
        version: before.version + 1,
        updated_at: tx.now(),
        ..before
    };
    let rest = rest_of(tx, summary.key)?;
    put(tx, &summary, &rest)?;
    versions::keep(tx, &summary, &rest)?;
    let messages = messages::of(tx, summary.key, summary.version, 0)?;
    let draft = Draft {
        id: summary.id.clone(),
        title: summary.title.clone(),
        folder: summary.folder.clone(),
        visibility,
        created_at: None,
        messages,
        rest,
    };
    index(tx, &summary, &draft.searched())?;
    withdraw_links(tx, &summary)?;
    tell(tx, &summary, "coding_thread.saved", json!({"changed_from": summary.message_count}))?;
    Ok(Document { summary, rest: draft.rest, messages: draft.messages })
}

/// A conversation with its messages.
///
/// # Errors
/// `thread_not_found`.
pub fn get(tx: &mut Tx<'_>, id: &str) -> Result<Document> {
    let summary = summary(tx, id)?;
    load(tx, summary)
}

/// A conversation without its messages.
///
/// # Errors
/// `thread_not_found`.
pub fn summary(tx: &mut Tx<'_>, id: &str) -> Result<Summary> {
    find(tx, id)?.ok_or_else(not_found)
}

/// The messages that a version of a conversation has, from a place on.
///
/// # Errors
/// The engine's.
pub fn messages_from(tx: &mut Tx<'_>, thread: CodingThreadId, version: i64, from: i64) -> Result<Vec<Box<RawValue>>> {
    messages::of(tx, thread, version, from)
}

fn load(tx: &mut Tx<'_>, summary: Summary) -> Result<Document> {
    let rest = rest_of(tx, summary.key)?;
    let messages = messages::of(tx, summary.key, summary.version, 0)?;
    Ok(Document { summary, rest, messages })
}

/// Conversations, the last saved first, and how many there are.
///
/// # Errors
/// The engine's.
pub fn list(
    tx: &mut Tx<'_>,
    scope: Scope,
    visibility: Option<Visibility>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Summary>, i64)> {
    let actor = tx.actor();
    let mut values = vec![actor.id.to_param()];
    let seen = listing::visible("t", 1);
    let mut condition = match scope {
        Scope::Own => "t.owner_id = $1".to_owned(),
        Scope::Shared => format!("{seen} AND t.owner_id <> $1"),
        Scope::All if actor.workspace_admin => "(t.owner_id = $1 OR TRUE)".to_owned(),
        Scope::All => format!("({seen} OR t.owner_id = $1)"),
    };
    if let Some(visibility) = &visibility {
        values.push(visibility.to_param());
        condition.push_str(" AND t.visibility = $2");
    }
    let total =
        tx.query_one(&format!("SELECT COUNT(*) FROM coding_threads t WHERE {condition}"), &values, |row| row.get(0))?;
    values.extend([Param::Int(limit), Param::Int(offset)]);
    let n = values.len();
    let sql = format!(
        "SELECT {COLUMNS} FROM coding_threads t WHERE {condition} ORDER BY t.updated_at DESC, t.id DESC \
         LIMIT ${} OFFSET ${n}",
        n - 1
    );
    Ok((tx.query(&sql, &values, read)?, total))
}

/// Conversations that hold every word, the last saved first, each with a piece of its text, and how many there are, counted
/// up to a thousand.
///
/// # Errors
/// The engine's.
pub fn search(tx: &mut Tx<'_>, words: &str, limit: i64, offset: i64) -> Result<(Vec<Hit>, i64)> {
    let actor = tx.actor().id;
    let mut values = vec![actor.to_param()];
    let Some(matching) = search::matching(tx, KIND, &listing::visible("i", 1), words, &mut values, MOST_FOUND) else {
        return Ok((Vec::new(), 0));
    };
    let total = tx.query_one(&format!("SELECT COUNT(*) FROM ({matching}) found"), &values, |row| row.get(0))?;
    let most = limit.saturating_add(offset).min(MOST_FOUND);
    let hits = search::find(tx, actor, words, &[KIND], most)?;
    let mut found = Vec::new();
    for hit in hits.into_iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)) {
        let sql = format!("SELECT {COLUMNS} FROM coding_threads t WHERE t.id = $1");
        if let Some(summary) = tx.query_opt(&sql, params![hit.id], read)? {
            found.push(Hit { summary, snippet: hit.snippet });
        }
    }
    Ok((found, total))
}

/// Deletes a conversation with its versions and links.
///
/// # Errors
/// `thread_not_found`, `version_conflict`, `forbidden` for others than the owner and administrators.
pub fn delete(tx: &mut Tx<'_>, id: &str, expected: Option<i64>) -> Result<()> {
    let summary = summary(tx, id)?;
    let actor = tx.actor();
    if summary.owner_id != actor.id && !actor.workspace_admin {
        return Err(not_owner());
    }
    require_version(expected, summary.version)?;
    search::remove(tx, summary.key.uuid())?;
    tx.execute("DELETE FROM coding_threads WHERE id = $1", params![summary.key])?;
    tell(tx, &summary, "coding_thread.deleted", json!({}))
}

/// The conversation that the actor may change.
///
/// # Errors
/// `thread_not_found`, `forbidden` when it is somebody else's.
pub(crate) fn owned(tx: &mut Tx<'_>, id: &str) -> Result<Summary> {
    let summary = summary(tx, id)?;
    if summary.owner_id == tx.actor().id { Ok(summary) } else { Err(not_owner()) }
}

fn own(tx: &mut Tx<'_>, id: &str) -> Result<Option<Summary>> {
    let sql = format!("SELECT {COLUMNS} FROM coding_threads t WHERE t.owner_id = $1 AND t.key = $2");
    let owner = tx.actor().id;
    tx.query_opt(&sql, params![owner, id], read)
}

/// Whether somebody else shares a conversation with this id with the actor. What others keep to themselves takes no id, also
/// not from administrators.
fn is_shared_by_another(tx: &mut Tx<'_>, id: &str) -> Result<bool> {
    let sql = format!(
        "SELECT 1 FROM coding_threads t WHERE t.key = $2 AND t.owner_id <> $1 AND {} LIMIT 1",
        listing::visible("t", 1)
    );
    let actor = tx.actor().id;
    Ok(tx.query_opt(&sql, params![actor, id], |_| Ok(()))?.is_some())
}

/// The conversation with this id that the actor may read: the own one before those of others, whose ids their clients chose.
/// The id in the workspace, which search gives, names it too.
fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Summary>> {
    let actor = tx.actor();
    let uuid = uuid::Uuid::try_parse(id).unwrap_or_default();
    let condition = format!("(t.owner_id = $1 OR $2 OR {})", listing::visible("t", 1));
    let sql = format!(
        "SELECT {COLUMNS} FROM coding_threads t WHERE (t.key = $3 OR t.id = $4) AND {condition} \
         ORDER BY CASE WHEN t.owner_id = $1 THEN 0 ELSE 1 END, t.created_at, t.id LIMIT 1"
    );
    tx.query_opt(&sql, params![actor.id, actor.workspace_admin, id, uuid], read)
}

fn rest_of(tx: &mut Tx<'_>, thread: CodingThreadId) -> Result<String> {
    tx.query_one("SELECT rest FROM coding_threads WHERE id = $1", params![thread], |row| row.get(0))
}

fn put(tx: &mut Tx<'_>, summary: &Summary, rest: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO coding_threads (id, key, owner_id, space_id, title, folder, visibility, version, message_count, \
         rest, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         ON CONFLICT (id) DO UPDATE SET space_id = excluded.space_id, title = excluded.title, \
         folder = excluded.folder, visibility = excluded.visibility, version = excluded.version, \
         message_count = excluded.message_count, rest = excluded.rest, updated_at = excluded.updated_at",
        params![
            summary.key,
            summary.id,
            summary.owner_id,
            summary.space,
            summary.title,
            summary.folder,
            summary.visibility,
            summary.version,
            summary.message_count,
            rest,
            summary.created_at,
            summary.updated_at
        ],
    )
    .map(drop)
}

fn index(tx: &mut Tx<'_>, summary: &Summary, body: &str) -> Result<()> {
    let title = summary.title.as_deref().unwrap_or(&summary.id);
    let subject = summary.key.uuid();
    search::put(tx, &search::Item { kind: KIND, subject, space: summary.space, case: None, thread: None, title, body })
}

/// Links of a conversation that is public no more must not work again when it is public once more.
fn withdraw_links(tx: &mut Tx<'_>, summary: &Summary) -> Result<()> {
    if summary.visibility == Visibility::Public { Ok(()) } else { links::withdraw_all(tx, summary.key) }
}

fn space_for(tx: &mut Tx<'_>, visibility: Visibility) -> Result<SpaceId> {
    let actor = tx.actor().id;
    match visibility {
        Visibility::Private => spaces::private_of(tx, actor),
        Visibility::Shared | Visibility::Public => spaces::general(tx),
    }
}

pub(crate) fn tell(tx: &mut Tx<'_>, summary: &Summary, verb: &'static str, mut more: serde_json::Value) -> Result<()> {
    more["id"] = json!(summary.id);
    more["title"] = json!(summary.title);
    more["version"] = json!(summary.version);
    more["message_count"] = json!(summary.message_count);
    more["visibility_of_thread"] = json!(summary.visibility);
    let space = Some(summary.space);
    tx.emit(NewEvent { verb, subject: summary.key.uuid(), space, case: None, thread: None, data: more })
}

pub(crate) fn require_version(expected: Option<i64>, current: i64) -> Result<()> {
    match expected {
        Some(expected) if expected != current => {
            let text = format!("Expected version {expected}, but current version is {current}");
            Err(Error::conflict("version_conflict", text))
        }
        _ => Ok(()),
    }
}

pub(crate) fn not_found() -> Error {
    Error::new(Kind::NotFound, "thread_not_found", "Thread not found")
}

fn not_owner() -> Error {
    Error::forbidden("Only the owner of a thread may change it.")
}
