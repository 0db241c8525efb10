//! PostgreSQL: how it is reached, asked and how its errors read.

use std::collections::HashMap;

use kernel::{Error, Kind, Result};
use postgres::{
    Statement,
    error::{Severity, SqlState},
    fallible_iterator::FallibleIterator,
};

use crate::value::{Param, Row};

/// Statements kept prepared on a connection. Generated statements (filters) pass through here too, hence the bound.
const STATEMENTS: usize = 400;

/// A connection with its prepared statements.
pub struct Client {
    inner: postgres::Client,
    /// Set by the first error that says so: `inner` looks alive long after the server has hung up.
    lost: bool,
    statements: HashMap<Box<str>, Statement>,
}

impl Client {
    /// Connects to the server that `url` names.
    ///
    /// # Errors
    /// `Unavailable` when it does not answer or refuses the credentials.
    pub fn connect(url: &str) -> Result<Self> {
        let mut config: postgres::Config = url.parse().map_err(|e| {
            Error::unavailable("database_unavailable", "The database URL cannot be read.").with_context(e)
        })?;
        config.application_name("heddle").connect_timeout(std::time::Duration::from_secs(10));
        let inner = config.connect(crate::tls::connector()).map_err(|e| {
            Error::unavailable("database_unavailable", "The database does not answer.").with_context(describe(&e))
        })?;
        Ok(Self { inner, lost: false, statements: HashMap::new() })
    }

    /// Whether the connection has ended.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    fn failed(&mut self, sql: &str, e: &postgres::Error) -> Error {
        self.lost |= is_loss(e);
        error(e).with_context(format!("{} in {sql}", describe(e)))
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.inner.prepare(sql).map_err(|e| self.failed(sql, &e))?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.into(), statement.clone());
        Ok(statement)
    }

    /// See [`super::Conn::rows`].
    pub fn rows(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        let statement = self.prepare(sql)?;
        let mut step = |client: &mut postgres::Client| {
            let mut rows = client.query_raw(&statement, params.iter().map(as_sql))?;
            let mut given = Ok(true);
            // To the end, even when no more rows are wanted: an error after the first row has undone the transaction too.
            while let Some(row) = rows.next()? {
                if let Ok(true) = given {
                    given = each(&Row::Postgres(&row));
                }
            }
            Ok(given)
        };
        step(&mut self.inner).map_err(|e: postgres::Error| self.failed(sql, &e))?.map(drop)
    }

    /// See [`super::Conn::execute`].
    pub fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        let statement = self.prepare(sql)?;
        let params: Vec<_> = params.iter().map(as_sql).collect();
        self.inner.execute(&statement, &params).map_err(|e| self.failed(sql, &e))
    }

    /// See [`super::Conn::batch`].
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        self.inner.batch_execute(sql).map_err(|e| self.failed(sql, &e))
    }
}

fn as_sql<'a>(param: &'a Param<'a>) -> &'a (dyn postgres::types::ToSql + Sync) {
    param
}

/// Whether the connection ended with this error.
fn is_loss(e: &postgres::Error) -> bool {
    match e.as_db_error() {
        Some(db) => matches!(db.parsed_severity(), Some(Severity::Fatal | Severity::Panic)),
        None => e.is_closed() || std::error::Error::source(e).is_some_and(|source| source.is::<std::io::Error>()),
    }
}

fn describe(e: &postgres::Error) -> String {
    match e.as_db_error() {
        Some(db) => format!("{} {}", db.code().code(), db.message()),
        None => match std::error::Error::source(e) {
            Some(source) => format!("{e}: {source}"),
            None => e.to_string(),
        },
    }
}

/// Turns PostgreSQL's error into Heddle's.
fn error(e: &postgres::Error) -> Error {
    match e.code() {
        Some(&SqlState::UNIQUE_VIOLATION) => {
            Error::new(Kind::Conflict, "already_exists", "Such a thing already exists.").mark_unique_violation()
        }
        Some(&(SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED)) => {
            Error::unavailable("busy", "The database is busy; try again in a moment.").mark_retryable()
        }
        Some(&SqlState::FOREIGN_KEY_VIOLATION) => super::broken_reference(),
        Some(&(SqlState::CHARACTER_NOT_IN_REPERTOIRE | SqlState::UNTRANSLATABLE_CHARACTER)) => super::zero_character(),
        Some(&SqlState::DISK_FULL) => Error::unavailable("disk_full", "The server's disk is full; nothing was saved."),
        // Whoever has not yet committed may begin again on a new connection.
        _ if is_loss(e) => Error::unavailable("database_unavailable", "The database does not answer.").mark_retryable(),
        _ => Error::internal("PostgreSQL refused the statement"),
    }
}
