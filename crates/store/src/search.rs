//! Full-text search by trigrams, so that it finds parts of words in every language on both engines.

use kernel::{
    Result, Timestamp,
    ids::{ActorId, CaseId, SpaceId, ThreadId},
};
use uuid::Uuid;

use crate::{Param, ToParam, Tx, engine::Engine, params};

/// A thing that can be found.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// What it is: `case`, `document`, …
    pub kind: &'a str,
    /// Its id.
    pub subject: Uuid,
    /// Whose members may find it.
    pub space: SpaceId,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The thread it belongs to.
    pub thread: Option<ThreadId>,
    /// What is shown.
    pub title: &'a str,
    /// What is searched besides the title.
    pub body: &'a str,
}

/// A thing that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// What it is: `case`, `document`, …
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// The space it is in.
    pub space_id: SpaceId,
    /// The case it belongs to; a case belongs to itself.
    pub case_id: Option<CaseId>,
    /// The thread it belongs to.
    pub thread_id: Option<ThreadId>,
    /// Its title.
    pub title: String,
    /// A short piece of its text, around the first word that was found.
    pub snippet: Option<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Adds a thing to the index, or changes what is known of it.
///
/// # Errors
/// The engine's.
pub fn put(tx: &mut Tx<'_>, item: &Item<'_>) -> Result<()> {
    let now = tx.now();
    match tx.engine() {
        Engine::Sqlite => {
            // A new number each time: the index is read from the newest number down.
            remove(tx, item.subject)?;
            let n: i64 = tx.query_one(
                "INSERT INTO search_items (kind, subject_id, space_id, title, at, case_id, thread_id) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING n",
                params![item.kind, item.subject, item.space, item.title, now, item.case, item.thread],
                |row| row.get(0),
            )?;
            tx.execute(
                "INSERT INTO search_text (rowid, title, body) VALUES ($1, $2, $3)",
                params![n, item.title, item.body],
            )?;
        }
        Engine::Postgres => {
            tx.execute(
                "INSERT INTO search_items (kind, subject_id, space_id, title, body, at, case_id, thread_id) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                 ON CONFLICT (subject_id) DO UPDATE SET space_id = excluded.space_id, title = excluded.title, \
                 body = excluded.body, at = excluded.at, case_id = excluded.case_id, thread_id = excluded.thread_id",
                params![item.kind, item.subject, item.space, item.title, item.body, now, item.case, item.thread],
            )?;
        }
    }
    Ok(())
}

/// Takes a thing out of the index.
///
/// # Errors
/// The engine's.
pub fn remove(tx: &mut Tx<'_>, subject: Uuid) -> Result<()> {
    remove_where(tx, "subject_id", subject)
}

/// Takes everything of a case out of the index, the case included.
///
/// # Errors
/// The engine's.
pub fn remove_case(tx: &mut Tx<'_>, case: CaseId) -> Result<()> {
    remove_where(tx, "case_id", case.uuid())
}

/// Takes everything of a space out of the index.
///
/// # Errors
/// The engine's.
pub fn remove_space(tx: &mut Tx<'_>, space: SpaceId) -> Result<()> {
    remove_where(tx, "space_id", space.uuid())
}

fn remove_where(tx: &mut Tx<'_>, column: &str, id: Uuid) -> Result<()> {
    if tx.engine() == Engine::Sqlite {
        tx.execute(
            &format!("DELETE FROM search_text WHERE rowid IN (SELECT n FROM search_items WHERE {column} = $1)"),
            params![id],
        )?;
    }
    tx.execute(&format!("DELETE FROM search_items WHERE {column} = $1"), params![id]).map(drop)
}

/// Puts everything of a case that is in the index into another space, the case included.
///
/// # Errors
/// The engine's.
pub fn set_space(tx: &mut Tx<'_>, case: CaseId, space: SpaceId) -> Result<()> {
    tx.execute("UPDATE search_items SET space_id = $2 WHERE case_id = $1", params![case, space]).map(drop)
}

