//! How long the figures of a process take: `cargo run --release -p heddle-mining --example figures -- 100000`.
//!
//! Imports that many made-up cases into a workspace of its own and asks for their figures three times: the first computes
//! them, the second finds them kept, the third follows a change.
#![allow(clippy::unwrap_used)]

use std::time::Instant;

use heddle_mining::{Figure, Period, Processes, import};
use identity::spaces::{self, NewSpace};
use kernel::PageRequest;
use process_log::{Event, Trace, write_xes};
use store::{Config, Store};
use work::cases::{self, NewCase};

#[tokio::main]
async fn main() {
    let n: usize = std::env::args().nth(1).map_or(100_000, |n| n.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.xes");
    write_log(n, &log);
    let url = std::env::args().nth(2);
    let config = Config { database_url: url, ..Config::embedded(folder.path()) };
    let store = Store::open(config).await.unwrap();
    let slug = format!("t-{}", kernel::ids::WorkspaceId::new());
    let (workspace, _, owner) =
        identity::workspaces::create(&store, "Speed", Some(&slug), "owner@heddle.example", None).await.unwrap();
    let (workspace, owner) = (workspace.id, owner.acting());
    let new = NewSpace { name: "Speed".to_owned(), description: None, review: Vec::new() };
    let space = store.write(workspace, owner, move |tx| spaces::create(tx, &new)).await.unwrap().id;
    let begun = Instant::now();
    let report = import(&store, workspace, "Speed", &log, |_| ()).await.unwrap();
    println!("imported {} cases with {} stages in {:?}", report.traces, report.events, begun.elapsed());
    let processes = Processes::default();
    for what in ["cold", "warm", "after a change"] {
        if what == "after a change" {
            let new = NewCase::titled(space, "one more");
            store.write(workspace, owner, move |tx| cases::create(tx, &new)).await.unwrap();
        }
        let begun = Instant::now();
        let found = processes.figures(&store, workspace, owner, space, Period::default()).await.unwrap();
        println!("{what}: {} cases, {} paths in {:?}", found.cases, found.variant_count, begun.elapsed());
    }
    for what in ["cold", "warm"] {
        let wanted = (Period::default(), Figure { activity: Some("check 3".to_owned()), ..Figure::default() });
        let request = PageRequest { page: 1, per_page: 50 };
        let begun = Instant::now();
        let found = processes.cases(&store, workspace, owner, space, wanted, request).await.unwrap();
        println!("{what}: the page of {} cases behind a figure in {:?}", found.total, begun.elapsed());
    }
}

/// Cases of five stages on average, by a hundred people, on a few hundred paths.
fn write_log(n: usize, path: &std::path::Path) {
    let mut writer = write_xes(std::io::BufWriter::new(std::fs::File::create(path).unwrap()));
    let mut seed = 1_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for case in 0..n {
        let mut at = 1_600_000_000_000_000 + case as i64 * 60_000_000;
        let mut events = Vec::new();
        for step in 0..3 + random(5) {
            at += 1_000_000 * (1 + random(100_000) as i64);
            let activity = format!("check {}", if random(10) == 0 { random(8) } else { step });
            let resource = Some(format!("Person {}", random(100)));
            events.push(Event { activity, at, resource, ..Event::default() });
        }
        writer.trace(&Trace { key: format!("case {case}"), events, ..Trace::default() }).unwrap();
    }
    writer.finish().unwrap();
}
