//! A workspace for tests of domain rules: no threads, no files, no server.
//!
//! [`each_engine`] runs a test on SQLite in memory and, when `HEDDLE_TEST_DATABASE_URL` names a PostgreSQL server, on a
//! fresh schema there too.

use kernel::{Actor, Result, Timestamp, ids::WorkspaceId};

use crate::{
    database::{Database, DatabaseId, Location},
    engine::{Conn, sqlite},
    migrate,
    pool::ThreadConn,
    tx::Tx,
};

/// The variable that names the PostgreSQL server of the tests.
pub const DATABASE_URL: &str = "HEDDLE_TEST_DATABASE_URL";

/// A workspace's database, used from one thread.
pub struct TestWorkspace {
    kind: Kind,
}

enum Kind {
    Memory(Conn),
    Postgres { database: Box<Database>, thread: ThreadConn, url: String },
}

impl TestWorkspace {
    /// A workspace on SQLite in memory.
    #[allow(clippy::new_without_default, reason = "it opens a database")]
    pub fn new() -> Self {
        Self::memory(DatabaseId::Workspace(WorkspaceId::new()))
    }

    /// A control database on SQLite in memory.
    pub fn control() -> Self {
        Self::memory(DatabaseId::Control)
    }

    fn memory(id: DatabaseId) -> Self {
        let mut conn = Conn::Sqlite(sqlite::open_memory().expect("SQLite opens in memory"));
        migrate::run(&mut conn, id, "BEGIN IMMEDIATE").expect("the migrations run");
        Self { kind: Kind::Memory(conn) }
    }

    /// A workspace in a fresh schema of the PostgreSQL server at `url`, dropped with this value.
    pub fn postgres(url: &str) -> Self {
        let mut thread = ThreadConn::default();
        let id = DatabaseId::Workspace(WorkspaceId::new());
        let database =
            Database::open(id, &Location::Url(url.to_owned()), true, &mut thread).expect("PostgreSQL answers");
        Self { kind: Kind::Postgres { database: Box::new(database), thread, url: url.to_owned() } }
    }

    /// Runs `work` in a transaction that commits when it succeeds.
    ///
    /// # Errors
    /// What `work` gives; nothing has changed then.
    pub fn try_write<T>(&mut self, actor: Actor, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let (conn, begin) = match &mut self.kind {
            Kind::Memory(conn) => (conn, "BEGIN IMMEDIATE"),
            Kind::Postgres { database, thread, url } => (thread.postgres(url)?, database.begin_write()),
        };
        conn.command(begin)?;
        let result = work(&mut Tx::new(conn, actor, Timestamp::now()));
        conn.command(if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        result
    }

    /// As [`TestWorkspace::try_write`], for what must succeed.
    pub fn write<T>(&mut self, actor: Actor, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.try_write(actor, work).expect("the transaction succeeds")
    }

    /// Runs `work`, which only reads.
    pub fn read<T>(&mut self, actor: Actor, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> T {
        self.write(actor, work)
    }
}

impl Drop for TestWorkspace {
    fn drop(&mut self) {
        if let Kind::Postgres { database, thread, url } = &mut self.kind
            && let Ok(conn) = thread.postgres(url)
        {
            let _ = conn.batch(&format!("DROP SCHEMA \"{}\" CASCADE", database.name()));
        }
    }
}

/// Runs `test` on each engine that is at hand.
pub fn each_engine(test: impl Fn(&mut TestWorkspace)) {
    test(&mut TestWorkspace::new());
    if let Ok(url) = std::env::var(DATABASE_URL) {
        test(&mut TestWorkspace::postgres(&url));
    }
}