/// What `actor` may see and holds every word of `words` (each a part of a word is enough), newest first; of `kinds` only
/// where some are named.
///
/// # Errors
/// The engine's.
pub fn find(tx: &mut Tx<'_>, actor: ActorId, words: &str, kinds: &[&str], limit: i64) -> Result<Vec<Hit>> {
    let words = split(words);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Param<'_>> = vec![actor.to_param()];
    let mut conditions = "i.space_id IN (SELECT space_id FROM members WHERE actor_id = $1)".to_owned();
    if !kinds.is_empty() {
        values.extend(kinds.iter().map(|kind| Param::Text(kind)));
        let marks: Vec<String> = (2..=values.len()).map(|n| format!("${n}")).collect();
        conditions.push_str(&format!(" AND i.kind IN ({})", marks.join(", ")));
    }
    let body = if tx.engine() == Engine::Sqlite { "search_text.body" } else { "i.body" };
    let columns = format!("i.kind, i.subject_id, i.space_id, i.case_id, i.thread_id, i.title, {body}, i.at");
    let sql = select(tx.engine(), &columns, &conditions, &words, &mut values, limit);
    tx.query(&sql, &values, |row| {
        Ok(Hit {
            kind: row.get(0)?,
            id: row.get(1)?,
            space_id: row.get(2)?,
            case_id: row.get(3)?,
            thread_id: row.get(4)?,
            title: row.get(5)?,
            snippet: snippet(&row.get::<String>(6)?, &words),
            updated_at: row.get(7)?,
        })
    })
}

/// A query for the ids of the newest `most` things of a kind that hold every word, for use within another one; their column
/// is called `id`. `condition` is about the index, which is called `i`, with parameters that are in `values` already. None
/// when there is no word.
pub fn matching<'a>(
    tx: &Tx<'_>,
    kind: &'a str,
    condition: &str,
    words: &str,
    values: &mut Vec<Param<'a>>,
    most: i64,
) -> Option<String> {
    let words = split(words);
    values.push(Param::Text(kind));
    let condition = format!("i.kind = ${} AND {condition}", values.len());
    (!words.is_empty()).then(|| select(tx.engine(), "i.subject_id AS id", &condition, &words, values, most))
}

/// The words of what somebody searches for.
fn split(words: &str) -> Vec<&str> {
    const MOST_WORDS: usize = 12;
    // The zero character is in no text, and FTS5 takes it for the end of the words.
    let separates = |c: char| c.is_whitespace() || c == '\0';
    words.split(separates).filter(|word| !word.is_empty()).take(MOST_WORDS).collect()
}

/// The query for what holds every word, newest first. It stops at `limit`, so a word that is everywhere costs no more than a
/// rare one.
fn select(
    engine: Engine,
    columns: &str,
    condition: &str,
    words: &[&str],
    values: &mut Vec<Param<'_>>,
    limit: i64,
) -> String {
    let mut conditions = condition.to_owned();
    let mut bind = |value: Param<'static>| {
        values.push(value);
        values.len()
    };
    // Trigrams know nothing shorter than three characters: such words are looked for in what the longer ones found.
    let (long, short): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.chars().count() >= 3);
    if engine == Engine::Sqlite && !long.is_empty() {
        let quoted: Vec<String> = long.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
        let n = bind(Param::Owned(quoted.join(" AND ")));
        conditions.push_str(&format!(" AND search_text MATCH ${n}"));
    }
    let by_pattern: &[&str] = if engine == Engine::Sqlite { &short } else { words };
    for word in by_pattern {
        let n = bind(Param::Owned(pattern(word)));
        match engine {
            Engine::Sqlite => {
                conditions
                    .push_str(&format!(" AND (search_text.title || ' ' || search_text.body) LIKE ${n} ESCAPE '\\'"));
            }
            Engine::Postgres => conditions.push_str(&format!(" AND (i.title || ' ' || i.body) ILIKE ${n}")),
        }
    }
    let limit = bind(Param::Int(limit));
    match engine {
        // The index of words first, from its end.
        Engine::Sqlite => format!(
            "SELECT {columns} FROM search_text CROSS JOIN search_items i WHERE i.n = search_text.rowid AND {conditions} \
             ORDER BY search_text.rowid DESC LIMIT ${limit}"
        ),
        Engine::Postgres => format!(
            "SELECT {columns} FROM search_items i WHERE {conditions} ORDER BY i.at DESC, i.subject_id LIMIT ${limit}"
        ),
    }
}

