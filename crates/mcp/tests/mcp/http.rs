use std::{collections::HashMap, time::Duration};

use mcp::{
    Files,
    http::{Address, Listener},
};
use reqwest::{Method, StatusCode, header::HeaderMap};
use rmcp::{
    ServiceExt,
    model::{CallToolRequestParams, ProtocolVersion},
    service::{ClientLifecycleMode, ClientServiceExt},
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::oneshot,
    task::JoinHandle,
};

use crate::{
    stub::{Reply, Stub},
    support::{empty, server},
};

/// A running server. It ends with this value.
pub struct Here {
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Here {
    async fn start(stub: &Stub, endpoint: &str) -> Self {
        let address: Address = "127.0.0.1:0".parse().expect("an address");
        let listener = Listener::bind(address, endpoint.parse().expect("a path")).await.expect("a port");
        let url = listener.url().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = listener.serve(server(&stub.url, Files::Local), async move {
            let _ = stopped.await;
        });
        Self { url, stop: Some(stop), task: tokio::spawn(serving) }
    }

    async fn stop(mut self) {
        self.stop.take().map(|stop| stop.send(()));
        self.task.await.expect("no panic").expect("served");
    }
}

/// Somebody who speaks HTTP by hand.
pub struct Hand {
    pub url: String,
    pub headers: HashMap<&'static str, String>,
}

pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Got {
    pub fn json(&self) -> Value {
        assert_eq!(self.headers["content-type"], "application/json", "{}", self.text);
        serde_json::from_str(&self.text).expect("JSON")
    }

    pub fn session(&self) -> String {
        self.headers["mcp-session-id"].to_str().expect("text").to_owned()
    }
}

impl Hand {
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), headers: HashMap::new() }
    }

    pub fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut headers = self.headers.clone();
        headers.insert(name, value.into());
        Self { url: self.url.clone(), headers }
    }

    pub async fn send(&self, method: Method, body: impl Into<String>) -> Got {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let mut request = http.request(method, &self.url).body(body.into());
        let usual = [("accept", "application/json, text/event-stream"), ("content-type", "application/json")];
        for (name, value) in usual {
            if !self.headers.contains_key(name) {
                request = request.header(name, value);
            }
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        Got { status, headers, text: answer.text().await.expect("text") }
    }

    pub async fn post(&self, body: Value) -> Got {
        self.send(Method::POST, body.to_string()).await
    }

    pub async fn initialize(&self) -> Got {
        let client = json!({"name": "hand", "version": "1"});
        let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
        self.post(json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})).await
    }

    /// The same with a session that was begun.
    pub async fn begun(&self) -> Self {
        let got = self.initialize().await;
        assert_eq!(got.status, 200, "{}", got.text);
        self.with("mcp-session-id", got.session()).with("mcp-protocol-version", "2025-06-18")
    }
}

pub fn call(tool: &str, arguments: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
}

