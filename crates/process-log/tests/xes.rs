//! Reading XES: what is filled in, what is rejected, and files that are no logs.
#![allow(clippy::unwrap_used)]

mod common;

use std::ops::ControlFlow;

use common::{Folder, gzip, read_all, xes};
use heddle_process_log::{Error, Event, Format, Item, Trace, read, scan, write_xes};
use serde_json::{Map, json};

const LOG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
<global scope="trace"><string key="concept:name" value="?"/><string key="channel" value="desk"/></global>
<global scope="event">
<string key="concept:name" value="?"/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/>
<string key="org:resource" value="nobody"/><int key="cost" value="7"/>
</global>
<classifier name="Activity" keys="concept:name"/>
<string key="source" value="test"><string key="nested" value="x"/></string>
<trace>
<string key="concept:name" value="one"/>
<event>
<string key="concept:name" value="Tom &amp; &#x4a;erry&#10;"/>
<date key="time:timestamp" value="2024-01-01T01:00:00.5+01:00"/>
<int key="cost" value="-3"/>
<date key="due" value="2024-01-02T00:00:00+0200"/>
<float key="rate" value="1.5"><string key="unit" value="EUR"/></float>
<boolean key="ok" value="true"/>
<list key="tags"><values><string key="" value="a"/><int key="n" value="2"/></values></list>
<container key="place"><string key="city" value="Kiel"/></container>
</event>
<event><string key="concept:name" value="no time"/></event>
<event><string key="concept:name" value="bad time"/><date key="time:timestamp" value="soon"/></event>
<event><date key="time:timestamp" value="2024-01-01T01:00:00Z"/></event>
<event/>
<event><string key="concept:name" value="b"/><date key="time:timestamp" value="2023-01-01T00:00:00"/><string key="org:resource" value="eve"/></event>
</trace>
<trace><event><string key="concept:name" value="lost"/></event></trace>
<trace/>
<trace><string key="concept:name" value="two"/><string key="channel" value="post"/></trace>
</log>
<!-- the end -->
"#;

#[test]
fn fills_in_defaults_and_rejects_what_has_none() {
    let folder = Folder::new();
    let path = folder.file("log.xes", LOG);
    let counted = scan(&path).unwrap();
    assert_eq!((counted.traces, counted.events, counted.bytes), (4, 7, LOG.len() as u64));

    let (traces, rejected) = read_all(&path).unwrap();
    assert_eq!(traces.len(), 2);
    assert_eq!(traces[0].key, "one");
    assert_eq!(json!(traces[0].attributes), json!({"channel": "desk"}));
    assert_eq!(json!(traces[1].attributes), json!({"channel": "post"}));
    let [a, b] = traces[0].events.as_slice() else { panic!("{:?}", traces[0].events) };
    assert_eq!(a.activity, "Tom & Jerry\n");
    assert_eq!(a.at, 1_704_067_200_500_000);
    assert_eq!(a.resource.as_deref(), Some("nobody"));
    assert_eq!(
        json!(a.attributes),
        json!({
            "cost": -3,
            "due": "2024-01-02T00:00:00+02:00",
            "rate": {"value": 1.5, "attributes": {"unit": "EUR"}},
            "ok": true,
            "tags": ["a", {"n": 2}],
            "place": {"city": "Kiel"},
        })
    );
    assert_eq!((b.activity.as_str(), b.resource.as_deref()), ("b", Some("eve")));
    assert_eq!(json!(b.attributes), json!({"cost": 7}));

    let rejected: Vec<_> = rejected.iter().map(|one| (one.trace.as_deref(), one.reason.as_str())).collect();
    assert_eq!(
        rejected,
        [
            (Some("one"), "event 2 (no time) has no time:timestamp"),
            (Some("one"), "event 3 (bad time) has an unreadable time:timestamp"),
            (Some("one"), "event 4 has no concept:name"),
            (Some("one"), "event 5 has no concept:name"),
            (None, "trace 2, of 1 events, has no concept:name"),
            (None, "trace 3, of 0 events, has no concept:name"),
        ]
    );
}

#[test]
fn stops_when_told() {
    let folder = Folder::new();
    let path = folder.file("log.xes", LOG);
    let mut seen = 0;
    read(&path, &mut |_: Item| {
        seen += 1;
        ControlFlow::Break(())
    })
    .unwrap();
    assert_eq!(seen, 1);
}

/// Whatever the place of the cut, the file is refused; after `</log>` nothing is missing.
#[test]
fn a_cut_anywhere_is_noticed() {
    let folder = Folder::new();
    let whole = LOG.find("</log>").unwrap() + "</log>".len();
    for length in 1..whole {
        let path = folder.file("cut.xes", &LOG[..length]);
        let error = scan(&path).unwrap_err();
        let Error::Truncated { line, byte, .. } = &error else { panic!("{length}: {error:?}") };
        assert!(*byte <= length as u64 && *line <= 34, "{error}");
    }
    scan(&folder.file("whole.xes", &LOG[..whole])).unwrap();

    let packed = gzip(LOG);
    for length in 2..packed.len() {
        let path = folder.file("cut.xes.gz", &packed[..length]);
        let error = scan(&path).unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{length}: {error:?}");
        assert!(read_all(&path).is_err(), "{length}");
    }
    scan(&folder.file("whole.xes.gz", packed)).unwrap();
}

