//! The two engines behind one connection: everything that differs between SQLite and PostgreSQL is in this folder.

pub mod postgres;
pub mod sqlite;

use ::kernel::{Error, Kind, Result};

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

    /// Undoes the open transaction, if there is one. Answers whether the connection can be used again.
    pub fn rollback(&mut self) -> bool {
        match self {
            Self::Sqlite(conn) => conn.is_autocommit() || sqlite::batch(conn, "ROLLBACK").is_ok(),
            Self::Postgres(client) => !client.is_lost() && client.batch("ROLLBACK").is_ok(),
        }
    }

    /// Commits the open transaction.
    pub fn commit(&mut self) -> Result<()> {
        let result = self.command("COMMIT");
        match self {
            // Nobody knows whether the server has committed: running the transaction again might do everything twice.
            Self::Postgres(client) if client.is_lost() => result.map_err(|e| {
                let unknown = "The database did not answer; whether this was saved is not known.";
                Error::unavailable("database_unavailable", unknown).with_context(e.context().unwrap_or_default())
            }),
            _ => result,
        }
    }

    /// Runs one statement without parameters or result, such as `BEGIN`.
    pub fn command(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(conn) => sqlite::execute(conn, sql, &[]).map(drop),
            Self::Postgres(client) => client.batch(sql),
        }
    }
}

/// A violated foreign key: what a row refers to is gone, or a row that goes is still referred to.
fn broken_reference() -> Error {
    Error::conflict("broken_reference", "Something this needs is gone, or something else still needs it.")
}

/// PostgreSQL cannot store the zero character, so neither engine does.
fn zero_character() -> Error {
    Error::new(Kind::Invalid, "validation_error", "Text must not contain the zero character.")
}
