//! Interloom public (`/api/v1/public`): one file per section of the vendor's document. The same rows as `/v1`, in another
//! shape: bare objects, slices with a cursor, one status for phase and motion.

mod agents;
mod case_ingestions;
mod cases;
pub(crate) mod errors;
pub(crate) mod files;
pub(crate) mod models;
mod notes;
mod procedures;
mod secrets;
mod spaces;
mod threads;
mod tools;
mod users;
pub mod wire;

use api::{App, Failure};
use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use kernel::Error;
use utoipa::{
    OpenApi,
    openapi::{
        Content, ContentBuilder, Ref, RefOr, ResponseBuilder,
        example::ExampleBuilder,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Schema, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use self::errors::Renames;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Heddle: Interloom public",
        description = "The API of the command line: spaces, cases, notes, files, procedures, agents, tools and threads.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(wire::ApiError, wire::ValidationErrorResponse))
)]
struct Document;

/// A section's routes, with its names for the domain's errors.
fn section(routes: OpenApiRouter<App>, renames: &'static Renames) -> OpenApiRouter<App> {
    routes.layer(middleware::map_response(move |mut response: Response| async move {
        match response.extensions_mut().remove::<Error>() {
            Some(error) => {
                let renamed = Failure(renames.apply(error)).into_response();
                api::keep_headers(response, renamed)
            }
            None => response,
        }
    }))
}

fn routes() -> OpenApiRouter<App> {
    let spaces = OpenApiRouter::new()
        .routes(routes!(spaces::list_spaces, spaces::create_space))
        .routes(routes!(spaces::get_space, spaces::update_space, spaces::delete_space))
        .routes(routes!(spaces::get_space_trigger, spaces::update_space_trigger));
    let cases = OpenApiRouter::new().routes(routes!(cases::list_cases, cases::create_case)).routes(routes!(
        cases::get_case,
        cases::update_case,
        cases::delete_case
    ));
    let case_ingestions = OpenApiRouter::new()
        .routes(routes!(case_ingestions::create_case_ingestion).layer(DefaultBodyLimit::disable()))
        .routes(routes!(case_ingestions::get_case_ingestion))
        .routes(routes!(case_ingestions::list_case_ingestion_errors));
    let procedures = OpenApiRouter::new()
        .routes(routes!(procedures::list_procedures, procedures::create_procedure))
        .routes(routes!(procedures::get_procedure, procedures::update_procedure, procedures::delete_procedure));
    let notes = OpenApiRouter::new().routes(routes!(notes::list_notes, notes::create_note)).routes(routes!(
        notes::get_note,
        notes::update_note,
        notes::delete_note
    ));
    let files = OpenApiRouter::new()
        .routes(routes!(files::list_files, files::create_file).layer(DefaultBodyLimit::disable()))
        .routes(routes!(files::get_file, files::update_file, files::delete_file));
    let threads = OpenApiRouter::new()
        .routes(routes!(threads::get_thread))
        .routes(routes!(threads::list_thread_events))
        .routes(routes!(threads::create_thread_message));
    let agents = OpenApiRouter::new()
        .routes(routes!(agents::list_agents, agents::create_agent))
        .routes(routes!(agents::get_agent, agents::update_agent))
        .routes(routes!(agents::list_agent_tools, agents::replace_agent_tools));
    let tools = OpenApiRouter::new()
        .routes(routes!(tools::list_tools, tools::create_tool))
        .routes(routes!(tools::get_tool, tools::update_tool));
    let secrets = OpenApiRouter::new()
        .routes(routes!(secrets::list_secrets, secrets::create_secret))
        .routes(routes!(secrets::delete_secret));
    let models = OpenApiRouter::new().routes(routes!(models::list_models));
    let users = OpenApiRouter::new()
        .routes(routes!(users::list_users))
        .routes(routes!(users::get_current_user))
        .routes(routes!(users::get_user));
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(section(spaces, &spaces::RENAMES))
        .merge(section(cases, &cases::RENAMES))
        .merge(section(case_ingestions, &case_ingestions::RENAMES))
        .merge(section(procedures, &procedures::RENAMES))
        .merge(section(notes, &notes::RENAMES))
        .merge(section(files, &files::RENAMES))
        .merge(section(threads, &threads::RENAMES))
        .merge(section(agents, &agents::RENAMES))
        .merge(section(tools, &tools::RENAMES))
        .merge(section(secrets, &secrets::RENAMES))
        .merge(section(models, &models::RENAMES))
        .merge(section(users, &users::RENAMES))
}

