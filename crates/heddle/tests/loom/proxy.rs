//! Calls in one shape for all providers.

use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::{
    house::House,
    support::{Browser, Client},
};

/// A request to the played provider.
fn request(provider: &str, script: &str) -> Json {
    let maker = if provider == "anthropic" { "claude" } else { "gpt" };
    json!({"model": format!("{maker}-test-{script}"), "messages": [{"role": "user", "content": "one two three"}]})
}

/// The events of a stream: each must be named `llm`.
fn events(text: &str) -> Vec<Json> {
    let blocks = text.split("\n\n").filter(|block| !block.trim().is_empty() && !block.starts_with(':'));
    let events = blocks.map(|block| {
        let data = block.strip_prefix("event: llm\ndata: ").unwrap_or_else(|| panic!("no event of ours: {block}"));
        serde_json::from_str(data).unwrap()
    });
    events.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_has_the_same_shape_whoever_gives_it() {
    let house = House::new().await;
    for provider in ["anthropic", "openai"] {
        let path = format!("/proxy/{provider}/complete");
        let answer = house.owner.post(&path, request(provider, "tools")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = &answer.body;
        assert_eq!(
            (&body["message"]["role"], &body["message"]["content"]),
            (&json!("assistant"), &json!("one two three"))
        );
        let cities: Vec<_> =
            body["tool_calls"].as_array().unwrap().iter().map(|call| &call["arguments"]["city"]).collect();
        assert_eq!(cities, ["Zürich", "Bern"], "{body}");
        assert_eq!(body["tool_calls"][0]["tool_name"], "weather");
        assert_eq!(body["finish_reason"], "tool_use");
        let usage = ["input_tokens", "output_tokens", "cached_input_tokens"].map(|name| body["usage"][name].clone());
        assert_eq!(usage, [json!(115), json!(20), json!(100)]);
        let call = house.settled().await;
        let told = ["surface", "provider", "outcome", "input_tokens", "output_tokens"].map(|name| call[name].clone());
        assert_eq!(told, [json!("complete"), json!(provider), json!("ok"), json!(115), json!(20)], "{call}");
        assert!(call["first_micros"].is_i64() && call["estimated"] == false, "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_each_piece_and_then_the_whole() {
    let house = House::new().await;
    for provider in ["anthropic", "openai"] {
        for script in ["tools", "drip"] {
            let answer = house.owner.post(&format!("/proxy/{provider}/stream"), request(provider, script)).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/event-stream"));
            let events = events(&answer.text);
            let of = |kind: &str| events.iter().filter(|event| event["type"] == kind).collect::<Vec<_>>();
            let text: String = of("text_delta").iter().map(|event| event["content"].as_str().unwrap()).collect();
            assert_eq!(text, "one two three");
            let last = events.last().unwrap();
            assert_eq!(last["type"], "completed", "{last}");
            assert_eq!(last["response"]["message"]["content"], "one two three");
            if script == "tools" {
                let id = last["response"]["tool_calls"][1]["id"].clone();
                let pieces = of("tool_call_delta").into_iter().filter(|event| event["call_id"] == id);
                let pieces: String = pieces.map(|event| event["arguments_fragment"].as_str().unwrap()).collect();
                assert_eq!(serde_json::from_str::<Json>(&pieces).unwrap(), json!({"city": "Bern"}));
            }
            assert_eq!(house.settled().await["surface"], "stream");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_translated_for_each_provider() {
    let house = House::new().await;
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let body = |model: &str| {
        json!({
            "model": model, "system": "Be brief.", "max_tokens": 50, "temperature": 0.5, "tool_choice": "required",
            "tools": [{"name": "weather", "description": "Now.", "input_schema": schema}],
            "messages": [
                {"role": "system", "content": "Speak German."},
                {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image", "media_type": "image/png", "data": "AAAA"}]},
                {"role": "assistant", "content": "I look.", "tool_calls": [
                    {"id": "a", "tool_name": "weather", "arguments": {"city": "Zürich"}},
                    {"id": "b", "tool_name": "weather", "arguments": "{\"city\": \"Bern\"}"}]},
                {"role": "tool", "tool_call_id": "a", "content": "sunny"},
                {"role": "tool", "tool_call_id": "b", "content": "no station", "is_error": true},
            ],
        })
    };
    house.owner.post("/proxy/anthropic/complete", body("claude-3-opus")).await;
    let asked = house.upstream.last().json();
    assert_eq!((&asked["system"], &asked["max_tokens"]), (&json!("Be brief.\n\nSpeak German."), &json!(50)));
    assert_eq!((&asked["temperature"], &asked["tool_choice"]), (&json!(0.5), &json!({"type": "any"})));
    assert_eq!(asked["tools"], json!([{"name": "weather", "description": "Now.", "input_schema": schema}]));
    assert_eq!(
        asked["messages"],
        json!([
            {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}]},
            {"role": "assistant", "content": [{"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "a", "name": "weather", "input": {"city": "Zürich"}},
                {"type": "tool_use", "id": "b", "name": "weather", "input": {"city": "Bern"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "sunny", "is_error": false},
                {"type": "tool_result", "tool_use_id": "b", "content": "no station", "is_error": true}]},
        ])
    );
    house.owner.post("/proxy/openai/complete", body("gpt-4o")).await;
    let asked = house.upstream.last().json();
    assert_eq!((&asked["max_completion_tokens"], &asked["tool_choice"]), (&json!(50), &json!("required")));
    let messages = asked["messages"].as_array().unwrap();
    assert_eq!(messages[0], json!({"role": "system", "content": "Be brief.\n\nSpeak German."}));
    assert_eq!(
        messages[1]["content"][1],
        json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}})
    );
    assert_eq!(messages[2]["tool_calls"][1]["function"]["name"], "weather");
    assert_eq!(messages[3], json!({"role": "tool", "tool_call_id": "a", "content": "sunny"}));
    assert_eq!(messages[4], json!({"role": "tool", "tool_call_id": "b", "content": "Error: no station"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn reasoning_goes_back_as_it_came() {
    let house = House::new().await;
    let mut body = request("anthropic", "thinking");
    body["include_reasoning"] = json!(true);
    let answer = house.owner.post("/proxy/anthropic/stream", body.clone()).await;
    let events = events(&answer.text);
    assert_eq!(events[0], json!({"type": "reasoning_delta", "content": "Let me think."}));
    let message = events.last().unwrap()["response"]["message"].clone();
    assert_eq!(message["content"], "one two three");
    let messages = body["messages"].as_array_mut().unwrap();
    messages.extend([message, json!({"role": "user", "content": "And?"})]);
    house.owner.post("/proxy/anthropic/complete", body).await;
    let asked = house.upstream.last().json();
    assert_eq!(
        asked["messages"][1]["content"],
        json!([{"type": "thinking", "thinking": "Let me think.", "signature": "sig"}, {"type": "text", "text": "one two three"}])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_have_looms_shape() {
    let house = House::with(|options| options.set("OPENAI_API_KEY", "").set("ANTHROPIC_API_KEY", "sk-a")).await;
    let ask = |path: &str, body: Json| {
        let request = house.owner.request(Method::POST, path).header("user-agent", "loom/linux/1a2b3c").json(&body);
        house.owner.send(request)
    };
    for (path, body, status, word, tells) in [
        (
            "/proxy/anthropic/complete",
            request("anthropic", "400"),
            400,
            "invalid_request",
            "it is invalid_request_error",
        ),
        ("/proxy/anthropic/stream", request("anthropic", "404"), 400, "invalid_request", "it is not_found_error"),
        ("/proxy/anthropic/stream", request("anthropic", "html"), 503, "provider_answer_broken", "closing event"),
        ("/proxy/openai/complete", request("openai", "plain"), 503, "provider_not_configured", "OPENAI_API_KEY"),
        ("/proxy/zai/stream", request("openai", "plain"), 503, "provider_not_configured", "ZAI_API_KEY"),
        (
            "/proxy/vertex/complete",
            request("openai", "plain"),
            503,
            "provider_not_configured",
            "GOOGLE_APPLICATION_CREDENTIALS",
        ),
        ("/proxy/other/complete", request("openai", "plain"), 404, "not_found", "other"),
        ("/proxy/anthropic/other", json!({}), 404, "not_found", ""),
        ("/proxy/anthropic/complete", json!({"model": "m"}), 400, "validation_error", "messages"),
        ("/proxy/anthropic/complete", json!({"model": "m", "messages": []}), 400, "validation_error", "messages"),
    ] {
        let answer = ask(path, body).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (status, &json!(word)), "{path} {}", answer.text);
        assert!(answer.body["message"].as_str().unwrap().contains(tells), "{}", answer.text);
        assert_eq!(answer.body["server_version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(answer.body["client_version"], "1a2b3c");
    }
    let nobody =
        Client::new(&house.server.url, None).post("/proxy/anthropic/complete", request("anthropic", "plain")).await;
    assert_eq!((nobody.status.as_u16(), &nobody.body["error"]), (401, &json!("unauthorized")));
    assert!(nobody.body["client_version"].is_null(), "{}", nobody.text);
    let large = json!({"model": "m", "messages": [{"role": "user", "content": "x".repeat(33 << 20)}]});
    assert_eq!(ask("/proxy/anthropic/complete", large).await.status, 413);
    for (field, value) in [
        ("tools", json!([{"name": "t", "input_schema": {"type": "no such type"}}])),
        ("tools", json!([{"name": "t", "input_schema": []}])),
        ("temperature", json!(1.5)),
        ("max_tokens", json!(0)),
        ("reasoning_effort", json!("endless")),
        ("messages", json!([{"role": "tool", "content": "x"}])),
        ("messages", json!([{"role": "user", "content": [{"type": "image"}]}])),
        (
            "messages",
            json!([{"role": "user", "content": "x", "tool_calls": [{"id": "a", "tool_name": "b", "arguments": {}}]}]),
        ),
        ("messages", json!([{"role": "assistant", "tool_calls": [{"id": "a", "tool_name": "b", "arguments": "[1"}]}])),
    ] {
        let mut body = request("anthropic", "plain");
        body[field] = value.clone();
        let answer = ask("/proxy/anthropic/complete", body).await;
        assert_eq!(answer.status, 400, "{field} {value} {}", answer.text);
        assert!(answer.body["message"].as_str().unwrap().contains(field), "{field} {value} {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_provider_is_a_503_with_seconds() {
    let house = House::with(|options| options.set("ANTHROPIC_API_KEY", "sk-throttled-1")).await;
    for path in ["/proxy/anthropic/complete", "/proxy/anthropic/stream"] {
        let answer = house.owner.post(path, request("anthropic", "plain")).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (503, &json!("rate_limited")), "{}", answer.text);
        let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((25..=30).contains(&seconds), "{seconds}");
        assert_eq!(answer.body["message"], format!("LLM rate limited; retry after {seconds} seconds"));
    }
    // Limits of our own say the same.
    house.limit(json!([{"subject": "key", "measure": "requests", "period": "month", "most": 0}])).await;
    let answer = house.owner.post("/proxy/anthropic/stream", request("anthropic", "plain")).await;
    assert_eq!((answer.status.as_u16(), &answer.body["error"]), (503, &json!("rate_limited")), "{}", answer.text);
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_provider_is_asked_again_before_the_first_byte_only() {
    let house = House::new().await;
    let answer = house.owner.post("/proxy/anthropic/stream", request("anthropic", "529")).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body["error"]),
        (503, &json!("provider_overloaded")),
        "{}",
        answer.text
    );
    assert_eq!(house.upstream.asked().len(), 4);
    assert_eq!(house.calls().await.len(), 1, "one call, however often it is tried");
    for (script, word) in
        [("broken", "provider_overloaded"), ("early", "provider_answer_broken"), ("cut", "provider_answer_broken")]
    {
        let house = House::new().await;
        let mut body = request("anthropic", script);
        // So long that half of the stream holds some of it.
        body["messages"][0]["content"] = json!("word ".repeat(20));
        let answer = house.owner.post("/proxy/anthropic/stream", body).await;
        assert_eq!(answer.status, 200, "{script} {}", answer.text);
        let events = events(&answer.text);
        assert_eq!(events[0]["type"], "text_delta", "{script} {}", answer.text);
        let last = events.last().unwrap();
        assert_eq!((&last["type"], &last["error"]), (&json!("error"), &json!(word)), "{script} {last}");
        assert_eq!(house.upstream.asked().len(), 1, "{script}");
        let call = house.settled().await;
        assert!(call["outcome"] == "error" && call["estimated"] == true, "{script} {call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_a_stream_ends_the_call() {
    let house = House::new().await;
    let begin = house.owner.request(Method::POST, "/proxy/openai/stream").json(&request("openai", "endless"));
    let mut body = begin.send().await.unwrap().bytes_stream();
    assert!(body.next().await.unwrap().is_ok());
    drop(body);
    house.upstream.gone.notified().await;
    assert_eq!(house.settled().await["outcome"], "cancelled");
    // One that waits for the whole answer, too.
    let begin = house.owner.request(Method::POST, "/proxy/openai/complete").json(&request("openai", "endless"));
    let waiting = tokio::spawn(begin.send());
    house.upstream.begun.notified().await;
    house.upstream.begun.notified().await;
    waiting.abort();
    house.upstream.gone.notified().await;
    assert_eq!(house.settled().await["outcome"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_call_with_their_session_and_its_token() {
    let house = House::new().await;
    Browser::set_password(&house.server, &house.email, "a password of the tests").await;
    let browser = Browser::sign_in(&house.server, &house.email, "a password of the tests").await;
    let answer = browser.send(Method::POST, "/proxy/anthropic/complete", request("anthropic", "plain")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(house.settled().await["key_id"].is_null());
    let without = Client::new(&house.server.url, None).request(Method::POST, "/proxy/anthropic/complete");
    let cookie = browser.request(Method::GET, "/v1/session").build().unwrap().headers()["cookie"].clone();
    // One without the token, from another site's page.
    let without = without
        .header("cookie", cookie)
        .header("sec-fetch-site", "cross-site")
        .json(&request("anthropic", "plain"))
        .send()
        .await
        .unwrap();
    assert_eq!(without.status(), 403);
    let body: Json = without.json().await.unwrap();
    assert_eq!(body["error"], "csrf_token_invalid");
    assert_eq!(house.upstream.asked().len(), 1);
}
