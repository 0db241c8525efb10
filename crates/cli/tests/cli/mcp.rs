//! How `mcp` is called. What it serves is tested beside it.

use serde_json::{Value, json};

use crate::{
    stub::{Reply, Stub},
    support::{Outcome, Person},
};

fn run(arguments: &[&str]) -> Outcome {
    let stub = Stub::answering([Reply::json(200, "{}")]);
    Person::at(&stub).run(&[&["mcp"], arguments].concat())
}

#[test]
fn flags_of_http_are_refused_without_it() {
    assert_eq!(run(&["--addr", "127.0.0.1:0"]).message(2), "--addr cannot be used without --http");
    assert_eq!(run(&["--endpoint", "/mcp"]).message(2), "--endpoint cannot be used without --http");
    let message = run(&["--endpoint", "/mcp", "--addr", "127.0.0.1:8765"]).message(2);
    assert_eq!(message, "--addr and --endpoint cannot be used without --http");
}

#[test]
fn only_this_machine_and_a_path_are_served() {
    for address in [":8765", "0.0.0.0:8765", "192.168.1.10:8765", "example.com:8765", "127.0.0.1"] {
        let message = run(&["--http", "--addr", address]).message(2);
        assert!(message.starts_with(&format!("the address \"{address}\" ")), "{message}");
    }
    for endpoint in ["", " ", "/mcp?x=1", "/mcp#x"] {
        let message = run(&["--http", "--endpoint", endpoint]).message(2);
        assert!(message.starts_with("the endpoint "), "{message}");
    }
}

#[test]
fn without_a_key_nothing_is_served() {
    for arguments in [&["mcp"][..], &["mcp", "--http", "--addr", "127.0.0.1:0"], &["mcp", "-o", "table"]] {
        let message = Person::new().with("INTERLOOM_BASE_URL", "http://127.0.0.1:1").run(arguments).message(1);
        assert!(message.starts_with("there is no API key"), "{message}");
        let message = Person::new().with("INTERLOOM_API_KEY", "k").run(arguments).message(1);
        assert!(message.starts_with("there is no server"), "{message}");
    }
}

#[test]
fn standard_input_and_output_carry_the_protocol_with_the_saved_key() {
    let stub = Stub::answering([Reply::json(200, r#"{"data":[],"has_more":false,"next_cursor":null}"#)]);
    let saved = json!({"api_key": "the saved key", "base_url": stub.url}).to_string();
    let client = json!({"name": "test", "version": "1"});
    let lines = [
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client,
        }}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
            "name": "cases_list", "arguments": {"space_id": "s", "status": "open,started", "limit": 3},
        }}),
    ];
    let input: String = lines.map(|line| format!("{line}\n")).concat();
    for (person, name, title) in
        [(Person::new(), "interloom", "Interloom CLI"), (Person::of_heddle(), "heddle", "Heddle CLI")]
    {
        person.saves("acme", &saved);
        let outcome = person.run_with(&["mcp", "-c", "acme"], &input);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
        let answers: Vec<Value> =
            outcome.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON on each line")).collect();
        assert_eq!(answers.len(), 2, "{answers:?}");
        let info = json!({"name": name, "title": title, "version": env!("CARGO_PKG_VERSION")});
        assert_eq!(answers[0]["result"]["serverInfo"], info);
        assert_eq!(answers[1]["result"]["structuredContent"]["data"], json!([]));
        let seen = stub.seen().pop().expect("a request");
        assert_eq!(seen.header("authorization"), "Bearer the saved key");
        assert_eq!(
            seen.line(),
            "GET /api/v1/public/cases?limit=3&space_id=s&status=open&status=started&sort=position&direction=asc"
        );
    }
}

#[test]
fn a_client_that_says_nothing_ends_the_server() {
    let stub = Stub::answering([Reply::json(200, "{}")]);
    let outcome = Person::at(&stub).run_with(&["mcp"], "");
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "", ""));
}
