//! The inbox (ours): what waits for the caller.

use agents::inbox::{self, ChangeEntry, MentionEntry, ProposalEntry, QuestionEntry, StageEntry};
use api::{Body, Ctx, Failure};
use axum::Json;
use identity::actors::ActorType;
use kernel::{
    Timestamp,
    ids::{ActivityId, ActorId, CaseId, InstructionId, ProposalId, RunId, SpaceId, StageId, ThreadId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;
use utoipa::ToSchema;
use work::{
    cards,
    instructions::InstructionType,
    motion::{Motion, Phase, Priority},
};

use super::envelope::{Envelope, One};

/// Somebody, by name.
#[derive(Serialize, ToSchema)]
pub struct Person {
    id: ActorId,
    name: String,
    #[serde(rename = "type")]
    actor_type: ActorType,
}

impl From<cards::Person> for Person {
    fn from(person: cards::Person) -> Self {
        Self { id: person.id, name: person.name, actor_type: person.actor_type }
    }
}

/// A case, in short.
#[derive(Serialize, ToSchema)]
pub struct CaseBrief {
    id: CaseId,
    title: String,
    space_id: SpaceId,
    phase: Phase,
    motion: Motion,
    priority: Option<Priority>,
    due_at: Option<Timestamp>,
}

impl From<inbox::InboxCase> for CaseBrief {
    fn from(case: inbox::InboxCase) -> Self {
        Self {
            id: case.id,
            title: case.title,
            space_id: case.space_id,
            phase: case.phase,
            motion: case.motion,
            priority: case.priority,
            due_at: case.due_at,
        }
    }
}

/// A space, in short.
#[derive(Serialize, ToSchema)]
pub struct SpaceBrief {
    id: SpaceId,
    name: String,
}

impl From<inbox::InboxSpace> for SpaceBrief {
    fn from(space: inbox::InboxSpace) -> Self {
        Self { id: space.id, name: space.name }
    }
}

/// A stage, in short.
#[derive(Serialize, ToSchema)]
pub struct StageBrief {
    id: StageId,
    name: String,
    motion: Motion,
    position: i64,
}

/// An instruction, in short.
#[derive(Serialize, ToSchema)]
pub struct InstructionBrief {
    id: InstructionId,
    #[serde(rename = "type")]
    instruction_type: InstructionType,
    text: String,
    satisfied: bool,
}

/// An active stage that is the caller's to work.
#[derive(Serialize, ToSchema)]
pub struct InboxStage {
    stage: StageBrief,
    case: CaseBrief,
    space: SpaceBrief,
    instructions: Vec<InstructionBrief>,
    /// Since when it is active.
    since: Timestamp,
}

impl From<StageEntry> for InboxStage {
    fn from(entry: StageEntry) -> Self {
        let lines = entry.instructions.into_iter().map(|line| InstructionBrief {
            id: line.id,
            instruction_type: line.instruction_type,
            text: line.text,
            satisfied: line.satisfied,
        });
        Self {
            stage: StageBrief { id: entry.id, name: entry.name, motion: entry.motion, position: entry.position },
            case: entry.case.into(),
            space: entry.space.into(),
            instructions: lines.collect(),
            since: entry.since,
        }
    }
}

/// A proposal that the caller may decide.
#[derive(Serialize, ToSchema)]
pub struct InboxProposal {
    id: ProposalId,
    /// The action or tool.
    action: String,
    /// What the agent wants to do.
    #[schema(value_type = Object)]
    input: JsonValue,
    actor: Option<Person>,
    case: CaseBrief,
    space: SpaceBrief,
    created_at: Timestamp,
}

impl From<ProposalEntry> for InboxProposal {
    fn from(entry: ProposalEntry) -> Self {
        Self {
            id: entry.id,
            action: entry.action,
            input: entry.input,
            actor: entry.actor.map(Person::from),
            case: entry.case.into(),
            space: entry.space.into(),
            created_at: entry.created_at,
        }
    }
}

/// A run that waits for a person's answer.
#[derive(Serialize, ToSchema)]
pub struct InboxQuestion {
    run_id: RunId,
    actor: Option<Person>,
    case: CaseBrief,
    space: SpaceBrief,
    /// What the agent said last in the case's thread.
    question: Option<String>,
    asked_at: Timestamp,
}

impl From<QuestionEntry> for InboxQuestion {
    fn from(entry: QuestionEntry) -> Self {
        Self {
            run_id: entry.run_id,
            actor: entry.actor.map(Person::from),
            case: entry.case.into(),
            space: entry.space.into(),
            question: entry.question,
            asked_at: entry.asked_at,
        }
    }
}

/// A comment that names the caller.
#[derive(Serialize, ToSchema)]
pub struct InboxMention {
    activity_id: ActivityId,
    thread_id: ThreadId,
    case: Option<CaseBrief>,
    space: SpaceBrief,
    /// Who wrote it.
    actor: Option<Person>,
    content: String,
    created_at: Timestamp,
    /// Whether the caller has looked at the inbox since.
    read: bool,
}

impl From<MentionEntry> for InboxMention {
    fn from(entry: MentionEntry) -> Self {
        Self {
            activity_id: entry.activity_id,
            thread_id: entry.thread_id,
            case: entry.case.map(CaseBrief::from),
            space: entry.space.into(),
            actor: entry.actor.map(Person::from),
            content: entry.content,
            created_at: entry.created_at,
            read: entry.read,
        }
    }
}

/// What others have done to a case that is the caller's.
#[derive(Serialize, ToSchema)]
pub struct InboxChange {
    case: CaseBrief,
    space: SpaceBrief,
    /// How many events.
    events: i64,
    /// What happened, each verb once, the newest first.
    verbs: Vec<String>,
    /// Who did it, the last first.
    actors: Vec<Person>,
    last_at: Timestamp,
}

impl From<ChangeEntry> for InboxChange {
    fn from(entry: ChangeEntry) -> Self {
        Self {
            case: entry.case.into(),
            space: entry.space.into(),
            events: entry.events,
            verbs: entry.verbs,
            actors: entry.actors.into_iter().map(Person::from).collect(),
            last_at: entry.last_at,
        }
    }
}

/// How much there is of each, counted up to 1,000.
#[derive(Serialize, ToSchema)]
pub struct InboxCounts {
    stages: i64,
    proposals: i64,
    questions: i64,
    /// Those that have not been read.
    mentions: i64,
    /// Cases, at most 50.
    changes: i64,
}

/// What waits for the caller; the newest 50 of each.
#[derive(Serialize, ToSchema)]
pub struct Inbox {
    /// Up to which event the caller has seen what happened.
    seen_seq: i64,
    /// The newest event.
    last_seq: i64,
    counts: InboxCounts,
    /// Active stages: the caller's, and unassigned ones of the caller's cases.
    stages: Vec<InboxStage>,
    /// Pending proposals in spaces where the caller may decide.
    proposals: Vec<InboxProposal>,
    /// Agents that wait for an answer.
    questions: Vec<InboxQuestion>,
    mentions: Vec<InboxMention>,
    /// What others have done since to cases that the caller has, has opened, or has a stage of.
    changes: Vec<InboxChange>,
}

fn all<T, U: From<T>>(entries: Vec<T>) -> Vec<U> {
    entries.into_iter().map(U::from).collect()
}

impl From<inbox::Inbox> for Inbox {
    fn from(inbox: inbox::Inbox) -> Self {
        Self {
            seen_seq: inbox.seen_seq,
            last_seq: inbox.last_seq,
            counts: InboxCounts {
                stages: inbox.counts.stages,
                proposals: inbox.counts.proposals,
                questions: inbox.counts.questions,
                mentions: inbox.counts.mentions,
                changes: inbox.counts.changes,
            },
            stages: all(inbox.stages),
            proposals: all(inbox.proposals),
            questions: all(inbox.questions),
            mentions: all(inbox.mentions),
            changes: all(inbox.changes),
        }
    }
}

/// Up to which event the caller has seen what happened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSeen {
    seq: i64,
}

/// Up to which event the caller has seen what happened, as it is now.
#[derive(Serialize, ToSchema)]
pub struct Seen {
    seen_seq: i64,
}

/// What waits for the caller: stages, proposals, questions, mentions, and what others have done since.
#[utoipa::path(get, path = "/v1/inbox", tag = "Inbox", responses((status = 200, body = One<Inbox>)))]
pub async fn get_inbox(ctx: Ctx) -> Result<Json<One<Inbox>>, Failure> {
    Ok(ctx.one(ctx.read(inbox::get).await?.into()))
}

/// Notes up to which event the caller has seen what happened; it never goes back.
#[utoipa::path(post, path = "/v1/inbox/seen", tag = "Inbox", request_body = SetSeen, responses((status = 200, body = One<Seen>)))]
pub async fn set_inbox_seen(ctx: Ctx, Body(body): Body<SetSeen>) -> Result<Json<One<Seen>>, Failure> {
    let seen_seq = ctx.write(move |tx| inbox::set_seen(tx, body.seq)).await?;
    Ok(ctx.one(Seen { seen_seq }))
}
