//! The case machine: which phase follows which, and motions (Interloom 1.3, 1.4).

use kernel::{Error, Result, Timestamp, check, ids::CaseId};
use serde_json::json;
use store::{Tx, params};
use talk::activities::ActivityType;

use crate::{
    cases::{self, Case},
    motion::{Motion, NewMotion, Phase},
    progress, stages,
    status::Status,
    subcases, tally,
};

store::text_enum! {
    /// A step of the case machine.
    pub enum Transition {
        /// Intake to active: work begins.
        Commence = "commence",
        /// Active to resolved: work is done.
        Resolve = "resolve",
        /// Resolved to active: it was not done after all.
        Reopen = "reopen",
        /// Resolved to closed: for good.
        Close = "close",
    }
}

impl Transition {
    /// The phase it leaves.
    pub fn from(self) -> Phase {
        match self {
            Self::Commence => Phase::Intake,
            Self::Resolve => Phase::Active,
            Self::Reopen | Self::Close => Phase::Resolved,
        }
    }

    /// The phase it enters.
    pub fn to(self) -> Phase {
        match self {
            Self::Commence | Self::Reopen => Phase::Active,
            Self::Resolve => Phase::Resolved,
            Self::Close => Phase::Closed,
        }
    }

    /// The motion the case has afterwards.
    pub fn motion(self) -> Motion {
        match self {
            Self::Commence | Self::Reopen => Motion::Working,
            Self::Resolve | Self::Close => Motion::Idle,
        }
    }

    /// Checks that a case in `phase` can take this step.
    ///
    /// # Errors
    /// `invalid_transition`.
    pub(crate) fn check(self, phase: Phase) -> Result<()> {
        let (from, to) = (self.from(), self.to());
        if phase == from {
            return Ok(());
        }
        let message = format!("A case in phase {phase} cannot {self}; that leads from {from} to {to}.");
        Err(Error::conflict("invalid_transition", message))
    }

    /// How the log calls it once it has happened.
    fn verb(self) -> &'static str {
        match self {
            Self::Commence => "case.commenced",
            Self::Resolve => "case.resolved",
            Self::Reopen => "case.reopened",
            Self::Close => "case.closed",
        }
    }
}

/// Takes a case from intake to active; its first pending stage becomes active.
///
/// # Errors
/// `case_not_found`, `forbidden`, `invalid_transition`.
pub fn commence(tx: &mut Tx<'_>, id: CaseId) -> Result<Case> {
    let case = step(tx, id, Transition::Commence, None)?;
    stages::activate_next(tx, &case)?;
    progress::settle(tx, id)?;
    cases::get(tx, id)
}

/// Takes a case from active to resolved, with a summary if there is one; a subcase reports it to its parent.
///
/// # Errors
/// `case_not_found`, `forbidden`, `invalid_transition`, `Invalid` for an over-long summary.
pub fn resolve(tx: &mut Tx<'_>, id: CaseId, summary: Option<&str>) -> Result<Case> {
    check::optional("summary", summary, check::TEXT)?;
    let mut case = step(tx, id, Transition::Resolve, None)?;
    if let Some(summary) = summary {
        tx.execute("UPDATE cases SET summary = $2 WHERE id = $1", params![id, summary])?;
        case.summary = Some(summary.to_owned());
    }
    subcases::report_finished(tx, &case)?;
    cases::get(tx, id)
}

/// Takes a resolved case back to active; the reason goes into its thread.
///
/// # Errors
/// `case_not_found`, `forbidden`, `invalid_transition`, `Invalid` for a blank reason.
pub fn reopen(tx: &mut Tx<'_>, id: CaseId, reason: &str) -> Result<Case> {
    let reason = check::required("reason", reason, check::TEXT)?.to_owned();
    let case = step(tx, id, Transition::Reopen, Some(&reason))?;
    subcases::take_back_report(tx, &case)?;
    stages::activate_next(tx, &case)?;
    progress::settle(tx, id)?;
    cases::get(tx, id)
}

/// Takes a resolved case to closed, for good.
///
/// # Errors
/// `case_not_found`, `forbidden`, `invalid_transition`.
pub fn close(tx: &mut Tx<'_>, id: CaseId) -> Result<Case> {
    step(tx, id, Transition::Close, None)?;
    cases::get(tx, id)
}

fn step(tx: &mut Tx<'_>, id: CaseId, transition: Transition, reason: Option<&str>) -> Result<Case> {
    let before = cases::require(tx, id, identity::Right::Work)?;
    transition.check(before.phase)?;
    let to = transition.to();
    let state = State { phase: to, motion: transition.motion(), resolved_at: resolved_at(&before, to, tx.now()) };
    enter(tx, &before, state, transition.verb(), reason)
}

/// When a case that enters `to` was resolved.
fn resolved_at(before: &Case, to: Phase, now: Timestamp) -> Option<Timestamp> {
    match to {
        Phase::Resolved => Some(now),
        Phase::Closed => before.resolved_at,
        Phase::Intake | Phase::Active => None,
    }
}

/// Where a case goes.
struct State {
    phase: Phase,
    motion: Motion,
    resolved_at: Option<Timestamp>,
}

