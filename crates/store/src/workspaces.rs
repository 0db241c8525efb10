//! The store: which databases are open, and how closures reach them.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock, atomic::Ordering},
    time::Duration,
};

use kernel::{Actor, Error, Result, Timestamp, ids::WorkspaceId};
use tokio::sync::{OnceCell, mpsc, oneshot, watch};

use crate::{
    Blobs, Engine, Signal, Tx,
    database::{Database, DatabaseId, Location},
    params,
    pool::{self, Closure, Pool, ThreadConn, lock, panic_error},
    tx::Effects,
};

/// Where the store keeps things.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of the embedded engine's files, of blobs when no URL names another place, and of the server's own key.
    pub data_dir: PathBuf,
    /// A PostgreSQL server; the embedded engine when absent.
    pub database_url: Option<String>,
    /// An object store; a folder below `data_dir` when absent.
    pub blob_url: Option<String>,
    /// How long a workspace that nobody uses stays open.
    pub idle: Duration,
}

impl Config {
    /// The embedded engine in `data_dir`.
    pub fn embedded(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), database_url: None, blob_url: None, idle: Duration::from_secs(300) }
    }
}

/// Threads that read; SQLite's reads are short, PostgreSQL's wait for the network.
const READERS: [usize; 2] = [4, 12];
/// Threads that commit.
const WRITERS: [usize; 2] = [4, 8];

/// The store. Clones share everything.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

type Slot = Arc<OnceCell<Arc<Database>>>;

struct Inner {
    location: Location,
    config: Config,
    pool: Pool,
    control: Arc<Database>,
    open: RwLock<HashMap<WorkspaceId, Slot>>,
    blobs: Blobs,
    opened: Mutex<Option<mpsc::UnboundedSender<WorkspaceId>>>,
}

impl Store {
    /// Opens the store, making the control database when it is absent.
    ///
    /// # Errors
    /// `Unavailable` when PostgreSQL or the object store cannot be reached.
    pub async fn open(config: Config) -> Result<Self> {
        let (location, engine) = match &config.database_url {
            Some(url) => (Location::Url(url.clone()), 1),
            None => (Location::Folder(config.data_dir.clone()), 0),
        };
        let blobs = match &config.blob_url {
            Some(url) => Blobs::url(url)?,
            None => Blobs::folder(&config.data_dir.join("blobs"))?,
        };
        let pool = Pool::new(READERS[engine], WRITERS[engine])?;
        let control = Arc::new(open_database(&pool, DatabaseId::Control, &location, true).await?);
        Ok(Self(Arc::new(Inner {
            location,
            config,
            pool,
            control,
            open: RwLock::default(),
            blobs,
            opened: Mutex::default(),
        })))
    }

    /// How the store was opened.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Which engine keeps the data.
    pub fn engine(&self) -> Engine {
        match self.0.location {
            Location::Folder(_) => Engine::Sqlite,
            Location::Url(_) => Engine::Postgres,
        }
    }

    /// The blob store.
    pub fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    /// Makes the database of a new workspace, which is there once the control database has its row.
    ///
    /// # Errors
    /// The engine's.
    pub async fn create_workspace(&self, workspace: WorkspaceId) -> Result<()> {
        open_database(&self.0.pool, DatabaseId::Workspace(workspace), &self.0.location, true).await.map(drop)
    }

    /// Removes the database and the files of a workspace that the control database has no row of any more. What is under way
    /// in it fails. Doing it again is no error.
    ///
    /// # Errors
    /// `Unavailable` when the database or the file store does not answer.
    pub async fn erase_workspace(&self, workspace: WorkspaceId) -> Result<()> {
        self.0.open.write().unwrap_or_else(PoisonError::into_inner).remove(&workspace);
        let (reply, result) = oneshot::channel();
        let location = self.0.location.clone();
        self.0.pool.write(Box::new(move |thread| {
            let remove = || Database::remove(DatabaseId::Workspace(workspace), &location, thread);
            let removed = catch_unwind(AssertUnwindSafe(remove));
            let _ = reply.send(removed.unwrap_or_else(|panic| Err(panic_error(&panic))));
        }));
        result.await.map_err(Error::internal)??;
        self.0.blobs.erase(workspace).await
    }

    /// Runs `work` on a snapshot of the workspace.
    ///
    /// # Errors
    /// What `work` gives, or `workspace_not_found`.
    pub async fn read<T, F>(&self, workspace: WorkspaceId, actor: Actor, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let database = self.database(workspace).await?;
        database.touch();
        self.read_from(database, actor, work).await
    }

    /// [`Store::read`] for a few rows by their keys. On the embedded engine it runs right here, without the hand-over to
    /// another thread, which would take longer than the read itself.
    ///
    /// # Errors
    /// What `work` gives, or `workspace_not_found`.
    pub async fn peek<T, F>(&self, workspace: WorkspaceId, actor: Actor, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let database = self.database(workspace).await?;
        database.touch();
        match self.engine() {
            Engine::Sqlite => database.read(&mut ThreadConn::default(), actor, work),
            Engine::Postgres => self.read_from(database, actor, work).await,
        }
    }

