//! One request over HTTP and its answer, which is JSON: the SDK's transport, without memory between requests, and sessions
//! around it for the versions of the protocol that have them.

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::ALLOW},
    response::{IntoResponse, Response},
};
use rmcp::{
    model::ProtocolVersion,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use serde::Deserialize;

use super::sessions::{Owner, Sessions};
use crate::Server;

static SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
static VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// The largest request, in bytes: 8 MiB of a file as base64, or as text with its escapes.
const LARGEST: usize = 18 << 20;

/// Answers requests.
#[derive(Clone)]
pub(crate) struct Exchange {
    protocol: StreamableHttpService<Server, NeverSessionManager>,
    sessions: Sessions,
}

impl Exchange {
    /// With the hosts and origins of `config`.
    pub(crate) fn new(server: Server, config: StreamableHttpServerConfig, sessions: Sessions) -> Self {
        let config = config
            .enforce_origin_validation()
            .with_legacy_session_mode(false)
            .with_json_response(true)
            .with_max_request_body_bytes(LARGEST);
        let protocol =
            StreamableHttpService::new(move || Ok(server.clone()), Arc::new(NeverSessionManager::default()), config);
        Self { protocol, sessions }
    }

    pub(crate) async fn handle(&self, owner: Owner, request: Request) -> Response {
        if let Some(refusal) = self.foreign(probe(&request)).await {
            return refusal;
        }
        match *request.method() {
            Method::POST => self.post(owner, request).await,
            Method::DELETE => self.delete(owner, request.headers()),
            // The server says nothing of its own accord, so there is no stream to open.
            _ => (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST, DELETE")]).into_response(),
        }
    }

    /// The refusal of a request that names a foreign host, or comes from a foreign page.
    async fn foreign(&self, probe: Request) -> Option<Response> {
        let answer = self.protocol.handle(probe).await;
        (answer.status() != StatusCode::METHOD_NOT_ALLOWED).then(|| answer.map(Body::new))
    }

    async fn post(&self, owner: Owner, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, LARGEST).await else {
            let text = format!("the request is larger than {} MiB, or did not come to its end", LARGEST >> 20);
            return (StatusCode::PAYLOAD_TOO_LARGE, text).into_response();
        };
        let begins = match (session(&parts.headers), Seen::of(&parts.headers, &body)) {
            (Some(id), _) if !self.sessions.uses(id, owner) => return unknown(),
            (Some(_), _) | (None, Seen::WithoutSession) => false,
            (None, Seen::Beginning) => true,
            (None, Seen::InSession) => {
                let text = "begin a session by initialize, and name it in Mcp-Session-Id";
                return (StatusCode::BAD_REQUEST, text).into_response();
            }
        };
        let mut answer = self.protocol.handle(Request::from_parts(parts, Body::from(body))).await.map(Body::new);
        if begins && answer.status() == StatusCode::OK {
            let id = self.sessions.begin(owner).and_then(|id| HeaderValue::try_from(id).ok());
            let Some(id) = id else {
                return (StatusCode::SERVICE_UNAVAILABLE, "there are too many sessions").into_response();
            };
            answer.headers_mut().insert(SESSION.clone(), id);
        }
        answer
    }

    fn delete(&self, owner: Owner, headers: &HeaderMap) -> Response {
        match session(headers) {
            None => (StatusCode::BAD_REQUEST, "name the session in Mcp-Session-Id").into_response(),
            Some(id) if self.sessions.end(id, owner) => StatusCode::NO_CONTENT.into_response(),
            Some(_) => unknown(),
        }
    }
}

/// A request with the same head and a method that the SDK refuses, after it has judged hosts and origins and before it looks at
/// anything else.
fn probe(request: &Request) -> Request {
    let mut probe = Request::new(Body::empty());
    *probe.method_mut() = Method::OPTIONS;
    *probe.uri_mut() = request.uri().clone();
    *probe.headers_mut() = request.headers().clone();
    probe
}

fn session(headers: &HeaderMap) -> Option<&str> {
    // What is no text is no session that was given out.
    headers.get(&SESSION).map(|id| id.to_str().unwrap_or_default())
}

/// Others' sessions look like none.
fn unknown() -> Response {
    (StatusCode::NOT_FOUND, "there is no such session").into_response()
}

/// What a request has to do with sessions.
enum Seen {
    /// It begins one.
    Beginning,
    /// It is made in one.
    InSession,
    /// Its version of the protocol has none, or it is nothing that the protocol knows, which the SDK says.
    WithoutSession,
}

impl Seen {
    fn of(headers: &HeaderMap, body: &Bytes) -> Self {
        #[derive(Deserialize)]
        struct Message<'a> {
            #[serde(borrow, default)]
            method: Cow<'a, str>,
            params: Option<Params>,
        }
        #[derive(Deserialize)]
        struct Params {
            #[serde(rename = "_meta", default)]
            meta: Option<Meta>,
        }
        #[derive(Deserialize)]
        struct Meta {
            #[serde(rename = "io.modelcontextprotocol/protocolVersion")]
            version: Option<String>,
        }
        let Ok(message) = serde_json::from_slice::<Message<'_>>(body) else { return Self::WithoutSession };
        if message.method == "initialize" {
            return Self::Beginning;
        }
        let sessionless = |version: &str| version >= ProtocolVersion::V_2026_07_28.as_str();
        let told = headers.get(&VERSION).and_then(|version| version.to_str().ok()).is_some_and(sessionless);
        let meta = message.params.and_then(|params| params.meta).and_then(|meta| meta.version);
        match told || meta.is_some() || message.method == "server/discover" {
            true => Self::WithoutSession,
            false => Self::InSession,
        }
    }
}
