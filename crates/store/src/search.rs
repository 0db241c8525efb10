//! Full-text search by trigrams, so that it finds parts of words in every language on both engines.

use kernel::{
    Result, Timestamp,
    ids::{ActorId, SpaceId},
};
use uuid::Uuid;

use crate::{Param, Row, ToParam, Tx, engine::Engine, params};

/// A thing that can be found.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// What it is: `case`, `document`, …
    pub kind: &'a str,
    /// Its id.
    pub subject: Uuid,
    /// Whose members may find it.
    pub space: SpaceId,
    /// What is shown.
    pub title: &'a str,
    /// What is searched besides the title.
    pub body: &'a str,
}

/// A thing that was found.
#[derive(Clone, Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Hit {
    /// What it is: `case`, `document`, …
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// The space it is in.
    #[schema(value_type = Uuid)]
    pub space_id: SpaceId,
    /// Its title.
    pub title: String,
    /// When it last changed.
    pub updated_at: Timestamp,
}

fn hit(row: &Row<'_>) -> Result<Hit> {
    Ok(Hit { kind: row.get(0)?, id: row.get(1)?, space_id: row.get(2)?, title: row.get(3)?, updated_at: row.get(4)? })
}

/// Adds a thing to the index, or changes what is known of it.
///
/// # Errors
/// The engine's.
pub fn put(tx: &mut Tx<'_>, item: &Item<'_>) -> Result<()> {
    let now = tx.now();
    match tx.engine() {
        Engine::Sqlite => {
            let n: i64 = tx.query_one(
                "INSERT INTO search_items (kind, subject_id, space_id, title, at) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (subject_id) DO UPDATE SET space_id = excluded.space_id, title = excluded.title, at = excluded.at \
                 RETURNING n",
                params![item.kind, item.subject, item.space, item.title, now],
                |row| row.get(0),
            )?;
            tx.execute("DELETE FROM search_text WHERE rowid = $1", params![n])?;
            tx.execute(
                "INSERT INTO search_text (rowid, title, body) VALUES ($1, $2, $3)",
                params![n, item.title, item.body],
            )?;
        }
        Engine::Postgres => {
            tx.execute(
                "INSERT INTO search_items (kind, subject_id, space_id, title, body, at) VALUES ($1, $2, $3, $4, $5, $6) \
                 ON CONFLICT (subject_id) DO UPDATE SET space_id = excluded.space_id, title = excluded.title, \
                 body = excluded.body, at = excluded.at",
                params![item.kind, item.subject, item.space, item.title, item.body, now],
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
    if tx.engine() == Engine::Sqlite {
        tx.execute(
            "DELETE FROM search_text WHERE rowid = (SELECT n FROM search_items WHERE subject_id = $1)",
            params![subject],
        )?;
    }
    tx.execute("DELETE FROM search_items WHERE subject_id = $1", params![subject]).map(drop)
}

/// Puts a thing that is in the index into another space.
///
/// # Errors
/// The engine's.
pub fn set_space(tx: &mut Tx<'_>, subject: Uuid, space: SpaceId) -> Result<()> {
    tx.execute("UPDATE search_items SET space_id = $2 WHERE subject_id = $1", params![subject, space]).map(drop)
}

/// Takes everything of a space out of the index.
///
/// # Errors
/// The engine's.
pub fn remove_space(tx: &mut Tx<'_>, space: SpaceId) -> Result<()> {
    if tx.engine() == Engine::Sqlite {
        tx.execute(
            "DELETE FROM search_text WHERE rowid IN (SELECT n FROM search_items WHERE space_id = $1)",
            params![space],
        )?;
    }
    tx.execute("DELETE FROM search_items WHERE space_id = $1", params![space]).map(drop)
}

/// What `actor` may see and holds every word of `words` (each a part of a word is enough), newest first.
///
/// # Errors
/// The engine's.
pub fn find(tx: &mut Tx<'_>, actor: ActorId, words: &str, limit: i64) -> Result<Vec<Hit>> {
    const MOST_WORDS: usize = 12;
    // The zero character is in no text, and FTS5 takes it for the end of the words.
    let words: Vec<&str> = words
        .split(|c: char| c.is_whitespace() || c == '\0')
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Param<'_>> = vec![actor.to_param(), limit.to_param()];
    let mut conditions = String::new();
    let mut bind = |value: String| {
        values.push(Param::Owned(value));
        values.len()
    };
    let engine = tx.engine();
    // Trigrams know nothing shorter than three characters: such words are looked for in what the longer ones found.
    let (long, short): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.chars().count() >= 3);
    if engine == Engine::Sqlite && !long.is_empty() {
        let quoted: Vec<String> = long.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
        let n = bind(quoted.join(" AND "));
        conditions.push_str(&format!(" AND search_text MATCH ${n}"));
    }
    let by_pattern = if engine == Engine::Sqlite { &short } else { &words };
    for word in by_pattern {
        let n = bind(pattern(word));
        match engine {
            Engine::Sqlite => {
                conditions
                    .push_str(&format!(" AND (search_text.title || ' ' || search_text.body) LIKE ${n} ESCAPE '\\'"));
            }
            Engine::Postgres => conditions.push_str(&format!(" AND (i.title || ' ' || i.body) ILIKE ${n}")),
        }
    }
    let text = if engine == Engine::Sqlite { "JOIN search_text ON search_text.rowid = i.n" } else { "" };
    let sql = format!(
        "SELECT i.kind, i.subject_id, i.space_id, i.title, i.at FROM search_items i {text} \
         JOIN members m ON m.space_id = i.space_id AND m.actor_id = $1 WHERE TRUE{conditions} \
         ORDER BY i.at DESC, i.subject_id LIMIT $2"
    );
    tx.query(&sql, &values, hit)
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
                put(tx, &Item { kind: "case", subject: case, space, title: "Wasserschaden 日本語の事件", body: "Протокол 100% \"quoted\"" })
            });
            let mut found = |actor: ActorId, words: &str| ws.read(Actor::SYSTEM, |tx| find(tx, actor, words, 10)).len();
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
            assert_eq!(ws.read(Actor::SYSTEM, |tx| find(tx, member, "schaden", 10)).len(), 0);
        });
    }
}
