//! What waits: stages, proposals, questions and mentions.

use std::collections::HashMap;

use kernel::{
    Result,
    ids::{ActorId, SpaceId, StageId},
};
use store::{Param, ToParam, Tx, params};
use talk::mentions::{self as named, Mention};
use work::cards::marks;

use super::{
    COUNTED, InboxInstruction, InboxSpace, MentionEntry, PLACE, PLACE_COUNT, ProposalEntry, QuestionEntry, SHOWN,
    StageEntry, place, places, with_people,
};

/// Active stages of active cases that are actor `$1`'s: assigned to it, or to nobody in a case that is assigned to it.
const STAGES: &str = "(SELECT s.id, s.case_id, s.name, s.motion, s.position, s.started_at, s.created_at FROM stages s \
       WHERE s.phase = 'active' AND s.assigned_actor_id = $1 \
     UNION ALL SELECT s.id, s.case_id, s.name, s.motion, s.position, s.started_at, s.created_at \
       FROM cases a CROSS JOIN stages s WHERE a.phase = 'active' AND a.assigned_actor_id = $1 \
       AND s.case_id = a.id AND s.phase = 'active' AND s.assigned_actor_id IS NULL) s \
     CROSS JOIN cases c CROSS JOIN members m CROSS JOIN spaces sp \
     WHERE c.id = s.case_id AND c.phase = 'active' AND m.actor_id = $1 AND m.space_id = c.space_id \
     AND m.role <> 'observer' AND sp.id = c.space_id";

pub fn stages(tx: &mut Tx<'_>) -> Result<(Vec<StageEntry>, i64)> {
    let actor = tx.actor().id;
    let total = counted(tx, STAGES)?;
    if total == 0 {
        return Ok((Vec::new(), 0));
    }
    let sql = format!(
        "SELECT {PLACE}, s.id, s.name, s.motion, s.position, COALESCE(s.started_at, s.created_at) FROM {STAGES} \
         ORDER BY COALESCE(s.started_at, s.created_at) DESC, s.id DESC LIMIT $2"
    );
    let mut entries = tx.query(&sql, params![actor, SHOWN], |row| {
        let (case, space) = place(row)?;
        let n = PLACE_COUNT;
        Ok(StageEntry {
            id: row.get(n)?,
            name: row.get(n + 1)?,
            motion: row.get(n + 2)?,
            position: row.get(n + 3)?,
            since: row.get(n + 4)?,
            case,
            space,
            instructions: Vec::new(),
        })
    })?;
    let ids: Vec<Param<'_>> = entries.iter().map(|entry| entry.id.to_param()).collect();
    let sql = format!(
        "SELECT stage_id, id, type, text, satisfied FROM instructions WHERE stage_id IN ({}) ORDER BY stage_id, position",
        marks(ids.len())
    );
    let lines = tx.query(&sql, &ids, |row| {
        let line = InboxInstruction {
            id: row.get(1)?,
            instruction_type: row.get(2)?,
            text: row.get(3)?,
            satisfied: row.get(4)?,
        };
        Ok((row.get::<StageId>(0)?, line))
    })?;
    let mut of: HashMap<StageId, Vec<InboxInstruction>> = HashMap::new();
    for (stage, line) in lines {
        of.entry(stage).or_default().push(line);
    }
    for entry in &mut entries {
        entry.instructions = of.remove(&entry.id).unwrap_or_default();
    }
    Ok((entries, total))
}

/// Pending proposals in spaces where actor `$1` may work, who decides there.
const PROPOSALS: &str = "members m CROSS JOIN proposals p CROSS JOIN cases c CROSS JOIN spaces sp \
     WHERE m.actor_id = $1 AND m.role <> 'observer' AND p.space_id = m.space_id AND p.state = 'pending' \
     AND c.id = p.case_id AND sp.id = p.space_id";

