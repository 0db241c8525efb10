//! The providers' own APIs, passed through: what comes goes on byte for byte, but for the credential.

use api::{Ctx, Failure};
use axum::{
    Extension,
    body::{Body, to_bytes},
    extract::{Path, Request},
    http::{HeaderMap, Method, header},
    response::Response,
};
use bytes::Bytes;
use gateway::{
    Usage,
    native::{self, Format, Meter},
};
use http_body_util::BodyExt;
use identity::Via;
use kernel::{Error, Kind};
use ledger::{Surface, Who};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{
    cache::{self, Kept, Lookup},
    errors,
    metered::{Begun, Keep, Metered},
    proxy::Shared,
};

/// The largest request, in bytes. It is the largest that Anthropic takes.
pub const MOST: usize = 32 << 20;

/// The longest name of a model that is kept, in characters.
const LONGEST_MODEL: usize = 200;

/// What is passed through: operations that leave nothing at the provider that another workspace could find there, since all
/// workspaces share its keys.
const PASSED: [(&str, &[&str]); 2] = [
    ("anthropic", &["/messages/count_tokens", "/messages", "/complete", "/models"]),
    (
        "openai",
        &[
            "/chat/completions",
            "/completions",
            "/responses",
            "/embeddings",
            "/models",
            "/moderations",
            "/audio",
            "/images",
        ],
    ),
];

/// What of a request's body matters here, of whatever type it is: what it should be is the provider's to say.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    model: Json,
    max_tokens: Json,
    max_completion_tokens: Json,
    max_output_tokens: Json,
}

/// Who calls.
pub fn who(ctx: &Ctx, headers: &HeaderMap) -> Who {
    let key = match ctx.principal.via {
        Via::Key(key) => Some(key),
        Via::Session { .. } => None,
    };
    let confirmed = headers.get("x-heddle-confirm").is_some_and(|value| value == "yes");
    Who { confirmed, ..Who::person(ctx.principal.workspace, ctx.principal.actor.id, key) }
}

/// A call of the provider's own API, which is what the makers' clients speak: give them `…/proxy/anthropic` or
/// `…/proxy/openai/v1` as their base URL and a key of Heddle's. Method, path, query and body go on as they come, and so does
/// the answer, streams piece by piece. Errors of Heddle's own have the provider's shape here. Any method is taken.
#[utoipa::path(
    post, path = "/proxy/{provider}/v1/{rest}", tag = "LLM Proxy",
    params(
        ("provider" = String, Path, description = "anthropic or openai"),
        ("rest" = String, Path, description = "The path there, such as messages or chat/completions"),
    ),
    request_body(content = Object, description = "What the provider takes."),
    responses((status = 200, description = "What the provider answers.", body = Object))
)]
pub async fn pass_through(
    ctx: Ctx,
    path: Path<(String, String)>,
    Extension(Shared { redactions, cache, .. }): Extension<Shared>,
    request: Request,
) -> Result<Response, Failure> {
    let Path((provider, _)) = path;
    let (parts, body) = request.into_parts();
    let (_, operations) = PASSED
        .into_iter()
        .find(|(name, _)| *name == provider)
        .ok_or_else(|| not_here("There is nothing at this path."))?;
    // As it was sent: a decoded path would be another one.
    let path =
        parts.uri.path().strip_prefix("/proxy/").and_then(|rest| rest.split_once("/v1")).map_or("", |(_, path)| path);
    if !native::is_plain(path) || !is_passed(operations, &parts.method, path) {
        return Err(not_here("This operation of the provider is not passed through.").into());
    }
    let Some(upstream) = ctx.app.gateway().upstream(&provider) else {
        return Err(errors::without_key(&provider, variable(&provider)).into());
    };
    let cleaner = redactions.of(ctx.app.store(), ctx.principal.workspace).await?;
    let body = cleaner.body(read(&parts.headers, body).await?);
    let asked: Asked = serde_json::from_slice(&body).unwrap_or_default();
    let model: String = asked.model.as_str().unwrap_or("").chars().take(LONGEST_MODEL).collect();
    let output_tokens = [&asked.max_completion_tokens, &asked.max_output_tokens, &asked.max_tokens]
        .into_iter()
        .find_map(Json::as_f64)
        .map_or(0, |most| most as u64);
    let expected = Usage { input_tokens: body.len() as u64 / 4, output_tokens, ..Usage::default() };
    let target = match parts.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let lookup = if parts.method == Method::POST && is_kept(path) {
        cache.look(&parts.headers, ctx.principal.workspace, &asked_for(&provider, &target, &parts.headers, &body))
    } else {
        Lookup::Off(None)
    };
    let told = lookup.told();
    let expected = if matches!(lookup, Lookup::Hit(_)) { Usage::default() } else { expected };
    let begin = ctx.app.ledger().begin(who(&ctx, &parts.headers), Surface::Native, &provider, &model, expected);
    let entry = begin.await?;
    if let Lookup::Hit(Kept::Native(kind, body)) = lookup {
        entry.end(ledger::Outcome::Cached, None);
        let mut response = Response::new(Body::from(body));
        response.headers_mut().extend(kind.map(|kind| (header::CONTENT_TYPE, kind)));
        response.headers_mut().extend(told.map(|told| (cache::HEADER.clone(), told)));
        return Ok(response);
    }
    let size = body.len();
    let sent = upstream.send(&parts.method, &target, &parts.headers, body).await;
    let answer = match sent {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(provider, %error, "a call was not answered");
            entry.end(ledger::Outcome::Error, Some(error.to_string()));
            return Err(errors::of_call(&error).into());
        }
    };
    let (head, incoming) = answer.response.into_parts();
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let meter = Meter::new(upstream.format(), kind);
    let closes = parts.method == Method::POST && closes(upstream.format(), path);
    let keep = match lookup {
        // What is compressed would need its header, too.
        Lookup::Miss(key) if !head.headers.contains_key(header::CONTENT_ENCODING) => {
            Some(Keep::new(cache, key, head.headers.get(header::CONTENT_TYPE).cloned()))
        }
        _ => None,
    };
    let begun = Begun { entry, lease: answer.lease, status: head.status.as_u16(), asked: size, closes, keep };
    let incoming = incoming.map_err(Into::into).boxed_unsync();
    let metered = Metered::new(incoming, begun, meter, ctx.app.stop().clone());
    let mut response = Response::new(Body::new(metered));
    *response.status_mut() = head.status;
    *response.headers_mut() = native::passed_back(head.headers);
    response.headers_mut().extend(told.map(|told| (cache::HEADER.clone(), told)));
    Ok(response)
}

