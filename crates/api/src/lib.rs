//! What every dialect shares: who calls, how often, how requests are read and errors answered, live streams, OpenAPI.
//!
//! A dialect is a router whose handlers return [`Failure`] for errors; its own layer turns that into the dialect's error
//! body, once. The path of a request is: request id → error rendering → principal and rate limit → handler.

mod app;
mod context;
pub mod cookies;
pub mod cursor;
mod extract;
mod failure;
mod gate;
mod limit;
pub mod openapi;
pub mod patch;
pub mod socket;
pub mod upload;

pub use app::{App, Parts, Settings};
pub use context::{Ctx, RequestId, Visitor};
pub use cookies::SESSION_COOKIE;
pub use extract::{Body, Named, OptionalBody, PathId, Query, parse_id, require_json};
pub use failure::{Failure, keep_headers, method_not_allowed, not_found, status_of};
pub use gate::{Gate, credentials, gate, identify, write_id};
pub use limit::{Limiter, Taken};
