//! Live events, read from `/v1/events`.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use reqwest::Method;
use serde_json::Value as Json;

use crate::client::Client;

/// How long an event may take.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Live {
    bytes: BoxStream<'static, reqwest::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Live {
    /// Follows what happens from now on, or after the event with this number.
    pub async fn follow(client: &Client, after: Option<i64>) -> Self {
        let path = after.map_or_else(|| "/v1/events".to_owned(), |after| format!("/v1/events?after={after}"));
        let response = client.request(Method::GET, &path).send().await.expect("the server answers");
        assert_eq!(response.status(), 200);
        Self { bytes: response.bytes_stream().boxed(), buffer: Vec::new() }
    }

    /// Waits for this event of this thing and answers it.
    pub async fn until(&mut self, verb: &str, subject: &str) -> Json {
        let wait = async {
            loop {
                let event = self.next().await;
                if event["verb"] == verb && event["subject_id"] == subject {
                    return event;
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("no {verb} of {subject} in time"))
    }

    async fn next(&mut self) -> Json {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let text = String::from_utf8(block).expect("text");
                // A block without data only keeps the connection alive.
                match text.lines().find_map(|line| line.strip_prefix("data: ")) {
                    Some(data) => return serde_json::from_str(data).expect("an event in JSON"),
                    None => continue,
                }
            }
            let chunk = self.bytes.next().await.expect("the stream goes on");
            self.buffer.extend(chunk.expect("the stream is whole"));
        }
    }
}
