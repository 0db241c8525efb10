//! The gate: who calls, whether that may pass, and how often.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use identity::{Principal, Via};
use kernel::{Error, Kind, Result};
use uuid::Uuid;

use crate::{App, Failure, RequestId, Taken, cookies::SESSION_COOKIE, limit::Caller};

/// The header that repeats the session's CSRF token on calls that change something.
const CSRF_HEADER: &str = "x-csrf-token";

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id.
pub fn identify(request: &mut Request) -> RequestId {
    let id = RequestId(Uuid::now_v7());
    request.extensions_mut().insert(id);
    id
}

/// Writes the request's id on its answer.
pub fn write_id(response: &mut Response, id: RequestId) {
    let mut buffer = Uuid::encode_buffer();
    if let Ok(value) = HeaderValue::from_str(id.0.hyphenated().encode_lower(&mut buffer)) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
}

/// The gate of a dialect.
#[derive(Clone)]
pub struct Gate {
    app: App,
    /// Operations that need no credential, as method and path.
    open: &'static [(Method, &'static str)],
}

impl Gate {
    /// A gate that lets nobody unknown pass, but to the operations in `open`.
    pub fn new(app: &App, open: &'static [(Method, &'static str)]) -> Self {
        Self { app: app.clone(), open }
    }

    fn is_open(&self, request: &Request) -> bool {
        let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        self.open.iter().any(|(method, open)| method == request.method() && path == Some(*open))
    }
}

/// Recognises the caller, counts the request, and lets it pass with the principal at hand. Every answer says where the
/// caller stands with its limit.
pub async fn gate(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let app = &gate.app;
    let recognised = credentials(app, request.headers()).await;
    let caller = match &recognised {
        Ok(principal) => match principal.via {
            Via::Key(key) => Caller::Key(key),
            Via::Session { .. } => Caller::User(principal.user),
        },
        Err(_) => Caller::Address(request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())),
    };
    let taken = app.limiter().take(caller);
    let mut response = if taken.allowed {
        let passes = if gate.is_open(&request) {
            // Somebody with an old cookie must be able to sign in again.
            check_site(app, &request).map(|()| recognised.ok())
        } else {
            recognised.and_then(|principal| check_csrf(&principal, &request).map(|()| Some(principal)))
        };
        match passes {
            Ok(principal) => {
                if let Some(principal) = principal {
                    request.extensions_mut().insert(principal);
                }
                next.run(request).await
            }
            Err(error) => Failure(error).into_response(),
        }
    } else {
        let error = Error::new(
            Kind::RateLimited,
            "rate_limit_exceeded",
            format!("More than {} requests in a minute; the next are accepted when the window ends.", taken.limit),
        );
        Failure(error).into_response()
    };
    write_headers(&mut response, taken);
    response
}

fn write_headers(response: &mut Response, taken: Taken) {
    if taken.limit == 0 {
        return;
    }
    let allowed = taken.allowed;
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-ratelimit-limit"), taken.limit.into());
    headers.insert(HeaderName::from_static("x-ratelimit-remaining"), taken.remaining.into());
    headers.insert(HeaderName::from_static("x-ratelimit-reset"), taken.reset.into());
    if !allowed {
        let seconds = (taken.reset - kernel::Timestamp::now().seconds()).max(1);
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
}

/// Whoever the request's bearer token, API key or session cookie names.
///
/// # Errors
/// `unauthorized` when there is no credential or it is unknown, revoked or over.
pub async fn credentials(app: &App, headers: &HeaderMap) -> Result<Arc<Principal>> {
    let refused = |message: &str| Error::new(Kind::Unauthorized, "unauthorized", message);
    if let Some(key) = bearer(headers)? {
        let principal = app.authenticator().by_key(key).await?;
        return principal.ok_or_else(|| refused("This API key is unknown or revoked."));
    }
    if let Some(cookie) = session_cookie(headers) {
        let principal = app.authenticator().by_session(cookie).await?;
        return principal.ok_or_else(|| refused("This session is over; sign in again."));
    }
    Err(refused("Send an API key: Authorization: Bearer KEY."))
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let malformed =
        || Error::new(Kind::Unauthorized, "unauthorized", "The Authorization header must read: Bearer KEY.");
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let text = value.to_str().map_err(|_| malformed())?;
        let (scheme, key) = text.split_once(' ').ok_or_else(malformed)?;
        if !scheme.eq_ignore_ascii_case("bearer") || key.trim().is_empty() {
            return Err(malformed());
        }
        return Ok(Some(key.trim()));
    }
    match headers.get("x-api-key") {
        Some(value) => value.to_str().map(|key| Some(key.trim())).map_err(|_| malformed()),
        None => Ok(None),
    }
}

fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == SESSION_COOKIE).map(|(_, value)| value)
}

/// A cookie is sent by the browser whoever made the page, so a call that changes something must prove that ours did.
fn check_csrf(principal: &Principal, request: &Request) -> Result<()> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let token = request.headers().get(CSRF_HEADER).and_then(|value| value.to_str().ok());
    if principal.csrf_matches(token) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Forbidden,
        "csrf_token_invalid",
        "Calls with a session cookie must repeat the session's token in X-CSRF-Token.",
    ))
}

/// Another site's page must not sign its visitor in here, as somebody of its choice.
fn check_site(app: &App, request: &Request) -> Result<()> {
    if *request.method() == Method::GET {
        return Ok(());
    }
    let header = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or(""));
    let site = header(HeaderName::from_static("sec-fetch-site"));
    let ours = header(header::ORIGIN).is_none_or(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        origin == app.settings().public_url || (host.is_some() && host == header(header::HOST))
    });
    if ours && site != Some("cross-site") {
        return Ok(());
    }
    Err(Error::new(Kind::Forbidden, "cross_site_request", "This is for pages of this server only."))
}