/// Characters of a snippet before the word, and in all.
const BEFORE: usize = 60;
const SNIPPET: usize = 200;

/// A piece of the text around the first of the words, on one line; the beginning when none is in it.
fn snippet(text: &str, words: &[&str]) -> Option<String> {
    let found = words.iter().filter_map(|word| position(text, word)).min().unwrap_or(0);
    let start = text[..found].char_indices().rev().take(BEFORE).last().map_or(found, |(at, _)| at);
    let piece: String = text[start..].chars().take(SNIPPET).collect();
    let cut = start + piece.len() < text.len();
    let line = piece.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return None;
    }
    let (left, right) = (if start > 0 { "…" } else { "" }, if cut { "…" } else { "" });
    Some(format!("{left}{line}{right}"))
}

/// The byte at which the word begins in the text, whatever the case of its letters.
fn position(text: &str, word: &str) -> Option<usize> {
    let fold = |c: char| c.to_lowercase().next().unwrap_or(c);
    let word: Vec<char> = word.chars().map(fold).collect();
    text.char_indices().map(|(at, _)| at).find(|at| {
        let mut rest = text[*at..].chars().map(fold);
        word.iter().all(|c| rest.next() == Some(*c))
    })
}

fn pattern(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::each_engine;
    use kernel::Actor;

    #[test]
    fn parts_of_words_are_found_in_every_script_by_members_only() {
        each_engine(|ws| {
            let (member, stranger, space) = (ActorId::new(), ActorId::new(), SpaceId::new());
            let case = Uuid::now_v7();
            ws.write(Actor::SYSTEM, |tx| {
                for actor in [member, stranger] {
                    tx.execute(
                        "INSERT INTO actors (id, type, name, workspace_admin, capabilities, review, created_at, updated_at) \
                         VALUES ($1, 'human', 'x', $3, '[]', '[]', $2, $2)",
                        params![actor, tx.now(), false],
                    )?;
                }
                tx.execute(
                    "INSERT INTO spaces (id, kind, name, review, created_by, created_at, updated_at) VALUES ($1, 'custom', 's', '[]', $2, $3, $3)",
                    params![space, member, tx.now()],
                )?;
                tx.execute(
                    "INSERT INTO members (space_id, actor_id, role, added_at) VALUES ($1, $2, 'member', $3)",
                    params![space, member, tx.now()],
                )?;
                let body = "Протокол 100% \"quoted\"";
                let (own, title) = (Some(CaseId::from_uuid(case)), "Wasserschaden 日本語の事件");
                put(tx, &Item { kind: "case", subject: case, space, case: own, thread: None, title, body })
            });
            let mut found =
                |actor: ActorId, words: &str| ws.read(Actor::SYSTEM, |tx| find(tx, actor, words, &[], 10)).len();
            for words in
                ["schaden", "SCHADEN", "日本語", "протокол", "日本", "00%", "\"quoted\"", "wasser прото", "a\0\""]
            {
                assert_eq!(found(member, words), 1, "{words}");
            }
            for words in ["schadet", "\0", "wasser fehlt", "1__%", ""] {
                assert_eq!(found(member, words), 0, "{words}");
            }
            assert_eq!(found(stranger, "schaden"), 0);
            ws.write(Actor::SYSTEM, |tx| remove(tx, case));
            assert_eq!(ws.read(Actor::SYSTEM, |tx| find(tx, member, "schaden", &[], 10)).len(), 0);
        });
    }

    #[test]
    fn a_snippet_shows_where_the_word_is() {
        assert_eq!(snippet("The roof\n leaks", &["LEAK"]).unwrap(), "The roof leaks");
        assert_eq!(snippet("Äpfel", &["äp"]).unwrap(), "Äpfel");
        assert_eq!(snippet(" \n", &["x"]), None);
        let long = format!("{}needle{}", "日 ".repeat(500), " hay".repeat(500));
        let piece = snippet(&long, &["needle"]).unwrap();
        assert!(piece.starts_with('…') && piece.ends_with('…') && piece.contains("needle"), "{piece}");
        assert!(piece.chars().count() <= SNIPPET + 2);
        assert!(snippet(&long, &["absent"]).unwrap().starts_with("日 日"));
    }
}
