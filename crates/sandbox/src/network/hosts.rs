//! Which hosts a program may reach.

use std::{fmt, net::IpAddr, str::FromStr};

/// The ports that go with a host named without one.
const PORTS: [u16; 2] = [80, 443];

/// The hosts that a program may reach, each a name, an address or a pattern, with or without a port:
///
/// | text | means |
/// |---|---|
/// | `api.example.com` | that host, ports 80 and 443 |
/// | `api.example.com:8443` | that host, that port |
/// | `*.example.com` | every host below `example.com`, but not itself |
/// | `192.0.2.1`, `[2001:db8::1]:8080` | that address |
/// | `*` | every host |
///
/// That a host is named is not enough: the guard against calls into this server's own networks decides as well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Rule>);

/// A host and a port in one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    name: url::Host,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    name: Name,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Any,
    /// With the point before it.
    Below(String),
    Exactly(url::Host),
}

impl Hosts {
    /// Reads hosts.
    ///
    /// # Errors
    /// Text that names the first one that is none.
    pub fn parse<T: AsRef<str>>(hosts: impl IntoIterator<Item = T>) -> Result<Self, String> {
        hosts.into_iter().map(|host| host.as_ref().parse()).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the host may be reached.
    pub fn allow(&self, host: &Host) -> bool {
        self.0.iter().any(|rule| rule.allows(host))
    }
}

impl Host {
    /// Reads a host's name or address as it stands in a URL.
    ///
    /// # Errors
    /// Text that names it when it is none.
    pub fn new(name: &str, port: u16) -> Result<Self, String> {
        Ok(Self { name: parse_name(name)?, port })
    }

    /// The name or the address, without the brackets of a URL.
    pub fn name(&self) -> String {
        self.address().map_or_else(|| self.name.to_string(), |ip| ip.to_string())
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn address(&self) -> Option<IpAddr> {
        match self.name {
            url::Host::Ipv4(ip) => Some(ip.into()),
            url::Host::Ipv6(ip) => Some(ip.into()),
            url::Host::Domain(_) => None,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}

impl Rule {
    fn allows(&self, host: &Host) -> bool {
        let is_port = self.port.map_or(PORTS.contains(&host.port), |port| port == host.port);
        is_port
            && match &self.name {
                Name::Any => true,
                Name::Exactly(name) => *name == host.name,
                Name::Below(end) => matches!(&host.name, url::Host::Domain(name) if name.ends_with(end)),
            }
    }
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (name, port) = match text.rsplit_once(':') {
            // The colons of an address without a port are inside of its brackets.
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (text, None),
        };
        let port =
            port.map(|port| port.parse().map_err(|_| format!("{text:?} has no port after its colon"))).transpose()?;
        let name = match name.strip_prefix("*.") {
            _ if name == "*" => Name::Any,
            Some(end) => match parse_name(end)? {
                url::Host::Domain(end) => Name::Below(format!(".{end}")),
                _ => return Err(format!("{text:?}: there is nothing below an address")),
            },
            None => Name::Exactly(parse_name(name)?),
        };
        Ok(Self { name, port })
    }
}

/// A name in small letters and without a point at its end, an address in its usual form.
fn parse_name(name: &str) -> Result<url::Host, String> {
    let wrong = || format!("{name:?} is not the name of a host");
    let plain = name.strip_suffix('.').unwrap_or(name);
    // A URL's parser decodes percent escapes, which no host has, and takes stars.
    if plain.contains(['%', '*']) {
        return Err(wrong());
    }
    url::Host::parse(plain).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &[&str], name: &str, port: u16) -> bool {
        Hosts::parse(hosts).unwrap().allow(&Host::new(name, port).unwrap())
    }

    #[test]
    fn hosts_are_named_one_by_one() {
        let hosts = ["api.example.com", " Other.Example:8443 ", "192.0.2.1", "[2001:db8::1]:8080", "bücher.example"];
        for (name, port) in [
            ("api.example.com", 443),
            ("API.example.com.", 80),
            ("other.example", 8443),
            ("192.0.2.1", 80),
            ("0xc0000201", 80),
            ("[2001:db8:0::1]", 8080),
            ("xn--bcher-kva.example", 443),
        ] {
            assert!(allows(&hosts, name, port), "{name}:{port}");
        }
        for (name, port) in [
            ("example.com", 443),
            ("a.api.example.com", 443),
            ("api.example.com.evil.example", 443),
            ("api.example.com", 8443),
            ("other.example", 443),
            ("192.0.2.2", 80),
            ("[2001:db8::1]", 80),
        ] {
            assert!(!allows(&hosts, name, port), "{name}:{port}");
        }
        assert!(!allows(&[], "api.example.com", 443));
    }

    #[test]
    fn a_star_stands_for_what_is_below() {
        let below = ["*.example.com"];
        assert!(allows(&below, "a.example.com", 443) && allows(&below, "a.b.example.com", 80));
        assert!(!allows(&below, "example.com", 443) && !allows(&below, "badexample.com", 443));
        assert!(allows(&["*"], "any.example", 443) && !allows(&["*"], "any.example", 22));
        assert!(allows(&["*:22"], "any.example", 22) && !allows(&["*:22"], "any.example", 443));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for bad in [
            "",
            "a b",
            "a:b",
            "a:99999",
            "http://a.example",
            "a/b",
            "*.*",
            "a.*.example",
            "*a.example",
            "*.192.0.2.1",
            "::1",
        ] {
            assert!(Hosts::parse([bad]).is_err(), "{bad}");
        }
    }
}
