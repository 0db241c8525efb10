//! The log as somebody may follow it.

use std::collections::HashSet;

use identity::audit;
use kernel::{Result, ids::SpaceId};
use store::{
    Event, Tx,
    events::{self, About},
    params,
};

use crate::activities::{self, Visibility};

/// The events after `cursor` that the actor may see, of the next `most` of the log, and the number up to which the log was
/// read. With `about`, only those about one thing.
///
/// # Errors
/// The engine's.
pub fn after(tx: &mut Tx<'_>, cursor: i64, most: i64, about: Option<About>) -> Result<(Vec<Event>, i64)> {
    let actor = tx.actor().id;
    let spaces: HashSet<SpaceId> = tx
        .query("SELECT space_id FROM members WHERE actor_id = $1", params![actor], |row| row.get(0))?
        .into_iter()
        .collect();
    let batch = match about {
        Some(about) => events::after_about(tx, cursor, most, about)?,
        None => events::after(tx, cursor, most)?,
    };
    let reached = match (batch.last(), about) {
        // What was left out is read, too.
        (last, Some(_)) if (batch.len() as i64) < most => {
            events::last_seq(tx)?.max(last.map_or(cursor, |event| event.seq))
        }
        (last, _) => last.map_or(cursor, |event| event.seq),
    };
    let mut seen = Vec::with_capacity(batch.len());
    for event in batch {
        if event.space_id.is_none_or(|space| spaces.contains(&space))
            && audit::may_know(tx, &event)
            && sees_entry(tx, &event)?
        {
            seen.push(event);
        }
    }
    Ok((seen, reached))
}

/// Whether the actor sees the entry that an event tells of; events that tell of none are seen.
fn sees_entry(tx: &mut Tx<'_>, event: &Event) -> Result<bool> {
    let visibility = event.data.get("visibility").and_then(|value| value.as_str());
    match (visibility.and_then(|text| text.parse::<Visibility>().ok()), event.thread_id) {
        (Some(visibility), Some(thread)) => activities::sees(tx, thread, visibility, event.actor_id),
        _ => Ok(true),
    }
}
