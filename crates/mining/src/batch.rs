//! One batch of an import: many traces, one transaction.

use std::collections::{HashMap, HashSet};

use identity::{
    Role,
    actors::{self, ActorType, NewActor},
    spaces,
};
use kernel::{
    Result,
    ids::{ActorId, CaseId, SpaceId},
};
use process_log::Rejected;
use store::{Engine, Param, ToParam, Tx, params};

use crate::{plan::Plan, rows::CaseWriter};

/// Who the resources of a log are.
pub(crate) type People = HashMap<String, ActorId>;

/// What a batch did.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Cases made.
    pub traces: u64,
    /// Events of the log in them.
    pub events: u64,
    /// Traces whose cases the space has from an earlier import.
    pub skipped: u64,
    /// Traces that have the name of another one of the same log.
    pub rejected: Vec<Rejected>,
    /// Resources looked up, and who they are.
    pub people: People,
    /// How many of them had to be made.
    pub made: u64,
}

/// Names that one query asks for: enough to save round trips, few enough to bind fast.
const ASKED: usize = 100;

/// What all batches of an import share.
#[derive(Clone, Copy)]
pub(crate) struct Import {
    pub engine: Engine,
    pub space: SpaceId,
    /// An id made when the import began: cases with a later one are of this import.
    pub began: CaseId,
}

/// Writes the traces that the space does not have yet, and counts them.
pub(crate) fn write(tx: &mut Tx<'_>, import: Import, plans: &[Plan], known: &People) -> Result<Written> {
    let Import { engine, space, began } = import;
    // The space may have been deleted since the last batch.
    spaces::get(tx, space)?;
    let mut written = Written::default();
    let present = present(tx, space, plans)?;
    let mut seen = HashSet::new();
    let mut wanted = Vec::with_capacity(plans.len());
    for plan in plans {
        match present.get(&plan.key) {
            Some(id) if *id < began => written.skipped += 1,
            None if seen.insert(plan.key.as_str()) => wanted.push(plan),
            _ => written.rejected.push(Rejected {
                line: None,
                trace: Some(plan.key.clone()),
                reason: "the log has another trace of this name before it".to_owned(),
            }),
        }
    }
    for name in wanted.iter().flat_map(|plan| &plan.stages).filter_map(|stage| stage.resource.as_deref()) {
        if !known.contains_key(name) && !written.people.contains_key(name) {
            let (id, made) = person(tx, space, name)?;
            written.people.insert(name.to_owned(), id);
            written.made += u64::from(made);
        }
    }
    let people = &written.people;
    let actor_of = |name: &str| known.get(name).or_else(|| people.get(name)).copied();
    let mut writer = CaseWriter::new(engine, space);
    for plan in &wanted {
        writer.insert(tx, plan, &actor_of)?;
    }
    writer.finish(tx)?;
    written.traces = wanted.len() as u64;
    written.events = wanted.iter().map(|plan| plan.events).sum();
    Ok(written)
}

/// The cases that the space has under the names of the traces.
fn present(tx: &mut Tx<'_>, space: SpaceId, plans: &[Plan]) -> Result<HashMap<String, CaseId>> {
    let mut present = HashMap::new();
    for some in plans.chunks(ASKED) {
        let marks: Vec<String> = (2..some.len() + 2).map(|n| format!("${n}")).collect();
        let sql =
            format!("SELECT external_id, id FROM cases WHERE space_id = $1 AND external_id IN ({})", marks.join(", "));
        let mut values: Vec<Param<'_>> = vec![space.to_param()];
        values.extend(some.iter().map(|plan| plan.key.to_param()));
        present.extend(tx.query(&sql, &values, |row| Ok((row.get::<String>(0)?, row.get::<CaseId>(1)?)))?);
    }
    Ok(present)
}

/// The person without sign-in of this name, made when there is none, as a member of the space; tells whether it was made.
fn person(tx: &mut Tx<'_>, space: SpaceId, name: &str) -> Result<(ActorId, bool)> {
    let found = tx.query_opt(
        "SELECT id FROM actors WHERE name = $1 AND type = 'human' AND user_id IS NULL AND email IS NULL \
         ORDER BY created_at, id LIMIT 1",
        params![name.trim()],
        |row| row.get(0),
    )?;
    let (id, made) = match found {
        Some(id) => (id, false),
        None => {
            let new = NewActor {
                actor_type: ActorType::Human,
                name: name.to_owned(),
                email: None,
                model_id: None,
                system_prompt: None,
                reasoning_effort: None,
                capabilities: Vec::new(),
                review: Vec::new(),
            };
            (actors::create(tx, &new)?.id, true)
        }
    };
    if spaces::role_of(tx, space, id)?.is_none() {
        spaces::add_member(tx, space, id, Role::Member)?;
    }
    Ok((id, made))
}
