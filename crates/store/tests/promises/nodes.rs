//! Two nodes on one PostgreSQL: they share the work and hear of each other at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use heddle_store::{JobContext, Outcome, Workers, testing::Place};

use crate::{
    readers::{tables, write_down, written_down},
    support::{Working, emit, job, open, read, session, until, within, workspace, write},
};

/// Waits until `n` nodes listen.
async fn until_listening(place: &Place, n: i64) {
    let session = session(place).await;
    until("the nodes listen", || async {
        let sql =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN heddle'";
        (session.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) == n).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_run_by_one_node_only() {
    let Some(place) = Place::postgres() else { return };
    let nodes = [open(&place).await, open(&place).await];
    let ws = workspace(&nodes[0]).await;
    read(&nodes[1], ws, |_| Ok(())).await;
    let runs: Arc<Mutex<HashMap<i64, u32>>> = Arc::default();
    let count = Arc::clone(&runs);
    let workers = Workers::new().job("test", move |context: JobContext| {
        *count.lock().unwrap().entry(context.job.payload["n"].as_i64().unwrap()).or_default() += 1;
        async { Ok(Outcome::Done) }
    });
    let working = [Working::start(&nodes[0], workers.clone()), Working::start(&nodes[1], workers)];
    until_listening(&place, 2).await;
    let enqueue = (0..200).map(|n| {
        let store = nodes[n as usize % 2].clone();
        async move { write(&store, ws, move |tx| tx.enqueue(job(n))).await }
    });
    futures::future::join_all(enqueue).await;
    until("all have run", || async { (runs.lock().unwrap().len() == 200).then_some(()) }).await;
    for working in working {
        working.stop().await;
    }
    assert!(runs.lock().unwrap().values().all(|runs| *runs == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_read_on_one_node_only() {
    let Some(place) = Place::postgres() else { return };
    let nodes = [open(&place).await, open(&place).await];
    let ws = workspace(&nodes[0]).await;
    write(&nodes[0], ws, tables).await;
    read(&nodes[1], ws, |_| Ok(())).await;
    let reader = |tx: &mut heddle_store::Tx<'_>, event: &heddle_store::Event| {
        write_down(tx, "one", event.data["n"].as_i64().unwrap())
    };
    let workers = Workers::new().reader("one", reader);
    let working = [Working::start(&nodes[0], workers.clone()), Working::start(&nodes[1], workers)];
    until_listening(&place, 2).await;
    for n in 0..100 {
        write(&nodes[n as usize % 2], ws, move |tx| emit(tx, 2 * n).and_then(|()| emit(tx, 2 * n + 1))).await;
    }
    let seen = until("all are read", || async {
        Some(read(&nodes[0], ws, |tx| written_down(tx, "one")).await).filter(|seen| seen.len() >= 200)
    })
    .await;
    for working in working {
        working.stop().await;
    }
    assert!(seen.into_iter().eq(0..200));
    assert_eq!(read(&nodes[0], ws, |tx| written_down(tx, "one")).await.len(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_hears_at_once_what_another_has_committed() {
    let Some(place) = Place::postgres() else { return };
    let nodes = [open(&place).await, open(&place).await];
    let ws = workspace(&nodes[0]).await;
    let mut signal = nodes[1].subscribe(ws).await.unwrap();
    let working = Working::start(&nodes[1], Workers::new());
    until_listening(&place, 1).await;
    for n in 0..4 {
        if n == 2 {
            // The connection that listens ends, and another one listens.
            let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE datname = current_database() AND query = 'LISTEN heddle'";
            session(&place).await.execute(sql, &[]).await.unwrap();
            until_listening(&place, 0).await;
            until_listening(&place, 1).await;
        }
        signal.borrow_and_update();
        let begun = Instant::now();
        write(&nodes[0], ws, move |tx| emit(tx, n)).await;
        within("the other node is woken", signal.changed()).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
    working.stop().await;
}
