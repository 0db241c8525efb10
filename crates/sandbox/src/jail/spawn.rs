//! Starting a jail and ending it.

use std::{
    fs, io,
    panic::AssertUnwindSafe,
    path::PathBuf,
    process::ExitStatus,
    sync::{LazyLock, mpsc},
};

use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use tokio::{
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    runtime::Handle,
    sync::oneshot,
};

use super::{Excess, Limits, watch};

/// How a jail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its program ended, or was ended: bubblewrap answers 128 and the signal's number then.
    Exited(ExitStatus),
    /// It was ended because it used more than it may.
    Exceeded(Excess),
}

/// A jail with its program running. When this is dropped, or this server ends in whatever way, all processes of the
/// jail are killed.
#[derive(Debug)]
pub struct Jailed {
    child: Child,
    limits: Limits,
    disks: Vec<PathBuf>,
}

impl Jailed {
    /// Starts the command. `disks` are those in memory.
    pub(super) async fn spawn(command: Command, limits: Limits, disks: Vec<PathBuf>) -> io::Result<Self> {
        let gone = || io::Error::other("the thread that starts jails is gone");
        let (answer, started) = oneshot::channel();
        let starter = STARTER.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
        let start = Start { command, processors: limits.processors, runtime: Handle::current(), answer };
        starter.send(start).map_err(|_| gone())?;
        let child = started.await.map_err(|_| gone())??;
        Ok(Self { child, limits, disks })
    }

    /// The program's input, if it is a pipe and has not been taken yet.
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// The program's output, if it is a pipe and has not been taken yet.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The program's error output, if it is a pipe and has not been taken yet.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Waits until the jail has ended; ends it when it uses more than it may. It may be called again after it was
    /// dropped half-way.
    ///
    /// # Errors
    /// What the system says when it cannot be waited for.
    pub async fn end(&mut self) -> io::Result<End> {
        let Some(root) = self.child.id() else { return self.child.wait().await.map(End::Exited) };
        let excess = tokio::select! {
            status = self.child.wait() => return status.map(End::Exited),
            excess = watch::excess(root, &self.limits, &self.disks) => excess,
        };
        self.kill().await?;
        Ok(End::Exceeded(excess))
    }

    /// Kills all processes of the jail. Nothing happens when it has ended.
    ///
    /// # Errors
    /// What the system says.
    pub async fn kill(&mut self) -> io::Result<()> {
        let Some(root) = self.child.id() else { return Ok(()) };
        kill_inside(root);
        self.child.kill().await
    }
}

impl Drop for Jailed {
    fn drop(&mut self) {
        if let Some(root) = self.child.id() {
            kill_inside(root);
        }
    }
}

/// Kills the first process inside, and the kernel all others with it. bubblewrap asks the kernel to do so when its
/// outermost process `root` is gone, but only after it has begun the program: a jail that is killed at its beginning
/// would stay.
fn kill_inside(root: u32) {
    let Some(root) = i32::try_from(root).ok().and_then(Pid::from_raw) else { return };
    // Nothing is added below a process that has stopped, and no number there is given to another process.
    if kill_process(root, Signal::STOP).is_err() {
        return;
    }
    while is_running(root) {
        std::thread::yield_now();
    }
    for child in watch::children(root.as_raw_pid().cast_unsigned()) {
        if let Some(child) = i32::try_from(child).ok().and_then(Pid::from_raw) {
            // It may have ended by itself.
            let _ = kill_process(child, Signal::KILL);
        }
    }
}

/// Whether a process can still do something: it has neither stopped nor ended.
fn is_running(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
    // The name before it may hold anything.
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim_start().chars().next());
    matches!(state, Some('R' | 'S' | 'D'))
}

/// A jail to start.
struct Start {
    command: Command,
    processors: Option<usize>,
    runtime: Handle,
    answer: oneshot::Sender<io::Result<Child>>,
}

/// The thread that starts jails. `bwrap --die-with-parent` dies with the thread that started it, not with the process,
/// and threads of the runtime come and go; this one stays as long as the server.
static STARTER: LazyLock<io::Result<mpsc::Sender<Start>>> = LazyLock::new(|| {
    let (sender, starts) = mpsc::channel::<Start>();
    std::thread::Builder::new().name("jails".to_owned()).spawn(move || {
        let all = sched_getaffinity(None).ok();
        for (turn, Start { mut command, processors, runtime, answer }) in starts.into_iter().enumerate() {
            let _entered = runtime.enter();
            // What is started inherits the processors of the thread that starts it.
            let few = all.as_ref().zip(processors).and_then(|(all, count)| some_of(all, count, turn));
            let few = few.map(|few| sched_setaffinity(None, &few));
            // A runtime that is ending panics. That must not be the end of this thread.
            let started = match few {
                Some(Err(error)) => Ok(Err(error.into())),
                _ => std::panic::catch_unwind(AssertUnwindSafe(|| command.spawn())),
            };
            if let Some(all) = all.as_ref().filter(|_| processors.is_some()) {
                // These are the ones it had before.
                let _ = sched_setaffinity(None, all);
            }
            let started = started.unwrap_or_else(|_| Err(io::Error::other("the server is ending")));
            // When nobody waits any more, the child is dropped, and so killed.
            let _ = answer.send(started);
        }
    })?;
    Ok(sender)
});

/// Some of the processors, others at every turn; none when all of them are wanted.
fn some_of(all: &CpuSet, count: usize, turn: usize) -> Option<CpuSet> {
    let known: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|processor| all.is_set(*processor)).collect();
    let mut some = CpuSet::new();
    if count >= known.len() {
        return None;
    }
    for processor in known.iter().cycle().skip(turn % known.len()).take(count.max(1)) {
        some.set(*processor);
    }
    Some(some)
}
