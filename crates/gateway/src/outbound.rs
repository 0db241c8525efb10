//! Calls to addresses that users give: tools, webhooks, downloads. A guard keeps them out of the networks that the server
//! itself can reach but its users must not (server-side request forgery).
//!
//! The guard resolves names itself and hands the connection the very addresses it has checked, so a name that answers
//! differently the second time gains nothing. Redirects are not followed and proxies are not used.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt, future::BoxFuture};
pub use reqwest::Method;
use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};

use crate::networks::{Network, is_public};

/// The variable that names the networks and hosts that may be called although they are not public.
pub const ALLOW: &str = "HEDDLE_OUTBOUND_ALLOW";

/// How long a connection may take to come up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a call to a user's address did not give an answer. No variant holds the address's query or password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address may not be called; the text says why.
    #[error("{0}")]
    Refused(String),
    /// It could not be reached, or went silent.
    #[error("the address could not be reached: {0}")]
    Network(String),
    /// Its answer is larger than allowed.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

/// What a call gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body, without parameters, in lower case.
    pub media_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// A call to make.
#[derive(Debug, Clone)]
pub struct Call {
    /// The HTTP method.
    pub method: Method,
    /// The address.
    pub url: String,
    /// Headers besides those that HTTP itself needs.
    pub headers: Vec<(&'static str, String)>,
    /// The body, if any.
    pub body: Option<Vec<u8>>,
    /// How long the whole exchange may take.
    pub timeout: Duration,
    /// The largest body that is read, in bytes.
    pub limit: usize,
}

type Lookup = dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> + Send + Sync;

struct Rules {
    networks: Vec<Network>,
    hosts: Vec<String>,
    lookup: Box<Lookup>,
}

/// Decides which addresses may be called, and calls them. Clones share everything.
#[derive(Clone)]
pub struct Guard {
    rules: Arc<Rules>,
    client: Client,
}

impl Guard {
    /// A guard that lets through what `HEDDLE_OUTBOUND_ALLOW` names besides public addresses.
    ///
    /// # Errors
    /// `Refused` when the variable cannot be read, `Network` when TLS cannot be set up.
    pub fn from_env() -> Result<Self, OutboundError> {
        Self::allowing(&std::env::var(ALLOW).unwrap_or_default())
    }

    /// A guard that lets through public addresses and what `allow` names: networks (`10.1.0.0/16`, `::1`) and host names,
    /// with commas between.
    ///
    /// # Errors
    /// `Refused` for what is neither, `Network` when TLS cannot be set up.
    pub fn allowing(allow: &str) -> Result<Self, OutboundError> {
        let lookup = |host: String| -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
            Box::pin(async move {
                let found = tokio::net::lookup_host((host, 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            })
        };
        Self::with_lookup(allow, Box::new(lookup))
    }

    fn with_lookup(allow: &str, lookup: Box<Lookup>) -> Result<Self, OutboundError> {
        let (mut networks, mut hosts) = (Vec::new(), Vec::new());
        for entry in allow.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            if let Ok(network) = entry.parse::<Network>() {
                networks.push(network);
            } else if is_host_name(entry) {
                hosts.push(plain_host(entry));
            } else {
                return Err(OutboundError::Refused(format!("{ALLOW}: {entry:?} is neither a network nor a host name")));
            }
        }
        let rules = Arc::new(Rules { networks, hosts, lookup });
        // Another part of the process may have installed a provider first; any one will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .dns_resolver(Arc::new(CheckedNames(Arc::clone(&rules))))
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            // A proxy would resolve the name itself.
            .no_proxy()
            .build()
            .map_err(|error| OutboundError::Network(error.without_url().to_string()))?;
        Ok(Self { rules, client })
    }

    /// As [`parse`]; and when the host is an IP address it must be one that may be called.
    ///
    /// # Errors
    /// `Refused`, saying why.
    pub fn check(&self, url: &str) -> Result<Url, OutboundError> {
        let url = parse(url)?;
        // Names are checked when they are resolved; addresses never are.
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = host.parse::<IpAddr>()
            && !self.rules.allows(ip)
        {
            return Err(OutboundError::Refused(format!("{ip} is not a public address")));
        }
        Ok(url)
    }

