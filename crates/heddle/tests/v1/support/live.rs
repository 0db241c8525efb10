use std::time::Duration;

use futures::StreamExt;
use reqwest::{Method, Response};
use serde_json::Value as Json;

use super::Client;

/// A stream of server-sent events.
pub struct Live {
    bytes: futures::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    buffer: String,
}

impl Live {
    pub async fn open(client: &Client, query: &str, last: Option<i64>) -> Self {
        let mut request = client.request(Method::GET, &format!("/v1/events{query}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response: Response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { bytes: response.bytes_stream().boxed(), buffer: String::new() }
    }

    /// The next event: number, verb and data.
    pub async fn next(&mut self) -> (i64, String, Json) {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let field = |name: &str| {
                    block.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
                };
                let event = field("id").map(|id| {
                    let data = serde_json::from_str(&field("data").unwrap()).unwrap();
                    (id.parse().unwrap(), field("event").unwrap(), data)
                });
                self.buffer = rest.to_owned();
                match event {
                    Some(event) => return event,
                    None => continue,
                }
            }
            let chunk =
                tokio::time::timeout(Duration::from_secs(20), self.bytes.next()).await.expect("an event comes in time");
            self.buffer.push_str(std::str::from_utf8(&chunk.unwrap().unwrap()).unwrap());
        }
    }

    /// Whether the server ends the stream, whatever comes before.
    pub async fn ends(&mut self) -> bool {
        let ended = async { while let Some(Ok(_)) = self.bytes.next().await {} };
        tokio::time::timeout(Duration::from_secs(20), ended).await.is_ok()
    }

    pub async fn until(&mut self, verb: &str) -> (i64, Json) {
        let found = async {
            loop {
                let (seq, found, data) = self.next().await;
                if found == verb {
                    return (seq, data);
                }
            }
        };
        // What keeps the stream open is no event.
        tokio::time::timeout(Duration::from_secs(40), found).await.unwrap_or_else(|_| panic!("no {verb} in time"))
    }
}
