//! One run of a script: the jail is started, the job handed over, everything read that comes back, and whatever happens
//! made an outcome.

use std::{collections::BTreeMap, future::Future, io, process::ExitStatus, time::Duration};

use gateway::outbound::Guard;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use tokio::{
    io::AsyncWriteExt,
    net::UnixStream,
    process::ChildStdin,
    time::{Instant, timeout},
};

use super::{Clock, Failure, Limits, Output, ScriptError, ScriptJob, ScriptOutcome, python::Python, ready::Ready};
use crate::{
    capture::Capture,
    jail::{End, Excess, Jailed},
    network::{self, Proxy},
    redact::Redactor,
};

/// The program that runs the script, inside the jail.
const RUNNER: &str = include_str!("runner.py");
/// How long the streams of a jail may stay open after it was killed.
const GRACE: Duration = Duration::from_secs(2);
/// What an outcome may be larger than its result, in bytes: three texts of a failure, escaped.
const AROUND_RESULT: usize = 2 << 20;
/// What is around a result: `{"result":` and `}` and the end of the line.
const RESULT_FRAME: usize = 12;
/// How much of a text of a failure is kept, in bytes.
const TEXT: usize = 16 << 10;
/// The exit status of a process that used up its time on the processor: 128 and the signal's number.
const OUT_OF_TIME: i32 = 128 + libc::SIGXCPU;
/// The exit status of a process that was killed. Only the kernel does so, when memory is short.
const KILLED: i32 = 128 + libc::SIGKILL;

/// The job as the runner reads it.
#[derive(Serialize)]
struct Handover<'a> {
    script: &'a str,
    input: &'a Map<String, Json>,
    interloom: Interloom<'a>,
}

#[derive(Serialize)]
struct Interloom<'a> {
    #[serde(flatten)]
    context: &'a Map<String, Json>,
    secrets: &'a BTreeMap<String, String>,
}

/// The outcome as the runner writes it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Result(Json),
    Raised { exception: String, message: String, traceback: String },
    NotJson(String),
    TooLarge,
    NoInvoke,
    OutOfMemory,
}

/// Why a run is over.
enum Stop {
    Ended(io::Result<End>),
    TimedOut,
    Cancelled,
}

/// A run of a job.
pub(super) struct Run<'a> {
    job: &'a ScriptJob,
    limits: &'a Limits,
    redactor: Redactor,
    proxy: Option<Proxy>,
    /// Whether the runner has said that it runs.
    has_started: bool,
    answer: Capture,
    stdout: Capture,
    stderr: Capture,
}

impl<'a> Run<'a> {
    pub(super) fn new(job: &'a ScriptJob, limits: &'a Limits, guard: &Guard) -> Self {
        let redactor = Redactor::new(&job.secrets);
        // Enough for a secret that reaches over the cut to be seen as a whole.
        let output = limits.output + redactor.longest();
        let has_network = !job.hosts.is_empty();
        let proxy = has_network.then(|| Proxy::new(job.hosts.clone(), guard.clone(), &limits.traffic));
        Self {
            job,
            limits,
            proxy,
            has_started: false,
            answer: Capture::new(limits.result + AROUND_RESULT),
            stdout: Capture::new(output),
            stderr: Capture::new(output),
            redactor,
        }
    }

    pub(super) async fn run(
        mut self,
        ready: &Ready,
        cancelled: impl Future<Output = ()>,
    ) -> Result<ScriptOutcome, ScriptError> {
        let started = Instant::now();
        let outcome = match self.attempt(ready, cancelled, started + self.limits.wall).await {
            Ok(stop) => self.judge(stop),
            Err(error) => Err(Failure::Unavailable(format!("a sandbox could not be started: {error}"))),
        };
        let stdout = self.printed(&self.stdout);
        let stderr = self.printed(&self.stderr);
        let refused = self.proxy.as_ref().map(Proxy::refusals).unwrap_or_default();
        let refused = refused.iter().map(|why| self.redactor.text(why)).collect();
        let took = started.elapsed();
        match outcome {
            Ok(result) => Ok(ScriptOutcome { result, stdout, stderr, refused, took }),
            Err(failure) => Err(ScriptError { failure: self.clean(failure), stdout, stderr, refused, took }),
        }
    }

    /// Runs the script until it ends or is ended, and reads what comes.
    async fn attempt(
        &mut self,
        ready: &Ready,
        cancelled: impl Future<Output = ()>,
        deadline: Instant,
    ) -> io::Result<Stop> {
        let (channel, theirs) = std::os::unix::net::UnixStream::pair()?;
        channel.set_nonblocking(true)?;
        let channel = UnixStream::from_std(channel)?;
        let mut jailed = self.start(ready, theirs).await?;
        let handover = self.handover()?;
        let Self { proxy, has_started, answer, stdout, stderr, .. } = self;
        let (input, output, errors) = (jailed.stdin(), jailed.stdout(), jailed.stderr());
        let streams = async {
            tokio::join!(
                hand_over(input, &handover),
                async {
                    if let Some(output) = output {
                        stdout.drain(output).await
                    }
                },
                async {
                    if let Some(errors) = errors {
                        stderr.drain(errors).await
                    }
                },
                converse(channel, proxy.as_ref(), has_started, answer),
            );
        };
        tokio::pin!(streams, cancelled);
        let mut is_open = true;
        let stop = loop {
            tokio::select! {
                biased;
                () = &mut cancelled => break Stop::Cancelled,
                end = jailed.end() => break Stop::Ended(end),
                () = tokio::time::sleep_until(deadline) => break Stop::TimedOut,
                () = &mut streams, if is_open => is_open = false,
            }
        };
        jailed.kill().await?;
        if is_open {
            // Everything that could write is dead or dying.
            let _ = timeout(GRACE, streams).await;
        }
        Ok(stop)
    }

