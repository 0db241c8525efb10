//! For many callers, beside an API: each request brings its key, and its calls go out with that key.
//!
//! Files are given and taken in the calls themselves, since the callers' files are not on this machine. Sessions are kept in
//! memory: where several servers share the work, requests of one session must reach the same one. Versions of the protocol
//! from 2026-07-28 on have no sessions and need no such care.

use std::{convert::Infallible, future::Future, sync::Arc, task};

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use client::{ApiKey, Client, Retry, Settings as Sending};
use futures::future::BoxFuture;
use rmcp::transport::streamable_http_server::StreamableHttpServerConfig;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tower::Service;
use url::Url;

use crate::{
    Files, Options, Server,
    http::{
        DRAIN,
        exchange::Exchange,
        sessions::{Limits, Owner, Sessions},
    },
};

/// Where a remote server and its API are.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The API's address on this machine.
    pub api: String,
    /// Where clients reach the server: another `Host` than its host or this machine is refused.
    pub public_url: String,
    /// The server's version.
    pub version: String,
    /// Set when the server is to stop: answers under way have five more seconds then.
    pub stop: CancellationToken,
}

/// Whether a key may come in, or why that cannot be told.
type Verdict = Result<bool, String>;
type Doorkeeper = dyn Fn(ApiKey) -> BoxFuture<'static, Verdict> + Send + Sync;

/// A service for the path of the protocol.
#[derive(Clone)]
pub struct Remote {
    exchange: Exchange,
    /// Its connections are used for all callers.
    client: Client,
    doorkeeper: Arc<Doorkeeper>,
    stop: CancellationToken,
}

impl Remote {
    /// A service that lets in whom `knows` knows: it is asked about the key of each request, and answers why when it cannot
    /// tell.
    ///
    /// # Errors
    /// An address that is none.
    pub fn new<F, R>(settings: &Settings, knows: F) -> Result<Self, client::Error>
    where
        F: Fn(ApiKey) -> R + Send + Sync + 'static,
        R: Future<Output = Verdict> + Send + 'static,
    {
        let sending = Sending {
            user_agent: format!("heddle-mcp/{}", settings.version),
            // The API is here. When it does not answer, the caller is told so at once.
            retry: Retry { attempts: 1, ..Retry::default() },
            proxies: false,
            ..Sending::default()
        };
        let server = Server::for_many(Options {
            name: "heddle".into(),
            title: "Heddle".into(),
            version: settings.version.clone(),
            files: Files::Inline,
        });
        let sessions = Sessions::new(Limits::default());
        Ok(Self {
            exchange: Exchange::new(server, allowed(&settings.public_url), sessions),
            client: Client::with(&settings.api, ApiKey::new(""), sending)?,
            doorkeeper: Arc::new(move |key| Box::pin(knows(key))),
            stop: settings.stop.clone(),
        })
    }

    async fn answer(self, mut request: Request) -> Response {
        let Some(key) = bearer(request.headers()) else {
            return unauthorized("", "Send an API key: Authorization: Bearer KEY.");
        };
        match (self.doorkeeper)(key.clone()).await {
            Ok(true) => {}
            Ok(false) => return unauthorized(", error=\"invalid_token\"", "This API key is unknown or revoked."),
            Err(reason) => {
                tracing::error!(reason, "a key could not be looked up");
                return error(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Keys cannot be looked up now.");
            }
        }
        let Ok(client) = self.client.with_key(&key) else {
            return unauthorized(", error=\"invalid_token\"", "This API key is unknown or revoked.");
        };
        request.extensions_mut().insert(client);
        tokio::select! {
            answer = self.exchange.handle(Owner::of_key(key.reveal()), request) => answer,
            () = self.late() => error(StatusCode::SERVICE_UNAVAILABLE, "stopping", "The server is being stopped."),
        }
    }

    /// Completes when the server is to stop and has waited for long enough.
    async fn late(&self) {
        self.stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    }
}

impl Service<Request> for Remote {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> task::Poll<Result<(), Infallible>> {
        task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let remote = self.clone();
        Box::pin(async move { Ok(remote.answer(request).await) })
    }
}

/// The hosts and origins that requests may name: those of the public URL and of this machine.
fn allowed(public_url: &str) -> StreamableHttpServerConfig {
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let mut origins = vec!["http://localhost:*".into(), "http://127.0.0.1:*".into(), "http://[::1]:*".into()];
    if let Ok(url) = Url::parse(public_url)
        && let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default())
    {
        hosts.push(host.to_owned());
        origins.push(format!("{}://{host}:{port}", url.scheme()));
    }
    StreamableHttpServerConfig::default().with_allowed_hosts(hosts).with_allowed_origins(origins)
}

fn bearer(headers: &HeaderMap) -> Option<ApiKey> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    Some(ApiKey::new(key)).filter(|key| scheme.eq_ignore_ascii_case("bearer") && !key.is_empty())
}

fn unauthorized(why: &str, message: &str) -> Response {
    let challenge = format!("Bearer realm=\"heddle\"{why}");
    ([(header::WWW_AUTHENTICATE, challenge)], error(StatusCode::UNAUTHORIZED, "unauthorized", message)).into_response()
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let error = json!({ "code": code, "message": message, "status": status.as_u16() });
    (status, Json(json!({ "error": error }))).into_response()
}
