use axum::{Router, extract::Request};
use mcp::remote::{Remote, Settings};
use reqwest::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{
    http::{Got, Hand, call},
    stub::{Reply, Stub},
};

/// A server beside an API, which knows the keys `one` and `two`.
fn beside(api: &Stub, stop: CancellationToken) -> Remote {
    let public_url = "https://heddle.example.com".into();
    let settings = Settings { api: api.url.clone(), public_url, version: "1".into(), stop };
    let knows = |key: client::ApiKey| async move {
        match key.reveal() {
            "lost" => Err("the database is away".to_owned()),
            key => Ok(["one", "two"].contains(&key)),
        }
    };
    Remote::new(&settings, knows).expect("a service")
}

/// The same, at `/mcp`.
async fn start(api: &Stub) -> String {
    let remote = beside(api, CancellationToken::new());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/mcp", listener.local_addr().expect("an address"));
    let app: Router = Router::new().route_service("/mcp", remote);
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// An API that says who called.
fn api() -> Stub {
    Stub::new(|seen| Reply::json(200, json!({"called_with": seen.header("authorization")}).to_string()))
}

fn as_key(url: &str, key: &str) -> Hand {
    Hand::at(url).with("authorization", format!("Bearer {key}"))
}

#[track_caller]
fn unauthorized(got: &Got, challenge: &str) {
    assert_eq!(got.status, 401, "{}", got.text);
    assert_eq!(got.headers["www-authenticate"], challenge);
    assert_eq!(got.json()["error"]["code"], "unauthorized");
}

#[tokio::test]
async fn nobody_comes_in_without_a_key_that_is_known() {
    let api = api();
    let url = start(&api).await;
    for hand in [
        Hand::at(&url),
        Hand::at(&url).with("authorization", "one"),
        Hand::at(&url).with("authorization", "Basic one"),
        Hand::at(&url).with("authorization", "Bearer  "),
        Hand::at(&url).with("x-api-key", "one"),
    ] {
        unauthorized(&hand.initialize().await, "Bearer realm=\"heddle\"");
        unauthorized(&hand.send(Method::GET, "").await, "Bearer realm=\"heddle\"");
        unauthorized(&hand.send(Method::DELETE, "").await, "Bearer realm=\"heddle\"");
    }
    for key in ["three", "One", "one two"] {
        unauthorized(&as_key(&url, key).initialize().await, "Bearer realm=\"heddle\", error=\"invalid_token\"");
    }
    assert_eq!(as_key(&url, "lost").initialize().await.status, 503);
    assert!(api.seen().is_empty());
}

#[tokio::test]
async fn each_request_goes_out_with_its_own_key() {
    let api = api();
    let url = start(&api).await;
    let (one, two) = (as_key(&url, "one").begun().await, as_key(&url, "two").begun().await);
    for (hand, key) in [(&one, "one"), (&two, "two"), (&one, "one")] {
        let answer = hand.post(call("users_me", json!({}))).await.json();
        assert_eq!(answer["result"]["structuredContent"], json!({"called_with": format!("Bearer {key}")}));
    }
}

#[tokio::test]
async fn a_session_of_another_key_is_no_session() {
    let api = api();
    let url = start(&api).await;
    let one = as_key(&url, "one").begun().await;
    let thief = one.with("authorization", "Bearer two");
    assert_eq!(thief.post(call("users_me", json!({}))).await.status, 404);
    assert_eq!(thief.send(Method::DELETE, "").await.status, 404);
    assert!(api.seen().is_empty());
    // It is still there for whom it is.
    assert_eq!(one.post(call("users_me", json!({}))).await.status, 200);
    let revoked = one.with("authorization", "Bearer gone");
    assert_eq!(revoked.post(call("users_me", json!({}))).await.status, 401);
}

#[tokio::test]
async fn the_public_address_and_this_machine_are_its_hosts() {
    let api = api();
    let url = start(&api).await;
    let hand = as_key(&url, "one").begun().await;
    let answer =
        async |name, value: &str| hand.with(name, value).post(call("users_me", json!({}))).await.status.as_u16();
    for host in ["heddle.example.com", "heddle.example.com:443", "localhost:8080"] {
        assert_eq!(answer("host", host).await, 200, "{host}");
    }
    for host in ["example.com", "heddle.example.com.evil.org", "10.0.0.1"] {
        assert_eq!(answer("host", host).await, 403, "{host}");
    }
    for (origin, status) in [
        ("https://heddle.example.com", 200),
        ("http://localhost:5173", 200),
        ("http://heddle.example.com", 403),
        ("https://heddle.example.com:8443", 403),
        ("https://evil.org", 403),
    ] {
        assert_eq!(answer("origin", origin).await, status, "{origin}");
    }
}

#[tokio::test]
async fn no_file_of_the_server_can_be_named() {
    let api = api();
    let url = start(&api).await;
    let hand = as_key(&url, "one").begun().await;
    let tools = hand.post(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).await.json();
    for tool in tools["result"]["tools"].as_array().expect("tools") {
        let properties = tool["inputSchema"]["properties"].as_object().expect("properties");
        for name in ["path", "out", "manifest"] {
            assert!(!properties.contains_key(name), "{} takes {name}", tool["name"]);
        }
    }
    let refused = hand.post(call("files_upload", json!({"path": "/etc/passwd"}))).await.json();
    assert_eq!(refused["result"]["isError"], true);
    assert!(api.seen().is_empty());
}

#[tokio::test]
async fn a_request_that_is_too_large_is_refused() {
    let api = api();
    let url = start(&api).await;
    let hand = as_key(&url, "one").begun().await;
    // Eight MiB of file fit, as text that needs an escape for each character too.
    let content = "\n".repeat(8 << 20);
    assert_eq!(hand.post(call("files_upload", json!({"name": "a", "content": content}))).await.status, 200);
    assert_eq!(api.seen().len(), 1);
    let content = "x".repeat(19 << 20);
    assert_eq!(hand.post(call("files_upload", json!({"name": "a", "content": content}))).await.status, 413);
    assert_eq!(api.seen().len(), 1);
}

/// Time is not waited for: it goes on as soon as everybody waits for it.
#[tokio::test(start_paused = true)]
async fn what_takes_too_long_does_not_keep_the_server() {
    let (answer, never) = std::sync::mpsc::channel::<()>();
    let never = std::sync::Mutex::new(never);
    let api = Stub::new(move |_| {
        let _ = never.lock().expect("a lock").recv();
        Reply::json(200, "{}")
    });
    let stop = CancellationToken::new();
    let remote = beside(&api, stop.clone());
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "users_me", "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }},
    });
    let request = Request::post("/mcp")
        .header("host", "localhost")
        .header("authorization", "Bearer one")
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", "users_me")
        .body(axum::body::Body::from(body.to_string()))
        .expect("a request");
    stop.cancel();
    let begun = tokio::time::Instant::now();
    let got = remote.oneshot(request).await.expect("an answer");
    let took = begun.elapsed().as_secs_f64();
    assert_eq!(got.status(), 503);
    assert!((5.0..6.0).contains(&took), "{took} seconds");
    drop(answer);
}
