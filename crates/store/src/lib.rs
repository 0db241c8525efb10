//! Where everything is kept: a control database and a database per workspace, on SQLite or PostgreSQL, with the same
//! domain code on both; the event log, durable jobs, blobs and full-text search.
//!
//! Domain code sees [`Tx`]. [`Store::read`] and [`Store::write`] run a closure on a database thread; writes of a
//! workspace are committed together, and nobody is told of success before it is durable.

mod blobs;
mod database;
mod engine;
pub mod events;
pub mod jobs;
mod listen;
mod migrate;
mod pool;
pub mod search;
pub mod testing;
mod tls;
mod tx;
mod value;
mod worker;
mod workspaces;

pub use blobs::{Blobs, Stored};
pub use database::Signal;
pub use engine::Engine;
pub use events::{Event, NewEvent};
pub use jobs::{Job, NewJob};
#[doc(hidden)]
pub use kernel;
pub use rusqlite::types::ValueRef as SqliteValue;
#[doc(hidden)]
pub use serde;
pub use tx::Tx;
#[doc(hidden)]
pub use utoipa;
pub use value::{FromColumn, Param, Raw, Row, ToParam};
pub use worker::{JobContext, Outcome, Workers};
pub use workspaces::{Config, Store};

// Lets the macros of this crate name it the way other crates do.
extern crate self as store;
