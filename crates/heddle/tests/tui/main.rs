//! `heddle tui` at a terminal, against `heddle serve`: keys go in, the screen is read.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../v1/support/mod.rs"]
mod support;

mod leaving;
mod terminal;
mod working;
