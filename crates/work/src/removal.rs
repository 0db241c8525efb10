//! What goes when a space, a case or a procedure is deleted (Interloom public). Events stay: the log remembers.

use identity::{
    Right, access,
    spaces::{self, SpaceKind},
};
use kernel::{
    Error, Result,
    ids::{CaseId, ProcedureId, SpaceId},
};
use serde_json::json;
use store::{NewEvent, Tx, params, search};
use uuid::Uuid;

use crate::{
    cases::{self, Case},
    procedures, tally,
};

/// Removes a space with all that is in it.
///
/// # Errors
/// `space_not_found`, `forbidden` below owner, `Invalid` for a space that Heddle made.
pub fn delete_space(tx: &mut Tx<'_>, id: SpaceId) -> Result<()> {
    access::require(tx, id, Right::Own)?;
    let space = spaces::get(tx, id)?;
    if space.kind != SpaceKind::Custom {
        return Err(Error::invalid("space_id", format!("a {} space cannot be deleted", space.kind)));
    }
    let blobs = blobs_of(tx, "space_id", id.uuid())?;
    search::remove_space(tx, id)?;
    for table in ["documents", "datatables"] {
        tx.execute(&format!("DELETE FROM {table} WHERE space_id = $1"), params![id])?;
    }
    release(tx, &blobs)?;
    // The rest of what is in it refers to it and goes with it.
    tx.execute("DELETE FROM spaces WHERE id = $1", params![id])?;
    // Its members are gone with it, so everybody in the workspace hears of it: by its id, not by its name.
    let event =
        NewEvent { verb: "space.deleted", subject: id.uuid(), space: None, case: None, thread: None, data: json!({}) };
    tx.emit(event)
}

/// Removes a case with its subcases and all that is attached to them.
///
/// # Errors
/// `case_not_found`, `forbidden` for observers.
pub fn delete_case(tx: &mut Tx<'_>, id: CaseId) -> Result<()> {
    let case = cases::require(tx, id, Right::Work)?;
    for one in tree(tx, &case)? {
        let blobs = blobs_of(tx, "case_id", one.id.uuid())?;
        search::remove_case(tx, one.id)?;
        for table in ["documents", "datatables", "emails", "threads"] {
            tx.execute(&format!("DELETE FROM {table} WHERE case_id = $1"), params![one.id])?;
        }
        release(tx, &blobs)?;
        tx.execute("UPDATE instructions SET subcase_id = NULL WHERE subcase_id = $1", params![one.id])?;
        tally::change(tx, one.tally_kind(), -1)?;
    }
    // Subcases, stages, labels and runs refer to it and go with it.
    tx.execute("DELETE FROM cases WHERE id = $1", params![id])?;
    let event = NewEvent {
        verb: "case.deleted",
        subject: id.uuid(),
        space: Some(case.space_id),
        case: Some(id),
        thread: None,
        data: json!({"title": case.title}),
    };
    tx.emit(event)
}

/// Removes a procedure. Cases keep the stages they have got from it.
///
/// # Errors
/// `procedure_not_found`, `forbidden` for observers.
pub fn delete_procedure(tx: &mut Tx<'_>, id: ProcedureId) -> Result<()> {
    let procedure = procedures::require(tx, id, Right::Work)?;
    tx.execute("DELETE FROM procedures WHERE id = $1", params![id])?;
    procedures::event(tx, "procedure.deleted", id, procedure.space_id, json!({"name": procedure.name}))
}

/// A case and all below it, the case first.
pub(crate) fn tree(tx: &mut Tx<'_>, root: &Case) -> Result<Vec<Case>> {
    let mut all = vec![root.clone()];
    let mut next = 0;
    while let Some(parent) = all.get(next).map(|case| case.id) {
        all.extend(cases::children(tx, parent)?);
        next += 1;
    }
    Ok(all)
}

/// The blobs that documents and data tables of a place refer to.
fn blobs_of(tx: &mut Tx<'_>, column: &str, id: Uuid) -> Result<Vec<String>> {
    tx.query(
        &format!(
            "SELECT sha256 FROM documents WHERE {column} = $1 AND sha256 IS NOT NULL \
             UNION SELECT source_sha256 FROM datatables WHERE {column} = $1 AND source_sha256 IS NOT NULL"
        ),
        params![id],
        |row| row.get(0),
    )
}

/// Has the bytes removed that nothing refers to any more.
fn release(tx: &mut Tx<'_>, blobs: &[String]) -> Result<()> {
    blobs.iter().try_for_each(|sha256| library::documents::discard_upload(tx, sha256))
}
