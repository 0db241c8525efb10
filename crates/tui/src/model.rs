//! What the screens show: the objects of the API with their texts cleaned.

use std::collections::HashMap;

use client::{
    Timestamp, Uuid,
    public::{self, Link, cases::CaseStatus, threads::Payload},
    v1,
};

use crate::text::{Charset, Clean};

/// Something with an id, in a list.
pub trait Keyed {
    /// The id.
    fn key(&self) -> Uuid;
}

macro_rules! keyed {
    ($($name:ty),+) => { $(impl Keyed for $name {
        fn key(&self) -> Uuid {
            self.id
        }
    })+ };
}

keyed!(Space, CaseRow, Note, File, Message, Stage, Instruction, Proposal);

/// A space.
#[derive(Debug, Clone)]
pub struct Space {
    pub id: Uuid,
    pub name: Clean,
    pub description: Option<Clean>,
    pub is_system: bool,
    pub is_public: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A case in a list.
#[derive(Debug, Clone)]
pub struct CaseRow {
    pub id: Uuid,
    pub title: Clean,
    pub status: CaseStatus,
    pub assignee: Option<Uuid>,
}

/// A case.
#[derive(Debug, Clone)]
pub struct Case {
    pub id: Uuid,
    pub title: Clean,
    pub status: CaseStatus,
    pub tags: Vec<Clean>,
    pub external_id: Option<Clean>,
    pub summary: Option<Clean>,
    pub description: Option<Clean>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub assignee: Option<Uuid>,
    pub thread: Uuid,
}

/// A note.
#[derive(Debug, Clone)]
pub struct Note {
    pub id: Uuid,
    pub title: Clean,
    pub body: Option<Clean>,
    pub tags: Vec<Clean>,
    pub updated_at: Timestamp,
}

/// A file.
#[derive(Debug, Clone)]
pub struct File {
    pub id: Uuid,
    pub name: Clean,
    pub mime_type: Clean,
    pub size: u64,
    pub tags: Vec<Clean>,
    pub updated_at: Timestamp,
}

/// Something said in a thread.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: Uuid,
    pub author: Uuid,
    pub at: Timestamp,
    pub text: Clean,
    /// How many files came along.
    pub files: usize,
}

/// How far a case is and whether it moves, which the public API does not tell.
#[derive(Debug, Clone)]
pub struct Work {
    pub phase: v1::cases::Phase,
    pub motion: v1::Motion,
    pub waiting: Option<Waiting>,
    pub priority: Option<Clean>,
}

/// What is waited for.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub kind: Clean,
    pub reason: Option<Clean>,
}

/// A stage.
#[derive(Debug, Clone)]
pub struct Stage {
    pub id: Uuid,
    pub name: Clean,
    pub phase: v1::stages::StagePhase,
    pub motion: v1::Motion,
    pub assignee: Option<Uuid>,
}

/// An instruction.
#[derive(Debug, Clone)]
pub struct Instruction {
    pub id: Uuid,
    pub kind: v1::instructions::InstructionType,
    pub text: Clean,
    pub satisfied: bool,
    pub satisfied_by: Option<Uuid>,
}

/// An action that waits for a person.
#[derive(Debug, Clone)]
pub struct Proposal {
    pub id: Uuid,
    pub action: Clean,
    pub agent: Uuid,
    /// What the action is done with, as JSON on several lines.
    pub input: Clean,
    pub created_at: Timestamp,
}

impl Charset {
    fn lines(self, texts: &[String]) -> Vec<Clean> {
        texts.iter().map(|text| self.line(text)).collect()
    }

    fn optional(self, text: Option<&String>) -> Option<Clean> {
        text.map(|text| self.block(text)).filter(|text| !text.trim().is_empty())
    }

    pub fn space(self, space: &public::spaces::Space) -> Space {
        Space {
            id: space.id,
            name: self.line(&space.name),
            description: self.optional(space.description.as_ref()),
            is_system: space.is_system,
            is_public: space.is_public,
            created_at: space.created_at,
            updated_at: space.updated_at,
        }
    }

    pub fn case_row(self, case: &public::cases::CaseItem) -> CaseRow {
        CaseRow {
            id: case.id,
            title: self.line(&case.title),
            status: self.named(case.status.as_str()),
            assignee: id(case.assignee.as_ref()),
        }
    }

