//! The threads that do the database work, and the writer queue that commits waiting closures together.
//!
//! Reads go to a few threads over one queue: under load a thread takes the next read without being woken, which on one
//! core serves more requests than a wake-up per request. Writes of one database run one batch at a time; databases do not
//! wait for each other as long as a write thread is free.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender};
use kernel::{Actor, Error, Result, Timestamp};
use tokio::sync::oneshot;

use crate::{
    database::Database,
    engine::Conn,
    tx::{Effects, Tx},
};

/// Closures committed in one transaction at most.
const BATCH: usize = 256;
/// Attempts at a transaction that conflicts with another node's.
const ATTEMPTS: u32 = 12;

/// Locks, even after a panic elsewhere: what the locks here guard is never left half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A piece of work for a pool thread, which lends it the thread's own PostgreSQL connection.
type Task = Box<dyn FnOnce(&mut ThreadConn) + Send>;

/// The connection that a pool thread keeps to PostgreSQL; empty on SQLite.
#[derive(Default)]
pub(crate) struct ThreadConn {
    conn: Option<Conn>,
}

impl ThreadConn {
    /// Runs `sql`, which begins something, on the thread's connection and lends it. A connection that has ended while
    /// nobody used it is replaced.
    pub fn begin(&mut self, url: &str, sql: &str) -> Result<&mut Conn> {
        if let Err(error) = self.postgres(url)?.command(sql) {
            if self.conn.as_mut().is_some_and(Conn::rollback) {
                return Err(error);
            }
            self.conn = None;
            self.postgres(url)?.command(sql)?;
        }
        self.postgres(url)
    }

    /// The thread's connection, made when there is none.
    pub fn postgres(&mut self, url: &str) -> Result<&mut Conn> {
        if matches!(&self.conn, Some(Conn::Postgres(client)) if client.is_lost()) {
            self.conn = None;
        }
        match &mut self.conn {
            Some(conn) => Ok(conn),
            empty => Ok(empty.insert(Conn::Postgres(Box::new(crate::engine::postgres::Client::connect(url)?)))),
        }
    }
}

/// The two groups of threads.
pub(crate) struct Pool {
    reads: Sender<Task>,
    writes: Sender<Task>,
}

impl Pool {
    pub fn new(readers: usize, writers: usize) -> Result<Self> {
        let (reads, read_queue) = crossbeam_channel::unbounded();
        let (writes, write_queue) = crossbeam_channel::unbounded();
        for n in 0..readers {
            spawn(format!("read-{n}"), read_queue.clone())?;
        }
        for n in 0..writers {
            spawn(format!("write-{n}"), write_queue.clone())?;
        }
        Ok(Self { reads, writes })
    }

    /// Runs `task` on a read thread.
    pub fn read(&self, task: Task) {
        // The threads end only when the pool is dropped, so the queue is open.
        let _ = self.reads.send(task);
    }

    /// Runs `task` on a write thread.
    pub fn write(&self, task: Task) {
        let _ = self.writes.send(task);
    }
}

fn spawn(name: String, queue: Receiver<Task>) -> Result<()> {
    let run = move || {
        let mut conn = ThreadConn::default();
        for task in queue {
            // A task reports its own panics; this keeps the thread for the next one.
            if catch_unwind(AssertUnwindSafe(|| task(&mut conn))).is_err() {
                conn = ThreadConn::default();
            }
        }
    };
    std::thread::Builder::new().name(name).stack_size(2 << 20).spawn(run).map_err(Error::internal)?;
    Ok(())
}

/// A closure waiting to be committed.
pub(crate) trait Write: Send {
    /// Runs the closure and keeps its result. Tells whether it succeeded.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()>;
    /// The actor it runs as.
    fn actor(&self) -> Actor;
    /// Sends the kept result, or `failure` when the commit failed.
    fn reply(self: Box<Self>, failure: Option<Error>);
}

/// A typed closure with the channel its result goes to.
pub(crate) struct Closure<T, F> {
    pub actor: Actor,
    pub run: F,
    pub result: Option<Result<T>>,
    pub reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Write for Closure<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let result = catch_unwind(AssertUnwindSafe(|| (self.run)(tx))).unwrap_or_else(|panic| Err(panic_error(&panic)));
        let result = tx.settle(result);
        let outcome = result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.result = Some(result);
        outcome
    }

    fn actor(&self) -> Actor {
        self.actor
    }

    fn reply(self: Box<Self>, failure: Option<Error>) {
        let result = match (failure, self.result) {
            (Some(failure), _) => Err(failure),
            (None, Some(result)) => result,
            (None, None) => Err(Error::internal("a write was never run")),
        };
        // The caller may have gone away; what it asked for has happened all the same.
        let _ = self.reply.send(result);
    }
}

