//! The cookies of a session: one that only the server reads, and its CSRF token for our own pages to repeat.

use axum::http::{HeaderMap, HeaderValue, header};
use identity::sessions::NewSession;
use kernel::{Error, Result};

use crate::App;

/// The name of the session cookie where the operator has given none.
pub const SESSION_COOKIE: &str = "loom_session";
/// The name of the cookie that holds the session's CSRF token.
pub const CSRF_COOKIE: &str = "heddle_csrf";
/// How long browsers keep the cookies, in seconds: as long as they keep any. When a session is over is decided here.
const KEPT: u64 = 400 * 24 * 3600;
/// The longest name, in bytes.
const LONGEST: usize = 64;

/// Checks the name that an operator gives the session cookie of a server that browsers reach at `public_url`.
///
/// # Errors
/// `Invalid` for what no cookie can be called, for another cookie's name, and for a prefix that browsers accept over HTTPS
/// only.
pub fn check_name(name: &str, public_url: &str) -> Result<()> {
    let refuse = |why: &str| Err(Error::invalid("HEDDLE_SESSION_COOKIE", format!("HEDDLE_SESSION_COOKIE {why}")));
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || name.len() > LONGEST || !name.bytes().all(token) {
        return refuse("must be 1 to 64 letters, digits, hyphens and underscores");
    }
    if [CSRF_COOKIE, LOGIN_COOKIE].iter().any(|other| name.eq_ignore_ascii_case(other)) {
        return refuse("is the name of another cookie of ours");
    }
    let lower = name.to_ascii_lowercase();
    let needs_https = lower.starts_with("__host-") || lower.starts_with("__secure-");
    if needs_https && !public_url.starts_with("https:") {
        return refuse(
            "begins with a prefix that browsers accept over HTTPS only; set HEDDLE_PUBLIC_URL to an https: address",
        );
    }
    Ok(())
}

/// Gives the browser the cookies of a session.
pub fn set(app: &App, headers: &mut HeaderMap, session: &NewSession) {
    put(app, headers, [&session.cookie, &session.csrf], KEPT);
}

/// Takes them away.
pub fn clear(app: &App, headers: &mut HeaderMap) {
    put(app, headers, ["", ""], 0);
}

fn put(app: &App, headers: &mut HeaderMap, [cookie, csrf]: [&str; 2], age: u64) {
    let name = &app.settings().session_cookie;
    let secure = secure(app);
    append(headers, &format!("{name}={cookie}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"));
    // Our own pages read this one and repeat it in a header.
    append(headers, &format!("{CSRF_COOKIE}={csrf}; Path=/; Max-Age={age}; SameSite=Strict{secure}"));
}

/// The name of the cookie that ties a sign-in under way at a provider to the browser that began it.
pub const LOGIN_COOKIE: &str = "heddle_login";

/// Gives the browser the secret of the sign-ins that it has begun, for `age` seconds.
pub fn set_login(app: &App, headers: &mut HeaderMap, secret: &str, age: u64) {
    let secure = secure(app);
    // Lax, since the provider's page sends the browser back.
    append(headers, &format!("{LOGIN_COOKIE}={secret}; Path=/auth; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"));
}

/// The value of a cookie that the browser sent.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn secure(app: &App) -> &'static str {
    if app.settings().public_url.starts_with("https:") { "; Secure" } else { "" }
}

fn append(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_browsers_take() {
        for good in ["loom_session", "s", "__Host-s", "a.b-c"] {
            check_name(good, "https://heddle.example").unwrap();
        }
        for bad in ["", "a b", "a;b", "a=b", "ä", "heddle_csrf", "HEDDLE_LOGIN", &"x".repeat(65)] {
            assert!(check_name(bad, "https://heddle.example").is_err(), "{bad}");
        }
        assert!(check_name("__Host-s", "http://127.0.0.1:8080").is_err());
        assert!(check_name("__secure-s", "http://127.0.0.1:8080").is_err());
    }
}
