//! What is missing or breaks: workspaces, files, connections.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
    mpsc::channel,
};

use heddle_store::testing::Place;
use kernel::{Actor, Kind, Result, ids::WorkspaceId};

use crate::support::{LIMIT, note, notes, open, read, schema, session, within, workspace, write};

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_workspace_is_not_found_and_nothing_is_made_of_it() {
    for place in Place::each() {
        let store = open(&place).await;
        for _ in 0..20 {
            let id = WorkspaceId::new();
            let results = [
                store.read(id, Actor::SYSTEM, |_| Ok(())).await,
                store.peek(id, Actor::SYSTEM, |_| Ok(())).await,
                store.write(id, Actor::SYSTEM, |_| Ok(())).await,
                store.subscribe(id).await.map(drop),
            ];
            for result in results {
                let error = result.unwrap_err();
                assert_eq!((error.kind(), error.code()), (Kind::NotFound, "workspace_not_found"));
            }
        }
        assert!(!place.config().data_dir.join("workspaces").exists());
        // One that comes to be later is found, also by those who asked too early.
        let id = WorkspaceId::new();
        let early = futures::future::join_all((0..50).map(|_| store.read(id, Actor::SYSTEM, notes_or_none)));
        let (_, made) = tokio::join!(early, store.create_workspace(id));
        made.unwrap();
        assert_eq!(read(&store, id, notes_or_none).await, 0);
    }
}

fn notes_or_none(_: &mut heddle_store::Tx<'_>) -> Result<i64> {
    Ok(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_to_a_file_that_is_gone() {
    let place = Place::sqlite();
    let store = open(&place).await;
    let ws = workspace(&store).await;
    write(&store, ws, |tx| note(tx, 1)).await;
    read(&store, ws, notes).await;
    let folder = place.config().data_dir.join("workspaces");
    let aside = place.config().data_dir.join("aside");
    std::fs::rename(&folder, &aside).unwrap();
    assert_eq!(store.write(ws, Actor::SYSTEM, |tx| note(tx, 2)).await.unwrap_err().code(), "workspace_not_found");
    assert_eq!(store.read(ws, Actor::SYSTEM, notes).await.unwrap_err().code(), "workspace_not_found");
    std::fs::rename(&aside, &folder).unwrap();
    write(&store, ws, |tx| note(tx, 3)).await;
    assert_eq!(read(&store, ws, notes).await, [1, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_ended_are_made_anew() {
    let Some(place) = Place::postgres() else { return };
    let store = open(&place).await;
    let ws = workspace(&store).await;
    let mut written: Vec<i64> = Vec::new();
    for round in 0..3 {
        // Enough at once that every thread has a connection.
        let works = (0..40).map(|n| {
            let (store, id) = (store.clone(), round * 40 + n);
            async move {
                write(&store, ws, move |tx| note(tx, id)).await;
                read(&store, ws, notes).await;
                store.control_write(|_| Ok(())).await.unwrap();
                store.control_read(|_| Ok(())).await.unwrap();
                id
            }
        });
        written.extend(within("all work", futures::future::join_all(works)).await);
        assert_eq!(read(&store, ws, notes).await, written);
        // Opening a workspace uses such a connection, too.
        assert!(end_all(&place).await > 0);
        assert!(
            store.read(WorkspaceId::new(), Actor::SYSTEM, notes).await.unwrap_err().code() == "workspace_not_found"
        );
    }
}

/// Ends every other session and answers how many there were.
async fn end_all(place: &Place) -> i64 {
    let sql = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    session(place).await.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_ends_before_the_commit_costs_nothing() {
    let Some(place) = Place::postgres() else { return };
    let store = open(&place).await;
    let ws = workspace(&store).await;
    let runs = Arc::new(AtomicU32::new(0));
    let (began, begun) = tokio::sync::oneshot::channel();
    let (go_on, gate) = channel::<()>();
    let (mut began, count) = (Some(began), Arc::clone(&runs));
    let writing = store.write(ws, Actor::SYSTEM, move |tx| {
        note(tx, 1)?;
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            began.take().unwrap().send(()).unwrap();
            gate.recv_timeout(LIMIT).unwrap();
        }
        note(tx, 2)
    });
    let ending = async {
        begun.await.unwrap();
        end_all(&place).await;
        go_on.send(()).unwrap();
    };
    let (written, ()) = within("the write", async { tokio::join!(writing, ending) }).await;
    written.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(read(&store, ws, notes).await, [1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_is_gone_spoils_no_connection() {
    let Some(place) = Place::postgres() else { return };
    let store = open(&place).await;
    let (kept, gone) = (workspace(&store).await, workspace(&store).await);
    session(&place).await.batch_execute(&format!("DROP SCHEMA {} CASCADE", schema(gone))).await.unwrap();
    for n in 0..30 {
        let (failed, written) = tokio::join!(
            store.write(gone, Actor::SYSTEM, |tx| note(tx, 1)),
            store.write(kept, Actor::SYSTEM, move |tx| note(tx, n))
        );
        failed.unwrap_err();
        written.unwrap();
    }
    assert_eq!(read(&store, kept, notes).await.len(), 30);
}
