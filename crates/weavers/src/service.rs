//! Weavers as they are asked for: rows and drivers together.

use std::{sync::Arc, time::Duration};

use kernel::{
    Actor, Error, Kind, Result, Timestamp,
    ids::{UserId, WeaverId, WorkspaceId},
};
use store::{Engine, JobContext, Outcome, Store, Workers};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    driver::{Driver, Ending, Name, State, unavailable},
    kubernetes::{self, Kubernetes},
    local::{self, Local},
    order::{Order, Plan},
    rows::{self, CHECK, Filter, Place, Quotas, Status, Weaver},
    session::Session,
};

/// How often weavers are looked after.
pub(crate) const EACH: Duration = Duration::from_secs(60);
/// After how long a silent process is taken to be gone, with its weavers.
const GONE: Duration = Duration::from_secs(180);
/// How long the end of a weaver may take to be written when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What runs weavers.
#[derive(Clone, Debug)]
pub enum Kinds {
    /// Jails of this machine.
    Local(local::Settings),
    /// Pods of a cluster.
    Kubernetes(kubernetes::Settings),
    /// Nothing.
    Off,
}

/// How weavers are run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// By what.
    pub kind: Kinds,
    /// How many at one time.
    pub quotas: Quotas,
}

/// Whoever asks.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The user.
    pub user: UserId,
    /// The actor that the user is there.
    pub actor: Actor,
}

/// The weavers of a server. Clones share everything.
#[derive(Clone)]
pub struct Weavers(Arc<Inner>);

struct Inner {
    store: Store,
    driver: Option<Arc<dyn Driver>>,
    quotas: Quotas,
    /// This process.
    node: Uuid,
    /// This machine.
    host: String,
    ends: Mutex<mpsc::UnboundedReceiver<(Name, Ending)>>,
}

impl Weavers {
    /// The weavers of this server. Nothing is begun or reached before it is needed.
    pub fn new(store: Store, settings: Settings) -> Self {
        let (ends, told) = mpsc::unbounded_channel();
        let driver: Option<Arc<dyn Driver>> = match settings.kind {
            Kinds::Local(settings) => Some(Arc::new(Local::new(settings, ends))),
            Kinds::Kubernetes(settings) => Some(Arc::new(Kubernetes::new(settings))),
            Kinds::Off => None,
        };
        Self(Arc::new(Inner {
            store,
            driver,
            quotas: settings.quotas,
            node: Uuid::now_v7(),
            host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            ends: Mutex::new(told),
        }))
    }

    fn driver(&self) -> Result<&Arc<dyn Driver>> {
        self.0.driver.as_ref().ok_or_else(|| unavailable("they are switched off; its operator can set HEDDLE_WEAVERS"))
    }

    /// Begins a weaver in the caller's workspace.
    ///
    /// # Errors
    /// `Invalid` naming the field, `weaver_quota_reached`, `weavers_unavailable`.
    pub async fn create(&self, caller: Caller, order: Order) -> Result<Weaver> {
        let driver = self.driver()?;
        let (memory, processors) = driver.usual();
        let plan = order.checked(memory, processors)?;
        driver.check(&plan).await?;
        let id = WeaverId::new();
        let place = Place {
            driver: driver.name(),
            node: driver.is_local().then_some(self.0.node),
            host: driver.is_local().then(|| self.0.host.clone()),
        };
        let (quotas, noted) = (self.0.quotas, plan.clone());
        let insert = move |tx: &mut store::Tx<'_>| rows::insert(tx, id, caller.user, &noted, &place, quotas);
        let weaver = self.0.store.write(caller.workspace, caller.actor, insert).await?;
        // What has a row is begun to its end, whether or not the caller still waits.
        let (this, workspace) = (self.clone(), caller.workspace);
        let begin = tokio::spawn(async move { this.begin(workspace, &weaver, &plan).await });
        begin.await.map_err(Error::internal)??;
        self.0.store.read(caller.workspace, caller.actor, move |tx| rows::get(tx, id)).await
    }

