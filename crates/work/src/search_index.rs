//! Keeps cases findable: a reader of the event log.

use kernel::{Actor, Result};
use store::{
    Event, Tx,
    search::{self, Item},
};

use crate::cases;

/// Puts a case that was opened or changed into the search index.
///
/// # Errors
/// The engine's.
pub fn follow_event(tx: &mut Tx<'_>, event: &Event) -> Result<()> {
    if !matches!(event.verb.as_str(), "case.created" | "case.updated" | "case.resolved") {
        return Ok(());
    }
    let Some(id) = event.case_id else { return Ok(()) };
    let case = match tx.acting_as(Actor::SYSTEM, |tx| cases::get(tx, id)) {
        Ok(case) => case,
        // It was deleted after this event.
        Err(error) if error.code() == "case_not_found" => return search::remove(tx, id.uuid()),
        Err(error) => return Err(error),
    };
    let body = [case.external_id.as_deref(), case.description.as_deref(), case.summary.as_deref()];
    let body = body.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let item = Item {
        kind: "case",
        subject: id.uuid(),
        space: case.space_id,
        case: Some(id),
        thread: Some(case.thread_id),
        title: &case.title,
        body: &body,
    };
    search::put(tx, &item)
}
