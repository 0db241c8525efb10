//! The event log as administrators read it, and which events are not for everybody.
//!
//! An administrator learns who did what and when everywhere. What it was about (the data, the case's title) is shown where
//! the administrator may read it anyway: the log must not be a way around the border of a space.

use std::collections::{HashMap, HashSet};

use kernel::{
    Error, Result, Timestamp,
    ids::{ActorId, CaseId, SpaceId},
};
use serde_json::Value as Json;
use store::{Event, Param, Row, ToParam, Tx, params};
use uuid::Uuid;

use crate::{access::Role, actors::ActorType};

/// Subjects of events about access: for administrators, and for the one who did it or whom it is about.
const ACCESS: [&str; 4] = ["invitation.", "key.", "member.", "session."];

/// Whether the transaction's actor may know of an event as far as its verb goes.
pub fn may_know(tx: &Tx<'_>, event: &Event) -> bool {
    let actor = tx.actor();
    let confined = ACCESS.iter().any(|subject| event.verb.starts_with(subject));
    !confined || actor.workspace_admin || event.actor_id == actor.id || event.subject_id == actor.id.uuid()
}

/// Which events are wanted.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Who did it.
    pub actor: Option<ActorId>,
    /// How the verb begins, such as `case.`
    pub verb: Option<String>,
    /// What it happened to.
    pub subject: Option<Uuid>,
    /// Where.
    pub space: Option<SpaceId>,
    /// In which case.
    pub case: Option<CaseId>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// An event with the names that go with it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The event. Its data is null where the reader may not see it.
    pub event: Event,
    /// The name and type of the one who did it; none for Heddle itself.
    pub actor: Option<(String, ActorType)>,
    /// The title of the case, where the reader may see it and it is still there.
    pub case_title: Option<String>,
}

/// Events that are looked through when a verb's beginning is wanted: verbs are found one after the other.
const VERBS: usize = 200;

/// The newest events before the number `before` that fit, at most `limit`: for administrators of the workspace.
///
/// # Errors
/// `forbidden`.
pub fn page(tx: &mut Tx<'_>, filter: &AuditFilter, before: Option<i64>, limit: u32) -> Result<Vec<Entry>> {
    if !tx.actor().workspace_admin {
        return Err(Error::forbidden("Only an owner or admin of the workspace can do this."));
    }
    let mut values: Vec<Param<'_>> = vec![Param::Int(before.unwrap_or(i64::MAX))];
    let mut condition = "seq < $1".to_owned();
    let equal = [
        ("actor_id", filter.actor.map(|id| id.uuid())),
        ("subject_id", filter.subject),
        ("space_id", filter.space.map(|id| id.uuid())),
        ("case_id", filter.case.map(|id| id.uuid())),
    ];
    for (column, id) in equal {
        if let Some(id) = id {
            values.push(Param::Id(id));
            condition.push_str(&format!(" AND {column} = ${}", values.len()));
        }
    }
    for (sign, time) in [(">=", filter.from), ("<", filter.to)] {
        if let Some(time) = time {
            values.push(Param::Time(time));
            condition.push_str(&format!(" AND at {sign} ${}", values.len()));
        }
    }
    values.push(Param::Int(limit.into()));
    let last = format!("ORDER BY seq DESC LIMIT ${}", values.len());
    let sql = match &filter.verb {
        None => format!("SELECT {COLUMNS} FROM events WHERE {condition} {last}"),
        Some(prefix) => {
            let verbs = verbs_with(tx, prefix)?;
            if verbs.is_empty() {
                return Ok(Vec::new());
            }
            // The newest of each verb from its index, and of these the newest: no more rows are read than that.
            let each = verbs.into_iter().map(|verb| {
                values.push(Param::Owned(verb));
                let n = values.len();
                format!("SELECT seq FROM (SELECT seq FROM events WHERE verb = ${n} AND {condition} {last}) AS v")
            });
            let each = each.collect::<Vec<_>>().join(" UNION ALL ");
            format!("SELECT {COLUMNS} FROM events WHERE seq IN ({each}) {last}")
        }
    };
    let events = tx.query(&sql, &values, read)?;
    with_names(tx, events)
}

