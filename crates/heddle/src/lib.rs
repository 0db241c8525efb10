//! What the binary is made of: the server and the commands beside it.

pub mod admin;
pub mod config;
pub mod http;
pub mod logging;
mod measure;
pub mod serve;