/// Whether answers are kept: those that are text, and the same each time as far as anybody can tell.
fn is_kept(path: &str) -> bool {
    matches!(path, "/messages" | "/chat/completions" | "/completions" | "/responses" | "/embeddings")
}

/// All that makes a difference to the answer.
fn asked_for<'a>(provider: &'a str, target: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> [&'a [u8]; 6] {
    let header = |name: &str| headers.get(name).map_or(&b""[..], |value| value.as_bytes());
    let [version, beta, openai_beta] = ["anthropic-version", "anthropic-beta", "openai-beta"].map(header);
    [provider.as_bytes(), target.as_bytes(), version, beta, openai_beta, body]
}

fn not_here(message: &str) -> Error {
    Error::not_found("not_found", message)
}

/// The variable that holds a provider's keys.
pub fn variable(provider: &str) -> &'static str {
    match provider {
        "anthropic" => "ANTHROPIC_API_KEY",
        "openai" => "OPENAI_API_KEY",
        "zai" => "ZAI_API_KEY",
        "vertex" => "GOOGLE_APPLICATION_CREDENTIALS",
        _ => "HEDDLE_LLM_COMPATIBLE",
    }
}

/// Whether the operation is among those that are passed through. Of what is stored there, only models can be read.
fn is_passed(operations: &[&str], method: &Method, path: &str) -> bool {
    let of = |operation: &&&str| {
        path == **operation || (path.strip_prefix(**operation).is_some_and(|rest| rest.starts_with('/')))
    };
    match operations.iter().find(of) {
        Some(&"/models") => *method == Method::GET,
        Some(&("/audio" | "/images")) => *method == Method::POST,
        Some(operation) => *method == Method::POST && path == *operation,
        None => false,
    }
}

/// Whether answers are tokens, and streams of them end with a closing event.
fn closes(format: Format, path: &str) -> bool {
    match format {
        Format::Anthropic => path == "/messages",
        Format::OpenAi => matches!(path, "/chat/completions" | "/completions" | "/responses"),
    }
}

/// The whole body of a request.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Error> {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|told| told > MOST) {
        return Err(errors::too_large(MOST));
    }
    to_bytes(body, MOST).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            if error.is::<http_body_util::LengthLimitError>() {
                return errors::too_large(MOST);
            }
            cause = error.source();
        }
        Error::new(Kind::BadRequest, "unreadable_body", "The body could not be read to its end.").with_context(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leaves_nothing_behind_is_passed() {
        let passes = |provider: &str, method: &Method, path: &str| {
            let (_, operations) = PASSED.into_iter().find(|(name, _)| *name == provider).unwrap();
            is_passed(operations, method, path)
        };
        for (provider, method, path) in [
            ("anthropic", Method::POST, "/messages"),
            ("anthropic", Method::POST, "/messages/count_tokens"),
            ("anthropic", Method::GET, "/models"),
            ("openai", Method::POST, "/chat/completions"),
            ("openai", Method::POST, "/responses"),
            ("openai", Method::GET, "/models/gpt-x"),
            ("openai", Method::POST, "/audio/speech"),
        ] {
            assert!(passes(provider, &method, path), "{method} {provider}{path}");
        }
        for (provider, method, path) in [
            ("anthropic", Method::GET, "/messages/batches"),
            ("anthropic", Method::POST, "/messages/batches"),
            ("anthropic", Method::POST, "/files"),
            ("anthropic", Method::GET, "/messages"),
            ("openai", Method::GET, "/files"),
            ("openai", Method::GET, "/responses/resp_1"),
            ("openai", Method::GET, "/chat/completions"),
            ("openai", Method::DELETE, "/models/ft-x"),
            ("openai", Method::GET, "/modelsx"),
        ] {
            assert!(!passes(provider, &method, path), "{method} {provider}{path}");
        }
    }
}