    /// Runs `work` in a transaction of the workspace and answers once it is durable. `work` runs again when PostgreSQL
    /// reports a conflict; whether or not the caller waits for the answer, it is carried out.
    ///
    /// # Errors
    /// What `work` gives (nothing has changed then), or `workspace_not_found`.
    pub async fn write<T, F>(&self, workspace: WorkspaceId, actor: Actor, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let database = self.writable(workspace).await?;
        database.touch();
        self.write_to(&database, actor, work).await
    }

    /// [`Store::read`] as the system, for looking after a workspace: it does not keep it open.
    pub(crate) async fn quiet_read<T, F>(&self, workspace: WorkspaceId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let database = self.database(workspace).await?;
        self.read_from(database, Actor::SYSTEM, work).await
    }

    /// [`Store::write`] as the system, for looking after a workspace: it does not keep it open.
    pub(crate) async fn quiet_write<T, F>(&self, workspace: WorkspaceId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let database = self.writable(workspace).await?;
        self.write_to(&database, Actor::SYSTEM, work).await
    }

    /// The workspace's database, once the control database knows that it may have jobs.
    async fn writable(&self, workspace: WorkspaceId) -> Result<Arc<Database>> {
        let database = self.database(workspace).await?;
        if !database.marked.swap(true, Ordering::AcqRel)
            && let Err(error) = self.mark(workspace).await
        {
            database.marked.store(false, Ordering::Release);
            return Err(error);
        }
        Ok(database)
    }

