//! Vertex AI.

use std::time::Duration;

use axum::{Json, Router, extract::State, routing::post};
use heddle_gateway::{
    ChatRequest, Content, Effort, Error, Gateway, ImageSource, Message, Role, ServiceAccount, StopReason, StreamEvent,
    ToolChoice, Usage, Vertex,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use crate::support::{Reply, Upstream, ask, full, simple, text, user};

/// A key that was made for these tests and opens nothing.
const PEM: &str = include_str!("test-key.pem");

/// Gives out tokens that live so long, and keeps what it was asked with.
struct Tokens {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Tokens {
    async fn start(expires_in: u64) -> Self {
        async fn give(State((asked, expires_in)): State<(Arc<Mutex<Vec<String>>>, u64)>, form: String) -> Json<Value> {
            let mut asked = asked.lock().unwrap();
            asked.push(form);
            Json(
                json!({"access_token": format!("ya29.{}", asked.len()), "expires_in": expires_in, "token_type": "Bearer"}),
            )
        }
        let asked = Arc::default();
        let router = Router::new().route("/token", post(give)).with_state((Arc::clone(&asked), expires_in));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn account(token_uri: &str) -> ServiceAccount {
    let file = json!({
        "type": "service_account", "project_id": "weave-1", "private_key_id": "k1", "private_key": PEM,
        "client_email": "heddle@weave-1.iam.gserviceaccount.com", "token_uri": token_uri,
    });
    ServiceAccount::parse(&file.to_string()).unwrap()
}

fn vertex(upstream: &Upstream, tokens: &Tokens) -> Vertex {
    Vertex::new(account(&tokens.url), None, Some("europe-west6"), Some(&upstream.base)).unwrap()
}

fn stream(chunks: &[Value]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\r\n\r\n")).collect()
}

fn chunk(parts: Value) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": parts}}], "modelVersion": "gemini-test-001"})
}

fn last(reason: &str) -> Value {
    json!({
        "candidates": [{"content": {"role": "model", "parts": [{"text": ""}]}, "finishReason": reason}],
        "usageMetadata": {"promptTokenCount": 50, "candidatesTokenCount": 7, "thoughtsTokenCount": 5, "cachedContentTokenCount": 20, "totalTokenCount": 62},
    })
}

#[tokio::test]
async fn an_answer_is_put_together_and_the_token_is_kept() {
    let tokens = Tokens::start(3600).await;
    let body = stream(&[
        chunk(json!([{"text": "Hm.", "thought": true}])),
        chunk(json!([{"text": "Grüezi "}])),
        chunk(json!([{"text": "🧵!"}])),
        last("STOP"),
    ]);
    for piece in [1, 5, usize::MAX] {
        let upstream = Upstream::start([Reply::sse(body.clone()).in_pieces(piece), Reply::sse(body.clone())]).await;
        let vertex = vertex(&upstream, &tokens);
        for _ in 0..2 {
            let (answer, events) = ask(&vertex, &simple("gemini-test")).await;
            let answer = answer.unwrap();
            assert_eq!((answer.model.as_str(), &answer.content), ("gemini-test-001", &vec![text("Grüezi 🧵!")]));
            let usage =
                Usage { input_tokens: 50, output_tokens: 12, cached_input_tokens: 20, cache_write_input_tokens: 0 };
            assert_eq!((answer.stop, answer.usage), (StopReason::EndTurn, usage));
            assert_eq!(events[0], StreamEvent::ReasoningDelta("Hm.".into()));
            assert_eq!(events[1], StreamEvent::TextDelta("Grüezi ".into()));
        }
        let seen = upstream.seen();
        let path = "/v1/projects/weave-1/locations/europe-west6/publishers/google/models/gemini-test:streamGenerateContent?alt=sse";
        assert_eq!(seen[0].path, path);
        assert_eq!(seen[0].headers["authorization"], seen[1].headers["authorization"], "one token for both");
    }
    assert_eq!(tokens.asked().len(), 3, "one for each account");
}

#[tokio::test]
async fn a_token_is_asked_for_with_a_signed_assertion_and_again_before_it_ends() {
    use base64::{
        Engine,
        engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
    };
    use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};

    // Within a minute of its end a token is not used any more, so each call asks anew.
    let tokens = Tokens::start(59).await;
    let answer = || Reply::sse(stream(&[last("STOP")]));
    let upstream = Upstream::start([answer(), answer()]).await;
    let vertex = vertex(&upstream, &tokens);
    for _ in 0..2 {
        assert!(ask(&vertex, &simple("gemini-test")).await.0.is_ok());
    }
    let seen = upstream.seen();
    assert_eq!(
        (&seen[0].headers["authorization"], &seen[1].headers["authorization"]),
        (&"Bearer ya29.1".parse().unwrap(), &"Bearer ya29.2".parse().unwrap())
    );
    let asked = &tokens.asked()[0];
    let assertion =
        asked.strip_prefix("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=").unwrap();
    let (text, signature) = assertion.rsplit_once('.').unwrap();
    let der: String = PEM.lines().filter(|line| !line.starts_with('-')).collect();
    let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(der).unwrap()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref().to_vec());
    public.verify(text.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).expect("it is signed");
    let claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text.split_once('.').unwrap().1).unwrap()).unwrap();
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&json!("heddle@weave-1.iam.gserviceaccount.com"), &json!(tokens.url))
    );
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
}

