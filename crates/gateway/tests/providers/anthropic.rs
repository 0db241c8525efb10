//! Anthropic's Messages API.

use std::time::Duration;

use heddle_gateway::{Anthropic, ChatResponse, Content, Error, Message, Role, StopReason, StreamEvent, Usage};
use serde_json::{Value, json};

use crate::support::{KEY, PIECES, Reply, Upstream, ask, deltas, full, simple, text};

/// A stream of named events, with CRLF as some proxies write it, or LF.
fn stream(events: &[Value], newline: &str) -> String {
    let event = |data: &Value| {
        let name = data["type"].as_str().unwrap();
        format!("event: {name}{newline}data: {data}{newline}{newline}")
    };
    events.iter().map(event).collect()
}

fn start() -> Value {
    json!({ "type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test-20261101",
        "content": [], "stop_reason": null, "stop_sequence": null,
        "usage": { "input_tokens": 25, "cache_creation_input_tokens": 10,
                   "cache_read_input_tokens": 100, "output_tokens": 1 } } })
}

fn block_start(index: u32, block: Value) -> Value {
    json!({ "type": "content_block_start", "index": index, "content_block": block })
}

fn delta(index: u32, delta: Value) -> Value {
    json!({ "type": "content_block_delta", "index": index, "delta": delta })
}

fn text_delta(index: u32, text: &str) -> Value {
    delta(index, json!({ "type": "text_delta", "text": text }))
}

fn json_delta(index: u32, json: &str) -> Value {
    delta(index, json!({ "type": "input_json_delta", "partial_json": json }))
}

fn tool_start(index: u32, id: &str) -> Value {
    let block = json!({ "type": "tool_use", "id": id, "name": "weather", "input": {} });
    block_start(index, block)
}

fn block_stop(index: u32) -> Value {
    json!({ "type": "content_block_stop", "index": index })
}

fn ending(stop: &str) -> [Value; 2] {
    [
        json!({ "type": "message_delta", "delta": { "stop_reason": stop, "stop_sequence": null },
                "usage": { "output_tokens": 15 } }),
        json!({ "type": "message_stop" }),
    ]
}

fn greeting() -> Vec<Value> {
    let mut events = vec![
        start(),
        block_start(0, json!({ "type": "text", "text": "" })),
        json!({ "type": "ping" }),
        text_delta(0, "Grüezi "),
        text_delta(0, "🧵!"),
        block_stop(0),
    ];
    events.extend(ending("end_turn"));
    events
}

fn provider(upstream: &Upstream) -> Anthropic {
    Anthropic::new(&upstream.base, KEY).unwrap()
}

/// What comes of a stream with these events.
async fn outcome(events: &[Value]) -> (Result<ChatResponse, Error>, Vec<StreamEvent>) {
    outcome_of(Reply::sse(stream(events, "\n"))).await
}

async fn outcome_of(reply: Reply) -> (Result<ChatResponse, Error>, Vec<StreamEvent>) {
    let upstream = Upstream::start([reply]).await;
    ask(&provider(&upstream), &simple("claude-test")).await
}

#[tokio::test]
async fn text_arrives_whole_however_it_is_cut() {
    for newline in ["\n", "\r\n"] {
        for piece in PIECES {
            let reply = Reply::sse(stream(&greeting(), newline)).in_pieces(piece);
            let (answer, events) = outcome_of(reply).await;
            assert_eq!(
                answer.unwrap(),
                ChatResponse {
                    model: "claude-test-20261101".into(),
                    content: vec![text("Grüezi 🧵!")],
                    stop: StopReason::EndTurn,
                    usage: Usage {
                        input_tokens: 135,
                        output_tokens: 15,
                        cached_input_tokens: 100,
                        cache_write_input_tokens: 10
                    },
                }
            );
            assert_eq!(events, deltas(&["Grüezi ", "🧵!"]));
        }
    }
}