#[test]
fn names_the_place_of_a_fault() {
    let folder = Folder::new();
    for (text, at, said) in [
        ("<log>\n<trace>\n</log>\n", 3, "expected `</trace>`"),
        ("<log>\n\n<trace a=1></trace></log>", 3, "attribute value"),
        ("<log></log>\n<log></log>", 2, "not one <log>"),
        ("<html>\n</html>", 1, "not one <log>"),
        ("<log/>\nmore\n<!-- -->", 3, "text outside"),
        ("<log><event/></log>", 1, "an event in a trace"),
        ("<log><int key='a' value='1.0'/></log>", 1, "\"1.0\" is no value of type int"),
        ("<log>\n<boolean key='a' value='1'/></log>", 2, "\"1\" is no value of type boolean"),
        ("<log><float key='a' value='1,5'/></log>", 1, "\"1,5\" is no value of type float"),
        ("<log><id key='a' value='7'/></log>", 1, "\"7\" is no value of type id"),
    ] {
        let error = scan(&folder.file("bad.xes", text)).unwrap_err();
        let Error::Malformed { line, reason, .. } = &error else { panic!("{text}: {error:?}") };
        assert!(*line == at && reason.contains(said), "{text}: {error}");
    }
    let deep = format!("<log>{}", "<container key=\"a\">".repeat(100_000));
    let error = scan(&folder.file("deep.xes", deep)).unwrap_err();
    assert!(error.to_string().contains("nested deeper"), "{error}");
    let error = scan(&folder.file("damaged.xes.gz", {
        let mut packed = gzip(LOG);
        let end = packed.len() - 6;
        packed[end] ^= 1;
        packed
    }));
    assert!(matches!(error, Err(Error::Malformed { .. })), "{error:?}");
}

#[test]
fn reads_other_encodings_when_declared() {
    let folder = Folder::new();
    let text = |encoding: &str| {
        format!(
            "<?xml version='1.0' encoding='{encoding}'?><log><trace>\
             <string key='concept:name' value='Müller'/></trace></log>"
        )
    };
    let latin = |encoding: &str| -> Vec<u8> { text(encoding).chars().map(|c| c as u8).collect() };
    let utf16 = text("UTF-16").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for content in [
        text("UTF-8").into_bytes(),
        latin("ISO-8859-1"),
        [b"\xff\xfe".as_slice(), &utf16].concat(),
        [b"\xef\xbb\xbf".as_slice(), text("UTF-8").as_bytes()].concat(),
    ] {
        let path = folder.file("log.xes", content);
        assert_eq!(scan(&path).unwrap().traces, 1);
        assert_eq!(read_all(&path).unwrap().0[0].key, "Müller");
    }
    let path = folder.file("log.xes", latin("UTF-8"));
    for error in [scan(&path).unwrap_err(), read_all(&path).unwrap_err()] {
        assert!(error.to_string().ends_with("the text is not valid UTF-8"), "{error}");
    }
}

#[test]
fn empty_and_unknown_files_are_refused() {
    let folder = Folder::new();
    for name in ["empty.xes", "empty.csv", "empty.jsonl", "empty", "empty.xes.gz"] {
        let path = folder.file(name, "");
        assert!(matches!(scan(&path), Err(Error::Empty)), "{name}");
        assert!(matches!(read_all(&path), Err(Error::Empty)), "{name}");
    }
    assert!(matches!(scan(&folder.file("packed.xes.gz", gzip(""))), Err(Error::Empty)));
    for content in ["plain words", "%PDF-1.7", "\0\u{1}\u{2}"] {
        let path = folder.file("thing.bin", content);
        assert!(matches!(Format::detect(&path), Err(Error::UnknownFormat { .. })), "{content}");
    }
    let missing = folder.file("gone.xes", "").with_file_name("none.xes");
    assert!(matches!(scan(&missing), Err(Error::Io { .. })));
    assert_eq!(scan(&folder.file("bare.xes", "<log/>")).unwrap().traces, 0);
    assert_eq!(read_all(&folder.file("bare.xes", "<log/>")).unwrap(), (vec![], vec![]));
}

#[test]
fn detects_formats() {
    let folder = Folder::new();
    for (name, content, format) in [
        ("a.XES.gz", "", Format::Xes),
        ("a.csv", "", Format::Csv),
        ("a.tsv.gz", "", Format::Csv),
        ("a.ndjson", "", Format::Jsonl),
        ("upload", "\u{feff}<?xml version=\"1.0\"?>", Format::Xes),
        ("upload.txt", "\n\"Case ID\";Activity\n", Format::Csv),
        ("upload.json", " {\"case\":1}", Format::Jsonl),
    ] {
        assert_eq!(Format::detect(&folder.file(name, content)).unwrap(), format, "{name}");
    }
    let path = folder.file("upload", gzip("<log/>"));
    assert_eq!(Format::detect(&path).unwrap(), Format::Xes);
}

#[test]
fn writes_log_attributes_and_refuses_impossible_times() {
    let mut writer = write_xes(Vec::new());
    let attributes = json!({"source": "a \"test\"", "made": "2024-01-01T00:00:00Z"});
    writer.begin(attributes.as_object().unwrap()).unwrap();
    let event = Event { activity: "late".to_owned(), at: i64::MAX, ..Event::default() };
    let trace = Trace { key: "t".to_owned(), attributes: Map::new(), events: vec![event] };
    assert!(matches!(writer.trace(&trace), Err(Error::TimeOutOfRange { .. })));
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert!(text.contains(r#"<string key="source" value="a &quot;test&quot;"/>"#), "{text}");
    assert!(text.contains(r#"<date key="made" value="2024-01-01T00:00:00+00:00"/>"#), "{text}");
    assert!(!text.contains("<trace>"), "{text}");
    assert!(text.ends_with("</log>\n"), "{text}");
    assert!(xes(&[]).ends_with(b"</log>\n"));
}
