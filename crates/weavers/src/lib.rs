//! Weavers: sandboxes with a terminal, for people and for coding agents. One is begun with an [`Order`], lives for some hours,
//! and can be watched and typed to by several at once.
//!
//! - [`rows`](Weaver) are what is kept of them, and the rules of who may see and end them.
//! - A [`Driver`] runs them: in jails of this machine, or as pods of a Kubernetes cluster.
//! - A [`Session`] is a terminal at work.
//! - [`Weavers`] puts these together for the API.

mod driver;
mod kubernetes;
#[cfg_attr(not(target_os = "linux"), path = "local/elsewhere.rs")]
mod local;
mod order;
mod quantity;
mod ring;
mod rows;
mod service;
mod session;

pub use driver::{Driver, Ending, Name, State, pod_name};
pub use kubernetes::{NAMESPACE, Settings as KubernetesSettings};
pub use local::{PROFILES, Settings as LocalSettings};
pub use order::{Order, Plan};
pub use ring::SCROLLBACK;
pub use rows::{Filter, Quotas, Status, Weaver};
pub(crate) use service::EACH;
pub use service::{Caller, Kinds, Settings, Weavers, workers};
pub use session::{Exit, Line, Seen, Session, Size, Viewer};
