//! Search across everything that the actor can see: what the index holds, and people, spaces and procedures by their names.

use std::collections::HashMap;

use kernel::{
    Result, Timestamp,
    ids::{CaseId, SpaceId, ThreadId},
};
use store::{Param, Tx, search};
use uuid::Uuid;

use crate::cards::marks;

store::text_enum! {
    /// What can be found.
    pub enum FindKind {
        /// A case.
        Case = "case",
        /// A file or note.
        Document = "document",
        /// A data table.
        Datatable = "datatable",
        /// An e-mail.
        Email = "email",
        /// A public comment.
        Comment = "comment",
        /// A conversation with a coding agent.
        CodingThread = "coding_thread",
        /// A person or agent.
        Actor = "actor",
        /// A space.
        Space = "space",
        /// A procedure.
        Procedure = "procedure",
    }
}

impl FindKind {
    /// Whether it is found by its name, without the index.
    fn by_name(self) -> bool {
        matches!(self, Self::Actor | Self::Space | Self::Procedure)
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it is.
    pub kind: FindKind,
    /// Its id.
    pub id: Uuid,
    /// The space it is in; none for an actor, who is in the workspace.
    pub space_id: Option<SpaceId>,
    /// The case it belongs to.
    pub case_id: Option<CaseId>,
    /// The thread it belongs to.
    pub thread_id: Option<ThreadId>,
    /// Its title or name; of a comment, what its thread is about.
    pub title: String,
    /// A short piece of its text around the first match.
    pub snippet: Option<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The most actors, spaces and procedures that a search gives, of each.
const NAMED: i64 = 10;

/// What holds every word: first actors, spaces and procedures by their names, then the rest, newest first. Of `kinds` only
/// where some are named.
///
/// # Errors
/// The engine's.
pub fn find(tx: &mut Tx<'_>, words: &str, kinds: &[FindKind], limit: i64) -> Result<Vec<Found>> {
    let wanted = |kind: FindKind| kinds.is_empty() || kinds.contains(&kind);
    let mut found = Vec::new();
    for kind in FindKind::ALL.iter().filter(|kind| kind.by_name() && wanted(**kind)) {
        found.extend(named(tx, *kind, words)?);
    }
    let indexed: Vec<&str> =
        FindKind::ALL.iter().filter(|kind| !kind.by_name() && kinds.contains(kind)).map(|kind| kind.as_str()).collect();
    if kinds.is_empty() || !indexed.is_empty() {
        let actor = tx.actor().id;
        for hit in search::find(tx, actor, words, &indexed, limit)? {
            found.push(Found {
                kind: hit.kind.parse()?,
                id: hit.id,
                space_id: Some(hit.space_id),
                case_id: hit.case_id,
                thread_id: hit.thread_id,
                title: hit.title,
                snippet: hit.snippet,
                updated_at: hit.updated_at,
            });
        }
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    entitle(tx, &mut found)?;
    Ok(found)
}

/// Actors, spaces or procedures with every word in the name.
fn named(tx: &mut Tx<'_>, kind: FindKind, words: &str) -> Result<Vec<Found>> {
    let words: Vec<&str> = words.split(|c: char| c.is_whitespace() || c == '\0').filter(|w| !w.is_empty()).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let (columns, table, name, scope) = match kind {
        FindKind::Space => ("x.id, x.id", "spaces", "x.name", "x.id"),
        FindKind::Procedure => ("x.id, x.space_id", "procedures", "x.name", "x.space_id"),
        _ => ("x.id, NULL", "actors", "(x.name || ' ' || COALESCE(x.email, ''))", ""),
    };
    let mut values = vec![Param::Int(NAMED)];
    let mut conditions = String::new();
    if !scope.is_empty() {
        values.push(Param::Id(tx.actor().id.uuid()));
        conditions.push_str(&format!(" AND {scope} IN (SELECT space_id FROM members WHERE actor_id = $2)"));
    }
    for word in words.iter().take(12) {
        let escaped = word.to_ascii_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        values.push(Param::Owned(format!("%{escaped}%")));
        conditions.push_str(&format!(" AND LOWER({name}) LIKE ${} ESCAPE '\\'", values.len()));
    }
    let sql = format!(
        "SELECT {columns}, x.name, x.updated_at FROM {table} x WHERE TRUE{conditions} ORDER BY x.name, x.id LIMIT $1"
    );
    tx.query(&sql, &values, |row| {
        Ok(Found {
            kind,
            id: row.get(0)?,
            space_id: row.get(1)?,
            case_id: None,
            thread_id: None,
            title: row.get(2)?,
            snippet: None,
            updated_at: row.get(3)?,
        })
    })
}

/// Gives comments the title of their case or thread.
fn entitle(tx: &mut Tx<'_>, found: &mut [Found]) -> Result<()> {
    let threads: Vec<Param<'_>> = found
        .iter()
        .filter(|hit| hit.kind == FindKind::Comment)
        .filter_map(|hit| hit.thread_id.map(|id| Param::Id(id.uuid())))
        .collect();
    if threads.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT t.id, COALESCE(c.title, t.title, '') FROM threads t LEFT JOIN cases c ON c.id = t.case_id WHERE t.id IN ({})",
        marks(threads.len())
    );
    let titles = tx.query(&sql, &threads, |row| Ok((row.get::<ThreadId>(0)?, row.get::<String>(1)?)))?;
    let titles: HashMap<ThreadId, String> = titles.into_iter().collect();
    for hit in found.iter_mut().filter(|hit| hit.kind == FindKind::Comment) {
        if let Some(title) = hit.thread_id.and_then(|id| titles.get(&id)) {
            hit.title.clone_from(title);
        }
    }
    Ok(())
}
