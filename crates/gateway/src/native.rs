//! A provider's own API, passed through: method, path, query and body as the caller sent them, with the provider's key in
//! the place of the caller's. Answers come back as they are written, piece by piece.

mod meter;

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, Uri,
    body::Incoming,
    header::{ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT},
};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use crate::{
    Error, Keys, Lease, Verdict,
    http::{CONNECT_TIMEOUT, retry_after},
};
pub use meter::{Measured, Meter};

/// How long a provider may take to begin its answer. An answer that is not streamed begins when it is complete.
pub const FIRST_BYTE: Duration = Duration::from_secs(600);
/// How long a provider may stay silent in the middle of its answer.
pub const SILENCE: Duration = Duration::from_secs(120);

/// Whose wire format it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Anthropic's: the key is in `x-api-key`.
    Anthropic,
    /// OpenAI's: the key is a bearer token.
    OpenAi,
}

/// What callers may send along besides the body. Everything else stays here: cookies, other credentials, addresses.
const PASSED: [HeaderName; 4] = [ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, USER_AGENT];
const PASSED_NAMES: [&str; 2] = ["idempotency-key", "x-client-request-id"];
const PASSED_PREFIXES: [&str; 3] = ["anthropic-", "openai-", "x-stainless-"];

/// What of an answer is between two neighbours on the line and not for the caller, and cookies, which are the server's.
const KEPT_BACK: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "alt-svc",
];

/// A provider's API and the keys to it.
pub struct Upstream {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    format: Format,
    base: String,
    keys: Keys,
    first_byte: Duration,
}

/// An answer that has begun, and the key it came by.
pub struct Answer {
    /// Status, headers and the body as it comes in.
    pub response: Response<Incoming>,
    /// Held until the answer has ended.
    pub lease: Lease,
}

impl Upstream {
    /// The API at `base`.
    ///
    /// # Errors
    /// `InvalidRequest` when the address or a key cannot be used, `Network` when TLS cannot be set up.
    pub fn new(format: Format, base: &str, keys: Keys) -> Result<Self, Error> {
        let invalid = |why: &str| Error::InvalidRequest(why.to_owned());
        let base = base.trim().trim_end_matches('/');
        let usable = base.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.query().is_none()
        });
        if !usable {
            return Err(invalid("the model provider's base URL is no http(s) URL"));
        }
        if keys.secrets().is_empty() {
            return Err(invalid("the model provider's API key is empty"));
        }
        if keys.secrets().iter().any(|key| HeaderValue::from_str(key).is_err()) {
            return Err(invalid("the model provider's API key has forbidden characters"));
        }
        // Another part of the process may have installed one already; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.enforce_http(false);
        let tls = hyper_rustls::HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| Error::Network(error.to_string()))?;
        let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
        Ok(Self { client, format, base: base.to_owned(), keys, first_byte: FIRST_BYTE })
    }

    /// The same with another time for the answer to begin in.
    pub fn with_first_byte(mut self, first_byte: Duration) -> Self {
        self.first_byte = first_byte;
        self
    }

    /// Whose wire format it is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Sends a request and answers when the provider's answer begins. A request that is refused for its key's sake goes
    /// to the provider's other keys in turn; everything else is the caller's to see.
    ///
    /// # Errors
    /// `Unauthorized` when no key is taken, `RateLimited` and `Resting` when all of them rest, `Network`.
    pub async fn send(
        &self,
        method: &Method,
        path_and_query: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Answer, Error> {
        let uri: Uri = format!("{}{path_and_query}", self.base)
            .parse()
            .map_err(|_| Error::InvalidRequest("the path cannot be passed on".into()))?;
        let mut lease = self.keys.pick()?;
        let mut tried = Vec::new();
        loop {
            let mut request = Request::new(Full::new(body.clone()));
            *request.method_mut() = method.clone();
            *request.uri_mut() = uri.clone();
            *request.headers_mut() = self.headers(headers, lease.secret())?;
            let sent = tokio::time::timeout(self.first_byte, self.client.request(request)).await;
            let response = match sent {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => {
                    lease.judge(Verdict::Failed);
                    return Err(Error::Network(describe(&error)).scrubbed(lease.secret()));
                }
                Err(_) => {
                    lease.judge(Verdict::Failed);
                    return Err(Error::Network("the answer did not begin in time".into()));
                }
            };
            let (verdict, other_may) = judge(&response);
            lease.judge(verdict);
            tried.push(lease.index());
            match self.keys.another(&tried).filter(|_| other_may) {
                Some(other) => lease = other,
                // Its text may name the key, and to the caller it would look as if their own were refused.
                None if response.status() == StatusCode::UNAUTHORIZED => return Err(Error::Unauthorized),
                None => return Ok(Answer { response, lease }),
            }
        }
    }

    fn headers(&self, asked: &HeaderMap, key: &str) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(asked.len() + 1);
        for (name, value) in asked {
            let text = name.as_str();
            let passes = PASSED.contains(name)
                || PASSED_NAMES.contains(&text)
                || PASSED_PREFIXES.iter().any(|prefix| text.starts_with(prefix));
            if passes {
                headers.append(name.clone(), value.clone());
            }
        }
        let (name, value) = match self.format {
            Format::Anthropic => (HeaderName::from_static("x-api-key"), key.to_owned()),
            Format::OpenAi => (AUTHORIZATION, format!("Bearer {key}")),
        };
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| Error::InvalidRequest("the model provider's API key has forbidden characters".into()))?;
        value.set_sensitive(true);
        headers.insert(name, value);
        Ok(headers)
    }
}

