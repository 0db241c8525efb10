//! One change to many cases: each by itself, so that one that is refused does not keep the others from changing.

use std::collections::HashSet;

use kernel::{
    Error, Kind, Result,
    ids::{ActorId, CaseId, LabelId},
};
use store::Tx;

use crate::{
    case_labels,
    cases::{self, CasePatch},
    lifecycle,
    motion::{NewMotion, Priority},
};

/// The most cases that are changed at once.
pub const MOST: usize = 200;

/// What is done with each case.
#[derive(Clone, Debug)]
pub enum Change {
    /// From intake to active.
    Commence,
    /// From active to resolved, with a summary if there is one.
    Resolve(Option<String>),
    /// From resolved to active, for a reason.
    Reopen(String),
    /// From resolved to closed.
    Close,
    /// Another motion.
    Motion(NewMotion),
    /// Another priority, or none.
    Priority(Option<Priority>),
    /// Another assignee, or none.
    Assign(Option<ActorId>),
    /// These labels besides those it has.
    AddLabels(Vec<LabelId>),
    /// Without these labels.
    RemoveLabels(Vec<LabelId>),
}

/// What became of one case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub id: CaseId,
    /// Why it was not changed; none when it was.
    pub refused: Option<Error>,
}

/// Changes cases one by one, as the actor may. A case that is refused stays as it was.
///
/// # Errors
/// `Invalid` for no case, too many, or one that is there twice; failures of the database undo everything.
pub fn change(tx: &mut Tx<'_>, ids: &[CaseId], change: &Change) -> Result<Vec<Outcome>> {
    if ids.is_empty() || ids.len() > MOST {
        return Err(Error::invalid("ids", format!("ids must name 1 to {MOST} cases")));
    }
    let mut known = HashSet::new();
    if !ids.iter().all(|id| known.insert(*id)) {
        return Err(Error::invalid("ids", "ids must name each case once"));
    }
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let refused = match tx.attempt(|tx| apply(tx, *id, change)) {
            Ok(()) => None,
            Err(error) if error.is_retryable() || matches!(error.kind(), Kind::Internal | Kind::Unavailable) => {
                return Err(error);
            }
            Err(error) => Some(error),
        };
        outcomes.push(Outcome { id: *id, refused });
    }
    Ok(outcomes)
}

fn apply(tx: &mut Tx<'_>, id: CaseId, change: &Change) -> Result<()> {
    match change {
        Change::Commence => lifecycle::commence(tx, id).map(drop),
        Change::Resolve(summary) => lifecycle::resolve(tx, id, summary.as_deref()).map(drop),
        Change::Reopen(reason) => lifecycle::reopen(tx, id, reason).map(drop),
        Change::Close => lifecycle::close(tx, id).map(drop),
        Change::Motion(motion) => lifecycle::set_motion(tx, id, motion).map(drop),
        Change::Priority(priority) => {
            cases::update(tx, id, &CasePatch { priority: Some(*priority), ..CasePatch::default() }).map(drop)
        }
        Change::Assign(actor) => {
            cases::update(tx, id, &CasePatch { assigned_actor_id: Some(*actor), ..CasePatch::default() }).map(drop)
        }
        Change::AddLabels(labels) => labels.iter().try_for_each(|label| case_labels::apply(tx, id, *label).map(drop)),
        Change::RemoveLabels(labels) => labels.iter().try_for_each(|label| match case_labels::remove(tx, id, *label) {
            // It has not got it: that is what is wanted.
            Err(error) if error.code() == "label_not_found" => Ok(()),
            result => result.map(drop),
        }),
    }
}
