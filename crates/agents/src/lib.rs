//! Agents at work: the tools they may use, the runs in which they work a stage, and the proposals that people decide.
//!
//! An agent acts through the same domain functions as a person, with its own rights. What it does is a [`runs`]: a model (or
//! the built-in planner, [`rules`]) is shown the case and calls [`actions`] until the stage is complete. Every step is
//! stored in the transaction that does what the step says, so a run that was interrupted goes on where it was and nothing
//! happens twice.

pub mod actions;
pub mod inbox;
mod outside;
mod personal;
pub mod profiles;
pub mod proposals;
pub mod queries;
pub mod redaction;
pub mod rules;
pub mod runs;
mod scripts;
pub mod secrets;
#[cfg(test)]
mod testing;
pub mod tools;

use std::sync::Arc;

use gateway::{Gateway, outbound::Guard};
use identity::Vault;
use ledger::Ledger;
use sandbox::Sandbox;
use store::Workers;

/// What runs need of the world outside the store.
#[derive(Clone, Debug)]
pub struct Deps {
    /// The way to the model providers.
    pub gateway: Gateway,
    /// Accounts for calls of models.
    pub ledger: Ledger,
    /// The model of agents that name none.
    pub default_model: String,
    /// Calls the tools that are registered in spaces.
    pub guard: Guard,
    /// Runs the scripts of tools.
    pub sandbox: Sandbox,
    /// Opens the secrets that scripts are given.
    pub vault: Vault,
}

/// Adds the reader that starts, wakes and ends runs, and the job that works on them. The built-in planner is added to the
/// gateway as the provider `rules`.
#[must_use]
pub fn workers(workers: Workers, deps: Deps) -> Workers {
    let redactions = redaction::Redactions::from_env(deps.vault.clone());
    let deps = Arc::new(Deps { gateway: deps.gateway.with_provider(Arc::new(rules::Rules)), ..deps });
    workers
        .reader("agents", runs::follow_event)
        .job(runs::JOB, move |context| runs::run_job(context, Arc::clone(&deps), redactions.clone()))
}

/// Whether an error tells the one who asked what is wrong, rather than that Heddle or what it depends on is in trouble.
/// Models are shown the former; the latter is tried again.
fn is_answer(error: &kernel::Error) -> bool {
    use kernel::Kind;
    !matches!(error.kind(), Kind::Internal | Kind::Unavailable | Kind::RateLimited) && !error.is_retryable()
}
