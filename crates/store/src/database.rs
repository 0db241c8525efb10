//! One database: a workspace's, or the control database.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
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
    pool::{ThreadConn, WriteQueue, lock, panic_error},
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
    // The readers are closed first: only the last connection tidies the log away, and only one that may write.
    Sqlite { path: PathBuf, readers: Mutex<Vec<Conn>>, writer: Mutex<Option<Conn>> },
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
    /// When its worker must look at it again, in microseconds; `i64::MAX` for never. Until the worker has looked for the
    /// first time, that is at once.
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
                    // One transaction. Two nodes that do this at once would find that the other's things exist after
                    // all, hence the lock; the extension is made here because all workspaces share it.
                    let sql = format!(
                        "SELECT pg_advisory_xact_lock(7305); CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public; \
                         CREATE SCHEMA IF NOT EXISTS \"{name}\"; CREATE TABLE IF NOT EXISTS \"{name}\".writer (one boolean)"
                    );
                    thread.begin(url, &sql)?;
                } else if !schema_exists(thread.begin(url, "")?, &name)? {
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
            next_job: AtomicI64::new(0),
        };
        database.write(thread, |conn| migrate::run(conn, id))?;
        Ok(database)
    }

    pub fn name(&self) -> String {
        self.id.name()
    }

    /// Removes the database with all that is in it; one that is gone already is no error.
    pub fn remove(id: DatabaseId, location: &Location, thread: &mut ThreadConn) -> Result<()> {
        let name = id.name();
        match location {
            Location::Folder(folder) => {
                let path = folder.join("workspaces").join(format!("{name}.db"));
                // The file itself first: without it, nobody opens the others.
                for ending in ["", "-wal", "-shm"] {
                    let mut path = path.clone().into_os_string();
                    path.push(ending);
                    match std::fs::remove_file(path) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                            return Err(Error::internal(error));
                        }
                        _ => {}
                    }
                }
                Ok(())
            }
            Location::Url(url) => {
                let conn = thread.begin(url, "BEGIN")?;
                let dropped =
                    conn.batch(&format!("DROP SCHEMA IF EXISTS \"{name}\" CASCADE")).and_then(|()| conn.commit());
                if dropped.is_err() {
                    conn.rollback();
                }
                dropped
            }
        }
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

    /// Begins a transaction that writes and runs `work`, which must commit it: what is left open is undone.
    pub fn write<T>(&self, thread: &mut ThreadConn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        match &self.backend {
            Backend::Sqlite { path, writer, readers } => {
                let mut writer = lock(writer);
                if !path.exists() {
                    // SQLite would go on writing to a file that nobody can find any more.
                    *writer = None;
                    lock(readers).clear();
                    return Err(no_database());
                }
                let conn = match &mut *writer {
                    Some(conn) => conn,
                    empty => empty.insert(Conn::Sqlite(sqlite::open_writer(path, false)?)),
                };
                let result = conn.command(&self.begin_write).and_then(|()| work(conn));
                if !conn.rollback() {
                    *writer = None;
                }
                result
            }
            Backend::Postgres { url } => {
                let conn = thread.begin(url, &self.begin_write)?;
                let result = work(conn);
                if result.is_err() {
                    conn.rollback();
                }
                result
            }
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
                    None if !path.exists() => return Err(no_database()),
                    None => Conn::Sqlite(sqlite::open_reader(path)?),
                };
                conn.command(&self.begin_read)?;
                let (result, reusable) = snapshot(&mut conn, actor, work);
                let mut readers = lock(readers);
                if reusable && readers.len() < IDLE_READERS {
                    readers.push(conn);
                }
                result
            }
            Backend::Postgres { url } => snapshot(thread.begin(url, &self.begin_read)?, actor, work).0,
        }
    }
}

/// Runs `work` in the transaction that has begun, and ends it. Answers also whether the connection can be used again.
fn snapshot<T>(conn: &mut Conn, actor: Actor, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> (Result<T>, bool) {
    let run = || work(&mut Tx::new(conn, actor, Timestamp::now()));
    // Caught here: the next one on this connection must not find itself in an old transaction.
    let result = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(panic_error(&panic)));
    (result, conn.rollback())
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
