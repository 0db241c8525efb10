//! Parts of a transaction that may fail without ending it.

use heddle_store::{Tx, params, testing::each_engine};
use kernel::{Actor, Error, Result};

#[test]
fn an_attempt_that_fails_undoes_itself_and_nothing_else() {
    each_engine(|ws| {
        let insert = |tx: &mut Tx<'_>, reader: &str| -> Result<()> {
            tx.execute("INSERT INTO cursors (reader, seq) VALUES ($1, 1)", params![reader]).map(drop)
        };
        let kept = ws.write(Actor::SYSTEM, |tx| {
            insert(tx, "before")?;
            let refused = tx.attempt(|tx| {
                insert(tx, "refused")?;
                Err::<(), _>(Error::invalid("x", "no"))
            });
            assert_eq!(refused.unwrap_err().fields()[0].path, "x");
            // A statement that fails does not end the transaction either, not even when its failure is passed over.
            let failed = tx.attempt(|tx| {
                insert(tx, "failed")?;
                let _ = insert(tx, "before");
                Ok(())
            });
            assert!(failed.unwrap_err().is_unique_violation());
            tx.attempt(|tx| insert(tx, "good"))?;
            insert(tx, "after")?;
            tx.query("SELECT reader FROM cursors WHERE seq = 1 ORDER BY reader", &[], |row| row.get::<String>(0))
        });
        assert_eq!(kept, ["after", "before", "good"]);
    });
}