#[tokio::test]
async fn everything_that_can_be_asked_is_translated() {
    let tokens = Tokens::start(3600).await;
    let upstream = Upstream::start([Reply::sse(stream(&[last("STOP")]))]).await;
    let mut request: ChatRequest = full("gemini-3-pro");
    let png = ImageSource::Base64 { media_type: "image/png".into(), data: "AAAA".into() };
    request.messages[0].content.push(Content::Image { source: png });
    let signature = Content::Opaque { provider: "vertex".into(), data: json!({"thoughtSignature": "sig"}) };
    request.messages[1].content.insert(1, signature);
    request.tool_choice = Some(ToolChoice::Tool("weather".into()));
    request.effort = Some(Effort::Low);
    ask(&vertex(&upstream, &tokens), &request).await.0.unwrap();
    let body = &upstream.seen()[0].body;
    let schema = &request.tools[0].input_schema;
    assert_eq!(
        body,
        &json!({
            "contents": [
                {"role": "user", "parts": [{"text": "Weather in Zürich and Bern?"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]},
                {"role": "model", "parts": [
                    {"text": "I look."},
                    {"functionCall": {"name": "weather", "args": {"city": "Zürich"}}, "thoughtSignature": "sig"},
                    {"functionCall": {"name": "weather", "args": {"city": "Bern"}}},
                ]},
                {"role": "user", "parts": [
                    {"functionResponse": {"name": "weather", "response": {"output": "sunny"}}},
                    {"functionResponse": {"name": "weather", "response": {"error": "no such station"}}},
                    {"text": "Quick!"},
                ]},
            ],
            "generationConfig": {"maxOutputTokens": 1000, "temperature": body["generationConfig"]["temperature"], "thinkingConfig": {"thinkingLevel": "LOW"}},
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "tools": [{"functionDeclarations": [{"name": "weather", "description": "The weather now.", "parametersJsonSchema": schema}]}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}},
        })
    );
    assert!((body["generationConfig"]["temperature"].as_f64().unwrap() - 0.7).abs() < 1e-6);
}

#[tokio::test]
async fn parallel_calls_get_ids_and_keep_their_signature() {
    let tokens = Tokens::start(3600).await;
    let calls = json!([
        {"functionCall": {"name": "weather", "args": {"city": "Zürich"}}, "thoughtSignature": "sig"},
        {"functionCall": {"name": "weather", "args": {"city": "Bern"}}},
    ]);
    let upstream = Upstream::start([
        Reply::sse(stream(&[chunk(calls.clone()), last("STOP")])),
        Reply::sse(stream(&[last("STOP")])),
    ])
    .await;
    let vertex = vertex(&upstream, &tokens);
    let (answer, _) = ask(&vertex, &simple("gemini-test")).await;
    let answer = answer.unwrap();
    assert_eq!(answer.stop, StopReason::ToolUse);
    let ids: Vec<&str> = answer
        .content
        .iter()
        .filter_map(|c| if let Content::ToolCall { id, .. } = c { Some(id.as_str()) } else { None })
        .collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
    // Given back, they are what came.
    let mut request = simple("gemini-test");
    let result = |id: &str| Content::ToolResult { id: id.into(), output: "sunny".into(), is_error: false };
    let results = ids.iter().map(|id| result(id)).collect();
    request.messages.push(Message { role: Role::Assistant, content: answer.content.clone() });
    request.messages.push(Message { role: Role::User, content: results });
    ask(&vertex, &request).await.0.unwrap();
    assert_eq!(upstream.seen()[1].body["contents"][1]["parts"], calls);
}

