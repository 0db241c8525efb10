//! Servers that are killed in the middle of a run.

use std::{path::Path, sync::Arc};

use gateway::Gateway;
use heddle_agents::runs::{self, RunFilter, RunState};
use kernel::{Actor, ids::WorkspaceId};
use serde_json::json;
use store::{Config, Store};
use talk::activities::ActivityType;

use crate::support::{ALL, Scripted, Setup, World, call, start_workers, tick};

/// Six comments in three answers, and then the tick.
fn gateway(stuck_at: Option<usize>) -> Gateway {
    let script = move |request: &gateway::ChatRequest, turn: usize| {
        if stuck_at == Some(turn) {
            return Ok(vec![]);
        }
        let comment = |n: usize| {
            let n = 2 * turn + n;
            call(&format!("c{n}"), "post_activity", json!({"content": format!("comment {n}")}))
        };
        Ok(if turn < 3 { vec![comment(0), comment(1)] } else { vec![tick(request, "t", 0)] })
    };
    Gateway::new().with_provider(Arc::new(Scripted(Box::new(script))))
}

/// Starts a run on a runtime of its own and kills that once the run has `steps` steps.
fn until_killed(folder: &Path, steps: i64, stuck_at: Option<usize>) -> (WorkspaceId, Actor, kernel::ids::CaseId) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let known = runtime.block_on(async {
        let world = World::at(folder, Setup::todos("scripted/m", &["Find out"]), gateway(stuck_at)).await;
        world.commence().await;
        world.until_run("the step to be killed at", move |run| run.steps >= steps).await;
        (world.ws, world.owner, world.case)
    });
    // Nothing is told to stop: what runs is dropped where it stands.
    runtime.shutdown_background();
    known
}

#[test]
fn no_action_happens_twice_however_often_the_server_is_killed() {
    // After each answer (the next one never comes), and anywhere between the calls of an answer.
    let stuck = (0..4).map(|turn| (1 + 3 * turn as i64, Some(turn)));
    let between = (1..11).map(|steps| (steps, None));
    for (steps, stuck_at) in stuck.chain(between) {
        let folder = tempfile::tempdir().unwrap();
        let (ws, owner, case) = until_killed(folder.path(), steps, stuck_at);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::open(Config::embedded(folder.path())).await.unwrap();
            let (stop, workers) = start_workers(&store, gateway(None)).await;
            let mut signal = store.subscribe(ws).await.unwrap();
            let run = loop {
                signal.borrow_and_update();
                let run = store
                    .read(ws, owner, |tx| Ok(runs::list(tx, &RunFilter::default(), ALL)?.items.remove(0)))
                    .await
                    .unwrap();
                if run.state.is_ended() {
                    break run;
                }
                let changed = tokio::time::timeout(std::time::Duration::from_secs(20), signal.changed()).await;
                changed.unwrap_or_else(|_| panic!("the run stands still after {steps}: {run:?}")).unwrap();
            };
            assert_eq!((run.state, run.turns), (RunState::Succeeded, 4), "after {steps}");
            let comments = store
                .read(ws, owner, move |tx| {
                    let thread = work::cases::get(tx, case)?.thread_id;
                    let entries = talk::activities::list(tx, thread, ALL)?.items.into_iter();
                    let comments = entries.filter(|entry| entry.activity_type == ActivityType::Comment);
                    Ok(comments.map(|entry| entry.content).collect::<Vec<_>>())
                })
                .await
                .unwrap();
            let expected: Vec<String> = (0..6).map(|n| format!("comment {n}")).collect();
            assert_eq!(comments, expected, "after {steps}");
            stop.cancel();
            workers.await.unwrap().unwrap();
        });
    }
}

#[tokio::test]
async fn a_server_that_stops_leaves_the_run_to_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path(), Setup::todos("scripted/m", &["Find out"]), gateway(Some(1))).await;
    world.commence().await;
    world.until_run("two comments", |run| run.steps == 4).await;
    world.stop.cancel();
    world.workers.await.unwrap().unwrap();
    let World { store, ws, owner, agent, space, case, .. } = world;
    drop(store);
    let store = Store::open(Config::embedded(folder.path())).await.unwrap();
    let (stop, workers) = start_workers(&store, gateway(None)).await;
    let world = World { store, ws, owner, agent, space, case, stop, workers, folder: None };
    let run = world.until_state(RunState::Succeeded).await;
    assert_eq!(run.turns, 4);
    assert_eq!(world.told(ActivityType::Comment).await.len(), 6);
}
