//! The inbox: what waits for somebody, and what has changed since they last looked.
//!
//! It reads stages, proposals, runs, mentions and the log, so it is here, above all of them. Everything is limited, and read
//! with a number of statements that does not grow.

mod changes;
mod sections;

use std::collections::HashMap;

use kernel::{
    Error, Result, Timestamp,
    ids::{ActivityId, ActorId, CaseId, InstructionId, ProposalId, RunId, SpaceId, StageId, ThreadId},
};
use serde_json::Value as Json;
use store::{Param, ToParam, Tx, events, params};
use work::{
    cards::{self, Person},
    instructions::InstructionType,
    motion::{Motion, Phase, Priority},
};

/// The most entries of a section.
pub const SHOWN: i64 = 50;
/// How far the entries of a section are counted.
pub const COUNTED: i64 = 1_000;

/// A case, as far as the inbox shows it.
#[derive(Clone, Debug)]
pub struct InboxCase {
    /// Its id.
    pub id: CaseId,
    /// What it is about.
    pub title: String,
    /// Its space.
    pub space_id: SpaceId,
    /// Where it stands.
    pub phase: Phase,
    /// How it moves.
    pub motion: Motion,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// When it should be done.
    pub due_at: Option<Timestamp>,
}

/// A space, as far as the inbox shows it.
#[derive(Clone, Debug)]
pub struct InboxSpace {
    /// Its id.
    pub id: SpaceId,
    /// Its name.
    pub name: String,
}

/// An instruction of a stage.
#[derive(Clone, Debug)]
pub struct InboxInstruction {
    /// Its id.
    pub id: InstructionId,
    /// How it is satisfied.
    pub instruction_type: InstructionType,
    /// What is to be done.
    pub text: String,
    /// Whether it is.
    pub satisfied: bool,
}

/// An active stage that is the actor's to work.
#[derive(Clone, Debug)]
pub struct StageEntry {
    /// The stage.
    pub id: StageId,
    /// Its name.
    pub name: String,
    /// How it moves.
    pub motion: Motion,
    /// Its place among the stages of its case.
    pub position: i64,
    /// Its case.
    pub case: InboxCase,
    /// Its space.
    pub space: InboxSpace,
    /// What is to be done in it.
    pub instructions: Vec<InboxInstruction>,
    /// Since when it is active.
    pub since: Timestamp,
}

/// A proposal that the actor may decide.
#[derive(Clone, Debug)]
pub struct ProposalEntry {
    /// The proposal.
    pub id: ProposalId,
    /// The action or tool.
    pub action: String,
    /// What the agent wants to do.
    pub input: Json,
    /// The agent.
    pub actor: Option<Person>,
    /// Its case.
    pub case: InboxCase,
    /// Its space.
    pub space: InboxSpace,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A run that waits for a person's answer.
#[derive(Clone, Debug)]
pub struct QuestionEntry {
    /// The run.
    pub run_id: RunId,
    /// The agent.
    pub actor: Option<Person>,
    /// Its case.
    pub case: InboxCase,
    /// Its space.
    pub space: InboxSpace,
    /// What the agent said last in the case's thread.
    pub question: Option<String>,
    /// When the run began to wait.
    pub asked_at: Timestamp,
}

/// A comment that names the actor.
#[derive(Clone, Debug)]
pub struct MentionEntry {
    /// The comment.
    pub activity_id: ActivityId,
    /// Its thread.
    pub thread_id: ThreadId,
    /// The thread's case.
    pub case: Option<InboxCase>,
    /// Its space.
    pub space: InboxSpace,
    /// Who wrote it.
    pub actor: Option<Person>,
    /// What it says.
    pub content: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// Whether the actor has looked at the inbox since.
    pub read: bool,
}

/// What others have done to a case that is the actor's.
#[derive(Clone, Debug)]
pub struct ChangeEntry {
    /// The case.
    pub case: InboxCase,
    /// Its space.
    pub space: InboxSpace,
    /// How many events.
    pub events: i64,
    /// What happened, each verb once, the newest first.
    pub verbs: Vec<String>,
    /// Who did it, the last first; without Heddle itself.
    pub actors: Vec<Person>,
    /// When the last of it happened.
    pub last_at: Timestamp,
}

/// How many entries each section has, counted up to [`COUNTED`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Stages to work.
    pub stages: i64,
    /// Proposals to decide.
    pub proposals: i64,
    /// Questions to answer.
    pub questions: i64,
    /// Mentions that have not been read.
    pub mentions: i64,
    /// Cases that others have changed, at most [`SHOWN`].
    pub changes: i64,
}

