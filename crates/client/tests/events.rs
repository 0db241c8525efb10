//! Streams of events.

mod support;

use std::time::Duration;

use client::{ApiKey, Client, Error, Retry, Settings, v1};
use serde_json::json;
use support::{Reply, Stub};

fn client(url: &str) -> Client {
    let retry = Retry { first_wait: Duration::from_millis(1), ..Retry::default() };
    Client::with(url, ApiKey::new("the key"), Settings { retry, ..Settings::default() }).expect("a client")
}

fn event(seq: i64) -> String {
    let id = "0198c0de-0000-7000-8000-000000000001";
    let data = json!({"seq": seq, "at": "2026-01-31T09:30:00Z", "actor_id": id, "verb": "case.created", "subject_id": id,
                      "space_id": null, "case_id": null, "thread_id": null, "data": {}});
    format!(": a comment\n\nid: {seq}\nevent: case.created\ndata: {data}\n\n")
}

#[tokio::test]
async fn a_stream_goes_on_behind_the_last_event_when_the_connection_is_lost() {
    let half = format!("{}id: 9\nevent: case.cre", event(8));
    let stub = Stub::answering([
        Reply::events(&(event(7) + &half)),
        Reply::new(503, "starting"),
        Reply::events(""),
        Reply::events(&(event(9) + &event(10))),
    ]);
    let mut events = client(&stub.url).follow(v1::events::follow(Some(6))).await.expect("a stream");
    let mut seqs = Vec::new();
    for _ in 0..4 {
        seqs.push(events.next_as().await.expect("an event").seq);
    }
    assert_eq!(seqs, [7, 8, 9, 10]);
    let asked: Vec<_> = stub.seen().iter().map(|seen| seen.header("last-event-id").to_owned()).collect();
    assert_eq!(asked, ["", "8", "8", "8"]);
    assert!(stub.lines().iter().all(|line| line == "GET /v1/events?after=6"));
    assert_eq!(stub.seen()[0].header("accept"), "text/event-stream");
}

#[tokio::test]
async fn a_stream_that_is_refused_ends() {
    let stub = Stub::answering([Reply::events(&event(1)), Reply::error(401, "unauthorized")]);
    let mut events = client(&stub.url).follow(v1::events::follow(None)).await.expect("a stream");
    let first = events.next().await.expect("an event");
    assert_eq!((first.id.as_str(), first.event.as_str()), ("1", "case.created"));
    let error = events.next().await.expect_err("refused");
    assert_eq!(error.code(), Some("unauthorized"));

    let stub = Stub::answering([Reply::error(401, "unauthorized")]);
    let error = client(&stub.url).follow(v1::events::follow(None)).await.err().expect("refused");
    assert!(matches!(error, Error::Api(_)));
}

#[tokio::test]
async fn silence_is_taken_for_a_lost_connection() {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move {
        let mut open = Vec::new();
        for seq in [1, 2] {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            let mut request = vec![0; 4096];
            let length = connection.read(&mut request).await.expect("a request");
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
            connection.write_all(format!("{head}{}", event(seq)).as_bytes()).await.expect("written");
            open.push((connection, String::from_utf8_lossy(&request[..length]).into_owned()));
        }
        open
    });
    let settings = Settings { idle_timeout: Duration::from_millis(50), ..Settings::default() };
    let client = Client::with(&url, ApiKey::new("k"), settings).expect("a client");
    let mut events = client.follow(v1::events::follow(None)).await.expect("a stream");
    assert_eq!(events.next_as().await.expect("an event").seq, 1);
    assert_eq!(events.next_as().await.expect("an event").seq, 2);
    let open = server.await.expect("served");
    assert!(open[1].1.contains("last-event-id: 1"), "{}", open[1].1);
}
