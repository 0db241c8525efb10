use serde_json::{Value, json};

use crate::{
    stub::{Reply, Stub},
    support::{Session, empty},
};

const P: &str = "/api/v1/public";

#[tokio::test]
async fn the_key_is_used_and_filters_become_parameters() {
    let stub = empty();
    let arguments =
        json!({"space-id": "s1", "limit": 5, "status": ["open", "started"], "assignee_id": "u1", "cursor": "c"});
    Session::at(&stub).await.call("cases_list", arguments).await.json();
    let seen = stub.only();
    assert_eq!(seen.header("authorization"), "Bearer the key");
    assert_eq!(
        seen.line(),
        format!(
            "GET {P}/cases?limit=5&cursor=c&space_id=s1&assignee_id=u1&status=open&status=started&sort=position&direction=asc"
        )
    );
}

#[tokio::test]
async fn cases_have_an_order_of_their_own() {
    for (arguments, order) in [
        (json!({}), "sort=created_at&direction=desc"),
        (json!({"parent_case_id": "c1"}), "parent_case_id=c1&sort=position&direction=asc"),
        (json!({"space_id": "s1", "sort": "updated_at"}), "space_id=s1&sort=updated_at&direction=asc"),
        (json!({"sort": "position"}), "sort=position&direction=asc"),
        (json!({"sort": "", "direction": "asc"}), "sort=created_at&direction=asc"),
    ] {
        let stub = empty();
        Session::at(&stub).await.call("cases_list", arguments).await.json();
        assert_eq!(stub.only().line(), format!("GET {P}/cases?{order}"));
    }
}

#[tokio::test]
async fn models_have_no_pages() {
    let stub = empty();
    Session::at(&stub).await.call("models_list", json!({"limit": 3, "cursor": "c", "all": true})).await.json();
    assert_eq!(stub.only().line(), format!("GET {P}/models"));
}