    pub fn case(self, case: &public::cases::Case) -> Case {
        Case {
            id: case.id,
            title: self.line(&case.title),
            status: self.named(case.status.as_str()),
            tags: self.lines(&case.tags),
            external_id: case.external_id.as_ref().map(|text| self.line(text)),
            summary: self.optional(case.summary.as_ref()),
            description: self.optional(case.description.as_ref()),
            created_at: case.created_at,
            updated_at: case.updated_at,
            due_at: case.due_at,
            completed_at: case.completed_at,
            assignee: id(case.assignee.as_ref()),
            thread: case.thread.id,
        }
    }

    /// A name of the API, which may be one that this version does not know.
    fn named<T: for<'a> From<&'a str>>(self, name: &str) -> T {
        T::from(&self.line(name))
    }

    pub fn note(self, note: &public::notes::Note) -> Note {
        Note {
            id: note.id,
            title: self.line(&note.title),
            body: self.optional(note.body.as_ref()),
            tags: self.lines(&note.tags),
            updated_at: note.updated_at,
        }
    }

    pub fn file(self, file: &public::files::File) -> File {
        File {
            id: file.id,
            name: self.line(&file.name),
            mime_type: self.line(&file.mime_type),
            size: file.size,
            tags: self.lines(&file.tags),
            updated_at: file.updated_at,
        }
    }

    /// What an event says; none when it says nothing.
    pub fn message(self, event: &public::threads::ThreadEvent) -> Option<Message> {
        let mut said = Vec::new();
        let mut files = 0;
        for payload in &event.payloads {
            match payload {
                Payload::Message { text } if !text.trim().is_empty() => said.push(text.as_str()),
                Payload::File { .. } => files += 1,
                _ => {}
            }
        }
        let text = self.block(&said.join("\n\n"));
        (!said.is_empty()).then_some(Message {
            id: event.id,
            author: event.author.id,
            at: event.created_at,
            text,
            files,
        })
    }

    pub fn work(self, case: &v1::cases::Case) -> Work {
        let waiting = case.waiting_on.as_ref().map(|waiting| Waiting {
            kind: self.line(waiting.kind.as_str()),
            reason: waiting.reason.as_ref().map(|reason| self.line(reason)),
        });
        let priority = case.priority.as_ref().map(|priority| self.line(priority.as_str()));
        Work { phase: self.named(case.phase.as_str()), motion: self.named(case.motion.as_str()), waiting, priority }
    }

    pub fn stage(self, stage: &v1::stages::Stage) -> Stage {
        Stage {
            id: stage.id,
            name: self.line(&stage.name),
            phase: self.named(stage.phase.as_str()),
            motion: self.named(stage.motion.as_str()),
            assignee: stage.assigned_actor_id,
        }
    }

    pub fn instruction(self, instruction: &v1::instructions::Instruction) -> Instruction {
        Instruction {
            id: instruction.id,
            kind: self.named(instruction.r#type.as_str()),
            text: self.line(&instruction.text),
            satisfied: instruction.satisfied,
            satisfied_by: instruction.satisfied_by,
        }
    }

    pub fn proposal(self, proposal: &v1::proposals::Proposal) -> Proposal {
        Proposal {
            id: proposal.id,
            action: self.line(&proposal.action),
            agent: proposal.actor_id,
            input: self.block(&serde_json::to_string_pretty(&proposal.input).unwrap_or_default()),
            created_at: proposal.created_at,
        }
    }
}

fn id(link: Option<&Link>) -> Option<Uuid> {
    link.map(|link| link.id)
}

/// The names of people and agents.
#[derive(Debug, Default)]
pub struct People {
    names: HashMap<Uuid, Clean>,
    /// Grows with every change.
    pub version: u64,
}

impl People {
    /// Adds names.
    pub fn learn(&mut self, names: impl IntoIterator<Item = (Uuid, Clean)>) {
        self.names.extend(names);
        self.version += 1;
    }

    /// All names.
    pub fn all(&self) -> impl Iterator<Item = (Uuid, &Clean)> {
        self.names.iter().map(|(id, name)| (*id, name))
    }

    /// The name, or the end of the id while it is not known.
    pub fn name(&self, id: Uuid) -> String {
        self.names.get(&id).map_or_else(|| short(id), ToString::to_string)
    }
}

/// Enough of an id to tell it from others: its end, since its beginning is a time.
fn short(id: Uuid) -> String {
    let text = id.simple().to_string();
    text[text.len() - 8..].to_owned()
}
