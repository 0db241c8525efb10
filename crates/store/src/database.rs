//! One database: a workspace's, or the control database.

use std::{
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use kernel::{Actor, Error, Result, Timestamp, ids::WorkspaceId};
use tokio::sync::watch;

use crate::{
    engine::{Conn, sqlite},
    migrate,
    pool::{ThreadConn, WriteQueue, lock},
    tx::{Effects, Tx},
};

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DatabaseId {
    Control,
    Workspace(WorkspaceId),
}

impl DatabaseId {
    /// The file's or schema's name.
    pub fn name(self) -> String {
        match self {
            Self::Control => "heddle_control".to_owned(),
            Self::Workspace(id) => format!("ws_{}", id.uuid().simple()),
        }
    }
}

/// Where the data is.
#[derive(Clone, Debug)]
pub(crate) enum Location {
    /// The folder of SQLite's files.
    Folder(PathBuf),
    /// PostgreSQL's URL.
    Url(String),
}

/// Readers kept open for a database that many read at once.
const IDLE_READERS: usize = 8;

enum Backend {
    Sqlite { path: PathBuf, writer: Mutex<Option<Conn>>, readers: Mutex<Vec<Conn>> },
    Postgres { url: String },
}

/// Counts what has been committed, for those who wait for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signal {
    /// Grows with every commit that appended events.
    pub events: u64,
    /// Grows with every commit that touched jobs.
    pub jobs: u64,
}

pub(crate) struct Database {
    id: DatabaseId,
    begin_write: String,
    begin_read: String,
    backend: Backend,
    pub queue: WriteQueue,
    signal: watch::Sender<Signal>,
    last_used: AtomicI64,
    /// Set once the control database knows that this workspace may have jobs.
    pub marked: AtomicBool,
    /// When the next job is due, in microseconds; `i64::MAX` for never. Kept by the workspace's worker.
    pub next_job: AtomicI64,
}

impl Database {
    /// Opens the database and brings its schema up to date; `create` makes it first.
    pub fn open(id: DatabaseId, location: &Location, create: bool, thread: &mut ThreadConn) -> Result<Self> {
        let name = id.name();
        let (backend, begin_write, begin_read) = match location {
            Location::Folder(folder) => {
                let path = match id {
                    DatabaseId::Control => folder.join("control.db"),
                    DatabaseId::Workspace(_) => folder.join("workspaces").join(format!("{name}.db")),
                };
                if !create && !path.exists() {
                    return Err(no_database());
                }
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent).map_err(Error::internal)?;
                }
                let writer = Conn::Sqlite(sqlite::open_writer(&path, create)?);
                let backend = Backend::Sqlite { path, writer: Mutex::new(Some(writer)), readers: Mutex::default() };
                (backend, "BEGIN IMMEDIATE".to_owned(), "BEGIN".to_owned())
            }
            Location::Url(url) => {
                let path = format!("SET LOCAL search_path TO \"{name}\", public");
                if create {
                    // Two nodes may do this at once; the loser of the race runs it again.
                    thread.postgres(url)?.batch(&format!(
                        "SELECT pg_advisory_lock(7305); CREATE SCHEMA IF NOT EXISTS \"{name}\"; \
                         CREATE TABLE IF NOT EXISTS \"{name}\".writer (one boolean); SELECT pg_advisory_unlock(7305)"
                    ))?;
                } else if !schema_exists(thread.postgres(url)?, &name)? {
                    return Err(no_database());
                }
                (
                    Backend::Postgres { url: url.clone() },
                    // The lock comes before the snapshot, so writers follow each other instead of failing, and events
                    // become visible in the order of their numbers.
                    format!("BEGIN ISOLATION LEVEL SERIALIZABLE; {path}; LOCK TABLE writer IN EXCLUSIVE MODE"),
                    format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {path}"),
                )
            }
        };
        let database = Self {
            id,
            begin_write,
            begin_read,
            backend,
            queue: WriteQueue::default(),
            signal: watch::Sender::new(Signal::default()),
            last_used: AtomicI64::new(Timestamp::now().micros()),
            marked: AtomicBool::new(false),
            next_job: AtomicI64::new(i64::MAX),
        };
        database.with_writer(thread, |conn| migrate::run(conn, id, &database.begin_write))?;
        Ok(database)
    }

    pub fn name(&self) -> String {
        self.id.name()
    }

    pub fn begin_write(&self) -> &str {
        &self.begin_write
    }

    /// Marks the database as in use now.
    pub fn touch(&self) {
        self.last_used.store(Timestamp::now().micros(), Ordering::Relaxed);
    }

    /// When it was last used.
    pub fn last_used(&self) -> Timestamp {
        Timestamp::from_micros(self.last_used.load(Ordering::Relaxed))
    }

    pub fn subscribe(&self) -> watch::Receiver<Signal> {
        self.signal.subscribe()
    }

    /// Wakes whoever waits for what was committed.
    pub fn publish(&self, effects: Effects) {
        if effects.events || effects.jobs {
            self.signal.send_modify(|signal| {
                signal.events += u64::from(effects.events);
                signal.jobs += u64::from(effects.jobs);
            });
        }
    }

    /// Tells other nodes that something was committed.
    pub fn notify_other_nodes(&self, conn: &mut Conn) {
        if let Conn::Postgres(client) = conn
            && let Err(error) = client.batch(&format!("NOTIFY heddle, '{}'", self.name()))
        {
            tracing::warn!(?error, "other nodes were not notified");
        }
    }

    /// Lends the connection that writes.
    pub fn with_writer<T>(&self, thread: &mut ThreadConn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        match &self.backend {
            Backend::Sqlite { path, writer, .. } => {
                let mut writer = lock(writer);
                let conn = match &mut *writer {
                    Some(conn) => conn,
                    empty => empty.insert(Conn::Sqlite(sqlite::open_writer(path, false)?)),
                };
                work(conn)
            }
            Backend::Postgres { url } => work(thread.postgres(url)?),
        }
    }

    /// Runs `work` on a snapshot.
    pub fn read<T>(
        &self,
        thread: &mut ThreadConn,
        actor: Actor,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        match &self.backend {
            Backend::Sqlite { path, readers, .. } => {
                let idle = lock(readers).pop();
                let mut conn = match idle {
                    Some(conn) => conn,
                    None => Conn::Sqlite(sqlite::open_reader(path)?),
                };
                let result = self.snapshot(&mut conn, actor, work);
                let mut readers = lock(readers);
                if readers.len() < IDLE_READERS {
                    readers.push(conn);
                }
                result
            }
            Backend::Postgres { url } => self.snapshot(thread.postgres(url)?, actor, work),
        }
    }

    fn snapshot<T>(&self, conn: &mut Conn, actor: Actor, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        conn.command(&self.begin_read)?;
        let result = work(&mut Tx::new(conn, actor, Timestamp::now()));
        conn.command(if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        result
    }
}

fn no_database() -> Error {
    Error::not_found("workspace_not_found", "There is no such workspace.")
}

fn schema_exists(conn: &mut Conn, name: &str) -> Result<bool> {
    let mut found = false;
    conn.rows("SELECT 1 FROM pg_namespace WHERE nspname = $1", crate::params![name], &mut |_| {
        found = true;
        Ok(false)
    })?;
    Ok(found)
}
