//! WebSockets: who opens one, and how its end is told.
//!
//! A socket's route is open at the gate. Whoever has a bearer key sends it with the upgrade. Everybody else sends as the
//! first message `{"type": "auth", "token": "ws_…"}`, with a token from `/auth/ws-token`, within ten seconds.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{
        FromRequestParts,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::request::Parts,
    response::{IntoResponse, Response},
};
use identity::{Principal, Via, socket_tokens};
use kernel::{Error, Kind, Result};
use serde_json::{Map, Value as Json, json};

use crate::{App, Ctx, Failure, RequestId};

/// How long the first message may take.
const FIRST: Duration = Duration::from_secs(10);
/// The most bytes of one message.
const MOST: usize = 1 << 20;
/// The most bytes of the first message.
const MOST_FIRST: usize = 4096;

/// The codes with which the server closes a socket.
pub mod code {
    /// All is said.
    pub const DONE: u16 = 1000;
    /// The server goes away; come back later.
    pub const LEAVING: u16 = 1001;
    /// A message makes no sense.
    pub const MALFORMED: u16 = 4400;
    /// The first message does not say who opened the socket.
    pub const UNAUTHORIZED: u16 = 4401;
    /// Whoever opened the socket may not.
    pub const FORBIDDEN: u16 = 4403;
    /// What the socket is about is not there.
    pub const NOT_FOUND: u16 = 4404;
    /// The first message did not come in time.
    pub const TIMEOUT: u16 = 4408;
    /// What the socket is about is in no state for it.
    pub const CONFLICT: u16 = 4409;
    /// The server cannot at the moment.
    pub const UNAVAILABLE: u16 = 4503;
}

/// A request to open a socket.
pub struct Opening {
    app: App,
    /// Whoever the request's key names.
    principal: Option<Arc<Principal>>,
    request_id: RequestId,
    upgrade: WebSocketUpgrade,
}

impl FromRequestParts<App> for Opening {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> std::result::Result<Self, Response> {
        let principal = parts.extensions.get::<Arc<Principal>>().cloned();
        let request_id = parts.extensions.get::<RequestId>().copied();
        let request_id =
            request_id.ok_or_else(|| Failure(Error::internal("a socket without the gate")).into_response())?;
        let upgrade = WebSocketUpgrade::from_request_parts(parts, app).await.map_err(|_| {
            let text = "This is a WebSocket; send an upgrade.";
            Failure(Error::new(Kind::BadRequest, "upgrade_required", text)).into_response()
        })?;
        // A browser sends the cookie whoever made the page, so a cookie alone opens nothing.
        let principal = principal.filter(|principal| matches!(principal.via, Via::Key(_)));
        Ok(Self { app: app.clone(), principal, request_id, upgrade })
    }
}

/// An open socket, and who is at its other end.
pub struct Opened {
    /// The application and who calls.
    pub ctx: Ctx,
    /// What the first message said besides who it is from; empty for a bearer key.
    pub said: Map<String, Json>,
    /// The socket.
    pub socket: WebSocket,
}

impl Opening {
    /// Answers the upgrade; `then` is given the socket once it is known who opened it. Who stays unknown is told so and
    /// the socket is closed.
    pub fn accept<F, R>(self, then: F) -> Response
    where
        F: FnOnce(Opened) -> R + Send + 'static,
        R: Future<Output = ()> + Send,
    {
        let Self { app, principal, request_id, upgrade } = self;
        let upgrade = upgrade.max_message_size(MOST).max_frame_size(MOST);
        upgrade.on_upgrade(move |mut socket| async move {
            let (principal, said) = match principal {
                Some(principal) => (principal, Map::new()),
                None => match first(&app, &mut socket).await {
                    Ok((principal, said)) => (Arc::new(principal), said),
                    Err(error) => return close(socket, &error).await,
                },
            };
            let ctx = Ctx { app, principal, request_id };
            then(Opened { ctx, said, socket }).await;
        })
    }
}

/// Reads the first message and redeems its token.
async fn first(app: &App, socket: &mut WebSocket) -> Result<(Principal, Map<String, Json>)> {
    let text = tokio::time::timeout(FIRST, first_text(socket)).await.map_err(|_| {
        Error::new(Kind::Unauthorized, "auth_timeout", "The first message did not come within ten seconds.")
    })??;
    let refused = || {
        let text = "The first message must read {\"type\": \"auth\", \"token\": \"ws_…\"}.";
        Error::new(Kind::Unauthorized, "auth_required", text)
    };
    let mut said = auth_message(&text).ok_or_else(refused)?;
    let Some(Json::String(token)) = said.remove("token") else { return Err(refused()) };
    said.remove("type");
    Ok((socket_tokens::redeem(app.store(), &token).await?, said))
}

async fn first_text(socket: &mut WebSocket) -> Result<String> {
    let gone = || Error::new(Kind::Unauthorized, "auth_required", "The socket was closed before its first message.");
    loop {
        let bytes: Bytes = match socket.recv().await {
            Some(Ok(Message::Text(text))) => text.into(),
            Some(Ok(Message::Binary(bytes))) => bytes,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(gone()),
        };
        let short = bytes.get(..bytes.len().min(MOST_FIRST)).filter(|_| bytes.len() <= MOST_FIRST);
        let text = short.and_then(|bytes| std::str::from_utf8(bytes).ok());
        return text
            .map(str::to_owned)
            .ok_or_else(|| Error::new(Kind::Unauthorized, "auth_required", "The first message must be a short text."));
    }
}

/// The fields of a message of type `auth`. Clients that send a key with the upgrade may send one too; it says nothing new.
pub fn auth_message(text: &str) -> Option<Map<String, Json>> {
    match serde_json::from_str(text) {
        Ok(Json::Object(fields)) if fields.get("type").is_some_and(|kind| kind == "auth") => Some(fields),
        _ => None,
    }
}

/// Tells what went wrong, as a message `{"type": "error", …}` and as the code of the end, and ends the socket.
pub async fn close(mut socket: WebSocket, error: &Error) {
    let text = json!({"type": "error", "error": error.code(), "message": error.message()}).to_string();
    // Whoever has gone needs no reason.
    let _ = socket.send(Message::Text(text.into())).await;
    end(socket, code_of(error), error.code()).await;
}

/// Ends the socket with a code and a word.
pub async fn end(mut socket: WebSocket, code: u16, reason: &'static str) {
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    // The other side answers the close; without waiting for it, it might not read what was sent before.
    let answered = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = tokio::time::timeout(Duration::from_secs(2), answered).await;
}

fn code_of(error: &Error) -> u16 {
    match (error.kind(), error.code()) {
        (_, "auth_timeout") => code::TIMEOUT,
        (Kind::Unauthorized, _) => code::UNAUTHORIZED,
        (Kind::Forbidden, _) => code::FORBIDDEN,
        (Kind::NotFound, _) => code::NOT_FOUND,
        (Kind::Conflict | Kind::Outdated, _) => code::CONFLICT,
        (Kind::Unavailable | Kind::RateLimited | Kind::Internal, _) => code::UNAVAILABLE,
        _ => code::MALFORMED,
    }
}
