//! A server for tests: it answers what it is told to, and remembers what it was asked.

// Each test program uses a part of this.
#![allow(dead_code)]

use std::{
    sync::{Arc, Mutex},
    thread,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode},
};
use tokio::sync::oneshot;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// Path and query, as they were sent.
    pub target: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Seen {
    /// The value of a header; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    /// Method, path and query.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().expect("a path")
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self::new(status, body.into()).with("content-type", "application/json")
    }

    /// An error in the envelope of the public API.
    pub fn error(status: u16, code: &str) -> Self {
        Self::json(status, format!(r#"{{"error":{{"code":"{code}","message":"It is {code}."}}}}"#))
    }

    pub fn events(body: &str) -> Self {
        Self::new(200, body).with("content-type", "text/event-stream")
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Handler = dyn Fn(&Seen) -> Reply + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    seen: Mutex<Vec<Seen>>,
}

/// A running server. It ends with this value.
pub struct Stub {
    pub url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Stub {
    /// A server that answers by a function.
    pub fn new(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared { handler: Box::new(handler), seen: Mutex::default() });
        let (stop, stopped) = oneshot::channel();
        let app = Router::new().fallback(answer).with_state(shared.clone());
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                let serving = axum::serve(listener, app);
                tokio::select! {
                    served = serving => served.expect("served"),
                    _ = stopped => {}
                }
            });
        });
        Self { url, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// A server that gives these answers one after the other, and the last one from then on.
    pub fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        let next = Mutex::new(0);
        Self::new(move |_| {
            let mut next = next.lock().expect("a lock");
            *next += 1;
            replies[(*next).min(replies.len()) - 1].clone()
        })
    }

    /// What it was asked so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().expect("a lock").clone()
    }

    /// The only request there was.
    pub fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.into_iter().next().expect("a request")
    }

    /// Method, path and query of all requests.
    pub fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Seen::line).collect()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An address where nobody listens: a port that the system never hands out.
pub fn nobody() -> String {
    "http://127.0.0.1:1".to_owned()
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body").to_vec();
    let seen = Seen { method: parts.method.to_string(), target, headers: parts.headers, body };
    let reply = (shared.handler)(&seen);
    shared.seen.lock().expect("a lock").push(seen);
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).expect("a status");
    for (name, value) in reply.headers {
        let name = HeaderName::from_static(name);
        response.headers_mut().insert(name, HeaderValue::try_from(value).expect("a header"));
    }
    response
}

/// The parts of a form, in their order: name, file name, bytes.
pub fn parts(seen: &Seen) -> Vec<(String, Option<String>, Vec<u8>)> {
    let boundary = seen.header("content-type").split("boundary=").nth(1).expect("a form").to_owned();
    let delimiter = format!("--{boundary}\r\n");
    let body = &seen.body;
    let mut parts = Vec::new();
    let mut starts: Vec<usize> = find_all(body, delimiter.as_bytes());
    starts.push(find_all(body, format!("--{boundary}--").as_bytes())[0]);
    for pair in starts.windows(2) {
        let part = &body[pair[0] + delimiter.len()..pair[1] - 2];
        let split = find_all(part, b"\r\n\r\n")[0];
        let head = String::from_utf8(part[..split].to_vec()).expect("headers");
        let field = |name: &str| {
            let start = head.find(&format!(" {name}=\""))? + name.len() + 3;
            Some(head[start..].split('"').next()?.to_owned())
        };
        parts.push((field("name").expect("a name"), field("filename"), part[split + 4..].to_vec()));
    }
    parts
}

fn find_all(text: &[u8], what: &[u8]) -> Vec<usize> {
    text.windows(what.len()).enumerate().filter(|(_, window)| *window == what).map(|(at, _)| at).collect()
}