/// The errors of each operation beside 401, 422 and 429, by its id.
const ERRORS: &[(&str, &[&str])] = &[
    ("listSpaces", &["invalid_cursor"]),
    ("createSpace", &["empty_space_name", "invalid_space_request", "space_not_found"]),
    ("getSpace", &["space_not_found"]),
    ("updateSpace", &["empty_space_name", "invalid_space_request", "space_not_found"]),
    ("deleteSpace", &["space_not_found"]),
    ("getSpaceTrigger", &["space_not_found"]),
    (
        "updateSpaceTrigger",
        &["invalid_space_request", "space_not_found", "assignee_not_found", "case_not_found", "procedure_not_found"],
    ),
    (
        "listCases",
        &["invalid_cursor", "invalid_case_filters", "space_not_found", "parent_case_not_found", "user_not_found"],
    ),
    (
        "createCase",
        &[
            "invalid_case_parent",
            "empty_case_title",
            "empty_case_tag_name",
            "invalid_case_request",
            "file_thread_mismatch",
            "space_not_found",
            "parent_case_not_found",
            "case_not_found",
            "user_not_found",
            "attached_files_not_found",
            "case_external_id_conflict",
        ],
    ),
    ("getCase", &["case_not_found"]),
    (
        "updateCase",
        &[
            "invalid_case_parent",
            "case_cannot_parent_itself",
            "case_parent_cycle",
            "empty_case_title",
            "empty_case_tag_name",
            "invalid_case_request",
            "case_not_found",
            "space_not_found",
            "parent_case_not_found",
            "user_not_found",
        ],
    ),
    ("deleteCase", &["case_not_found"]),
    (
        "createCaseIngestion",
        &["invalid_case_ingestion_manifest", "space_not_found", "case_ingestion_workflow_unavailable"],
    ),
    ("getCaseIngestion", &["case_ingestion_not_found"]),
    ("listCaseIngestionErrors", &["invalid_cursor", "case_ingestion_not_found"]),
    ("listProcedures", &["invalid_cursor", "space_not_found"]),
    ("createProcedure", &["empty_procedure_title", "invalid_procedure_request", "space_not_found"]),
    ("getProcedure", &["procedure_not_found"]),
    ("updateProcedure", &["empty_procedure_title", "invalid_procedure_request", "procedure_not_found"]),
    ("deleteProcedure", &["procedure_not_found"]),
    ("listNotes", &["invalid_cursor", "invalid_note_filters", "space_not_found", "case_not_found", "thread_not_found"]),
    (
        "createNote",
        &[
            "invalid_note_parent",
            "empty_note_title",
            "invalid_tag_name",
            "invalid_note_request",
            "space_not_found",
            "case_not_found",
        ],
    ),
    ("getNote", &["note_not_found"]),
    (
        "updateNote",
        &[
            "invalid_note_parent",
            "empty_note_title",
            "invalid_tag_name",
            "invalid_note_request",
            "note_not_found",
            "space_not_found",
            "case_not_found",
        ],
    ),
    ("deleteNote", &["note_not_found"]),
    ("listFiles", &["invalid_cursor", "invalid_file_parent", "space_not_found", "case_not_found"]),
    (
        "createFile",
        &["invalid_file_parent", "file_too_large", "invalid_file_request", "space_not_found", "case_not_found"],
    ),
    ("getFile", &["file_not_found"]),
    (
        "updateFile",
        &[
            "invalid_file_parent",
            "invalid_tag_name",
            "invalid_file_request",
            "file_not_found",
            "space_not_found",
            "case_not_found",
        ],
    ),
    ("deleteFile", &["file_not_found"]),
    ("getThread", &["thread_not_found"]),
    ("listThreadEvents", &["invalid_cursor", "thread_not_found"]),
    (
        "createThreadMessage",
        &["invalid_message_request", "file_thread_mismatch", "thread_not_found", "attached_files_not_found"],
    ),
    ("listAgents", &["invalid_cursor"]),
    ("createAgent", &["invalid_agent_request", "agent_not_found"]),
    ("getAgent", &["agent_not_found"]),
    ("updateAgent", &["invalid_agent_request", "agent_not_found"]),
    ("listAgentTools", &["agent_not_found"]),
    ("replaceAgentTools", &["agent_tools_forbidden", "agent_not_found"]),
    ("listTools", &["invalid_cursor"]),
    ("createTool", &["invalid_tool_request", "secret_not_found", "tool_already_exists"]),
    ("getTool", &["tool_not_found"]),
    (
        "updateTool",
        &["invalid_tool_request", "tool_not_found", "secret_not_found", "user_not_found", "tool_already_exists"],
    ),
    ("listSecrets", &["invalid_cursor"]),
    ("createSecret", &["invalid_secret_name", "empty_secret_value", "secret_already_exists"]),
    ("deleteSecret", &["secret_not_found"]),
    ("listModels", &[]),
    ("listUsers", &["invalid_cursor"]),
    ("getCurrentUser", &[]),
    ("getUser", &["user_not_found"]),
];

