//! Whether the server is there (Loom, Health). It asks for nothing, so whoever watches over the server may ask often.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// That the server is there.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `ok`.
    status: &'static str,
    /// The server's version.
    version: &'static str,
}

/// That the server is there. Whether its databases answer is told by `/ready`.
#[utoipa::path(get, path = "/health", tag = "Health", security(()), responses((status = 200, body = Health)))]
pub async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
