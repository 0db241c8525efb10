//! Writes of a workspace are committed together, and yet each stands for itself.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::channel,
    },
    task::{Context, Poll, Waker},
};

use heddle_store::{Store, Tx, params, testing::Place};
use kernel::{Actor, Error, Kind, Result, ids::WorkspaceId};

use crate::support::{LIMIT, emit, emitted, job, note, notes, open, read, within, workspace, write};

type Work<T> = Box<dyn FnMut(&mut Tx<'_>) -> Result<T> + Send>;

/// Runs closures that wait for each other's commit: all are queued before any of them runs.
async fn together<T: Send + 'static>(store: &Store, ws: WorkspaceId, works: Vec<Work<T>>) -> Vec<Result<T>> {
    let (began, begun) = tokio::sync::oneshot::channel();
    let (open, gate) = channel::<()>();
    let mut began = Some(began);
    let holder = store.clone();
    let held = tokio::spawn(async move {
        holder
            .write(ws, Actor::SYSTEM, move |_| {
                began.take().unwrap().send(()).unwrap();
                gate.recv_timeout(LIMIT).map_err(Error::internal)
            })
            .await
    });
    within("the thread is held", begun).await.unwrap();
    let mut writes: Vec<Pin<Box<dyn Future<Output = Result<T>> + Send>>> = Vec::new();
    for work in works {
        let mut write = Box::pin(store.write(ws, Actor::SYSTEM, work));
        assert!(is_queued(write.as_mut()));
        writes.push(write);
    }
    open.send(()).unwrap();
    held.await.unwrap().unwrap();
    within("all are answered", futures::future::join_all(writes)).await
}

/// Polls a write once, which queues it.
fn is_queued<T>(write: Pin<&mut (dyn Future<Output = Result<T>> + Send)>) -> bool {
    matches!(write.poll(&mut Context::from_waker(Waker::noop())), Poll::Pending)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_closure_of_a_batch_succeeds_or_fails_alone() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        write(&store, ws, |tx| note(tx, -1)).await;
        let works = (0..300).map(|n: i64| -> Work<i64> {
            Box::new(move |tx| {
                note(tx, n)?;
                match n % 10 {
                    3 => Err(Error::conflict("refused", n.to_string())),
                    5 => panic!("closure {n}"),
                    7 => note(tx, -1).map(|()| n),
                    9 => tx.execute("SELECT * FROM no_such_table", &[]).map(|_| n),
                    _ => Ok(n),
                }
            })
        });
        let results = together(&store, ws, works.collect()).await;
        let mut kept = vec![-1];
        for (n, result) in (0..).zip(results) {
            match n % 10 {
                3 => assert_eq!(result.unwrap_err().message(), n.to_string()),
                5 => assert!(result.unwrap_err().context().unwrap().contains(&format!("closure {n}"))),
                7 => assert!(result.unwrap_err().is_unique_violation()),
                9 => assert_eq!(result.unwrap_err().kind(), Kind::Internal),
                _ => {
                    assert_eq!(result.unwrap(), n);
                    kept.push(n);
                }
            }
        }
        assert_eq!(read(&store, ws, notes).await, kept);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_statement_cannot_be_passed_over() {
    // PostgreSQL would answer COMMIT as if all were well, and have undone everything.
    let passes_over = || -> Work<()> {
        Box::new(|tx| {
            note(tx, 2)?;
            assert!(note(tx, 1).unwrap_err().is_unique_violation());
            Ok(())
        })
    };
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        write(&store, ws, |tx| note(tx, 1)).await;
        assert!(store.write(ws, Actor::SYSTEM, passes_over()).await.unwrap_err().is_unique_violation());
        let results = together(&store, ws, vec![passes_over(), Box::new(|tx| note(tx, 3)), passes_over()]).await;
        assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(read(&store, ws, notes).await, [1, 3]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_caller_went_away_is_carried_out() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        let mut write_and_leave = Box::pin(store.write(ws, Actor::SYSTEM, |tx| note(tx, 1)));
        let _ = is_queued(write_and_leave.as_mut());
        drop(write_and_leave);
        // Closures run in the order in which they came.
        write(&store, ws, |tx| note(tx, 2)).await;
        assert_eq!(read(&store, ws, notes).await, [1, 2]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closure_that_failed_wakes_nobody() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        let signal = store.subscribe(ws).await.unwrap();
        let refused = || -> Work<()> {
            Box::new(|tx| {
                emit(tx, 1)?;
                tx.enqueue(job(1))?;
                Err(Error::conflict("refused", "no"))
            })
        };
        together(&store, ws, vec![refused(), Box::new(|tx| note(tx, 1)), refused()]).await;
        store.write(ws, Actor::SYSTEM, refused()).await.unwrap_err();
        // What wakes is what comes now, and nothing else.
        let mut woken = signal.clone();
        write(&store, ws, |tx| emit(tx, 2)).await;
        within("the event wakes", woken.changed()).await.unwrap();
        let signal = *signal.borrow();
        assert_eq!((signal.events, signal.jobs), (1, 0));
        assert_eq!(read(&store, ws, emitted).await, [2]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_panicked_leaves_no_old_snapshot_behind() {
    for place in Place::each() {
        let store = open(&place).await;
        let ws = workspace(&store).await;
        let panics = (0..60).map(|_| {
            store.read(ws, Actor::SYSTEM, |tx| -> Result<()> {
                notes(tx)?;
                panic!("a reader")
            })
        });
        for result in futures::future::join_all(panics).await {
            assert_eq!(result.unwrap_err().kind(), Kind::Internal);
        }
        write(&store, ws, |tx| note(tx, 1)).await;
        for seen in futures::future::join_all((0..60).map(|_| read(&store, ws, notes))).await {
            assert_eq!(seen, [1]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_workspaces_do_not_keep_others_from_being_written() {
    let place = Place::sqlite();
    let store = open(&place).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut busy = Vec::new();
    // More than there are threads that write.
    for _ in 0..6 {
        let ws = workspace(&store).await;
        for _ in 0..48 {
            let (store, over) = (store.clone(), Arc::clone(&over));
            busy.push(tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let sql = "INSERT INTO notes (id, body) VALUES ($1, 'x') ON CONFLICT (id) DO NOTHING";
                    write(&store, ws, move |tx| tx.execute(sql, params![1])).await;
                }
            }));
        }
    }
    let ws = workspace(&store).await;
    for n in 0..5 {
        within("a quiet workspace is written", write(&store, ws, move |tx| note(tx, n))).await;
    }
    over.store(true, Ordering::Relaxed);
    futures::future::join_all(busy).await;
}
