//! Operations that a browser visits: they end on a page, whatever comes of them. Programs are told the same as errors.

use api::{App, Failure, cookies};
use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use identity::sessions::NewSession;
use kernel::{Error, Kind, Result};

/// The longest path that somebody returns to, in bytes.
const LONGEST: usize = 2000;

/// Where somebody goes after signing in: a path of this server. Any other address would make the sign-in a way to lead
/// people elsewhere.
///
/// # Errors
/// `Invalid` for anything else.
pub fn return_to(asked: Option<&str>) -> Result<String> {
    let path = asked.unwrap_or("/");
    // Browsers take a backslash for a slash and leave out control characters.
    let local = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if local && path.len() <= LONGEST && path.is_ascii() && !path.contains(|c: char| c.is_control() || c == ' ') {
        return Ok(path.to_owned());
    }
    Err(Error::invalid("redirect_uri", "redirect_uri must be a path of this server, such as /dashboard"))
}

/// Sends the browser to an address.
pub fn redirect(to: &str) -> Response {
    let Ok(to) = HeaderValue::from_str(to) else {
        return Failure(Error::internal("an address that cannot stand in a header")).into_response();
    };
    let headers = [(header::LOCATION, to), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::FOUND, headers).into_response()
}

/// Gives the browser its session and sends it to where it wanted to be.
pub fn signed_in(app: &App, session: &NewSession, to: &str) -> Response {
    let mut response = redirect(to);
    cookies::set(app, response.headers_mut(), session);
    response
}

/// Tells what went wrong: a browser's page is the one for signing in, with the error's word; a program gets the error.
pub fn refuse(headers: &HeaderMap, provider: Option<&str>, error: Error) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !accepted.contains("text/html") {
        return Failure(error).into_response();
    }
    match error.kind() {
        Kind::Internal => tracing::error!(?error, provider, "a sign-in failed"),
        _ => tracing::info!(code = error.code(), context = error.context(), provider, "a sign-in was refused"),
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("error", error.code());
    if let Some(provider) = provider {
        query.append_pair("provider", provider);
    }
    redirect(&format!("/sign-in?{}", query.finish()))
}

/// Whether somebody only looks, or a browser fetches ahead: that must not use anything up.
pub fn only_looks(method: &Method, headers: &HeaderMap) -> bool {
    let ahead = |name: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|purpose| {
            let purpose = purpose.to_ascii_lowercase();
            purpose.contains("prefetch") || purpose.contains("prerender") || purpose.contains("preview")
        })
    };
    *method == Method::HEAD || ["sec-purpose", "purpose", "x-purpose", "x-moz"].into_iter().any(ahead)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_taken_stays_on_this_server(path in "[/\\\\:.@?# \t\r\na-z%0-9]{0,12}|.{0,20}") {
            if let Ok(to) = return_to(Some(&path)) {
                let here = url::Url::parse("https://heddle.example/auth/callback/oidc").unwrap();
                let there = here.join(&to).unwrap();
                prop_assert_eq!(there.origin(), here.origin());
                prop_assert!(redirect(&to).status() == StatusCode::FOUND);
            }
        }
    }

    #[test]
    fn people_return_to_paths_of_this_server_only() {
        assert_eq!(return_to(None).unwrap(), "/");
        for good in ["/", "/dashboard", "/a/b?c=d&e=/f#g", "/%2F%2Fevil.example"] {
            assert_eq!(return_to(Some(good)).unwrap(), good);
        }
        let long = format!("/{}", "x".repeat(LONGEST));
        for bad in [
            "",
            "dashboard",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nset-cookie: x=y",
            "/ä",
            " /",
            long.as_str(),
        ] {
            assert!(return_to(Some(bad)).is_err(), "{bad:?}");
        }
    }
}
