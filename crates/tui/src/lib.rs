//! Heddle in the terminal: cases browsed, read and worked on.
//!
//! [`run`] takes the terminal until the person quits. It speaks the public API through [`client::Client`], and `/v1` for
//! what only that offers: phases, motions, stages, instructions, proposals and live events. On a server without `/v1` the
//! rest works.
//!
//! Three parts:
//!
//! - `app` is plain state. `App::update` takes an event and answers effects; it does nothing itself, so
//!   all of it is tested without terminal and server.
//! - `view` draws the state. What servers say has been cleaned before it gets there, and a last look at the finished screen
//!   keeps back what a terminal must not get.
//! - `runner` carries the effects out and owns the terminal.

mod app;
mod editor;
mod layout;
mod look;
mod model;
mod pager;
mod request;
mod runner;
mod scroll;
mod session;
mod text;
mod view;

pub use session::{Error, Host, Options, run};

#[cfg(test)]
mod tests;
