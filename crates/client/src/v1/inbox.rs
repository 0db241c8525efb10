//! What waits for the caller.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Motion, One, Priority,
    cases::{Person, Phase},
    get as read,
    instructions::InstructionType,
    post,
};
use crate::{Call, IntoBody};

/// A case, in short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CaseBrief {
    /// Its id.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// The space it lies in.
    pub space_id: Uuid,
    /// How far it is.
    pub phase: Phase,
    /// Whether it moves.
    pub motion: Motion,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
}

/// A space, in short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SpaceBrief {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// A stage, in short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StageBrief {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Whether it moves.
    pub motion: Motion,
    /// Its place in the case.
    pub position: i64,
}

/// An instruction, in short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InstructionBrief {
    /// Its id.
    pub id: Uuid,
    /// How it is satisfied.
    pub r#type: InstructionType,
    /// What is to be done.
    pub text: String,
    /// Whether it is.
    pub satisfied: bool,
}

/// A stage to work.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InboxStage {
    /// The stage.
    pub stage: StageBrief,
    /// Its case.
    pub case: CaseBrief,
    /// Its space.
    pub space: SpaceBrief,
    /// What is to be done.
    pub instructions: Vec<InstructionBrief>,
    /// Since when it is active.
    pub since: Timestamp,
}

/// A proposal to decide.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InboxProposal {
    /// The proposal.
    pub id: Uuid,
    /// The action or tool.
    pub action: String,
    /// What the agent wants to do.
    pub input: Value,
    /// The agent.
    pub actor: Option<Person>,
    /// Its case.
    pub case: CaseBrief,
    /// Its space.
    pub space: SpaceBrief,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A question to answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InboxQuestion {
    /// The run that waits.
    pub run_id: Uuid,
    /// The agent.
    pub actor: Option<Person>,
    /// Its case.
    pub case: CaseBrief,
    /// Its space.
    pub space: SpaceBrief,
    /// What the agent said last.
    pub question: Option<String>,
    /// When it began to wait.
    pub asked_at: Timestamp,
}

/// A comment that names the caller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InboxMention {
    /// The comment.
    pub activity_id: Uuid,
    /// Its thread.
    pub thread_id: Uuid,
    /// The thread's case.
    pub case: Option<CaseBrief>,
    /// Its space.
    pub space: SpaceBrief,
    /// Who wrote it.
    pub actor: Option<Person>,
    /// What it says.
    pub content: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// Whether the caller has looked at the inbox since.
    pub read: bool,
}

/// What others have done to a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InboxChange {
    /// The case.
    pub case: CaseBrief,
    /// Its space.
    pub space: SpaceBrief,
    /// How many events.
    pub events: i64,
    /// What happened.
    pub verbs: Vec<String>,
    /// Who did it.
    pub actors: Vec<Person>,
    /// When the last of it happened.
    pub last_at: Timestamp,
}

/// How much there is of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct InboxCounts {
    /// Stages to work.
    pub stages: i64,
    /// Proposals to decide.
    pub proposals: i64,
    /// Questions to answer.
    pub questions: i64,
    /// Mentions that have not been read.
    pub mentions: i64,
    /// Cases that others have changed.
    pub changes: i64,
}

/// What waits for the caller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Inbox {
    /// Up to which event the caller has seen what happened.
    pub seen_seq: i64,
    /// The newest event.
    pub last_seq: i64,
    /// How much there is.
    pub counts: InboxCounts,
    /// Stages to work.
    pub stages: Vec<InboxStage>,
    /// Proposals to decide.
    pub proposals: Vec<InboxProposal>,
    /// Questions to answer.
    pub questions: Vec<InboxQuestion>,
    /// Comments that name the caller.
    pub mentions: Vec<InboxMention>,
    /// What others have done.
    pub changes: Vec<InboxChange>,
}

/// Up to which event the caller has seen what happened.
#[derive(Debug, Clone, Serialize)]
pub struct SetSeen {
    /// The event's number.
    pub seq: i64,
}

/// The same, as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Seen {
    /// The event's number.
    pub seen_seq: i64,
}

/// What waits for the caller.
pub fn get() -> Call<One<Inbox>> {
    read("inbox")
}

/// Notes up to which event the caller has seen what happened.
pub fn set_seen(body: impl IntoBody<SetSeen>) -> Call<One<Seen>> {
    post("inbox").at("seen").json(body)
}
