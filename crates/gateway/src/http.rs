//! One HTTP exchange with a provider: a JSON request out, a stream of server-sent events in.

use std::error::Error as _;
use std::ops::ControlFlow;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use eventsource_stream::{EventStreamError, Eventsource};
use futures::{Stream, StreamExt};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, Url};
use serde::Serialize;

use crate::Error;
use crate::failure::failure;
use crate::keys::{Keys, Verdict};

/// How long a connection may take to come up.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a provider may stay silent, before its answer begins and between any two pieces of it.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// The largest answer that is read, in bytes.
const MAX_RESPONSE: usize = 8 << 20;
/// The part of an error's body that is read, in bytes.
const MAX_ERROR_BODY: usize = 64 << 10;

/// A client bound to one provider's address and keys.
pub(crate) struct Http {
    client: Client,
    base: String,
    keys: Keys,
    /// The headers that each key is sent with.
    headers: Vec<HeaderMap>,
}

impl Http {
    /// A client for `base` that sends `headers`, made from the key, with every request.
    pub(crate) fn new(
        base: &str,
        keys: Keys,
        headers: impl Fn(&str) -> Vec<(&'static str, String)>,
        idle_timeout: Duration,
    ) -> Result<Self, Error> {
        let invalid = |why: &str| Error::InvalidRequest(why.to_owned());
        if keys.secrets().is_empty() {
            return Err(invalid("the model provider's API key is empty"));
        }
        let base = base.trim().trim_end_matches('/');
        if !Url::parse(base).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return Err(invalid("the model provider's base URL is no http(s) URL"));
        }
        let mut of_keys = Vec::new();
        for key in keys.secrets() {
            let mut all = HeaderMap::new();
            for (name, value) in headers(key) {
                let mut value = HeaderValue::try_from(value)
                    .map_err(|_| invalid("the model provider's API key has forbidden characters"))?;
                value.set_sensitive(true);
                all.insert(name, value);
            }
            of_keys.push(all);
        }
        Ok(Self { client: client(idle_timeout)?, base: base.to_owned(), keys, headers: of_keys })
    }

    /// Posts `body` to `path` and hands the data of each event to `on_data` until that breaks off,
    /// which it does at the format's closing event. A stream that ends earlier is an error.
    ///
    /// A request that is refused for its key's sake goes to the provider's other keys in turn.
    pub(crate) async fn stream(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
        mut on_data: impl FnMut(&str) -> Result<ControlFlow<()>, Error> + Send,
    ) -> Result<(), Error> {
        let mut lease = self.keys.pick()?;
        let mut tried = Vec::new();
        loop {
            let request = self.client.post(format!("{}{path}", self.base));
            let request = request.headers(self.headers[lease.index()].clone()).json(body);
            let outcome = exchange(request, &mut on_data).await.map_err(|error| error.scrubbed(lease.secret()));
            lease.judge(outcome.as_ref().map_or_else(|failed| failed.error.verdict(), |()| Verdict::Good));
            let failed = match outcome {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            };
            tried.push(lease.index());
            match self.keys.another(&tried).filter(|_| !failed.begun && failed.error.is_about_the_key()) {
                Some(other) => lease = other,
                None => return Err(failed.error),
            }
        }
    }
}

/// The client that requests to providers are made with.
pub(crate) fn client(idle_timeout: Duration) -> Result<Client, Error> {
    // Another part of the process may have installed a provider first; any one will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(idle_timeout)
        // A redirect would carry the key to wherever it points.
        .redirect(Policy::none())
        .build()
        .map_err(network)
}

/// Why an exchange failed.
pub(crate) struct Failed {
    pub error: Error,
    /// Whether an answer had begun.
    pub begun: bool,
}

impl Failed {
    fn scrubbed(self, key: &str) -> Self {
        Self { error: self.error.scrubbed(key), ..self }
    }
}

