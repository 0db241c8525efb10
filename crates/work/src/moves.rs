//! Moving a case to another place: into a space, or under another case (Interloom public). What hangs on it goes with it.

use identity::{Right, access};
use kernel::{
    Error, Kind, Result,
    ids::{CaseId, SpaceId},
};
use serde_json::json;
use store::{Tx, params, search};

use crate::{
    case_labels,
    cases::{self, Case},
    removal::tree,
    tally,
};

/// Where a case is moved.
#[derive(Clone, Copy, Debug)]
pub enum Destination {
    /// Directly into a space.
    Space(SpaceId),
    /// Under a case.
    Under(CaseId),
}

/// Moves a case with its subcases.
///
/// # Errors
/// `case_not_found`, `space_not_found`, `parent_case_not_found`, `forbidden` for observers of either place, `case_closed`,
/// `case_cannot_parent_itself` and `case_parent_cycle` (400), `external_id_taken_there` when the space has a case of the same
/// external id.
pub fn move_case(tx: &mut Tx<'_>, id: CaseId, to: Destination) -> Result<Case> {
    let case = cases::require_open(tx, id)?;
    let (space, parent) = match to {
        Destination::Space(space) => {
            access::require(tx, space, Right::Work)?;
            (space, None)
        }
        Destination::Under(parent) if parent == id => {
            let message = "A case cannot be put under itself.";
            return Err(Error::new(Kind::BadRequest, "case_cannot_parent_itself", message));
        }
        Destination::Under(parent) => {
            let found = cases::require_parent(tx, parent)?;
            (found.space_id, Some(parent))
        }
    };
    if (space, parent) == (case.space_id, case.parent_case_id) {
        return cases::get(tx, id);
    }
    let all = tree(tx, &case)?;
    if all.iter().any(|below| Some(below.id) == parent) {
        let message = "A case cannot be put under one of its own subcases.";
        return Err(Error::new(Kind::BadRequest, "case_parent_cycle", message));
    }
    if space != case.space_id {
        for one in &all {
            change_space(tx, one, space)?;
        }
    }
    tx.execute(
        "UPDATE cases SET parent_case_id = $2, parent_stage_id = NULL, updated_at = $3 WHERE id = $1",
        params![id, parent, tx.now()],
    )?;
    // No stage of the parent that it leaves waits for it any more.
    tx.execute("UPDATE instructions SET subcase_id = NULL WHERE subcase_id = $1", params![id])?;
    let place = |space: SpaceId, parent: Option<CaseId>| json!({"space_id": space, "parent_case_id": parent});
    let data = json!({"before": place(case.space_id, case.parent_case_id), "after": place(space, parent)});
    cases::event(tx, "case.moved", id, space, case.thread_id, data)?;
    cases::get(tx, id)
}

fn change_space(tx: &mut Tx<'_>, case: &Case, space: SpaceId) -> Result<()> {
    if let Some(external_id) = &case.external_id {
        let taken = tx.query_opt(
            "SELECT 1 FROM cases WHERE space_id = $1 AND external_id = $2",
            params![space, external_id],
            |_| Ok(()),
        )?;
        if taken.is_some() {
            let message = format!("The space has a case with the external_id {external_id} already.");
            return Err(Error::conflict("external_id_taken_there", message));
        }
    }
    let labels = case_labels::names_of(tx, case.id)?;
    tx.execute("DELETE FROM case_labels WHERE case_id = $1", params![case.id])?;
    tx.execute("UPDATE cases SET space_id = $2 WHERE id = $1", params![case.id, space])?;
    case_labels::put(tx, case.id, space, &labels)?;
    tally::change(tx, case.tally_kind(), -1)?;
    tally::add(tx, tally::Kind { space, ..case.tally_kind() })?;
    search::set_space(tx, case.id, space)?;
    for table in ["threads", "documents", "datatables", "emails", "runs", "proposals"] {
        tx.execute(&format!("UPDATE {table} SET space_id = $2 WHERE case_id = $1"), params![case.id, space])?;
    }
    Ok(())
}
