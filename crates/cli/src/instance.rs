//! Instances: what people call a server, its address, and the name of its configuration.

use crate::{Failure, Result};

/// The domain that a bare name belongs to.
const DOMAIN: &str = ".interloom.com";

/// A server to sign in to.
#[derive(Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its name in the names of configurations.
    pub name: String,
    /// Its address.
    pub base_url: String,
}

impl Instance {
    /// Reads what a person calls a server: a bare name, a host, a URL.
    pub fn parse(input: &str) -> Result<Self> {
        let text = input.trim().to_lowercase();
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme @ ("http" | "https"), rest)) => (Some(scheme), rest),
            Some(_) => return Err(not_one(input)),
            None => (None, text.as_str()),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (host, port) = split(authority).ok_or_else(|| not_one(input))?;
        let local = matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "[::1]");
        // A name with a port or a scheme is an address already.
        let bare = !local && scheme.is_none() && port.is_none() && !host.contains('.');
        let host = if bare { format!("{host}{DOMAIN}") } else { host.to_owned() };
        let scheme = if local { "http" } else { scheme.unwrap_or("https") };
        let port = port.map(|port| port.to_string());
        let mut name = host.strip_suffix(DOMAIN).unwrap_or(&host).replace(['[', ']', ':'], "-");
        let mut base_url = format!("{scheme}://{host}");
        if let Some(port) = port {
            name = format!("{name}-{port}");
            base_url = format!("{base_url}:{port}");
        }
        Ok(Self { name: name.trim_matches('-').to_owned(), base_url })
    }

    /// The name of the configuration for an organisation's key.
    pub fn config_name(&self, organization_slug: &str) -> String {
        match organization_slug {
            "" => self.name.clone(),
            slug => format!("{}-{slug}", self.name),
        }
    }

    /// The page where a key can be made.
    pub fn token_page(&self, organization_slug: Option<&str>) -> String {
        let slug = organization_slug.filter(|slug| !slug.is_empty()).map(|slug| format!("/{slug}"));
        let slug = slug.unwrap_or_default();
        format!("{}{slug}/personal-tokens?autoCreate=true&name=Interloom%20CLI", self.base_url)
    }
}

/// Host and port; nothing when the text is no host.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    if authority == "::1" {
        return Some(("[::1]", None));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().ok().filter(|port| *port != 0)?)),
        _ => (authority, None),
    };
    let plain = |host: &str| host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    let sound = host == "[::1]" || (plain(host) && !host.starts_with(['.', '-']) && !host.contains(".."));
    (sound && !host.is_empty()).then_some((host, port))
}

fn not_one(input: &str) -> Failure {
    match input.trim() {
        "" => Failure::plain("the instance is blank: name one, such as app.example.com or localhost:8080"),
        given => Failure::plain(format!("\"{given}\" is not an instance, such as app.example.com or localhost:8080")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_may_be_called_in_many_ways() {
        let table = [
            ("dev", "dev", "https://dev.interloom.com"),
            ("dev.interloom.com", "dev", "https://dev.interloom.com"),
            ("https://dev.interloom.com/", "dev", "https://dev.interloom.com"),
            ("  DEV.Interloom.com ", "dev", "https://dev.interloom.com"),
            ("staging.eu.interloom.com", "staging.eu", "https://staging.eu.interloom.com"),
            ("app.interloom.com/cases?x=1#y", "app", "https://app.interloom.com"),
            ("localhost:8080", "localhost-8080", "http://localhost:8080"),
            ("http://localhost:8080", "localhost-8080", "http://localhost:8080"),
            ("https://localhost:3000", "localhost-3000", "http://localhost:3000"),
            ("127.0.0.1:9000", "127.0.0.1-9000", "http://127.0.0.1:9000"),
            ("0.0.0.0:80", "0.0.0.0-80", "http://0.0.0.0:80"),
            ("[::1]:9000", "--1--9000", "http://[::1]:9000"),
            ("interloom.com", "interloom.com", "https://interloom.com"),
            ("api.example.com", "api.example.com", "https://api.example.com"),
            ("http://api.example.com:81", "api.example.com-81", "http://api.example.com:81"),
            ("http://heddle:8080", "heddle-8080", "http://heddle:8080"),
            ("heddle:8080", "heddle-8080", "https://heddle:8080"),
        ];
        for (input, name, base_url) in table {
            let instance = Instance::parse(input).expect(input);
            let name = name.trim_start_matches('-');
            assert_eq!((instance.name.as_str(), instance.base_url.as_str()), (name, base_url), "{input}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for input in [
            "",
            "  ",
            "https://",
            "/x",
            "a b",
            "../x",
            "..",
            "user@host.com",
            "ftp://host",
            "host:99999",
            "host:x",
            "[::2]",
        ] {
            assert!(matches!(Instance::parse(input), Err(Failure::Plain(_))), "{input:?}");
        }
    }

    #[test]
    fn a_configuration_is_named_after_host_and_organisation() {
        let instance = Instance::parse("dev").expect("an instance");
        assert_eq!(instance.config_name("acme"), "dev-acme");
        assert_eq!(instance.config_name(""), "dev");
    }

    #[test]
    fn keys_are_made_on_the_page_of_the_organisation_if_it_is_named() {
        let query = "autoCreate=true&name=Interloom%20CLI";
        let page = |instance, slug| Instance::parse(instance).expect("an instance").token_page(slug);
        assert_eq!(page("dev", None), format!("https://dev.interloom.com/personal-tokens?{query}"));
        assert_eq!(page("dev/", Some("")), format!("https://dev.interloom.com/personal-tokens?{query}"));
        assert_eq!(page("dev", Some("acme")), format!("https://dev.interloom.com/acme/personal-tokens?{query}"));
        assert_eq!(page("localhost:3000", None), format!("http://localhost:3000/personal-tokens?{query}"));
    }
}
