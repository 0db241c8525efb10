//! Plays a story: the same calls that its people and the agent would have made, at the times they would have made them.

use std::time::Duration;

use kernel::{Actor, Error, PageRequest, Result, Timestamp, ids::CaseId};
use serde_json::{Map, json};
use store::Tx;
use talk::activities::{self, ActivityType, Visibility};
use work::{
    case_labels,
    cases::{self, Case, CasePatch, NewCase},
    instructions::{self, InstructionType, NewInstruction},
    lifecycle,
    motion::{Motion, NewMotion, Priority, WaitingKind, WaitingOn},
    stages::{self, Stage},
    subcases::{self, NewSubcase},
};

use super::{
    cast::{Cast, Who},
    hours_before,
    stories::{Hold, Story, Until},
};

/// Who does each stage, and how many minutes it takes.
const STAGES: [(Who, u64); 5] =
    [(Who::Maria, 190), (Who::Agent, 4), (Who::Jonas, 1_460), (Who::Priya, 610), (Who::Maria, 240)];
/// The place of the assessment, from which subcases are opened.
const ASSESSMENT: usize = 2;
/// The place of the approval, which a declined claim does not need.
const APPROVAL: usize = 3;

/// The time of a story, which never passes today.
struct Clock {
    at: Timestamp,
    today: Timestamp,
    /// How slow this case is, in percent of the usual.
    pace: u64,
}

impl Clock {
    fn pass(&mut self, tx: &mut Tx<'_>, minutes: u64) {
        self.at = self.at.plus(Duration::from_secs(minutes * self.pace * 60 / 100)).min(self.today);
        tx.set_now(self.at);
    }
}

/// Plays a story from the opening of its case to where it stands today.
pub(super) fn play(tx: &mut Tx<'_>, cast: &Cast, story: &Story, today: Timestamp) -> Result<()> {
    let pace = 70 + story.claim.bytes().map(u64::from).sum::<u64>() * 37 % 90;
    let mut clock = Clock { at: hours_before(today, story.opened), today, pace };
    clock.pass(tx, 0);
    let maria = cast.actor(Who::Maria);
    let case = tx.acting_as(maria, |tx| open(tx, cast, story))?;
    let reached = match story.until {
        Until::Intake => 0,
        Until::Stage(stage) => stage,
        Until::Resolved | Until::Closed | Until::Reopened => STAGES.len(),
    };
    if story.until != Until::Intake {
        clock.pass(tx, 45);
        tx.acting_as(maria, |tx| lifecycle::commence(tx, case.id))?;
    }
    let mut subcase = None;
    for place in 0..reached {
        if place == ASSESSMENT {
            subcase = open_subcase(tx, cast, story, &case, &mut clock)?;
        }
        note(tx, cast, story, &case, place, &mut clock)?;
        finish_stage(tx, cast, story, &case, place, &mut clock)?;
    }
    if reached == ASSESSMENT && story.until != Until::Intake {
        subcase = open_subcase(tx, cast, story, &case, &mut clock)?;
    }
    note(tx, cast, story, &case, reached, &mut clock)?;
    finish(tx, cast, story, &case, &mut clock)?;
    if let Some(hold) = &story.hold {
        clock.pass(tx, 30);
        tx.acting_as(cast.actor(Who::Jonas), |tx| lifecycle::set_motion(tx, case.id, &motion(hold, subcase)))?;
    }
    Ok(())
}

fn open(tx: &mut Tx<'_>, cast: &Cast, story: &Story) -> Result<Case> {
    let attributes = Map::from_iter([
        ("policy".to_owned(), json!(story.policy)),
        ("customer".to_owned(), json!(story.customer)),
        ("amount".to_owned(), json!(story.amount)),
        ("currency".to_owned(), json!("EUR")),
    ]);
    let new = NewCase {
        description: Some(story.text.to_owned()),
        assigned_actor_id: story.handler.map(|who| cast.actor(who).id),
        procedure_id: Some(cast.procedure),
        external_id: Some(story.claim.to_owned()),
        attributes,
        ..NewCase::titled(cast.space, story.title)
    };
    let case = cases::create(tx, &new)?;
    for label in story.labels {
        if let Some(label) = cast.label(label) {
            case_labels::apply(tx, case.id, label)?;
        }
    }
    Ok(case)
}

/// What the story's people say while the stage at `place` is worked.
fn note(tx: &mut Tx<'_>, cast: &Cast, story: &Story, case: &Case, place: usize, clock: &mut Clock) -> Result<()> {
    for (_, who, text) in story.notes.iter().filter(|(stage, ..)| *stage == place) {
        clock.pass(tx, 25);
        comment(tx, cast.actor(*who), case, text)?;
    }
    Ok(())
}

fn comment(tx: &mut Tx<'_>, by: Actor, case: &Case, text: &str) -> Result<()> {
    tx.acting_as(by, |tx| activities::post(tx, case.thread_id, ActivityType::Comment, text, Visibility::Public))
        .map(drop)
}

fn active(tx: &mut Tx<'_>, case: CaseId) -> Result<Stage> {
    stages::active(tx, case)?.ok_or_else(|| Error::internal("a story goes on without an active stage"))
}

