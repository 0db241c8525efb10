//! Starting a jail and ending it.

use std::{
    io,
    panic::AssertUnwindSafe,
    process::ExitStatus,
    sync::{LazyLock, mpsc},
};

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
}

impl Jailed {
    /// Starts the command.
    pub(super) async fn spawn(command: Command, limits: Limits) -> io::Result<Self> {
        let gone = || io::Error::other("the thread that starts jails is gone");
        let (answer, started) = oneshot::channel();
        let starter = STARTER.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
        starter.send(Start { command, runtime: Handle::current(), answer }).map_err(|_| gone())?;
        let child = started.await.map_err(|_| gone())??;
        Ok(Self { child, limits })
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
            excess = watch::excess(root, &self.limits) => excess,
        };
        self.kill().await?;
        Ok(End::Exceeded(excess))
    }

    /// Kills all processes of the jail. Nothing happens when it has ended.
    ///
    /// # Errors
    /// What the system says.
    pub async fn kill(&mut self) -> io::Result<()> {
        if self.child.id().is_none() {
            return Ok(());
        }
        // The kernel kills the first process inside when this one is gone, and all others with that one.
        self.child.kill().await
    }
}

/// A jail to start.
struct Start {
    command: Command,
    runtime: Handle,
    answer: oneshot::Sender<io::Result<Child>>,
}

/// The thread that starts jails. `bwrap --die-with-parent` dies with the thread that started it, not with the process,
/// and threads of the runtime come and go; this one stays as long as the server.
static STARTER: LazyLock<io::Result<mpsc::Sender<Start>>> = LazyLock::new(|| {
    let (sender, starts) = mpsc::channel::<Start>();
    std::thread::Builder::new().name("jails".to_owned()).spawn(move || {
        for Start { mut command, runtime, answer } in starts {
            let _entered = runtime.enter();
            // A runtime that is ending panics. That must not be the end of this thread.
            let started = std::panic::catch_unwind(AssertUnwindSafe(|| command.spawn()));
            let started = started.unwrap_or_else(|_| Err(io::Error::other("the server is ending")));
            // When nobody waits any more, the child is dropped, and so killed.
            let _ = answer.send(started);
        }
    })?;
    Ok(sender)
});