#[tokio::test]
async fn parallel_tool_calls_gather_their_arguments() {
    let mut events = vec![
        start(),
        block_start(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "Hm." })),
        delta(0, json!({ "type": "signature_delta", "signature": "EqQB" })),
        block_stop(0),
        block_start(1, json!({ "type": "text", "text": "" })),
        text_delta(1, "I look."),
        block_stop(1),
        tool_start(2, "a"),
        json_delta(2, ""),
        json_delta(2, "{\"city\": \"Zü"),
        json_delta(2, "rich\", \"days\":"),
        json_delta(2, " 2}"),
        block_stop(2),
        tool_start(3, "b"),
        block_stop(3),
    ];
    events.extend(ending("tool_use"));
    for piece in PIECES {
        let reply = Reply::sse(stream(&events, "\n")).in_pieces(piece);
        let (answer, heard) = outcome_of(reply).await;
        let answer = answer.unwrap();
        assert_eq!(answer.stop, StopReason::ToolUse);
        let call = |id: &str, input| Content::ToolCall { id: id.into(), name: "weather".into(), input };
        assert_eq!(
            answer.content,
            [
                thinking("Hm.", "EqQB"),
                text("I look."),
                call("a", json!({ "city": "Zürich", "days": 2 })),
                call("b", json!({})),
            ]
        );
        let began = |id: &str| StreamEvent::ToolCall { id: id.into(), name: "weather".into() };
        let mut expected = deltas(&["I look."]);
        let piece = |fragment: &str| StreamEvent::ToolCallDelta {
            id: "a".into(),
            name: "weather".into(),
            fragment: fragment.into(),
        };
        expected.insert(0, StreamEvent::ReasoningDelta("Hm.".into()));
        let pieces = ["{\"city\": \"Zü", "rich\", \"days\":", " 2}"].map(piece);
        expected.push(began("a"));
        expected.extend(pieces);
        expected.push(began("b"));
        assert_eq!(heard, expected);
    }
}

fn opaque(data: Value) -> Content {
    Content::Opaque { provider: "anthropic".into(), data }
}

fn thinking(thinking: &str, signature: &str) -> Content {
    opaque(json!({ "type": "thinking", "thinking": thinking, "signature": signature }))
}

#[tokio::test]
async fn thinking_goes_back_unchanged_and_in_its_place() {
    let mut events = vec![
        start(),
        block_start(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "I need " })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "Zürich." })),
        delta(0, json!({ "type": "signature_delta", "signature": "Eq" })),
        delta(0, json!({ "type": "signature_delta", "signature": "QB==" })),
        block_stop(0),
        block_start(1, json!({ "type": "redacted_thinking", "data": "c2VjcmV0" })),
        block_stop(1),
        tool_start(2, "a"),
        block_stop(2),
    ];
    events.extend(ending("tool_use"));
    let upstream = Upstream::start([Reply::sse(stream(&events, "\n")), Reply::sse(stream(&greeting(), "\n"))]).await;
    let provider = provider(&upstream);
    let mut request = full("claude-test");
    let answer = ask(&provider, &request).await.0.unwrap();
    assert_eq!(
        answer.content[..2],
        [thinking("I need Zürich.", "EqQB=="), opaque(json!({ "type": "redacted_thinking", "data": "c2VjcmV0" }))]
    );
    // As it is stored in between.
    let stored = serde_json::to_string(&answer.content).unwrap();
    let mut content: Vec<Content> = serde_json::from_str(&stored).unwrap();
    content.push(Content::Opaque { provider: "other".into(), data: json!({ "x": 1 }) });
    let result = Content::ToolResult { id: "a".into(), output: "sunny".into(), is_error: false };
    request.messages.push(Message { role: Role::Assistant, content });
    request.messages.push(Message { role: Role::User, content: vec![result] });
    ask(&provider, &request).await.0.unwrap();
    let [_, second] = <[_; 2]>::try_from(upstream.seen()).ok().unwrap();
    assert_eq!(
        second.body["messages"][3]["content"],
        json!([
            { "type": "thinking", "thinking": "I need Zürich.", "signature": "EqQB==" },
            { "type": "redacted_thinking", "data": "c2VjcmV0" },
            { "type": "tool_use", "id": "a", "name": "weather", "input": {} },
        ])
    );
}

