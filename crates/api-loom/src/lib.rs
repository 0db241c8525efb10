//! The dialect of Loom: signing in, organizations and keys, conversations with coding agents, calls of models through one
//! shape for all providers, and the providers' own APIs passed through.

mod auth;
mod browser;
mod cache;
mod device;
mod document;
mod errors;
mod health;
mod keys;
mod metered;
mod native;
mod oauth;
mod orgs;
mod paging;
mod proxy;
mod queries;
mod scopes;
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
use federation::Providers;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{cache::Cache, proxy::Shared, queries::Queries};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Heddle: Loom",
        description = "Signing in, organizations, conversations with coding agents, and calls of models: in one shape for all \
                       providers, and in the providers' own.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(native::pass_through, health::health),
    components(schemas(shape::ErrorBody))
)]
struct Document;

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(auth::list_providers))
        .routes(routes!(auth::get_current_user))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::request_magic_link))
        .routes(routes!(auth::verify_magic_link))
        .routes(routes!(auth::list_identities))
        .routes(routes!(auth::unlink_identity))
        .routes(routes!(oauth::oauth_login))
        .routes(routes!(oauth::oauth_callback))
        .routes(routes!(oauth::oauth_callback_alt))
        .routes(routes!(device::device_start))
        .routes(routes!(device::device_poll))
        .routes(routes!(device::get_device_request))
        .routes(routes!(device::approve_device))
        .routes(routes!(device::deny_device))
        .routes(routes!(sockets::get_ws_token))
        .routes(routes!(keys::list_api_keys, keys::create_api_key))
        .routes(routes!(keys::revoke_api_key))
        .routes(routes!(keys::rotate_api_key))
        .routes(routes!(orgs::list_orgs, orgs::create_org))
        .routes(routes!(orgs::get_org, orgs::update_org, orgs::delete_org))
        .routes(routes!(orgs::list_org_members, orgs::add_org_member))
        .routes(routes!(orgs::remove_org_member))
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
    (Method::GET, "/auth/providers"),
    (Method::POST, "/auth/magic-link"),
    (Method::GET, "/auth/magic-link/verify"),
    (Method::GET, "/auth/login/{provider}"),
    (Method::GET, "/auth/callback/{provider}"),
    (Method::GET, "/auth/{provider}/callback"),
    (Method::POST, "/auth/device/start"),
    (Method::POST, "/auth/device/poll"),
    (Method::GET, "/api/shared/{token}"),
    (Method::GET, "/api/weaver/{id}/attach"),
    (Method::GET, "/api/ws/sessions/{id}"),
];

/// The OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    document::name_scopes(&mut document);
    document::name_providers(&mut document);
    api::openapi::complete(&mut document, "ErrorBody");
    shape::say_as_loom_does(&mut document);
    document
}

/// The router, with the layers every request passes: its id, the error body, the caller and its limit.
pub fn router(app: &App, providers: Providers, weavers: Weavers) -> Router<App> {
    let (router, _) = routes().split_for_parts();
    // Loom's clients send no CSRF token.
    let gate = Gate::new(app, OPEN).needing(scopes::need).trusting_own_pages();
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
        .layer(Extension(providers))
        .layer(Extension(weavers))
        .layer(Extension(shared))
        .method_not_allowed_fallback(api::method_not_allowed)
        .layer(middleware::from_fn_with_state(gate, api::gate))
        .layer(middleware::from_fn(shape::shape))
        // Asked often by whoever watches over the server, so it passes no gate.
        .route("/health", get(health::health))
}
