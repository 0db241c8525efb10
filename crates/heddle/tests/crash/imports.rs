//! A log that is being imported.

use std::{
    fs::File,
    io::BufWriter,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use kernel::Actor;
use process_log::{Event, Trace, write_xes};
use store::Store;

use crate::{Workspace, check_file, house::House};

const TRACES: usize = 4_000;

pub async fn a_killed_import_is_resumed(house: &House) {
    let [killed, whole] = ["killed", "whole"].map(|slug| Workspace::new(house, slug));
    let log = house.folder().join("log.xes");
    generate(&log);
    let log = log.to_str().expect("a path of text");
    let import = |slug| ["import-log", log, "--workspace", slug, "--space", "General"];
    let store = house.store().await;

    let mut command = house.command(&["admin"]);
    let mut child = command.args(import("killed")).stdout(Stdio::null()).spawn().expect("the binary starts");
    let begun = Instant::now();
    while cases(&store, &killed).await == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60) && child.try_wait().expect("it can be asked").is_none());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    child.kill().expect("it is killed");
    assert!(!child.wait().expect("it ends").success());
    let found = cases(&store, &killed).await;
    assert!((1..TRACES as i64).contains(&found), "{found}");
    check_file(house, &killed).await;

    let resumed = house.admin(&import("killed"));
    let (added, skipped) = (resumed["traces"].as_i64(), resumed["skipped"].as_i64());
    let (added, skipped) = (added.expect("a number"), skipped.expect("a number"));
    // PostgreSQL may still have finished what it was at.
    assert!(added > 0 && skipped >= found && added + skipped == TRACES as i64, "{resumed}");
    let clean = house.admin(&import("whole"));
    assert_eq!((&clean["traces"], &clean["skipped"]), (&TRACES.into(), &0.into()));
    assert_eq!(rows(&store, &killed).await, rows(&store, &whole).await);
    let [killed, whole] = ["killed", "whole"].map(|slug| {
        let path = house.folder().join(slug).with_extension("xes");
        let out = path.to_str().expect("a path of text");
        house.admin(&["export-log", "--workspace", slug, "--space", "General", "--out", out]);
        std::fs::read(path).expect("a file")
    });
    assert!(killed == whole, "the logs differ");
}

/// Traces of three events each, no two at the same time.
fn generate(path: &Path) {
    let mut writer = write_xes(BufWriter::new(File::create(path).expect("a file")));
    for n in 0..TRACES {
        let begun = 1_600_000_000_000_000 + n as i64 * 60_000_000;
        let event = |activity: &str, after: i64, resource: Option<&str>| Event {
            activity: activity.to_owned(),
            at: begun + after,
            resource: resource.map(str::to_owned),
            ..Event::default()
        };
        let checker = if n.is_multiple_of(2) { "Ann" } else { "Bob" };
        let events = vec![event("open", 0, Some("Ann")), event("check", 5, Some(checker)), event("close", 9, None)];
        writer.trace(&Trace { key: format!("trace {n}"), events, ..Trace::default() }).expect("it is written");
    }
    writer.finish().expect("it is written");
}

async fn cases(store: &Store, workspace: &Workspace) -> i64 {
    count(store, workspace, "SELECT COUNT(*) FROM cases").await
}

/// How many rows there are of everything that an import writes.
async fn rows(store: &Store, workspace: &Workspace) -> Vec<i64> {
    let mut rows = Vec::new();
    for table in ["cases", "threads", "stages", "activities", "events", "actors", "members"] {
        rows.push(count(store, workspace, &format!("SELECT COUNT(*) FROM {table}")).await);
    }
    rows.push(count(store, workspace, "SELECT CAST(SUM(n) AS BIGINT) FROM case_tallies").await);
    rows
}

async fn count(store: &Store, workspace: &Workspace, sql: &str) -> i64 {
    let sql = sql.to_owned();
    let count = move |tx: &mut store::Tx<'_>| tx.query_one(&sql, &[], |row| row.get(0));
    store.read(workspace.id, Actor::SYSTEM, count).await.expect("the store answers")
}
