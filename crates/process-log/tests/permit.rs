//! The real log of building permits: counts, mining, and writing it again.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashMap;

use common::{Folder, gzip, permit_log, read_all, xes};
use heddle_process_log::{Format, Miner, scan};

#[test]
fn is_read_and_written_again() {
    let Some(path) = permit_log() else { return };
    assert_eq!(Format::detect(&path).unwrap(), Format::Xes);
    let counted = scan(&path).unwrap();
    assert_eq!((counted.traces, counted.events), (1_434, 8_577));
    assert_eq!(counted.bytes, 4_064_719);

    let (traces, rejected) = read_all(&path).unwrap();
    assert_eq!(rejected, []);
    assert_eq!(traces.len(), 1_434);
    assert_eq!(traces.iter().map(|trace| trace.events.len()).sum::<usize>(), 8_577);

    let first = &traces[0];
    assert_eq!(first.key, "case-10011");
    assert_eq!(first.attributes["channel"], "Internet");
    assert_eq!(first.attributes["deadline"], "2011-12-06T13:41:31.788+01:00");
    assert_eq!(first.events[0].activity, "Confirmation of receipt");
    assert_eq!(first.events[0].at, 1_318_333_540_276_000);
    assert_eq!(first.events[0].resource.as_deref(), Some("Resource21"));
    assert_eq!(first.events[0].group.as_deref(), Some("Group 1"));
    assert_eq!(first.events[0].lifecycle.as_deref(), Some("complete"));
    assert_eq!(first.events[0].attributes["concept:instance"], "task-42933");

    let folder = Folder::new();
    for copy in [folder.file("copy.xes", xes(&traces)), folder.file("copy.xes.gz", gzip(xes(&traces)))] {
        let again = scan(&copy).unwrap();
        assert_eq!((again.traces, again.events), (counted.traces, counted.events));
        assert_eq!(read_all(&copy).unwrap(), (traces.clone(), vec![]));
    }
}

#[test]
fn is_mined() {
    let Some(path) = permit_log() else { return };
    let (traces, _) = read_all(&path).unwrap();
    let mut miner = Miner::new();
    let mut paths: HashMap<Vec<&str>, u64> = HashMap::new();
    for trace in &traces {
        miner.add_trace(trace);
        let path = trace.events.iter().map(|event| event.activity.as_str()).collect();
        *paths.entry(path).or_default() += 1;
    }
    let found = miner.finish().unwrap();
    assert_eq!(found.cases, 1_434);
    assert_eq!(found.variants, 116);
    assert_eq!(found.variants, paths.len() as u64);
    assert_eq!(found.variant_cases, paths.values().copied().max().unwrap());
    assert_eq!(found.activities[0].activity, "Confirmation of receipt");
    assert!(found.activities[0].median_seconds_to_next.is_some());
    assert!(found.activities.iter().all(|step| step.top_resource.is_some()));
    println!("{found:#?}");
}
