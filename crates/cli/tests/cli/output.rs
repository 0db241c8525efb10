//! What is printed where, and the exit codes.

use std::{io::Read, process::Stdio};

use serde_json::json;

use crate::{
    stub::{Reply, Stub, nobody},
    support::{Person, agreeable},
};

#[test]
fn json_is_laid_out_and_otherwise_left_alone() {
    let body = r#"{"z":1.0,"a":[1e2,12345678901234567890123],"s":"\u00e9\/"}"#;
    let stub = Stub::answering([Reply::json(200, body)]);
    let outcome = Person::at(&stub).run(&["cases", "get", "x"]);
    let shown =
        "{\n  \"z\": 1.0,\n  \"a\": [\n    1e2,\n    12345678901234567890123\n  ],\n  \"s\": \"\\u00e9\\/\"\n}\n";
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, shown, ""));
    assert_eq!(stub.only().header("accept"), "application/json");
}

#[test]
fn what_is_no_json_is_printed_as_it_is() {
    for format in ["json", "table"] {
        let stub = Stub::answering([Reply::new(200, "<html>\n hello")]);
        let outcome = Person::at(&stub).run(&["cases", "get", "x", "-o", format]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "<html>\n hello"));
    }
    let stub = Stub::answering([Reply::new(200, "")]);
    let outcome = Person::at(&stub).run(&["cases", "get", "x"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""));
}