/// What an answer says of its key, and whether another key may serve the request.
fn judge(response: &Response<Incoming>) -> (Verdict, bool) {
    match response.status().as_u16() {
        401..=403 => (Verdict::Refused, true),
        429 => (Verdict::Throttled(retry_after(response.headers())), true),
        503 | 529 => (Verdict::Failed, true),
        500.. => (Verdict::Failed, false),
        _ => (Verdict::Good, false),
    }
}

/// The headers of an answer that are for the caller.
pub fn passed_back(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all("connection")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for name in KEPT_BACK.iter().copied().chain(named.iter().map(String::as_str)) {
        headers.remove(name);
    }
    headers
}

/// Whether a path can be passed on as it is: no segment leads up, plain or escaped.
pub fn is_plain(path: &str) -> bool {
    path.split('/').all(|segment| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        segment != "."
            && segment != ".."
            && !segment.contains("%2f")
            && !segment.contains("%5c")
            && !segment.contains('\\')
    })
}

fn describe(error: &dyn std::error::Error) -> String {
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
    use super::*;

    #[test]
    fn paths_that_lead_up_are_not_passed_on() {
        for path in ["/messages", "/models/a.b", "/models/..a", "/files/%20"] {
            assert!(is_plain(path), "{path}");
        }
        for path in ["/../x", "/a/%2e%2E/x", "/.", "/a/.%2e", "/a%2f..", "/a\\b"] {
            assert!(!is_plain(path), "{path}");
        }
    }

    #[test]
    fn what_is_between_neighbours_stays_here() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Inner"),
            ("x-inner", "1"),
            ("set-cookie", "a=b"),
            ("transfer-encoding", "chunked"),
            ("request-id", "req_1"),
            ("content-length", "3"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let passed = passed_back(headers);
        let mut names: Vec<&str> = passed.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-length", "request-id"]);
    }

    #[test]
    fn the_callers_credentials_stay_here() -> Result<(), Error> {
        let upstream = Upstream::new(Format::Anthropic, "http://localhost:1", Keys::from("sk-ours"))?;
        let mut asked = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer hd_theirs"),
            ("x-api-key", "hd_theirs"),
            ("cookie", "loom_session=theirs"),
            ("x-forwarded-for", "10.0.0.1"),
            ("anthropic-version", "2023-06-01"),
            ("x-stainless-lang", "python"),
            ("content-type", "application/json"),
        ] {
            asked.insert(name, HeaderValue::from_static(value));
        }
        let headers = upstream.headers(&asked, "sk-ours")?;
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["anthropic-version", "content-type", "x-api-key", "x-stainless-lang"]);
        assert_eq!(headers["x-api-key"], "sk-ours");
        Ok(())
    }
}
