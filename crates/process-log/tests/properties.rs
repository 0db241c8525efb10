//! What holds for every log: writing and reading it again, any bytes as CSV, mining.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::{Folder, read_all, xes};
use heddle_process_log::{Event, Miner, Trace, scan};
use proptest::{collection::vec, option, prelude::*};
use serde_json::{Map, Value};

/// Every kind of character, those that XML forbids and those it gives a meaning among them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\\x00-\\x20\u{7f}\u{fffe}\u{ffff}&<>\"';]{0,8}",
        "[a-c:]{0,3}",
        Just("2024-05-01T10:00:00+02:00".to_owned()),
        Just("2024-05-01T10:00:00Z".to_owned()),
        Just("2024-05-01T10:00:00+00:00".to_owned()),
        Just("2024-05-01T10:00:00.120Z".to_owned()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    text().prop_filter("names are not empty", |name| !name.is_empty())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![text(), Just("value".to_owned()), Just("attributes".to_owned())];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key, inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn attributes() -> impl Strategy<Value = Map<String, Value>> {
    vec((text(), value()), 0..4).prop_map(|members| members.into_iter().collect())
}

/// The microseconds of the years 0000 to 9998.
fn moment() -> impl Strategy<Value = i64> {
    -62_167_219_200_000_000..253_370_764_800_000_000_i64
}

fn event() -> impl Strategy<Value = Event> {
    let names = (option::of(name()), option::of(name()), option::of(name()));
    (name(), moment(), names, attributes()).prop_map(|(activity, at, (resource, group, lifecycle), attributes)| Event {
        activity,
        at,
        resource,
        group,
        lifecycle,
        attributes,
    })
}

fn trace() -> impl Strategy<Value = Trace> {
    (name(), attributes(), vec(event(), 0..4)).prop_map(|(key, attributes, events)| Trace { key, attributes, events })
}

/// The text as XML can hold it.
fn legal(text: &str) -> String {
    let forbidden = |c: char| matches!(c, '\0'..' ' | '\u{fffe}' | '\u{ffff}') && !matches!(c, '\t' | '\n' | '\r');
    text.replace(forbidden, "\u{fffd}")
}

fn legal_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(legal(text)),
        Value::Array(elements) => elements.iter().filter(|value| !value.is_null()).map(legal_value).collect(),
        Value::Object(object) => Value::Object(legal_attributes(object)),
        value => value.clone(),
    }
}

fn legal_attributes(attributes: &Map<String, Value>) -> Map<String, Value> {
    let present = attributes.iter().filter(|(_, value)| !value.is_null());
    present.map(|(key, value)| (legal(key), legal_value(value))).collect()
}

/// The trace as it comes back.
fn legal_trace(trace: &Trace) -> Trace {
    let legal_name = |name: &Option<String>| name.as_deref().map(legal);
    let event = |event: &Event| Event {
        activity: legal(&event.activity),
        at: event.at,
        resource: legal_name(&event.resource),
        group: legal_name(&event.group),
        lifecycle: legal_name(&event.lifecycle),
        attributes: legal_attributes(&event.attributes),
    };
    Trace {
        key: legal(&trace.key),
        attributes: legal_attributes(&trace.attributes),
        events: trace.events.iter().map(event).collect(),
    }
}

/// Found the slow way: count all paths, sort all times.
fn naive_path(cases: &[Vec<(String, i64, Option<String>)>]) -> Option<(Vec<String>, u64)> {
    let mut counts: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for case in cases.iter().filter(|case| !case.is_empty()) {
        *counts.entry(case.iter().map(|event| event.0.clone()).collect()).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most)
}

