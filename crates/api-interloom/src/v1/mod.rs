//! Interloom v1 (`/v1`): one file per section of the reference. Beyond the reference, and ours: live events, search, runs,
//! proposals.

mod actors;
mod artifacts;
mod cases;
mod datatables;
mod emails;
mod envelope;
mod events;
mod instructions;
mod labels;
mod procedures;
mod proposals;
mod runs;
mod search;
mod spaces;
mod stages;
mod threads;
mod tools;

use api::App;
pub(crate) use artifacts::keep_or_discard;
use axum::{Router, extract::DefaultBodyLimit, middleware};
use utoipa::OpenApi;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Heddle: Interloom v1",
        description = "Cases worked by people and AI agents. Every answer carries X-Request-Id and X-RateLimit-Limit, -Remaining and -Reset.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(envelope::ErrorBody))
)]
struct Document;

/// Every route of the section list, in its order.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        // Spaces
        .routes(routes!(spaces::list_spaces, spaces::create_space))
        .routes(routes!(spaces::get_space, spaces::update_space))
        .routes(routes!(spaces::list_space_members, spaces::add_space_member))
        // Cases
        .routes(routes!(cases::list_cases, cases::create_case))
        .routes(routes!(cases::get_case, cases::update_case))
        .routes(routes!(cases::commence_case))
        .routes(routes!(cases::resolve_case))
        .routes(routes!(cases::reopen_case))
        .routes(routes!(cases::close_case))
        .routes(routes!(cases::set_case_motion))
        .routes(routes!(cases::list_subcases))
        // Stages
        .routes(routes!(stages::list_case_stages))
        .routes(routes!(stages::get_stage, stages::update_stage))
        .routes(routes!(stages::complete_stage))
        .routes(routes!(stages::skip_stage))
        .routes(routes!(stages::spawn_subcase))
        // Instructions
        .routes(routes!(instructions::list_stage_instructions, instructions::add_instruction))
        .routes(routes!(instructions::update_instruction))
        .routes(routes!(instructions::complete_instruction))
        // Procedures
        .routes(routes!(procedures::list_procedures, procedures::create_procedure))
        .routes(routes!(procedures::get_procedure, procedures::update_procedure))
        .routes(routes!(procedures::list_procedure_stages, procedures::add_procedure_stage))
        .routes(routes!(procedures::apply_procedure))
        // Actors
        .routes(routes!(actors::list_actors, actors::create_actor))
        .routes(routes!(actors::get_actor, actors::update_actor))
        // Threads
        .routes(routes!(threads::list_threads, threads::create_thread))
        .routes(routes!(threads::get_thread))
        .routes(routes!(threads::list_thread_activities, threads::post_activity))
        // Artifacts
        .routes(routes!(artifacts::list_artifacts, artifacts::upload_artifact).layer(DefaultBodyLimit::disable()))
        .routes(routes!(artifacts::get_artifact, artifacts::delete_artifact))
        .routes(routes!(artifacts::download_artifact))
        // DataTables
        .routes(routes!(datatables::list_datatables, datatables::create_datatable).layer(DefaultBodyLimit::disable()))
        .routes(routes!(datatables::get_datatable))
        .routes(routes!(datatables::query_datatable_rows))
        // EmailMessages
        .routes(routes!(emails::list_emails, emails::create_email))
        .routes(routes!(emails::get_email, emails::update_email))
        .routes(routes!(emails::send_email))
        // Tools
        .routes(routes!(tools::list_space_tools, tools::register_space_tool))
        .routes(routes!(tools::get_tool))
        .routes(routes!(tools::attach_tool))
        .routes(routes!(tools::set_tool_hosts))
        // Labels
        .routes(routes!(labels::list_space_labels, labels::create_label))
        .routes(routes!(labels::apply_case_label))
        .routes(routes!(labels::remove_case_label))
        // Ours: runs and proposals of agents, live events, search
        .routes(routes!(runs::list_runs))
        .routes(routes!(runs::get_run))
        .routes(routes!(runs::list_run_steps))
        .routes(routes!(runs::cancel_run))
        .routes(routes!(runs::retry_run))
        .routes(routes!(proposals::list_proposals))
        .routes(routes!(proposals::get_proposal))
        .routes(routes!(proposals::decide_proposal))
        .routes(routes!(events::follow_events))
        .routes(routes!(search::search))
}

/// The OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    api::openapi::complete(&mut document, "ErrorBody");
    document
}

/// The router, with the layers every request passes: its id, the error body, the caller and its limit.
pub fn router(app: &App) -> Router<App> {
    let (router, _) = routes().split_for_parts();
    router
        .route("/v1/{*rest}", axum::routing::any(api::not_found))
        .method_not_allowed_fallback(api::method_not_allowed)
        .layer(middleware::from_fn_with_state(app.clone(), api::gate))
        .layer(middleware::from_fn(envelope::envelop))
}