#[tokio::test]
async fn answers_are_plain_json_in_a_session() {
    let stub = Stub::answering([Reply::json(200, r#"{"id":"u1"}"#)]);
    let here = Here::start(&stub, "/mcp").await;
    assert!(here.url.ends_with("/mcp"), "{}", here.url);
    let begun = Hand::at(&here.url).initialize().await;
    assert_eq!(begun.json()["result"]["serverInfo"]["name"], "interloom");
    let hand = Hand::at(&here.url).with("mcp-session-id", begun.session()).with("mcp-protocol-version", "2025-06-18");
    let told = hand.post(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
    assert_eq!((told.status.as_u16(), &*told.text), (202, ""));
    let answer = hand.post(call("users_me", json!({}))).await.json();
    assert_eq!(answer["id"], 7);
    assert_eq!(answer["result"]["structuredContent"], json!({"id": "u1"}));
    assert_eq!(stub.only().header("authorization"), "Bearer the key");

    assert_eq!(hand.send(Method::DELETE, "").await.status, 204);
    assert_eq!(hand.post(call("users_me", json!({}))).await.status, 404);
    assert_eq!(hand.send(Method::DELETE, "").await.status, 404);
    assert_eq!(stub.seen().len(), 1);
    here.stop().await;
}

#[tokio::test]
async fn without_a_session_nothing_is_called() {
    let stub = empty();
    let here = Here::start(&stub, "/mcp").await;
    let hand = Hand::at(&here.url);
    assert_eq!(hand.post(call("users_me", json!({}))).await.status, 400);
    assert_eq!(hand.with("mcp-session-id", "made up").post(call("users_me", json!({}))).await.status, 404);
    assert_eq!(hand.with("mcp-session-id", "made up").initialize().await.status, 404);
    assert_eq!(hand.send(Method::DELETE, "").await.status, 400);
    for method in [Method::GET, Method::PUT, Method::HEAD, Method::OPTIONS] {
        let got = hand.begun().await.send(method.clone(), "").await;
        assert_eq!(
            (got.status.as_u16(), &got.headers["allow"]),
            (405, &"POST, DELETE".parse().expect("a value")),
            "{method}"
        );
    }
    assert_eq!(hand.send(Method::POST, "{").await.status, 415);
    assert_eq!(hand.with("content-type", "text/plain").initialize().await.status, 415);
    assert_eq!(hand.with("accept", "application/json").initialize().await.status, 406);
    assert_eq!(Hand::at(&format!("{}/x", here.url)).initialize().await.status, 404);
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn foreign_hosts_and_pages_are_kept_out() {
    let stub = empty();
    let here = Here::start(&stub, "/mcp").await;
    let hand = Hand::at(&here.url).begun().await;
    let methods = [Method::POST, Method::GET, Method::DELETE];
    for host in
        ["example.com", "example.com:8765", "localhost.example.com", "127.0.0.1.example.com", "192.168.1.1", "0.0.0.0"]
    {
        for method in &methods {
            let got = hand.with("host", host).send(method.clone(), call("users_me", json!({})).to_string()).await;
            assert_eq!(got.status, 403, "{method} {host}");
        }
        assert_eq!(Hand::at(&here.url).with("host", host).initialize().await.status, 403, "{host}");
    }
    for origin in
        ["https://example.com", "http://localhost.example.com", "null", "file://", "http://127.0.0.1.example.com"]
    {
        for method in &methods {
            let got = hand.with("origin", origin).send(method.clone(), call("users_me", json!({})).to_string()).await;
            assert_eq!(got.status, 403, "{method} {origin}");
        }
    }
    assert!(stub.seen().is_empty());
    for host in ["localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:9"] {
        assert_eq!(hand.with("host", host).post(call("users_me", json!({}))).await.status, 200, "{host}");
    }
    for origin in ["http://localhost:6274", "http://127.0.0.1:1", "http://[::1]:5173"] {
        assert_eq!(hand.with("origin", origin).post(call("users_me", json!({}))).await.status, 200, "{origin}");
    }
}

#[tokio::test]
async fn clients_of_old_and_new_versions_are_served() {
    let stub = Stub::answering([Reply::json(200, r#"{"id":"u1"}"#)]);
    let here = Here::start(&stub, "/deep/er").await;
    let transport = || {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        let config = StreamableHttpClientTransportConfig::with_uri(here.url.clone());
        StreamableHttpClientTransport::with_client(http, config)
    };
    let newest = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    for client in [
        ().serve(transport()).await.expect("a session by initialize"),
        ().serve_with_lifecycle(transport(), newest).await.expect("a session by discovery"),
    ] {
        assert!(client.list_all_tools().await.expect("tools").len() > 49);
        let called = client.call_tool(CallToolRequestParams::new("users_me")).await.expect("a result");
        assert_eq!(called.structured_content, Some(json!({"id": "u1"})));
        client.cancel().await.expect("closed");
    }
    here.stop().await;
}

#[tokio::test]
async fn what_is_under_way_is_finished_when_the_server_stops() {
    let (asked, is_asked) = std::sync::mpsc::channel();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let stub = Stub::new(move |_| {
        asked.send(()).expect("somebody listens");
        wait.lock().expect("a lock").recv().expect("a word");
        Reply::json(200, r#"{"id":"late"}"#)
    });
    let here = Here::start(&stub, "/mcp").await;
    let hand = Hand::at(&here.url).begun().await;
    let calling = tokio::spawn(async move { hand.post(call("users_me", json!({}))).await.json() });
    tokio::task::spawn_blocking(move || is_asked.recv_timeout(Duration::from_secs(20)))
        .await
        .expect("no panic")
        .expect("asked");
    let url = here.url.clone();
    let stopping = tokio::spawn(here.stop());
    // Nobody new is let in any more.
    let address = url.trim_start_matches("http://").trim_end_matches("/mcp").to_owned();
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!stopping.is_finished());
    go.send(()).expect("the stub waits");
    assert_eq!(calling.await.expect("an answer")["result"]["structuredContent"], json!({"id": "late"}));
    stopping.await.expect("stopped");
}

/// Time is not waited for: it goes on as soon as everybody waits for it.
#[tokio::test(start_paused = true)]
async fn what_takes_too_long_does_not_keep_the_server() {
    let stub = empty();
    let here = Here::start(&stub, "/mcp").await;
    let address = here.url.trim_start_matches("http://").trim_end_matches("/mcp").to_owned();
    let mut slow = tokio::net::TcpStream::connect(&address).await.expect("a connection");
    let head = format!("POST /mcp HTTP/1.1\r\nhost: {address}\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n");
    slow.write_all(head.as_bytes()).await.expect("written");
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 100");
    // The rest of the request never comes.
    let begun = tokio::time::Instant::now();
    here.stop().await;
    let took = begun.elapsed().as_secs_f64();
    assert!((5.0..6.0).contains(&took), "{took} seconds");
}
