//! Writes the ledger behind the calls: what comes within a few milliseconds goes into one transaction of its workspace.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use kernel::{Actor, Error, Id, Kind, Result, ids::WorkspaceId};
use store::Store;
use tokio::sync::{
    mpsc::{self, UnboundedReceiver, UnboundedSender},
    oneshot,
};
use uuid::Uuid;

use crate::{
    Call,
    calls::{self, CallKind},
    nodes,
};

/// How long the first call waits for others.
const GATHER: Duration = Duration::from_millis(10);
/// Rows of one transaction.
const BATCH: usize = 2000;
/// How long to wait after the database has failed.
const AGAIN: Duration = Duration::from_secs(1);

enum Message {
    Put(WorkspaceId, Box<Call>),
    Flush(oneshot::Sender<()>),
}

/// The way to the task that writes.
pub(crate) struct Writer {
    sender: UnboundedSender<Message>,
    unwritten: Arc<AtomicUsize>,
}

impl Writer {
    /// States of calls that are not written yet.
    pub(crate) fn unwritten(&self) -> usize {
        self.unwritten.load(Ordering::Relaxed)
    }

    /// Writes the call as it stands, soon.
    pub(crate) fn put(&self, workspace: WorkspaceId, call: Call) {
        self.unwritten.fetch_add(1, Ordering::Relaxed);
        // The task only ends with this sender, or with the runtime.
        let _ = self.sender.send(Message::Put(workspace, Box::new(call)));
    }

    /// Waits until everything before is written.
    pub(crate) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.sender.send(Message::Flush(done)).is_ok() {
            let _ = wait.await;
        }
    }
}

/// Starts the task that writes. It ends, having written everything, when the writer is dropped.
pub(crate) fn start(store: Store, node: Uuid) -> Writer {
    let (sender, receiver) = mpsc::unbounded_channel();
    let unwritten = Arc::new(AtomicUsize::new(0));
    let task = Task { store, node, marked: HashSet::new(), waiting: HashMap::new(), unwritten: Arc::clone(&unwritten) };
    tokio::spawn(task.run(receiver));
    Writer { sender, unwritten }
}

struct Task {
    store: Store,
    node: Uuid,
    /// Workspaces of which the control database knows that there are calls.
    marked: HashSet<WorkspaceId>,
    /// The newest state of each call that is not written, and how many states that are.
    waiting: HashMap<WorkspaceId, HashMap<Id<CallKind>, (Call, usize)>>,
    unwritten: Arc<AtomicUsize>,
}

impl Task {
    async fn run(mut self, mut receiver: UnboundedReceiver<Message>) {
        loop {
            let mut flushes = Vec::new();
            let first = if self.waiting.is_empty() {
                receiver.recv().await
            } else {
                // The database has failed; it is tried again though nothing new comes.
                match tokio::time::timeout(AGAIN, receiver.recv()).await {
                    Ok(first) => first,
                    Err(_) => {
                        self.write().await;
                        continue;
                    }
                }
            };
            let Some(first) = first else { break };
            self.take(first, &mut flushes);
            if flushes.is_empty() {
                tokio::time::sleep(GATHER).await;
            }
            let mut taken = 1;
            while taken < BATCH
                && let Ok(message) = receiver.try_recv()
            {
                self.take(message, &mut flushes);
                taken += 1;
            }
            self.write().await;
            for flush in flushes {
                // Whoever waited may have gone.
                let _ = flush.send(());
            }
        }
        self.write().await;
    }

    fn take(&mut self, message: Message, flushes: &mut Vec<oneshot::Sender<()>>) {
        match message {
            Message::Flush(done) => flushes.push(done),
            Message::Put(workspace, call) => {
                let calls = self.waiting.entry(workspace).or_default();
                let states = calls.get(&call.id).map_or(0, |(_, states)| *states);
                calls.insert(call.id, (*call, states + 1));
            }
        }
    }

    /// Writes what waits, each workspace by itself; what cannot be written stays.
    async fn write(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let (store, node) = (&self.store, self.node);
        let writes = waiting.into_iter().map(|(workspace, calls)| {
            let is_new = !self.marked.contains(&workspace);
            async move {
                let outcome = write(store, node, workspace, is_new, calls.values().map(|(call, _)| call.clone())).await;
                (workspace, calls, outcome)
            }
        });
        let outcomes: Vec<_> = futures::future::join_all(writes).await;
        for (workspace, calls, outcome) in outcomes {
            let states: usize = calls.values().map(|(_, states)| states).sum();
            match outcome {
                Ok(()) => {
                    self.marked.insert(workspace);
                    self.unwritten.fetch_sub(states, Ordering::Relaxed);
                }
                Err(error) if error.kind() == Kind::NotFound => {
                    tracing::warn!(%workspace, "calls of a workspace that is gone are not written");
                    self.unwritten.fetch_sub(states, Ordering::Relaxed);
                }
                Err(error) => {
                    tracing::error!(%workspace, ?error, states, "calls of models cannot be written yet");
                    self.waiting.insert(workspace, calls);
                }
            }
        }
    }
}

async fn write(
    store: &Store,
    node: Uuid,
    workspace: WorkspaceId,
    is_new: bool,
    calls: impl Iterator<Item = Call>,
) -> Result<(), Error> {
    let calls: Vec<Call> = calls.collect();
    if is_new {
        nodes::mark(store, node, workspace).await?;
    }
    store.write(workspace, Actor::SYSTEM, move |tx| calls.iter().try_for_each(|call| calls::put(tx, call))).await
}