    /// Runs `work` on a snapshot of the control database.
    ///
    /// # Errors
    /// What `work` gives.
    pub async fn control_read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.read_from(Arc::clone(&self.0.control), Actor::SYSTEM, work).await
    }

    /// Whether the control database answers.
    ///
    /// # Errors
    /// `Unavailable` when it does not.
    pub async fn check(&self) -> Result<()> {
        self.control_read(|tx| tx.query_one("SELECT 1", &[], |_| Ok(()))).await
    }

    /// Runs `work` in a transaction of the control database.
    ///
    /// # Errors
    /// What `work` gives; nothing has changed then.
    pub async fn control_write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_to(&self.0.control, Actor::SYSTEM, work).await
    }

    /// Wakes whenever something was committed in the workspace.
    ///
    /// # Errors
    /// `workspace_not_found`.
    pub async fn subscribe(&self, workspace: WorkspaceId) -> Result<watch::Receiver<Signal>> {
        Ok(self.database(workspace).await?.subscribe())
    }

    async fn read_from<T, F>(&self, database: Arc<Database>, actor: Actor, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, result) = oneshot::channel();
        self.0.pool.read(Box::new(move |thread| {
            let outcome = catch_unwind(AssertUnwindSafe(|| database.read(thread, actor, work)));
            // The caller may have gone away.
            let _ = reply.send(outcome.unwrap_or_else(|panic| Err(panic_error(&panic))));
        }));
        result.await.map_err(Error::internal)?
    }

    async fn write_to<T, F>(&self, database: &Arc<Database>, actor: Actor, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, result) = oneshot::channel();
        pool::enqueue(&self.0.pool, database, Box::new(Closure { actor, run: work, result: None, reply }));
        result.await.map_err(Error::internal)?
    }

    /// The workspace's database, opened when it is not.
    pub(crate) async fn database(&self, workspace: WorkspaceId) -> Result<Arc<Database>> {
        let slot = self.0.open.read().unwrap_or_else(PoisonError::into_inner).get(&workspace).cloned();
        let slot = match slot {
            Some(slot) => slot,
            None => {
                Arc::clone(self.0.open.write().unwrap_or_else(PoisonError::into_inner).entry(workspace).or_default())
            }
        };
        if let Some(database) = slot.get() {
            return Ok(Arc::clone(database));
        }
        let mut opened_here = false;
        let opened = slot
            .get_or_try_init(|| async {
                let id = DatabaseId::Workspace(workspace);
                let database = open_database(&self.0.pool, id, &self.0.location, false).await?;
                opened_here = true;
                Ok(Arc::new(database))
            })
            .await;
        match opened {
            Ok(database) => {
                // Only now, when it can be found: the workers look for it as soon as they are told.
                if opened_here && let Some(opened) = &*lock(&self.0.opened) {
                    // The workers may have been stopped; then nobody needs to know.
                    let _ = opened.send(workspace);
                }
                Ok(Arc::clone(database))
            }
            Err(error) => {
                // Ids that name nothing must not stay in the map; but who else waits for this slot may still open it.
                let mut open = self.0.open.write().unwrap_or_else(PoisonError::into_inner);
                let mine = open.get(&workspace).is_some_and(|kept| Arc::ptr_eq(kept, &slot));
                if mine && Arc::strong_count(&slot) == 2 {
                    open.remove(&workspace);
                }
                drop(slot);
                Err(error)
            }
        }
    }

    /// The database, if it is open.
    pub(crate) fn open_database(&self, workspace: WorkspaceId) -> Option<Arc<Database>> {
        self.0.open.read().unwrap_or_else(PoisonError::into_inner).get(&workspace).and_then(|slot| slot.get().cloned())
    }

    /// Tells of every workspace that is open and of every one that is opened from now on.
    pub(crate) fn on_open(&self) -> mpsc::UnboundedReceiver<WorkspaceId> {
        let (sender, receiver) = mpsc::unbounded_channel();
        *lock(&self.0.opened) = Some(sender.clone());
        for (workspace, slot) in self.0.open.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if slot.get().is_some() {
                // The receiver is at hand, so this arrives.
                let _ = sender.send(*workspace);
            }
        }
        receiver
    }

    /// Wakes those who wait for a workspace's events.
    pub(crate) fn wake_workspace(&self, workspace: WorkspaceId) {
        if let Some(database) = self.open_database(workspace) {
            database.publish(Effects { events: true, jobs: false });
        }
    }

    /// Notes when the workspace's next job is due, for the time after it was closed.
    pub(crate) fn set_next_job(&self, workspace: WorkspaceId, next: Option<Timestamp>) {
        if let Some(database) = self.open_database(workspace) {
            database.next_job.store(next.map_or(i64::MAX, Timestamp::micros), Ordering::Release);
        }
    }

    /// Wakes those who wait for a workspace, or for the control database, because another node wrote to it.
    pub(crate) fn wake(&self, name: &str) {
        let both = Effects { events: true, jobs: true };
        match name.strip_prefix("ws_").and_then(|hex| uuid::Uuid::try_parse(hex).ok()) {
            Some(id) => {
                if let Some(database) = self.open_database(WorkspaceId::from_uuid(id)) {
                    database.publish(both);
                }
            }
            None => self.0.control.publish(both),
        }
    }

    /// Notes in the control database that this workspace may have jobs, so that a server looks after it even if this
    /// process ends.
    async fn mark(&self, workspace: WorkspaceId) -> Result<()> {
        self.control_write(move |tx| {
            tx.execute("UPDATE workspaces SET wake_at = $2 WHERE id = $1", params![workspace, tx.now()])?;
            Ok(())
        })
        .await
    }

    /// The workspaces that a server must look after now.
    pub(crate) async fn due_workspaces(&self) -> Result<Vec<WorkspaceId>> {
        self.control_read(|tx| {
            let now = tx.now();
            tx.query("SELECT id FROM workspaces WHERE wake_at <= $1 ORDER BY wake_at", params![now], |row| row.get(0))
        })
        .await
    }

    /// Closes workspaces that nobody has used for a while. The control database learns when each must be woken again.
    pub(crate) async fn close_idle(&self) -> Result<()> {
        let before = Timestamp::now().minus(self.0.config.idle);
        let idle = |_: &WorkspaceId, slot: &mut Slot| {
            // Whoever else holds it is using it.
            Arc::strong_count(slot) == 1
                && slot.get().is_some_and(|database| {
                    Arc::strong_count(database) == 1 && database.last_used() < before && database.queue.is_idle()
                })
        };
        let closed: Vec<(WorkspaceId, Slot)> =
            self.0.open.write().unwrap_or_else(PoisonError::into_inner).extract_if(idle).collect();
        let wakes: Vec<(WorkspaceId, i64)> = closed
            .iter()
            .filter_map(|(workspace, slot)| slot.get().map(|database| (*workspace, database)))
            .filter(|(_, database)| database.marked.load(Ordering::Acquire))
            .map(|(workspace, database)| (workspace, database.next_job.load(Ordering::Acquire)))
            .collect();
        for (workspace, next) in wakes {
            tracing::debug!(%workspace, "workspace closed");
            let wake = (next != i64::MAX).then(|| Timestamp::from_micros(next));
            self.control_write(move |tx| {
                // What another process has noted since stays, unless this comes earlier.
                let sql = "UPDATE workspaces SET wake_at = $2 \
                           WHERE id = $1 AND (wake_at IS NULL OR wake_at <= $3 OR wake_at > $2)";
                tx.execute(sql, params![workspace, wake, before]).map(drop)
            })
            .await?;
        }
        // Closing takes its time.
        self.0.pool.write(Box::new(move |_| drop(closed)));
        Ok(())
    }
}

async fn open_database(pool: &Pool, id: DatabaseId, location: &Location, create: bool) -> Result<Database> {
    let (reply, result) = oneshot::channel();
    let location = location.clone();
    pool.write(Box::new(move |thread| {
        let opened = catch_unwind(AssertUnwindSafe(|| Database::open(id, &location, create, thread)));
        let _ = reply.send(opened.unwrap_or_else(|panic| Err(panic_error(&panic))));
    }));
    result.await.map_err(Error::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ids_that_name_nothing_are_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Config::embedded(folder.path())).await.unwrap();
        let (id, other) = (WorkspaceId::new(), WorkspaceId::new());
        let reads = [id, other, id, id].map(|id| store.read(id, Actor::SYSTEM, |_| Ok(())));
        assert!(futures::future::join_all(reads).await.iter().all(Result::is_err));
        assert_eq!(store.0.open.read().unwrap().len(), 0);
    }
}