proptest! {
    #[test]
    fn what_is_written_is_read(traces in vec(trace(), 0..4)) {
        let folder = Folder::new();
        let path = folder.file("log.xes", xes(&traces));
        let counted = scan(&path).unwrap();
        prop_assert_eq!(counted.traces, traces.len() as u64);
        prop_assert_eq!(counted.events, traces.iter().map(|trace| trace.events.len() as u64).sum::<u64>());
        let (read, rejected) = read_all(&path).unwrap();
        prop_assert_eq!(rejected, vec![]);
        prop_assert_eq!(read, traces.iter().map(legal_trace).collect::<Vec<_>>());
    }

    #[test]
    fn no_bytes_make_a_table_panic(
        begin in prop_oneof![
            Just(""), Just("case,activity,time\n"), Just("case;activity;time\r\n"),
            Just("\u{feff}case\tactivity\ttime\n"),
        ],
        bytes in prop_oneof![
            vec(any::<u8>(), 0..200),
            "([a-c0-9\",;\t\n\r|]|2024-01-01){0,60}".prop_map(String::into_bytes),
        ],
    ) {
        let folder = Folder::new();
        for name in ["log.csv", "log.jsonl", "log.xes", "log"] {
            let path = folder.file(name, [begin.as_bytes(), &bytes].concat());
            let counted = scan(&path);
            let read = read_all(&path);
            if let ("log.csv" | "log.jsonl", Ok(counted)) = (name, counted) {
                let (traces, rejected) = read.unwrap();
                let events: usize = traces.iter().map(|trace| trace.events.len()).sum();
                prop_assert_eq!(counted.events, (events + rejected.len()) as u64);
            }
        }
    }

    #[test]
    fn the_miner_counts_like_a_naive_count(
        cases in vec(
            vec(("[ab]", -5_000_000_000..5_000_000_000_i64, option::of("[xy]")), 0..4), 0..20,
        ),
    ) {
        let mut miner = Miner::new();
        let mut untimed = Miner::new();
        for case in &cases {
            miner.add_events(case.iter().map(|(name, at, who)| (name.as_str(), *at, who.as_deref())));
            untimed.add(case.iter().map(|(name, ..)| name.as_str()));
        }
        let found = miner.finish();
        let untimed = untimed.finish();
        let Some((path, count)) = naive_path(&cases) else {
            prop_assert_eq!((found, untimed), (None, None));
            return Ok(());
        };
        let (found, untimed) = (found.unwrap(), untimed.unwrap());
        let full: Vec<_> = cases.iter().filter(|case| !case.is_empty()).collect();
        let taking: Vec<_> = full.iter()
            .filter(|case| case.iter().map(|event| &event.0).eq(&path)).collect();
        prop_assert_eq!(found.variant_cases, count);
        prop_assert_eq!(found.cases, full.len() as u64);
        prop_assert_eq!(found.share, count as f64 / full.len() as f64);
        prop_assert_eq!(found.activities.iter().map(|step| &step.activity).collect::<Vec<_>>(),
            path.iter().collect::<Vec<_>>());

        for (position, step) in found.activities.iter().enumerate() {
            let mut waits: Vec<i64> = taking.iter()
                .filter_map(|case| Some(case.get(position + 1)?.1 - case[position].1)).collect();
            waits.sort();
            let middle = waits.len().checked_sub(1)
                .map(|last| (waits[last / 2] + waits[last.div_ceil(2)]) as f64 / 2e6);
            let near = match (step.median_seconds_to_next, middle) {
                (Some(found), Some(middle)) => (found as f64 - middle).abs() <= 1.0,
                (found, middle) => found.is_none() && middle.is_none(),
            };
            prop_assert!(near, "{:?} {middle:?}", step);
            let mut people: BTreeMap<&str, u64> = BTreeMap::new();
            for who in taking.iter().filter_map(|case| case[position].2.as_deref()) {
                *people.entry(who).or_default() += 1;
            }
            let most = people.values().copied().max();
            let top = people.into_iter().find(|(_, count)| Some(*count) == most);
            prop_assert_eq!(step.top_resource.as_deref(), top.map(|(who, _)| who));
        }

        let mut pairs: BTreeMap<(String, String), u64> = BTreeMap::new();
        for pair in cases.iter().flat_map(|case| case.windows(2)) {
            *pairs.entry((pair[0].0.clone(), pair[1].0.clone())).or_default() += 1;
        }
        let mut pairs: Vec<_> = pairs.into_iter().map(|((a, b), n)| (a, b, n)).collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.2));
        prop_assert_eq!(&found.directly_follows, &pairs);
        prop_assert_eq!(&untimed.directly_follows, &pairs);
        prop_assert!(untimed.activities.iter().all(|step| step.median_seconds_to_next.is_none()));
    }
}

/// Beyond what is kept exactly, the median stays within 0.1 %.
#[test]
fn the_median_of_many_cases_is_close() {
    let mut miner = Miner::new();
    let cases = 20_000;
    for case in 0..cases {
        // All whole seconds up to the number of cases, in some order.
        let wait = (case * 7_919 % cases) * 1_000_000;
        miner.add_events([("a", 0, None), ("b", wait, None)]);
    }
    let found = miner.finish().unwrap();
    let median = found.activities[0].median_seconds_to_next.unwrap();
    assert!((9_990..=10_009).contains(&median), "{median}");
    assert_eq!(found.activities[1].median_seconds_to_next, None);
}
