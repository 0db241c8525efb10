//! A server that is played: models that say what they are told to, and threads in memory.

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use serde_json::{Value as Json, json};
use tokio::sync::Notify;

/// What a model answers.
#[derive(Clone)]
pub enum Reply {
    Text(&'static str),
    /// Tools and their arguments.
    Calls(Vec<(&'static str, Json)>),
    /// It says this and never ends.
    Endless(&'static str),
    /// It says this and breaks off.
    Cut(&'static str),
    /// It is too busy, for so many seconds.
    Busy(u64),
    /// The server asks this first, and says it after a yes.
    Asking(&'static str, &'static str),
}

/// What becomes of requests for threads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    Kept,
    Down,
    /// Saved, but never answered.
    Silent,
}

#[derive(Clone)]
pub struct Served {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    seen: Mutex<Vec<(String, Json)>>,
    threads: Mutex<BTreeMap<String, Json>>,
    mode: Mutex<Threads>,
    /// Told when an endless answer has begun, and when a thread was not answered.
    begun: Notify,
    /// Told when a thread was asked for.
    touched: Notify,
    answers: Mutex<Vec<Json>>,
    answered: Notify,
}

impl Served {
    pub async fn start(replies: Vec<Reply>) -> Self {
        let shared = Arc::new(Shared {
            replies: Mutex::new(replies.into()),
            seen: Mutex::default(),
            threads: Mutex::default(),
            mode: Mutex::new(Threads::Kept),
            begun: Notify::new(),
            touched: Notify::new(),
            answers: Mutex::default(),
            answered: Notify::new(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    pub fn replies(&self, replies: Vec<Reply>) {
        self.shared.replies.lock().unwrap().extend(replies);
    }

    pub fn threads_are(&self, mode: Threads) {
        *self.shared.mode.lock().unwrap() = mode;
    }

    pub async fn begun(&self) {
        self.shared.begun.notified().await;
    }

    /// Waits until a thread is sent or asked for.
    pub async fn touched(&self) {
        self.shared.touched.notified().await;
    }

    /// What was answered to the server's questions.
    pub fn answers(&self) -> Vec<Json> {
        self.shared.answers.lock().unwrap().clone()
    }

    /// Method and path of what was asked, in its order.
    pub fn lines(&self) -> Vec<String> {
        self.shared.seen.lock().unwrap().iter().map(|(line, _)| line.clone()).collect()
    }

    /// What models were asked.
    pub fn asked(&self) -> Vec<Json> {
        let seen = self.shared.seen.lock().unwrap();
        seen.iter().filter(|(line, _)| line.contains("/proxy/")).map(|(_, body)| body.clone()).collect()
    }

    pub fn thread(&self, id: &str) -> Json {
        self.shared.threads.lock().unwrap().get(id).cloned().unwrap_or_default()
    }

    pub fn ids(&self) -> Vec<String> {
        self.shared.threads.lock().unwrap().keys().cloned().collect()
    }

    /// Changes a thread as another client would.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Json)) {
        let mut threads = self.shared.threads.lock().unwrap();
        let thread = threads.get_mut(id).unwrap();
        change(thread);
        thread["version"] = (thread["version"].as_i64().unwrap() + 1).into();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body: Json = serde_json::from_slice(&body).unwrap_or_default();
    let line = format!("{} {}", parts.method, parts.uri.path());
    shared.seen.lock().unwrap().push((line, body.clone()));
    let path: Vec<_> = parts.uri.path().trim_matches('/').split('/').collect();
    match path.as_slice() {
        ["proxy", "queries", "q1"] => {
            shared.answers.lock().unwrap().push(body);
            shared.answered.notify_one();
            axum::Json(json!({})).into_response()
        }
        ["proxy", _, "stream"] => streamed(&shared),
        ["proxy", _, "complete"] if body["model"] == "plain" && !body["reasoning_effort"].is_null() => {
            refused(400, "invalid_request", "This model takes no effort.")
        }
        ["proxy", _, "complete"] => axum::Json(response("Thought through.", &[])).into_response(),
        ["api", "threads", rest @ ..] => {
            let expected = parts.headers.get("if-match").map(|value| value.to_str().unwrap().parse().unwrap());
            let answer = threads(&shared, parts.method.as_str(), rest, expected, body).await;
            shared.touched.notify_one();
            answer
        }
        _ => refused(404, "not_found", "There is nothing."),
    }
}

fn refused(status: u16, word: &str, message: &str) -> Response {
    let body = json!({"error": word, "message": message, "server_version": "0", "client_version": null});
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

async fn threads(shared: &Shared, method: &str, path: &[&str], expected: Option<i64>, body: Json) -> Response {
    let mode = *shared.mode.lock().unwrap();
    if mode == Threads::Down {
        return refused(503, "database_unavailable", "The database cannot be reached.");
    }
    let response = {
        let mut threads = shared.threads.lock().unwrap();
        match (method, path) {
            ("GET", []) => axum::Json(json!({"threads": [], "total": 0, "limit": 50, "offset": 0})).into_response(),
            ("GET", [id]) => match threads.get(*id) {
                Some(thread) => axum::Json(thread.clone()).into_response(),
                None => refused(404, "not_found", "There is no such thread."),
            },
            ("PUT", [id]) => {
                let current = threads.get(*id).map_or(0, |thread| thread["version"].as_i64().unwrap());
                if let Some(expected) = expected.filter(|expected| *expected != current) {
                    let message = format!("Expected version {expected}, but current version is {current}");
                    return refused(409, "version_conflict", &message);
                }
                let mut thread = body;
                thread["version"] = (current + 1).into();
                threads.insert((*id).to_owned(), thread.clone());
                axum::Json(thread).into_response()
            }
            _ => refused(404, "not_found", "There is nothing."),
        }
    };
    if mode == Threads::Silent {
        shared.begun.notify_one();
        std::future::pending::<()>().await;
    }
    response
}

fn response(text: &str, calls: &[(&'static str, Json)]) -> Json {
    let calls: Vec<_> = calls
        .iter()
        .enumerate()
        .map(|(n, (tool, arguments))| json!({"id": format!("call_{n}"), "tool_name": tool, "arguments": arguments}))
        .collect();
    let reason = if calls.is_empty() { "stop" } else { "tool_use" };
    let usage = json!({"input_tokens": 10, "output_tokens": 5, "cached_input_tokens": 2});
    json!({"message": {"role": "assistant", "content": text}, "tool_calls": calls, "usage": usage, "finish_reason": reason})
}

fn streamed(shared: &Arc<Shared>) -> Response {
    let reply = shared.replies.lock().unwrap().pop_front().expect("a reply");
    let event = |event: Json| format!("event: llm\ndata: {event}\n\n");
    let words = |text: &str| -> Vec<String> {
        text.split_inclusive(' ').map(|word| event(json!({"type": "text_delta", "content": word}))).collect()
    };
    let events = match &reply {
        Reply::Busy(seconds) => {
            return refused(503, "rate_limited", &format!("LLM rate limited; retry after {seconds} seconds"));
        }
        Reply::Text(text) => {
            let mut events = words(text);
            events.push(event(json!({"type": "completed", "response": response(text, &[])})));
            events
        }
        Reply::Calls(calls) => {
            let begun = |tool: &str| json!({"type": "tool_call_delta", "call_id": "call_0", "tool_name": tool, "arguments_fragment": ""});
            let mut events: Vec<_> = calls.iter().map(|(tool, _)| event(begun(tool))).collect();
            events.push(event(json!({"type": "completed", "response": response("", calls)})));
            events
        }
        Reply::Endless(text) | Reply::Cut(text) => words(text),
        Reply::Asking(question, _) => {
            let query =
                json!({"type": "server_query", "id": "q1", "kind": "confirm", "question": question, "expires_in": 60});
            vec![event(query)]
        }
    };
    let events = stream::iter(events.into_iter().map(|event| Ok::<_, Infallible>(Bytes::from(event))));
    let body = match reply {
        Reply::Endless(_) => {
            let shared = Arc::clone(shared);
            let begun = stream::once(async move {
                shared.begun.notify_one();
                Ok(Bytes::from(": here\n\n"))
            });
            Body::from_stream(events.chain(begun).chain(stream::pending()))
        }
        Reply::Asking(_, text) => {
            let shared = Arc::clone(shared);
            let rest = stream::once(async move {
                shared.answered.notified().await;
                let yes = shared.answers.lock().unwrap().last().unwrap()["answer"] == "yes";
                let said = match yes {
                    true => json!({"type": "completed", "response": response(text, &[])}),
                    false => json!({"type": "error", "error": "confirmation_required", "message": "Not confirmed."}),
                };
                Ok(Bytes::from(format!("event: llm\ndata: {said}\n\n")))
            });
            Body::from_stream(events.chain(rest))
        }
        _ => Body::from_stream(events),
    };
    ([("content-type", "text/event-stream")], body).into_response()
}
