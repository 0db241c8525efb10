//! What others have done to one's cases.

use std::collections::HashMap;

use kernel::{
    Result, Timestamp,
    ids::{ActorId, CaseId},
};
use store::{Param, ToParam, Tx};
use work::cards::{marks, people};

use super::{ChangeEntry, InboxCase, InboxSpace, PLACE, PLACE_COUNT, SHOWN, place};

/// How far the log is read back, in events.
const WINDOW: i64 = 10_000;

/// What is gathered of a case while the log is read.
struct Gathered {
    case: InboxCase,
    space: InboxSpace,
    /// Whether the actor sees `internal` and `system` entries of others.
    internal: bool,
    system: bool,
    events: i64,
    verbs: Vec<String>,
    actors: Vec<ActorId>,
    last_at: Timestamp,
}

/// The cases that the actor is assigned to, has opened, or has a stage of, and that others changed after event `seen`; the
/// last changed first. Of a log that has gone far since, the newest [`WINDOW`] events are looked at.
pub fn since(tx: &mut Tx<'_>, seen: i64, last: i64) -> Result<Vec<ChangeEntry>> {
    let actor = tx.actor().id;
    let floor = seen.max(last.saturating_sub(WINDOW));
    if floor >= last {
        return Ok(Vec::new());
    }
    let mut cases: Vec<(CaseId, Gathered)> = tx.query(
        &format!(
            "SELECT {PLACE}, m.role IN ('owner', 'admin'), (c.assigned_actor_id = $1 OR w.mine), w.last_at FROM ( \
               SELECT e.case_id, MAX(e.seq) AS last, MAX(e.at) AS last_at, \
                 EXISTS (SELECT 1 FROM stages s WHERE s.case_id = e.case_id AND s.assigned_actor_id = $1) AS mine \
               FROM events e WHERE e.seq > $2 AND e.case_id IS NOT NULL AND e.actor_id <> $1 GROUP BY e.case_id) w \
             CROSS JOIN cases c CROSS JOIN members m CROSS JOIN spaces sp \
             WHERE c.id = w.case_id AND m.actor_id = $1 AND m.space_id = c.space_id AND sp.id = c.space_id \
             AND (c.assigned_actor_id = $1 OR c.created_by = $1 OR w.mine) ORDER BY w.last DESC LIMIT $3"
        ),
        &[actor.to_param(), floor.to_param(), (2 * SHOWN).to_param()],
        |row| {
            let (case, space) = place(row)?;
            let n = PLACE_COUNT;
            let system: bool = row.get(n)?;
            let mine: Option<bool> = row.get(n + 1)?;
            let gathered = Gathered {
                internal: system || mine.unwrap_or(false),
                system,
                events: 0,
                verbs: Vec::new(),
                actors: Vec::new(),
                last_at: row.get(n + 2)?,
                case,
                space,
            };
            Ok((gathered.case.id, gathered))
        },
    )?;
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let index: HashMap<CaseId, usize> = cases.iter().enumerate().map(|(n, (id, _))| (*id, n)).collect();
    let ids: Vec<CaseId> = cases.iter().map(|(id, _)| *id).collect();
    let mut values: Vec<Param<'_>> = ids.iter().map(ToParam::to_param).collect();
    let marks = marks(values.len());
    values.extend([actor.to_param(), floor.to_param()]);
    let n = values.len();
    let sql = format!(
        "SELECT case_id, actor_id, verb, at, data ->> 'visibility', space_id FROM events WHERE case_id IN ({marks}) \
         AND actor_id <> ${} AND seq > ${n} ORDER BY seq DESC",
        n - 1
    );
    tx.for_each(&sql, &values, |row| {
        let Some(gathered) = index.get(&row.get::<CaseId>(0)?).and_then(|n| cases.get_mut(*n)) else { return Ok(true) };
        let gathered = &mut gathered.1;
        let visible = match row.get::<Option<String>>(4)?.as_deref() {
            Some("internal") => gathered.internal,
            Some("system") => gathered.system,
            _ => true,
        };
        // What happened in another space, before the case was moved here, is that space's matter.
        if !visible || row.get::<Option<kernel::ids::SpaceId>>(5)? != Some(gathered.space.id) {
            return Ok(true);
        }
        if gathered.events == 0 {
            gathered.last_at = row.get(3)?;
        }
        gathered.events += 1;
        let (by, verb): (ActorId, String) = (row.get(1)?, row.get(2)?);
        if !gathered.verbs.contains(&verb) {
            gathered.verbs.push(verb);
        }
        if !gathered.actors.contains(&by) {
            gathered.actors.push(by);
        }
        Ok(true)
    })?;
    cases.retain(|(_, gathered)| gathered.events > 0);
    cases.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    let known = people(tx, cases.iter().flat_map(|(_, gathered)| gathered.actors.iter().copied()))?;
    let entry = |gathered: Gathered| ChangeEntry {
        actors: gathered.actors.iter().filter_map(|id| known.get(id).cloned()).collect(),
        case: gathered.case,
        space: gathered.space,
        events: gathered.events,
        verbs: gathered.verbs,
        last_at: gathered.last_at,
    };
    Ok(cases.into_iter().map(|(_, gathered)| entry(gathered)).collect())
}
