//! The reader of the event log that begins, wakes and ends runs.

use identity::actors::{self, ActorType};
use kernel::{
    Result,
    ids::{ActorId, CaseId, StageId},
};
use serde_json::Value as Json;
use store::{Event, Param, Tx, params};
use work::motion::{Motion, WaitingKind};

use super::{Run, RunState, Verdict, WaitingFor, check, machine, unfinished};
use crate::actions::name_of;

/// The longest part of a comment that a model is given as an answer, in characters.
const ANSWER: usize = 20_000;

/// A reader of the event log: a stage that is active and assigned to an agent gets a run; people's answers and the case's
/// motion wake waiting runs; a run whose stage is over ends.
///
/// # Errors
/// The engine's.
pub fn follow_event(tx: &mut Tx<'_>, event: &Event) -> Result<()> {
    match event.verb.as_str() {
        "stage.activated" | "stage.assigned" => {
            let stage = StageId::from_uuid(event.subject_id);
            end_those_over(tx, "r.stage_id = $1", Param::Id(stage.uuid()), event)?;
            machine::start(tx, stage).map(drop)
        }
        "stage.completed" | "stage.skipped" => {
            end_those_over(tx, "r.stage_id = $1", Param::Id(event.subject_id), event)
        }
        "case.resolved" | "case.closed" => end_those_over(tx, "r.case_id = $1", Param::Id(event.subject_id), event),
        "case.reopened" => match work::stages::active(tx, CaseId::from_uuid(event.subject_id))? {
            Some(stage) => machine::start(tx, stage.id).map(drop),
            None => Ok(()),
        },
        "case.motion_set" | "stage.motion_set" => moved(tx, event),
        "activity.posted" => posted(tx, event),
        "subcase.completed" => {
            let title = event.data.get("title").and_then(Json::as_str).unwrap_or_default();
            let summary = event.data.get("summary").and_then(Json::as_str).unwrap_or("no summary");
            let message = format!("The subcase \"{title}\" has finished: {summary}");
            wake_those(tx, event, |run| run.waiting_for == Some(WaitingFor::Case), &message)
        }
        _ => Ok(()),
    }
}

/// Ends the runs whose stage is over. One that a worker is on ends itself when its own agent completed the stage: it may
/// still have its summary to post.
fn end_those_over(tx: &mut Tx<'_>, condition: &str, value: Param<'_>, event: &Event) -> Result<()> {
    for run in unfinished(tx, condition, value)? {
        let by_itself = event.actor_id == run.actor_id && run.state != RunState::Waiting;
        if let Verdict::End(state, why) = check(tx, &run, false)?
            && !by_itself
        {
            machine::end(tx, &run, state, why.as_deref())?;
        }
    }
    Ok(())
}

/// A pause was lifted, or a person set the case back to working.
fn moved(tx: &mut Tx<'_>, event: &Event) -> Result<()> {
    let motion = |when: &str| event.data.get(when).and_then(|at| at.get("motion")).and_then(Json::as_str);
    let (before, after) = (motion("before"), motion("after"));
    let (paused, working) = (Some(Motion::Paused.as_str()), Some(Motion::Working.as_str()));
    let lifted = before == paused && after != paused;
    let set_working = after == working && before != working && is_person(tx, event.actor_id)?;
    let wakes = move |run: &Run| match run.waiting_for {
        Some(WaitingFor::Pause) => lifted,
        Some(WaitingFor::Person | WaitingFor::Case) => set_working,
        Some(WaitingFor::Proposal) | None => false,
    };
    if !lifted && !set_working {
        return Ok(());
    }
    let message = format!("{} set the case to {}.", name_of(tx, event.actor_id)?, after.unwrap_or_default());
    wake_those(tx, event, wakes, &message)
}

/// A person said something in a case's thread.
fn posted(tx: &mut Tx<'_>, event: &Event) -> Result<()> {
    let is = |key: &str, value: &str| event.data.get(key).and_then(Json::as_str) == Some(value);
    if !is("type", "comment") || !is("visibility", "public") || !is_person(tx, event.actor_id)? {
        return Ok(());
    }
    let Some(case) = event.case_id else { return Ok(()) };
    let own: Option<bool> =
        tx.query_opt("SELECT 1 FROM cases WHERE id = $1 AND thread_id = $2", params![case, event.thread_id], |_| {
            Ok(true)
        })?;
    let content = tx.query_opt("SELECT content FROM activities WHERE id = $1", params![event.subject_id], |row| {
        row.get::<String>(0)
    })?;
    let (Some(_), Some(content)) = (own, content) else { return Ok(()) };
    let content: String = content.chars().take(ANSWER).collect();
    let message = format!("{} wrote in the thread: {content}", name_of(tx, event.actor_id)?);
    let wakes = |run: &Run| matches!(run.waiting_for, Some(WaitingFor::Person | WaitingFor::Case));
    wake_those(tx, event, wakes, &message)
}

/// Wakes the waiting runs of the event's case that began to wait before it.
fn wake_those(tx: &mut Tx<'_>, event: &Event, wakes: impl Fn(&Run) -> bool, message: &str) -> Result<()> {
    let Some(case) = event.case_id else { return Ok(()) };
    for run in unfinished(tx, "r.case_id = $1", Param::Id(case.uuid()))? {
        if run.state != RunState::Waiting || event.seq <= run.waiting_seq || !wakes(&run) {
            continue;
        }
        let paused = run.waiting_for == Some(WaitingFor::Pause);
        if !paused {
            // The answer is there; whoever looks at the case should not think that it still waits for one.
            machine::stop_waiting(tx, case, |waiting_on| waiting_on.kind != WaitingKind::Approval)?;
        }
        // A pause is none of the model's business.
        machine::wake(tx, &run, (!paused).then(|| message.to_owned()))?;
    }
    Ok(())
}

fn is_person(tx: &mut Tx<'_>, actor: ActorId) -> Result<bool> {
    Ok(actors::find(tx, actor)?.is_some_and(|profile| profile.actor_type == ActorType::Human))
}
