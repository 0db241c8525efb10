//! Conversations with coding agents (Loom, Threads): whole documents that a client keeps and saves again and again, with
//! the versions they had, who may read them, and links that show them.
//!
//! A client saves a conversation as one document of up to 10 MiB. What is stored are its messages: those that a version has
//! in common with the one before are stored once.

mod document;
pub mod links;
mod messages;
pub mod threads;
pub mod versions;

pub use document::{Draft, MOST_BYTES};
pub use threads::{Document, Hit, Patch, Scope, Summary, Visibility};

#[cfg(test)]
mod tests;
