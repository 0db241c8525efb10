//! A local server that plays the providers: what it answers is named by the model.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, channel::mpsc, stream};
use serde_json::{Value as Json, json};
use tokio::sync::Notify;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Clone, Default)]
pub struct Upstream {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Told when a stream that never ends was dropped.
    pub gone: Arc<Notify>,
    /// Told when a stream that never ends has begun.
    pub begun: Arc<Notify>,
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let upstream = Self { url, ..Self::default() };
        let router = Router::new().fallback(answer).with_state(upstream.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        upstream
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn last(&self) -> Asked {
        self.asked().last().unwrap().clone()
    }
}

/// Says that a stream was dropped.
struct Dropped(Arc<Notify>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

async fn answer(State(upstream): State<Upstream>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let path = parts.uri.path_and_query().unwrap().to_string();
    let asked = Asked { method: parts.method.to_string(), path, headers: parts.headers, body };
    upstream.asked.lock().unwrap().push(asked.clone());
    let anthropic = !asked.header("x-api-key").is_empty();
    let key = asked.header("x-api-key").to_owned() + asked.header("authorization").trim_start_matches("Bearer ");
    let request = asked.json();
    let model = request["model"].as_str().unwrap_or("").to_owned();
    if key.starts_with("sk-throttled") {
        let body = json!({"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}});
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "30")], body.to_string()).into_response();
    }
    if key.starts_with("sk-refused") {
        return (StatusCode::UNAUTHORIZED, format!("{{\"error\":{{\"message\":\"bad key {key}\"}}}}")).into_response();
    }
    let error = |status: u16, kind: &str| {
        let body = json!({"type": "error", "error": {"type": kind, "message": format!("it is {kind}")}});
        (
            StatusCode::from_u16(status).unwrap(),
            [("content-type", "application/json"), ("request-id", "req_1")],
            body.to_string(),
        )
            .into_response()
    };
    let script = model.strip_prefix("claude-test-").or(model.strip_prefix("gpt-test-")).unwrap_or("");
    match script {
        "400" => return error(400, "invalid_request_error"),
        "404" => return error(404, "not_found_error"),
        "429" => return error(429, "rate_limit_error"),
        "500" => return error(500, "api_error"),
        "529" => return error(529, "overloaded_error"),
        "html" => return ([("content-type", "text/html")], "<h1>It works!</h1>").into_response(),
        _ => {}
    }
    if asked.method == "GET" {
        return ([("content-type", "application/json"), ("set-cookie", "__cf=1")], "{\"data\": [ ]}").into_response();
    }
    if request["stream"] != true {
        let body = if anthropic { anthropic_answer(&model, script) } else { openai_answer(&model, script) };
        return ([("content-type", "application/json"), ("request-id", "req_1")], body.to_string()).into_response();
    }
    let content = &request["messages"][0]["content"];
    let text = content.as_str().or(content[0]["text"].as_str()).unwrap_or("Hello").to_owned();
    let events = if anthropic { anthropic_events(&model, script, &text) } else { openai_events(&model, script, &text) };
    stream_of(&upstream, script, events)
}

fn stream_of(upstream: &Upstream, script: &str, events: Vec<String>) -> Response {
    let head = [("content-type", "text/event-stream"), ("request-id", "req_1")];
    let whole = events.concat();
    let body = match script {
        // One byte at a time.
        "drip" => {
            let bytes: Vec<_> = whole.into_bytes().into_iter().map(|byte| Bytes::from(vec![byte])).collect();
            Body::from_stream(stream::iter(bytes).then(|byte| async move {
                tokio::task::yield_now().await;
                Ok::<_, Infallible>(byte)
            }))
        }
        "cut" => {
            let half = Bytes::from(whole[..whole.len() / 2].to_owned());
            let (sender, receiver) = mpsc::unbounded();
            sender.unbounded_send(Ok(half)).unwrap();
            tokio::spawn(async move {
                // The first half is sent before the connection is cut.
                tokio::time::sleep(Duration::from_millis(50)).await;
                let _ = sender.unbounded_send(Err(std::io::Error::other("cut")));
            });
            Body::from_stream(receiver)
        }
        "early" => Body::from(whole[..whole.len() / 2].to_owned()),
        "malformed" => Body::from(format!("{}data: {{\"type\": nonsense\n\ndata: [1, 2\n\n", events[0])),
        "endless" => {
            let guard = Dropped(Arc::clone(&upstream.gone));
            let begun = Arc::clone(&upstream.begun);
            let first = stream::once(async move {
                begun.notify_one();
                Ok::<_, Infallible>(Bytes::from(events[..3].concat()))
            });
            let rest = stream::pending::<Result<Bytes, Infallible>>().map(move |item| {
                let _ = &guard;
                item
            });
            Body::from_stream(first.chain(rest))
        }
        _ => Body::from_stream(stream::iter(events.into_iter().map(|event| Ok::<_, Infallible>(Bytes::from(event))))),
    };
    (head, body).into_response()
}

fn anthropic_answer(model: &str, script: &str) -> Json {
    let mut content = vec![json!({"type": "text", "text": "Hello"})];
    if script == "tools" {
        content.push(json!({"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Zürich"}}));
        content.push(json!({"type": "tool_use", "id": "toolu_2", "name": "weather", "input": {"city": "Bern"}}));
    }
    let stop = if script == "tools" { "tool_use" } else { "end_turn" };
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": content, "stop_reason": stop,
        "stop_sequence": null,
        "usage": {"input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5, "output_tokens": 20},
    })
}

