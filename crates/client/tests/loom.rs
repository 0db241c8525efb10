//! Loom's API: answers of models as they are written, and threads.

mod support;

use client::{
    ApiKey, Client, Error, Raw, Retry, Settings, StatusCode,
    loom::{
        proxy::{self, Event, FinishReason, Message, Request, Role},
        threads,
    },
};
use serde_json::{Value, json};
use support::{Reply, Stub};

fn client(url: &str) -> Client {
    let settings = Settings { retry: Retry::NEVER, ..Settings::default() };
    Client::with(url, ApiKey::new("the key"), settings).expect("a client")
}

fn request() -> Request {
    let message = Message {
        role: Role::User,
        content: json!("Hello"),
        tool_calls: Vec::new(),
        tool_call_id: None,
        is_error: false,
        parts: Vec::new(),
    };
    Request {
        model: "m".into(),
        messages: vec![message],
        tools: Vec::new(),
        system: None,
        max_tokens: None,
        reasoning_effort: None,
        server_queries: false,
    }
}

fn events(events: &[Value]) -> String {
    events.iter().map(|event| format!("event: llm\ndata: {event}\n\n: still here\n\n")).collect()
}

#[tokio::test]
async fn an_answer_comes_in_pieces_and_then_as_a_whole() {
    let call = json!({"id": "1", "tool_name": "bash", "arguments": {"command": "ls"}});
    let response = json!({
        "message": {"role": "assistant", "content": "Hi"}, "tool_calls": [call], "finish_reason": "tool_use",
        "usage": {"input_tokens": 3, "output_tokens": 2, "something": 1},
    });
    let stub = Stub::answering([Reply::events(&events(&[
        json!({"type": "text_delta", "content": "Hi"}),
        json!({"type": "tool_call_delta", "call_id": "1", "tool_name": "bash", "arguments_fragment": "{"}),
        json!({"type": "of_a_later_version", "content": 1}),
        json!({"type": "completed", "response": response}),
    ]))]);
    let mut answer = client(&stub.url).events(&proxy::stream("anthropic", &request())).await.expect("a stream");
    assert_eq!(answer.next().await.expect("an event"), Some(Event::TextDelta { content: "Hi".into() }));
    assert!(matches!(answer.next().await, Ok(Some(Event::ToolCallDelta { call_id, .. })) if call_id == "1"));
    assert_eq!(answer.next().await.expect("an event"), Some(Event::Other));
    let Ok(Some(Event::Completed { response })) = answer.next().await else { panic!("an answer") };
    assert_eq!((response.finish_reason, response.usage.input_tokens), (FinishReason::ToolUse, 3));
    assert_eq!(response.tool_calls[0].arguments["command"], "ls");
    assert_eq!(answer.next().await.expect("the end"), None);
    let seen = stub.only();
    assert_eq!((seen.line().as_str(), seen.header("accept")), ("POST /proxy/anthropic/stream", "text/event-stream"));
    assert_eq!(seen.text(), r#"{"model":"m","messages":[{"role":"user","content":"Hello"}]}"#);
}

#[tokio::test]
async fn what_is_no_event_is_told() {
    let stub = Stub::answering([Reply::events("event: llm\ndata: nonsense\n\n")]);
    let mut answer = client(&stub.url).events(&proxy::stream("anthropic", &request())).await.expect("a stream");
    assert!(matches!(answer.next().await, Err(Error::Unexpected { .. })));
}

#[tokio::test]
async fn a_refusal_may_name_its_reason_by_a_bare_word() {
    let body = r#"{"error": "rate_limited", "message": "LLM rate limited; retry after 30 seconds"}"#;
    let stub = Stub::answering([Reply::json(503, body)]);
    let refused = client(&stub.url).events(&proxy::stream("anthropic", &request())).await;
    let Err(error) = refused else { panic!("refused") };
    assert_eq!((error.status(), error.code()), (Some(StatusCode::SERVICE_UNAVAILABLE), Some("rate_limited")));
    assert_eq!(error.to_string(), "LLM rate limited; retry after 30 seconds");
}

#[tokio::test]
async fn a_thread_is_saved_only_over_the_version_that_is_known() {
    let body = r#"{"error": "version_conflict", "message": "Expected version 4, but current version is 5"}"#;
    let stub =
        Stub::answering([Reply::json(409, body), Reply::json(200, r#"{"id": "T-1", "version": 6, "messages": []}"#)]);
    let client = client(&stub.url);
    let put = |version| threads::put::<Value>("T-1", version, Raw::from(b"{}".to_vec()));
    let error = client.send(&put(Some(4))).await.expect_err("a conflict");
    assert_eq!((error.status(), error.code()), (Some(StatusCode::CONFLICT), Some("version_conflict")));
    assert_eq!(client.send(&put(None)).await.expect("saved").version, 6);
    let seen = stub.seen();
    assert_eq!((seen[0].line().as_str(), seen[0].header("if-match")), ("PUT /api/threads/T-1", "4"));
    assert!(!seen[1].headers.contains_key("if-match"));
}