/// What a panic said, as an error for the log.
pub(crate) fn panic_error(panic: &Box<dyn std::any::Any + Send>) -> Error {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic".to_owned());
    Error::internal(format!("panic in a transaction: {text}"))
}

/// The closures waiting for one database.
#[derive(Default)]
pub(crate) struct WriteQueue {
    state: Mutex<QueueState>,
}

#[derive(Default)]
struct QueueState {
    waiting: VecDeque<Box<dyn Write>>,
    running: bool,
}

impl WriteQueue {
    /// Whether nothing waits or runs.
    pub fn is_idle(&self) -> bool {
        let state = lock(&self.state);
        state.waiting.is_empty() && !state.running
    }

    /// Adds a closure; answers whether the caller must send the database to a write thread.
    fn push(&self, write: Box<dyn Write>) -> bool {
        let mut state = lock(&self.state);
        state.waiting.push_back(write);
        !std::mem::replace(&mut state.running, true)
    }

    /// Takes the next batch.
    fn take(&self) -> Vec<Box<dyn Write>> {
        let mut state = lock(&self.state);
        let n = state.waiting.len().min(BATCH);
        state.waiting.drain(..n).collect()
    }

    /// Whether there is more; if not, the run has ended.
    fn goes_on(&self) -> bool {
        let mut state = lock(&self.state);
        state.running = !state.waiting.is_empty();
        state.running
    }
}

/// Queues `write` on `database` and sees to it that a thread works the queue.
pub(crate) fn enqueue(pool: &Pool, database: &Arc<Database>, write: Box<dyn Write>) {
    if database.queue.push(write) {
        pool.write(work_off(pool.writes.clone(), Arc::clone(database)));
    }
}

/// Commits batch after batch; when other databases wait for a thread, the rest of this one's closures wait behind them.
fn work_off(writes: Sender<Task>, database: Arc<Database>) -> Task {
    Box::new(move |thread| {
        loop {
            let batch = database.queue.take();
            // A panic (in the drop of a result that nobody waits for) must not leave the queue without a thread.
            let _ = catch_unwind(AssertUnwindSafe(|| commit_together(&database, thread, batch)));
            if !database.queue.goes_on() {
                return;
            }
            if !writes.is_empty() {
                break;
            }
        }
        let _ = writes.clone().send(work_off(writes, database));
    })
}

/// Commits a batch in one transaction, a savepoint for each closure, and replies to all once it is durable.
fn commit_together(database: &Database, thread: &mut ThreadConn, mut batch: Vec<Box<dyn Write>>) {
    let mut attempt = 0;
    let outcome = loop {
        attempt += 1;
        let last = attempt == ATTEMPTS;
        let result = database.write(thread, |conn| try_commit(database, conn, &mut batch, last));
        match result {
            Err(error) if error.is_retryable() && !last => {
                tracing::debug!(database = %database.name(), attempt, "transaction conflict; again");
                #[allow(clippy::disallowed_methods, reason = "a database thread, between attempts at a conflict")]
                std::thread::sleep(backoff(attempt));
            }
            other => break other,
        }
    };
    match outcome {
        Ok(effects) => {
            for write in batch {
                write.reply(None);
            }
            database.publish(effects);
        }
        Err(error) => {
            for write in batch {
                write.reply(Some(error.clone()));
            }
        }
    }
}

fn backoff(attempt: u32) -> Duration {
    let most = 2u64 << attempt.min(7);
    Duration::from_millis(rand::random_range(1..=most))
}

/// Runs the closures in the transaction that has begun, and commits it; after an error it is still open. At the `last`
/// attempt, a closure in conflict keeps only itself from being committed.
fn try_commit(database: &Database, conn: &mut Conn, batch: &mut [Box<dyn Write>], last: bool) -> Result<Effects> {
    let alone = batch.len() == 1;
    let mut all = Effects::default();
    for write in batch.iter_mut() {
        let now = Timestamp::now();
        if !alone {
            conn.command("SAVEPOINT one")?;
        }
        let mut tx = Tx::new(conn, write.actor(), now);
        let result = write.run(&mut tx);
        let effects = tx.effects;
        match result {
            Ok(()) => {
                all.events |= effects.events;
                all.jobs |= effects.jobs;
                if !alone {
                    conn.command("RELEASE one")?;
                }
            }
            Err(error) if error.is_retryable() && !last => return Err(error),
            // The closure's own error is its reply; the others go on.
            Err(_) if alone => {
                conn.rollback();
                return Ok(Effects::default());
            }
            Err(_) => {
                conn.command("ROLLBACK TO one")?;
                conn.command("RELEASE one")?;
            }
        }
    }
    conn.commit()?;
    if all.events || all.jobs {
        // After the commit, because PostgreSQL holds a cluster-wide lock while it commits a notification. A node that
        // misses one finds the events by its timer.
        database.notify_other_nodes(conn);
    }
    Ok(all)
}