const COLUMNS: &str = "seq, at, actor_id, verb, subject_id, space_id, case_id, thread_id, data";

fn read(row: &Row<'_>) -> Result<Event> {
    Ok(Event {
        seq: row.get(0)?,
        at: row.get(1)?,
        actor_id: row.get(2)?,
        verb: row.get(3)?,
        subject_id: row.get(4)?,
        space_id: row.get(5)?,
        case_id: row.get(6)?,
        thread_id: row.get(7)?,
        data: row.get(8)?,
    })
}

/// The verbs of the log that begin so, each found by a step in the index.
fn verbs_with(tx: &mut Tx<'_>, prefix: &str) -> Result<Vec<String>> {
    let mut verbs: Vec<String> = Vec::new();
    let mut sql = "SELECT verb FROM events WHERE verb >= $1 ORDER BY verb LIMIT 1";
    let mut from = prefix.to_owned();
    while verbs.len() < VERBS {
        let next: Option<String> = tx.query_opt(sql, params![from], |row| row.get(0))?;
        let Some(verb) = next.filter(|verb| verb.starts_with(prefix)) else { break };
        sql = "SELECT verb FROM events WHERE verb > $1 ORDER BY verb LIMIT 1";
        from.clone_from(&verb);
        verbs.push(verb);
    }
    Ok(verbs)
}

/// Adds names, and takes away what the reader may not see.
fn with_names(tx: &mut Tx<'_>, events: Vec<Event>) -> Result<Vec<Entry>> {
    let roles: HashMap<SpaceId, Role> = tx
        .query("SELECT space_id, role FROM members WHERE actor_id = $1", params![tx.actor().id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .into_iter()
        .collect();
    let actors: HashSet<Uuid> = events.iter().map(|event| event.actor_id.uuid()).collect();
    let actors = named(tx, "SELECT id, name, type FROM actors WHERE id IN", &actors, |row| {
        Ok((row.get::<Uuid>(0)?, (row.get::<String>(1)?, row.get::<ActorType>(2)?)))
    })?;
    let readable = |event: &Event| event.space_id.is_none_or(|space| roles.contains_key(&space));
    let cases: HashSet<Uuid> =
        events.iter().filter(|event| readable(event)).filter_map(|event| Some(event.case_id?.uuid())).collect();
    let titles = named(tx, "SELECT id, title FROM cases WHERE id IN", &cases, |row| {
        Ok((row.get::<Uuid>(0)?, row.get::<String>(1)?))
    })?;
    let entries = events.into_iter().map(|mut event| {
        let confined = event.data.get("visibility").and_then(Json::as_str).is_some_and(|text| text != "public");
        let role = event.space_id.and_then(|space| roles.get(&space));
        let manages = matches!(role, Some(Role::Owner | Role::Admin)) || event.actor_id == tx.actor().id;
        if !readable(&event) || (confined && !manages) {
            event.data = Json::Null;
        }
        let case_title = event.case_id.and_then(|case| titles.get(&case.uuid()).cloned());
        Entry { actor: actors.get(&event.actor_id.uuid()).cloned(), case_title, event }
    });
    Ok(entries.collect())
}

/// The rows with these ids, by id.
fn named<T>(
    tx: &mut Tx<'_>,
    select: &str,
    ids: &HashSet<Uuid>,
    read: impl FnMut(&Row<'_>) -> Result<(Uuid, T)>,
) -> Result<HashMap<Uuid, T>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let values: Vec<Param<'_>> = ids.iter().map(ToParam::to_param).collect();
    let marks: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    Ok(tx.query(&format!("{select} ({})", marks.join(", ")), &values, read)?.into_iter().collect())
}
