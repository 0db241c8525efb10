//! Readers of the event log: every event, once, in order, whatever fails.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use heddle_store::{JobContext, Outcome, Tx, Workers, params, testing::Place};
use kernel::{Error, Result};

use crate::support::{Working, emit, job, open, read, until, workspace, write};

/// The tables in which readers write down what they were given.
pub fn tables(tx: &mut Tx<'_>) -> Result<()> {
    for name in ["one", "other"] {
        tx.execute(&format!("CREATE TABLE seen_by_{name} (place bigint PRIMARY KEY, n bigint)"), &[])?;
    }
    Ok(())
}

pub fn write_down(tx: &mut Tx<'_>, name: &str, n: i64) -> Result<()> {
    let sql = format!("INSERT INTO seen_by_{name} SELECT COUNT(*), $1::bigint FROM seen_by_{name}");
    // SQLite knows no `::`.
    let sql = sql.replace("$1::bigint", "CAST($1 AS bigint)");
    tx.execute(&sql, params![n]).map(drop)
}

pub fn written_down(tx: &mut Tx<'_>, name: &str) -> Result<Vec<i64>> {
    tx.query(&format!("SELECT n FROM seen_by_{name} ORDER BY place"), &[], |row| row.get(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_failed_is_tried_again() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        write(&store, ws, tables).await;
        let stumbles = Arc::new(AtomicU32::new(0));
        let stumble = Arc::clone(&stumbles);
        let workers = Workers::new().reader("one", move |tx, event| {
            let n = event.data["n"].as_i64().unwrap();
            write_down(tx, "one", n)?;
            // At every hundredth event once, by an error or a panic, after it has written.
            match n {
                100 if stumble.fetch_or(1, Ordering::SeqCst) & 1 == 0 => Err(Error::internal("stumbles")),
                200 if stumble.fetch_or(2, Ordering::SeqCst) & 2 == 0 => panic!("stumbles"),
                _ => Ok(()),
            }
        });
        write(&store, ws, |tx| (0..250).try_for_each(|n| emit(tx, n))).await;
        let _working = Working::start(&store, workers);
        write(&store, ws, |tx| (250..500).try_for_each(|n| emit(tx, n))).await;
        let seen = until("all are read", || async {
            Some(read(&store, ws, |tx| written_down(tx, "one")).await).filter(|seen| seen.len() >= 500)
        })
        .await;
        assert!(seen.into_iter().eq(0..500));
        assert_eq!(stumbles.load(Ordering::SeqCst), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_a_reader_cannot_read_holds_up_nothing_else() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        write(&store, ws, tables).await;
        let (mended, tries) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let (is_mended, try_) = (Arc::clone(&mended), Arc::clone(&tries));
        let workers = Workers::new()
            .reader("one", move |tx, event| {
                let n = event.data["n"].as_i64().unwrap();
                if n == 3 && !is_mended.load(Ordering::SeqCst) {
                    try_.fetch_add(1, Ordering::SeqCst);
                    return Err(Error::internal("cannot read this"));
                }
                write_down(tx, "one", n)
            })
            .reader("other", |tx, event| write_down(tx, "other", event.data["n"].as_i64().unwrap()))
            .job("test", |context: JobContext| async move {
                let n = context.job.payload["n"].as_i64().unwrap();
                context.store.write(context.workspace, kernel::Actor::SYSTEM, move |tx| emit(tx, n)).await?;
                Ok(Outcome::Done)
            });
        let _working = Working::start(&store, workers);
        write(&store, ws, |tx| (0..6).try_for_each(|n| emit(tx, n))).await;
        // Each event and each job wakes the workers; the other reader and the jobs go on.
        for n in 6..60 {
            write(&store, ws, move |tx| if n % 2 == 0 { emit(tx, n) } else { tx.enqueue(job(n)).map(drop) }).await;
            until("the other reader has it", || async {
                Some(read(&store, ws, |tx| written_down(tx, "other")).await).filter(|seen| seen.contains(&n))
            })
            .await;
        }
        // What comes before the event is done with, and the event is not tried at every turn.
        assert_eq!(read(&store, ws, |tx| written_down(tx, "one")).await, [0, 1, 2]);
        let tried = tries.load(Ordering::SeqCst);
        assert!((2..=8).contains(&tried), "{tried} tries");
        mended.store(true, Ordering::SeqCst);
        let seen = until("all are read", || async {
            Some(read(&store, ws, |tx| written_down(tx, "one")).await).filter(|seen| seen.len() >= 60)
        })
        .await;
        assert!(seen.into_iter().eq(0..60));
    }
}