/// Sends the request and hands the data of each event of the answer to `on_data` until that breaks off.
pub(crate) async fn exchange(
    request: RequestBuilder,
    on_data: &mut (impl FnMut(&str) -> Result<ControlFlow<()>, Error> + Send),
) -> Result<(), Failed> {
    let before = |error| Failed { error, begun: false };
    let response = request.send().await.map_err(|error| before(network(error)))?;
    let status = response.status();
    if !status.is_success() {
        let wait = retry_after(response.headers());
        let body = error_body(response).await;
        return Err(before(failure(Some(status.as_u16()), wait, &body)));
    }
    read_events(response, on_data).await.map_err(|error| Failed { error, begun: true })
}

async fn read_events(
    response: Response,
    on_data: &mut (impl FnMut(&str) -> Result<ControlFlow<()>, Error> + Send),
) -> Result<(), Error> {
    let mut events = pin!(capped(response.bytes_stream()).eventsource());
    while let Some(event) = events.next().await {
        let event = event.map_err(|error| match error {
            EventStreamError::Transport(error) => error,
            EventStreamError::Utf8(_) => Error::Protocol("the stream is not UTF-8".into()),
            // Its own text would repeat the whole input.
            EventStreamError::Parser(_) => Error::Protocol("no event stream".into()),
        })?;
        if on_data(&event.data)?.is_break() {
            return Ok(());
        }
    }
    Err(Error::Protocol("the stream ended before its closing event".into()))
}

/// The same pieces, up to the largest answer that is read.
fn capped(pieces: impl Stream<Item = reqwest::Result<Bytes>>) -> impl Stream<Item = Result<Bytes, Error>> {
    let mut total = 0;
    pieces.map(move |piece| {
        let piece = piece.map_err(|error| {
            if error.is_timeout() {
                network(error)
            } else {
                Error::Protocol(format!("the stream broke off: {}", describe(error)))
            }
        })?;
        total += piece.len();
        if total > MAX_RESPONSE {
            return Err(Error::Protocol(format!("the answer is larger than {} MiB", MAX_RESPONSE >> 20)));
        }
        Ok(piece)
    })
}

/// The beginning of an error's body; what cannot be read is left out, since the status says enough.
async fn error_body(response: Response) -> String {
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(Ok(piece)) = pieces.next().await {
        body.extend_from_slice(&piece);
        if body.len() >= MAX_ERROR_BODY {
            body.truncate(MAX_ERROR_BODY);
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// The seconds in a Retry-After header, if it holds seconds.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    Duration::try_from_secs_f64(seconds.parse().ok()?).ok()
}

pub(crate) fn network(error: reqwest::Error) -> Error {
    Error::Network(describe(error))
}

/// The error with its causes but without its URL, which may hold a password.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::Strategy;

    #[tokio::test]
    async fn a_silent_provider_is_given_up() -> Result<(), Box<dyn std::error::Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let http = Http::new(&base, Keys::listed("key", Strategy::default()), |_| vec![], Duration::from_millis(20))?;
        // The listener takes the connection but nobody ever answers on it.
        let outcome = http.stream("/", &(), |_| Ok(ControlFlow::Continue(()))).await;
        assert!(matches!(&outcome, Err(Error::Network(text)) if text.contains("timed out")), "{outcome:?}");
        Ok(())
    }

    #[test]
    fn nonsense_is_refused_before_any_request() {
        for (base, key) in [
            ("http://localhost", " "),
            ("localhost:80", "key"),
            ("ftp://localhost", "key"),
            ("http://localhost", "k\ney"),
        ] {
            let headers = |key: &str| vec![("x-api-key", key.to_owned())];
            let made = Http::new(base, Keys::listed(key, Strategy::default()), headers, IDLE_TIMEOUT);
            assert!(matches!(made, Err(Error::InvalidRequest(_))), "{base} {key:?}");
        }
    }

    #[test]
    fn retry_after_reads_seconds_only() {
        let of = |value| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            retry_after(&headers)
        };
        assert_eq!(of("7"), Some(Duration::from_secs(7)));
        assert_eq!(of("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(of("-1"), None);
        assert_eq!(of("Wed, 21 Oct 2026 07:28:00 GMT"), None);
    }
}
