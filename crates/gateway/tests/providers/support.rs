//! A scripted model provider, and what the tests ask it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures::{StreamExt, stream};
use heddle_gateway::{ChatRequest, ChatResponse, Content, Error, Message, Provider, Role, StreamEvent, ToolSpec};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// The API key of all tests; it must show up in the auth header and nowhere else.
pub const KEY: &str = "sk-secret-3f9a";

/// The sizes of the pieces that a stream is sent in: single bytes split every line and every
/// UTF-8 character, three-byte pieces split them elsewhere, and one piece holds everything.
pub const PIECES: [usize; 3] = [1, 3, usize::MAX];

/// One scripted answer.
#[derive(Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    piece: usize,
    cut: bool,
}

impl Reply {
    pub fn sse(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "text/event-stream".into())],
            body: body.into(),
            piece: usize::MAX,
            cut: false,
        }
    }

    pub fn error(status: u16, body: Value) -> Self {
        Self { status, headers: vec![("content-type", "application/json".into())], ..Self::sse(body.to_string()) }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn in_pieces(mut self, piece: usize) -> Self {
        self.piece = piece;
        self
    }

    /// Breaks the connection after the body instead of ending the answer.
    pub fn cut(mut self) -> Self {
        self.cut = true;
        self
    }

    fn into_response(self) -> Response {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        let size = self.piece.min(self.body.len()).max(1);
        let pieces: Vec<_> = self.body.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let cut = self.cut.then_some(async {
            // The server sends what it has when it must wait, so the cut comes after the body.
            tokio::task::yield_now().await;
            Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
        });
        let body = stream::iter(pieces).chain(stream::iter(cut).then(|cut| cut));
        response.body(Body::from_stream(body)).unwrap()
    }
}

/// A request as the server saw it.
pub struct Seen {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Default)]
struct Script {
    replies: VecDeque<Reply>,
    seen: Vec<Seen>,
}

/// A local server that gives the scripted answers one after the other.
pub struct Upstream {
    pub base: String,
    script: Arc<Mutex<Script>>,
    server: JoinHandle<()>,
}

impl Upstream {
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let script = Arc::new(Mutex::new(Script { replies: replies.into_iter().collect(), seen: vec![] }));
        let app = Router::new().fallback(answer).with_state(script.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, script, server }
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.script.lock().unwrap().seen)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let mut script = script.lock().unwrap();
    script.seen.push(Seen {
        path: head.uri.to_string(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap(),
    });
    let reply = script.replies.pop_front();
    reply.unwrap_or_else(|| Reply::error(599, json!("the script is at its end"))).into_response()
}

/// The answer of a provider together with the events on the way.
pub async fn ask(provider: &dyn Provider, request: &ChatRequest) -> (Result<ChatResponse, Error>, Vec<StreamEvent>) {
    let mut events = vec![];
    let outcome = provider.chat(request, &mut |event| events.push(event)).await;
    if let Err(error) = &outcome {
        assert!(!format!("{error} {error:?}").contains(KEY), "{error}");
    }
    (outcome, events)
}

pub fn user(text: &str) -> Message {
    Message { role: Role::User, content: vec![Content::Text { text: text.into() }] }
}

/// The shortest request there is.
pub fn simple(model: &str) -> ChatRequest {
    ChatRequest {
        model: model.into(),
        system: None,
        messages: vec![user("Hi")],
        tools: vec![],
        max_tokens: 100,
        temperature: None,
        effort: None,
        tool_choice: None,
    }
}

/// A request with everything in it: a system prompt, tools, a call, its results and more text.
pub fn full(model: &str) -> ChatRequest {
    let call = |id: &str, city: &str| Content::ToolCall {
        id: id.into(),
        name: "weather".into(),
        input: json!({ "city": city }),
    };
    let result =
        |id: &str, output: &str, is_error| Content::ToolResult { id: id.into(), output: output.into(), is_error };
    ChatRequest {
        model: model.into(),
        system: Some("Be brief.".into()),
        messages: vec![
            user("Weather in Zürich and Bern?"),
            Message {
                role: Role::Assistant,
                content: vec![Content::Text { text: "I look.".into() }, call("a", "Zürich"), call("b", "Bern")],
            },
            Message {
                role: Role::User,
                content: vec![
                    result("a", "sunny", false),
                    result("b", "no such station", true),
                    Content::Text { text: "Quick!".into() },
                ],
            },
        ],
        tools: vec![ToolSpec {
            name: "weather".into(),
            description: "The weather now.".into(),
            input_schema: json!({ "type": "object", "properties": { "city": { "type": "string" } } }),
        }],
        max_tokens: 1000,
        temperature: Some(0.7),
        effort: None,
        tool_choice: None,
    }
}

pub fn text(text: &str) -> Content {
    Content::Text { text: text.into() }
}

pub fn deltas(texts: &[&str]) -> Vec<StreamEvent> {
    texts.iter().map(|text| StreamEvent::TextDelta((*text).into())).collect()
}
