//! Reading, writing and mining of process event logs.
//!
//! A log is a set of [`Trace`]s, one a case, each a list of [`Event`]s. It comes as XES
//! (IEEE 1849), as a CSV table or as JSON lines, plain or compressed with gzip. [`scan`] checks a
//! file to its end and counts what is in it, [`read`] hands out its traces, [`write_xes`] writes
//! them again, and a [`Miner`] finds the path most cases take.

use std::{ops::ControlFlow, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

mod columns;
mod csv;
mod durations;
mod error;
mod format;
mod jsonl;
mod mine;
mod source;
mod time;
mod write;
mod xes;

pub use durations::Durations;
pub use error::Error;
pub use format::Format;
pub use mine::{Discovery, Miner, Step};
pub use write::{XesWriter, write_xes};

/// One case of a process: its name, its attributes and what happened in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Name of the case (XES `concept:name`), unique in a well-made log.
    pub key: String,
    /// Further attributes of the case; dates are RFC 3339 strings.
    pub attributes: Map<String, Value>,
    /// Events: in file order from XES, by time from CSV and JSON lines.
    pub events: Vec<Event>,
}

/// One thing that happened in a case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What was done (XES `concept:name`), never empty when read.
    pub activity: String,
    /// When, in UTC microseconds since 1970 (XES `time:timestamp`).
    pub at: i64,
    /// Who or what did it (XES `org:resource`); an empty name counts as none.
    pub resource: Option<String>,
    /// The group of whoever did it (XES `org:group`).
    pub group: Option<String>,
    /// Stage of the activity, such as `start` or `complete` (XES `lifecycle:transition`).
    pub lifecycle: Option<String>,
    /// Further attributes; dates are RFC 3339 strings.
    pub attributes: Map<String, Value>,
}

/// Something in a log that could not be read and was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Line in the file, counted from 1, where the format has lines (CSV, JSON lines).
    pub line: Option<u64>,
    /// Name of the trace it belongs to, where known.
    pub trace: Option<String>,
    /// Why, in a sentence for people.
    pub reason: String,
}

/// What [`read`] hands out.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A trace with those of its events that can be read.
    Trace(Trace),
    /// An event or a trace that cannot be read.
    Rejected(Rejected),
}

/// What a first pass over a file finds, events that [`read`] will reject included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// Number of traces (distinct case names in CSV and JSON lines).
    pub traces: u64,
    /// Number of events.
    pub events: u64,
    /// Bytes of text after decompression, as UTF-8.
    pub bytes: u64,
}

/// Checks the file at `path` to its end and counts its traces and events.
///
/// Needs no memory to speak of for XES; for CSV and JSON lines it keeps the case names.
///
/// # Errors
/// Any [`Error`] of reading: above all [`Error::Truncated`] for a file cut in the middle, plain
/// or compressed, and [`Error::Malformed`] for XML that is not well-formed, both naming the place.
pub fn scan(path: &Path) -> Result<Scan, Error> {
    match Format::detect(path)? {
        Format::Xes => xes::scan(path),
        Format::Csv => csv::scan(path),
        Format::Jsonl => jsonl::scan(path),
    }
}

/// Reads the file at `path` and hands each trace, and each thing left out, to `on`, until `on`
/// breaks.
///
/// XES is streamed: no more than one trace is in memory. The rows of a case need not be adjacent
/// in CSV and JSON lines, so there all traces are collected before the first is handed out, in
/// the order in which their cases first appear; what is rejected comes first.
///
/// Call [`scan`] before: an XES file cut between two tags is noticed only there.
///
/// # Errors
/// Any [`Error`] of reading. What was handed out before stays valid.
pub fn read(path: &Path, on: &mut dyn FnMut(Item) -> ControlFlow<()>) -> Result<(), Error> {
    match Format::detect(path)? {
        Format::Xes => xes::read(path, on),
        Format::Csv => csv::read(path, on),
        Format::Jsonl => jsonl::read(path, on),
    }
}