#[tokio::test]
async fn thinking_cut_by_the_token_limit_is_left_out() {
    let mut events = vec![
        start(),
        block_start(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "I need " })),
    ];
    events.extend(ending("max_tokens"));
    assert_eq!(outcome(&events).await.0.unwrap().content, []);
}

#[tokio::test]
async fn a_tool_call_cut_by_the_token_limit_is_left_out() {
    let mut events = vec![start(), tool_start(0, "a"), json_delta(0, "{\"city\": \"Zü")];
    events.extend(ending("max_tokens"));
    let answer = outcome(&events).await.0.unwrap();
    assert_eq!((answer.stop, answer.content), (StopReason::MaxTokens, vec![]));
}

#[tokio::test]
async fn stop_reasons_are_told_apart() {
    for (word, stop) in [
        ("refusal", StopReason::Refusal),
        ("model_context_window_exceeded", StopReason::MaxTokens),
        ("pause_turn", StopReason::Other("pause_turn".into())),
    ] {
        let events = [vec![start()], ending(word).to_vec()].concat();
        assert_eq!(outcome(&events).await.0.unwrap().stop, stop);
    }
}

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let upstream = Upstream::start([(); 3].map(|()| Reply::sse(stream(&greeting(), "\n")))).await;
    let provider = provider(&upstream);
    for request in [full("claude-sonnet-4-5"), simple("claude-sonnet-4-5"), full("claude-opus-5-5")] {
        ask(&provider, &request).await.0.unwrap();
    }
    let [all, least, modern] = <[_; 3]>::try_from(upstream.seen()).ok().unwrap();
    assert_eq!(all.path, "/v1/messages");
    assert_eq!(all.headers["x-api-key"], KEY);
    assert_eq!(all.headers["anthropic-version"], "2023-06-01");
    assert_eq!(all.headers["content-type"], "application/json");
    assert_eq!(
        all.body,
        json!({
            "model": "claude-sonnet-4-5",
            "max_tokens": 1000,
            "system": "Be brief.",
            "messages": [
                { "role": "user", "content": [
                    { "type": "text", "text": "Weather in Zürich and Bern?" },
                ] },
                { "role": "assistant", "content": [
                    { "type": "text", "text": "I look." },
                    { "type": "tool_use", "id": "a", "name": "weather",
                      "input": { "city": "Zürich" } },
                    { "type": "tool_use", "id": "b", "name": "weather",
                      "input": { "city": "Bern" } },
                ] },
                { "role": "user", "content": [
                    { "type": "tool_result", "tool_use_id": "a", "content": "sunny",
                      "is_error": false },
                    { "type": "tool_result", "tool_use_id": "b", "content": "no such station",
                      "is_error": true },
                    { "type": "text", "text": "Quick!" },
                ] },
            ],
            "tools": [{
                "name": "weather",
                "description": "The weather now.",
                "input_schema": {
                    "type": "object", "properties": { "city": { "type": "string" } },
                },
            }],
            "temperature": 0.7,
            "stream": true,
        })
    );
    assert_eq!(
        least.body,
        json!({
            "model": "claude-sonnet-4-5",
            "max_tokens": 100,
            "messages": [{ "role": "user", "content": [{ "type": "text", "text": "Hi" }] }],
            "stream": true,
        })
    );
    assert_eq!(modern.body.get("temperature"), None);
}

