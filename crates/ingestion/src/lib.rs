//! Opening many cases from a manifest (Interloom public, Case Ingestion): one JSON object a line, worked off by a job that
//! goes on after a crash where it was.
//!
//! A line becomes a case in the transaction that also remembers how far the manifest has come, so no line makes two. A line
//! that cannot become a case is kept with the reason and the others go on.

mod files;
mod ingestions;
mod lines;
mod manifest;
mod worker;

pub use ingestions::{Ingestion, IngestionEntry, IngestionStatus, begin, errors, get};
pub use manifest::scan;
pub use worker::{Deps, workers};