/// Each tool with arguments, the request that it makes, and the body of that.
fn calls() -> Vec<(&'static str, Value, &'static str, Value)> {
    let page = json!({"limit": 2, "cursor": "c"});
    let pages = |more: Value| {
        let mut arguments = json!({"page": 2, "per_page": 7});
        arguments.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        arguments
    };
    let id = json!({"id": "1"});
    vec![
        ("spaces_list", page.clone(), "GET P/spaces?limit=2&cursor=c", Value::Null),
        ("spaces_get", id.clone(), "GET P/spaces/1", Value::Null),
        (
            "spaces_create",
            json!({"name": "A", "description": "B"}),
            "POST P/spaces",
            json!({"name": "A", "description": "B"}),
        ),
        ("spaces_update", json!({"id": "1", "name": "A"}), "PATCH P/spaces/1", json!({"name": "A"})),
        ("spaces_delete", id.clone(), "DELETE P/spaces/1", Value::Null),
        ("cases_get", id.clone(), "GET P/cases/1", Value::Null),
        (
            "cases_create",
            json!({
                "title": "A", "description": "B", "space-id": "s", "parent_case_id": "p", "assignee_id": "u", "due-at": "t",
                "external_id": "e", "tags": "x, y", "attached_file_ids": ["f"],
            }),
            "POST P/cases",
            json!({
                "title": "A", "description": "B", "space_id": "s", "parent_case_id": "p", "assignee_id": "u", "due_at": "t",
                "external_id": "e", "tags": ["x", "y"], "attached_file_ids": ["f"],
            }),
        ),
        ("cases_create", json!({"data": {"title": "A", "x": 1}}), "POST P/cases", json!({"title": "A", "x": 1})),
        (
            "cases_update",
            json!({"id": "1", "status": "started", "tags": []}),
            "PATCH P/cases/1",
            json!({"status": "started", "tags": []}),
        ),
        ("cases_update", json!({"id": "1", "data": {"due_at": null}}), "PATCH P/cases/1", json!({"due_at": null})),
        ("cases_delete", id.clone(), "DELETE P/cases/1", Value::Null),
        ("cases_commence", id.clone(), "POST /v1/cases/1/commence", Value::Null),
        ("cases_resolve", id.clone(), "POST /v1/cases/1/resolve", json!({})),
        ("cases_resolve", json!({"id": "1", "summary": "S"}), "POST /v1/cases/1/resolve", json!({"summary": "S"})),
        ("cases_reopen", json!({"id": "1", "reason": "R"}), "POST /v1/cases/1/reopen", json!({"reason": "R"})),
        ("cases_close", id.clone(), "POST /v1/cases/1/close", Value::Null),
        (
            "cases_set_motion",
            json!({"id": "1", "motion": "waiting", "waiting_on": {"kind": "external", "reason": "post"}}),
            "PATCH /v1/cases/1/motion",
            json!({"motion": "waiting", "waiting_on": {"kind": "external", "reason": "post"}}),
        ),
        (
            "cases_apply_procedure",
            json!({"id": "1", "procedure_id": "p"}),
            "POST /v1/cases/1/apply-procedure",
            json!({"procedure_id": "p"}),
        ),
        ("cases_subcases", pages(id.clone()), "GET /v1/cases/1/subcases?page=2&per_page=7", Value::Null),
        ("stages_list", pages(json!({"case_id": "c"})), "GET /v1/cases/c/stages?page=2&per_page=7", Value::Null),
        ("stages_get", id.clone(), "GET /v1/stages/1", Value::Null),
        ("stages_complete", id.clone(), "POST /v1/stages/1/complete", Value::Null),
        ("stages_skip", id.clone(), "POST /v1/stages/1/skip", Value::Null),
        (
            "stages_update",
            json!({"id": "1", "assigned-actor-id": "a"}),
            "PATCH /v1/stages/1",
            json!({"assigned_actor_id": "a"}),
        ),
        (
            "instructions_list",
            pages(json!({"stage_id": "s"})),
            "GET /v1/stages/s/instructions?page=2&per_page=7",
            Value::Null,
        ),
        (
            "instructions_create",
            json!({"stage_id": "s", "text": "T", "type": "implicit", "condition": "true"}),
            "POST /v1/stages/s/instructions",
            json!({"text": "T", "type": "implicit", "condition": "true"}),
        ),
        ("instructions_complete", id.clone(), "POST /v1/instructions/1/complete", Value::Null),
        ("labels_list", pages(json!({"space_id": "s"})), "GET /v1/spaces/s/labels?page=2&per_page=7", Value::Null),
        ("labels_create", json!({"space_id": "s", "name": "N"}), "POST /v1/spaces/s/labels", json!({"name": "N"})),
        ("labels_apply", json!({"case_id": "c", "label_id": "l"}), "POST /v1/cases/c/labels", json!({"label_id": "l"})),
        ("labels_remove", json!({"case_id": "c", "label_id": "l"}), "DELETE /v1/cases/c/labels/l", Value::Null),
        (
            "notes_list",
            json!({"space_id": "s", "case_id": "c", "thread_id": "t", "sort": "updated_at", "direction": "asc", "limit": 1}),
            "GET P/notes?limit=1&space_id=s&case_id=c&thread_id=t&sort=updated_at&direction=asc",
            Value::Null,
        ),
        ("notes_get", id.clone(), "GET P/notes/1", Value::Null),
        (
            "notes_create",
            json!({"title": "T", "body": "B", "case_id": "c"}),
            "POST P/notes",
            json!({"title": "T", "body": "B", "case_id": "c"}),
        ),
        ("notes_update", json!({"id": "1", "body": "B"}), "PATCH P/notes/1", json!({"body": "B"})),
        ("notes_delete", id.clone(), "DELETE P/notes/1", Value::Null),
        (
            "files_list",
            json!({"case_id": "c", "sort": "created_at"}),
            "GET P/files?case_id=c&sort=created_at",
            Value::Null,
        ),
        ("files_get", id.clone(), "GET P/files/1", Value::Null),
        ("files_update", json!({"id": "1", "tags": "a"}), "PATCH P/files/1", json!({"tags": ["a"]})),
        ("files_delete", id.clone(), "DELETE P/files/1", Value::Null),
        (
            "datatables_list",
            pages(json!({"case_id": "c"})),
            "GET /v1/datatables?case_id=c&page=2&per_page=7",
            Value::Null,
        ),
        ("datatables_get", id.clone(), "GET /v1/datatables/1", Value::Null),
        (
            "datatables_rows",
            json!({"id": "1", "filter": "a > 1", "sort": "-a"}),
            "GET /v1/datatables/1/rows?filter=a%20%3E%201&sort=-a",
            Value::Null,
        ),
        (
            "datatables_create",
            json!({"name": "N", "space_id": "s", "rows": [{"a": 1}], "columns": [{"name": "a", "type": "integer"}]}),
            "POST /v1/datatables",
            json!({"name": "N", "space_id": "s", "rows": [{"a": 1}], "columns": [{"name": "a", "type": "integer"}]}),
        ),
        ("emails_list", pages(json!({"thread_id": "t"})), "GET /v1/emails?thread_id=t&page=2&per_page=7", Value::Null),
        ("emails_get", id.clone(), "GET /v1/emails/1", Value::Null),
        (
            "emails_create",
            json!({"case_id": "c", "to": "a@b.c,d@e.f"}),
            "POST /v1/emails",
            json!({"case_id": "c", "to": ["a@b.c", "d@e.f"]}),
        ),
        ("emails_send", id.clone(), "POST /v1/emails/1/send", Value::Null),
        ("threads_get", id.clone(), "GET P/threads/1", Value::Null),
        (
            "threads_events",
            json!({"id": "1", "direction": "desc", "limit": 3}),
            "GET P/threads/1/events?limit=3&direction=desc",
            Value::Null,
        ),
        (
            "threads_messages_create",
            json!({"thread_id": "1", "text": "Hi"}),
            "POST P/threads/1/messages",
            json!({"text": "Hi"}),
        ),
        (
            "threads_messages_create",
            json!({"thread_id": "1", "text": "Hi", "file_ids": []}),
            "POST P/threads/1/messages",
            json!({"text": "Hi"}),
        ),
        (
            "threads_messages_create",
            json!({"thread-id": "1", "text": "Hi", "file-ids": "a,b"}),
            "POST P/threads/1/messages",
            json!({"text": "Hi", "file_ids": ["a", "b"]}),
        ),
        ("procedures_list", json!({"space_id": "s", "limit": 1}), "GET P/procedures?limit=1&space_id=s", Value::Null),
        ("procedures_get", id.clone(), "GET P/procedures/1", Value::Null),
        (
            "procedures_create",
            json!({"title": "T", "space_id": "s"}),
            "POST P/procedures",
            json!({"title": "T", "space_id": "s"}),
        ),
        (
            "procedures_update",
            json!({"id": "1", "data": {"stages": []}}),
            "PATCH P/procedures/1",
            json!({"stages": []}),
        ),
        ("procedures_delete", id.clone(), "DELETE P/procedures/1", Value::Null),
        ("agents_list", page.clone(), "GET P/agents?limit=2&cursor=c", Value::Null),
        ("agents_get", id.clone(), "GET P/agents/1", Value::Null),
        (
            "agents_create",
            json!({"name": "N", "reasoning_effort": "HIGH"}),
            "POST P/agents",
            json!({"name": "N", "reasoning_effort": "HIGH"}),
        ),
        ("agents_update", json!({"id": "1", "model": "m"}), "PATCH P/agents/1", json!({"model": "m"})),
        ("agents_tools_list", json!({"agent_id": "1"}), "GET P/agents/1/tools", Value::Null),
        (
            "agents_tools_replace",
            json!({"agent_id": "1", "tool_ids": "a, b"}),
            "PUT P/agents/1/tools",
            json!({"tool_ids": ["a", "b"]}),
        ),
        (
            "agents_tools_replace",
            json!({"agent_id": "1", "tool_ids": []}),
            "PUT P/agents/1/tools",
            json!({"tool_ids": []}),
        ),
        ("tools_list", page.clone(), "GET P/tools?limit=2&cursor=c", Value::Null),
        ("tools_get", id.clone(), "GET P/tools/1", Value::Null),
        (
            "tools_create",
            json!({"data": {"name": "N", "description": "D", "script": "S", "input_schema": {}}}),
            "POST P/tools",
            json!({"name": "N", "description": "D", "script": "S", "input_schema": {}}),
        ),
        (
            "tools_create",
            json!({"name": "N", "description": "D", "script": "S", "input_schema": {"type": "object"}, "secret_ids": ["s"]}),
            "POST P/tools",
            json!({"name": "N", "description": "D", "script": "S", "input_schema": {"type": "object"}, "secret_ids": ["s"]}),
        ),
        ("tools_update", json!({"id": "1", "description": "D"}), "PATCH P/tools/1", json!({"description": "D"})),
        ("secrets_list", page.clone(), "GET P/secrets?limit=2&cursor=c", Value::Null),
        ("secrets_create", json!({"name": "N", "value": "V"}), "POST P/secrets", json!({"name": "N", "value": "V"})),
        ("secrets_delete", id.clone(), "DELETE P/secrets/1", Value::Null),
        (
            "runs_list",
            pages(json!({"space_id": "s", "case_id": "c", "stage_id": "t", "actor_id": "a", "state": "failed"})),
            "GET /v1/runs?space_id=s&case_id=c&stage_id=t&actor_id=a&state=failed&page=2&per_page=7",
            Value::Null,
        ),
        ("runs_get", id.clone(), "GET /v1/runs/1", Value::Null),
        ("runs_steps", pages(id.clone()), "GET /v1/runs/1/steps?page=2&per_page=7", Value::Null),
        ("runs_cancel", id.clone(), "POST /v1/runs/1/cancel", Value::Null),
        ("runs_retry", id.clone(), "POST /v1/runs/1/retry", Value::Null),
        (
            "proposals_list",
            pages(json!({"state": "pending"})),
            "GET /v1/proposals?state=pending&page=2&per_page=7",
            Value::Null,
        ),
        ("proposals_get", id.clone(), "GET /v1/proposals/1", Value::Null),
        (
            "proposals_approve",
            json!({"id": "1", "note": "ok"}),
            "POST /v1/proposals/1/decide",
            json!({"decision": "approve", "note": "ok"}),
        ),
        (
            "proposals_approve",
            json!({"id": "1", "input": {"a": 1}}),
            "POST /v1/proposals/1/decide",
            json!({"decision": "edit", "input": {"a": 1}}),
        ),
        ("proposals_reject", id.clone(), "POST /v1/proposals/1/decide", json!({"decision": "reject"})),
        ("users_list", page.clone(), "GET P/users?limit=2&cursor=c", Value::Null),
        ("users_get", id.clone(), "GET P/users/1", Value::Null),
        ("users_me", json!({}), "GET P/users/me", Value::Null),
        ("case_ingestions_get", id.clone(), "GET P/case-ingestions/1", Value::Null),
        (
            "case_ingestions_errors",
            json!({"id": "1", "limit": 2}),
            "GET P/case-ingestions/1/errors?limit=2",
            Value::Null,
        ),
        ("search", json!({"query": "a b", "limit": 3}), "GET /v1/search?q=a%20b&limit=3", Value::Null),
    ]
}

