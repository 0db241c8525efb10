//! What goes out when something is made or changed.

use crate::{
    stub::Stub,
    support::{Person, agreeable},
};

/// Method, path and body of the only request that a command makes.
fn sent(arguments: &[&str]) -> (String, String) {
    let stub = agreeable();
    Person::at(&stub).run(arguments).json();
    let seen = stub.only();
    assert_eq!(seen.header("content-type"), "application/json");
    (seen.line(), seen.text())
}

fn sends(arguments: &[&str], line: &str, body: &str) {
    let expected = (line.replacen(' ', " /api/v1/public/", 1), body.to_owned());
    assert_eq!(sent(arguments), expected, "{arguments:?}");
}

#[test]
fn flags_make_up_the_body() {
    let create = ["cases", "create", "--title", "A", "--parent-case-id", "p", "--tags", "a,b", "--tags", "\"c,d\""];
    sends(&create, "POST cases", r#"{"title":"A","parent_case_id":"p","tags":["a","b","c,d"]}"#);
    sends(&["cases", "update", "i/d", "--tags", ""], "PATCH cases/i%2Fd", r#"{"tags":[]}"#);
    // All scalars are strings, the empty one too, and a value may begin with a dash.
    sends(
        &["cases", "update", "x", "--title", "", "--due-at", "7", "--description", "- one\n- two", "--status=-x"],
        "PATCH cases/x",
        r#"{"title":"","description":"- one\n- two","due_at":"7","status":"-x"}"#,
    );
}

#[test]
fn every_flag_reaches_its_field() {
    sends(
        &[
            "cases",
            "create",
            "--title",
            "t",
            "--description",
            "d",
            "--space-id",
            "s",
            "--parent-case-id",
            "p",
            "--assignee-id",
            "a",
            "--due-at",
            "2026-01-31T09:30:00Z",
            "--external-id",
            "e",
            "--tags",
            "x",
            "--attached-file-ids",
            "f,g",
        ],
        "POST cases",
        r#"{"title":"t","description":"d","space_id":"s","parent_case_id":"p","assignee_id":"a","due_at":"2026-01-31T09:30:00Z","external_id":"e","tags":["x"],"attached_file_ids":["f","g"]}"#,
    );
    sends(
        &[
            "cases",
            "update",
            "x",
            "--title",
            "t",
            "--description",
            "d",
            "--space-id",
            "s",
            "--parent-case-id",
            "p",
            "--assignee-id",
            "a",
            "--due-at",
            "d",
            "--status",
            "completed",
            "--tags",
            "x",
        ],
        "PATCH cases/x",
        r#"{"title":"t","description":"d","space_id":"s","parent_case_id":"p","assignee_id":"a","due_at":"d","status":"completed","tags":["x"]}"#,
    );
    sends(
        &["spaces", "create", "--name", "n", "--description", "d"],
        "POST spaces",
        r#"{"name":"n","description":"d"}"#,
    );
    sends(&["spaces", "update", "x", "--description", "d"], "PATCH spaces/x", r#"{"description":"d"}"#);
    let note = ["--title", "t", "--body", "b", "--space-id", "s", "--case-id", "c", "--tags", "x"];
    let note_body = r#"{"title":"t","body":"b","space_id":"s","case_id":"c","tags":["x"]}"#;
    sends(&[&["notes", "create"][..], &note].concat(), "POST notes", note_body);
    sends(&[&["notes", "update", "x"][..], &note].concat(), "PATCH notes/x", note_body);
    sends(
        &["procedures", "create", "--title", "t", "--space-id", "s"],
        "POST procedures",
        r#"{"title":"t","space_id":"s"}"#,
    );
    sends(&["procedures", "update", "x", "--title", "t"], "PATCH procedures/x", r#"{"title":"t"}"#);
    let agent = ["--name", "n", "--job-description", "j", "--model", "m", "--reasoning-effort", "HIGH"];
    let agent_body = r#"{"name":"n","job_description":"j","model":"m","reasoning_effort":"HIGH"}"#;
    sends(&[&["agents", "create"][..], &agent].concat(), "POST agents", agent_body);
    sends(&[&["agents", "update", "x"][..], &agent].concat(), "PATCH agents/x", agent_body);
    sends(
        &["agents", "tools", "replace", "x", "--tool-ids", "a,b", "--tool-ids", "c"],
        "PUT agents/x/tools",
        r#"{"tool_ids":["a","b","c"]}"#,
    );
    sends(&["agents", "tools", "replace", "x", "--tool-ids", ""], "PUT agents/x/tools", r#"{"tool_ids":[]}"#);
    let tool = ["--name", "n", "--description", "d", "--script", "s", "--secret-ids", "a,b"];
    let tool_body = r#"{"name":"n","description":"d","script":"s","secret_ids":["a","b"]}"#;
    sends(&[&["tools", "create"][..], &tool].concat(), "POST tools", tool_body);
    sends(&[&["tools", "update", "x"][..], &tool].concat(), "PATCH tools/x", tool_body);
    sends(&["tools", "update", "x", "--manager-id", "m"], "PATCH tools/x", r#"{"manager_id":"m"}"#);
    sends(&["secrets", "create", "--name", "N", "--value", "v"], "POST secrets", r#"{"name":"N","value":"v"}"#);
    sends(
        &["files", "update", "x", "--space-id", "s", "--case-id", "c", "--tags", "a"],
        "PATCH files/x",
        r#"{"space_id":"s","case_id":"c","tags":["a"]}"#,
    );
    let trigger = r#"{"trigger_type": null}"#;
    sends(&["spaces", "trigger", "update", "x", "-d", trigger], "PATCH spaces/x/trigger", trigger);
}

#[test]
fn required_flags_are_wanted_only_on_create() {
    let stub = agreeable();
    let person = Person::at(&stub);
    for (arguments, missing) in [
        (&["cases", "create", "--description", "d"][..], "--title"),
        (&["procedures", "create", "--title", "t"], "--space-id"),
        (&["notes", "create", "--body", "b"], "--title"),
        (&["tools", "create", "--script", "s"], "--name, --description"),
        (&["secrets", "create", "--name", "N"], "--value"),
        (&["agents", "create", "--model", "m"], "--name"),
        (&["spaces", "create", "--description", "d"], "--name"),
    ] {
        let message = person.run(arguments).message(2);
        assert_eq!(message, format!("required flags are missing: {missing}"));
    }
    assert!(stub.seen().is_empty());
    person.run(&["cases", "update", "x", "--description", "d"]).json();
    // JSON is not looked at.
    person.run(&["cases", "create", "-d", r#"{"description": 1}"#]).json();
}

#[test]
fn flags_and_json_exclude_each_other() {
    let stub = agreeable();
    let person = Person::at(&stub);
    let file = person.file("body.json", "{}").display().to_string();
    for raw in [["--data", "{}"], ["--file", &file], ["-f", "-"]] {
        let arguments = [&["cases", "create", "--title", "A"][..], &raw].concat();
        let message = person.run(&arguments).message(2);
        assert!(message.contains("--title") && message.contains("--data"), "{message}");
    }
    let message = person.run(&["cases", "create", "-d", "{}", "-f", &file]).message(2);
    assert!(message.contains("--data and --file"), "{message}");
    person.run(&["agents", "tools", "replace", "x", "--tool-ids", "a", "-d", "{}"]).message(2);
    assert!(stub.seen().is_empty());
}

fn body(person: &Person, stub: &Stub, arguments: &[&str], input: &str) -> String {
    let before = stub.seen().len();
    person.run_with(arguments, input).json();
    let seen = stub.seen();
    assert_eq!(seen.len(), before + 1);
    seen[before].text()
}

#[test]
fn json_goes_out_as_it_is_from_wherever_it_comes() {
    let stub = agreeable();
    let person = Person::at(&stub);
    let file = person.file("body.json", " {\"from\": 1.0,\n \"a file\": not JSON").display().to_string();
    let body = |arguments: &[&str], input: &str| body(&person, &stub, arguments, input);
    assert_eq!(body(&["cases", "update", "x", "-d", "{ \"a\" : 1.0 }"], "not this"), "{ \"a\" : 1.0 }");
    assert_eq!(body(&["cases", "update", "x", "--file", "-"], " from\ninput "), " from\ninput ");
    // Standard input is read whenever it is no terminal and nothing else is said.
    assert_eq!(body(&["cases", "update", "x"], "{\"b\":2}"), "{\"b\":2}");
    assert_eq!(body(&["cases", "update", "x"], ""), "");
    assert_eq!(body(&["cases", "update", "x", "-d", ""], "input"), "input");
    // A file is read when it is named, whatever stands on standard input.
    assert_eq!(body(&["cases", "update", "x", "-f", &file], "input"), " {\"from\": 1.0,\n \"a file\": not JSON");
    assert_eq!(
        body(&["cases", "update", "x", "-d", "", "-f", &file], "input"),
        " {\"from\": 1.0,\n \"a file\": not JSON"
    );
    // Flags win over standard input.
    assert_eq!(body(&["cases", "update", "x", "--title", "A"], "{\"title\":\"B\"}"), "{\"title\":\"A\"}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let stub = agreeable();
    let message = Person::at(&stub).run(&["cases", "create", "-f", "no/such.json"]).message(1);
    assert!(message.starts_with("no/such.json cannot be read: "), "{message}");
    assert!(stub.seen().is_empty());
}

#[test]
fn missing_credentials_are_told_before_anything_else() {
    let person = Person::new();
    let message = person.run(&["cases", "create", "--description", "d", "-d", "{}"]).message(1);
    assert!(message.contains("auth login"), "{message}");
    let message = person.run(&["case-ingestions", "create", "nowhere.jsonl"]).message(1);
    assert!(message.contains("auth login"), "{message}");
}
