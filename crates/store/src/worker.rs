//! What happens by itself: readers follow the event log, jobs run, schedules fire, idle workspaces are closed.
//!
//! Each open workspace has one task. It is woken by commits, by the next job's time and, because another process may
//! write too, by a slow timer; an idle server does nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

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
/// The longest pause after a workspace could not be looked after.
const MOST_BACKOFF: Duration = Duration::from_secs(60);
/// Jobs of one workspace that run at once.
const JOBS_PER_WORKSPACE: usize = 8;
/// Jobs of all workspaces that run at once.
const JOBS: usize = 64;
/// Events handed to a reader in one transaction.
const EVENTS: i64 = 200;
/// How often done jobs are tidied away.
const TIDY: Duration = Duration::from_secs(3600);
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
        let every = ROUNDS.min(store.config().idle).max(Duration::from_millis(100));
        let mut rounds = tokio::time::interval(every);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut looked_after = HashSet::new();
        let (ended, mut has_ended) = tokio::sync::mpsc::unbounded_channel();
        loop {
            let workspace = tokio::select! {
                () = stop.cancelled() => break,
                Some(workspace) = opened.recv() => workspace,
                Some(workspace) = has_ended.recv() => {
                    looked_after.remove(&workspace);
                    // It may have been opened again before its worker had ended.
                    if store.open_database(workspace).is_none() {
                        continue;
                    }
                    workspace
                }
                _ = rounds.tick() => {
                    if let Err(error) = round(&store).await {
                        tracing::warn!(?error, "workspaces could not be looked after");
                    }
                    continue;
                }
                Some(_) = tasks.join_next(), if !tasks.is_empty() => continue,
            };
            if looked_after.insert(workspace) {
                let context = Context {
                    workers: Arc::clone(&shared),
                    store: store.clone(),
                    workspace,
                    slots: Arc::clone(&slots),
                    stop: stop.clone(),
                };
                let ended = ended.clone();
                tasks.spawn(async move {
                    look_after(context).await;
                    let _ = ended.send(workspace);
                });
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

/// What looking after one workspace needs.
struct Context {
    workers: Arc<Workers>,
    store: Store,
    workspace: WorkspaceId,
    slots: Arc<Semaphore>,
    stop: CancellationToken,
}

/// How far one workspace's worker has come.
struct Progress {
    /// When the workspace was last tidied: at first what an earlier server left behind is seen to.
    tidied: Option<Timestamp>,
    /// The newest event that was announced here.
    announced: i64,
    /// The event up to which every reader has read.
    read: i64,
    /// For each reader, how often it has failed in a row and when it is tried again.
    failing: Vec<(i64, Timestamp)>,
    running: JoinSet<()>,
}

/// One workspace's worker: ends when the workspace is closed or the server stops. Nothing that fails ends it.
async fn look_after(context: Context) {
    let Some(database) = context.store.open_database(context.workspace) else { return };
    let mut signal = database.subscribe();
    drop(database);
    let failing = vec![(0, Timestamp::from_micros(i64::MIN)); context.workers.readers.len()];
    let mut progress = Progress { tidied: None, announced: 0, read: 0, failing, running: JoinSet::new() };
    let (mut woken, mut failures) = (false, 0);
    // A workspace that is held here is in use and stays open: while it is looked through, and while its jobs run.
    while let Some(database) = context.store.open_database(context.workspace) {
        signal.borrow_and_update();
        let wait = match context.look(&mut progress, woken).await {
            Ok(wait) => {
                failures = 0;
                wait
            }
            Err(error) => {
                failures += 1;
                let wait = jobs::backoff(failures).min(MOST_BACKOFF);
                tracing::error!(workspace = %context.workspace, ?error, ?wait, "a workspace could not be looked after; again later");
                wait
            }
        };
        let in_use = (!progress.running.is_empty()).then_some(database);
        woken = false;
        tokio::select! {
            () = context.stop.cancelled() => break,
            changed = signal.changed(), if failures == 0 => {
                if changed.is_err() {
                    break; // the workspace was closed; whoever opens it again starts a new task
                }
                woken = true;
            }
            Some(_) = progress.running.join_next(), if !progress.running.is_empty() => {}
            () = tokio::time::sleep(wait) => {}
        }
        drop(in_use);
    }
    while progress.running.join_next().await.is_some() {}
}

impl Context {
    /// Looks once for events to read and jobs to start. Answers how long nothing need be done, unless something happens.
    async fn look(&self, progress: &mut Progress, woken: bool) -> Result<Duration> {
        let Self { workers, store, workspace, .. } = self;
        let now = Timestamp::now();
        if progress.tidied.is_none_or(|at| at.plus(TIDY) < now) {
            // Leases found at the start on the embedded engine belong to a server that is gone.
            let release = progress.tidied.is_none() && store.engine() == Engine::Sqlite;
            store
                .quiet_write(*workspace, move |tx| {
                    if release {
                        jobs::release_all(tx)?;
                    }
                    jobs::purge_done(tx, tx.now().minus(KEEP_DONE)).map(drop)
                })
                .await?;
            progress.tidied = Some(now);
        }
        let last = workers.read_events(store, *workspace, progress).await?;
        if last > progress.announced && !woken {
            // Another process wrote these: those who wait for events have not been woken.
            store.wake_workspace(*workspace);
        }
        progress.announced = last;
        let free = JOBS_PER_WORKSPACE.saturating_sub(progress.running.len());
        let next_job = self.start_jobs(free, &mut progress.running).await?;
        let next_try = progress.failing.iter().filter(|(failures, _)| *failures > 0).map(|(_, at)| *at).min();
        let next = next_job.into_iter().chain(next_try).min();
        store.set_next_job(*workspace, next);
        // A full house is left only when a job ends.
        let wake = if free == 0 { next_try } else { next };
        Ok(wake.map_or(LOOK, |at| {
            let micros = at.micros().saturating_sub(Timestamp::now().micros()).max(1000);
            Duration::from_micros(micros.unsigned_abs()).min(LOOK)
        }))
    }

    /// Takes due jobs and starts them. Answers when the next one is due.
    async fn start_jobs(&self, free: usize, running: &mut JoinSet<()>) -> Result<Option<Timestamp>> {
        let next = self.store.quiet_read(self.workspace, jobs::next_due).await?;
        let due = next.is_some_and(|at| at <= Timestamp::now());
        if !due || free == 0 {
            return Ok(next);
        }
        let (claimed, next) = self
            .store
            .quiet_write(self.workspace, move |tx| {
                jobs::run_schedules(tx)?;
                let claimed = jobs::claim(tx, free as i64, LEASE)?;
                Ok((claimed, jobs::next_due(tx)?))
            })
            .await?;
        for job in claimed {
            let context =
                JobContext { store: self.store.clone(), workspace: self.workspace, job, stop: self.stop.clone() };
            let workers = Arc::clone(&self.workers);
            let slots = Arc::clone(&self.slots);
            running.spawn(async move { workers.run_job(context, slots).await });
        }
        Ok(next)
    }
}

impl Workers {
    /// Hands every reader the events it has not seen. One that fails is tried again, at ever longer intervals, and never
    /// skips an event; the others go on without it. Answers the number of the newest event.
    async fn read_events(&self, store: &Store, workspace: WorkspaceId, progress: &mut Progress) -> Result<i64> {
        let names: Vec<&'static str> = self.readers.iter().map(|(name, _)| *name).collect();
        let seen = progress.read;
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
        let mut all = true;
        for (((name, read), cursor), (failures, again)) in self.readers.iter().zip(cursors).zip(&mut progress.failing) {
            if *again > Timestamp::now() {
                all = false;
            } else if let Err(error) = catch_up(store, workspace, name, read, cursor, last).await {
                all = false;
                *failures += 1;
                *again = Timestamp::now().plus(jobs::backoff(*failures));
                tracing::error!(%workspace, reader = name, failures, %again, ?error, "a reader of events failed");
            } else {
                *failures = 0;
            }
        }
        if all {
            progress.read = last;
        }
        Ok(last)
    }

    /// Runs one job once there is a slot for it, renewing its lease all the while, and notes how it ended.
    async fn run_job(self: Arc<Self>, context: JobContext, slots: Arc<Semaphore>) {
        let JobContext { store, workspace, job, .. } = context.clone();
        let kind = job.kind.clone();
        let mut task = tokio::spawn(async move {
            // The semaphore is never closed.
            let _slot = slots.acquire_owned().await;
            match self.handlers.get(kind.as_str()) {
                Some(handler) => handler(context).await,
                None => Err(Error::internal(format!("no handler for jobs of kind {kind}"))),
            }
        });
        let mut heartbeat = tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
        let result = loop {
            tokio::select! {
                ended = &mut task => break ended.unwrap_or_else(|panic| Err(Error::internal(format!("the job panicked: {panic}")))),
                _ = heartbeat.tick() => {
                    let leased = job.clone();
                    if let Err(error) = store.quiet_write(workspace, move |tx| jobs::extend_lease(tx, &leased, LEASE)).await {
                        tracing::warn!(%workspace, job = %job.id, ?error, "a job's lease was not renewed");
                    }
                }
            }
        };
        let id = job.id;
        let noted = store
            .quiet_write(workspace, move |tx| match &result {
                Ok(Outcome::Done) => jobs::finish(tx, &job),
                Ok(Outcome::Again(at)) => jobs::again(tx, &job, *at),
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

/// Gives `read` the events up to `last`. The cursor is read again in each transaction: another node's worker may have
/// moved it.
async fn catch_up(
    store: &Store,
    workspace: WorkspaceId,
    name: &'static str,
    read: &ReadEvent,
    mut cursor: i64,
    last: i64,
) -> Result<()> {
    let mut size = EVENTS;
    while cursor < last {
        let read = Arc::clone(read);
        let reached = store
            .quiet_write(workspace, move |tx| {
                let cursor = events::cursor(tx, name)?;
                let batch = events::after(tx, cursor, size)?;
                for event in &batch {
                    let note = |e: Error| {
                        let context =
                            format!("event {} ({}): {}", event.seq, event.verb, e.context().unwrap_or_default());
                        e.with_context(context)
                    };
                    read(tx, event).map_err(note)?;
                }
                let reached = batch.last().map_or(cursor.max(last), |event| event.seq);
                events::advance(tx, name, reached)?;
                Ok(reached)
            })
            .await;
        (cursor, size) = match reached {
            Ok(reached) => (reached, (size * 2).min(EVENTS)),
            // One at a time: what comes before the event that fails is done with.
            Err(_) if size > 1 => (cursor, 1),
            Err(error) => return Err(error),
        };
    }
    Ok(())
}
