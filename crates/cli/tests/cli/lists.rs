//! Lists: filters, order, pages.

use serde_json::{Value, json};

use crate::{
    stub::{Reply, Stub},
    support::{Person, agreeable},
};

fn asks(arguments: &[&str], target: &str) {
    let stub = agreeable();
    Person::at(&stub).run(arguments).json();
    assert_eq!(stub.only().line(), format!("GET /api/v1/public/{target}"), "{arguments:?}");
}

#[test]
fn filters_become_parameters() {
    asks(
        &[
            "cases",
            "list",
            "--space-id",
            "s",
            "--parent-case-id",
            "p",
            "--assignee-id",
            "a",
            "--status",
            "open,started",
            "--status",
            "blocked",
            "--limit",
            "50",
            "--cursor",
            "c",
        ],
        "cases?limit=50&cursor=c&space_id=s&parent_case_id=p&assignee_id=a&status=open&status=started&status=blocked&sort=position&direction=asc",
    );
    asks(
        &[
            "notes",
            "list",
            "--space-id",
            "s",
            "--case-id",
            "c",
            "--thread-id",
            "t",
            "--sort",
            "updated_at",
            "--direction",
            "asc",
        ],
        "notes?space_id=s&case_id=c&thread_id=t&sort=updated_at&direction=asc",
    );
    asks(
        &["files", "list", "--space-id", "s", "--case-id", "c", "--sort", "created_at", "--direction", "desc"],
        "files?space_id=s&case_id=c&sort=created_at&direction=desc",
    );
    asks(&["procedures", "list", "--space-id", "s"], "procedures?space_id=s");
    asks(&["procedures", "list"], "procedures");
    asks(&["threads", "events", "x", "--direction", "desc", "--limit", "5"], "threads/x/events?limit=5&direction=desc");
    asks(&["case-ingestions", "errors", "x", "--limit", "5"], "case-ingestions/x/errors?limit=5");
    for collection in ["spaces", "agents", "tools", "secrets", "users"] {
        asks(&[collection, "list", "--limit", "7", "--cursor", "c"], &format!("{collection}?limit=7&cursor=c"));
        asks(&[collection, "list"], collection);
    }
    asks(&["models", "list"], "models");
    asks(&["agents", "tools", "list", "x"], "agents/x/tools");
    let message = Person::new().run(&["cases", "list", "--space_id", "s"]).message(2);
    assert!(message.contains("--space_id"), "{message}");
}

#[test]
fn a_limit_is_sent_as_given_and_only_when_given() {
    asks(&["spaces", "list", "--limit", "0"], "spaces?limit=0");
    asks(&["spaces", "list", "--limit", "-1"], "spaces?limit=-1");
    asks(&["spaces", "list", "--limit=999", "--cursor", ""], "spaces?limit=999");
    asks(&["notes", "list", "--sort", "", "--space-id", ""], "notes");
}

#[test]
fn cases_have_an_order_of_their_own() {
    for (arguments, query) in [
        (&[][..], "sort=created_at&direction=desc"),
        (&["--space-id", "s"], "space_id=s&sort=position&direction=asc"),
        (&["--parent-case-id", "p"], "parent_case_id=p&sort=position&direction=asc"),
        (&["--assignee-id", "a"], "assignee_id=a&sort=created_at&direction=desc"),
        (&["--sort", "position"], "sort=position&direction=asc"),
        (&["--sort", "updated_at"], "sort=updated_at&direction=desc"),
        (&["--space-id", "s", "--sort", "updated_at"], "space_id=s&sort=updated_at&direction=asc"),
        (&["--space-id", "s", "--direction", "desc"], "space_id=s&sort=position&direction=desc"),
        (&["--direction", "asc"], "sort=created_at&direction=asc"),
        (&["--space-id", "", "--sort", "", "--direction", ""], "sort=created_at&direction=desc"),
    ] {
        asks(&[&["cases", "list"][..], arguments].concat(), &format!("cases?{query}"));
    }
}

#[test]
fn a_page_is_shown_as_it_came() {
    let page = r#"{"has_more":true,"data":[{"z":1.0,"a":2}],"next_cursor":"n"}"#;
    let stub = Stub::answering([Reply::json(200, page)]);
    let outcome = Person::at(&stub).run(&["spaces", "list"]);
    outcome.json();
    let shown = "{\n  \"has_more\": true,\n  \"data\": [\n    {\n      \"z\": 1.0,\n      \"a\": 2\n    }\n  ],\n  \"next_cursor\": \"n\"\n}\n";
    assert_eq!(outcome.stdout, shown);
}

