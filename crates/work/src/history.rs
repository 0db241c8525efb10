//! What has happened to a case, from the log.

use identity::actors::ActorType;
use kernel::{
    Error, Kind, Page, PageRequest, Result, Timestamp,
    ids::{ActorId, CaseId},
};
use serde_json::Value as Json;
use store::{Param, ToParam, Tx, params};
use talk::activities;

use crate::cases::{self, Case};

/// Somebody, as far as a list needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The actor's id.
    pub id: ActorId,
    /// The actor's name.
    pub name: String,
    /// Person or agent.
    pub actor_type: ActorType,
}

/// Something that happened to a case.
#[derive(Clone, Debug)]
pub struct Happening {
    /// The number of the event.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub verb: String,
    /// The thing it happened to.
    pub subject_id: uuid::Uuid,
    /// Who did it; none for Heddle itself.
    pub actor: Option<Person>,
    /// What matters about it: before and after.
    pub data: Json,
}

/// The events of a case that the actor may see, newest first: those of the live stream.
///
/// # Errors
/// `case_not_found`.
pub fn of(tx: &mut Tx<'_>, id: CaseId, request: PageRequest) -> Result<Page<Happening>> {
    let case = cases::get(tx, id)?;
    let (internal, system) = activities::passes(tx, case.thread_id)?;
    let actor = tx.actor().id;
    let mut values = vec![id.to_param(), actor.to_param(), Param::Bool(internal), Param::Bool(system)];
    // What happened before the case was moved here belongs to the space it came from.
    let condition = "e.case_id = $1 AND e.space_id IN (SELECT space_id FROM members WHERE actor_id = $2) \
         AND (e.data ->> 'visibility' IS NULL OR e.data ->> 'visibility' = 'public' \
           OR (e.data ->> 'visibility' = 'internal' AND ($3 OR e.actor_id = $2)) \
           OR (e.data ->> 'visibility' = 'system' AND $4))";
    let total = tx.query_one(&format!("SELECT COUNT(*) FROM events e WHERE {condition}"), &values, |row| row.get(0))?;
    values.extend([Param::Int(request.limit()), Param::Int(request.offset())]);
    let sql = format!(
        "SELECT e.seq, e.at, e.verb, e.subject_id, e.data, a.id, a.name, a.type FROM events e \
         LEFT JOIN actors a ON a.id = e.actor_id WHERE {condition} ORDER BY e.seq DESC LIMIT $5 OFFSET $6"
    );
    let items = tx.query(&sql, &values, |row| {
        let actor = match row.get::<Option<ActorId>>(5)? {
            Some(id) => Some(Person { id, name: row.get(6)?, actor_type: row.get(7)? }),
            None => None,
        };
        Ok(Happening {
            seq: row.get(0)?,
            at: row.get(1)?,
            verb: row.get(2)?,
            subject_id: row.get(3)?,
            data: row.get(4)?,
            actor,
        })
    })?;
    Ok(Page { items, total, request })
}

/// What whoever changes a case without knowing it as it is learns: who changed it, and when.
pub(crate) fn changed_meanwhile(tx: &mut Tx<'_>, case: &Case) -> Result<Error> {
    let last: Option<(Option<String>, Timestamp)> = tx.query_opt(
        "SELECT a.name, e.at FROM events e LEFT JOIN actors a ON a.id = e.actor_id \
         WHERE e.case_id = $1 AND e.subject_id = $1 ORDER BY e.seq DESC LIMIT 1",
        params![case.id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let (who, at) = last.unwrap_or((None, case.updated_at));
    let who = who.unwrap_or_else(|| "Heddle".to_owned());
    Ok(Error::new(Kind::Outdated, "changed_meanwhile", format!("{who} changed the case at {at}; read it again.")))
}
