//! What a server says.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Response, StatusCode, header, header::HeaderMap};
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Bytes,
}

impl Answer {
    /// The value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Reads the body. An empty one reads like `null`.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when it is not JSON or not of that shape.
    pub fn decode<T: DeserializeOwned>(self) -> Result<T> {
        let body: &[u8] = if self.body.is_empty() { b"null" } else { &self.body };
        match serde_json::from_slice(body) {
            Ok(value) => Ok(value),
            Err(error) => {
                let kind = self.header(header::CONTENT_TYPE.as_str()).unwrap_or("no content type").to_owned();
                Err(Error::Unexpected { reason: format!("{error} ({kind})"), answer: Box::new(self) })
            }
        }
    }
}

/// An answer whose body is still coming.
#[derive(Debug)]
pub struct Incoming {
    pub(crate) response: Response,
    pub(crate) host: String,
    pub(crate) idle: Duration,
}

impl Incoming {
    /// How many bytes will come, if the server says so.
    pub fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// The connection breaks, or nothing comes for a minute.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        match tokio::time::timeout(self.idle, self.response.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| Error::transport(&self.host, self.idle, error)),
            Err(_) => Err(Error::Timeout { host: self.host.clone(), after: self.idle }),
        }
    }
}
