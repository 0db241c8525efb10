//! OpenAI's Chat Completions API.

use std::time::Duration;

use heddle_gateway::{ChatResponse, Content, Error, Message, OpenAi, Role, StopReason, StreamEvent, Usage};
use serde_json::{Value, json};

use crate::support::{KEY, PIECES, Reply, Upstream, ask, deltas, full, simple, text};

fn chunk(choices: Value, usage: Value) -> String {
    let chunk = json!({ "id": "chatcmpl-1", "object": "chat.completion.chunk",
                        "created": 1, "model": "gpt-test-2026-11-01", "service_tier": "default",
                        "choices": choices, "usage": usage });
    format!("data: {chunk}\n\n")
}

fn delta(delta: Value) -> String {
    chunk(json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": null }]), Value::Null)
}

fn finish(reason: &str) -> String {
    chunk(json!([{ "index": 0, "delta": {}, "finish_reason": reason }]), Value::Null)
}

fn usage() -> String {
    let usage = json!({ "prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150,
                        "prompt_tokens_details": { "cached_tokens": 100, "audio_tokens": 0 },
                        "completion_tokens_details": { "reasoning_tokens": 20 } });
    chunk(json!([]), usage)
}

const DONE: &str = "data: [DONE]\n\n";

fn greeting() -> Vec<String> {
    vec![
        delta(json!({ "role": "assistant", "content": "", "refusal": null })),
        ": keep-alive\n\n".into(),
        delta(json!({ "content": "Grüezi " })),
        delta(json!({ "content": "🧵!" })),
        finish("stop"),
        usage(),
        DONE.into(),
    ]
}

fn tool_delta(index: u32, id: Option<&str>, arguments: &str) -> String {
    let call = match id {
        Some(id) => json!({ "index": index, "id": id, "type": "function",
                            "function": { "name": "weather", "arguments": arguments } }),
        None => json!({ "index": index, "function": { "arguments": arguments } }),
    };
    delta(json!({ "tool_calls": [call] }))
}

fn provider(upstream: &Upstream) -> OpenAi {
    OpenAi::new(&format!("{}/v1/", upstream.base), KEY).unwrap()
}

async fn outcome_of(reply: Reply) -> (Result<ChatResponse, Error>, Vec<StreamEvent>) {
    let upstream = Upstream::start([reply]).await;
    ask(&provider(&upstream), &simple("gpt-test")).await
}

async fn outcome(chunks: &[String]) -> (Result<ChatResponse, Error>, Vec<StreamEvent>) {
    outcome_of(Reply::sse(chunks.concat())).await
}

#[tokio::test]
async fn text_arrives_whole_however_it_is_cut() {
    for piece in PIECES {
        let (answer, events) = outcome_of(Reply::sse(greeting().concat()).in_pieces(piece)).await;
        assert_eq!(
            answer.unwrap(),
            ChatResponse {
                model: "gpt-test-2026-11-01".into(),
                content: vec![text("Grüezi 🧵!")],
                stop: StopReason::EndTurn,
                usage: Usage { input_tokens: 120, output_tokens: 30, cached_input_tokens: 100, ..Usage::default() },
            }
        );
        assert_eq!(events, deltas(&["Grüezi ", "🧵!"]));
    }
}

#[tokio::test]
async fn parallel_tool_calls_gather_their_arguments() {
    // Some servers finish with `stop`.
    for reason in ["tool_calls", "stop"] {
        let chunks = [
            delta(json!({ "role": "assistant", "content": null })),
            tool_delta(0, Some("a"), ""),
            tool_delta(0, None, "{\"city\": \"Zü"),
            tool_delta(1, Some("b"), ""),
            tool_delta(0, None, "rich\", \"days\": 2}"),
            tool_delta(1, None, "{}"),
            finish(reason),
            usage(),
            DONE.into(),
        ];
        for piece in PIECES {
            let (answer, heard) = outcome_of(Reply::sse(chunks.concat()).in_pieces(piece)).await;
            let answer = answer.unwrap();
            assert_eq!(answer.stop, StopReason::ToolUse);
            let call = |id: &str, input| Content::ToolCall { id: id.into(), name: "weather".into(), input };
            assert_eq!(answer.content, [call("a", json!({ "city": "Zürich", "days": 2 })), call("b", json!({})),]);
            let began = |id: &str| StreamEvent::ToolCall { id: id.into(), name: "weather".into() };
            let piece = |id: &str, fragment: &str| StreamEvent::ToolCallDelta {
                id: id.into(),
                name: "weather".into(),
                fragment: fragment.into(),
            };
            let (first, second) = (piece("a", "{\"city\": \"Zü"), piece("a", "rich\", \"days\": 2}"));
            assert_eq!(heard, [began("a"), first, began("b"), second, piece("b", "{}")]);
        }
    }
}

#[tokio::test]
async fn stop_reasons_are_told_apart() {
    for (word, stop) in [
        ("length", StopReason::MaxTokens),
        ("content_filter", StopReason::Refusal),
        ("function_call", StopReason::Other("function_call".into())),
    ] {
        let answer = outcome(&[finish(word), DONE.into()]).await.0.unwrap();
        assert_eq!(answer.stop, stop);
        assert_eq!(answer.usage, Usage::default());
    }
    let refusal = [delta(json!({ "refusal": "I can't." })), finish("stop"), DONE.into()];
    let answer = outcome(&refusal).await.0.unwrap();
    assert_eq!(answer.stop, StopReason::Refusal);
    assert_eq!(answer.content, [text("I can't.")]);

    let cut = [tool_delta(0, Some("a"), "{\"ci"), finish("length"), DONE.into()];
    let answer = outcome(&cut).await.0.unwrap();
    assert_eq!((answer.stop, answer.content), (StopReason::MaxTokens, vec![]));
}

#[tokio::test]
async fn the_request_is_the_documented_one() {
    let upstream = Upstream::start([(); 3].map(|()| Reply::sse(greeting().concat()))).await;
    let provider = provider(&upstream);
    for request in [full("gpt-4.1"), simple("gpt-6-sol"), full("gpt-6-sol")] {
        ask(&provider, &request).await.0.unwrap();
    }
    let [all, least, modern] = <[_; 3]>::try_from(upstream.seen()).ok().unwrap();
    assert_eq!(all.path, "/v1/chat/completions");
    assert_eq!(all.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(
        all.body,
        json!({
            "model": "gpt-4.1",
            "messages": [
                { "role": "system", "content": "Be brief." },
                { "role": "user", "content": "Weather in Zürich and Bern?" },
                { "role": "assistant", "content": "I look.", "tool_calls": [
                    { "id": "a", "type": "function",
                      "function": { "name": "weather", "arguments": "{\"city\":\"Zürich\"}" } },
                    { "id": "b", "type": "function",
                      "function": { "name": "weather", "arguments": "{\"city\":\"Bern\"}" } },
                ] },
                { "role": "tool", "tool_call_id": "a", "content": "sunny" },
                { "role": "tool", "tool_call_id": "b", "content": "Error: no such station" },
                { "role": "user", "content": "Quick!" },
            ],
            "tools": [{ "type": "function", "function": {
                "name": "weather",
                "description": "The weather now.",
                "parameters": {
                    "type": "object", "properties": { "city": { "type": "string" } },
                },
            } }],
            "max_completion_tokens": 1000,
            "temperature": 0.7,
            "stream": true,
            "stream_options": { "include_usage": true },
        })
    );
    assert_eq!(
        least.body,
        json!({
            "model": "gpt-6-sol",
            "messages": [{ "role": "user", "content": "Hi" }],
            "max_completion_tokens": 100,
            "stream": true,
            "stream_options": { "include_usage": true },
        })
    );
    assert_eq!(modern.body.get("temperature"), None);
    assert_eq!(modern.body["reasoning_effort"], "none");
}

#[tokio::test]
async fn refused_requests_become_errors() {
    let error = |status, kind: &str, code: Value, message: &str| {
        let body = json!({ "error": { "message": message, "type": kind, "param": null,
                                      "code": code } });
        Reply::error(status, body)
    };
    let request = "invalid_request_error";
    let upstream = |status, message: &str| Error::Upstream { status, message: message.into() };
    for (reply, expected) in [
        (error(401, request, json!("invalid_api_key"), &format!("Incorrect API key: {KEY}")), Error::Unauthorized),
        (error(400, request, Value::Null, &format!("bad {KEY}")), Error::InvalidRequest("bad [key]".into())),
        (error(404, request, json!("model_not_found"), "no such model"), Error::InvalidRequest("no such model".into())),
        (
            error(429, "tokens", json!("rate_limit_exceeded"), "slow down").header("retry-after", "2"),
            Error::RateLimited { retry_after: Some(Duration::from_secs(2)) },
        ),
        (error(429, "insufficient_quota", json!("insufficient_quota"), "pay first"), upstream(429, "pay first")),
        (error(503, "server_error", Value::Null, "overloaded"), Error::Overloaded),
        (error(500, "server_error", Value::Null, "oops"), upstream(500, "oops")),
        (Reply::error(502, json!({ "error": "bad gateway" })), upstream(502, "bad gateway")),
    ] {
        assert_eq!(outcome_of(reply).await.0, Err(expected));
    }
}

#[tokio::test]
async fn an_error_inside_the_stream_ends_it() {
    let failed = json!({ "error": { "message": "The server had an error", "type": "server_error",
                                    "param": null, "code": null } });
    let mut chunks = greeting();
    chunks.insert(4, format!("data: {failed}\n\n"));
    let (answer, heard) = outcome(&chunks).await;
    let expected = Error::Upstream { status: 500, message: "The server had an error".into() };
    assert_eq!(answer, Err(expected));
    assert_eq!(heard, deltas(&["Grüezi ", "🧵!"]));
}

#[tokio::test]
async fn a_stream_without_its_end_is_no_answer() {
    let chunks = greeting();
    for end in 0..chunks.len() {
        let begun = chunks[..end].concat();
        for reply in [Reply::sse(begun.clone()), Reply::sse(begun).cut()] {
            let error = outcome_of(reply).await.0.unwrap_err();
            assert!(matches!(error, Error::Protocol(_)), "{error:?}");
        }
    }
}

#[tokio::test]
async fn garbage_is_a_protocol_error() {
    let nameless = delta(json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "{}" } }] }));
    for chunks in [
        vec!["data: {\"choices\": [\n\n".into()],
        vec![format!("data: \"{KEY}\"\n\n")],
        // An end without a finish reason.
        vec![delta(json!({ "content": "Hm" })), DONE.into()],
        vec![nameless, finish("tool_calls"), DONE.into()],
        vec![tool_delta(0, Some("a"), "{\"ci"), finish("tool_calls"), DONE.into()],
        vec!["<html>Welcome to the wrong server</html>".into()],
    ] {
        let error = outcome(&chunks).await.0.unwrap_err();
        assert!(matches!(error, Error::Protocol(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_huge_answer_is_refused() {
    let big = "x".repeat(1 << 20);
    let mut chunks = greeting();
    chunks.splice(2..2, (0..9).map(|_| delta(json!({ "content": big }))));
    let error = outcome(&chunks).await.0.unwrap_err();
    assert!(matches!(&error, Error::Protocol(text) if text.contains("8 MiB")), "{error:?}");
}

#[tokio::test]
async fn the_key_is_in_no_debug_output() {
    let upstream = Upstream::start([]).await;
    let provider = provider(&upstream);
    assert!(!format!("{provider:?} {provider:#?}").contains(KEY));
}

#[tokio::test]
async fn what_another_provider_thought_is_left_out() {
    let upstream = Upstream::start([Reply::sse(greeting().concat())]).await;
    let mut request = simple("gpt-test");
    let thinking = Content::Opaque { provider: "anthropic".into(), data: json!({ "type": "thinking" }) };
    request.messages.push(Message { role: Role::Assistant, content: vec![thinking, text("Hello.")] });
    let provider = OpenAi::new(&upstream.base, KEY).unwrap();
    ask(&provider, &request).await.0.unwrap();
    let [seen] = <[_; 1]>::try_from(upstream.seen()).ok().unwrap();
    assert_eq!(seen.body["messages"][1], json!({ "role": "assistant", "content": "Hello." }));
}
