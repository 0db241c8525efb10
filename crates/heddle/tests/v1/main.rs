//! Black-box tests of `/v1`, each on SQLite and on PostgreSQL: one file per section of the reference.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod actors;
mod agents;
mod artifacts;
mod cases;
mod datatables;
mod emails;
mod instructions;
mod labels;
mod live;
mod procedures;
mod provider;
mod shapes;
mod spaces;
mod stages;
mod sweep;
mod threads;
mod tools;
mod wire;
