//! Budgets, rate limits and prices.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::{
    house::{House, chat, messages},
    support::{Client, World},
};

fn limit(subject: &str, measure: &str, most: i64) -> Json {
    json!({"subject": subject, "measure": measure, "period": "month", "most": most})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_refused_when_a_limit_is_reached() {
    let house = House::new().await;
    let call = || house.owner.post("/proxy/openai/v1/chat/completions", chat("plain", "Hi", false));
    house.limit(json!([limit("workspace", "requests", 2)])).await;
    for _ in 0..2 {
        assert_eq!(call().await.status, 200);
    }
    let refused = call().await;
    assert_eq!(refused.status, 429, "{}", refused.text);
    assert_eq!(refused.body["error"]["code"], "model_rate_limited", "{}", refused.text);
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(house.upstream.asked().len(), 2, "what is refused does not go out");
    assert_eq!(house.calls().await.len(), 2);

    // Those that were made before the limit was set count, too.
    house.limit(json!([limit("member", "tokens", 270)])).await;
    assert_eq!(call().await.status, 429);
    house.limit(json!([limit("member", "tokens", 271), limit("key", "requests", 3)])).await;
    assert_eq!(call().await.status, 200);
    assert_eq!(call().await.status, 429);
    house.limit(json!([])).await;
    assert_eq!(call().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_spent_at_the_workspaces_own_prices() {
    let house = House::new().await;
    let price = json!({"model": "claude-test-plain", "input": 1_000_000, "cached": 100_000, "cache_write": 2_000_000, "output": 10_000_000});
    house.price(json!([price])).await;
    house.limit(json!([limit("workspace", "cost_micros", 231)])).await;
    let call = || house.owner.post("/proxy/anthropic/v1/messages", messages("plain", "Hi", true));
    assert_eq!(call().await.status, 200);
    // 10 fresh, 100 cached, 5 written to the cache, 20 out.
    assert_eq!(house.settled().await["cost_micros"], 10 + 10 + 10 + 200);
    assert_eq!(call().await.status, 200, "there is one left");
    let refused = call().await;
    assert_eq!(refused.status, 429);
    assert!(refused.body["error"]["message"].as_str().unwrap().contains("0.000231 US dollars"), "{}", refused.text);
    assert_eq!(refused.headers["x-should-retry"], "false");
    assert_eq!(house.owner.get("/v1/usage").await.data(200)["calls"]["total"]["cost_micros"], 460);
    assert_eq!(house.owner.get("/v1/prices").await.data(200)["prices"], json!([price]));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_under_way_are_counted_with_what_they_may_take() {
    let house = House::new().await;
    house
        .price(
            json!([{"model": "claude-test-endless", "input": 0, "cached": 0, "cache_write": 0, "output": 1_000_000}]),
        )
        .await;
    // A call may write 100 tokens.
    house.limit(json!([limit("workspace", "cost_micros", 150)])).await;
    let begin = || {
        let request = house.owner.request(Method::POST, "/proxy/anthropic/v1/messages");
        request.json(&messages("endless", "one two three", true)).send()
    };
    let (first, second) = (begin().await.unwrap(), begin().await.unwrap());
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 200));
    assert_eq!(begin().await.unwrap().status(), 429, "two may take more than there is");
    drop(first);
    house.upstream.gone.notified().await;
    drop(second);
    house.upstream.gone.notified().await;
    let mut again = begin().await.unwrap().status();
    // That both have ended is noticed a moment later.
    while again == 429 {
        tokio::task::yield_now().await;
        again = begin().await.unwrap().status();
    }
    assert_eq!(again, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_one_is_not_that_of_another() {
    let house = House::new().await;
    let world = World::new(&house.server).await;
    let path = "/proxy/openai/v1/chat/completions";
    let set = |limits: Json| {
        let request = world.owner.request(Method::PUT, "/v1/limits").json(&json!({"limits": limits}));
        world.owner.send(request)
    };
    let mut of_member = limit("member", "requests", 1);
    of_member["subject_id"] = json!(world.member_id);
    set(json!([of_member])).await.data(200);
    let call = |client: &Client| {
        let client = client.clone();
        async move { client.post(path, chat("plain", "Hi", false)).await.status.as_u16() }
    };
    assert_eq!((call(&world.member).await, call(&world.member).await), (200, 429));
    assert_eq!((call(&world.owner).await, call(&world.owner).await), (200, 200));
    assert_eq!(call(&house.owner).await, 200, "another workspace has limits of its own");
    set(json!([limit("member", "requests", 3)])).await.data(200);
    assert_eq!((call(&world.member).await, call(&world.member).await), (200, 200), "each member by itself");
    assert_eq!((call(&world.member).await, call(&world.owner).await), (429, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_and_prices_are_checked_when_they_are_set() {
    let house = House::new().await;
    let put = |path: &str, body: Json| house.owner.send(house.owner.request(Method::PUT, path).json(&body));
    for (limits, field) in [
        (json!([{"subject": "workspace", "measure": "tokens", "period": "day", "most": -1}]), "limits[0].most"),
        (
            json!([{"subject": "workspace", "subject_id": house.owner_id, "measure": "tokens", "period": "day", "most": 1}]),
            "limits[0].subject_id",
        ),
        (json!([{"subject": "moon", "measure": "tokens", "period": "day", "most": 1}]), "limits[0].subject"),
    ] {
        let answer = put("/v1/limits", json!({"limits": limits})).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]["fields"][0]["path"]), (422, &json!(field)));
    }
    let price = json!({"model": "m", "input": 1, "cached": 1, "cache_write": 1, "output": 1});
    for (prices, field) in [
        (json!([price, price]), "prices[1].model"),
        (json!([{"model": " ", "input": 1, "cached": 1, "cache_write": 1, "output": 1}]), "prices[0].model"),
        (json!([{"model": "m", "input": 1, "cached": 1, "cache_write": 1, "output": u64::MAX}]), "prices[0]"),
    ] {
        let answer = put("/v1/prices", json!({"prices": prices})).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]["fields"][0]["path"]), (422, &json!(field)));
    }
    let world = World::new(&house.server).await;
    for path in ["/v1/limits", "/v1/prices"] {
        assert_eq!(world.member.get(path).await.status, 403);
    }
}
