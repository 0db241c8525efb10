//! Runs on a real store with real workers: the rules agent and scripted models.
#![allow(clippy::unwrap_used, missing_docs)]

mod crash;
mod outside;
mod people;
mod postgres;
mod rules;
mod scripted;
mod support;
mod trials;
