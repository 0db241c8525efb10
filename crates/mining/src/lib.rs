//! Process logs in and out of a workspace, the procedure that a space's past suggests, and a workspace to look around in.
//!
//! - [`import`] reads an event log (XES, CSV, JSON lines) into finished cases with their own times and people.
//! - [`export`] writes the cases of a space as XES, for process-mining tools.
//! - [`discover`] finds the path that most cases took and proposes it as a procedure.
//! - [`Processes`] gives the figures of a space's process: paths, times, who does what, and the cases behind each of them.
//! - [`demo`] makes a workspace with people, an agent and cases at every stage of their life.
//!
//! # How a log maps to cases
//!
//! A trace is a case, an event that ends an activity is a stage. An event ends its activity unless its
//! `lifecycle:transition` says otherwise: `complete`, or none at all, makes a completed stage, `manualskip` and `autoskip` a
//! skipped one. Every other event (`start`, `schedule`, `suspend`, …) waits for the next end of the same activity and is kept
//! with that stage; a `start` also tells when the stage began. One whose activity never ends is a stage of its own, so that
//! nothing of a log is lost.
//!
//! What a stage has no column for (group, lifecycle, further attributes, the events that waited for its end) is kept under
//! `log` in the data of the stage's `stage_transition` entry in the case's thread; [`export`] reads it from there.

mod batch;
mod bulk;
mod demo;
mod discover;
mod export;
mod history;
mod import;
mod logged;
mod plan;
mod process;
mod rows;
mod space;

pub use demo::{Demo, demo};
pub use discover::{Discovered, Proposal, ProposedInstruction, ProposedStage, discover};
pub use export::{Exported, export};
pub use import::{Report, import};
pub use process::{
    Activity, ActorFigures, Age, AgeBucket, Ageing, Edge, Figure, NamedCount, Period, Process, Processes, Variant,
    Week, Who,
};
pub use process_log::Rejected;

/// How far an import or an export has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// Traces dealt with so far.
    pub traces: u64,
    /// How many there are in all.
    pub total: u64,
    /// Events dealt with so far.
    pub events: u64,
}
