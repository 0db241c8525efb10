//! The two engines behind one connection: everything that differs between SQLite and PostgreSQL is in this folder.

pub mod postgres;
pub mod sqlite;

use ::kernel::Result;

use crate::value::{Param, Row};

/// Which engine keeps the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded engine: one file a workspace.
    Sqlite,
    /// A PostgreSQL server: one schema a workspace.
    Postgres,
}

/// A connection to one database, used by one thread at a time.
pub enum Conn {
    /// SQLite.
    Sqlite(rusqlite::Connection),
    /// PostgreSQL.
    Postgres(Box<postgres::Client>),
}

impl Conn {
    /// The engine behind it.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs `sql` and gives each row to `each` until it answers `false`.
    pub fn rows(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        match self {
            Self::Sqlite(conn) => sqlite::rows(conn, sql, params, each),
            Self::Postgres(client) => client.rows(sql, params, each),
        }
    }

    /// Runs `sql` and answers how many rows it changed.
    pub fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        match self {
            Self::Sqlite(conn) => sqlite::execute(conn, sql, params),
            Self::Postgres(client) => client.execute(sql, params),
        }
    }

    /// Runs statements without parameters, separated by semicolons.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(conn) => sqlite::batch(conn, sql),
            Self::Postgres(client) => client.batch(sql),
        }
    }

    /// Runs one statement without parameters or result, such as `COMMIT`.
    pub fn command(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(conn) => sqlite::execute(conn, sql, &[]).map(drop),
            Self::Postgres(client) => client.batch(sql),
        }
    }
}
