//! Answers that are given again, and limits that ask.

use futures::StreamExt;
use serde_json::{Value as Json, json};

use crate::{
    house::{House, chat, messages},
    support::{Client, World},
};

fn request(text: &str) -> Json {
    json!({"model": "claude-test-plain", "messages": [{"role": "user", "content": text}], "max_tokens": 50})
}

/// The events of a whole stream.
fn events(text: &str) -> Vec<Json> {
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_question_is_answered_again_without_the_provider() {
    let house = House::with(|options| options.set("HEDDLE_LLM_CACHE", "60")).await;
    let post = async |path: &str, body: Json| {
        let answer = house.owner.post(path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        (answer.headers["x-heddle-cache"].to_str().unwrap().to_owned(), answer.text)
    };
    let native = "/proxy/anthropic/v1/messages";
    for (path, body) in [
        (native, messages("plain", "Hi", false)),
        (native, messages("plain", "Hi", true)),
        ("/proxy/openai/v1/chat/completions", chat("plain", "Hi", true)),
        ("/proxy/anthropic/complete", request("Hi")),
    ] {
        let (told, first) = post(path, body.clone()).await;
        assert_eq!(told, "miss");
        let asked = house.upstream.asked().len();
        assert_eq!(post(path, body).await, ("hit".to_owned(), first), "{path}");
        assert_eq!(house.upstream.asked().len(), asked);
    }
    // A stream of the proxy's shape is told what was answered at once.
    let (told, streamed) = post("/proxy/anthropic/stream", request("Hi")).await;
    let streamed = events(&streamed);
    assert_eq!((told.as_str(), &streamed[0]), ("hit", &json!({"type": "text_delta", "content": "Hi"})));
    assert_eq!(streamed.last().unwrap()["type"], "completed");

    let calls = house.calls().await;
    let cached: Vec<&Json> = calls.iter().filter(|call| call["outcome"] == "cached").collect();
    assert_eq!((calls.len(), cached.len()), (9, 5));
    assert!(cached.iter().all(|call| call["cost_micros"] == 0 && call["output_tokens"] == 0));
    assert_eq!(house.owner.get("/v1/usage").await.data(200)["calls"]["total"]["repeated"], 5);

    // What is not the same, or of another workspace, is asked.
    assert_eq!(post(native, messages("plain", "Ho", false)).await.0, "miss");
    let (_, _, other, _) = World::workspace(&house.server).await;
    let other = Client::new(&house.server.url, Some(&other)).post(native, messages("plain", "Hi", false)).await;
    assert_eq!(other.headers["x-heddle-cache"], "miss");
    let skip = house.owner.request(reqwest::Method::POST, native).header("x-heddle-cache", "skip");
    let fresh = house.owner.send(skip.json(&messages("plain", "Hi", false))).await;
    assert_eq!(fresh.headers["x-heddle-cache"], "skip");
    // What failed or broke off is not kept.
    for script in ["500", "early"] {
        for _ in 0..2 {
            let answer = house.owner.post(native, messages(script, "Hi", true)).await;
            assert_eq!(answer.headers["x-heddle-cache"], "miss", "{script}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_unless_it_is_switched_on() {
    let house = House::new().await;
    for _ in 0..2 {
        let answer = house.owner.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", false)).await;
        assert!(answer.status == 200 && !answer.headers.contains_key("x-heddle-cache"));
    }
    assert_eq!(house.upstream.asked().len(), 2);
}

/// A stream that is read event by event.
struct Stream {
    bytes: futures::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    text: String,
}

impl Stream {
    async fn open(client: &Client, body: &Json) -> Self {
        let request = client.request(reqwest::Method::POST, "/proxy/anthropic/stream").json(body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self { bytes: response.bytes_stream().boxed(), text: String::new() }
    }

    async fn next(&mut self) -> Json {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let found = events(event).pop();
                self.text = rest.to_owned();
                match found {
                    Some(event) => return event,
                    None => continue,
                }
            }
            let chunk = tokio::time::timeout(std::time::Duration::from_secs(20), self.bytes.next()).await;
            let chunk = chunk.expect("an event comes in time").expect("the stream goes on").unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_asks_is_overruled_by_whoever_says_so() {
    let house = House::new().await;
    let limit = |ask: bool, most: i64| json!({"subject": "workspace", "measure": "requests", "period": "month", "most": most, "ask": ask});
    house.limit(json!([limit(true, 0), limit(false, 3)])).await;
    let mut asks = request("Hi");
    asks["server_queries"] = json!(true);

    // Who cannot be asked is refused.
    let refused = house.owner.post("/proxy/anthropic/stream", request("Hi")).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["error"]),
        (503, &json!("confirmation_required")),
        "{}",
        refused.text
    );
    let native = house.owner.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", false)).await;
    assert_eq!(native.status, 429);
    let confirmed =
        house.owner.request(reqwest::Method::POST, "/proxy/anthropic/v1/messages").header("x-heddle-confirm", "yes");
    assert_eq!(house.owner.send(confirmed.json(&messages("plain", "Hi", false))).await.status, 200);

    let mut stream = Stream::open(&house.owner, &asks).await;
    let query = stream.next().await;
    assert_eq!((&query["type"], &query["kind"]), (&json!("server_query"), &json!("confirm")));
    assert!(query["question"].as_str().unwrap().contains("may use 0 calls a month"), "{query}");
    let path = format!("/proxy/queries/{}", query["id"].as_str().unwrap());
    let (_, _, other, _) = World::workspace(&house.server).await;
    let other = Client::new(&house.server.url, Some(&other));
    assert_eq!(other.post(&path, json!({"answer": "yes"})).await.status, 404);
    assert_eq!(house.owner.post(&path, json!({"answer": "perhaps"})).await.status, 400);
    assert_eq!(house.owner.post(&path, json!({"answer": "yes"})).await.bare(200)["answer"], "yes");
    assert_eq!(house.owner.post(&path, json!({"answer": "yes"})).await.status, 404, "it is answered once");
    let mut kinds = Vec::new();
    while kinds.last().is_none_or(|kind| kind != "completed") {
        kinds.push(stream.next().await["type"].as_str().unwrap().to_owned());
    }
    assert!(kinds.contains(&"text_delta".to_owned()), "{kinds:?}");

    let mut stream = Stream::open(&house.owner, &asks).await;
    let path = format!("/proxy/queries/{}", stream.next().await["id"].as_str().unwrap());
    house.owner.post(&path, json!({"answer": "no"})).await.bare(200);
    let end = stream.next().await;
    assert_eq!((&end["type"], &end["error"]), (&json!("error"), &json!("confirmation_required")));
    // Who leaves is asked no more, and nothing goes out.
    let mut stream = Stream::open(&house.owner, &asks).await;
    let path = format!("/proxy/queries/{}", stream.next().await["id"].as_str().unwrap());
    drop(stream);
    while house.owner.post(&path, json!({"answer": "no"})).await.status == 200 {}
    assert_eq!(house.upstream.asked().len(), 2);
    // A limit that does not ask holds.
    let again =
        house.owner.request(reqwest::Method::POST, "/proxy/anthropic/complete").header("x-heddle-confirm", "yes");
    assert_eq!(house.owner.send(again.json(&request("Hi"))).await.status, 200);
    let over =
        house.owner.request(reqwest::Method::POST, "/proxy/anthropic/complete").header("x-heddle-confirm", "yes");
    assert_eq!(house.owner.send(over.json(&request("Hi"))).await.body["error"], "rate_limited");
}
