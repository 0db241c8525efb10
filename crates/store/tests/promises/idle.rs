//! Workspaces that nobody uses are closed; what is due in them happens all the same.

use std::{sync::Arc, time::Duration};

use heddle_store::{Outcome, Signal, Store, Workers, testing::Place};
use kernel::{Timestamp, ids::WorkspaceId};
use tokio::sync::{Notify, mpsc, watch};

use crate::support::{Working, job, next, on_each, open, open_impatient, saying, within, workspace, write};

/// Waits until the workspace is closed here.
async fn until_closed(mut signal: watch::Receiver<Signal>) {
    within("the workspace is closed", async { while signal.changed().await.is_ok() {} }).await;
}

async fn closed(store: &Store, ws: WorkspaceId) {
    until_closed(store.subscribe(ws).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_comes_due_wakes_its_closed_workspace() {
    on_each(async |place| {
        let store = open_impatient(&place).await;
        let ws = workspace(&store).await;
        let (workers, mut hear) = saying();
        let _working = Working::start(&store, workers);
        let due = Timestamp::now().plus(Duration::from_secs(3));
        write(&store, ws, move |tx| tx.enqueue(job(1).at(due))).await;
        closed(&store, ws).await;
        assert!(Timestamp::now() < due, "closed too late for this test");
        assert_eq!(next("the job", &mut hear).await, 1);
        assert!(Timestamp::now() >= due);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_looked_after_each_time_it_is_opened() {
    on_each(async |place| {
        let store = open_impatient(&place).await;
        let ws = workspace(&store).await;
        let (workers, mut hear) = saying();
        let _working = Working::start(&store, workers);
        for n in 0..3 {
            write(&store, ws, move |tx| tx.enqueue(job(n))).await;
            assert_eq!(next("the job", &mut hear).await, n);
            closed(&store, ws).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_enqueues_is_done_soon() {
    on_each(async |place| {
        let server = open_impatient(&place).await;
        let ws = workspace(&server).await;
        let (workers, mut hear) = saying();
        let _working = Working::start(&server, workers);
        // Twice: the second process is not to rely on a mark that the first has taken away.
        let command = open(&place).await;
        for n in 0..2 {
            closed(&server, ws).await;
            let command = if n == 0 { command.clone() } else { open(&place).await };
            write(&command, ws, move |tx| tx.enqueue(job(n))).await;
            assert_eq!(next("the job", &mut hear).await, n);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_whose_job_runs_stays_open() {
    on_each(async |place| {
        let store = open_impatient(&place).await;
        let (busy, quiet) = (workspace(&store).await, workspace(&store).await);
        let (said, mut hear) = mpsc::unbounded_channel();
        let go_on = Arc::new(Notify::new());
        let wait = Arc::clone(&go_on);
        let workers = Workers::new().job("test", move |_| {
            let (said, wait) = (said.clone(), Arc::clone(&wait));
            async move {
                said.send(()).unwrap();
                wait.notified().await;
                Ok(Outcome::Done)
            }
        });
        let working = Working::start(&store, workers);
        let signal = store.subscribe(busy).await.unwrap();
        write(&store, busy, |tx| tx.enqueue(job(1))).await;
        next("the job runs", &mut hear).await;
        // The other workspace is used after this one and closed twice, so this one's time has long come.
        for n in 0..2 {
            write(&store, quiet, move |tx| crate::support::note(tx, n)).await;
            closed(&store, quiet).await;
        }
        assert!(signal.has_changed().is_ok(), "it was closed while its job ran");
        go_on.notify_one();
        until_closed(signal).await;
        working.stop().await;
        assert!(hear.try_recv().is_err(), "the job ran twice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_close_a_workspace_keep_the_earliest_time() {
    let Some(place) = Place::postgres() else { return };
    let nodes = [open_impatient(&place).await, open_impatient(&place).await];
    let ws = workspace(&nodes[0]).await;
    let (workers, mut hear) = saying();
    let working = [Working::start(&nodes[0], workers.clone()), Working::start(&nodes[1], workers.clone())];
    let due = Timestamp::now().plus(Duration::from_secs(3));
    write(&nodes[0], ws, |_| Ok(())).await;
    write(&nodes[1], ws, move |tx| {
        tx.enqueue(job(1).at(due.plus(Duration::from_secs(3600))))?;
        tx.enqueue(job(2).at(due))
    })
    .await;
    let signals = [nodes[0].subscribe(ws).await.unwrap(), nodes[1].subscribe(ws).await.unwrap()];
    for signal in signals {
        until_closed(signal).await;
    }
    let wake = nodes[0]
        .control_read(move |tx| {
            let sql = "SELECT wake_at FROM workspaces WHERE id = $1";
            tx.query_one(sql, heddle_store::params![ws], |row| row.get::<Option<Timestamp>>(0))
        })
        .await
        .unwrap();
    assert!(wake.is_some_and(|wake| wake <= due), "{wake:?} is later than {due:?}");
    assert_eq!(next("the job", &mut hear).await, 2);
    for working in working {
        working.stop().await;
    }
}
