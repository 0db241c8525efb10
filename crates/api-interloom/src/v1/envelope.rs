//! The shape of every answer: data and meta, lists with totals, errors.

use api::{Ctx, RequestId, Visitor};
use axum::{
    Json,
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{Error, FieldError, Kind, Page, PageRequest, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// One object.
#[derive(Serialize, ToSchema)]
pub struct One<T> {
    data: T,
    meta: Meta,
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    data: Vec<T>,
    meta: ListMeta,
}

/// What is told about an answer.
#[derive(Serialize, ToSchema)]
pub struct Meta {
    /// The request's id.
    request_id: Uuid,
    /// When it was answered.
    timestamp: Timestamp,
}

/// What is told about a page.
#[derive(Serialize, ToSchema)]
pub struct ListMeta {
    /// The request's id.
    request_id: Uuid,
    /// How many items all pages have together.
    total: i64,
    /// The page, from 1.
    page: u32,
    /// Items on a page.
    per_page: u32,
    /// True when there are more than `total` says: counting stopped there. Absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_is_capped: Option<bool>,
}

/// Answers in the envelope.
pub trait Envelope {
    /// The request's id.
    fn id(&self) -> RequestId;

    /// One object, 200.
    fn one<T>(&self, data: T) -> Json<One<T>> {
        Json(One { data, meta: Meta { request_id: self.id().0, timestamp: Timestamp::now() } })
    }

    /// One object, 201.
    fn created<T>(&self, data: T) -> (StatusCode, Json<One<T>>) {
        (StatusCode::CREATED, self.one(data))
    }

    /// A page of a list, 200.
    fn list<T, U: From<T>>(&self, page: Page<T>) -> Json<List<U>> {
        self.list_counted(page, false)
    }

    /// A page of a list whose total may have been counted up to a bound only, 200.
    fn list_counted<T, U: From<T>>(&self, page: Page<T>, capped: bool) -> Json<List<U>> {
        let meta = ListMeta {
            request_id: self.id().0,
            total: page.total,
            page: page.request.page,
            per_page: page.request.per_page,
            total_is_capped: capped.then_some(true),
        };
        Json(List { data: page.items.into_iter().map(U::from).collect(), meta })
    }
}

impl Envelope for Ctx {
    fn id(&self) -> RequestId {
        self.request_id
    }
}

impl Envelope for Visitor {
    fn id(&self) -> RequestId {
        self.request_id
    }
}

/// Which page is wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

impl Paging {
    /// The page as the domain takes it.
    pub fn request(&self) -> Result<PageRequest> {
        PageRequest::new(self.page, self.per_page)
    }
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody {
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
pub struct ErrorDetail {
    /// A stable code, such as `case_not_found`.
    code: &'static str,
    /// What went wrong, for people.
    message: String,
    /// The HTTP status.
    status: u16,
    /// The request's id, which names it in the server's log.
    request_id: Uuid,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldError>,
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
    let status = response.status();
    let detail = ErrorDetail {
        code: error.code(),
        message: error.message().to_owned(),
        status: status.as_u16(),
        request_id: id.0,
        fields: error.fields().to_vec(),
    };
    api::keep_headers(response, (status, Json(ErrorBody { error: detail })).into_response())
}
