//! How requests are read: every refusal names the field.

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use bytes::Bytes;
use kernel::{Error, Id, Kind, Result, Rule, kinds};
use serde::de::DeserializeOwned;

use crate::{App, Failure};

/// A JSON body.
pub struct Body<T>(pub T);

/// A JSON body that may be left out.
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let is_json = require_json(request.headers());
        let bytes = read(request, app).await?;
        is_json?;
        Ok(Self(parse(&bytes)?))
    }
}

impl<T: DeserializeOwned + Default> FromRequest<App> for OptionalBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let is_json = require_json(request.headers());
        let bytes = read(request, app).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        is_json?;
        Ok(Self(parse(&bytes)?))
    }
}

/// Whether the body is said to be JSON. A page of another site cannot say so without being asked first.
///
/// # Errors
/// `unsupported_media_type`.
pub fn require_json(headers: &HeaderMap) -> Result<()> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = value.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        return Ok(());
    }
    let text = "The body must be JSON, sent as Content-Type: application/json.";
    Err(Error::new(Kind::Unsupported, "unsupported_media_type", text))
}

async fn read(request: Request, app: &App) -> Result<Bytes> {
    Bytes::from_request(request, app).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Error::new(Kind::TooLarge, "body_too_large", "The body is larger than this server accepts.")
        } else {
            Error::new(Kind::BadRequest, "unreadable_body", "The body could not be read to its end.")
                .with_context(rejection.body_text())
        }
    })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_data() { invalid(&path, &inner.to_string()) } else { malformed(&inner) }
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::new(Kind::BadRequest, "invalid_json", format!("The body is not valid JSON: {error}"))
}

/// An error for the value at `path`; serde's own text already says what was expected.
fn invalid(path: &str, message: &str) -> Error {
    // serde adds the place in the text, which the path says better.
    let message = message.split(" at line ").next().unwrap_or(message);
    // A field that is missing or unknown is named in the message; its path is the object around it.
    let named = message
        .split('`')
        .nth(1)
        .filter(|_| message.starts_with("missing field") || message.starts_with("unknown field"));
    let path = match (path, named) {
        (".", Some(field)) => field.to_owned(),
        (path, Some(field)) if !path.ends_with(field) => format!("{path}.{field}"),
        (".", None) => "body".to_owned(),
        (path, _) => path.to_owned(),
    };
    let rule = if message.starts_with("missing field") {
        Rule::Missing
    } else if message.starts_with("unknown field") {
        Rule::Unknown
    } else {
        Rule::Form
    };
    Error::against(rule, path.clone(), format!("{path}: {message}"))
}

/// The query string.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or("");
        let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        let value = serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let path = error.path().to_string();
            invalid(&path, &error.into_inner().to_string())
        })?;
        Ok(Self(value))
    }
}

/// The one id in the path. One that cannot be an id names nothing.
pub struct PathId<K>(pub Id<K>);

impl<K: Named> FromRequestParts<App> for PathId<K> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let axum::extract::Path(text) = axum::extract::Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|e| Error::not_found("not_found", "There is nothing at this path.").with_context(e))?;
        parse_id(&text).map(Self).map_err(Failure)
    }
}

/// Reads an id of the path.
///
/// # Errors
/// The `…_not_found` of the kind when the text cannot be an id.
pub fn parse_id<K: Named>(text: &str) -> Result<Id<K>> {
    text.parse().map_err(|_| Error::not_found(K::NOT_FOUND, format!("No {} found with ID {text}", K::NAME)))
}

/// How a kind of thing is called in messages and codes.
pub trait Named {
    /// Its name.
    const NAME: &'static str;
    /// The code of an error that says it is absent.
    const NOT_FOUND: &'static str;
}

macro_rules! named {
    ($($kind:ident => $name:literal, $code:literal;)*) => {
        $(impl Named for kinds::$kind {
            const NAME: &'static str = $name;
            const NOT_FOUND: &'static str = $code;
        })*
    };
}

named! {
    Space => "space", "space_not_found";
    Case => "case", "case_not_found";
    Stage => "stage", "stage_not_found";
    Instruction => "instruction", "instruction_not_found";
    Procedure => "procedure", "procedure_not_found";
    Actor => "actor", "actor_not_found";
    Thread => "thread", "thread_not_found";
    Document => "artifact", "artifact_not_found";
    Datatable => "datatable", "datatable_not_found";
    Email => "email", "email_not_found";
    Tool => "tool", "tool_not_found";
    Label => "label", "label_not_found";
    Activity => "activity", "activity_not_found";
    View => "view", "view_not_found";
    Weaver => "weaver", "weaver_not_found";
    Run => "run", "run_not_found";
    Proposal => "proposal", "proposal_not_found";
    Secret => "secret", "secret_not_found";
    Key => "key", "key_not_found";
    User => "member", "member_not_found";
    Invitation => "invitation", "invitation_not_found";
    Session => "session", "session_not_found";
    Workspace => "organization", "org_not_found";
    Identity => "account elsewhere", "identity_not_found";
    Ingestion => "case ingestion", "case_ingestion_not_found";
    CodingLink => "link", "link_not_found";
}
