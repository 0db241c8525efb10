//! What a script gave.

use std::time::Duration;

use serde_json::Value as Json;

/// What a script gave when it went well.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptOutcome {
    /// What `invoke` returned.
    pub result: Json,
    /// What it printed.
    pub stdout: Output,
    /// What it printed to standard error.
    pub stderr: Output,
    /// What the network did not let through, and why.
    pub refused: Vec<String>,
    /// The time from start to end.
    pub took: Duration,
}

/// What a program has printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The beginning of it. What is not UTF-8 is replaced.
    pub text: String,
    /// Whether there was more than is kept.
    pub is_cut: bool,
}

/// A script that did not go well.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{failure}")]
pub struct ScriptError {
    /// What went wrong.
    pub failure: Failure,
    /// What it printed before.
    pub stdout: Output,
    /// What it printed to standard error before.
    pub stderr: Output,
    /// What the network did not let through, and why.
    pub refused: Vec<String>,
    /// The time from start to end.
    pub took: Duration,
}

impl ScriptError {
    /// A failure before the script was started.
    pub(super) fn before(failure: Failure, took: Duration) -> Self {
        Self { failure, stdout: Output::default(), stderr: Output::default(), refused: Vec::new(), took }
    }
}

/// What went wrong with a script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It raised an exception, or is no Python.
    #[error("the script raised {exception}: {message}")]
    Raised {
        /// The name of the exception's class, with its module unless it is built in.
        exception: String,
        /// The exception's text.
        message: String,
        /// The traceback through the script, as Python prints it.
        traceback: String,
    },
    /// It took too long.
    #[error("the script took longer than {} s {clock}", limit.as_secs_f32())]
    TimedOut {
        /// Which of its clocks ran out.
        clock: Clock,
        /// How long it may take by that clock.
        limit: Duration,
    },
    /// It needed more memory than it may have, or was killed for the machine's lack of it.
    #[error("the script needed more than {} MiB of memory", limit >> 20)]
    OutOfMemory {
        /// How much it may have, in bytes.
        limit: u64,
    },
    /// It made more files than it may.
    #[error("the script made more than {limit} files")]
    TooManyFiles {
        /// How many it may make.
        limit: u64,
    },
    /// Its result is too large.
    #[error("the script's result is larger than {} KiB as JSON", limit >> 10)]
    OutputTooLarge {
        /// How large it may be, in bytes.
        limit: usize,
    },
    /// What it returned cannot be told as JSON.
    #[error("the script's result is not JSON: {0}")]
    NotJson(String),
    /// It defines no function `invoke`.
    #[error("the script defines no function invoke")]
    NoInvoke,
    /// It ended its own process, or crashed it.
    #[error("the script ended without a result ({0})")]
    Ended(String),
    /// The caller cancelled it.
    #[error("the script was cancelled")]
    Cancelled,
    /// No script can be run here.
    #[error("{0}")]
    Unavailable(String),
}

impl Failure {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Raised { .. } => "script_raised",
            Self::TimedOut { .. } => "script_timed_out",
            Self::OutOfMemory { .. } => "script_out_of_memory",
            Self::TooManyFiles { .. } => "script_too_many_files",
            Self::OutputTooLarge { .. } => "script_result_too_large",
            Self::NotJson(_) => "script_result_not_json",
            Self::NoInvoke => "script_without_invoke",
            Self::Ended(_) => "script_ended",
            Self::Cancelled => "script_cancelled",
            Self::Unavailable(_) => "sandbox_unavailable",
        }
    }
}

/// A clock that a script runs against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The one on the wall.
    Wall,
    /// The one that counts a process's time on the processor.
    Processor,
}

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Wall => "from start to end",
            Self::Processor => "of processor time",
        })
    }
}
