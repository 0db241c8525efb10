use std::collections::BTreeSet;

use mcp::Files;
use rmcp::model::Tool;
use serde_json::json;

use crate::support::{Session, empty, server};

/// The tools of the original.
const PUBLIC: &[&str] = &[
    "spaces_list",
    "spaces_get",
    "spaces_create",
    "spaces_update",
    "spaces_delete",
    "cases_list",
    "cases_get",
    "cases_create",
    "cases_update",
    "cases_delete",
    "notes_list",
    "notes_get",
    "notes_create",
    "notes_update",
    "notes_delete",
    "procedures_list",
    "procedures_get",
    "procedures_create",
    "procedures_update",
    "procedures_delete",
    "agents_list",
    "agents_get",
    "agents_create",
    "agents_update",
    "agents_tools_list",
    "agents_tools_replace",
    "models_list",
    "tools_list",
    "tools_get",
    "tools_create",
    "tools_update",
    "secrets_list",
    "secrets_create",
    "secrets_delete",
    "files_list",
    "files_get",
    "files_update",
    "files_delete",
    "files_upload",
    "files_download",
    "users_list",
    "users_get",
    "users_me",
    "threads_get",
    "threads_events",
    "threads_messages_create",
    "case_ingestions_create",
    "case_ingestions_get",
    "case_ingestions_errors",
];

/// Those beyond it.
const OURS: &[&str] = &[
    "cases_commence",
    "cases_resolve",
    "cases_reopen",
    "cases_close",
    "cases_set_motion",
    "cases_apply_procedure",
    "cases_subcases",
    "stages_list",
    "stages_get",
    "stages_complete",
    "stages_skip",
    "stages_update",
    "instructions_list",
    "instructions_create",
    "instructions_complete",
    "labels_list",
    "labels_create",
    "labels_apply",
    "labels_remove",
    "datatables_list",
    "datatables_get",
    "datatables_rows",
    "datatables_create",
    "emails_list",
    "emails_get",
    "emails_create",
    "emails_send",
    "runs_list",
    "runs_get",
    "runs_steps",
    "runs_cancel",
    "runs_retry",
    "proposals_list",
    "proposals_get",
    "proposals_approve",
    "proposals_reject",
    "search",
    "events_recent",
];

async fn tools(files: Files) -> Vec<Tool> {
    let stub = empty();
    Session::with(server(&stub.url, files)).await.0.list_all_tools().await.expect("tools")
}

#[tokio::test]
async fn the_tools_are_these() {
    assert_eq!(PUBLIC.len(), 49);
    let expected: BTreeSet<&str> = PUBLIC.iter().chain(OURS).copied().collect();
    assert_eq!(expected.len(), PUBLIC.len() + OURS.len());
    for files in [Files::Local, Files::Inline] {
        let tools = tools(files).await;
        let found: BTreeSet<&str> = tools.iter().map(|tool| &*tool.name).collect();
        assert_eq!(found, expected);
        assert_eq!(found.len(), tools.len());
        for absent in ["agents_delete", "tools_delete", "files_create", "models_get", "secrets_get", "secrets_update"] {
            assert!(!found.contains(absent), "{absent}");
        }
    }
}

#[tokio::test]
async fn tools_are_described_briefly_and_say_what_they_do_to_the_world() {
    let tools = tools(Files::Local).await;
    for tool in &tools {
        let about = tool.description.as_deref().expect("a description");
        assert!((8..=260).contains(&about.len()), "{}: {about}", tool.name);
        let schema = &tool.input_schema;
        assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
        for (name, property) in schema["properties"].as_object().expect("properties") {
            assert!(property["description"].is_string(), "{}: {name}", tool.name);
            assert!(property["type"].is_string(), "{}: {name}", tool.name);
        }
        let hints = tool.annotations.as_ref().expect("annotations");
        let verb = tool.name.rsplit('_').next().expect("a verb");
        let reads = matches!(
            verb,
            "list" | "get" | "me" | "events" | "errors" | "rows" | "steps" | "search" | "recent" | "subcases"
        );
        assert_eq!(hints.read_only_hint, Some(reads), "{}", tool.name);
        match verb {
            "delete" | "remove" | "update" | "replace" => {
                assert_eq!((hints.destructive_hint, hints.idempotent_hint), (Some(true), Some(true)), "{}", tool.name);
            }
            "create" | "upload" | "commence" | "send" => {
                assert_eq!(
                    (hints.destructive_hint, hints.idempotent_hint),
                    (Some(false), Some(false)),
                    "{}",
                    tool.name
                );
            }
            _ => {}
        }
    }
    // A model reads all of it before it reads anything else.
    let size = serde_json::to_string(&tools).expect("JSON").len();
    assert!(size < 48 << 10, "{size} bytes");
}

#[tokio::test]
async fn the_server_says_who_it_is_and_never_the_key() {
    let stub = empty();
    let session = Session::at(&stub).await;
    let info = session.0.peer_info().expect("information").clone();
    let told = serde_json::to_value(&info).expect("JSON");
    assert_eq!(told["serverInfo"], json!({"name": "interloom", "title": "Interloom CLI", "version": "1.2.3"}));
    assert!(told["instructions"].as_str().expect("instructions").len() < 600);
    for capability in ["tools", "resources", "prompts"] {
        assert!(told["capabilities"][capability].is_object(), "{told}");
    }
    session.call("users_me", json!({})).await.json();
    let everything = format!("{told} {:?}", session.0.list_all_tools().await.expect("tools"));
    assert!(!everything.contains("the key"));
}
