//! Black-box tests of the public API, each on SQLite and on PostgreSQL: one file per section of its document.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../v1/support/mod.rs"]
#[macro_use]
mod support;

mod agents;
mod case_ingestions;
mod cases;
mod command_line;
mod contract;
mod files;
mod notes;
mod procedures;
mod scripts;
mod secrets;
mod spaces;
mod sweep;
mod threads;
mod tools;
mod users;
