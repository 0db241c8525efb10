//! What the binary is made of: the server and the commands beside it.

pub mod admin;
pub mod config;
pub mod http;
pub mod logging;
mod measure;
pub mod serve;
pub mod weaving;
mod web;

/// Requests are many small allocations from several threads, which this allocator serves faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
