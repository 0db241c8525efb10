//! The commands that work on a server, for people, scripts and agents.
//!
//! They are the same in two programs. `heddle` has them beside its server; `interloom` has nothing else. The program's name
//! decides which configuration and which variables are read, see [`Program`].
//!
//! What holds for all of them: standard output has the server's JSON and nothing else; standard error has one JSON object
//! when something failed; the exit code says of which kind it was, see [`Failure`].

mod body;
mod browser;
mod commands;
mod config;
mod failure;
mod flags;
mod instance;
mod json;
mod output;
mod paging;
mod program;
mod progress;
mod prompt;
mod session;
mod table;

pub use commands::Command;
pub use failure::{Failure, Result};
pub use flags::{Flags, Format, RootFlags};
pub use program::{Program, main, parse, run};
pub use session::Session;
