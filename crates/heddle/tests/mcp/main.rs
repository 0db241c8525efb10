//! The Model Context Protocol against a running server: at its own `/mcp`, and by the command `mcp` beside it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../v1/support/mod.rs"]
mod support;

mod agent;
mod command;
mod remote;
mod tools;
