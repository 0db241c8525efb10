//! Both providers and the gateway against a local server that speaks their wire formats.
#![allow(clippy::unwrap_used)]

mod anthropic;
mod compatible;
mod gateway;
mod openai;
mod support;
mod vertex;
