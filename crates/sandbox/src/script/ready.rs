//! What is needed to run scripts: a jail and an interpreter that is known to run in it.

use std::{ffi::OsString, future::Future};

use gateway::outbound::Guard;

use super::{Limits, ScriptError, ScriptJob, ScriptOutcome, Settings, python::Python, run::Run};
use crate::{
    jail::{Confinement, Jail},
    network,
};

/// A jail and an interpreter.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) jail: Jail,
    pub(super) python: Python,
}

impl Ready {
    /// Finds them and tries them.
    pub(super) async fn find(settings: &Settings) -> Result<Self, String> {
        let jail = Jail::find(settings.bwrap.as_deref())?;
        let python = Python::find(settings.python.as_deref()).await?;
        let ready = Self { jail, python };
        ready.python.try_in(&ready.jail, &ready.confinement(&settings.limits, false)).await?;
        Ok(ready)
    }

    /// Runs a job until it ends or `cancelled` does.
    pub(super) async fn run(
        &self,
        job: &ScriptJob,
        limits: &Limits,
        guard: &Guard,
        cancelled: impl Future<Output = ()>,
    ) -> Result<ScriptOutcome, ScriptError> {
        Run::new(job, limits, guard).run(self, cancelled).await
    }

    /// What scripts see and may use.
    pub(super) fn confinement(&self, limits: &Limits, has_network: bool) -> Confinement {
        let mut environment = self.python.environment();
        if has_network {
            environment.extend(network::environment().map(|(name, value)| (name.into(), OsString::from(value))));
        }
        let readable = self.python.readable().to_vec();
        Confinement { readable, environment, limits: limits.jail.clone(), ..Confinement::default() }
    }
}