    async fn start(&self, ready: &Ready, channel: std::os::unix::net::UnixStream) -> io::Result<Jailed> {
        let has_network = self.proxy.is_some();
        let confinement = ready.confinement(self.limits, has_network);
        let port = if has_network { network::PORT } else { 0 };
        let mut command = ready.jail.command(&confinement, ready.python.program())?;
        let channel = command.pass(channel.into());
        let arguments = [channel.to_string(), port.to_string(), self.limits.result.to_string()];
        command.args(Python::arguments(RUNNER)).args(arguments);
        command.spawn().await
    }

    fn handover(&self) -> io::Result<Vec<u8>> {
        let ScriptJob { script, input, secrets, context, .. } = self.job;
        let interloom = Interloom { context, secrets };
        Ok(serde_json::to_vec(&Handover { script, input, interloom })?)
    }

    /// What the run comes to.
    fn judge(&self, stop: Stop) -> Result<Json, Failure> {
        let status = match stop {
            Stop::Cancelled => return Err(Failure::Cancelled),
            Stop::Ended(Ok(End::Exceeded(excess))) => return Err(self.exceeded(excess)),
            Stop::Ended(Ok(End::Exited(status))) => Some(status),
            Stop::Ended(Err(error)) => return Err(Failure::Unavailable(error.to_string())),
            Stop::TimedOut => None,
        };
        // What was said in time counts, even when something was still running.
        if self.answer.is_cut() || self.answer.bytes().last() == Some(&b'\n') {
            return self.said();
        }
        let Some(status) = status else {
            return Err(Failure::TimedOut { clock: Clock::Wall, limit: self.limits.wall });
        };
        if !self.has_started {
            let why = String::from_utf8_lossy(self.stderr.bytes());
            return Err(Failure::Unavailable(format!("a sandbox could not be started: {}", why.trim())));
        }
        Err(self.ended(status))
    }

    fn said(&self) -> Result<Json, Failure> {
        if self.answer.is_cut() {
            return Err(Failure::OutputTooLarge { limit: self.limits.result });
        }
        match serde_json::from_slice(self.answer.bytes()) {
            // The runner measures the result, but the script can write to the channel as well.
            Ok(Said::Result(_)) if self.answer.bytes().len() > self.limits.result + RESULT_FRAME => {
                Err(Failure::OutputTooLarge { limit: self.limits.result })
            }
            Ok(Said::Result(result)) => Ok(self.redactor.json(result)),
            Ok(Said::Raised { exception, message, traceback }) => {
                Err(Failure::Raised { exception, message, traceback })
            }
            Ok(Said::NotJson(why)) => Err(Failure::NotJson(why)),
            Ok(Said::TooLarge) => Err(Failure::OutputTooLarge { limit: self.limits.result }),
            Ok(Said::NoInvoke) => Err(Failure::NoInvoke),
            Ok(Said::OutOfMemory) => Err(self.exceeded(Excess::Memory)),
            // Python nests deeper and has larger numbers.
            Err(error) => Err(Failure::NotJson(error.to_string())),
        }
    }

    /// The failure of a script that ended without a word.
    fn ended(&self, status: ExitStatus) -> Failure {
        match status.code() {
            Some(OUT_OF_TIME) => Failure::TimedOut { clock: Clock::Processor, limit: self.limits.jail.processor },
            Some(KILLED) => self.exceeded(Excess::Memory),
            Some(code @ 129..) => Failure::Ended(format!("signal {}", code - 128)),
            Some(code) => Failure::Ended(format!("exit status {code}")),
            None => Failure::Ended(status.to_string()),
        }
    }

    fn exceeded(&self, excess: Excess) -> Failure {
        match excess {
            Excess::Memory => Failure::OutOfMemory { limit: self.limits.jail.memory },
            Excess::Files => Failure::TooManyFiles { limit: self.limits.jail.scratch_files },
        }
    }

    fn printed(&self, stream: &Capture) -> Output {
        stream.text(&self.redactor, self.limits.output)
    }

    /// The failure without secrets in its texts, which are cut to a bearable length.
    fn clean(&self, failure: Failure) -> Failure {
        let clean = |text: String| self.redactor.beginning(&text, TEXT);
        match failure {
            Failure::Raised { exception, message, traceback } => {
                Failure::Raised { exception: clean(exception), message: clean(message), traceback: clean(traceback) }
            }
            Failure::NotJson(why) => Failure::NotJson(clean(why)),
            Failure::Unavailable(why) => Failure::Unavailable(clean(why)),
            other => other,
        }
    }
}

async fn hand_over(input: Option<ChildStdin>, handover: &[u8]) {
    if let Some(mut input) = input {
        // A jail that reads no input has ended, which shows elsewhere. Dropping the pipe ends the input.
        let _ = input.write_all(handover).await;
    }
}

/// Waits for the runner's first byte, serves its network if it has one, and reads its outcome.
async fn converse(channel: UnixStream, proxy: Option<&Proxy>, has_started: &mut bool, answer: &mut Capture) {
    let Ok(file) = network::take_file(&channel).await else { return };
    *has_started = true;
    let listener = file.and_then(|file| network::listener(file).ok());
    let serve = async {
        match (proxy, listener) {
            (Some(proxy), Some(listener)) => match proxy.serve(listener).await {},
            _ => std::future::pending().await,
        }
    };
    tokio::select! {
        () = answer.drain(channel) => {}
        () = serve => {}
    }
}
