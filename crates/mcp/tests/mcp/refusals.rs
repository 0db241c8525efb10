use mcp::Files;
use rmcp::{model::ErrorCode, service::ServiceError};
use serde_json::json;

use crate::{
    stub::{Reply, Stub, nobody},
    support::{Session, empty, server},
};

#[tokio::test]
async fn what_the_api_refuses_is_told_as_it_is() {
    let body = json!({"error": {"code": "empty_case_title", "message": "No title.", "more": [1]}});
    let stub = Stub::answering([Reply::json(400, body.to_string())]);
    let called = Session::at(&stub).await.call("cases_create", json!({"title": " "})).await;
    assert_eq!(called.refused(), body);
    assert_eq!(called.text(), format!("{body:#}"));
}

#[tokio::test]
async fn a_refusal_without_json_tells_the_status() {
    let stub = Stub::answering([Reply::new(502, "<html>")]);
    let called = Session::at(&stub).await.call("spaces_get", json!({"id": "1"})).await;
    assert_eq!(called.refused(), json!({"error": {"status": 502, "message": "the server answered 502 Bad Gateway"}}));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_of_the_tool() {
    let called = Session::with(server(&nobody(), Files::Local)).await.call("users_me", json!({})).await;
    assert!(called.message().starts_with("http://127.0.0.1:1 cannot be reached"), "{called:?}");
}

#[tokio::test]
async fn arguments_that_make_no_sense_reach_no_server() {
    let stub = empty();
    let session = Session::at(&stub).await;
    for (tool, arguments, message) in [
        ("cases_get", json!({}), "required arguments are missing: id"),
        ("cases_get", json!({"id": null}), "required arguments are missing: id"),
        ("cases_get", json!({"id": 7}), "id must be a string"),
        ("cases_get", json!({"id": ""}), "\"\" is not an id"),
        ("cases_get", json!({"id": ".."}), "\"..\" is not an id"),
        ("cases_get", json!({"id": "1", "colour": "red", "Size": 2}), "unknown arguments: colour, Size"),
        ("users_me", json!({"limit": 1}), "unknown arguments: limit"),
        ("cases_list", json!({"limit": "ten"}), "limit must be an integer"),
        ("cases_list", json!({"status": {"a": 1}}), "status must be an array of strings, or one string with commas"),
        ("cases_create", json!({}), "required arguments are missing: title"),
        ("cases_create", json!({"title": "A", "data": {}}), "data cannot be used together with title"),
        ("cases_create", json!({"data": "{}"}), "data must be an object"),
        ("tools_create", json!({"script": "S"}), "required arguments are missing: name, description"),
        ("secrets_create", json!({"name": "N"}), "required arguments are missing: value"),
        (
            "threads_messages_create",
            json!({"thread_id": "1", "file_ids": ["f"]}),
            "required arguments are missing: text",
        ),
        (
            "threads_messages_create",
            json!({"thread_id": "1", "text": "a", "data": {}}),
            "data cannot be used together with text",
        ),
        ("agents_tools_replace", json!({"agent_id": "1"}), "required arguments are missing: tool_ids"),
        ("files_upload", json!({}), "required arguments are missing: path"),
        ("files_download", json!({"id": "1"}), "required arguments are missing: out"),
        ("files_download", json!({"id": "1", "out": "-"}), "out must be the path of a file"),
        ("case_ingestions_create", json!({"space_id": "s"}), "required arguments are missing: manifest"),
        ("spaces_update", json!({"id": "1"}), "there is nothing to change: give data, or some of name, description"),
    ] {
        let called = session.call(tool, arguments.clone()).await;
        assert_eq!(called.message(), message, "{tool} {arguments}");
    }
    assert!(stub.seen().is_empty(), "{:?}", stub.lines());
}

#[tokio::test]
async fn a_tool_that_does_not_exist_is_an_error_of_the_protocol() {
    let failed = Session::at(&empty()).await.try_call("spaces_trigger_get", json!({})).await.expect_err("refused");
    let ServiceError::McpError(error) = failed else { panic!("{failed:?}") };
    assert_eq!((error.code, &*error.message), (ErrorCode::INVALID_PARAMS, "there is no tool \"spaces_trigger_get\""));
}