/// What waits for an actor.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// Up to which event the actor has seen what happened.
    pub seen_seq: i64,
    /// The newest event.
    pub last_seq: i64,
    /// How much there is.
    pub counts: Counts,
    /// Active stages: the actor's, and unassigned ones of cases that are the actor's.
    pub stages: Vec<StageEntry>,
    /// Pending proposals in spaces where the actor may decide.
    pub proposals: Vec<ProposalEntry>,
    /// Questions of agents.
    pub questions: Vec<QuestionEntry>,
    /// Comments that name the actor.
    pub mentions: Vec<MentionEntry>,
    /// What others have done since.
    pub changes: Vec<ChangeEntry>,
}

/// The inbox of the actor.
///
/// # Errors
/// The engine's.
pub fn get(tx: &mut Tx<'_>) -> Result<Inbox> {
    let seen_seq = seen(tx)?;
    let last_seq = events::last_seq(tx)?;
    let (stages, stage_count) = sections::stages(tx)?;
    let (proposals, proposal_count) = sections::proposals(tx)?;
    let (questions, question_count) = sections::questions(tx)?;
    let mentions = sections::mentions(tx, seen_seq)?;
    let changes = changes::since(tx, seen_seq, last_seq)?;
    let counts = Counts {
        stages: stage_count,
        proposals: proposal_count,
        questions: question_count,
        mentions: talk::mentions::count_after(tx, seen_seq, COUNTED)?,
        changes: changes.len() as i64,
    };
    Ok(Inbox { seen_seq, last_seq, counts, stages, proposals, questions, mentions, changes })
}

/// Notes up to which event the actor has seen what happened, and answers it. It never goes back.
///
/// # Errors
/// `Invalid` for a number that no event has yet.
pub fn set_seen(tx: &mut Tx<'_>, seq: i64) -> Result<i64> {
    if seq < 0 || seq > events::last_seq(tx)? {
        return Err(Error::invalid("seq", "seq must be the number of an event that has happened"));
    }
    let actor = tx.actor().id;
    tx.query_one(
        "INSERT INTO seen (actor_id, seq, at) VALUES ($1, $2, $3) ON CONFLICT (actor_id) DO UPDATE SET \
         seq = CASE WHEN excluded.seq > seen.seq THEN excluded.seq ELSE seen.seq END, at = excluded.at RETURNING seq",
        params![actor, seq, tx.now()],
        |row| row.get(0),
    )
}

fn seen(tx: &mut Tx<'_>) -> Result<i64> {
    let actor = tx.actor().id;
    let seq = tx.query_opt("SELECT seq FROM seen WHERE actor_id = $1", params![actor], |row| row.get(0))?;
    Ok(seq.unwrap_or(0))
}

/// The columns of a case `c` and its space `sp`, from which [`place`] reads.
const PLACE: &str = "c.id, c.title, c.space_id, c.phase, c.motion, c.priority, c.due_at, sp.name";
/// How many they are.
const PLACE_COUNT: usize = 8;

fn place(row: &store::Row<'_>) -> Result<(InboxCase, InboxSpace)> {
    let case = InboxCase {
        id: row.get(0)?,
        title: row.get(1)?,
        space_id: row.get(2)?,
        phase: row.get(3)?,
        motion: row.get(4)?,
        priority: row.get(5)?,
        due_at: row.get(6)?,
    };
    let space = InboxSpace { id: case.space_id, name: row.get(7)? };
    Ok((case, space))
}

/// The cases with these ids, with their spaces.
fn places(tx: &mut Tx<'_>, ids: &[CaseId]) -> Result<HashMap<CaseId, (InboxCase, InboxSpace)>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let values: Vec<Param<'_>> = ids.iter().map(ToParam::to_param).collect();
    let marks = cards::marks(values.len());
    let sql = format!("SELECT {PLACE} FROM cases c JOIN spaces sp ON sp.id = c.space_id WHERE c.id IN ({marks})");
    Ok(tx.query(&sql, &values, place)?.into_iter().map(|found| (found.0.id, found)).collect())
}

/// Puts the actors, who were read as ids, into entries.
fn with_people<T>(tx: &mut Tx<'_>, entries: Vec<(ActorId, T)>, put: impl Fn(&mut T, Option<Person>)) -> Result<Vec<T>> {
    let people = cards::people(tx, entries.iter().map(|(actor, _)| *actor))?;
    let filled = entries.into_iter().map(|(actor, mut entry)| {
        put(&mut entry, people.get(&actor).cloned());
        entry
    });
    Ok(filled.collect())
}
