//! The transaction that domain functions run in.

use kernel::{Actor, Error, Result, Timestamp};

use crate::{
    engine::{Conn, Engine},
    value::{Param, Row},
};

/// One transaction on one workspace (or the control database): who acts, what time it is, and the rows.
///
/// Domain functions take `&mut Tx`, read and write, and answer a value or an error; an error undoes all that the
/// closure did.
pub struct Tx<'a> {
    conn: &'a mut Conn,
    actor: Actor,
    now: Timestamp,
    pub(crate) effects: Effects,
    /// The first statement's failure.
    failure: Option<Error>,
}

/// What others learn once the transaction has committed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effects {
    /// Events were appended.
    pub events: bool,
    /// Jobs were enqueued or changed.
    pub jobs: bool,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: &'a mut Conn, actor: Actor, now: Timestamp) -> Self {
        Self { conn, actor, now, effects: Effects::default(), failure: None }
    }

    /// Who acts.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The time of everything this transaction does.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Runs `part` as another actor, for what Heddle itself does on somebody's behalf.
    pub fn acting_as<T>(&mut self, actor: Actor, part: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.actor, actor);
        let result = part(self);
        self.actor = before;
        result
    }

    /// Runs `part` so that its failure, that of a statement included, undoes what it did and nothing else.
    ///
    /// # Errors
    /// What `part` gives; the engine's when the database itself fails.
    pub fn attempt<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let (effects, actor, now) = (self.effects, self.actor, self.now);
        self.execute("SAVEPOINT attempt", &[])?;
        let result = part(self);
        if self.failure.as_ref().is_some_and(Error::is_retryable) {
            // The whole transaction is to be run again.
            return result;
        }
        let failed = self.failure.take();
        let result = match failed {
            Some(failure) if result.is_ok() => Err(failure),
            _ => result,
        };
        if result.is_err() {
            self.execute("ROLLBACK TO SAVEPOINT attempt", &[])?;
            (self.effects, self.actor, self.now) = (effects, actor, now);
        }
        self.execute("RELEASE SAVEPOINT attempt", &[])?;
        result
    }

    /// Sets the time of what follows: imports replay history under its own times.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// The engine, for the few functions in `store` that must know.
    pub(crate) fn engine(&self) -> Engine {
        self.conn.engine()
    }

    /// Every row of `sql`, each turned into a value.
    ///
    /// # Errors
    /// The engine's, or the first that `map` gives.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut items = Vec::new();
        self.for_each(sql, params, |row| {
            items.push(map(row)?);
            Ok(true)
        })?;
        Ok(items)
    }

    /// The first row of `sql`, if there is one.
    ///
    /// # Errors
    /// The engine's, or the one that `map` gives.
    pub fn query_opt<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut map = Some(map);
        let mut item = None;
        self.for_each(sql, params, |row| {
            if let Some(map) = map.take() {
                item = Some(map(row)?);
            }
            Ok(false)
        })?;
        Ok(item)
    }

    /// The one row of `sql`.
    ///
    /// # Errors
    /// `Internal` when there is none.
    pub fn query_one<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        map: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.query_opt(sql, params, map)?.ok_or_else(|| Error::internal(format!("no row for {sql}")))
    }

    /// Gives each row of `sql` to `each` as it is stepped through, until it answers `false`; nothing is collected.
    ///
    /// # Errors
    /// The engine's, or the first that `each` gives.
    pub fn for_each(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        let mut refused = false;
        let result = self.conn.rows(sql, params, &mut |row| each(row).inspect_err(|_| refused = true));
        if refused { result } else { self.noted(result) }
    }

    /// Runs a statement and answers how many rows it changed.
    ///
    /// # Errors
    /// The engine's; [`Error::is_unique_violation`] tells a taken name from the rest.
    pub fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        let result = self.conn.execute(sql, params);
        self.noted(result)
    }

    fn noted<T>(&mut self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            self.failure.get_or_insert_with(|| error.clone());
        }
        result
    }

    /// What a closure that ended with `result` has come to. After a statement has failed PostgreSQL commits nothing,
    /// whatever the closure made of the failure; so neither engine does.
    pub(crate) fn settle<T>(&mut self, result: Result<T>) -> Result<T> {
        match self.failure.take() {
            Some(failure) if result.is_ok() || failure.is_retryable() => Err(failure),
            _ => result,
        }
    }
}