#[tokio::test]
async fn failures_are_told_apart() {
    let tokens = Tokens::start(3600).await;
    let error = |status: u16, word: &str| {
        Reply::error(status, json!([{"error": {"code": status, "message": "no", "status": word}}]))
    };
    let upstream = Upstream::start([
        error(429, "RESOURCE_EXHAUSTED"),
        error(400, "INVALID_ARGUMENT"),
        // A token that was refused is asked for anew, once.
        error(401, "UNAUTHENTICATED"),
        Reply::sse(stream(&[last("STOP")])),
        Reply::sse(stream(&[chunk(json!([{"text": "half"}]))])),
        Reply::sse(stream(&[last("SAFETY")])),
        Reply::sse(stream(&[json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})])),
        Reply::sse("data: {nonsense\n\n"),
        Reply::sse(stream(&[json!({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}})])),
    ])
    .await;
    let vertex = vertex(&upstream, &tokens);
    let mut outcomes = Vec::new();
    for _ in 0..8 {
        outcomes.push(ask(&vertex, &simple("gemini-test")).await.0);
    }
    assert_eq!(outcomes[0], Err(Error::RateLimited { retry_after: None }));
    assert_eq!(outcomes[1], Err(Error::InvalidRequest("no".into())));
    assert!(outcomes[2].is_ok(), "{:?}", outcomes[2]);
    assert_eq!(tokens.asked().len(), 2);
    assert!(matches!(outcomes[3], Err(Error::Protocol(_))), "{:?}", outcomes[3]);
    for refused in &outcomes[4..6] {
        assert_eq!(refused.as_ref().unwrap().stop, StopReason::Refusal);
    }
    assert!(matches!(outcomes[6], Err(Error::Protocol(_))), "{:?}", outcomes[6]);
    assert_eq!(outcomes[7], Err(Error::Overloaded));
    let (odd, _) = ask(&vertex, &simple("../secrets")).await;
    assert!(matches!(odd, Err(Error::InvalidRequest(_))));
}

#[tokio::test]
async fn a_result_without_its_call_is_refused() {
    let tokens = Tokens::start(3600).await;
    let upstream = Upstream::start([]).await;
    let mut request = simple("gemini-test");
    request.messages.push(Message {
        role: Role::User,
        content: vec![Content::ToolResult { id: "a".into(), output: String::new(), is_error: false }],
    });
    request.messages.push(user("?"));
    let (answer, _) = ask(&vertex(&upstream, &tokens), &request).await;
    assert!(matches!(answer, Err(Error::InvalidRequest(_))), "{answer:?}");
}

#[tokio::test]
async fn an_account_that_google_does_not_know_is_told_as_such() {
    let upstream = Upstream::start([]).await;
    // Nobody gives out tokens there.
    let nowhere = account("http://127.0.0.1:1/token");
    let vertex = Vertex::new(nowhere, Some("p"), None, Some(&upstream.base)).unwrap();
    let gateway = Gateway::new().with_provider(Arc::new(vertex)).with_backoff(Duration::ZERO);
    let answer = gateway.chat(&simple("gemini-test"), &mut |_| {}).await;
    assert!(matches!(answer, Err(Error::Network(_))), "{answer:?}");
    assert!(upstream.seen().is_empty());
    for file in ["", "{}", r#"{"client_email": "a", "private_key": "b"}"#] {
        let error = ServiceAccount::parse(file).err().unwrap();
        assert!(matches!(error, Error::InvalidRequest(_)) && !error.to_string().contains("\"b\""));
    }
}

#[tokio::test]
async fn models_of_anthropic_are_asked_in_their_own_format() {
    let tokens = Tokens::start(3600).await;
    let events = [
        json!({"type": "message_start", "message": {"model": "claude-test-001", "usage": {"input_tokens": 9, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Grüezi"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}}),
        json!({"type": "message_stop"}),
    ];
    let body: String =
        events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())).collect();
    let upstream = Upstream::start([
        Reply::sse(body),
        Reply::error(429, json!({"type": "error", "error": {"type": "rate_limit_error", "message": "slow"}})),
    ])
    .await;
    let vertex = vertex(&upstream, &tokens);
    let (answer, heard) = ask(&vertex, &full("claude-test@20250514")).await;
    let answer = answer.unwrap();
    assert_eq!((answer.model.as_str(), &answer.content), ("claude-test-001", &vec![text("Grüezi")]));
    assert_eq!((answer.usage.input_tokens, answer.usage.output_tokens, answer.stop), (9, 3, StopReason::EndTurn));
    assert_eq!(heard, [StreamEvent::TextDelta("Grüezi".into())]);
    let seen = &upstream.seen()[0];
    assert_eq!(
        seen.path,
        "/v1/projects/weave-1/locations/europe-west6/publishers/anthropic/models/claude-test@20250514:streamRawPredict"
    );
    assert_eq!(seen.headers["authorization"], "Bearer ya29.1");
    assert_eq!((&seen.body["anthropic_version"], &seen.body["stream"]), (&json!("vertex-2023-10-16"), &json!(true)));
    assert!(seen.body.get("model").is_none() && seen.body["tools"][0]["input_schema"].is_object(), "{}", seen.body);
    let (limited, _) = ask(&vertex, &simple("claude-test@20250514")).await;
    assert_eq!(limited, Err(Error::RateLimited { retry_after: None }));
}
