//! `case-ingestions`

use serde_json::json;

use crate::{
    stub::{Reply, Stub},
    support::{Person, agreeable},
};

const ID: &str = "0198c0de-0000-7000-8000-000000000001";

fn import(status: &str, processed: u64) -> Reply {
    let space = json!({"id": ID, "type": "SPACE", "url": "/api/v1/public/spaces/x"});
    let import = json!({
        "id": ID, "space": space, "status": status, "total_count": 3, "processed_count": processed, "success_count": processed,
        "error_count": 0, "started_at": null, "ended_at": null, "created_at": "2026-01-31T09:30:00Z",
    });
    Reply::json(200, import.to_string())
}

#[test]
fn an_import_is_waited_for_until_it_is_over() {
    let stub = Stub::answering([import("pending", 0), import("processing", 1), import("completed", 3)]);
    let person = Person::at(&stub);
    let path = person.file("cases.jsonl", "{}\n").display().to_string();
    let outcome = person.run(&["case-ingestions", "create", &path, "--space-id", "s", "--wait"]);
    let shown = outcome.json();
    assert_eq!((shown["status"].as_str(), shown["processed_count"].as_u64()), (Some("completed"), Some(3)));
    let get = format!("GET /api/v1/public/case-ingestions/{ID}");
    assert_eq!(stub.lines(), ["POST /api/v1/public/case-ingestions", &get, &get]);

    let stub = Stub::answering([import("processing", 1), import("failed", 2)]);
    let outcome = Person::at(&stub).run(&["case-ingestions", "wait", ID]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stdout.contains("\"status\": \"failed\""));
    assert!(outcome.error()["message"].as_str().expect("a message").contains("failed"));

    // What was begun is not forgotten when the server goes away.
    let stub = Stub::answering([import("pending", 0), Reply::error(401, "unauthorized")]);
    let outcome = Person::at(&stub).run(&["case-ingestions", "create", &path, "--space-id", "s", "--wait"]);
    assert_eq!((outcome.code, outcome.error()["code"].as_str()), (3, Some("unauthorized")));
    assert!(outcome.stdout.contains(ID));

    let stub = Stub::answering([Reply::error(404, "case_ingestion_not_found")]);
    assert_eq!(Person::at(&stub).run(&["case-ingestions", "wait", "x"]).code, 4);
}

#[test]
fn an_import_needs_a_space() {
    let stub = agreeable();
    for space in [&[][..], &["--space-id", ""]] {
        let arguments = [&["case-ingestions", "create", "nowhere.jsonl"][..], space].concat();
        let message = Person::at(&stub).run(&arguments).message(2);
        assert_eq!(message, "required flags are missing: --space-id");
    }
    assert!(stub.seen().is_empty());
    Person::at(&stub).run(&["case-ingestions", "get", "x"]).json();
    assert_eq!(stub.only().line(), "GET /api/v1/public/case-ingestions/x");
}
