//! Commands on `/v1`.

use serde_json::{Value, json};

use crate::{
    stub::{Reply, Stub, parts},
    support::{Person, agreeable},
};

/// Runs a command and compares what it sends.
fn sends(arguments: &[&str], line: &str, body: &str) {
    let stub = agreeable();
    Person::at(&stub).run(arguments).json();
    let seen = stub.only();
    assert_eq!((seen.line(), seen.text()), (line.replacen(' ', " /v1/", 1), body.to_owned()), "{arguments:?}");
}

#[test]
fn a_case_goes_its_way() {
    sends(&["cases", "commence", "x"], "POST cases/x/commence", "");
    sends(&["cases", "resolve", "x"], "POST cases/x/resolve", "{}");
    sends(&["cases", "resolve", "x", "--summary", "done"], "POST cases/x/resolve", r#"{"summary":"done"}"#);
    sends(&["cases", "reopen", "x", "--reason", "- again"], "POST cases/x/reopen", r#"{"reason":"- again"}"#);
    sends(&["cases", "close", "x"], "POST cases/x/close", "");
    sends(&["cases", "motion", "x", "blocked"], "PATCH cases/x/motion", r#"{"motion":"blocked"}"#);
    sends(
        &[
            "cases",
            "motion",
            "x",
            "waiting",
            "--waiting-on",
            "actor",
            "--waiting-on-id",
            "a",
            "--waiting-on-reason",
            "r",
        ],
        "PATCH cases/x/motion",
        r#"{"motion":"waiting","waiting_on":{"kind":"actor","id":"a","reason":"r"}}"#,
    );
    sends(&["cases", "apply-procedure", "x", "p"], "POST cases/x/apply-procedure", r#"{"procedure_id":"p"}"#);
    sends(&["cases", "subcases", "x", "--page", "2"], "GET cases/x/subcases?page=2", "");
}

#[test]
fn stages_and_instructions_are_worked() {
    sends(&["stages", "list", "c", "--per-page", "5"], "GET cases/c/stages?per_page=5", "");
    sends(&["stages", "get", "x"], "GET stages/x", "");
    sends(&["stages", "update", "x", "--assigned-actor-id", "a"], "PATCH stages/x", r#"{"assigned_actor_id":"a"}"#);
    sends(
        &["stages", "update", "x", "--motion", "waiting", "--waiting-on", "external"],
        "PATCH stages/x",
        r#"{"motion":"waiting","waiting_on":{"kind":"external"}}"#,
    );
    sends(
        &["stages", "update", "x", "-d", r#"{"assigned_actor_id":null}"#],
        "PATCH stages/x",
        r#"{"assigned_actor_id":null}"#,
    );
    sends(&["stages", "complete", "x"], "POST stages/x/complete", "");
    sends(&["stages", "skip", "x"], "POST stages/x/skip", "");
    sends(
        &["stages", "spawn-subcase", "x", "--title", "t", "--priority", "high", "--instruction-id", "i"],
        "POST stages/x/spawn-subcase",
        r#"{"title":"t","priority":"high","instruction_id":"i"}"#,
    );
    sends(&["instructions", "list", "s"], "GET stages/s/instructions", "");
    sends(
        &["instructions", "create", "s", "--text", "t", "--type", "implicit", "--condition", "x > 1"],
        "POST stages/s/instructions",
        r#"{"text":"t","type":"implicit","condition":"x > 1"}"#,
    );
    sends(&["instructions", "update", "x", "--text", "t"], "PATCH instructions/x", r#"{"text":"t"}"#);
    sends(&["instructions", "complete", "x"], "POST instructions/x/complete", "");
}

#[test]
fn labels_actors_members_and_emails_are_kept() {
    sends(&["labels", "list", "s"], "GET spaces/s/labels", "");
    sends(
        &["labels", "create", "s", "--name", "n", "--color", "red"],
        "POST spaces/s/labels",
        r#"{"name":"n","color":"red"}"#,
    );
    sends(&["labels", "apply", "c", "l"], "POST cases/c/labels", r#"{"label_id":"l"}"#);
    sends(&["labels", "remove", "c", "l"], "DELETE cases/c/labels/l", "");
    sends(
        &["actors", "create", "--type", "ai", "--name", "n", "--model-id", "rules", "--review", "a,b"],
        "POST actors",
        r#"{"type":"ai","name":"n","model_id":"rules","review":["a","b"]}"#,
    );
    sends(&["actors", "get", "x"], "GET actors/x", "");
    sends(&["actors", "update", "x", "--review", ""], "PATCH actors/x", r#"{"review":[]}"#);
    sends(&["members", "list", "s"], "GET spaces/s/members", "");
    sends(
        &["members", "set", "s", "a", "--role", "admin"],
        "POST spaces/s/members",
        r#"{"actor_id":"a","role":"admin"}"#,
    );
    sends(&["emails", "list", "--case-id", "c"], "GET emails?case_id=c", "");
    sends(
        &["emails", "create", "--case-id", "c", "--to", "a@x,b@x", "--subject", "s", "--body", "b"],
        "POST emails",
        r#"{"case_id":"c","to":["a@x","b@x"],"subject":"s","body":"b"}"#,
    );
    sends(&["emails", "update", "x", "--cc", ""], "PATCH emails/x", r#"{"cc":[]}"#);
    sends(&["emails", "get", "x"], "GET emails/x", "");
    sends(&["emails", "send", "x"], "POST emails/x/send", "");
    sends(&["search", "fence", "mill lane", "--limit", "3"], "GET search?q=fence%20mill%20lane&limit=3", "");
}

#[test]
fn runs_and_proposals_are_seen_and_decided() {
    sends(
        &[
            "runs",
            "list",
            "--space-id",
            "s",
            "--case-id",
            "c",
            "--stage-id",
            "t",
            "--actor-id",
            "a",
            "--state",
            "failed",
        ],
        "GET runs?space_id=s&case_id=c&stage_id=t&actor_id=a&state=failed",
        "",
    );
    sends(&["runs", "get", "x"], "GET runs/x", "");
    sends(&["runs", "steps", "x"], "GET runs/x/steps", "");
    sends(&["runs", "cancel", "x"], "POST runs/x/cancel", "");
    sends(&["runs", "retry", "x"], "POST runs/x/retry", "");
    sends(&["proposals", "list", "--state", "pending", "--run-id", "r"], "GET proposals?run_id=r&state=pending", "");
    sends(&["proposals", "get", "x"], "GET proposals/x", "");
    sends(&["proposals", "approve", "x"], "POST proposals/x/decide", r#"{"decision":"approve"}"#);
    sends(
        &["proposals", "approve", "x", "--input", r#"{"n": 1}"#, "--note", "fewer"],
        "POST proposals/x/decide",
        r#"{"decision":"edit","input":{"n":1},"note":"fewer"}"#,
    );
    sends(
        &["proposals", "reject", "x", "--note", "no"],
        "POST proposals/x/decide",
        r#"{"decision":"reject","note":"no"}"#,
    );
    for input in ["[1]", "{", "1"] {
        Person::at(&agreeable()).run(&["proposals", "approve", "x", "--input", input]).message(2);
    }
}

#[test]
fn a_data_table_is_made_from_a_file_and_asked() {
    let stub = agreeable();
    let person = Person::at(&stub);
    let path = person.file("prices.csv", "a,b\n1,2\n").display().to_string();
    let columns = r#"[{"name":"a","type":"text"}]"#;
    person
        .run(&[
            "datatables",
            "create",
            &path,
            "--case-id",
            "c",
            "--name",
            "Prices",
            "--format",
            "csv",
            "--columns",
            columns,
        ])
        .json();
    let seen = stub.only();
    assert_eq!(seen.line(), "POST /v1/datatables");
    let fields: Vec<_> =
        parts(&seen).into_iter().map(|(name, _, bytes)| (name, String::from_utf8(bytes).expect("text"))).collect();
    let expected =
        [("file", "a,b\n1,2\n"), ("name", "Prices"), ("format", "csv"), ("columns", columns), ("case_id", "c")];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    sends(
        &["datatables", "rows", "x", "--filter", "a >= 1 and b = \"x\"", "--sort", "-a,b", "--page", "2"],
        "GET datatables/x/rows?filter=a%20%3E%3D%201%20and%20b%20%3D%20%22x%22&sort=-a%2Cb&page=2",
        "",
    );
    sends(&["datatables", "list", "--space-id", "s"], "GET datatables?space_id=s", "");
    sends(&["datatables", "get", "x"], "GET datatables/x", "");
}

#[test]
fn an_answer_is_shown_with_its_envelope() {
    let body = json!({"data": {"id": "x", "phase": "active"}, "meta": {"request_id": "r", "timestamp": "t"}});
    let stub = Stub::answering([Reply::json(200, body.to_string())]);
    assert_eq!(Person::at(&stub).run(&["cases", "commence", "x"]).json(), body);
    let shown = Person::at(&stub).run(&["cases", "commence", "x", "-o", "table"]).stdout;
    assert_eq!(shown, "id     x\nphase  active\n");
    let stub =
        Stub::answering([Reply::json(409, r#"{"error":{"code":"invalid_transition","message":"m","status":409}}"#)]);
    let outcome = Person::at(&stub).run(&["cases", "close", "x"]);
    assert_eq!((outcome.code, outcome.error()["status"].as_u64()), (1, Some(409)));
}

fn event(seq: i64, subject: &str) -> String {
    let data = json!({"seq": seq, "at": "2026-01-31T09:30:00.5Z", "actor_id": ID, "verb": "run.step", "subject_id": subject,
                      "space_id": null, "case_id": null, "thread_id": null, "data": {"a": 1.0}});
    format!("id: {seq}\nevent: run.step\ndata: {data}\n\n")
}

const ID: &str = "0198c0de-0000-7000-8000-000000000001";
const OTHER: &str = "0198c0de-0000-7000-8000-000000000002";

#[test]
fn events_are_printed_one_a_line_across_a_lost_connection() {
    let stub = Stub::answering([Reply::events(&(event(8, ID) + &event(9, ID))), Reply::events(&event(10, ID))]);
    let outcome = Person::at(&stub).run(&["events", "--follow", "--since", "7", "--limit", "3"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let lines: Vec<Value> = outcome.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let seqs: Vec<_> = lines.iter().map(|line| line["seq"].as_i64()).collect();
    assert_eq!(seqs, [Some(8), Some(9), Some(10)]);
    assert!(outcome.stdout.contains(r#""data":{"a":1.0}"#));
    assert_eq!(stub.lines(), ["GET /v1/events?after=7"; 2]);
    assert_eq!(stub.seen()[1].header("last-event-id"), "9");

    let stub = Stub::answering([Reply::events(&event(8, ID))]);
    let outcome = Person::at(&stub).run(&["events", "--limit", "1", "-o", "table"]);
    assert_eq!(outcome.stdout, format!("8  2026-01-31T09:30:00Z  run.step  {ID}\n"));
    let stub = Stub::answering([Reply::error(401, "unauthorized")]);
    assert_eq!(Person::at(&stub).run(&["events", "--follow"]).code, 3);
}

fn run(state: &str, error: Option<&str>) -> Reply {
    let run = json!({
        "id": ID, "space_id": ID, "case_id": ID, "stage_id": ID, "actor_id": ID, "model_id": "rules", "state": state,
        "waiting_for": null, "error": error, "max_steps": 1, "max_tokens": 1, "steps": 1, "turns": 1, "input_tokens": 0,
        "output_tokens": 0, "cost_micros": 0, "created_at": "2026-01-31T09:30:00Z", "updated_at": "2026-01-31T09:30:00Z",
        "started_at": null, "ended_at": null,
    });
    let meta = json!({"request_id": ID, "timestamp": "2026-01-31T09:30:00Z"});
    Reply::json(200, json!({"data": run, "meta": meta}).to_string())
}

/// A server with a run that has one step at the first look, and `last` steps and is over at the second.
fn server_with_run(last: usize, state: &'static str, error: Option<&'static str>) -> Stub {
    let looks = std::sync::atomic::AtomicUsize::new(0);
    Stub::new(move |seen| {
        use std::sync::atomic::Ordering::SeqCst;
        let page = seen
            .target
            .split("?page=")
            .nth(1)
            .and_then(|it| it.split('&').next())
            .map_or(1, |it| it.parse().expect("a page"));
        match seen.path() {
            // Events of other runs are no news.
            "/v1/events" => Reply::events(&(event(1, OTHER) + &event(2, ID))),
            path if path.ends_with("/steps") => {
                let count = if looks.load(SeqCst) == 1 { 1 } else { last };
                let steps = (0..count).skip((page - 1) * 200).take(200);
                let steps: Vec<_> =
                    steps.map(|n| json!({"run_id": ID, "n": n, "kind": "tool", "tool": "read_case"})).collect();
                Reply::json(200, json!({"data": steps, "meta": {}}).to_string())
            }
            _ => match looks.fetch_add(1, SeqCst) {
                0 => run("running", None),
                _ => run(state, error),
            },
        }
    })
}

#[test]
fn a_run_is_followed_step_by_step_to_its_end() {
    let stub = server_with_run(450, "succeeded", None);
    let outcome = Person::at(&stub).run(&["runs", "follow", ID]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let numbers = outcome.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["n"].as_u64());
    assert!(numbers.eq((0..450).map(Some)), "{}", outcome.stdout);
    assert!(stub.lines().contains(&format!("GET /v1/runs/{ID}/steps?page=3&per_page=200")), "{:?}", stub.lines());
}

#[test]
fn a_run_that_ends_badly_is_told() {
    let stub = server_with_run(2, "failed", Some("no model"));
    let outcome = Person::at(&stub).run(&["runs", "follow", ID, "-o", "table"]);
    assert_eq!((outcome.code, outcome.error()["message"].as_str()), (1, Some("the run failed: no model")));
    assert_eq!(outcome.stdout, "0  tool  read_case\n1  tool  read_case\n");
    let stub = Stub::answering([Reply::error(404, "run_not_found")]);
    assert_eq!(Person::at(&stub).run(&["runs", "follow", ID]).code, 4);
}

#[test]
fn a_page_of_the_web_app_is_opened() {
    // No key is needed for that.
    let person = Person::new().with("INTERLOOM_BASE_URL", "http://127.0.0.1:1/base/");
    for (kind, folder) in
        [("case", "cases"), ("space", "spaces"), ("procedure", "procedures"), ("thread", "threads"), ("file", "files")]
    {
        let said = person.run(&["open", kind, "a/b"]).json();
        assert_eq!(said["url"], format!("http://127.0.0.1:1/base/{folder}/a%2Fb"));
        // There is no browser here.
        assert_eq!(said["opened"], false);
    }
    person.run(&["open", "case", ".."]).message(2);
}