fn anthropic_events(model: &str, script: &str, text: &str) -> Vec<String> {
    let usage = json!({"input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5, "output_tokens": 1});
    let start = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [], "stop_reason": null, "stop_sequence": null, "usage": usage});
    let mut events = vec![json!({"type": "message_start", "message": start})];
    if script == "thinking" {
        events.extend([
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Let me think."}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "sig"}}),
            json!({"type": "content_block_stop", "index": 0}),
        ]);
    }
    let index = usize::from(script == "thinking");
    events.push(json!({"type": "content_block_start", "index": index, "content_block": {"type": "text", "text": ""}}));
    for word in text.split_inclusive(' ') {
        events.push(
            json!({"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": word}}),
        );
    }
    events.push(json!({"type": "content_block_stop", "index": index}));
    if script == "broken" {
        events.push(json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}));
        return events.iter().map(named).collect();
    }
    if script == "tools" {
        for (index, city) in [(1, "Zürich"), (2, "Bern")] {
            let block = json!({"type": "tool_use", "id": format!("toolu_{index}"), "name": "weather", "input": {}});
            events.push(json!({"type": "content_block_start", "index": index, "content_block": block}));
            for part in ["{\"city\": ".to_owned(), format!("\"{city}\"}}")] {
                let delta = json!({"type": "input_json_delta", "partial_json": part});
                events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
            }
            events.push(json!({"type": "content_block_stop", "index": index}));
        }
    }
    let stop = if script == "tools" { "tool_use" } else { "end_turn" };
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": null}, "usage": {"output_tokens": 20}}));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(named).collect()
}

fn named(event: &Json) -> String {
    format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())
}

fn openai_answer(model: &str, script: &str) -> Json {
    let call = |id: &str, city: &str| json!({"id": id, "type": "function", "function": {"name": "weather", "arguments": format!("{{\"city\": \"{city}\"}}")}});
    let message = if script == "tools" {
        json!({"role": "assistant", "content": null, "tool_calls": [call("call_1", "Zürich"), call("call_2", "Bern")]})
    } else {
        json!({"role": "assistant", "content": "Hello"})
    };
    let reason = if script == "tools" { "tool_calls" } else { "stop" };
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 115, "completion_tokens": 20, "total_tokens": 135, "prompt_tokens_details": {"cached_tokens": 100}},
    })
}

fn openai_events(model: &str, script: &str, text: &str) -> Vec<String> {
    let chunk = |delta: Json, reason: Json| json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], "usage": null});
    let mut chunks = vec![chunk(json!({"role": "assistant", "content": ""}), Json::Null)];
    for word in text.split_inclusive(' ') {
        chunks.push(chunk(json!({"content": word}), Json::Null));
    }
    if script == "broken" {
        chunks.push(json!({"error": {"message": "The server had an error", "type": "server_error", "code": null}}));
        return chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    }
    if script == "tools" {
        for (index, city) in [(0, "Zürich"), (1, "Bern")] {
            let begun = json!({"index": index, "id": format!("call_{}", index + 1), "type": "function", "function": {"name": "weather", "arguments": ""}});
            chunks.push(chunk(json!({"tool_calls": [begun]}), Json::Null));
            let more = json!({"index": index, "function": {"arguments": format!("{{\"city\": \"{city}\"}}")}});
            chunks.push(chunk(json!({"tool_calls": [more]}), Json::Null));
        }
    }
    chunks.push(chunk(json!({}), json!(if script == "tools" { "tool_calls" } else { "stop" })));
    if script != "silent" {
        let usage = json!({"prompt_tokens": 115, "completion_tokens": 20, "total_tokens": 135, "prompt_tokens_details": {"cached_tokens": 100}});
        chunks.push(json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [], "usage": usage}));
    }
    let mut events: Vec<String> = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    events.push("data: [DONE]\n\n".to_owned());
    events
}
