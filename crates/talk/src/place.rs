//! Where a thing is attached: a case, a thread or a space. Documents, data tables and e-mails share this.

use identity::{
    Right, Role,
    access::{self, space_not_found},
    spaces,
};
use kernel::{
    Error, Result,
    ids::{CaseId, SpaceId, ThreadId},
};
use store::{Param, Tx, params};

/// A place that the actor may use, and its role there.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The space it lies in.
    pub space: SpaceId,
    /// The case, when it is one or lies in one.
    pub case: Option<CaseId>,
    /// The thread, when the place is a thread.
    pub thread: Option<ThreadId>,
    /// The thread that tells what happens here: the thread itself or the case's.
    pub log: Option<ThreadId>,
    /// The actor's role in the space.
    pub role: Role,
}

/// What a caller names as the place: at most one of the three.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlaceRef {
    /// A space.
    pub space: Option<SpaceId>,
    /// A case.
    pub case: Option<CaseId>,
    /// A thread.
    pub thread: Option<ThreadId>,
}

/// Finds the place that the caller names and checks its right there.
///
/// # Errors
/// `Invalid` unless exactly one is named, `case_not_found`, `thread_not_found`, `space_not_found`, `forbidden`.
pub fn resolve(tx: &mut Tx<'_>, named: PlaceRef, right: Right) -> Result<Place> {
    match named {
        PlaceRef { space: Some(space), case: None, thread: None } => {
            let role = access::require(tx, space, right)?;
            Ok(Place { space, case: None, thread: None, log: None, role })
        }
        PlaceRef { space: None, case: Some(case), thread: None } => of_case(tx, case, right),
        PlaceRef { space: None, case: None, thread: Some(thread) } => of_thread(tx, thread, right),
        _ => Err(Error::invalid("case_id", "give exactly one of case_id, thread_id and space_id")),
    }
}

/// The named place or, when none is named, the actor's private space.
///
/// # Errors
/// `private_space_missing` for an actor who has none.
pub fn or_private(tx: &mut Tx<'_>, named: PlaceRef) -> Result<PlaceRef> {
    if matches!(named, PlaceRef { space: None, case: None, thread: None }) {
        let actor = tx.actor().id;
        return Ok(PlaceRef { space: Some(spaces::private_of(tx, actor)?), ..named });
    }
    Ok(named)
}

/// The place that a case is.
///
/// # Errors
/// `case_not_found`, `forbidden`.
pub fn of_case(tx: &mut Tx<'_>, case: CaseId, right: Right) -> Result<Place> {
    let found = tx.query_opt("SELECT space_id, thread_id FROM cases WHERE id = $1", params![case], |row| {
        Ok((row.get::<SpaceId>(0)?, row.get::<ThreadId>(1)?))
    })?;
    let (space, log) = found.ok_or_else(|| case_not_found(case))?;
    let role = access::role(tx, space)?;
    let role = access::check(role, right, || case_not_found(case))?;
    Ok(Place { space, case: Some(case), thread: None, log: Some(log), role })
}

/// The place that a thread is.
///
/// # Errors
/// `thread_not_found`, `forbidden`.
pub fn of_thread(tx: &mut Tx<'_>, thread: ThreadId, right: Right) -> Result<Place> {
    let found = tx.query_opt("SELECT space_id, case_id FROM threads WHERE id = $1", params![thread], |row| {
        Ok((row.get::<SpaceId>(0)?, row.get::<Option<CaseId>>(1)?))
    })?;
    let (space, case) = found.ok_or_else(|| thread_not_found(thread))?;
    let role = access::role(tx, space)?;
    let role = access::check(role, right, || thread_not_found(thread))?;
    Ok(Place { space, case, thread: Some(thread), log: Some(thread), role })
}

/// What an absent or invisible case answers.
pub fn case_not_found(case: CaseId) -> Error {
    Error::not_found("case_not_found", format!("No case found with ID {case}"))
}

/// What an absent or invisible thread answers.
pub fn thread_not_found(thread: ThreadId) -> Error {
    Error::not_found("thread_not_found", format!("No thread found with ID {thread}"))
}

/// What an invisible space answers to a filter that names it.
///
/// # Errors
/// `space_not_found`, `forbidden`.
pub fn require_space(tx: &mut Tx<'_>, space: SpaceId) -> Result<()> {
    access::require(tx, space, Right::See).map(drop).map_err(|_| space_not_found(space))
}

/// Checks that the actor can see what the filters of a list name, and gives them as the conditions of the list.
///
/// # Errors
/// `case_not_found`, `thread_not_found` or `space_not_found`.
pub fn filters(tx: &mut Tx<'_>, named: PlaceRef) -> Result<[(&'static str, Option<Param<'static>>); 3]> {
    if let Some(case) = named.case {
        of_case(tx, case, Right::See)?;
    }
    if let Some(thread) = named.thread {
        of_thread(tx, thread, Right::See)?;
    }
    if let Some(space) = named.space {
        require_space(tx, space)?;
    }
    Ok([
        ("case_id", named.case.map(|id| Param::Id(id.uuid()))),
        ("thread_id", named.thread.map(|id| Param::Id(id.uuid()))),
        ("space_id", named.space.map(|id| Param::Id(id.uuid()))),
    ])
}
