//! The whole router: the dialects, their documents, and what operators ask.

use api::{App, Visitor, cookies};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use federation::Providers;
use identity::accounts;
use mcp::remote::Remote;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_swagger_ui::SwaggerUi;
use weavers::Weavers;

use crate::{measure, web};

/// The largest JSON body, in bytes. Files have a limit of their own.
const JSON_BODY: usize = 2 << 20;

/// Everything that is served; with `agents`, also the Model Context Protocol.
pub fn router(
    app: App,
    weavers: Weavers,
    metrics: PrometheusHandle,
    agents: Option<Remote>,
    providers: Providers,
) -> Router {
    let protocol = agents.map_or_else(Router::new, |agents| Router::new().route_service("/mcp", agents));
    Router::new()
        .merge(protocol)
        .merge(api_interloom::v1::router(&app))
        .merge(api_interloom::public::router(&app))
        .merge(api_interloom::download::router())
        .merge(api_loom::router(&app, providers, weavers))
        .merge(
            SwaggerUi::new("/docs")
                .url("/openapi/interloom-v1.json", api_interloom::v1::openapi())
                .url("/openapi/interloom-public.json", api_interloom::public::openapi())
                .url("/openapi/loom.json", api_loom::openapi()),
        )
        .route("/ready", get(ready))
        .route("/metrics", get(move || async move { metrics.render() }))
        .route("/auth/link", get(begin_session))
        .fallback(elsewhere)
        .layer(DefaultBodyLimit::max(JSON_BODY))
        .layer(middleware::from_fn(measure::measure))
        .layer(CatchPanicLayer::new())
        .with_state(app)
}

/// What a path outside of every dialect answers: the web app, or that there is nothing.
async fn elsewhere(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if let Some(response) = web::serve(&method, &uri, &headers) {
        return response;
    }
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
async fn begin_session(visitor: Visitor, method: Method, Query(link): Query<Link>) -> Response {
    let app = &visitor.app;
    if method == Method::HEAD {
        // Whoever only looks must not use the link up.
        return StatusCode::NO_CONTENT.into_response();
    }
    let session = match accounts::redeem(app.store(), link.token, visitor.origin.clone()).await {
        Ok(session) => session,
        Err(error) => return (api::status_of(error.kind()), error.message().to_owned()).into_response(),
    };
    let mut response = Redirect::to("/").into_response();
    cookies::set(app, response.headers_mut(), &session);
    response
}
