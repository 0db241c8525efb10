//! The dialect of Loom: calls of models through one shape for all providers, and the providers' own APIs passed through.

mod cache;
mod errors;
mod metered;
mod native;
mod paging;
mod proxy;
mod queries;
mod session;
mod shape;
mod sockets;
mod threads;
mod weavers;
mod wire;

use ::weavers::Weavers;
use agents::redaction::Redactions;
use api::{App, Gate};
use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    http::Method,
    middleware,
    routing::{any, get},
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{cache::Cache, proxy::Shared, queries::Queries};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Heddle: Loom",
        description = "Calls of models: in one shape for all providers, and in the providers' own.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(native::pass_through),
    components(schemas(shape::ErrorBody))
)]
struct Document;

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(sockets::get_ws_token))
        .routes(routes!(session::session_stream))
        .routes(routes!(threads::list_threads))
        .routes(routes!(threads::search_threads))
        .routes(routes!(
            threads::get_thread,
            threads::upsert_thread,
            threads::post_thread,
            threads::update_thread,
            threads::delete_thread
        ))
        .routes(routes!(threads::list_thread_versions))
        .routes(routes!(threads::get_thread_version))
        .routes(routes!(threads::share_thread))
        .routes(routes!(threads::list_thread_links))
        .routes(routes!(threads::withdraw_thread_link))
        .routes(routes!(threads::get_shared_thread))
        .routes(routes!(weavers::create_weaver, weavers::list_weavers))
        .routes(routes!(weavers::get_weaver, weavers::delete_weaver))
        .routes(routes!(weavers::get_weaver_logs))
        .routes(routes!(weavers::attach_weaver))
        .routes(routes!(proxy::complete))
        .routes(routes!(proxy::stream))
        .routes(routes!(queries::answer_query))
}

/// Operations that need no credential.
const OPEN: &[(Method, &str)] = &[
    (Method::GET, "/api/shared/{token}"),
    (Method::GET, "/api/weaver/{id}/attach"),
    (Method::GET, "/api/ws/sessions/{id}"),
];

/// The OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    api::openapi::complete(&mut document, "ErrorBody");
    shape::say_as_loom_does(&mut document);
    document
}

/// The router, with the layers every request passes: its id, the error body, the caller and its limit.
pub fn router(app: &App, weavers: Weavers) -> Router<App> {
    let (router, _) = routes().split_for_parts();
    let shared = Shared {
        redactions: Redactions::from_env(app.vault().clone()),
        cache: Cache::new(app.settings().llm_cache),
        queries: Queries::default(),
    };
    router
        .route("/proxy/{provider}/v1/{*rest}", any(native::pass_through))
        .route("/proxy/{provider}/{operation}", any(api::not_found))
        // Clients differ in how they call it.
        .route("/api/weavers", get(weavers::list_weavers))
        .layer(DefaultBodyLimit::max(native::MOST))
        .layer(Extension(weavers))
        .layer(Extension(shared))
        .method_not_allowed_fallback(api::method_not_allowed)
        .layer(middleware::from_fn_with_state(Gate::new(app, OPEN), api::gate))
        .layer(middleware::from_fn(shape::shape))
}
