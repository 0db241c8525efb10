//! What every OpenAPI document gets beside what its handlers declare.

use utoipa::openapi::{
    Content, OpenApi, Ref, RefOr, ResponseBuilder,
    path::Operation,
    schema::Schema,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

/// The errors that every operation can answer, whatever it does.
const ERRORS: [(&str, &str); 11] = [
    ("400", "The request cannot be read."),
    ("401", "No credential, or one that is unknown, revoked or over."),
    ("403", "The caller's role does not allow this."),
    ("404", "Absent, or invisible to the caller."),
    ("409", "The state of things forbids it."),
    ("413", "Larger than allowed."),
    ("415", "A content type that is not understood."),
    ("422", "A value breaks a rule; the message names the field."),
    ("429", "Too many requests."),
    ("500", "An error of ours; the request id names it in the log."),
    ("503", "Something the server depends on does not answer."),
];

/// Declares the credentials and, on every operation, the errors with the schema named `error`.
pub fn complete(document: &mut OpenApi, error: &str) {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key.")).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))));
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::cookies::SESSION_COOKIE))),
    );
    document.security =
        Some(["bearer", "api_key", "session"].map(|name| SecurityRequirement::new(name, [""; 0])).to_vec());
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            add_errors(operation, error);
        }
    }
}

fn add_errors(operation: &mut Operation, error: &str) {
    for (status, description) in ERRORS {
        let body: RefOr<Schema> = Ref::from_schema_name(error).into();
        let response = ResponseBuilder::new()
            .description(description)
            .content("application/json", Content::new(Some(body)))
            .build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    }
}