/// The OpenAPI document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("API key").build();
    components.add_security_scheme("ApiKeyAuth", SecurityScheme::Http(bearer));
    document.security = Some(vec![SecurityRequirement::new("ApiKeyAuth", [""; 0])]);
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            complete(operation);
        }
    }
    document
}

/// Adds what every operation has: the header that the vendor's document declares beside its security scheme, and errors.
fn complete(operation: &mut Operation) {
    let header: RefOr<Schema> =
        ObjectBuilder::new().schema_type(Type::String).default(Some(serde_json::json!(""))).into();
    let header = ParameterBuilder::new()
        .name("authorization")
        .parameter_in(ParameterIn::Header)
        .required(utoipa::openapi::Required::False)
        .schema(Some(header))
        .build();
    operation.parameters.get_or_insert_default().push(header.into());
    let id = operation.operation_id.clone().unwrap_or_default();
    let own = ERRORS.iter().find(|(of, _)| *of == id).map_or(&[][..], |(_, codes)| codes);
    let always = ["unauthorized", "forbidden", "rate_limit_exceeded"];
    let codes: Vec<_> = always.iter().chain(own).filter_map(|code| errors::find(code)).collect();
    let mut statuses: Vec<u16> = codes.iter().map(|code| api::status_of(code.kind).as_u16()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let here: Vec<_> = codes.iter().filter(|code| api::status_of(code.kind).as_u16() == status).collect();
        let examples = here.iter().map(|code| {
            let body = serde_json::json!({"error": {"code": code.code, "message": code.message}});
            (code.code, ExampleBuilder::new().summary(code.message).value(Some(body)).build())
        });
        let schema: RefOr<Schema> = Ref::from_schema_name("ApiError").into();
        let content: Content = ContentBuilder::new().schema(Some(schema)).examples_from_iter(examples).build();
        let told: Vec<&str> = here.iter().map(|code| code.code).collect();
        let response = ResponseBuilder::new().description(told.join(", ")).content("application/json", content).build();
        operation.responses.responses.entry(status.to_string()).or_insert(RefOr::T(response));
    }
    for (status, description, schema) in [
        ("422", "A value breaks a rule; the fields say which.", "ValidationErrorResponse"),
        ("500", "An error of ours; X-Request-Id names it in the log.", "ApiError"),
        ("503", "Something the server depends on does not answer.", "ApiError"),
    ] {
        let schema: RefOr<Schema> = Ref::from_schema_name(schema).into();
        let response = ResponseBuilder::new()
            .description(description)
            .content("application/json", Content::new(Some(schema)))
            .build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    }
}

/// The router, with the layers every request passes: its id, the error body, the caller and its limit.
pub fn router(app: &App) -> Router<App> {
    let (router, _) = routes().split_for_parts();
    let document = openapi();
    router
        .route("/api/v1/public/{*rest}", axum::routing::any(api::not_found))
        .method_not_allowed_fallback(api::method_not_allowed)
        .layer(middleware::from_fn_with_state(api::Gate::new(app, &[]), api::gate))
        .layer(middleware::from_fn(wire::envelop))
        // Whoever wants to know the API needs no key.
        .route("/api/v1/public/openapi.json", get(move || async move { Json(document) }))
}
