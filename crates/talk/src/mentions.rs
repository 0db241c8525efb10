//! Mentions: who is named in a comment, written `@[Name](actor:ID)`.

use std::collections::BTreeSet;

use identity::spaces;
use kernel::{
    Result, Timestamp,
    ids::{ActivityId, ActorId, CaseId, SpaceId, ThreadId},
};
use serde_json::json;
use store::{NewEvent, Tx, events, params};

use crate::{activities::Activity, place::Place};

/// The most actors that one comment reaches.
const MOST: usize = 50;

/// The actors that a text names; who stands in it twice is named once.
fn named(text: &str) -> BTreeSet<ActorId> {
    text.split("](actor:")
        .skip(1)
        .zip(text.split("](actor:"))
        // What stands before must be a name in brackets after an at sign.
        .filter(|(_, before)| before.rfind("@[").is_some_and(|at| !before[at + 2..].contains(']')))
        .filter_map(|(after, _)| after.split_once(')').and_then(|(id, _)| id.parse().ok()))
        .take(MOST)
        .collect()
}

/// Notes whom a new comment names and tells them. Who is not in the space is not reached; the text stays as it is.
pub(crate) fn note(tx: &mut Tx<'_>, place: &Place, comment: &Activity) -> Result<()> {
    let actors = named(&comment.content);
    add(tx, place, comment, actors)
}

/// Notes whom a changed comment names: new names are told, those that are gone are forgotten.
pub(crate) fn renew(tx: &mut Tx<'_>, place: &Place, comment: &Activity) -> Result<()> {
    let mut actors = named(&comment.content);
    let known: Vec<ActorId> =
        tx.query("SELECT actor_id FROM mentions WHERE activity_id = $1", params![comment.id], |row| row.get(0))?;
    for actor in known {
        if !actors.remove(&actor) {
            tx.execute("DELETE FROM mentions WHERE activity_id = $1 AND actor_id = $2", params![comment.id, actor])?;
        }
    }
    add(tx, place, comment, actors)
}

fn add(tx: &mut Tx<'_>, place: &Place, comment: &Activity, actors: BTreeSet<ActorId>) -> Result<()> {
    let mut reached = Vec::new();
    for actor in actors {
        if spaces::role_of(tx, place.space, actor)?.is_some() {
            reached.push(actor);
        }
    }
    if reached.is_empty() {
        return Ok(());
    }
    tx.emit(NewEvent {
        verb: "activity.mentioned",
        subject: comment.id.uuid(),
        space: Some(place.space),
        case: place.case,
        thread: Some(comment.thread_id),
        data: json!({"visibility": comment.visibility, "actor_ids": reached}),
    })?;
    let seq = events::last_seq(tx)?;
    for actor in reached {
        tx.execute(
            "INSERT INTO mentions (activity_id, actor_id, seq, created_at) VALUES ($1, $2, $3, $4)",
            params![comment.id, actor, seq, tx.now()],
        )?;
    }
    Ok(())
}

/// A comment that names somebody.
#[derive(Clone, Debug)]
pub struct Mention {
    /// The comment.
    pub activity_id: ActivityId,
    /// Its thread.
    pub thread_id: ThreadId,
    /// The thread's case.
    pub case_id: Option<CaseId>,
    /// The space.
    pub space_id: SpaceId,
    /// Who wrote it.
    pub actor_id: ActorId,
    /// What it says.
    pub content: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// The event that told of it.
    pub seq: i64,
}

/// Comments that the actor `$1` is named in and sees: the rule of [`crate::activities::sees`] as a condition.
const MINE: &str = "FROM mentions n CROSS JOIN activities a CROSS JOIN threads t CROSS JOIN members m \
     WHERE n.actor_id = $1 AND a.id = n.activity_id AND t.id = a.thread_id AND m.space_id = t.space_id AND m.actor_id = $1 \
     AND (a.visibility = 'public' OR m.role IN ('owner', 'admin') OR (a.visibility = 'internal' AND (a.actor_id = $1 \
       OR EXISTS (SELECT 1 FROM cases c WHERE c.id = t.case_id AND c.assigned_actor_id = $1) \
       OR EXISTS (SELECT 1 FROM stages s WHERE s.case_id = t.case_id AND s.assigned_actor_id = $1))))";

/// The newest comments that name the actor and that it may see, at most `limit`.
///
/// # Errors
/// The engine's.
pub fn newest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Mention>> {
    let actor = tx.actor().id;
    tx.query(
        &format!(
            "SELECT a.id, t.id, t.case_id, t.space_id, a.actor_id, a.content, a.created_at, n.seq {MINE} \
             ORDER BY n.seq DESC LIMIT $2"
        ),
        params![actor, limit],
        |row| {
            Ok(Mention {
                activity_id: row.get(0)?,
                thread_id: row.get(1)?,
                case_id: row.get(2)?,
                space_id: row.get(3)?,
                actor_id: row.get(4)?,
                content: row.get(5)?,
                created_at: row.get(6)?,
                seq: row.get(7)?,
            })
        },
    )
}

/// How many of them came after event `seq`; no more than `most` are counted.
///
/// # Errors
/// The engine's.
pub fn count_after(tx: &mut Tx<'_>, seq: i64, most: i64) -> Result<i64> {
    let actor = tx.actor().id;
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 {MINE} AND n.seq > $2 LIMIT $3) counted");
    tx.query_one(&sql, params![actor, seq, most], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_brackets_with_an_id_is_a_mention() {
        let (a, b) = (ActorId::new(), ActorId::new());
        let of = |text: &str| named(text).into_iter().collect::<Vec<_>>();
        assert_eq!(of(&format!("@[Ada](actor:{a}) and @[Max M.](actor:{b}), @[Ada](actor:{a})")), [a, b]);
        for text in [
            format!("[Ada](actor:{a})"),
            format!("@Ada](actor:{a})"),
            format!("@[Ada] (actor:{a})"),
            format!("@[Ada](actor:{a}"),
            "@[Ada](actor:x)".to_owned(),
            format!("@[Ada] x](actor:{a})"),
            String::new(),
        ] {
            assert_eq!(of(&text), [], "{text}");
        }
    }
}