fn finish_stage(
    tx: &mut Tx<'_>,
    cast: &Cast,
    story: &Story,
    case: &Case,
    place: usize,
    clock: &mut Clock,
) -> Result<()> {
    let (who, minutes) = STAGES[place];
    let by = cast.actor(who);
    let stage = active(tx, case.id)?;
    if place == APPROVAL && story.declined {
        return tx.acting_as(by, |tx| stages::skip(tx, stage.id)).map(drop);
    }
    if who == Who::Agent {
        clock.pass(tx, 1);
        triage(tx, by, story, case)?;
    }
    let lines = tx.acting_as(by, |tx| instructions::list(tx, stage.id, PageRequest::new(None, None)?))?.items;
    let todos: Vec<_> = lines.into_iter().filter(|line| line.instruction_type == InstructionType::Todo).collect();
    for todo in &todos {
        clock.pass(tx, minutes / todos.len() as u64);
        tx.acting_as(by, |tx| instructions::complete(tx, todo.id))?;
    }
    Ok(())
}

/// What the rules agent does with a claim.
fn triage(tx: &mut Tx<'_>, agent: Actor, story: &Story, case: &Case) -> Result<()> {
    let why = match story.priority {
        Priority::Critical => "people are affected or the damage grows by the hour",
        Priority::High => "the amount is above 5,000 EUR or the customer cannot go on without help",
        Priority::Medium => "the amount is between 1,000 and 5,000 EUR",
        Priority::Low => "the amount is below 1,000 EUR and nobody is waiting",
    };
    let patch = CasePatch { priority: Some(Some(story.priority)), ..CasePatch::default() };
    tx.acting_as(agent, |tx| cases::update(tx, case.id, &patch))?;
    comment(tx, agent, case, &format!("Priority {}: {why}.", story.priority))
}

/// Opens the story's subcase from the active stage, if it has one, and works it as far as it came.
fn open_subcase(tx: &mut Tx<'_>, cast: &Cast, story: &Story, case: &Case, clock: &mut Clock) -> Result<Option<CaseId>> {
    let Some(wanted) = &story.subcase else { return Ok(None) };
    let stage = active(tx, case.id)?.id;
    let jonas = cast.actor(Who::Jonas);
    clock.pass(tx, 20);
    let subcase = tx.acting_as(jonas, |tx| {
        let line = NewInstruction {
            instruction_type: InstructionType::Subcase,
            text: format!("Wait for: {}", wanted.title),
            condition: None,
        };
        let line = instructions::add(tx, stage, &line)?;
        let new = NewSubcase {
            title: wanted.title.to_owned(),
            description: Some(wanted.text.to_owned()),
            priority: Some(story.priority),
            assigned_actor_id: Some(cast.actor(wanted.who).id),
            procedure_id: None,
            instruction_id: Some(line.id),
        };
        subcases::spawn(tx, stage, &new)
    })?;
    let by = cast.actor(wanted.who);
    clock.pass(tx, 60);
    tx.acting_as(by, |tx| lifecycle::commence(tx, subcase.id))?;
    if let Some(summary) = wanted.summary {
        clock.pass(tx, 600);
        tx.acting_as(by, |tx| lifecycle::resolve(tx, subcase.id, Some(summary)))?;
    }
    Ok(Some(subcase.id))
}

/// Takes the case through its last phases, as far as it came.
fn finish(tx: &mut Tx<'_>, cast: &Cast, story: &Story, case: &Case, clock: &mut Clock) -> Result<()> {
    if !matches!(story.until, Until::Resolved | Until::Closed | Until::Reopened) {
        return Ok(());
    }
    clock.pass(tx, 30);
    tx.acting_as(cast.actor(Who::Maria), |tx| lifecycle::resolve(tx, case.id, Some(story.summary)))?;
    match story.until {
        Until::Closed => {
            clock.pass(tx, 60 * 24 * 3);
            tx.acting_as(cast.actor(Who::Priya), |tx| lifecycle::close(tx, case.id))?;
        }
        Until::Reopened => {
            clock.pass(tx, 60 * 30);
            let reason = "The customer sent a second invoice that belongs to the same damage.";
            tx.acting_as(cast.actor(Who::Jonas), |tx| lifecycle::reopen(tx, case.id, reason))?;
        }
        _ => {}
    }
    Ok(())
}

fn motion(hold: &Hold, subcase: Option<CaseId>) -> NewMotion {
    let waiting = |kind: WaitingKind, reason: &str| NewMotion {
        motion: Motion::Waiting,
        waiting_on: Some(WaitingOn {
            kind,
            id: subcase.filter(|_| kind == WaitingKind::Subcase).map(CaseId::uuid),
            reason: Some(reason.to_owned()),
        }),
    };
    match *hold {
        Hold::Waiting(kind, reason) => waiting(kind, reason),
        Hold::Blocked => NewMotion { motion: Motion::Blocked, waiting_on: None },
        Hold::Paused => NewMotion { motion: Motion::Paused, waiting_on: None },
    }
}
