//! Routing and retries over real connections.

use std::sync::Arc;
use std::time::Duration;

use heddle_gateway::{Anthropic, ChatRequest, ChatResponse, Error, Gateway, OpenAi, StopReason, StreamEvent};
use serde_json::{Value, json};

use crate::support::{KEY, Reply, Upstream, deltas, simple, text};

const GREETING: &str = r#"data: {"model":"gpt-test","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}

data: {"model":"gpt-test","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]

"#;

fn error(status: u16) -> Reply {
    let body = json!({ "error": { "message": "no", "type": "error", "code": Value::Null } });
    Reply::error(status, body)
}

fn gateway(upstream: &Upstream) -> Gateway {
    let openai = OpenAi::new(&format!("{}/v1", upstream.base), KEY).unwrap();
    let anthropic = Anthropic::new(&upstream.base, KEY).unwrap();
    Gateway::new()
        .with_provider(Arc::new(openai))
        .with_provider(Arc::new(anthropic))
        .with_backoff(Duration::from_millis(1))
}

/// The answer, the events and the number of requests for these replies.
async fn outcome(
    replies: impl IntoIterator<Item = Reply>,
    request: &ChatRequest,
) -> (Result<ChatResponse, Error>, Vec<StreamEvent>, usize) {
    let upstream = Upstream::start(replies).await;
    let mut events = vec![];
    let answer = gateway(&upstream).chat(request, &mut |event| events.push(event)).await;
    (answer, events, upstream.seen().len())
}

#[tokio::test]
async fn passing_troubles_are_tried_again() {
    let limited = error(429).header("retry-after", "0");
    let cut = Reply::sse(": nothing yet\n\n").cut();
    let replies = [limited, error(529), cut, Reply::sse(GREETING)];
    let (answer, events, requests) = outcome(replies, &simple("gpt-test")).await;
    let answer = answer.unwrap();
    assert_eq!(answer.content, [text("Hi")]);
    assert_eq!(answer.stop, StopReason::EndTurn);
    assert_eq!(events, deltas(&["Hi"]));
    assert_eq!(requests, 4);
}

#[tokio::test]
async fn four_attempts_are_enough() {
    let replies = [error(500), error(500), error(500), error(529), Reply::sse(GREETING)];
    let (answer, _, requests) = outcome(replies, &simple("gpt-test")).await;
    assert_eq!((answer, requests), (Err(Error::Overloaded), 4));
}

#[tokio::test]
async fn lasting_troubles_are_not_tried_again() {
    for status in [400, 401, 403, 404] {
        let replies = [error(status), Reply::sse(GREETING)];
        let (answer, _, requests) = outcome(replies, &simple("gpt-test")).await;
        assert!(answer.is_err());
        assert_eq!(requests, 1, "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_began_is_not_begun_again() {
    let begun = Reply::sse(&GREETING[..GREETING.len() / 2]).cut();
    let (answer, events, requests) = outcome([begun, Reply::sse(GREETING)], &simple("gpt-test")).await;
    assert!(matches!(answer, Err(Error::Protocol(_))));
    assert_eq!((events, requests), (deltas(&["Hi"]), 1));
}

#[tokio::test]
async fn the_prefix_chooses_the_provider_and_is_taken_off() {
    let upstream = Upstream::start([]).await;
    for (model, path, sent) in [
        ("openai/claude-test", "/v1/chat/completions", "claude-test"),
        ("anthropic/gpt-test", "/v1/messages", "gpt-test"),
        ("claude-test", "/v1/messages", "claude-test"),
        ("gpt-test", "/v1/chat/completions", "gpt-test"),
    ] {
        // One that has not seen the failures of the others.
        let gateway = gateway(&upstream).with_backoff(Duration::ZERO);
        assert!(gateway.serves(model));
        let answer = gateway.chat(&simple(model), &mut |_| {}).await;
        assert!(matches!(answer, Err(Error::Upstream { status: 599, .. })));
        let seen = upstream.seen();
        assert_eq!((seen[0].path.as_str(), &seen[0].body["model"]), (path, &json!(sent)));
    }
}

#[tokio::test]
async fn an_unserved_model_asks_nobody() {
    let (answer, _, requests) = outcome([], &simple("llama")).await;
    let expected = Error::NoProvider { model: "llama".into() };
    assert_eq!((answer, requests), (Err(expected), 0));
}

#[tokio::test]
async fn nobody_listening_is_a_network_error() {
    let port = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let base = format!("http://user:pass-{KEY}@127.0.0.1:{port}");
    let gateway =
        Gateway::new().with_provider(Arc::new(OpenAi::new(&base, KEY).unwrap())).with_backoff(Duration::from_millis(1));
    let error = gateway.chat(&simple("gpt-test"), &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, Error::Network(_)), "{error:?}");
    let shown = format!("{error} {error:?} {gateway:?}");
    assert!(!shown.contains(KEY) && !shown.contains("pass"), "{shown}");
}

#[tokio::test]
async fn a_call_can_run_on_another_thread() {
    let upstream = Upstream::start([Reply::sse(GREETING)]).await;
    let gateway = gateway(&upstream);
    let call = tokio::spawn(async move { gateway.chat(&simple("gpt-test"), &mut |_| {}).await });
    assert_eq!(call.await.unwrap().unwrap().content, [text("Hi")]);
}