#[tokio::test]
async fn every_tool_makes_its_call() {
    let stub = empty();
    let session = Session::at(&stub).await;
    for (n, (name, arguments, line, body)) in calls().into_iter().enumerate() {
        session.call(name, arguments.clone()).await.json();
        let seen = stub.seen().pop().expect("a request");
        assert_eq!(stub.seen().len(), n + 1, "{name}: one request each");
        assert_eq!(seen.line(), line.replacen(" P/", &format!(" {P}/"), 1), "{name} {arguments}");
        let sent = if seen.body.is_empty() { Value::Null } else { serde_json::from_str(&seen.text()).expect("JSON") };
        assert_eq!(sent, body, "{name} {arguments}");
    }
}

#[tokio::test]
async fn every_tool_is_called_in_these_tests() {
    let elsewhere =
        ["cases_list", "models_list", "files_upload", "files_download", "case_ingestions_create", "events_recent"];
    let called: Vec<&str> = calls().iter().map(|call| call.0).chain(elsewhere).collect();
    for tool in Session::at(&empty()).await.0.list_all_tools().await.expect("tools") {
        assert!(called.contains(&&*tool.name), "{}", tool.name);
    }
}

#[tokio::test]
async fn a_deletion_without_a_body_is_told() {
    let stub = Stub::answering([Reply::new(204, "")]);
    let called = Session::at(&stub).await.call("notes_delete", json!({"id": "a/b"})).await;
    assert_eq!(called.json(), json!({"id": "a/b", "deleted": true}));
    assert_eq!(stub.only().line(), format!("DELETE {P}/notes/a%2Fb"));
}

