//! Black-box tests of Loom's dialect: the real server against local ones that speak the providers' wire formats.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../v1/support/mod.rs"]
mod support;

#[path = "../../../federation/tests/played/mod.rs"]
mod played;

mod again;
mod devices;
mod federated;
mod house;
mod interrupted;
mod limits;
mod many;
mod native;
mod orgs;
mod proxy;
mod scopes;
mod secrets;
mod session;
mod shapes;
mod signin;
mod sweep;
mod threads;
mod upstream;
mod visitor;
mod weavers;
