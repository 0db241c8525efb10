//! What the app asks of a server, and what it is told.

use std::time::Duration;

use client::{
    Timestamp, Uuid,
    public::{self, Page, cases::CaseStatus},
    v1,
};

use crate::pager::Cursor;

/// How many items of a list come at once.
pub const PAGE: i64 = 30;
/// How many names come at once.
pub const NAMES: i64 = 100;
/// How many stages, instructions or proposals come at once.
pub const ROWS: i64 = 200;
/// The largest text file that is read here, in bytes.
pub const LARGEST_TEXT: u64 = 2 << 20;
/// The largest picture that is shown here, in bytes.
pub const LARGEST_PICTURE: u64 = 32 << 20;

/// Where cases lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Directly in a space.
    Space(Uuid),
    /// Directly below a case.
    Case(Uuid),
}

impl Place {
    /// The id of the space or case.
    pub fn id(self) -> Uuid {
        match self {
            Self::Space(id) | Self::Case(id) => id,
        }
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    Spaces(Cursor),
    Space(Uuid),
    Users(Cursor),
    Agents(Cursor),
    Cases {
        place: Place,
        status: Option<CaseStatus>,
        cursor: Cursor,
    },
    Case(Uuid),
    Notes {
        case: Uuid,
        cursor: Cursor,
    },
    Files {
        case: Uuid,
        cursor: Cursor,
    },
    Events {
        thread: Uuid,
        cursor: Cursor,
    },
    Note(Uuid),
    /// A fresh address for a file's bytes.
    Address(Uuid),
    /// A file's bytes as text.
    Text(Uuid),
    /// A file's bytes as a picture for a screen of that many pixels.
    Picture {
        file: Uuid,
        pixels: (u32, u32),
    },
    Work(Uuid),
    Stages {
        case: Uuid,
        cursor: Cursor,
    },
    Instructions {
        stage: Uuid,
        cursor: Cursor,
    },
    Proposals {
        case: Uuid,
        cursor: Cursor,
    },
    Comment {
        thread: Uuid,
        text: String,
    },
    Tick(Uuid),
    SetMotion {
        case: Uuid,
        motion: v1::Motion,
        waiting: Option<(v1::WaitingKind, Option<String>)>,
    },
    Commence(Uuid),
    Resolve {
        case: Uuid,
        summary: Option<String>,
    },
    Reopen {
        case: Uuid,
        reason: String,
    },
    Close(Uuid),
    Decide {
        proposal: Uuid,
        verdict: v1::proposals::Verdict,
        note: Option<String>,
    },
}

/// The answer to a request.
#[derive(Debug)]
pub enum Reply {
    Spaces(Page<public::spaces::Space>),
    Space(public::spaces::Space),
    Users(Page<public::users::User>),
    Agents(Page<public::agents::Agent>),
    Cases(Page<public::cases::CaseItem>),
    Case(Box<public::cases::Case>),
    Notes(Page<public::notes::Note>),
    Files(Page<public::files::File>),
    Events(Page<public::threads::ThreadEvent>),
    Note(public::notes::Note),
    Address(String),
    Text(String),
    Picture(Picture),
    Work(Box<v1::cases::Case>),
    Stages(v1::List<v1::stages::Stage>),
    Instructions(v1::List<v1::instructions::Instruction>),
    Proposals(v1::List<v1::proposals::Proposal>),
    Comment(Box<public::threads::ThreadEvent>),
    Tick(Box<v1::instructions::Instruction>),
    Decide(Uuid),
}

/// A picture that fits the screen, encoded as PNG.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub png: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}×{})", self.width, self.height)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status, when the server refused.
    pub status: Option<u16>,
    /// The stable code, when the server gave one.
    pub code: Option<String>,
    /// What the server or the network says.
    pub message: String,
}

/// What a request is for. A new request for the same thing supersedes the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    Spaces,
    Users,
    Agents,
    /// The cases of the chosen space.
    Cases,
    /// What the detail shows of the chosen space or case.
    Preview,
    /// A part of a case that was opened.
    Case(Uuid, Part),
    /// What is being read.
    Reader,
    /// An address for the browser.
    Address,
}

/// A part of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    Case,
    Subcases,
    Notes,
    Files,
    Thread,
    /// Phase and motion.
    Work,
    Stages,
    /// The instructions of a stage.
    Instructions(Uuid),
    Proposals,
    /// Something that is being sent: a comment, a step, a decision.
    Sending,
    /// An instruction that is being ticked.
    Tick(Uuid),
}

/// What is to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send a request after a moment, in which a newer one may supersede it.
    Fetch { slot: Slot, ticket: u64, request: Request, wait: Duration },
    /// Send a request that changes something. Nothing supersedes it.
    Send { slot: Slot, ticket: u64, request: Request },
    /// Forget a request.
    Cancel(Slot),
    /// Follow what happens on the server.
    Follow,
    /// Tell which configurations there are.
    Configs,
    /// Change to another configuration.
    Choose(String),
    /// Open an address in the browser.
    Browse(String),
    /// Draw everything anew.
    Redraw,
    /// Listen to the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Hand the terminal back to the shell for a while.
    Suspend,
    /// End.
    Quit,
}

/// A request as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    pub at: Timestamp,
    pub method: String,
    pub path: String,
    pub took: Duration,
    /// What went wrong.
    pub failure: Option<Failure>,
}
