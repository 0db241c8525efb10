//! Z.ai and other servers that speak OpenAI's API.

use heddle_gateway::{Content, Effort, Message, OpenAi, Role, StreamEvent};
use serde_json::json;

use crate::support::{KEY, Reply, Upstream, ask, simple, text, user};

fn chunk(delta: serde_json::Value, reason: serde_json::Value) -> String {
    let chunk = json!({"model": "glm-5", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
    format!("data: {chunk}\n\n")
}

fn thought() -> String {
    [
        chunk(json!({"role": "assistant", "reasoning_content": "Let me "}), json!(null)),
        chunk(json!({"reasoning_content": "think."}), json!(null)),
        chunk(json!({"content": "Yes."}), json!(null)),
        chunk(json!({}), json!("stop")),
        "data: [DONE]\n\n".into(),
    ]
    .concat()
}

#[tokio::test]
async fn zai_shows_its_reasoning_and_takes_it_back() {
    let upstream = Upstream::start([Reply::sse(thought()), Reply::sse(thought())]).await;
    let zai = OpenAi::zai(&upstream.base, KEY).unwrap();
    let mut request = simple("glm-5");
    request.temperature = Some(0.5);
    request.effort = Some(Effort::High);
    let (answer, events) = ask(&zai, &request).await;
    let answer = answer.unwrap();
    let reasoning = |piece: &str| StreamEvent::ReasoningDelta(piece.into());
    assert_eq!(events, [reasoning("Let me "), reasoning("think."), StreamEvent::TextDelta("Yes.".into())]);
    assert_eq!(answer.content[1], text("Yes."));
    let elsewhere = Content::Opaque { provider: "anthropic".into(), data: json!({"reasoning_content": "other"}) };
    let mut content = answer.content;
    content.push(elsewhere);
    request.messages.extend([Message { role: Role::Assistant, content }, user("Sure?")]);
    ask(&zai, &request).await.0.unwrap();
    let seen = upstream.seen();
    assert_eq!(seen[0].path, "/chat/completions");
    assert_eq!(seen[0].headers["authorization"], format!("Bearer {KEY}"));
    let body = &seen[1].body;
    assert_eq!(
        body["messages"][1],
        json!({"role": "assistant", "content": "Yes.", "reasoning_content": "Let me think."})
    );
    assert_eq!((&body["max_tokens"], &body["temperature"]), (&json!(100), &json!(0.5)));
    assert!(body.get("max_completion_tokens").is_none() && body.get("reasoning_effort").is_none(), "{body}");
}

#[tokio::test]
async fn a_server_of_ones_own_may_need_no_key() {
    let upstream = Upstream::start([Reply::sse(thought())]).await;
    let ollama = OpenAi::compatible("ollama", &upstream.base, None).unwrap();
    let mut request = simple("gpt-5-like");
    request.temperature = Some(0.5);
    ask(&ollama, &request).await.0.unwrap();
    let seen = upstream.seen();
    assert!(!seen[0].headers.contains_key("authorization"));
    assert_eq!((&seen[0].body["max_tokens"], &seen[0].body["temperature"]), (&json!(100), &json!(0.5)));
    let other = Upstream::start([Reply::error(500, json!({"error": {"message": "out of memory"}}))]).await;
    let error = ask(&OpenAi::compatible("ollama", &other.base, None).unwrap(), &request).await.0.err().unwrap();
    assert_eq!(error.to_string(), "the model provider answered 500: out of memory");
}