#[tokio::test]
async fn refused_requests_become_errors() {
    let error = |status, kind: &str, message: &str| {
        let body = json!({ "type": "error", "error": { "type": kind, "message": message },
                           "request_id": "req_1" });
        Reply::error(status, body)
    };
    let limited = error(429, "rate_limit_error", "slow down");
    for (reply, expected) in [
        (error(401, "authentication_error", &format!("invalid x-api-key {KEY}")), Error::Unauthorized),
        (
            error(400, "invalid_request_error", &format!("no credit on {KEY}")),
            Error::InvalidRequest("no credit on [key]".into()),
        ),
        (error(404, "not_found_error", "model: claude-test"), Error::InvalidRequest("model: claude-test".into())),
        (error(403, "permission_error", "not yours"), Error::Upstream { status: 403, message: "not yours".into() }),
        (error(500, "api_error", "oops"), Error::Upstream { status: 500, message: "oops".into() }),
        (error(529, "overloaded_error", "Overloaded"), Error::Overloaded),
        (limited.clone().header("retry-after", "7"), Error::RateLimited { retry_after: Some(Duration::from_secs(7)) }),
        (limited, Error::RateLimited { retry_after: None }),
    ] {
        assert_eq!(outcome_of(reply).await.0, Err(expected));
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Upstream::start([]).await;
    let reply = Reply::error(307, json!({})).header("location", &elsewhere.base);
    let error = outcome_of(reply).await.0.unwrap_err();
    assert!(matches!(error, Error::Upstream { status: 307, .. }));
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn an_error_inside_the_stream_ends_it() {
    let failed = json!({ "type": "error",
                         "error": { "type": "overloaded_error", "message": "Overloaded" } });
    let mut events = greeting();
    events.insert(5, failed);
    let (answer, heard) = outcome(&events).await;
    assert_eq!(answer, Err(Error::Overloaded));
    assert_eq!(heard, deltas(&["Grüezi ", "🧵!"]));
}

#[tokio::test]
async fn a_stream_without_its_end_is_no_answer() {
    let events = greeting();
    for end in 0..events.len() {
        let begun = stream(&events[..end], "\n");
        for reply in [Reply::sse(begun.clone()), Reply::sse(begun).cut()] {
            let error = outcome_of(reply).await.0.unwrap_err();
            assert!(matches!(error, Error::Protocol(_)), "{error:?}");
        }
    }
    let half = stream(&events, "\n");
    let reply = Reply::sse(half[..half.len() / 2].to_owned()).cut();
    let error = outcome_of(reply).await.0.unwrap_err();
    assert!(matches!(error, Error::Protocol(_)), "{error:?}");
}

#[tokio::test]
async fn garbage_is_a_protocol_error() {
    let broken = |text: &str| Reply::sse([stream(&[start()], "\n").as_bytes(), text.as_bytes()].concat());
    for reply in [
        broken("data: {\"type\": \"content_blo\n\n"),
        broken(&format!("data: \"{KEY}\"\n\n")),
        broken(&stream(&[text_delta(4, "nowhere")], "\n")),
        broken(&stream(&[json!({ "type": "message_stop" })], "\n")),
        broken(&stream(&ending("tool_use")[1..], "\n")),
        Reply::sse("<html>Welcome to the wrong server</html>"),
        Reply::sse(b"data: \xff\xfe\n\n".to_vec()),
    ] {
        let error = outcome_of(reply).await.0.unwrap_err();
        assert!(matches!(error, Error::Protocol(_)), "{error:?}");
    }
    let cut_arguments = [tool_start(0, "a"), json_delta(0, "{\"city\"")];
    let events = [vec![start()], cut_arguments.to_vec(), ending("tool_use").to_vec()].concat();
    let error = outcome(&events).await.0.unwrap_err();
    assert!(matches!(&error, Error::Protocol(text) if text.contains("weather")));
}

#[tokio::test]
async fn a_huge_answer_is_refused() {
    let mut events = greeting();
    let big = "x".repeat(1 << 20);
    events.splice(3..3, (0..9).map(|_| text_delta(0, &big)));
    let error = outcome(&events).await.0.unwrap_err();
    assert!(matches!(&error, Error::Protocol(text) if text.contains("8 MiB")), "{error:?}");
}

#[tokio::test]
async fn the_key_is_in_no_debug_output() {
    let upstream = Upstream::start([]).await;
    let provider = provider(&upstream);
    assert!(!format!("{provider:?} {provider:#?}").contains(KEY));
}
