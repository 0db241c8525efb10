//! Systems without Linux's namespaces: nothing is run there.

use std::{convert::Infallible, future::Future};

use gateway::outbound::Guard;

use super::{Limits, ScriptError, ScriptJob, ScriptOutcome, Settings};

/// There is none.
#[derive(Debug)]
pub(super) struct Ready(Infallible);

impl Ready {
    pub(super) async fn find(_: &Settings) -> Result<Self, String> {
        Err("sandboxes are made of parts of Linux".to_owned())
    }

    pub(super) async fn run(
        &self,
        _: &ScriptJob,
        _: &Limits,
        _: &Guard,
        _: impl Future<Output = ()>,
    ) -> Result<ScriptOutcome, ScriptError> {
        match self.0 {}
    }
}
