//! The cookies of a session: one that only the server reads, and its CSRF token for our own pages to repeat.

use axum::http::{HeaderMap, HeaderValue, header};
use identity::sessions::{self, NewSession};

use crate::App;

/// The name of the session cookie.
pub const SESSION_COOKIE: &str = "heddle_session";
/// The name of the cookie that holds the session's CSRF token.
pub const CSRF_COOKIE: &str = "heddle_csrf";

/// Gives the browser the cookies of a session.
pub fn set(app: &App, headers: &mut HeaderMap, session: &NewSession) {
    put(app, headers, [&session.cookie, &session.csrf], sessions::SESSION.as_secs());
}

/// Takes them away.
pub fn clear(app: &App, headers: &mut HeaderMap) {
    put(app, headers, ["", ""], 0);
}

fn put(app: &App, headers: &mut HeaderMap, [cookie, csrf]: [&str; 2], age: u64) {
    let secure = if app.settings().public_url.starts_with("https:") { "; Secure" } else { "" };
    let cookies = [
        format!("{SESSION_COOKIE}={cookie}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"),
        // Our own pages read this one and repeat it in a header.
        format!("{CSRF_COOKIE}={csrf}; Path=/; Max-Age={age}; SameSite=Strict{secure}"),
    ];
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, value);
        }
    }
}
