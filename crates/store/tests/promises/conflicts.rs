//! PostgreSQL's conflicts with sessions that do not take Heddle's lock: the write runs again, or says that it did not.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use heddle_store::{Tx, params, testing::Place};
use kernel::{Actor, Kind, Result};

use crate::support::{note, notes, open, read, schema, session, until_blocked, within, workspace, write};

fn set(tx: &mut Tx<'_>, id: i64, body: &str) -> Result<()> {
    tx.execute("UPDATE notes SET body = $2 WHERE id = $1", params![id, body]).map(drop)
}

fn body(tx: &mut Tx<'_>, id: i64) -> Result<String> {
    tx.query_one("SELECT body FROM notes WHERE id = $1", params![id], |row| row.get(0))
}

/// A number that closures count up, and the way to read it.
fn counter() -> (Arc<AtomicU32>, impl Fn() -> u32) {
    let runs = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&runs);
    (runs, move || count.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_in_conflict_runs_again() {
    let Some(place) = Place::postgres() else { return };
    let store = open(&place).await;
    let ws = workspace(&store).await;
    write(&store, ws, |tx| note(tx, 1)).await;
    let other = session(&place).await;
    let update = format!("UPDATE {}.notes SET body = 'theirs' WHERE id = 1", schema(ws));
    other.batch_execute(&format!("BEGIN ISOLATION LEVEL SERIALIZABLE; {update}")).await.unwrap();
    let (runs, count) = counter();
    let writing = tokio::spawn(async move {
        write(&store, ws, move |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            let before = body(tx, 1)?;
            set(tx, 1, &format!("{before} and ours"))
        })
        .await;
        store
    });
    until_blocked(&place).await;
    other.batch_execute("COMMIT").await.unwrap();
    let store = within("the write", writing).await.unwrap();
    assert_eq!(count(), 2);
    assert_eq!(read(&store, ws, |tx| body(tx, 1)).await, "theirs and ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_in_a_deadlock_runs_again() {
    let Some(place) = Place::postgres() else { return };
    let store = open(&place).await;
    let ws = workspace(&store).await;
    write(&store, ws, |tx| note(tx, 1).and_then(|()| note(tx, 2))).await;
    let other = session(&place).await;
    let update = |id: u8| format!("UPDATE {}.notes SET body = 'theirs' WHERE id = {id}", schema(ws));
    // The other never gives up, so Heddle's session is the one that PostgreSQL ends.
    other.batch_execute(&format!("SET deadlock_timeout = '1h'; BEGIN; {}", update(1))).await.unwrap();
    let (runs, count) = counter();
    let writing = tokio::spawn(async move {
        write(&store, ws, move |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            set(tx, 2, "ours")?;
            set(tx, 1, "ours")
        })
        .await;
        store
    });
    until_blocked(&place).await;
    within("the other wins", other.batch_execute(&format!("{}; COMMIT", update(2)))).await.unwrap();
    let store = within("the write", writing).await.unwrap();
    assert!(count() >= 2, "{}", count());
    assert_eq!(read(&store, ws, |tx| Ok((body(tx, 1)?, body(tx, 2)?))).await, ("ours".to_owned(), "ours".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_never_ends_is_answered_busy_and_harms_nobody_else() {
    let Some(place) = Place::postgres() else { return };
    let store = open(&place).await;
    let ws = workspace(&store).await;
    write(&store, ws, |tx| note(tx, 1)).await;
    for passes_over in [false, true] {
        let (runs, count) = counter();
        let url = place.url().unwrap().to_owned();
        let theirs = format!("UPDATE {}.notes SET body = 'theirs' WHERE id = 1", schema(ws));
        let mut other = None;
        let conflict = store.write(ws, Actor::SYSTEM, move |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            let seen = body(tx, 1)?;
            // Between this transaction's snapshot and its own change, somebody else's is committed; every time.
            let other = other.get_or_insert_with(|| postgres::Client::connect(&url, postgres::NoTls).unwrap());
            other.batch_execute(&theirs).unwrap();
            let result = set(tx, 1, &format!("{seen} and ours"));
            if passes_over { Ok(()) } else { result }
        });
        let id = if passes_over { 3 } else { 2 };
        let innocent = store.write(ws, Actor::SYSTEM, move |tx| note(tx, id));
        let (conflict, innocent) = within("both are answered", async { tokio::join!(conflict, innocent) }).await;
        let error = conflict.unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Unavailable, "busy"));
        assert_eq!(count(), 12);
        innocent.unwrap();
        assert_eq!(read(&store, ws, |tx| body(tx, 1)).await, "theirs");
    }
    assert_eq!(read(&store, ws, notes).await, [1, 2, 3]);
}
