//! What can be done with a case from where it stands, by the rules of the case machine itself.

use identity::{Right, access};
use kernel::{Result, ids::CaseId};
use store::Tx;
use talk::place::case_not_found;

use crate::{
    cases,
    lifecycle::Transition,
    motion::{Motion, NewMotion},
};

store::text_enum! {
    /// Something to do with a case.
    pub enum MoveAction {
        /// Begin work.
        Commence = "commence",
        /// Finish work.
        Resolve = "resolve",
        /// Take work up again.
        Reopen = "reopen",
        /// End it for good.
        Close = "close",
        /// Say that it moves.
        SetWorking = "set_motion:working",
        /// Say that something holds it.
        SetWaiting = "set_motion:waiting",
        /// Say that a surprise stopped it.
        SetBlocked = "set_motion:blocked",
        /// Stop it on purpose.
        SetPaused = "set_motion:paused",
    }
}

store::text_enum! {
    /// Something that an action takes.
    pub enum MoveInput {
        /// Why.
        Reason = "reason",
        /// What came of the case.
        Summary = "summary",
        /// What is waited for.
        WaitingOn = "waiting_on",
    }
}

/// Whether an action is open to the caller.
#[derive(Clone, Debug)]
pub struct Move {
    /// The action.
    pub action: MoveAction,
    /// What it must be given.
    pub needs: &'static [MoveInput],
    /// What it may be given.
    pub takes: &'static [MoveInput],
    /// Why it is not allowed, for people; none when it is.
    pub why_not: Option<String>,
}

/// Every action on a case, and whether the actor may do it now.
///
/// # Errors
/// `case_not_found`.
pub fn of(tx: &mut Tx<'_>, id: CaseId) -> Result<Vec<Move>> {
    let case = cases::require(tx, id, Right::See)?;
    let role = access::role(tx, case.space_id)?;
    let may = access::check(role, Right::Work, || case_not_found(id)).map(drop);
    let actor = tx.actor();
    let step = |action, transition: Transition, needs, takes| {
        let allowed = may.clone().and_then(|()| transition.check(case.phase));
        Move { action, needs, takes, why_not: allowed.err().map(|error| error.message().to_owned()) }
    };
    let motion = |action, motion, takes| {
        let new = NewMotion { motion, waiting_on: None };
        let allowed = may.clone().and_then(|()| cases::check_open(&case)).and_then(|()| new.check(case.motion, actor));
        Move { action, needs: &[], takes, why_not: allowed.err().map(|error| error.message().to_owned()) }
    };
    Ok(vec![
        step(MoveAction::Commence, Transition::Commence, &[], &[]),
        step(MoveAction::Resolve, Transition::Resolve, &[], &[MoveInput::Summary]),
        step(MoveAction::Reopen, Transition::Reopen, &[MoveInput::Reason], &[MoveInput::Reason]),
        step(MoveAction::Close, Transition::Close, &[], &[]),
        motion(MoveAction::SetWorking, Motion::Working, &[]),
        motion(MoveAction::SetWaiting, Motion::Waiting, &[MoveInput::WaitingOn]),
        motion(MoveAction::SetBlocked, Motion::Blocked, &[]),
        motion(MoveAction::SetPaused, Motion::Paused, &[]),
    ])
}
