//! What runs weavers.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{
    Error, Result, Timestamp,
    ids::{ActorId, WeaverId, WorkspaceId},
};

use crate::{order::Plan, session::Session};

/// Which weaver it is, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The weaver.
    pub id: WeaverId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Whoever made it.
    pub owner: ActorId,
    /// When its life is over.
    pub expires_at: Timestamp,
}

/// Where a weaver stands, as its driver knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is being made ready; with what it waits for, where that is known.
    Pending(Option<String>),
    /// Its program runs.
    Running,
    /// It is being ended.
    Terminating,
    /// Its program has ended.
    Ended(Ending),
    /// There is no such weaver.
    Gone,
}

/// How a weaver's program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// The exit status, where it is known. 0 is success.
    pub code: Option<i32>,
    /// Why it failed.
    pub reason: Option<String>,
}

/// A way to run weavers.
pub trait Driver: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Whether its weavers end with this process.
    fn is_local(&self) -> bool;

    /// What a weaver gets that asks for nothing: bytes of memory, thousandths of a processor.
    fn usual(&self) -> (u64, u64);

    /// Whether it can run this at all, and whether it works.
    ///
    /// # Errors
    /// `Invalid` naming the field, `weavers_unavailable`.
    fn check<'a>(&'a self, plan: &'a Plan) -> BoxFuture<'a, Result<()>>;

    /// Begins a weaver.
    ///
    /// # Errors
    /// `weavers_unavailable`.
    fn create<'a>(&'a self, name: &'a Name, plan: &'a Plan) -> BoxFuture<'a, Result<()>>;

    /// Where a weaver stands.
    ///
    /// # Errors
    /// `weavers_unavailable`.
    fn state(&self, id: WeaverId) -> BoxFuture<'_, Result<State>>;

    /// Its terminal.
    ///
    /// # Errors
    /// `weaver_not_running`, `weavers_unavailable`.
    fn attach(&self, id: WeaverId) -> BoxFuture<'_, Result<Arc<Session>>>;

    /// The last lines of what it wrote, or all that is kept.
    ///
    /// # Errors
    /// `weavers_unavailable`.
    fn logs(&self, id: WeaverId, tail: Option<usize>) -> BoxFuture<'_, Result<Vec<u8>>>;

    /// Ends a weaver and leaves nothing of it. One that is not there is no error.
    ///
    /// # Errors
    /// `weavers_unavailable`.
    fn delete(&self, id: WeaverId) -> BoxFuture<'_, Result<()>>;

    /// All weavers of this server that are there.
    ///
    /// # Errors
    /// `weavers_unavailable`.
    fn list(&self) -> BoxFuture<'_, Result<Vec<Name>>>;

    /// Ends all weavers that cannot outlive this process.
    fn stop(&self) -> BoxFuture<'_, ()>;
}

/// The name that a weaver has where it runs.
pub fn pod_name(id: WeaverId) -> String {
    format!("loom-weaver-{id}")
}

/// There is nothing to attach to.
pub(crate) fn not_running() -> Error {
    Error::conflict("weaver_not_running", "This weaver has no running program to attach to.")
}

/// No weaver can be had, or reached.
pub(crate) fn unavailable(why: impl std::fmt::Display) -> Error {
    Error::unavailable("weavers_unavailable", format!("Weavers are not available on this server: {why}"))
}