#[tokio::test]
async fn events_come_from_the_stream_until_it_is_silent_or_there_are_enough() {
    let event =
        |seq: i64| format!("id: {seq}\nevent: case.created\ndata: {{\"seq\":{seq},\"verb\":\"case.created\"}}\n\n");
    let text = format!(": here\n\n{}{}{}", event(4), event(5), event(9));
    let stub = Stub::new(move |seen| match seen.header("last-event-id") {
        "" => Reply::events(&text),
        // The stream was lost and is opened again: nothing more happened.
        _ => Reply::events(": here\n\n"),
    });
    let session = Session::at(&stub).await;
    let all = session.call("events_recent", json!({"after": 3})).await.json();
    let seqs = |answer: &Value| -> Vec<i64> {
        answer["data"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|event| event["seq"].as_i64().expect("a number"))
            .collect()
    };
    assert_eq!((seqs(&all), &all["meta"]), (vec![4, 5, 9], &json!({"last_seq": 9, "has_more": false})));
    assert_eq!(stub.seen()[0].line(), "GET /v1/events?after=3");

    let some = session.call("events_recent", json!({"limit": 2})).await.json();
    assert_eq!((seqs(&some), &some["meta"]), (vec![4, 5], &json!({"last_seq": 5, "has_more": true})));
    assert!(stub.lines().contains(&"GET /v1/events?after=-2".to_owned()), "{:?}", stub.lines());

    for (arguments, message) in [
        (json!({"limit": 0}), "limit must be between 1 and 200"),
        (json!({"wait_seconds": 31}), "wait_seconds must be between 0 and 30"),
    ] {
        assert_eq!(session.call("events_recent", arguments).await.message(), message);
    }
}
