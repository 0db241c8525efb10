//! The shape of answers of the public API: bare objects, slices with a cursor, links and errors.

use api::{RequestId, cursor::ListId};
use axum::{
    Json,
    extract::{FromRequestParts, Request},
    http::{StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{Direction, Error, Kind, Result, Rule, Slice, SliceRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// The path of everything here.
pub const BASE: &str = "/api/v1/public";

/// The kinds of things that links point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names say it")]
pub enum ResourceType {
    Space,
    Case,
    Agent,
    Procedure,
    Note,
    File,
    User,
    Thread,
    Secret,
}

impl ResourceType {
    /// The collection in the path.
    fn collection(self) -> &'static str {
        match self {
            Self::Space => "spaces",
            Self::Case => "cases",
            Self::Agent => "agents",
            Self::Procedure => "procedures",
            Self::Note => "notes",
            Self::File => "files",
            Self::User => "users",
            Self::Thread => "threads",
            Self::Secret => "secrets",
        }
    }
}

/// A link to a thing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResourceLink {
    /// The thing's id.
    id: Uuid,
    /// What kind of thing it is.
    #[serde(rename = "type")]
    resource_type: ResourceType,
    /// Its path.
    #[schema(read_only)]
    url: String,
}

impl ResourceLink {
    /// A link to the thing of this kind and id.
    pub fn new<K>(resource_type: ResourceType, id: kernel::Id<K>) -> Self {
        let id = id.uuid();
        Self { id, resource_type, url: format!("{BASE}/{}/{id}", resource_type.collection()) }
    }
}

/// Declares the type of a field that always says the same, such as `"CASE"`.
macro_rules! tag {
    ($($name:ident = $value:literal),* $(,)?) => {
        $(#[doc = concat!("Always `", $value, "`.")]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($value)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some([$value])).into()
            }
        }

        impl utoipa::ToSchema for $name {})*
    };
}
pub(crate) use tag;

tag! { SpaceTag = "SPACE", CaseTag = "CASE", AgentTag = "AGENT", ProcedureTag = "PROCEDURE", NoteTag = "NOTE", FileTag = "FILE",
UserTag = "USER", SecretTag = "SECRET", MessageTag = "message", FilePayloadTag = "file" }

/// The most items of a slice, and how many there are when the caller does not say.
const MOST: i64 = 100;
const USUAL: u32 = 30;

/// Which slice is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Most items to answer.
    #[param(minimum = 1, maximum = 100, default = 30)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of an answer to the same request.
    #[param(nullable)]
    cursor: Option<String>,
}

/// A list as it was asked: its filters and order, which its cursors are bound to.
pub struct Asked(ListId);

impl FromRequestParts<api::App> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &api::App) -> Result<Self, Self::Rejection> {
        Ok(Self(ListId::of(parts.uri.path(), parts.uri.query().unwrap_or(""))))
    }
}

impl Asked {
    /// The slice that the caller wants.
    ///
    /// # Errors
    /// `Invalid` for a limit out of range, `invalid_cursor` (400).
    pub fn slice(&self, limit: Option<i64>, cursor: Option<&str>, direction: Direction) -> Result<SliceRequest> {
        let limit = match limit {
            None => USUAL,
            Some(limit) if (1..=MOST).contains(&limit) => limit as u32,
            Some(_) => return Err(Error::invalid("limit", format!("limit must be between 1 and {MOST}"))),
        };
        let after = cursor.map(|cursor| self.0.decode(cursor)).transpose()?;
        Ok(SliceRequest { limit, after, direction })
    }

    /// [`Asked::slice`] for lists that are asked for nothing else.
    ///
    /// # Errors
    /// As there.
    pub fn page(&self, paging: &Paging, direction: Direction) -> Result<SliceRequest> {
        self.slice(paging.limit, paging.cursor.as_deref(), direction)
    }

    /// The answer with a slice.
    pub fn answer<T, U: From<T>>(&self, slice: Slice<T>) -> List<U> {
        List {
            has_more: slice.next.is_some(),
            next_cursor: slice.next.map(|mark| self.0.encode(mark)),
            data: slice.items.into_iter().map(U::from).collect(),
        }
    }
}

/// A slice of a list. Each list has a schema of its own name.
#[derive(Serialize)]
pub struct List<T> {
    data: Vec<T>,
    has_more: bool,
    next_cursor: Option<String>,
}

/// Declares the schema of a list under a name of its own: `list!(ListCasesResponse of CaseListItem)`.
macro_rules! list {
    ($name:ident of $item:ty) => {
        /// A slice of the list.
        #[derive(utoipa::ToSchema)]
        #[allow(dead_code, reason = "it is the schema of wire::List")]
        pub struct $name {
            /// The items.
            data: Vec<$item>,
            /// Whether the list goes on.
            has_more: bool,
            /// Where it goes on: the cursor of the next request with the same filters and order.
            next_cursor: Option<String>,
        }
    };
}
pub(crate) use list;

/// The direction of a list.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Oldest first.
    Asc,
    /// Newest first.
    Desc,
}

impl From<Order> for Direction {
    fn from(order: Order) -> Self {
        match order {
            Order::Asc => Self::Ascending,
            Order::Desc => Self::Descending,
        }
    }
}

/// The schema of a parameter that is one of `values`, and `default` when absent.
pub fn choice(values: &[&'static str], default: &'static str) -> utoipa::openapi::Object {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    let values = values.iter().copied();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values)).default(Some(default.into())).build()
}

/// The schema of a direction that is descending when absent.
pub fn descending_order() -> utoipa::openapi::Object {
    choice(&["asc", "desc"], "desc")
}

