//! SQLite: how it is opened, asked and how its errors read.

use std::path::Path;

use kernel::{Error, Kind, Result};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, config::DbConfig};

use crate::value::{Param, Row};

/// How long a statement waits for another process (an admin command beside a running server).
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// Opens the database file for writing, making it when `create` is set.
pub fn open_writer(path: &Path, create: bool) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let conn = Connection::open_with_flags(path, flags).map_err(|e| open_error(path, e))?;
    prepare(&conn)?;
    conn.pragma_update(None, "journal_mode", "WAL").map_err(error)?;
    Ok(conn)
}

/// Opens the database file for reading snapshots beside the writer.
pub fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(|e| open_error(path, e))?;
    prepare(&conn)?;
    Ok(conn)
}

/// Opens a database that lives in memory and ends with its connection.
pub fn open_memory() -> Result<Connection> {
    let conn = Connection::open_in_memory().map_err(error)?;
    prepare(&conn)?;
    Ok(conn)
}

fn prepare(conn: &Connection) -> Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT).map_err(error)?;
    conn.set_prepared_statement_cache_capacity(128);
    // Without it, SQLite prepares a statement anew for every value bound where a partial index might serve: an index on
    // `x IS NOT NULL` made reading one case by its key three times slower.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(error)?;
    conn.execute_batch(
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-2000; \
         PRAGMA trusted_schema=OFF; PRAGMA recursive_triggers=OFF;",
    )
    .map_err(error)
}

fn open_error(path: &Path, e: rusqlite::Error) -> Error {
    error(e).with_context(format!("opening {}", path.display()))
}

fn bind(statement: &mut Statement<'_>, params: &[Param<'_>]) -> Result<()> {
    // `$1` is a name to SQLite, numbered by its first appearance, hence binding by name. A statement need not use every
    // parameter (PostgreSQL would refuse that, so the tests on PostgreSQL catch it).
    for (position, param) in params.iter().enumerate() {
        const NAMES: [&str; 16] =
            ["$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16"];
        let index = match NAMES.get(position) {
            Some(name) => statement.parameter_index(name),
            None => statement.parameter_index(&format!("${}", position + 1)),
        };
        if let Some(index) = index.map_err(error)? {
            statement.raw_bind_parameter(index, param).map_err(error)?;
        }
    }
    Ok(())
}

/// See [`super::Conn::rows`].
pub fn rows(
    conn: &Connection,
    sql: &str,
    params: &[Param<'_>],
    each: &mut dyn FnMut(&Row<'_>) -> Result<bool>,
) -> Result<()> {
    let mut statement = conn.prepare_cached(sql).map_err(|e| statement_error(sql, e))?;
    bind(&mut statement, params)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|e| statement_error(sql, e))? {
        if !each(&Row::Sqlite(row))? {
            break;
        }
    }
    Ok(())
}

/// See [`super::Conn::execute`].
pub fn execute(conn: &Connection, sql: &str, params: &[Param<'_>]) -> Result<u64> {
    let mut statement = conn.prepare_cached(sql).map_err(|e| statement_error(sql, e))?;
    bind(&mut statement, params)?;
    statement.raw_execute().map(|n| n as u64).map_err(|e| statement_error(sql, e))
}

/// See [`super::Conn::batch`].
pub fn batch(conn: &Connection, sql: &str) -> Result<()> {
    conn.execute_batch(sql).map_err(|e| statement_error(sql, e))
}

fn statement_error(sql: &str, e: rusqlite::Error) -> Error {
    let context = format!("{e} in {sql}");
    error(e).with_context(context)
}

/// Turns SQLite's error into Heddle's.
pub fn error(e: rusqlite::Error) -> Error {
    let code = e.sqlite_error().map(|inner| (inner.code, inner.extended_code));
    let text = e.to_string();
    match code {
        Some((
            ErrorCode::ConstraintViolation,
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        )) => Error::new(Kind::Conflict, "already_exists", "Such a thing already exists.")
            .mark_unique_violation()
            .with_context(text),
        Some((ErrorCode::ConstraintViolation, rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)) => {
            super::broken_reference().with_context(text)
        }
        Some((ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _)) => {
            Error::unavailable("busy", "The database is busy; try again in a moment.")
                .mark_retryable()
                .with_context(text)
        }
        Some((ErrorCode::DiskFull, _)) => {
            Error::unavailable("disk_full", "The server's disk is full; nothing was saved.").with_context(text)
        }
        Some((ErrorCode::CannotOpen, _)) => Error::internal(format!("cannot open the database: {text}")),
        None if matches!(e, rusqlite::Error::ToSqlConversionFailure(_)) => super::zero_character().with_context(text),
        _ => Error::internal(text),
    }
}
