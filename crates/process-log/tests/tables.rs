//! Reading CSV and JSON lines.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Folder, gzip, read_all};
use heddle_process_log::{Error, Event, Trace, scan};
use serde_json::json;

const MIDNIGHT: i64 = 1_704_067_200_000_000;

fn attributes(value: serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
    value.as_object().unwrap().clone()
}

fn event(activity: &str, at: i64) -> Event {
    Event { activity: activity.to_owned(), at, ..Event::default() }
}

#[test]
fn csv_rows_are_gathered_by_case_and_sorted_by_time() {
    let folder = Folder::new();
    let path = folder.file(
        "log.csv",
        "Case_ID,ACTIVITY,Timestamp,User,group,lifecycle:transition,case:city,cost\n\
         b,second,2024-01-01 00:00:01,eve,,,,\n\
         a,only,2024-01-01T01:00:00+01:00,,front,start,Kiel,12\n\
         \n\
         b,\"first, \"\"of\"\" two\",1704067200000,,,,Bonn,\n\
         b,also second,2024-01-01 00:00:01.000,,,,Köln,\n",
    );
    let counted = scan(&path).unwrap();
    assert_eq!((counted.traces, counted.events), (2, 4));
    let (traces, rejected) = read_all(&path).unwrap();
    assert_eq!(rejected, []);
    assert_eq!(
        traces,
        [
            Trace {
                key: "b".to_owned(),
                attributes: attributes(json!({"city": "Bonn"})),
                events: vec![
                    event("first, \"of\" two", MIDNIGHT),
                    Event { resource: Some("eve".to_owned()), ..event("second", MIDNIGHT + 1_000_000) },
                    event("also second", MIDNIGHT + 1_000_000),
                ],
            },
            Trace {
                key: "a".to_owned(),
                attributes: attributes(json!({"city": "Kiel"})),
                events: vec![Event {
                    group: Some("front".to_owned()),
                    lifecycle: Some("start".to_owned()),
                    attributes: attributes(json!({"cost": "12"})),
                    ..event("only", MIDNIGHT)
                }],
            },
        ]
    );
}

#[test]
fn csv_rows_that_cannot_be_read_are_rejected_with_their_lines() {
    let folder = Folder::new();
    let text = "case,event,time\n\
         a,x,2024-01-01 00:00:00\n\
         a,x\n\
         \n\
         \n\
         a,\"two\nlines\",soon\n\
         a,x,2024-01-01 00:00:00,more\n\
         ,x,2024-01-01 00:00:00\n\
         a,,2024-01-01 00:00:00\n\
         a,x,\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let path = folder.file("log.csv", text);
        let (traces, rejected) = read_all(&path).unwrap();
        assert_eq!(traces.len(), 1);
        assert_eq!(traces[0].events, [event("x", MIDNIGHT)]);
        let rejected: Vec<_> =
            rejected.iter().map(|one| (one.line.unwrap(), one.trace.as_deref(), one.reason.as_str())).collect();
        assert_eq!(
            rejected,
            [
                (3, None, "it has 2 cells, the header has 3"),
                (6, Some("a"), "its time \"soon\" cannot be read"),
                (8, None, "it has 4 cells, the header has 3"),
                (9, None, "it names no case"),
                (10, Some("a"), "it has no activity"),
                (11, Some("a"), "it has no time"),
            ]
        );
        assert_eq!(scan(&path).unwrap().events, 7);
    }
}

#[test]
fn csv_without_a_needed_column_is_refused() {
    let folder = Folder::new();
    let path = folder.file("log.csv", "case_id,what,timestamp\na,b,0\n");
    let error = read_all(&path).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the header has no activity column; accepted names: activity, concept:name, event; \
         names found: case_id, what, timestamp"
    );
    assert!(matches!(scan(&path), Err(Error::MissingColumn { column: "activity", .. })));
    assert!(matches!(scan(&folder.file("blank.csv", "\n\n")), Err(Error::Empty)));
}

