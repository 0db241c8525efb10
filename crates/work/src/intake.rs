//! Opening and changing a case in one go, as the slim API does it: its place, its fields, its status and its files.

use identity::{Right, access};
use kernel::{
    Result,
    ids::{ActorId, CaseId, DocumentId, SpaceId},
};
use store::Tx;

use crate::{
    cases::{self, Case, CasePatch, NewCase},
    lifecycle,
    moves::{self, Destination},
    status::{Status, Within},
};

/// Opens a case directly in a space or under another case, with files that lie in a space so far. Whoever it is given to
/// becomes a member of the space if the caller may add members.
///
/// # Errors
/// `space_not_found`, `parent_case_not_found`, `forbidden` for observers, `case_closed` for a parent that is over,
/// `Invalid` naming the field, `external_id_taken`, those of attaching files.
pub fn open(tx: &mut Tx<'_>, within: Within, new: &NewCase, files: &[DocumentId]) -> Result<CaseId> {
    let space = match within {
        Within::Space(space) => space,
        Within::Case(parent) => cases::require_parent(tx, parent)?.space_id,
    };
    if new.assigned_actor_id.is_some() {
        access::require(tx, space, Right::Work)?;
        admit(tx, space, new.assigned_actor_id)?;
    }
    let new = NewCase { space_id: space, ..new.clone() };
    let id = match within {
        Within::Space(_) => cases::add(tx, &new)?,
        Within::Case(parent) => cases::add_under(tx, parent, &new)?,
    };
    if !files.is_empty() {
        library::documents::attach(tx, id, files)?;
    }
    Ok(id)
}

/// What is to be different about a case.
#[derive(Clone, Debug, Default)]
pub struct Revision {
    /// Its fields.
    pub patch: CasePatch,
    /// Its status.
    pub status: Option<Status>,
    /// Its place.
    pub place: Option<Destination>,
}

/// Changes a case.
///
/// # Errors
/// `case_not_found`, `forbidden` for observers, those of [`moves::move_case`] and [`cases::update`].
pub fn revise(tx: &mut Tx<'_>, id: CaseId, revision: &Revision) -> Result<Case> {
    cases::require(tx, id, Right::Work)?;
    // A case that is over changes no more, so it leaves that status first and enters it last.
    let ends = revision.status == Some(Status::Cancelled);
    if let Some(status) = revision.status.filter(|_| !ends) {
        lifecycle::set_status(tx, id, status)?;
    }
    if let Some(place) = revision.place {
        moves::move_case(tx, id, place)?;
    }
    if revision.patch != CasePatch::default() {
        let space = cases::require(tx, id, Right::Work)?.space_id;
        admit(tx, space, revision.patch.assigned_actor_id.flatten())?;
        cases::update(tx, id, &revision.patch)?;
    }
    if ends {
        lifecycle::set_status(tx, id, Status::Cancelled)?;
    }
    cases::get(tx, id)
}

fn admit(tx: &mut Tx<'_>, space: SpaceId, actor: Option<ActorId>) -> Result<()> {
    actor.map_or(Ok(()), |actor| cases::admit(tx, space, actor))
}
