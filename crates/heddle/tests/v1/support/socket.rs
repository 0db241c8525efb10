use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue, Response},
    },
};

use super::Client;

/// A WebSocket to the server.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What comes from the server.
#[derive(Debug, PartialEq)]
pub enum Came {
    Json(Json),
    Text(String),
    Bytes(Vec<u8>),
    /// The end: its code and reason.
    Closed(u16, String),
}

impl Socket {
    /// Opens a socket without saying who does.
    pub async fn open(client: &Client, path: &str) -> Self {
        Self::upgrade(client, path, &[]).await.expect("the socket opens")
    }

    /// Opens a socket with headers in the upgrade; the answer when it is none.
    pub async fn upgrade(
        client: &Client,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, Box<Response<Option<Vec<u8>>>>> {
        let url = client.url(path).replacen("http", "ws", 1);
        let mut request = url.into_client_request().expect("an address");
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a value"));
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(response)) => Err(response),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a socket with a token of the client's, and `more` in the first message.
    pub async fn enter(client: &Client, path: &str, more: Json) -> Self {
        let token = client.get("/auth/ws-token").await.bare(200)["token"].as_str().expect("a token").to_owned();
        let mut socket = Self::open(client, path).await;
        let mut first = json!({"type": "auth", "token": token});
        first.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        socket.say(first).await;
        socket
    }

    pub async fn say(&mut self, message: Json) {
        self.text(&message.to_string()).await;
    }

    pub async fn text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.expect("it is sent");
    }

    pub async fn bytes(&mut self, bytes: &[u8]) {
        self.stream.send(Message::binary(bytes.to_vec())).await.expect("it is sent");
    }

    /// What comes next, but pings.
    pub async fn next(&mut self) -> Came {
        loop {
            let message = tokio::time::timeout(Duration::from_secs(30), self.stream.next()).await;
            match message.expect("something comes in time") {
                Some(Ok(Message::Text(text))) => {
                    let parsed = serde_json::from_str(text.as_str());
                    return parsed.map_or_else(|_| Came::Text(text.to_string()), Came::Json);
                }
                Some(Ok(Message::Binary(bytes))) => return Came::Bytes(bytes.to_vec()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Came::Closed(frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Close(None))) | None => return Came::Closed(1005, String::new()),
                Some(Ok(_)) => {}
                Some(Err(error)) => panic!("{error}"),
            }
        }
    }

    /// The next JSON message.
    #[track_caller]
    pub fn json(&mut self) -> impl Future<Output = Json> {
        let place = std::panic::Location::caller();
        async move {
            match self.next().await {
                Came::Json(json) => json,
                came => panic!("{came:?} at {place}"),
            }
        }
    }

    /// The next message of a type.
    pub async fn until(&mut self, kind: &str) -> Json {
        loop {
            let message = self.json().await;
            if message["type"] == kind || message["event"] == kind {
                return message;
            }
        }
    }
}
