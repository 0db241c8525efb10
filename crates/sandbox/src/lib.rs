//! Runs untrusted programs in an unprivileged sandbox on Linux. The layers, from below:
//!
//! - [`jail`] confines any program, with bubblewrap.
//! - [`network`] lets a confined program reach named hosts and no others, through a proxy of this server.
//! - [`script`] runs the Python script of a custom tool: `def invoke(field, …, interloom)`.
//!
//! [`Redactor`] takes secrets out of what comes back. Nothing is ever run unconfined: where no jail can be made,
//! nothing runs.

#[cfg(target_os = "linux")]
mod capture;
pub mod jail;
pub mod network;
mod redact;
pub mod script;

pub use network::Hosts;
pub use redact::{Redactor, redact};
pub use script::{Failure, Output, Sandbox, ScriptError, ScriptJob, ScriptOutcome};
