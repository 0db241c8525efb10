//! Interloom v1 (`/v1`): one file per section of the reference. Beyond the reference, and ours: live events, search, runs,
//! proposals.

mod actors;
mod artifacts;
mod audit;
mod calls;
mod case_bulk;
mod case_history;
mod case_list;
mod cases;
mod datatables;
mod designs;
mod emails;
mod envelope;
mod events;
mod inbox;
mod instructions;
mod invitations;
mod keys;
mod labels;
mod members;
mod models;
mod procedures;
mod process;
mod proposals;
mod runs;
mod search;
mod session;
mod spaces;
mod stages;
mod threads;
mod tools;
mod trials;
mod usage;
mod views;
mod workspace;

use api::{App, Gate};
pub(crate) use artifacts::keep_or_discard;
use axum::{Extension, Router, extract::DefaultBodyLimit, http::Method, middleware};
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
        .routes(routes!(spaces::remove_space_member))
        // Cases
        .routes(routes!(case_list::list_cases, cases::create_case))
        .routes(routes!(case_list::count_cases))
        .routes(routes!(case_bulk::change_cases))
        .routes(routes!(cases::get_case, cases::update_case))
        .routes(routes!(cases::commence_case))
        .routes(routes!(cases::resolve_case))
        .routes(routes!(cases::reopen_case))
        .routes(routes!(cases::close_case))
        .routes(routes!(cases::set_case_motion))
        .routes(routes!(cases::list_subcases))
        .routes(routes!(case_history::list_case_moves))
        .routes(routes!(case_history::list_case_history))
        .routes(routes!(case_history::get_case_tree))
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
        .routes(routes!(procedures::get_procedure, procedures::update_procedure, designs::delete_procedure))
        .routes(routes!(procedures::list_procedure_stages, procedures::add_procedure_stage))
        .routes(routes!(procedures::apply_procedure))
        .routes(routes!(designs::get_procedure_design, designs::put_procedure_design))
        .routes(routes!(designs::list_procedure_versions))
        .routes(routes!(designs::get_procedure_version))
        .routes(routes!(designs::restore_procedure_version))
        .routes(routes!(designs::try_procedure))
        .routes(routes!(designs::check_condition))
        .routes(routes!(process::discover_procedure))
        // Actors
        .routes(routes!(actors::list_actors, actors::create_actor))
        .routes(routes!(actors::get_actor, actors::update_actor))
        // Threads
        .routes(routes!(threads::list_threads, threads::create_thread))
        .routes(routes!(threads::get_thread))
        .routes(routes!(threads::list_thread_activities, threads::post_activity))
        .routes(routes!(threads::edit_comment, threads::delete_comment))
        // Artifacts
        .routes(routes!(artifacts::list_artifacts, artifacts::upload_artifact).layer(DefaultBodyLimit::disable()))
        .routes(routes!(artifacts::get_artifact, artifacts::delete_artifact))
        .routes(routes!(artifacts::download_artifact))
        .routes(routes!(artifacts::preview_artifact))
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
        .routes(routes!(tools::get_tool_script))
        .routes(routes!(tools::set_tool_hosts))
        // Labels
        .routes(routes!(labels::list_space_labels, labels::create_label))
        .routes(routes!(labels::update_label, labels::delete_label))
        .routes(routes!(labels::apply_case_label))
        .routes(routes!(labels::remove_case_label))
        // Ours: accounts and administration
        .routes(routes!(session::get_setup, session::run_setup))
        .routes(routes!(session::get_session, session::sign_in, session::sign_out))
        .routes(routes!(session::switch_workspace))
        .routes(routes!(session::request_link))
        .routes(routes!(session::redeem_link))
        .routes(routes!(session::set_password))
        .routes(routes!(session::update_user))
        .routes(routes!(session::list_sessions))
        .routes(routes!(session::end_session))
        .routes(routes!(keys::list_keys, keys::create_key))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(members::list_members))
        .routes(routes!(members::update_member, members::deactivate_member))
        .routes(routes!(members::reactivate_member))
        .routes(routes!(invitations::list_invitations, invitations::create_invitation))
        .routes(routes!(invitations::withdraw_invitation))
        .routes(routes!(invitations::show_invitation))
        .routes(routes!(invitations::accept_invitation))
        .routes(routes!(audit::list_audit))
        .routes(routes!(audit::export_audit))
        .routes(routes!(workspace::get_workspace, workspace::update_workspace))
        .routes(routes!(workspace::list_outbox))
        // Ours: runs and proposals of agents, live events, search
        .routes(routes!(runs::list_runs))
        .routes(routes!(runs::get_run))
        .routes(routes!(runs::list_run_steps))
        .routes(routes!(runs::cancel_run))
        .routes(routes!(runs::retry_run))
        .routes(routes!(trials::begin_trial))
        .routes(routes!(trials::get_actor_record))
        .routes(routes!(usage::get_usage))
        .routes(routes!(calls::list_calls))
        .routes(routes!(calls::get_prices, calls::put_prices))
        .routes(routes!(calls::get_limits, calls::put_limits))
        .routes(routes!(models::list_models))
        .routes(routes!(process::get_space_process))
        .routes(routes!(process::list_process_cases))
        .routes(routes!(proposals::list_proposals))
        .routes(routes!(proposals::get_proposal))
        .routes(routes!(proposals::decide_proposal))
        .routes(routes!(events::follow_events))
        .routes(routes!(search::search))
        .routes(routes!(inbox::get_inbox))
        .routes(routes!(inbox::set_inbox_seen))
        .routes(routes!(views::list_views, views::create_view))
        .routes(routes!(views::update_view, views::delete_view))
}

/// Operations that need no credential: they are how people get one.
const OPEN: &[(Method, &str)] = &[
    (Method::GET, "/v1/setup"),
    (Method::POST, "/v1/setup"),
    (Method::POST, "/v1/session"),
    (Method::POST, "/v1/session/link"),
    (Method::POST, "/v1/session/link/redeem"),
    (Method::POST, "/v1/invitations/by-token"),
    (Method::POST, "/v1/invitations/accept"),
];

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
        .layer(middleware::from_fn_with_state(Gate::new(app, OPEN), api::gate))
        .layer(Extension(mining::Processes::default()))
        .layer(middleware::from_fn(envelope::envelop))
}