    async fn begin(&self, workspace: WorkspaceId, weaver: &Weaver, plan: &Plan) -> Result<()> {
        let driver = self.driver()?;
        let id = weaver.id;
        let name = Name { id, workspace, owner: weaver.owner_id, expires_at: weaver.expires_at };
        let begun = driver.create(&name, plan).await;
        let (is_begun, is_local) = (begun.is_ok(), driver.is_local());
        let note = move |tx: &mut store::Tx<'_>| match (is_begun, is_local) {
            (true, true) => rows::note(tx, id, Status::Running, None),
            (true, false) => Ok(()),
            (false, _) => rows::remove(tx, id),
        };
        self.write(workspace, note).await?;
        begun
    }

    /// A weaver as it stands.
    ///
    /// # Errors
    /// `weaver_not_found`.
    pub async fn get(&self, caller: Caller, id: WeaverId) -> Result<Weaver> {
        let read = move |tx: &mut store::Tx<'_>| rows::get(tx, id);
        let weaver = self.0.store.read(caller.workspace, caller.actor, read).await?;
        if self.refresh(caller.workspace, &weaver).await? {
            return self.0.store.read(caller.workspace, caller.actor, read).await;
        }
        Ok(weaver)
    }

    /// The caller's weavers, the newest first, and how many there are; administrators of the workspace see all.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(&self, caller: Caller, filter: Filter, limit: i64, offset: i64) -> Result<(Vec<Weaver>, i64)> {
        let read = |filter: Filter| {
            let list = move |tx: &mut store::Tx<'_>| rows::list(tx, &filter, limit, offset);
            self.0.store.read(caller.workspace, caller.actor, list)
        };
        let (weavers, total) = read(filter.clone()).await?;
        let refreshed = weavers.iter().map(|weaver| self.refresh(caller.workspace, weaver));
        let refreshed = futures::future::join_all(refreshed).await;
        // One that cannot be asked for stands as it was last known.
        if refreshed.into_iter().any(|changed| changed.unwrap_or(false)) {
            return read(filter).await;
        }
        Ok((weavers, total))
    }

    /// Ends a weaver: its owner or an administrator of the workspace.
    ///
    /// # Errors
    /// `weaver_not_found`, `weaver_elsewhere`, `weavers_unavailable`.
    pub async fn delete(&self, caller: Caller, id: WeaverId) -> Result<()> {
        let weaver = self.get(caller, id).await?;
        self.check_here(&weaver)?;
        let begin = move |tx: &mut store::Tx<'_>| rows::begin_end(tx, id, "it was deleted").map(drop);
        self.0.store.write(caller.workspace, caller.actor, begin).await?;
        let (this, workspace, actor) = (self.clone(), caller.workspace, caller.actor);
        tokio::spawn(async move { this.end(workspace, actor, &weaver).await }).await.map_err(Error::internal)?
    }

    /// The last lines of what a weaver wrote, or all that is kept.
    ///
    /// # Errors
    /// `weaver_not_found`, `weaver_elsewhere`, `weavers_unavailable`.
    pub async fn logs(&self, caller: Caller, id: WeaverId, tail: Option<usize>) -> Result<Vec<u8>> {
        let weaver = self.get(caller, id).await?;
        self.check_here(&weaver)?;
        self.driver_of(&weaver)?.logs(id, tail).await
    }

    /// The terminal of a weaver: its owner or an administrator of the workspace.
    ///
    /// # Errors
    /// `weaver_not_found`, `weaver_not_running`, `weaver_elsewhere`, `weavers_unavailable`.
    pub async fn attach(&self, caller: Caller, id: WeaverId) -> Result<Arc<Session>> {
        let weaver = self.get(caller, id).await?;
        self.check_here(&weaver)?;
        self.driver_of(&weaver)?.attach(id).await
    }

    /// Keeps the books of weavers that end, until `stop`; then ends those that cannot outlive this process.
    pub async fn run(self, stop: CancellationToken) {
        let mut ends = self.0.ends.lock().await;
        let mut rounds = tokio::time::interval(EACH);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some((name, ending)) = ends.recv() => self.ended(name, ending).await,
                _ = rounds.tick() => self.look_around().await,
            }
        }
        let Some(driver) = &self.0.driver else { return };
        driver.stop().await;
        while let Ok((name, _)) = ends.try_recv() {
            let ending = Ending { code: None, reason: Some("the server that ran it was stopped".to_owned()) };
            // The server must not wait for a database that does not answer.
            let _ = tokio::time::timeout(LAST_WORDS, self.ended(name, ending)).await;
        }
    }

    async fn ended(&self, name: Name, ending: Ending) {
        let id = name.id;
        let written = self.write(name.workspace, move |tx| rows::finish(tx, id, &ending)).await;
        if let Err(error) = written {
            tracing::warn!(?error, weaver = %id, "the end of a weaver is not written");
        }
    }

    /// Says that this process is there, ends what nobody knows of, and what has lived long enough.
    async fn look_around(&self) {
        let Some(driver) = &self.0.driver else { return };
        let names = match driver.list().await {
            Ok(names) => names,
            Err(error) => return tracing::warn!(?error, "weavers cannot be listed"),
        };
        for name in names {
            if let Err(error) = self.look_after(driver.as_ref(), &name).await {
                tracing::warn!(?error, weaver = %name.id, "a weaver cannot be looked after");
            }
        }
    }

    async fn look_after(&self, driver: &dyn Driver, name: &Name) -> Result<()> {
        let id = name.id;
        let beat = move |tx: &mut store::Tx<'_>| {
            rows::beat(tx, &[id])?;
            rows::find(tx, id)
        };
        let known = match self.write(name.workspace, beat).await {
            Err(error) if error.kind() == Kind::NotFound => None,
            known => known?,
        };
        match known {
            // Its row, or its workspace, is gone.
            None => driver.delete(id).await,
            Some(weaver) if weaver.expires_at <= Timestamp::now() => {
                self.end(name.workspace, Actor::SYSTEM, &weaver).await
            }
            Some(_) => Ok(()),
        }
    }

    /// Ends a weaver where it runs, then forgets it.
    async fn end(&self, workspace: WorkspaceId, actor: Actor, weaver: &Weaver) -> Result<()> {
        let id = weaver.id;
        self.driver_of(weaver)?.delete(id).await?;
        self.0.store.write(workspace, actor, move |tx| rows::remove(tx, id)).await
    }

    /// Writes how a weaver stands where it runs, if that is otherwise than its row says.
    async fn refresh(&self, workspace: WorkspaceId, weaver: &Weaver) -> Result<bool> {
        if weaver.ended_at.is_some() || weaver.status == Status::Terminating {
            return Ok(false);
        }
        let id = weaver.id;
        let state = match self.state(weaver).await? {
            Some(state) => state,
            None => return Ok(false),
        };
        let (status, reason) = match state {
            State::Pending(reason) => (Status::Pending, reason),
            State::Running | State::Terminating => (Status::Running, None),
            State::Ended(ending) => {
                self.write(workspace, move |tx| rows::finish(tx, id, &ending)).await?;
                return Ok(true);
            }
            State::Gone => {
                let reason = if weaver.node.is_some() { "the server that ran it has ended" } else { "its pod is gone" };
                let ending = Ending { code: None, reason: Some(reason.to_owned()) };
                self.write(workspace, move |tx| rows::finish(tx, id, &ending)).await?;
                return Ok(true);
            }
        };
        if (status, reason.as_deref()) == (weaver.status, weaver.reason.as_deref()) {
            return Ok(false);
        }
        self.write(workspace, move |tx| rows::note(tx, id, status, reason.as_deref())).await?;
        Ok(true)
    }

    /// How a weaver stands where it runs; none where that cannot be known here, or it is only about to begin.
    async fn state(&self, weaver: &Weaver) -> Result<Option<State>> {
        let now = Timestamp::now();
        let is_new = weaver.status == Status::Pending && weaver.created_at > now.minus(EACH);
        let Some(node) = weaver.node else {
            let state = self.driver_of(weaver)?.state(weaver.id).await?;
            return Ok(Some(state).filter(|state| *state != State::Gone || !is_new));
        };
        if node == self.0.node {
            let state = self.driver_of(weaver)?.state(weaver.id).await?;
            return Ok(Some(state).filter(|state| *state != State::Gone || !is_new));
        }
        // An embedded database serves one process, so all others are gone.
        let is_gone = self.0.store.engine() == Engine::Sqlite || weaver.alive_at < now.minus(GONE);
        Ok(is_gone.then_some(State::Gone))
    }

    fn driver_of(&self, weaver: &Weaver) -> Result<&Arc<dyn Driver>> {
        let driver = self.driver()?;
        if driver.name() != weaver.driver {
            return Err(unavailable(format!("this one needs the driver {}, which is not on", weaver.driver)));
        }
        Ok(driver)
    }

    /// Checks that a weaver can be reached from this process.
    fn check_here(&self, weaver: &Weaver) -> Result<()> {
        match weaver.node {
            Some(node) if node != self.0.node && weaver.status.is_live() => {
                let host = weaver.host.as_deref().unwrap_or("another machine");
                let text = format!("This weaver runs on the server at {host}, and can be reached through that only.");
                Err(Error::conflict("weaver_elsewhere", text))
            }
            _ => Ok(()),
        }
    }

    async fn write<T, F>(&self, workspace: WorkspaceId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut store::Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.0.store.write(workspace, Actor::SYSTEM, work).await
    }

    /// Looks after a weaver until it is gone: a job that runs again and again, on any node.
    async fn check(&self, workspace: WorkspaceId, id: WeaverId) -> Result<Outcome> {
        let found = self.0.store.read(workspace, Actor::SYSTEM, move |tx| rows::find(tx, id)).await?;
        let Some(weaver) = found else { return Ok(Outcome::Done) };
        let now = Timestamp::now();
        // What it stands as counts before its end: a process that is gone ends nothing.
        if let Err(error) = self.refresh(workspace, &weaver).await {
            tracing::warn!(?error, weaver = %id, "a weaver cannot be asked how it stands");
        }
        let is_over = weaver.expires_at <= now || weaver.status == Status::Terminating;
        let is_here = self.check_here(&weaver).is_ok();
        if is_over && is_here {
            self.end(workspace, Actor::SYSTEM, &weaver).await?;
            return Ok(Outcome::Done);
        }
        let gone = weaver.node.is_some() && matches!(self.state(&weaver).await, Ok(Some(State::Gone)));
        if is_over && gone {
            self.write(workspace, move |tx| rows::remove(tx, id)).await?;
            return Ok(Outcome::Done);
        }
        let next = now.plus(EACH);
        Ok(Outcome::Again(if weaver.expires_at > now { next.min(weaver.expires_at) } else { next }))
    }
}

/// Registers the job that looks after weavers.
pub fn workers(workers: Workers, weavers: &Weavers) -> Workers {
    let weavers = weavers.clone();
    workers.job(CHECK, move |context: JobContext| {
        let weavers = weavers.clone();
        async move {
            let id = context.job.payload.get("weaver_id").and_then(serde_json::Value::as_str);
            let id = id.and_then(|id| id.parse().ok()).ok_or_else(|| Error::internal("a job without a weaver"))?;
            weavers.check(context.workspace, id).await
        }
    })
}
