//! Black-box tests of `heddle agent`: the built program against the built server, and against a server that is played.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../v1/support/mod.rs"]
mod support;

#[allow(dead_code, reason = "the terminal app's tests use more of it")]
#[path = "../tui/terminal.rs"]
mod pty;

mod acp;
mod case;
mod editing;
mod model;
mod printing;
mod program;
mod served;
mod sync;
mod terminal;
