//! The whole router: the dialects, their documents, and what operators ask.

use std::time::Instant;

use api::App;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, MatchedPath, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use identity::sessions;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_swagger_ui::SwaggerUi;

/// The largest JSON body, in bytes. Files have a limit of their own.
const JSON_BODY: usize = 2 << 20;

/// Everything that is served.
pub fn router(app: App, metrics: PrometheusHandle) -> Router {
    Router::new()
        .merge(api_interloom::v1::router(&app))
        .merge(SwaggerUi::new("/docs").url("/openapi/interloom-v1.json", api_interloom::v1::openapi()))
        .route("/", get(|| async { Redirect::temporary("/docs") }))
        .route("/health", get(|| async { Json(json!({"status": "ok"})) }))
        .route("/ready", get(ready))
        .route("/metrics", get(move || async move { metrics.render() }))
        .route("/auth/link", get(begin_session))
        .fallback(api::not_found)
        .layer(DefaultBodyLimit::max(JSON_BODY))
        .layer(middleware::from_fn(measure))
        .layer(middleware::from_fn(safe_headers))
        .layer(CatchPanicLayer::new())
        .with_state(app)
}

/// Whether the databases answer.
async fn ready(State(app): State<App>) -> Response {
    match app.store().control_read(|tx| tx.query_one("SELECT 1", &[], |_| Ok(()))).await {
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

/// Counts and times requests by route, never by path, so that no id gets into a metric.
async fn measure(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("none", MatchedPath::as_str).to_owned();
    let status = response.status().as_u16();
    tracing::debug!(%method, route, status, micros = begun.elapsed().as_micros() as u64, "request");
    metrics::counter!("heddle_http_requests_total", "method" => method.to_string(), "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("heddle_http_request_seconds", "route" => route).record(begun.elapsed().as_secs_f64());
    response
}

/// Headers that keep browsers from guessing.
async fn safe_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    response
}
