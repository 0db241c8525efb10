//! The whole router: the dialects, their documents, and what operators ask.

use api::App;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use identity::sessions;
use mcp::remote::Remote;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_swagger_ui::SwaggerUi;

use crate::measure;

/// The largest JSON body, in bytes. Files have a limit of their own.
const JSON_BODY: usize = 2 << 20;

/// Everything that is served; with `agents`, also the Model Context Protocol.
pub fn router(app: App, metrics: PrometheusHandle, agents: Option<Remote>) -> Router {
    let protocol = agents.map_or_else(Router::new, |agents| Router::new().route_service("/mcp", agents));
    Router::new()
        .merge(protocol)
        .merge(api_interloom::v1::router(&app))
        .merge(api_interloom::public::router(&app))
        .merge(api_interloom::download::router())
        .merge(
            SwaggerUi::new("/docs")
                .url("/openapi/interloom-v1.json", api_interloom::v1::openapi())
                .url("/openapi/interloom-public.json", api_interloom::public::openapi()),
        )
        .route("/", get(|| async { Redirect::temporary("/docs") }))
        .route("/health", get(|| async { Json(json!({"status": "ok"})) }))
        .route("/ready", get(ready))
        .route("/metrics", get(move || async move { metrics.render() }))
        .route("/auth/link", get(begin_session))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(JSON_BODY))
        .layer(middleware::from_fn(measure::measure))
        .layer(CatchPanicLayer::new())
        .with_state(app)
}

/// What a path outside of every dialect answers.
async fn not_found() -> Response {
    let error = json!({"code": "not_found", "message": "There is nothing at this path.", "status": 404});
    (StatusCode::NOT_FOUND, Json(json!({"error": error}))).into_response()
}

/// Whether the databases answer.
async fn ready(State(app): State<App>) -> Response {
    match app.store().check().await {
        Ok(()) => Json(json!({"status": "ready"})).into_response(),
        Err(error) => {
            tracing::warn!(?error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "unavailable"}))).into_response()
        }
    }
}

#[derive(Deserialize)]
struct Link {
    token: String,
}

/// Turns a one-time link into a session.
async fn begin_session(State(app): State<App>, Query(link): Query<Link>) -> Response {
    let begun = app.store().control_write(move |tx| sessions::begin(tx, &link.token)).await;
    let session = match begun {
        Ok(session) => session,
        Err(error) => return (api::status_of(error.kind()), error.message().to_owned()).into_response(),
    };
    let secure = if app.settings().public_url.starts_with("https:") { "; Secure" } else { "" };
    let age = sessions::SESSION.as_secs();
    let cookies = [
        format!("{}={}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", api::SESSION_COOKIE, session.cookie),
        // Our own pages read this one and repeat it in a header.
        format!("heddle_csrf={}; Path=/; Max-Age={age}; SameSite=Strict{secure}", session.csrf),
    ];
    let mut response = Redirect::to("/docs").into_response();
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
