//! Running the script of a custom tool: Python that defines `def invoke(field, …, interloom)`. The input's fields come
//! as keyword arguments. `interloom` is a dictionary with `secrets` by name and what else the caller puts there; a
//! function that does not take it does not get it. What the function returns is the result.

mod job;
mod outcome;
#[cfg(target_os = "linux")]
mod python;
#[cfg_attr(not(target_os = "linux"), path = "script/elsewhere.rs")]
mod ready;
#[cfg(target_os = "linux")]
mod run;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use gateway::outbound::Guard;
use tokio::sync::{OnceCell, Semaphore};
use tokio_util::sync::CancellationToken;

pub use job::ScriptJob;
pub use outcome::{Clock, Failure, Output, ScriptError, ScriptOutcome};

use crate::{jail, network::Traffic};
use ready::Ready;

/// The variable that names the Python interpreter for scripts, which may be that of a virtual environment.
pub const PYTHON: &str = "HEDDLE_PYTHON";

/// The most that a script may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The time from start to end.
    pub wall: Duration,
    /// The result as JSON, in bytes.
    pub result: usize,
    /// What is kept of standard output and of standard error, each, in bytes. A script may print more.
    pub output: usize,
    /// Processes and memory.
    pub jail: jail::Limits,
    /// The network, where hosts are named.
    pub traffic: Traffic,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(30),
            result: 256 << 10,
            output: 64 << 10,
            jail: jail::Limits::default(),
            traffic: Traffic::default(),
        }
    }
}

/// How scripts are run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where bubblewrap is, if not at the usual places or in `PATH`.
    pub bwrap: Option<PathBuf>,
    /// The interpreter, if not `/usr/bin/python3` or the `python3` in `PATH`.
    pub python: Option<PathBuf>,
    /// What each script may use.
    pub limits: Limits,
    /// How many run at one time. More wait for their turn.
    pub parallel: usize,
}

impl Default for Settings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { bwrap: None, python: None, limits: Limits::default(), parallel: (2 * cores).max(4) }
    }
}

/// Runs scripts. Clones share everything.
#[derive(Clone, Debug)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    guard: Guard,
    turns: Semaphore,
    ready: OnceCell<Ready>,
}

impl Sandbox {
    /// A sandbox with the interpreter that `HEDDLE_PYTHON` names. Nothing is looked for before it is needed.
    pub fn from_env(guard: Guard) -> Self {
        let python = std::env::var_os(PYTHON).filter(|path| !path.is_empty()).map(PathBuf::from);
        Self::new(Settings { python, ..Settings::default() }, guard)
    }

    /// A sandbox with these settings. `guard` decides which addresses scripts may reach of the hosts named in their
    /// jobs.
    pub fn new(settings: Settings, guard: Guard) -> Self {
        let turns = Semaphore::new(settings.parallel.max(1));
        Self(Arc::new(Inner { settings, guard, turns, ready: OnceCell::new() }))
    }

    /// Why no script can run here, and what to do about it; none when they can. The first call runs an empty script.
    pub async fn unavailable(&self) -> Option<String> {
        self.ready().await.err()
    }

    /// Runs a script to its end. When the future is dropped, the script is killed.
    ///
    /// # Errors
    /// See [`Failure`]. Neither it nor the outcome holds any of the job's secrets.
    pub async fn run_script(
        &self,
        job: &ScriptJob,
        cancel: Option<&CancellationToken>,
    ) -> Result<ScriptOutcome, ScriptError> {
        let started = Instant::now();
        let cancelled = async {
            match cancel {
                Some(token) => token.cancelled().await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(cancelled);
        let waited = tokio::select! {
            biased;
            () = &mut cancelled => Err(Failure::Cancelled),
            ready = async {
                let turn = self.0.turns.acquire().await.map_err(|error| Failure::Unavailable(error.to_string()))?;
                let ready = self.ready().await.map_err(Failure::Unavailable)?;
                Ok((ready, turn))
            } => ready,
        };
        match waited {
            Ok((ready, _turn)) => ready.run(job, &self.0.settings.limits, &self.0.guard, cancelled).await,
            Err(failure) => Err(ScriptError::before(failure, started.elapsed())),
        }
    }

    async fn ready(&self) -> Result<&Ready, String> {
        // A failure is not kept: what is missing may be installed meanwhile.
        let Inner { settings, ready, .. } = &*self.0;
        ready
            .get_or_try_init(|| Ready::find(settings))
            .await
            .map_err(|why| format!("scripts cannot be run here: {why}"))
    }
}