#[test]
fn what_is_removed_is_said() {
    for collection in ["spaces", "cases", "notes", "procedures", "files", "secrets"] {
        let stub = Stub::answering([Reply::new(204, "")]);
        let outcome = Person::at(&stub).run(&[collection, "delete", "i d"]);
        outcome.json();
        assert_eq!(outcome.stdout, "{\n  \"id\": \"i d\",\n  \"deleted\": true\n}\n");
        assert_eq!(stub.only().line(), format!("DELETE /api/v1/public/{collection}/i%20d"));
    }
    let stub = Stub::answering([Reply::json(200, r#"{"gone":1}"#)]);
    assert_eq!(Person::at(&stub).run(&["cases", "delete", "x"]).json(), json!({"gone": 1}));
}

#[test]
fn a_refusal_is_passed_on_with_the_exit_code_of_its_status() {
    let codes = [(400, 5), (401, 3), (403, 3), (404, 4), (409, 1), (422, 5), (418, 1), (429, 1), (500, 1), (503, 1)];
    for (status, code) in codes {
        let body = r#"{"error":{"code":"c","message":"m","fields":[{"path":"title","n":1.0}]}}"#;
        let stub = Stub::answering([Reply::json(status, body).with("retry-after", "60")]);
        let outcome = Person::at(&stub).run(&["cases", "get", "x"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""), "{status}: {outcome:?}");
        let shown = "{\n  \"error\": {\n    \"code\": \"c\",\n    \"message\": \"m\",\n    \"fields\": [\n      {\n        \"path\": \"title\",\n        \"n\": 1.0\n      }\n    ]\n  }\n}\n";
        assert_eq!(outcome.stderr, shown);
    }
}

#[test]
fn a_refusal_without_json_is_put_into_an_envelope() {
    for (status, body, code) in [(404, "<h1>no</h1>", 4), (401, "", 3), (500, "oops", 1)] {
        let stub = Stub::answering([Reply::new(status, body)]);
        let outcome = Person::at(&stub).run(&["cases", "get", "x"]);
        assert_eq!((outcome.code, outcome.error()["status"].as_u64()), (code, Some(status.into())), "{outcome:?}");
        assert!(outcome.error()["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    // JSON of another shape is the server's word all the same.
    let stub = Stub::answering([Reply::json(404, r#"{"detail":"no"}"#)]);
    let outcome = Person::at(&stub).run(&["cases", "get", "x"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (4, "{\n  \"detail\": \"no\"\n}\n"));
}

#[test]
fn a_server_that_is_down_is_a_message_and_one() {
    let url = nobody();
    let message = Person::new().with("INTERLOOM_API_KEY", "k").run(&["cases", "list", "--base-url", &url]).message(1);
    assert!(message.starts_with(&format!("{url} cannot be reached: ")), "{message}");
}

#[test]
fn a_key_goes_nowhere_but_to_the_server() {
    let elsewhere = agreeable();
    let stub = Stub::answering([Reply::new(302, "").with("location", format!("{}/login", elsewhere.url))]);
    let outcome = Person::at(&stub).run(&["cases", "list"]);
    assert_eq!((outcome.code, outcome.error()["status"].as_u64()), (1, Some(302)));
    assert!(elsewhere.seen().is_empty());
    assert!(!format!("{outcome:?}").contains("the key"));
}

#[test]
fn this_machine_is_not_reached_through_a_proxy() {
    let (stub, proxy) = (agreeable(), agreeable());
    let person = Person::at(&stub).with("http_proxy", &proxy.url).with("HTTP_PROXY", &proxy.url);
    person.run(&["cases", "get", "x"]).json();
    assert_eq!((stub.seen().len(), proxy.seen().len()), (1, 0));
    // Others are.
    person.run(&["cases", "get", "x", "--base-url", "http://heddle.example"]).json();
    assert_eq!(proxy.only().header("host"), "heddle.example");
}

#[test]
fn an_id_that_is_none_is_refused_before_anything_is_sent() {
    let stub = agreeable();
    for id in ["", ".", ".."] {
        Person::at(&stub).run(&["cases", "delete", id]).message(2);
    }
    assert!(stub.seen().is_empty());
}

#[test]
fn lists_and_objects_are_shown_in_columns_for_people() {
    let page = json!({"data": [
        {"id": "a1", "title": "A fence", "status": "open", "created_at": "2026-01-31T09:30:00.123Z",
         "updated_at": "2026-01-31T09:30:00.123Z", "tags": ["x", "y"]},
        {"id": "b", "title": "ü\u{1b}[2J", "status": "started", "updated_at": "2026-01-31T09:30:00.123Z", "tags": []},
    ], "has_more": false});
    let stub = Stub::answering([Reply::json(200, page.to_string())]);
    let outcome = Person::at(&stub).run(&["cases", "list", "-o", "table"]);
    let expected = "ID  TITLE    STATUS   TAGS  UPDATED_AT\n\
                    a1  A fence  open     x, y  2026-01-31T09:30:00Z\n\
                    b   ü [2J    started        2026-01-31T09:30:00Z\n";
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, expected));
    assert_eq!(Person::at(&stub).run(&["cases", "list", "--all", "--output", "table"]).stdout, expected);
    assert_eq!(Person::at(&stub).run(&["-o", "table", "cases", "list"]).stdout, expected);

    let stub = Stub::answering([Reply::json(200, r#"{"id":"a1","description":"one\ntwo","due_at":null}"#)]);
    let outcome = Person::at(&stub).run(&["cases", "get", "x", "-o", "table"]);
    assert_eq!(outcome.stdout, "id           a1\ndescription  one\n             two\ndue_at\n");
    // Errors are JSON whatever the format.
    let stub = Stub::answering([Reply::error(404, "case_not_found")]);
    let outcome = Person::at(&stub).run(&["cases", "get", "x", "-o", "table"]);
    assert_eq!((outcome.code, outcome.error()["code"].as_str()), (4, Some("case_not_found")));
}

#[test]
fn nobody_is_hurt_when_standard_output_is_closed() {
    let item = format!(r#"{{"id":"{}"}}"#, "x".repeat(100_000));
    let page = format!(r#"{{"data":[{item},{item}],"has_more":true,"next_cursor":"n"}}"#);
    let stub = Stub::answering([Reply::json(200, page)]);
    for arguments in [&["spaces", "list", "--all"][..], &["spaces", "list"]] {
        let person = Person::at(&stub);
        let mut command = person.command(arguments);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
        let mut first = [0; 10];
        let mut out = child.stdout.take().expect("a pipe");
        out.read_exact(&mut first).expect("something");
        drop(out);
        let output = child.wait_with_output().expect("the end");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    }
    // Also for what we say ourselves.
    let person = Person::new();
    let mut command = person.command(&["completion", "bash"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the end");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_full_disk_is_told() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else { return };
    let stub = agreeable();
    let person = Person::at(&stub);
    let mut command = person.command(&["cases", "get", "x"]);
    let output = command.stdout(full).stderr(Stdio::piped()).output().expect("the program");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output cannot be written"));
}
