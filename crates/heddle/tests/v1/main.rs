//! Black-box tests of `/v1`, each on SQLite and on PostgreSQL: one file per section of the reference.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod actors;
mod agents;
mod artifacts;
mod audit;
mod board;
mod cases;
mod datatables;
mod designs;
mod emails;
mod inbox;
mod instructions;
mod invitations;
mod keys;
mod labels;
mod live;
mod members;
mod procedures;
mod process;
mod provider;
mod search;
mod session;
mod shapes;
mod spaces;
mod stages;
mod sweep;
mod threads;
mod tools;
mod trials;
mod views;
mod wire;
mod workspace;
