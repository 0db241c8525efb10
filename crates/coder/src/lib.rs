//! A coding agent that works in a folder.

mod conversation;
mod git;
mod llm;
mod machine;
mod prompt;
mod session;
mod threads;
mod tools;
mod trust;