    /// The addresses of a host, a name or an IP address, that may be called. Connect to one of these: resolving the name a
    /// second time might give others.
    ///
    /// # Errors
    /// `Refused` when it has none, `Network` when the name cannot be resolved.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, OutboundError> {
        match host.parse() {
            Ok(ip) if self.rules.allows(ip) => Ok(vec![ip]),
            Ok(ip) => Err(OutboundError::Refused(format!("{ip} is not a public address"))),
            Err(_) => self.rules.resolve(host).await,
        }
    }

    /// Calls an address and reads the whole answer. Whatever its status, an answer is no error.
    ///
    /// # Errors
    /// See [`OutboundError`].
    pub async fn call(&self, call: Call) -> Result<Answer, OutboundError> {
        let url = self.check(&call.url)?;
        let mut headers = HeaderMap::new();
        for (name, value) in call.headers {
            let refused = |_| OutboundError::Refused(format!("the header {name} has forbidden characters"));
            headers.insert(HeaderName::from_static(name), HeaderValue::try_from(value).map_err(refused)?);
        }
        let mut request = self.client.request(call.method, url).headers(headers).timeout(call.timeout);
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.map(|text| text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase());
        let mut body = Vec::new();
        let mut pieces = response.bytes_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(failed)?;
            if body.len() + piece.len() > call.limit {
                return Err(OutboundError::TooLarge(call.limit));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status, media_type, body })
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rules { networks, hosts, .. } = &*self.rules;
        f.debug_struct("Guard").field("networks", networks).field("hosts", hosts).finish_non_exhaustive()
    }
}

impl Rules {
    fn allows(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.networks.iter().any(|network| network.contains(ip))
    }

    /// The addresses of a host that may be called.
    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, OutboundError> {
        let all = (self.lookup)(host.to_owned()).await.map_err(|error| OutboundError::Network(error.to_string()))?;
        if self.hosts.contains(&plain_host(host)) {
            return Ok(all);
        }
        let allowed: Vec<IpAddr> = all.into_iter().filter(|ip| self.allows(*ip)).collect();
        if allowed.is_empty() {
            return Err(OutboundError::Refused(format!("{host} has no public address")));
        }
        Ok(allowed)
    }
}

/// Resolves names for the client, giving it checked addresses only.
struct CheckedNames(Arc<Rules>);

impl Resolve for CheckedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let rules = Arc::clone(&self.0);
        Box::pin(async move {
            let found = rules.resolve(name.as_str()).await?;
            // The client puts the URL's port in the place of 0.
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}

/// An http(s) URL with a host and without a password. Whether it may be called depends on the guard.
///
/// # Errors
/// `Refused`, saying why.
pub fn parse(url: &str) -> Result<Url, OutboundError> {
    let refuse = |why: &str| Err(OutboundError::Refused(why.to_owned()));
    let Ok(url) = Url::parse(url.trim()) else { return refuse("this is not a URL") };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return refuse("only http and https addresses can be called");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("the address must not hold a user name or password");
    }
    Ok(url)
}

/// The client's error, or ours if that is behind it.
fn failed(error: reqwest::Error) -> OutboundError {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        if let Some(OutboundError::Refused(why)) = inner.downcast_ref() {
            return OutboundError::Refused(why.clone());
        }
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    OutboundError::Network(text)
}

