//! Where the server listens: on this machine only, at one path.

use std::{
    fmt::{self, Display},
    io,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use axum::http::uri::PathAndQuery;

/// Why something cannot be an address or an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

/// A host of this machine and a port: `localhost:8765`, `127.0.0.1:8765`, `[::1]:8765`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `localhost`, or an address as URLs have it.
    host: String,
    port: u16,
}

impl Address {
    /// The host, as URLs have it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The addresses of this machine that are meant.
    pub(super) async fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        let found = tokio::net::lookup_host((self.host.trim_matches(['[', ']']), self.port)).await?;
        // A name may be made to mean anything.
        let found: Vec<_> = found.filter(|address| address.ip().is_loopback()).collect();
        match found.is_empty() {
            true => Err(io::Error::other(format!("{} does not mean this machine", self.host))),
            false => Ok(found),
        }
    }
}

impl FromStr for Address {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = |why: &str| Invalid(format!("the address \"{text}\" {why}"));
        let (host, port) = text.rsplit_once(':').ok_or_else(|| invalid("has no port"))?;
        let port = port.parse().map_err(|_| invalid("has no port"))?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let local = match (bare, host.parse::<IpAddr>()) {
            _ if host.eq_ignore_ascii_case("localhost") => true,
            (Some(bare), _) => bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6() && ip.is_loopback()),
            // An IPv6 address without brackets would leave open where the port begins.
            (None, Ok(IpAddr::V4(ip))) => ip.is_loopback(),
            _ => false,
        };
        match local {
            true => Ok(Self { host: host.to_ascii_lowercase(), port }),
            false => Err(invalid("is not on this machine: use localhost, 127.0.0.1 or [::1]")),
        }
    }
}

/// The path at which the server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Endpoint {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid("the endpoint must not be empty".into()));
        }
        if text.contains(['?', '#']) {
            return Err(Invalid(format!("the endpoint \"{text}\" must be a path without ? and #")));
        }
        let path = if text.starts_with('/') { text.to_owned() } else { format!("/{text}") };
        match PathAndQuery::try_from(path.as_str()) {
            Ok(_) => Ok(Self(path)),
            Err(error) => Err(Invalid(format!("the endpoint \"{text}\" is not a path: {error}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_listened_at() {
        for good in ["localhost:8765", "LocalHost:0", "127.0.0.1:8765", "127.9.9.9:1", "[::1]:8765"] {
            assert!(good.parse::<Address>().is_ok(), "{good}");
        }
        for bad in [
            ":8765",
            "0.0.0.0:8765",
            "192.168.1.10:8765",
            "example.com:8765",
            "[::]:8765",
            "[fe80::1]:8765",
            "::1:8765",
            "127.0.0.1",
            "localhost",
            "localhost:",
            "localhost:http",
            "localhost:70000",
            "[127.0.0.1]:1",
            "",
            "localhost.example.com:1",
            "[::ffff:127.0.0.1]:1",
            "127.0.0.1@example.com:80",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_means_this_machine() {
        for text in ["localhost:1", "127.0.0.1:1", "[::1]:1"] {
            let address: Address = text.parse().expect("an address");
            let found = address.resolve().await.expect("addresses");
            assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()), "{text}: {found:?}");
        }
    }

    #[test]
    fn an_endpoint_is_a_path() {
        for (text, path) in [("/mcp", "/mcp"), ("mcp", "/mcp"), ("  /a/b ", "/a/b"), ("/", "/"), ("a{b}*", "/a{b}*")] {
            assert_eq!(text.parse::<Endpoint>().map(|endpoint| endpoint.to_string()).as_deref(), Ok(path), "{text}");
        }
        for bad in ["", "  ", "/mcp?x", "/mcp#x", "a b", "/a\nb"] {
            assert!(bad.parse::<Endpoint>().is_err(), "{bad:?}");
        }
    }
}
