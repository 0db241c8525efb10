//! Who is who and who may what, on both engines.
#![allow(clippy::unwrap_used, reason = "tests")]

mod actors;
mod credentials;
mod sign_in;
mod spaces;
mod support;
mod workspaces;
