//! Black-box tests of the calls of models: the real server against local ones that speak the providers' wire formats.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../v1/support/mod.rs"]
mod support;

mod again;
mod house;
mod interrupted;
mod limits;
mod many;
mod native;
mod proxy;
mod secrets;
mod session;
mod threads;
mod upstream;
mod weavers;
