//! An import that ends in the middle goes on where it ended.
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use common::{World, by_key, many, xes};
use heddle_mining::import;
use store::{Config, Store};

const TRACES: usize = 4_000;

/// What a whole import makes.
async fn whole(world: &World) -> Vec<i64> {
    let log = world.file("whole.xes", xes(&many(TRACES)));
    let report = import(&world.store, world.workspace, "General", &log, |_| ()).await.unwrap();
    assert_eq!(report.traces, TRACES as u64);
    world.rows().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_import_is_resumed() {
    for (world, other) in World::each().await.into_iter().zip(World::each().await) {
        let expected = whole(&other).await;
        let log = world.file("log.xes", xes(&many(TRACES)));
        let (sender, mut halfway) = tokio::sync::mpsc::unbounded_channel();
        let progress = move |step: heddle_mining::Progress| {
            if step.traces >= 1_000 {
                let _ = sender.send(());
            }
        };
        tokio::select! {
            biased;
            _ = halfway.recv() => {}
            done = import(&world.store, world.workspace, "General", &log, progress) => panic!("it ended: {done:?}"),
        }
        // A batch that was under way is still carried out.
        let in_between =
            world.write(|tx| tx.query_one("SELECT COUNT(*) FROM cases", &[], |row| row.get::<i64>(0))).await;
        assert!((1_000..TRACES as i64).contains(&in_between) && in_between % 500 == 0, "{in_between}");
        let report = import(&world.store, world.workspace, "General", &log, |_| ()).await.unwrap();
        assert_eq!((report.traces as i64, report.skipped as i64), (TRACES as i64 - in_between, in_between));
        assert_eq!(world.rows().await, expected);
        assert_eq!(by_key(world.exported("General").await), by_key(many(TRACES)));
    }
}

/// Run by the test below in a process of its own, to be killed.
#[tokio::test]
#[ignore = "a part of another test"]
async fn child() {
    let Some(folder) = std::env::var_os("HEDDLE_CRASH_FOLDER").map(PathBuf::from) else { return };
    let workspace = std::env::var("HEDDLE_CRASH_WORKSPACE").unwrap().parse().unwrap();
    let store = Store::open(Config::embedded(&folder)).await.unwrap();
    import(&store, workspace, "General", &folder.join("log.xes"), |_| ()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_is_resumed() {
    let (world, other) = (World::open(None).await, World::open(None).await);
    let expected = whole(&other).await;
    let log = world.file("log.xes", xes(&many(TRACES)));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored"])
        .env("HEDDLE_CRASH_FOLDER", world.folder.path())
        .env("HEDDLE_CRASH_WORKSPACE", world.workspace.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while world.count("cases").await < 500 {
        assert!(started.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let in_between = world.count("cases").await;
    assert!(in_between % 500 == 0, "{in_between}");
    let report = import(&world.store, world.workspace, "General", &log, |_| ()).await.unwrap();
    assert_eq!((report.traces as i64, report.skipped as i64), (TRACES as i64 - in_between, in_between));
    assert_eq!(world.rows().await, expected);
}