/// The schema of a direction that is ascending when absent.
pub fn ascending_order() -> utoipa::openapi::Object {
    choice(&["asc", "desc"], "asc")
}

/// The schema of [`TimeSort`].
pub fn time_sort() -> utoipa::openapi::Object {
    choice(&["created_at", "updated_at"], "created_at")
}

/// The time that a list of notes or files is ordered by.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeSort {
    /// When it was made.
    #[default]
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
}

impl From<TimeSort> for library::documents::DocumentSort {
    fn from(sort: TimeSort) -> Self {
        match sort {
            TimeSort::CreatedAt => Self::Created,
            TimeSort::UpdatedAt => Self::Updated,
        }
    }
}

/// The body of an error.
#[derive(Serialize, ToSchema)]
pub struct ApiError {
    error: ApiErrorDetail,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
pub struct ApiErrorDetail {
    /// A stable code.
    code: &'static str,
    /// What went wrong, for people.
    message: String,
}

/// The body of an error of status 422.
#[derive(Serialize, ToSchema)]
pub struct ValidationErrorResponse {
    error: ValidationErrorBody,
}

/// What is wrong with the request.
#[derive(Serialize, ToSchema)]
pub struct ValidationErrorBody {
    /// Always `validation_error`.
    code: ValidationErrorTag,
    /// What is wrong, for people.
    message: String,
    /// The fields at fault.
    fields: Option<Vec<ValidationErrorField>>,
}

tag! { ValidationErrorTag = "validation_error" }

/// A field at fault.
#[derive(Serialize, ToSchema)]
pub struct ValidationErrorField {
    /// Its path in the request.
    path: String,
    /// What is wrong with it.
    message: String,
    /// The kind of rule it breaks: `missing`, `unknown`, `blank`, `form` or `value`.
    #[serde(rename = "type")]
    kind: &'static str,
}

/// The body of a 422 that lists ids which are no tools.
#[derive(Serialize, ToSchema)]
pub struct InvalidToolIdsResponse {
    error: InvalidToolIdsError,
}

/// Which ids are no tools.
#[derive(Serialize, ToSchema)]
pub struct InvalidToolIdsError {
    /// Always `invalid_tool_ids`.
    code: InvalidToolIdsTag,
    /// What is wrong, for people.
    message: String,
    /// The ids.
    invalid_tool_ids: Vec<Uuid>,
}

tag! { InvalidToolIdsTag = "invalid_tool_ids" }

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Missing => "missing",
        Rule::Unknown => "unknown",
        Rule::Blank => "blank",
        Rule::Form => "form",
        Rule::Value => "value",
    }
}

/// Gives the request its id, and errors their body: the outermost layer of the dialect.
pub async fn envelop(mut request: Request, next: Next) -> Response {
    let id = api::identify(&mut request);
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<Error>() {
        response = render(response, &error, id);
    }
    api::write_id(&mut response, id);
    response
}

/// The error in the dialect's shape, with the headers that the answer has already.
fn render(response: Response, error: &Error, id: RequestId) -> Response {
    if matches!(error.kind(), Kind::Internal | Kind::Unavailable) {
        tracing::error!(?error, request_id = %id.0, "a request failed");
    }
    // This API has no status for what cannot be read or is too large; its clients know 422 for that.
    let unreadable = matches!(
        error.code(),
        "invalid_json" | "unreadable_body" | "body_too_large" | "unsupported_media_type" | "invalid_form"
    );
    let rendered = if error.code() == "invalid_tool_ids" {
        let body = InvalidToolIdsError {
            code: InvalidToolIdsTag,
            message: error.message().to_owned(),
            invalid_tool_ids: error.fields().iter().filter_map(|field| field.path.parse().ok()).collect(),
        };
        (StatusCode::UNPROCESSABLE_ENTITY, Json(InvalidToolIdsResponse { error: body })).into_response()
    } else if unreadable || error.kind() == Kind::Invalid {
        let fields = error.fields().iter().map(|field| ValidationErrorField {
            path: field.path.clone(),
            message: field.message.clone(),
            kind: rule_name(field.rule),
        });
        let fields: Vec<_> = if unreadable {
            vec![ValidationErrorField { path: "body".to_owned(), message: error.message().to_owned(), kind: "form" }]
        } else {
            fields.collect()
        };
        let body = ValidationErrorBody {
            code: ValidationErrorTag,
            message: error.message().to_owned(),
            fields: (!fields.is_empty()).then_some(fields),
        };
        (StatusCode::UNPROCESSABLE_ENTITY, Json(ValidationErrorResponse { error: body })).into_response()
    } else {
        // The code decides where the domain's status is another: a file that is too large is 400 here.
        let kind = super::errors::find(error.code()).map_or(error.kind(), |code| code.kind);
        let body = ApiErrorDetail { code: error.code(), message: error.message().to_owned() };
        (api::status_of(kind), Json(ApiError { error: body })).into_response()
    };
    api::keep_headers(response, rendered)
}

/// Whether a link of an assignee or author points to a person or an agent.
pub fn actor_link(id: kernel::ids::ActorId, actor_type: identity::actors::ActorType) -> ResourceLink {
    let kind = match actor_type {
        identity::actors::ActorType::Human => ResourceType::User,
        identity::actors::ActorType::Ai => ResourceType::Agent,
    };
    ResourceLink::new(kind, id)
}

/// An answer of status 201.
pub fn created<T>(body: T) -> (StatusCode, Json<T>) {
    (StatusCode::CREATED, Json(body))
}