#[test]
fn csv_in_other_encodings_and_with_other_delimiters() {
    let folder = Folder::new();
    let text = "Fall;case;activity;time\nÄ;Müller;prüfen für Käufer;2024-01-01 00:00:00\n";
    let latin: Vec<u8> = text.chars().map(|character| character as u8).collect();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (name, content) in [
        ("utf-8", text.as_bytes().to_vec()),
        ("utf-8 with mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("latin-1", latin.clone()),
        ("latin-1 packed", gzip(&latin)),
        ("utf-16le", [b"\xff\xfe".as_slice(), &little].concat()),
        ("utf-16be", [b"\xfe\xff".as_slice(), &big].concat()),
        ("tabs", text.replace(';', "\t").into_bytes()),
    ] {
        let path = folder.file("log.csv", content);
        let (traces, rejected) = read_all(&path).unwrap();
        assert_eq!(rejected, [], "{name}");
        assert_eq!(traces[0].key, "Müller", "{name}");
        assert_eq!(traces[0].events[0].activity, "prüfen für Käufer", "{name}");
        assert_eq!(traces[0].events[0].attributes["Fall"], "Ä", "{name}");
        assert_eq!(scan(&path).unwrap().events, 1, "{name}");
    }
}

#[test]
fn a_cut_table_is_noticed() {
    let folder = Folder::new();
    let text = "case,activity,time,note\na,x,2024-01-01 00:00:00,\"fine,\n good\"\n";
    for cut in ["a,x\nb,", "a,\"x", "a,x,0,\"no", "a,x,0,\"\"\"\n", "a,x,0,\"lines\nand\n"] {
        let path = folder.file("cut.csv", format!("{text}{cut}"));
        for error in [scan(&path).unwrap_err(), read_all(&path).unwrap_err()] {
            assert!(matches!(error, Error::Truncated { line: 4.., .. }), "{cut}: {error:?}");
        }
    }
    assert!(matches!(scan(&folder.file("cut.csv", "case,activity,time,\"no")), Err(Error::Truncated { line: 1, .. })));
    // Without a line break at the end, but whole.
    assert_eq!(scan(&folder.file("whole.csv", format!("{text}b,y,0,"))).unwrap().events, 2);
    let packed = gzip(text.repeat(1000));
    let path = folder.file("cut.csv.gz", &packed[..packed.len() - 9]);
    assert!(matches!(scan(&path), Err(Error::Truncated { .. })));
    assert!(matches!(read_all(&path), Err(Error::Truncated { .. })));
}

#[test]
fn json_lines() {
    let folder = Folder::new();
    let path = folder.file(
        "log.jsonl",
        concat!(
            r#"{"case_id":7,"activity":"b","timestamp":1704067201000,"cost":1.5,"case:vip":true}"#,
            "\n\n",
            r#"{"case_id":"7","Activity":"a","time":"2024-01-01T00:00:00Z","org:resource":"eve"}"#,
            "\n",
            r#"{"case_id":"7","activity":"a"}"#,
            "\n",
            r#"{"case_id":"7","activity":["a"],"time":0}"#,
            "\n{\"case_id\":\n[1]\n",
            r#"{"activity":"a","time":0}"#,
            "\n",
            r#"{"case_id":"7","activity":"a","time":1.5}"#,
        ),
    );
    let (traces, rejected) = read_all(&path).unwrap();
    assert_eq!(
        traces,
        [Trace {
            key: "7".to_owned(),
            attributes: attributes(json!({"vip": true})),
            events: vec![
                Event { resource: Some("eve".to_owned()), ..event("a", MIDNIGHT) },
                Event { attributes: attributes(json!({"cost": 1.5})), ..event("b", MIDNIGHT + 1_000_000) },
            ],
        }]
    );
    let rejected: Vec<_> = rejected.iter().map(|one| (one.line.unwrap(), &*one.reason)).collect();
    assert_eq!(rejected[0], (4, "it has no time"));
    assert_eq!(rejected[1], (5, "it has no activity"));
    assert_eq!(rejected[2].0, 6);
    assert!(rejected[2].1.starts_with("it is not a JSON object: EOF"), "{}", rejected[2].1);
    assert_eq!(rejected[3].0, 7);
    assert_eq!(rejected[4], (8, "it names no case"));
    assert_eq!(rejected[5], (9, "its time 1.5 cannot be read"));
    let counted = scan(&path).unwrap();
    assert_eq!((counted.traces, counted.events), (1, 8));

    let path = folder.file("cut.jsonl", "{\"case\":1,\"event\":\"a\",\"time\":0}\n{\"case\":1,");
    assert!(matches!(scan(&path), Err(Error::Truncated { line: 2, .. })));
    assert!(matches!(read_all(&path), Err(Error::Truncated { line: 2, .. })));
}
