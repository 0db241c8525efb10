use serde_json::{Value, json};

use crate::{
    stub::{Reply, Stub},
    support::Session,
};

#[tokio::test]
async fn all_follows_the_cursor_and_reaches_no_query() {
    let stub = Stub::new(|seen| {
        let (data, next) = match seen.target.split("cursor=").nth(1) {
            None => (r#"{"id":"1"},{"id":"2"}"#, r#""a b""#),
            Some("a%20b") => (r#"{"id":"3"}"#, r#""c""#),
            Some(_) => ("", "null"),
        };
        let more = next != "null";
        Reply::json(200, format!(r#"{{"data":[{data}],"has_more":{more},"next_cursor":{next}}}"#))
    });
    let called = Session::at(&stub).await.call("notes_list", json!({"all": true, "case_id": "c", "limit": 2})).await;
    assert_eq!(called.json(), json!({"data": [{"id": "1"}, {"id": "2"}, {"id": "3"}]}));
    assert_eq!(called.0.structured_content, Some(called.json()));
    let base = "GET /api/v1/public/notes?limit=2";
    assert_eq!(
        stub.lines(),
        [format!("{base}&case_id=c"), format!("{base}&case_id=c&cursor=a%20b"), format!("{base}&case_id=c&cursor=c"),]
    );
}

#[tokio::test]
async fn without_all_a_page_is_answered_as_it_is() {
    let page = json!({"data": [], "has_more": true, "next_cursor": "x"});
    let stub = Stub::answering([Reply::json(200, page.to_string())]);
    let called = Session::at(&stub).await.call("case_ingestions_errors", json!({"id": "1", "all": false})).await;
    assert_eq!(called.json(), page);
    assert_eq!(stub.lines(), ["GET /api/v1/public/case-ingestions/1/errors"]);
}

#[tokio::test]
async fn a_server_that_repeats_itself_does_not_keep_us() {
    let page = json!({"data": [1], "has_more": true, "next_cursor": "x"});
    let stub = Stub::answering([Reply::json(200, page.to_string())]);
    let called = Session::at(&stub).await.call("spaces_list", json!({"all": true})).await;
    assert_eq!(called.message(), "the server answered the same cursor twice");
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn numbered_pages_are_followed_and_nothing_comes_twice() {
    let stub = Stub::new(|seen| {
        let (page, data) = match seen.target.contains("&page=2") {
            false => (1, json!([{"id": "1"}, {"id": "2"}])),
            true => (2, json!([{"id": "2"}, {"id": "3"}])),
        };
        Reply::json(200, json!({"data": data, "meta": {"total": 4, "page": page, "per_page": 2}}).to_string())
    });
    let called = Session::at(&stub).await.call("runs_list", json!({"all": true})).await;
    assert_eq!(called.json(), json!({"data": [{"id": "1"}, {"id": "2"}, {"id": "3"}]}));
    assert_eq!(stub.lines(), ["GET /v1/runs?per_page=200", "GET /v1/runs?per_page=200&page=2"]);
}

#[tokio::test]
async fn all_pages_together_have_a_bound() {
    let big = "x".repeat(5 << 20);
    let stub = Stub::new(move |seen| {
        let next = format!("{}x", seen.target.split("cursor=").nth(1).unwrap_or_default());
        Reply::json(200, json!({"data": [big], "has_more": true, "next_cursor": next}).to_string())
    });
    let called = Session::at(&stub).await.call("users_list", json!({"all": true})).await;
    assert_eq!(called.message(), "all pages together are larger than 8 MiB: use a filter, or page by page");
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_no_list_is_told() {
    let stub = Stub::answering([Reply::json(200, r#"{"items":[]}"#)]);
    let called = Session::at(&stub).await.call("users_list", json!({"all": true})).await;
    assert!(called.message().starts_with("the server's answer cannot be understood: "), "{called:?}");
    assert_eq!(called.refused()["error"].get("code"), None::<&Value>);
}