/// Takes a case to another phase and tells it.
fn enter(tx: &mut Tx<'_>, before: &Case, state: State, verb: &'static str, reason: Option<&str>) -> Result<Case> {
    let now = tx.now();
    let State { phase: to, motion, resolved_at } = state;
    let after = Case {
        phase: to,
        motion,
        waiting_on: None,
        updated_at: now,
        commenced_at: before.commenced_at.or((to == Phase::Active).then_some(now)),
        resolved_at,
        closed_at: (to == Phase::Closed).then_some(now),
        ..before.clone()
    };
    tx.execute(
        "UPDATE cases SET phase = $2, motion = $3, waiting_on = NULL, updated_at = $4, commenced_at = $5, resolved_at = $6, closed_at = $7 \
         WHERE id = $1",
        params![before.id, to, motion, now, after.commenced_at, after.resolved_at, after.closed_at],
    )?;
    tally::shift(tx, before.tally_kind(), after.tally_kind())?;
    let from = before.phase;
    let data = json!({
        "before": {"phase": from, "motion": before.motion},
        "after": {"phase": to, "motion": motion},
        "reason": reason,
    });
    let content = match reason {
        Some(reason) => format!("Phase changed from {from} to {to}: {reason}"),
        None => format!("Phase changed from {from} to {to}"),
    };
    cases::log(tx, before.thread_id, ActivityType::StatusChange, &content, data.clone())?;
    cases::event(tx, verb, before.id, before.space_id, before.thread_id, data)?;
    Ok(after)
}

/// Takes a case from any status to any other (Interloom public): what lies between is passed over, and the thread tells that
/// it was set. What follows from entering a phase follows here too.
///
/// # Errors
/// `case_not_found`, `forbidden` for observers.
pub fn set_status(tx: &mut Tx<'_>, id: CaseId, status: Status) -> Result<Case> {
    let before = cases::require(tx, id, identity::Right::Work)?;
    if before.status() == status {
        return cases::get(tx, id);
    }
    let (phase, motion) = match status {
        Status::Open => (Phase::Intake, Motion::Idle),
        Status::Started => (Phase::Active, Motion::Working),
        Status::Blocked => (Phase::Active, Motion::Blocked),
        Status::Completed => (Phase::Resolved, Motion::Idle),
        Status::Cancelled => (Phase::Closed, Motion::Idle),
    };
    if before.phase == phase && phase == Phase::Active {
        return set_motion(tx, id, &NewMotion { motion, waiting_on: None });
    }
    let verb = match (phase, before.phase) {
        (Phase::Intake, _) => "case.returned",
        (Phase::Active, Phase::Intake) => "case.commenced",
        (Phase::Active, _) => "case.reopened",
        (Phase::Resolved, _) => "case.resolved",
        (Phase::Closed, _) => "case.closed",
    };
    // Closed without having been resolved: that is what cancelled means.
    let resolved_at = (status == Status::Completed).then_some(tx.now());
    let reason = format!("status set to {status}");
    let after = enter(tx, &before, State { phase, motion, resolved_at }, verb, Some(&reason))?;
    if before.resolved_at.is_some() && after.resolved_at.is_none() {
        subcases::take_back_report(tx, &after)?;
    }
    match phase {
        Phase::Intake => stages::put_back(tx, &after)?,
        Phase::Active => {
            stages::activate_next(tx, &after)?;
            progress::settle(tx, id)?;
        }
        Phase::Resolved => subcases::report_finished(tx, &after)?,
        Phase::Closed => {}
    }
    cases::get(tx, id)
}

/// Sets how a case moves.
///
/// # Errors
/// `case_not_found`, `forbidden` (also for an agent that touches paused), `case_closed`, `Invalid` for motion idle or a
/// waiting-on without waiting.
pub fn set_motion(tx: &mut Tx<'_>, id: CaseId, new: &NewMotion) -> Result<Case> {
    let before = cases::require_open(tx, id)?;
    new.check(before.motion, tx.actor())?;
    let after = Case { motion: new.motion, waiting_on: new.waiting_on.clone(), ..before.clone() };
    tx.execute(
        "UPDATE cases SET motion = $2, waiting_on = $3, updated_at = $4 WHERE id = $1",
        params![id, after.motion, after.waiting_on, tx.now()],
    )?;
    tally::shift(tx, before.tally_kind(), after.tally_kind())?;
    let data = json!({
        "before": {"motion": before.motion, "waiting_on": before.waiting_on},
        "after": {"motion": after.motion, "waiting_on": after.waiting_on},
    });
    let reason = after.waiting_on.as_ref().and_then(|waiting_on| waiting_on.reason.as_deref());
    let content = match reason {
        Some(reason) => format!("Motion changed from {} to {}: {reason}", before.motion, after.motion),
        None => format!("Motion changed from {} to {}", before.motion, after.motion),
    };
    cases::log(tx, before.thread_id, ActivityType::StatusChange, &content, data.clone())?;
    cases::event(tx, "case.motion_set", id, before.space_id, before.thread_id, data)?;
    progress::settle(tx, id)?;
    cases::get(tx, id)
}