#[test]
fn all_pages_become_one_list() {
    let stub = Stub::answering([
        Reply::json(200, r#"{"data":[{"z":1.0},{"a":"\u00e9"}],"has_more":true,"next_cursor":"n/1"}"#),
        Reply::json(200, r#"{"data":[],"has_more":true,"next_cursor":"n2"}"#),
        Reply::json(200, r#"{"data":[{"b":[]}],"has_more":false,"next_cursor":"n3"}"#),
    ]);
    let outcome =
        Person::at(&stub).run(&["cases", "list", "--space-id", "s", "--all", "--limit", "2", "--cursor", "c"]);
    let shown = "{\n  \"data\": [\n    {\n      \"z\": 1.0\n    },\n    {\n      \"a\": \"\\u00e9\"\n    },\n    {\n      \"b\": []\n    }\n  ]\n}\n";
    outcome.json();
    assert_eq!(outcome.stdout, shown);
    let order = "space_id=s&sort=position&direction=asc";
    let expected =
        ["c", "n%2F1", "n2"].map(|cursor| format!("GET /api/v1/public/cases?limit=2&cursor={cursor}&{order}"));
    assert_eq!(stub.lines(), expected);
}

#[test]
fn all_of_nothing_is_an_empty_list() {
    for page in [
        r#"{"data":[],"has_more":false}"#,
        r#"{"data":[],"has_more":true,"next_cursor":null}"#,
        r#"{"data":[],"has_more":true,"next_cursor":""}"#,
        r#"{"data":[],"has_more":false,"next_cursor":"n"}"#,
    ] {
        let stub = Stub::answering([Reply::json(200, page)]);
        let outcome = Person::at(&stub).run(&["spaces", "list", "--all"]);
        assert_eq!(outcome.json(), json!({"data": []}));
        assert_eq!(outcome.stdout, "{\n  \"data\": []\n}\n");
        assert_eq!(stub.seen().len(), 1);
    }
}

#[test]
fn a_page_that_fails_ends_all_of_them() {
    let first = Reply::json(200, r#"{"data":[{"a":1}],"has_more":true,"next_cursor":"n"}"#);
    let stub = Stub::answering([first.clone(), Reply::error(400, "invalid_cursor")]);
    let outcome = Person::at(&stub).run(&["spaces", "list", "--all"]);
    assert_eq!((outcome.code, outcome.error()["code"].as_str()), (5, Some("invalid_cursor")));
    // What came is there, but it is not taken for everything.
    assert!(outcome.stdout.contains("\"a\": 1") && serde_json::from_str::<Value>(&outcome.stdout).is_err());

    let stub = Stub::answering([Reply::error(401, "unauthorized")]);
    assert_eq!(Person::at(&stub).run(&["spaces", "list", "--all"]).stdout, "");
    // A server that never gets to an end does not keep anybody.
    let stub = Stub::answering([first]);
    let outcome = Person::at(&stub).run(&["spaces", "list", "--all"]);
    assert_eq!((outcome.code, stub.seen().len()), (1, 2), "{outcome:?}");
    for strange in ["[]", "<html>", r#"{"data":{}}"#] {
        let stub = Stub::answering([Reply::json(200, strange)]);
        Person::at(&stub).run(&["spaces", "list", "--all"]).message(1);
    }
}

#[test]
fn numbered_pages_become_one_list_too() {
    // Between the first page and the second something is added in front, so one item comes twice.
    let page = |page: u64, ids: [&str; 2]| {
        let items = ids.map(|id| json!({"id": id}));
        Reply::json(200, json!({"data": items, "meta": {"total": 4, "page": page, "per_page": 2}}).to_string())
    };
    let stub = Stub::answering([page(1, ["b", "c"]), page(2, ["c", "d"])]);
    let outcome = Person::at(&stub).run(&["actors", "list", "--all", "--per-page", "2"]);
    assert_eq!(outcome.json(), json!({"data": [{"id": "b"}, {"id": "c"}, {"id": "d"}]}));
    assert_eq!(stub.lines(), ["GET /v1/actors?per_page=2", "GET /v1/actors?per_page=2&page=2"]);

    let page = r#"{"data":[],"meta":{"request_id":"r","total":0,"page":3,"per_page":50}}"#;
    let stub = Stub::answering([Reply::json(200, page)]);
    let outcome = Person::at(&stub).run(&["actors", "list", "--page", "3", "--per-page", "0"]);
    assert_eq!(outcome.json()["meta"]["page"], 3);
    assert_eq!(Person::at(&stub).run(&["actors", "list", "--all"]).json(), json!({"data": []}));
    assert_eq!(stub.lines(), ["GET /v1/actors?page=3&per_page=0", "GET /v1/actors?per_page=200"]);
}
