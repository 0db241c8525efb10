//! The gate: who calls, whether that may pass, and how often.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use identity::{Principal, Scope, Via};
use kernel::{Error, Kind, Result};
use uuid::Uuid;

use crate::{App, Failure, RequestId, Taken, cookies, limit::Caller};

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

/// What a credential with scopes must have for an operation. Others need nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Any scope will do.
    Any,
    /// This one.
    Scope(Scope),
    /// There is none: the operation is for credentials without scopes.
    Unscoped,
}

impl Need {
    /// Checks a caller.
    ///
    /// # Errors
    /// `insufficient_scope`.
    pub fn check(self, principal: &Principal) -> Result<()> {
        match self {
            Self::Any => Ok(()),
            Self::Scope(scope) => principal.scopes.require(scope),
            Self::Unscoped => principal.scopes.require_all(),
        }
    }

    /// The scopes of a dialect that tells reading and changing apart by the method.
    fn by_method(method: &Method, _: &str) -> Self {
        let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        Self::Scope(if reads { Scope::V1Read } else { Scope::V1Write })
    }
}

/// What the operation needs, for those that learn who calls only after the gate: sockets.
#[derive(Clone, Copy, Debug)]
pub struct Needed(pub Need);

/// The gate of a dialect.
#[derive(Clone)]
pub struct Gate {
    app: App,
    /// Operations that need no credential, as method and path.
    open: &'static [(Method, &'static str)],
    /// What each operation needs, by its method and its path in the router.
    needs: fn(&Method, &str) -> Need,
    /// Whether calls by cookie that cannot come from another site's page need no token.
    trusts_own_pages: bool,
}

impl Gate {
    /// A gate that lets nobody unknown pass, but to the operations in `open`. Keys with scopes need `v1:read` or `v1:write`.
    pub fn new(app: &App, open: &'static [(Method, &'static str)]) -> Self {
        Self { app: app.clone(), open, needs: Need::by_method, trusts_own_pages: false }
    }

    /// The gate of a dialect with scopes of its own.
    #[must_use]
    pub fn needing(self, needs: fn(&Method, &str) -> Need) -> Self {
        Self { needs, ..self }
    }

    /// The gate of a dialect whose clients send no CSRF token: a call by cookie passes without one when no page of another
    /// site can have made it.
    #[must_use]
    pub fn trusting_own_pages(self) -> Self {
        Self { trusts_own_pages: true, ..self }
    }

    fn need(&self, request: &Request) -> Need {
        // What has no path in the router is not there.
        let path = request.extensions().get::<MatchedPath>();
        path.map_or(Need::Any, |path| (self.needs)(request.method(), path.as_str()))
    }

    fn is_open(&self, request: &Request) -> bool {
        let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        // Whoever only looks needs no more than who reads.
        let method = if *request.method() == Method::HEAD { &Method::GET } else { request.method() };
        self.open.iter().any(|(known, open)| known == method && path == Some(*open))
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
    let need = gate.need(&request);
    request.extensions_mut().insert(Needed(need));
    let mut response = if taken.allowed {
        let passes = if gate.is_open(&request) {
            // Somebody with an old cookie must be able to sign in again.
            check_site(app, &request).map(|()| recognised.ok())
        } else {
            recognised.and_then(|principal| {
                gate.check_csrf(&principal, &request)?;
                need.check(&principal)?;
                Ok(Some(principal))
            })
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
    if let Some(cookie) = cookies::value(headers, &app.settings().session_cookie) {
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

impl Gate {
    /// A cookie is sent by the browser whoever made the page, so a call that changes something must prove that ours did.
    fn check_csrf(&self, principal: &Principal, request: &Request) -> Result<()> {
        if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
            return Ok(());
        }
        let token = request.headers().get(CSRF_HEADER).and_then(|value| value.to_str().ok());
        if principal.csrf_matches(token) || (self.trusts_own_pages && token.is_none() && is_ours(&self.app, request)) {
            return Ok(());
        }
        Err(Error::new(
            Kind::Forbidden,
            "csrf_token_invalid",
            "Calls with a session cookie must repeat the session's token in X-CSRF-Token.",
        ))
    }
}

/// Whether no page of another site can have made the request. A browser that tells where requests come from says so; one
/// that does not cannot send JSON to another site, and does not send the cookie with a form of another site.
fn is_ours(app: &App, request: &Request) -> bool {
    let headers = request.headers();
    let site = headers.get("sec-fetch-site").map(|value| value.to_str().unwrap_or("unreadable"));
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let has_body = length.is_some_and(|length| length != "0") || headers.contains_key(header::TRANSFER_ENCODING);
    let is_json = |value: &HeaderValue| {
        let essence = value.to_str().unwrap_or("").split(';').next().unwrap_or("").trim();
        essence.eq_ignore_ascii_case("application/json")
    };
    let json = match headers.get(header::CONTENT_TYPE) {
        Some(value) => is_json(value),
        None => !has_body,
    };
    matches!(site, None | Some("same-origin" | "none")) && comes_from_here(app, headers) && json
}

/// Whether the `Origin` is ours, or absent.
fn comes_from_here(app: &App, headers: &HeaderMap) -> bool {
    let header = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    header(header::ORIGIN).is_none_or(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        origin == app.settings().public_url || (host.is_some() && host == header(header::HOST))
    })
}

/// Another site's page must not sign its visitor in here, as somebody of its choice.
fn check_site(app: &App, request: &Request) -> Result<()> {
    if *request.method() == Method::GET {
        return Ok(());
    }
    let site = request.headers().get("sec-fetch-site").map(|value| value.to_str().unwrap_or(""));
    if comes_from_here(app, request.headers()) && site != Some("cross-site") {
        return Ok(());
    }
    Err(Error::new(Kind::Forbidden, "cross_site_request", "This is for pages of this server only."))
}