/// A host name in one spelling.
fn plain_host(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn is_host_name(text: &str) -> bool {
    text.len() <= 253 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, response::Redirect, routing::post};

    use super::*;

    fn guard(allow: &str) -> Guard {
        Guard::allowing(allow).unwrap()
    }

    fn to(url: &str) -> Call {
        Call {
            method: Method::POST,
            url: url.to_owned(),
            headers: vec![("idempotency-key", "k".to_owned())],
            body: Some(b"{}".to_vec()),
            timeout: Duration::from_secs(5),
            limit: 1000,
        }
    }

    /// A server on the loopback device; answers its port.
    async fn server() -> u16 {
        let app = Router::new()
            .route("/", post(|headers: HeaderMap| async move { format!("{:?}", headers["idempotency-key"]) }))
            .route("/long", post(|| async { "x".repeat(1001) }))
            .route("/away", post(|| async { Redirect::temporary("http://169.254.169.254/") }))
            .route("/broken", post(|| async { (StatusCode::BAD_GATEWAY, "no") }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, app).await });
        port
    }

    #[test]
    fn addresses_inside_are_refused_however_they_are_written() {
        let guard = guard("");
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://169.254.169.254/latest/meta-data",
            "https://user:pw@example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "example.com",
        ] {
            assert!(matches!(guard.check(url), Err(OutboundError::Refused(_))), "{url}");
        }
        for url in ["https://example.com/hook?a=b", "http://93.184.216.34:8080/", "https://[2606:4700::1111]/"] {
            assert!(guard.check(url).is_ok(), "{url}");
        }
    }

    #[tokio::test]
    async fn names_are_checked_when_they_are_resolved() {
        let port = server().await;
        let url = format!("http://localhost:{port}/");
        assert!(matches!(guard("").call(to(&url)).await, Err(OutboundError::Refused(_))));
        for allow in ["LOCALHOST.", "example.com, 127.0.0.0/8 ,::1"] {
            let answer = guard(allow).call(to(&url)).await.unwrap();
            assert_eq!((answer.status, answer.body.as_slice()), (200, br#""k""#.as_slice()));
            assert_eq!(answer.media_type.as_deref(), Some("text/plain"));
        }
        assert!(Guard::allowing("10.0.0.0/99").is_err() && Guard::allowing("http://x").is_err());
    }

    #[tokio::test]
    async fn whoever_connects_alone_gets_checked_addresses() {
        let local = IpAddr::from([127, 0, 0, 1]);
        for host in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost", "169.254.169.254"] {
            assert!(matches!(guard("").addresses(host).await, Err(OutboundError::Refused(_))), "{host}");
        }
        assert_eq!(guard("127.0.0.0/8").addresses("localhost").await.unwrap(), [local]);
        assert_eq!(guard("127.0.0.0/8").addresses("127.0.0.1").await.unwrap(), [local]);
        assert!(guard("localhost").addresses("127.0.0.1").await.is_err());
        assert_eq!(guard("").addresses("8.8.8.8").await.unwrap(), [IpAddr::from([8, 8, 8, 8])]);
    }

    #[tokio::test]
    async fn a_name_that_turns_inward_after_the_first_answer_is_refused() {
        let port = server().await;
        let answers = std::sync::atomic::AtomicU32::new(0);
        let lookup = move |_: String| -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
            // Public and private together, and then private alone.
            let first = answers.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
            let inside = IpAddr::from([127, 0, 0, 1]);
            let outside = IpAddr::from([203, 0, 112, 7]);
            Box::pin(async move { Ok(if first { vec![inside, outside] } else { vec![inside] }) })
        };
        let guard = Guard::with_lookup("", Box::new(lookup)).unwrap();
        assert_eq!(guard.rules.resolve("evil.example").await.unwrap(), [IpAddr::from([203, 0, 112, 7])]);
        let outcome = guard.call(to(&format!("http://evil.example:{port}/"))).await;
        assert_eq!(outcome, Err(OutboundError::Refused("evil.example has no public address".into())));
    }

    #[tokio::test]
    async fn answers_are_bounded_and_redirects_are_not_followed() {
        let port = server().await;
        let guard = guard("127.0.0.1");
        let call = async |path: &str| guard.call(to(&format!("http://127.0.0.1:{port}{path}"))).await;
        assert_eq!(call("/long").await, Err(OutboundError::TooLarge(1000)));
        assert_eq!(call("/away").await.unwrap().status, 307);
        assert_eq!(call("/broken").await.unwrap().status, 502);
    }
}
