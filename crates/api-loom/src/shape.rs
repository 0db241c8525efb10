//! The shape of errors: Loom's, and on the paths of a provider's own API that provider's, which its clients know how to read.

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use gateway::native::Format;
use kernel::{Error, Kind};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// The body of every error.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody {
    /// A stable word, such as `not_found`.
    error: &'static str,
    /// What went wrong, for people.
    message: String,
    /// The server's version.
    server_version: &'static str,
    /// The client's version, where it tells one: the header `X-Client-Version`, or the last part of a `User-Agent` such as
    /// `loom/linux/1a2b3c`.
    client_version: Option<String>,
}

/// Gives the request its id, and errors their body: the outermost layer of the dialect.
pub async fn shape(mut request: Request, next: Next) -> Response {
    let id = api::identify(&mut request);
    let format = native_format(request.uri().path());
    let client_version = client_version(request.headers());
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<Error>() {
        if matches!(error.kind(), Kind::Internal) {
            tracing::error!(?error, request_id = %id.0, "a request failed");
        }
        let rendered = match format {
            Some(format) => as_provider(format, &error),
            None => as_loom(&error, client_version),
        };
        response = api::keep_headers(response, rendered);
    }
    api::write_id(&mut response, id);
    response
}

/// Whose own API the path belongs to.
fn native_format(path: &str) -> Option<Format> {
    let rest = path.strip_prefix("/proxy/")?;
    match rest.split_once("/v1/")?.0 {
        "anthropic" => Some(Format::Anthropic),
        "openai" => Some(Format::OpenAi),
        _ => None,
    }
}

fn client_version(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let of_agent = || text("user-agent")?.strip_prefix("loom/")?.split_once('/').map(|(_, version)| version);
    let version = text("x-client-version").or_else(of_agent)?;
    let version = version.split_whitespace().next()?;
    Some(version.chars().take(100).collect())
}

/// Loom knows fewer statuses than we do.
fn loom_status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid | Kind::Unsupported => StatusCode::BAD_REQUEST,
        Kind::RateLimited => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Outdated => StatusCode::CONFLICT,
        kind => api::status_of(kind),
    }
}

fn as_loom(error: &Error, client_version: Option<String>) -> Response {
    let word = match (error.kind(), error.code()) {
        (Kind::NotFound, _) => "not_found",
        (_, "rate_limit_exceeded" | "model_rate_limited") => "rate_limited",
        (_, code) => code,
    };
    // There is no other place for the field at fault.
    let message = match error.fields().first() {
        Some(field) if !error.message().starts_with(&field.path) => format!("{}: {}", field.path, error.message()),
        _ => error.message().to_owned(),
    };
    let body = ErrorBody { error: word, message, server_version: env!("CARGO_PKG_VERSION"), client_version };
    (loom_status(error.kind()), Json(body)).into_response()
}

fn as_provider(format: Format, error: &Error) -> Response {
    let status = match error.kind() {
        Kind::Invalid | Kind::Unsupported => StatusCode::BAD_REQUEST,
        kind => api::status_of(kind),
    };
    let message = error.message();
    let mut response = match format {
        Format::Anthropic => {
            let kind = match error.kind() {
                Kind::Unauthorized => "authentication_error",
                Kind::Forbidden => "permission_error",
                Kind::NotFound | Kind::MethodNotAllowed => "not_found_error",
                Kind::TooLarge => "request_too_large",
                Kind::RateLimited => "rate_limit_error",
                Kind::Internal | Kind::Unavailable => "api_error",
                _ => "invalid_request_error",
            };
            let body = json!({"type": "error", "error": {"type": kind, "message": message}});
            (status, Json(body)).into_response()
        }
        Format::OpenAi => {
            let kind = match error.kind() {
                Kind::RateLimited => "rate_limit_error",
                Kind::Internal | Kind::Unavailable => "server_error",
                _ => "invalid_request_error",
            };
            let body = json!({"error": {"message": message, "type": kind, "param": null, "code": error.code()}});
            (status, Json(body)).into_response()
        }
    };
    if matches!(error.code(), "budget_exhausted" | "provider_not_configured" | "provider_key_refused") {
        // Both makers' clients would try again at once, which does not help.
        response.headers_mut().insert("x-should-retry", HeaderValue::from_static("false"));
    }
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Leaves the statuses that Loom does not know out of the document.
pub fn say_as_loom_does(document: &mut utoipa::openapi::OpenApi) {
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            for status in ["415", "422", "429"] {
                operation.responses.responses.remove(status);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_tells_its_version_by_header_or_agent() {
        let of = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            client_version(&headers)
        };
        assert_eq!(of("user-agent", "loom/linux/1a2b3c extra").as_deref(), Some("1a2b3c"));
        assert_eq!(of("user-agent", "curl/8.0"), None);
        assert_eq!(of("x-client-version", "2.0").as_deref(), Some("2.0"));
    }

    #[test]
    fn the_paths_of_a_provider_have_its_errors() {
        assert_eq!(native_format("/proxy/anthropic/v1/messages"), Some(Format::Anthropic));
        assert_eq!(native_format("/proxy/openai/v1/v1/x"), Some(Format::OpenAi));
        assert_eq!(native_format("/proxy/anthropic/complete"), None);
        assert_eq!(native_format("/proxy/other/v1/x"), None);
    }
}