pub fn proposals(tx: &mut Tx<'_>) -> Result<(Vec<ProposalEntry>, i64)> {
    let actor = tx.actor().id;
    let total = counted(tx, PROPOSALS)?;
    if total == 0 {
        return Ok((Vec::new(), 0));
    }
    let sql = format!(
        "SELECT {PLACE}, p.id, p.action, p.input, p.actor_id, p.created_at FROM {PROPOSALS} \
         ORDER BY p.created_at DESC, p.id DESC LIMIT $2"
    );
    let entries = tx.query(&sql, params![actor, SHOWN], |row| {
        let (case, space) = place(row)?;
        let n = PLACE_COUNT;
        let entry = ProposalEntry {
            id: row.get(n)?,
            action: row.get(n + 1)?,
            input: row.get(n + 2)?,
            created_at: row.get(n + 4)?,
            actor: None,
            case,
            space,
        };
        Ok((row.get::<ActorId>(n + 3)?, entry))
    })?;
    Ok((with_people(tx, entries, |entry, actor| entry.actor = actor)?, total))
}

/// Runs that wait for a person, in cases that are actor `$1`'s, or nobody's where it may work, or any where it manages.
const QUESTIONS: &str = "members m CROSS JOIN runs r CROSS JOIN cases c CROSS JOIN spaces sp \
     WHERE m.actor_id = $1 AND m.role <> 'observer' AND r.space_id = m.space_id AND r.state = 'waiting' \
     AND r.waiting_for = 'person' AND c.id = r.case_id AND sp.id = r.space_id \
     AND (c.assigned_actor_id = $1 OR c.assigned_actor_id IS NULL OR m.role IN ('owner', 'admin'))";

pub fn questions(tx: &mut Tx<'_>) -> Result<(Vec<QuestionEntry>, i64)> {
    let actor = tx.actor().id;
    let total = counted(tx, QUESTIONS)?;
    if total == 0 {
        return Ok((Vec::new(), 0));
    }
    // What the agent said last, if it is for everybody: a question is posted as such.
    let sql = format!(
        "SELECT {PLACE}, r.id, r.actor_id, r.updated_at, (SELECT a.content FROM activities a WHERE a.thread_id = c.thread_id \
           AND a.actor_id = r.actor_id AND a.type = 'comment' AND a.visibility = 'public' \
           ORDER BY a.created_at DESC, a.id DESC LIMIT 1) \
         FROM {QUESTIONS} ORDER BY r.updated_at DESC, r.id DESC LIMIT $2"
    );
    let entries = tx.query(&sql, params![actor, SHOWN], |row| {
        let (case, space) = place(row)?;
        let n = PLACE_COUNT;
        let entry = QuestionEntry {
            run_id: row.get(n)?,
            asked_at: row.get(n + 2)?,
            question: row.get(n + 3)?,
            actor: None,
            case,
            space,
        };
        Ok((row.get::<ActorId>(n + 1)?, entry))
    })?;
    Ok((with_people(tx, entries, |entry, actor| entry.actor = actor)?, total))
}

pub fn mentions(tx: &mut Tx<'_>, seen: i64) -> Result<Vec<MentionEntry>> {
    let found = named::newest(tx, SHOWN)?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let cases: Vec<_> = found.iter().filter_map(|mention| mention.case_id).collect();
    let cases = places(tx, &cases)?;
    let spaces: std::collections::BTreeSet<SpaceId> = found.iter().map(|mention| mention.space_id).collect();
    let values: Vec<Param<'_>> = spaces.iter().map(ToParam::to_param).collect();
    let sql = format!("SELECT id, name FROM spaces WHERE id IN ({})", marks(values.len()));
    let spaces: HashMap<SpaceId, String> =
        tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect();
    let entry = |mention: Mention| {
        let entry = MentionEntry {
            activity_id: mention.activity_id,
            thread_id: mention.thread_id,
            case: mention.case_id.and_then(|id| cases.get(&id)).map(|(case, _)| case.clone()),
            space: InboxSpace {
                id: mention.space_id,
                name: spaces.get(&mention.space_id).cloned().unwrap_or_default(),
            },
            actor: None,
            content: mention.content,
            created_at: mention.created_at,
            read: mention.seq <= seen,
        };
        (mention.actor_id, entry)
    };
    let entries = found.into_iter().map(entry).collect();
    with_people(tx, entries, |entry, actor| entry.actor = actor)
}

/// How many rows there are, up to [`COUNTED`].
fn counted(tx: &mut Tx<'_>, from: &str) -> Result<i64> {
    let actor = tx.actor().id;
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {from} LIMIT $2) counted");
    tx.query_one(&sql, params![actor, COUNTED], |row| row.get(0))
}
