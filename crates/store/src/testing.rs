//! A workspace for tests of domain rules: no threads, no files, no server. And a place for tests of a whole [`Store`].
//!
//! [`each_engine`] runs a test on SQLite in memory and, when `HEDDLE_TEST_DATABASE_URL` names a PostgreSQL server, on a
//! fresh schema there too; [`Place::each`] is a folder and, on such a server, a database of its own.
//!
//! [`Store`]: crate::Store

use kernel::{Actor, Result, Timestamp, ids::WorkspaceId};

use crate::{
    Config,
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
        conn.command("BEGIN IMMEDIATE").and_then(|()| migrate::run(&mut conn, id)).expect("the migrations run");
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
        let run = |conn: &mut Conn| {
            let mut tx = Tx::new(conn, actor, Timestamp::now());
            let result = work(&mut tx);
            let result = tx.settle(result)?;
            conn.commit().map(|()| result)
        };
        match &mut self.kind {
            Kind::Memory(conn) => {
                conn.command("BEGIN IMMEDIATE")?;
                let result = run(conn);
                conn.rollback();
                result
            }
            Kind::Postgres { database, thread, .. } => database.write(thread, run),
        }
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

/// Where a whole store can be opened, as often as a test wants (each is a node): a folder and, on PostgreSQL, a database
/// of its own, so that no other test's workers work in it. Both end with this value.
pub struct Place {
    folder: tempfile::TempDir,
    database: Option<OwnDatabase>,
}

struct OwnDatabase {
    server: String,
    name: String,
    url: String,
}

impl Place {
    /// A place on each engine that is at hand.
    pub fn each() -> Vec<Self> {
        std::iter::once(Self::sqlite()).chain(Self::postgres()).collect()
    }

    /// A place on SQLite.
    pub fn sqlite() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), database: None }
    }

    /// A place on PostgreSQL, when a server is at hand.
    pub fn postgres() -> Option<Self> {
        let server = std::env::var(DATABASE_URL).ok()?;
        let name = format!("heddle_test_{}", uuid::Uuid::now_v7().simple());
        on_server(&server, &format!("CREATE DATABASE {name}"));
        let (base, _) = server.rsplit_once('/').expect("the URL names a database");
        let url = format!("{base}/{name}");
        Some(Self { database: Some(OwnDatabase { server, name, url }), ..Self::sqlite() })
    }

    /// How a store is opened here.
    pub fn config(&self) -> Config {
        Config { database_url: self.url().map(str::to_owned), ..Config::embedded(self.folder.path()) }
    }

    /// PostgreSQL's URL, for sessions beside the store.
    pub fn url(&self) -> Option<&str> {
        self.database.as_ref().map(|database| database.url.as_str())
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        on_server(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Runs `sql` on a thread of its own: a test may be asynchronous, PostgreSQL's blocking client must not be.
fn on_server(server: &str, sql: &str) {
    let run = || ThreadConn::default().begin(server, sql).map(drop);
    let done = std::thread::scope(|scope| scope.spawn(run).join());
    if !std::thread::panicking() {
        done.expect("no panic").expect("the server does it");
    }
}
