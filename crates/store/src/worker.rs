//! What happens by itself: readers follow the event log, jobs run, schedules fire, idle workspaces are closed.
//!
//! Each open workspace has one task. It is woken by commits, by the next job's time and, because another process may
//! write too, by a slow timer; an idle server does nothing.

use std::{collections::HashMap, pin::Pin, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use kernel::{Actor, Error, Result, Timestamp, ids::WorkspaceId};
use tokio::{sync::Semaphore, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{Engine, Event, Job, Store, Tx, events, jobs, listen};

/// How long a worker may be silent before its job is given to another.
const LEASE: Duration = Duration::from_secs(45);
/// How often a running job renews its lease.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often an open workspace is looked at without being woken.
const LOOK: Duration = Duration::from_secs(5);
/// How often the control database is asked for workspaces to wake, and idle ones are closed.
const ROUNDS: Duration = Duration::from_secs(15);
/// Jobs of one workspace that run at once.
const JOBS_PER_WORKSPACE: usize = 8;
/// Jobs of all workspaces that run at once.
const JOBS: usize = 64;
/// Events handed to a reader in one transaction.
const EVENTS: i64 = 200;
/// How long done jobs can still be looked at.
const KEEP_DONE: Duration = Duration::from_secs(7 * 24 * 3600);

/// How a job ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It wants to be run again, not before this time; this does not count as a failure.
    Again(Timestamp),
}

/// What a job's handler is given.
#[derive(Clone)]
pub struct JobContext {
    /// The store.
    pub store: Store,
    /// The job's workspace.
    pub workspace: WorkspaceId,
    /// The job.
    pub job: Job,
    /// Set when the server is stopping: finish the current step and return [`Outcome::Again`].
    pub stop: CancellationToken,
}

impl JobContext {
    /// Notes how far the job has come.
    ///
    /// # Errors
    /// The store's.
    pub async fn progress(&self, done: i64, total: Option<i64>, note: Option<String>) -> Result<()> {
        let id = self.job.id;
        self.store
            .write(self.workspace, Actor::SYSTEM, move |tx| jobs::progress(tx, id, done, total, note.as_deref()))
            .await
    }
}

type Handler = Arc<dyn Fn(JobContext) -> BoxFuture<'static, Result<Outcome>> + Send + Sync>;
type ReadEvent = Arc<dyn Fn(&mut Tx<'_>, &Event) -> Result<()> + Send + Sync>;

/// Which handler runs which job, and who reads the event log.
#[derive(Clone, Default)]
pub struct Workers {
    handlers: HashMap<&'static str, Handler>,
    readers: Vec<(&'static str, ReadEvent)>,
}

impl Workers {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Jobs of `kind` are run by `handler`. It may run twice for one job (a server can be killed), so it must be
    /// idempotent; an error is retried later.
    #[must_use]
    pub fn job<F, R>(mut self, kind: &'static str, handler: F) -> Self
    where
        F: Fn(JobContext) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Outcome>> + Send + 'static,
    {
        self.handlers.insert(kind, Arc::new(move |context| Box::pin(handler(context))));
        self
    }

    /// `read` is given every event of every workspace in order, as the system, in the transaction that also moves the
    /// cursor kept under `name`: what it writes happens exactly once per event.
    #[must_use]
    pub fn reader(
        mut self,
        name: &'static str,
        read: impl Fn(&mut Tx<'_>, &Event) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.readers.push((name, Arc::new(read)));
        self
    }

    /// Runs until `stop`, then waits for running jobs to return.
    ///
    /// # Errors
    /// `Unavailable` when the control database cannot be read at the start.
    pub async fn run(self, store: Store, stop: CancellationToken) -> Result<()> {
        let mut opened = store.on_open();
        let mut tasks = JoinSet::new();
        if let Some(url) = store.config().database_url.clone() {
            tasks.spawn(listen::run(store.clone(), url, stop.clone()));
        }
        let shared = Arc::new(self);
        let slots = Arc::new(Semaphore::new(JOBS));
        let mut rounds = tokio::time::interval(ROUNDS);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut looked_after = std::collections::HashSet::new();
        let (ended, mut has_ended) = tokio::sync::mpsc::unbounded_channel();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(workspace) = opened.recv() => {
                    if looked_after.insert(workspace) {
                        let look_after = look_after(Arc::clone(&shared), store.clone(), workspace, Arc::clone(&slots), stop.clone());
                        let ended = ended.clone();
                        tasks.spawn(async move {
                            if let Err(error) = look_after.await {
                                tracing::error!(%workspace, ?error, "a workspace's worker ended");
                            }
                            let _ = ended.send(workspace);
                        });
                    }
                }
                Some(workspace) = has_ended.recv() => {
                    looked_after.remove(&workspace);
                }
                _ = rounds.tick() => {
                    if let Err(error) = round(&store).await {
                        tracing::warn!(?error, "workspaces could not be looked after");
                    }
                }
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            }
        }
        while tasks.join_next().await.is_some() {}
        Ok(())
    }
}

async fn round(store: &Store) -> Result<()> {
    store.close_idle().await?;
    for workspace in store.due_workspaces().await? {
        // Opening it starts its task, which does the rest.
        if let Err(error) = store.database(workspace).await {
            tracing::error!(%workspace, ?error, "a workspace could not be opened");
        }
    }
    Ok(())
}

/// One workspace's worker: ends when the workspace is closed or the server stops.
async fn look_after(
    workers: Arc<Workers>,
    store: Store,
    workspace: WorkspaceId,
    slots: Arc<Semaphore>,
    stop: CancellationToken,
) -> Result<()> {
    let Some(database) = store.open_database(workspace) else { return Ok(()) };
    let mut signal = database.subscribe();
    drop(database);
    let embedded = store.engine() == Engine::Sqlite;
    store
        .quiet_write(workspace, move |tx| {
            if embedded {
                jobs::release_all(tx)?;
            }
            jobs::purge_done(tx, tx.now().minus(KEEP_DONE)).map(drop)
        })
        .await?;
    let mut running: JoinSet<()> = JoinSet::new();
    let mut seen = 0;
    let mut woken = false;
    loop {
        signal.borrow_and_update();
        let last = workers.read_events(&store, workspace, seen).await?;
        if last > seen && !woken {
            // Another process wrote these: those who wait for events have not been woken.
            store.wake_workspace(workspace);
        }
        seen = last;
        woken = false;
        let free = JOBS_PER_WORKSPACE.saturating_sub(running.len());
        let next = workers.start_jobs(&store, workspace, free, &slots, &mut running, &stop).await?;
        let until_next = next.map_or(LOOK, |at| {
            let micros = at.micros().saturating_sub(Timestamp::now().micros()).max(1000);
            Duration::from_micros(micros.unsigned_abs()).min(LOOK)
        });
        // A full house is left only when a job ends.
        let wait = if free == 0 { LOOK } else { until_next };
        tokio::select! {
            () = stop.cancelled() => break,
            changed = signal.changed() => {
                if changed.is_err() {
                    break; // the workspace was closed
                }
                woken = true;
            }
            Some(_) = running.join_next(), if !running.is_empty() => {}
            () = tokio::time::sleep(wait) => {
                // Closed in the meantime: whoever opens it again starts a new task.
                if running.is_empty() && store.open_database(workspace).is_none() {
                    return Ok(());
                }
            }
        }
    }
    while running.join_next().await.is_some() {}
    Ok(())
}

impl Workers {
    /// Hands every reader the events it has not seen. Answers the number of the newest.
    async fn read_events(&self, store: &Store, workspace: WorkspaceId, seen: i64) -> Result<i64> {
        let names: Vec<&'static str> = self.readers.iter().map(|(name, _)| *name).collect();
        let (last, cursors) = store
            .quiet_read(workspace, move |tx| {
                let last = events::last_seq(tx)?;
                if last == seen {
                    return Ok((last, Vec::new()));
                }
                let cursors: Result<Vec<i64>> = names.iter().map(|name| events::cursor(tx, name)).collect();
                Ok((last, cursors?))
            })
            .await?;
        for ((name, read), cursor) in self.readers.iter().zip(cursors) {
            let mut cursor = cursor;
            while cursor < last {
                let (name, read) = (*name, Arc::clone(read));
                cursor = store
                    .quiet_write(workspace, move |tx| {
                        let batch = events::after(tx, cursor, EVENTS)?;
                        for event in &batch {
                            read(tx, event)?;
                        }
                        let reached = batch.last().map_or(last, |event| event.seq);
                        events::advance(tx, name, reached)?;
                        Ok(reached)
                    })
                    .await?;
            }
        }
        Ok(last)
    }

    /// Takes due jobs and starts them. Answers when the next one is due.
    async fn start_jobs(
        self: &Arc<Self>,
        store: &Store,
        workspace: WorkspaceId,
        free: usize,
        slots: &Arc<Semaphore>,
        running: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> Result<Option<Timestamp>> {
        let next = store.quiet_read(workspace, jobs::next_due).await?;
        let due = next.is_some_and(|at| at <= Timestamp::now());
        if !due || free == 0 {
            store.set_next_job(workspace, next);
            return Ok(next);
        }
        let (claimed, next) = store
            .quiet_write(workspace, move |tx| {
                jobs::run_schedules(tx)?;
                let claimed = jobs::claim(tx, free as i64, LEASE)?;
                Ok((claimed, jobs::next_due(tx)?))
            })
            .await?;
        store.set_next_job(workspace, next);
        for job in claimed {
            let context = JobContext { store: store.clone(), workspace, job, stop: stop.clone() };
            let workers = Arc::clone(self);
            let slots = Arc::clone(slots);
            running.spawn(async move {
                // The semaphore is never closed.
                let _slot = slots.acquire_owned().await;
                workers.run_job(context).await;
            });
        }
        Ok(next)
    }

    /// Runs one job, renewing its lease, and notes how it ended.
    async fn run_job(&self, context: JobContext) {
        let JobContext { store, workspace, job, .. } = context.clone();
        let id = job.id;
        let work: Pin<Box<dyn Future<Output = Result<Outcome>> + Send>> = match self.handlers.get(job.kind.as_str()) {
            Some(handler) => handler(context),
            None => {
                let kind = job.kind.clone();
                Box::pin(async move { Err(Error::internal(format!("no handler for jobs of kind {kind}"))) })
            }
        };
        let mut task = tokio::spawn(work);
        let mut heartbeat = tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
        let result = loop {
            tokio::select! {
                ended = &mut task => break ended.unwrap_or_else(|panic| Err(Error::internal(format!("the job panicked: {panic}")))),
                _ = heartbeat.tick() => {
                    if let Err(error) = store.quiet_write(workspace, move |tx| jobs::extend_lease(tx, id, LEASE)).await {
                        tracing::warn!(%workspace, job = %id, ?error, "a job's lease was not renewed");
                    }
                }
            }
        };
        let noted = store
            .quiet_write(workspace, move |tx| match &result {
                Ok(Outcome::Done) => jobs::finish(tx, id),
                Ok(Outcome::Again(at)) => jobs::again(tx, id, *at),
                Err(error) => {
                    let state = jobs::fail(tx, &job, &format!("{error:?}"))?;
                    tracing::warn!(%workspace, job = %id, kind = %job.kind, attempt = job.attempts, ?state, ?error, "a job failed");
                    Ok(())
                }
            })
            .await;
        if let Err(error) = noted {
            // Its lease will run out and the job be run again.
            tracing::error!(%workspace, job = %id, ?error, "a job's end was not noted");
        }
    }
}
