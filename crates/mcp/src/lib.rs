//! Heddle's server of the Model Context Protocol: models and agents work cases through it.
//!
//! It has tools for the operations of `/api/v1/public` and `/v1`, resources that show a case, a thread, a procedure or a
//! space as Markdown, and prompts. It knows no rule and no data: each call of a tool is a call of the API with the key of
//! whoever calls, and answers what the API answers.
//!
//! A [`Server`] speaks over standard input and output ([`stdio`]), over HTTP on this machine ([`http`]), or for many callers
//! beside an API ([`remote`]).

mod arguments;
pub mod http;
mod paging;
mod prompts;
pub mod remote;
mod reply;
mod resources;
mod sections;
mod server;
pub mod stdio;
mod tool;

pub use server::{Options, Server};

/// Where the files are that tools work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    /// On this machine, which is the caller's own: tools take paths.
    Local,
    /// With the caller, elsewhere: tools take and give what the files hold.
    Inline,
}
