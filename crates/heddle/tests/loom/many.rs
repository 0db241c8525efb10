//! Many streams at once.

use futures::StreamExt;
use serde_json::json;

use crate::house::{House, messages};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_streams_are_not_mixed_up() {
    const STREAMS: usize = 1000;
    let house = House::new().await;
    let text = |n: usize| format!("this is the answer of stream {n} and of no other one");
    let streams = (0..STREAMS).map(|n| {
        let owner = &house.owner;
        async move {
            let answer = owner.post("/proxy/anthropic/v1/messages", messages("plain", &text(n), true)).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let deltas = answer.text.lines().filter_map(|line| line.strip_prefix("data: "));
            let deltas = deltas.map(|data| serde_json::from_str::<serde_json::Value>(data).unwrap());
            let said: String = deltas.filter_map(|event| event["delta"]["text"].as_str().map(str::to_owned)).collect();
            assert_eq!(said, text(n));
        }
    });
    // All of them are under way together.
    futures::stream::iter(streams).buffer_unordered(STREAMS).collect::<Vec<_>>().await;
    let usage = house.owner.get("/v1/usage").await.data(200)["calls"]["total"].clone();
    let told = ["calls", "ok", "running", "input_tokens", "output_tokens"].map(|name| usage[name].clone());
    assert_eq!(told, [json!(STREAMS), json!(STREAMS), json!(0), json!(115 * STREAMS), json!(20 * STREAMS)], "{usage}");
}
