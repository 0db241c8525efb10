//! Where there are no jails, there are no local weavers.

#[path = "settings.rs"]
mod settings;

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use kernel::{Error, Result, ids::WeaverId};
use tokio::sync::mpsc;

pub use settings::{PROFILES, Settings};

use crate::{
    driver::{Driver, Ending, Name, State, unavailable},
    order::Plan,
    session::Session,
};

pub(crate) type Ends = mpsc::UnboundedSender<(Name, Ending)>;

/// Runs nothing.
pub struct Local;

impl Local {
    pub(crate) fn new(_: Settings, _: Ends) -> Self {
        Self
    }
}

fn refused<T: Send + 'static>() -> BoxFuture<'static, Result<T>> {
    let error: Error = unavailable("sandboxes need Linux");
    std::future::ready(Err(error)).boxed()
}

impl Driver for Local {
    fn name(&self) -> &'static str {
        "local"
    }

    fn is_local(&self) -> bool {
        true
    }

    fn usual(&self) -> (u64, u64) {
        (2 << 30, 1000)
    }

    fn check<'a>(&'a self, _: &'a Plan) -> BoxFuture<'a, Result<()>> {
        refused()
    }

    fn create<'a>(&'a self, _: &'a Name, _: &'a Plan) -> BoxFuture<'a, Result<()>> {
        refused()
    }

    fn state(&self, _: WeaverId) -> BoxFuture<'_, Result<State>> {
        std::future::ready(Ok(State::Gone)).boxed()
    }

    fn attach(&self, _: WeaverId) -> BoxFuture<'_, Result<Arc<Session>>> {
        refused()
    }

    fn logs(&self, _: WeaverId, _: Option<usize>) -> BoxFuture<'_, Result<Vec<u8>>> {
        refused()
    }

    fn delete(&self, _: WeaverId) -> BoxFuture<'_, Result<()>> {
        std::future::ready(Ok(())).boxed()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Name>>> {
        std::future::ready(Ok(Vec::new())).boxed()
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        std::future::ready(()).boxed()
    }
}
