//! What the store promises to those who build on it, on both engines: a real store, real files, real sessions.
#![allow(clippy::unwrap_used, reason = "tests")]

mod attempts;
mod broken;
mod conflicts;
mod group_commit;
mod idle;
mod jobs;
mod migrations;
mod nodes;
mod order;
mod readers;
mod support;
mod values;
