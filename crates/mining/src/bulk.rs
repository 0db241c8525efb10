//! Inserting many rows with few statements: on PostgreSQL a statement costs a trip over the network, on SQLite next to
//! nothing.

use kernel::Result;
use store::{Engine, Param, Tx};

/// Rows of one table that wait to be inserted together.
pub(crate) struct Rows {
    /// `INSERT INTO table (columns)`.
    insert: &'static str,
    columns: usize,
    together: usize,
    values: Vec<Param<'static>>,
    /// The last statement, with its number of rows.
    statement: (usize, String),
}

impl Rows {
    pub fn new(engine: Engine, insert: &'static str, columns: usize) -> Self {
        let together = match engine {
            Engine::Sqlite => 1,
            Engine::Postgres => 64,
        };
        Self {
            insert,
            columns,
            together,
            values: Vec::with_capacity(together * columns),
            statement: (0, String::new()),
        }
    }

    pub fn push<const N: usize>(&mut self, row: [Param<'static>; N]) {
        debug_assert_eq!(N, self.columns, "{}", self.insert);
        self.values.extend(row);
    }

    /// Whether there are as many rows as one statement takes.
    pub fn is_full(&self) -> bool {
        self.values.len() >= self.together * self.columns
    }

    /// Inserts all rows that wait.
    pub fn flush(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let mut rest = self.values.as_slice();
        while !rest.is_empty() {
            // Powers of two, so that few different statements are prepared.
            let rows = self.together.min(1 << (rest.len() / self.columns).ilog2());
            let (now, later) = rest.split_at(rows * self.columns);
            if self.statement.0 != rows {
                self.statement = (rows, statement(self.insert, self.columns, rows));
            }
            tx.execute(&self.statement.1, now)?;
            rest = later;
        }
        self.values.clear();
        Ok(())
    }
}

fn statement(insert: &str, columns: usize, rows: usize) -> String {
    let row = |row: usize| {
        let marks: Vec<String> = (1..=columns).map(|n| format!("${}", row * columns + n)).collect();
        format!("({})", marks.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("{insert} VALUES {}", rows.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Actor;
    use store::testing::each_engine;

    #[test]
    fn every_row_arrives_once_whatever_their_number() {
        assert_eq!(statement("INSERT INTO t (a, b)", 2, 2), "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)");
        each_engine(|ws| {
            for engine in [Engine::Sqlite, Engine::Postgres] {
                for n in [0, 1, 63, 64, 65, 200] {
                    let reader = format!("{engine:?} {n} ");
                    let sum = ws.write(Actor::SYSTEM, |tx| {
                        let mut rows = Rows::new(engine, "INSERT INTO cursors (reader, seq)", 2);
                        for i in 0..n {
                            rows.push([Param::Owned(format!("{reader}{i}")), Param::Int(i)]);
                            if rows.is_full() {
                                rows.flush(tx)?;
                            }
                        }
                        rows.flush(tx)?;
                        let sql = "SELECT CAST(COALESCE(SUM(seq), 0) AS BIGINT) FROM cursors WHERE reader LIKE $1";
                        tx.query_one(sql, store::params![format!("{reader}%")], |row| row.get::<i64>(0))
                    });
                    assert_eq!(sum, n * (n - 1) / 2);
                }
            }
        });
    }
}
