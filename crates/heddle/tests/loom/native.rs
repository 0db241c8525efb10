//! The providers' own APIs, passed through.

use futures::StreamExt;
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::json;

use crate::{
    house::{House, chat, messages},
    support::{Client, World},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_goes_on_byte_for_byte_with_another_key() {
    let house = House::new().await;
    // Spaces, order and escapes that any parser would lose.
    let body = "{ \"model\":\"claude-test-plain\",\n \"max_tokens\":1.0e1, \"messages\":[{\"content\":\"\\u00e9\",\"role\":\"user\"}] }";
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http
        .post(format!("{}/proxy/anthropic/v1/messages?beta=true&x=%2Fa+b", house.server.url))
        .header("x-api-key", &house.key)
        .header("cookie", "other=1")
        .header("anthropic-version", "2023-06-01")
        .header("anthropic-beta", "tools-2026")
        .header("x-forwarded-for", "10.1.2.3")
        .header(CONTENT_TYPE, "application/json")
        .body(body);
    let answer = house.owner.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let asked = house.upstream.last();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/v1/messages?beta=true&x=%2Fa+b"));
    assert_eq!(asked.body, body.as_bytes());
    assert_eq!(asked.header("x-api-key"), "sk-ant-secret");
    assert_eq!((asked.header("anthropic-version"), asked.header("anthropic-beta")), ("2023-06-01", "tools-2026"));
    for name in ["authorization", "cookie", "x-forwarded-for"] {
        assert_eq!(asked.header(name), "", "{name} stays here");
    }
    assert!(!format!("{asked:?}").contains(&house.key));
    assert_eq!(answer.body["content"][0]["text"], "Hello");
    assert_eq!(answer.headers["request-id"], "req_1");

    let call = house.settled().await;
    for (field, value) in [
        ("surface", json!("native")),
        ("provider", json!("anthropic")),
        ("model", json!("claude-test-plain")),
        ("outcome", json!("ok")),
        ("actor_id", json!(house.owner_id)),
        ("input_tokens", json!(115)),
        ("output_tokens", json!(20)),
        ("cached_tokens", json!(100)),
        ("cache_write_tokens", json!(5)),
        ("estimated", json!(false)),
    ] {
        assert_eq!(call[field], value, "{field} of {call}");
    }
    assert!(call["key_id"].is_string() && call["first_micros"].as_i64() <= call["total_micros"].as_i64(), "{call}");
    assert!(!house.server.log().contains("sk-ant-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_pass_as_they_come() {
    let house = House::new().await;
    for script in ["plain", "drip", "tools", "thinking"] {
        for (path, body) in [
            ("/proxy/anthropic/v1/messages", messages(script, "Grüezi mitenand 🧵", true)),
            ("/proxy/openai/v1/chat/completions", chat(script, "Grüezi mitenand 🧵", true)),
        ] {
            let direct = {
                let (name, key) =
                    if path.contains("anthropic") { ("x-api-key", "k") } else { ("authorization", "Bearer k") };
                let url = format!("{}{}", house.upstream.url, &path[path.find("/v1").unwrap()..]);
                let client = reqwest::Client::builder().no_proxy().build().unwrap();
                client.post(url).header(name, key).json(&body).send().await.unwrap().text().await.unwrap()
            };
            let answer = house.owner.post(path, body).await;
            assert_eq!(answer.text, direct, "{script} {path}");
            assert_eq!(answer.headers["content-type"], "text/event-stream");
            let call = house.settled().await;
            let told = [&call["outcome"], &call["input_tokens"], &call["output_tokens"], &call["cached_tokens"]];
            assert_eq!(told, [&json!("ok"), &json!(115), &json!(20), &json!(100)], "{script} {call}");
        }
    }
    let answer = house.owner.post("/proxy/openai/v1/chat/completions", chat("silent", "one two three", true)).await;
    assert_eq!(answer.status, 200);
    let call = house.settled().await;
    assert!(call["estimated"] == true && call["output_tokens"].as_i64().unwrap() >= 3, "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_there_is_shown_as_it_is() {
    let house = House::new().await;
    for (script, status) in [("400", 400), ("404", 404), ("429", 429), ("500", 500), ("529", 529)] {
        let answer = house.owner.post("/proxy/anthropic/v1/messages", messages(script, "Hi", true)).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert_eq!(answer.body["type"], "error");
        let call = house.settled().await;
        assert_eq!(call["outcome"], "error", "{call}");
        assert_eq!((&call["input_tokens"], &call["cost_micros"]), (&json!(0), &json!(0)), "{call}");
        assert_eq!(call["error"], format!("the provider answered {status}"));
    }
    let html = house.owner.post("/proxy/openai/v1/chat/completions", chat("html", "Hi", false)).await;
    assert_eq!((html.status.as_u16(), html.text.as_str()), (200, "<h1>It works!</h1>"));
    for (script, error) in [
        ("broken", "the answer ended with an error"),
        ("early", "the stream ended before its closing event"),
        ("malformed", "the stream ended before its closing event"),
    ] {
        for (path, body) in [
            ("/proxy/anthropic/v1/messages", messages(script, "one two", true)),
            ("/proxy/openai/v1/chat/completions", chat(script, "one two", true)),
        ] {
            house.owner.post(path, body).await;
            let call = house.settled().await;
            assert_eq!((&call["outcome"], &call["error"]), (&json!("error"), &json!(error)), "{script} {path} {call}");
        }
    }
    // A connection that is cut there is cut here.
    let request = house.owner.request(Method::POST, "/proxy/anthropic/v1/messages");
    let cut = request.json(&messages("cut", "one two", true)).send().await.unwrap();
    assert!(cut.bytes().await.is_err());
    let call = house.settled().await;
    assert!(call["outcome"] == "error" && call["error"].as_str().unwrap().contains("broke off"), "{call}");
    assert!(call["estimated"] == true && call["input_tokens"] == 115, "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_ends_the_call() {
    let house = House::new().await;
    let request = house.owner.request(Method::POST, "/proxy/anthropic/v1/messages");
    let response = request.json(&messages("endless", "one two three", true)).send().await.unwrap();
    let mut body = response.bytes_stream();
    assert!(body.next().await.unwrap().is_ok());
    drop(body);
    house.upstream.gone.notified().await;
    let call = house.settled().await;
    assert_eq!(call["outcome"], "cancelled", "{call}");
    assert!(call["estimated"] == true && call["input_tokens"] == 115, "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_the_providers_shape() {
    let house = House::with(|options| options.set("OPENAI_API_KEY", "")).await;
    let nobody = Client::new(&house.server.url, None);
    let answer = nobody.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", false)).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.body["error"]["type"], "authentication_error", "{}", answer.text);
    let answer = house.owner.post("/proxy/openai/v1/chat/completions", chat("plain", "Hi", false)).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body["error"]["message"].as_str().unwrap().contains("OPENAI_API_KEY"), "{}", answer.text);
    assert_eq!(answer.headers["x-should-retry"], "false");
    for path in [
        "/proxy/anthropic/v1/files",
        "/proxy/anthropic/v1/messages/batches",
        "/proxy/anthropic/v1/models/%2e%2e/files",
        "/proxy/other/v1/messages",
    ] {
        assert_eq!(house.owner.get(path).await.status, 404, "{path}");
    }
    let large = json!({"model": "claude-test-plain", "text": "x".repeat(33 << 20)});
    let answer = house.owner.post("/proxy/anthropic/v1/messages", large).await;
    assert_eq!((answer.status.as_u16(), &answer.body["error"]["type"]), (413, &json!("request_too_large")));
    assert!(house.upstream.asked().is_empty(), "nothing of it went out");
    assert!(house.calls().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_gives_way_to_the_next() {
    let house = House::with(|options| options.set("ANTHROPIC_API_KEY", "sk-throttled-1, sk-refused-2,sk-good-3")).await;
    for _ in 0..3 {
        let answer = house.owner.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", false)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let keys: Vec<String> = house.upstream.asked().iter().map(|asked| asked.header("x-api-key").to_owned()).collect();
    let count = |name: &str| keys.iter().filter(|key| *key == name).count();
    assert_eq!((count("sk-throttled-1"), count("sk-refused-2"), count("sk-good-3")), (1, 1, 3), "{keys:?}");

    let none = House::with(|options| options.set("ANTHROPIC_API_KEY", "sk-throttled-1")).await;
    let first = none.owner.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", false)).await;
    assert_eq!((first.status.as_u16(), &first.headers["retry-after"]), (429, &"30".parse().unwrap()));
    let second = none.owner.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", false)).await;
    assert_eq!((second.status.as_u16(), &second.body["error"]["type"]), (429, &json!("rate_limit_error")));
    assert!(second.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 30);
    assert_eq!(none.upstream.asked().len(), 1, "a key that rests is not asked");

    let refused = House::with(|options| options.set("ANTHROPIC_API_KEY", "sk-refused-1")).await;
    let answer = refused.owner.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", false)).await;
    assert_eq!(answer.status, 503, "to the caller it must not look as if their key were refused");
    assert!(!answer.text.contains("sk-refused-1") && !format!("{:?}", refused.calls().await).contains("sk-refused-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_and_calls_are_for_admins_of_the_workspace() {
    let house = House::new().await;
    house.owner.post("/proxy/openai/v1/chat/completions", chat("plain", "Hi", false)).await;
    let world = World::new(&house.server).await;
    assert_eq!(world.member.get("/v1/calls").await.status, 403);
    assert_eq!(world.owner.get("/v1/calls").await.data(200), &json!([]), "another workspace has its own");
    let usage = house.owner.get("/v1/usage?group=actor").await.data(200).clone();
    let total = &usage["calls"]["total"];
    assert_eq!((&total["calls"], &total["ok"], &total["input_tokens"]), (&json!(1), &json!(1), &json!(115)), "{usage}");
    assert_eq!(usage["calls"]["groups"][0]["key"], json!(house.owner_id), "{usage}");
    assert_eq!(usage["total"]["runs"], 0, "{usage}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_kept_on_postgres_too() {
    let Some(house) = House::on_postgres().await else {
        eprintln!("skipped: HEDDLE_TEST_DATABASE_URL names no PostgreSQL server");
        return;
    };
    let answer = house.owner.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", true)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let call = house.settled().await;
    assert_eq!((&call["outcome"], &call["output_tokens"]), (&json!("ok"), &json!(20)), "{call}");
    assert_eq!(house.owner.get("/v1/calls?outcome=error").await.data(200), &json!([]));
    house.limit(json!([{"subject": "workspace", "measure": "requests", "period": "month", "most": 1}])).await;
    let refused = house.owner.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", true)).await;
    assert_eq!(refused.status, 429, "{}", refused.text);
}
