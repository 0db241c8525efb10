//! The token that opens a socket (Loom, Authentication).

use api::{Ctx, Failure};
use axum::Json;
use identity::socket_tokens;
use serde::Serialize;
use utoipa::ToSchema;

/// A token for one socket.
#[derive(Serialize, ToSchema)]
pub struct SocketToken {
    /// What the socket's first message carries: `{"type": "auth", "token": "ws_…"}`.
    token: String,
    /// Seconds until it can no longer be used.
    expires_in: u64,
}

/// A token that opens one socket as the caller, once, within 30 seconds: scripts of a page cannot read the session's cookie.
#[utoipa::path(get, path = "/auth/ws-token", tag = "Authentication", responses((status = 200, body = SocketToken)))]
pub async fn get_ws_token(ctx: Ctx) -> Result<Json<SocketToken>, Failure> {
    let token = socket_tokens::issue(ctx.app.store(), &ctx.principal).await?;
    Ok(Json(SocketToken { token, expires_in: socket_tokens::LIFE.as_secs() }))
}
