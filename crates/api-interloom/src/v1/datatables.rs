//! DataTables.

use api::{Body, Ctx, Failure, PathId, Query, upload::Form};
use axum::{
    Json,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
};
use data::{
    Column, Source, SourceFormat, Table,
    datatables::{self, NewDatatable},
};
use kernel::{
    Error, PageRequest, Result, Timestamp,
    ids::{ActorId, CaseId, DatatableId, SpaceId, ThreadId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};
use store::Stored;
use talk::place::PlaceRef;
use utoipa::{IntoParams, ToSchema};

use super::{
    artifacts::{ListAttached, keep_or_discard, place_of},
    envelope::{Envelope, List, One},
};

/// The largest source of a table, in bytes: it is read as a whole.
const SOURCE: u64 = 64 << 20;

/// What is known of a data table; its rows are apart.
#[derive(Serialize, ToSchema)]
pub struct Datatable {
    id: DatatableId,
    space_id: SpaceId,
    case_id: Option<CaseId>,
    thread_id: Option<ThreadId>,
    name: String,
    description: Option<String>,
    columns: Vec<Column>,
    source_format: SourceFormat,
    row_count: i64,
    created_by: ActorId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<datatables::Datatable> for Datatable {
    fn from(table: datatables::Datatable) -> Self {
        Self {
            id: table.id,
            space_id: table.space_id,
            case_id: table.case_id,
            thread_id: table.thread_id,
            name: table.name,
            description: table.description,
            columns: table.columns,
            source_format: table.source_format,
            row_count: table.row_count,
            created_by: table.created_by,
            created_at: table.created_at,
            updated_at: table.updated_at,
        }
    }
}

/// A data table to make from rows, attached to exactly one of a case, a thread and a space.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDatatable {
    name: String,
    description: Option<String>,
    case_id: Option<CaseId>,
    thread_id: Option<ThreadId>,
    space_id: Option<SpaceId>,
    /// The columns; found from the rows when absent.
    columns: Option<Vec<Column>>,
    /// Each row's cells by column.
    rows: Vec<Map<String, JsonValue>>,
}

/// A data table to make from a CSV or JSON file.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form in the document; the form is read as it comes")]
pub struct UploadDatatable {
    /// CSV, or JSON: an array of objects, or one object a line.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The file's name when absent.
    name: Option<String>,
    description: Option<String>,
    case_id: Option<CaseId>,
    thread_id: Option<ThreadId>,
    space_id: Option<SpaceId>,
    /// csv or json; told by the file's name and type when absent.
    format: Option<SourceFormat>,
    /// The columns as JSON; found from the file when absent.
    columns: Option<String>,
}

/// A row: its cells by column; an empty one is null.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub struct DatatableRow(Map<String, JsonValue>);

impl From<Map<String, JsonValue>> for DatatableRow {
    fn from(cells: Map<String, JsonValue>) -> Self {
        Self(cells)
    }
}

/// Which rows are wanted, in which order.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueryRows {
    /// Such as `amount >= 100 and (status = "open" or not name contains "x") and note is null`. Operators: = != < <= > >=
    /// contains starts_with in (…) is [not] null, and, or, not, parentheses; columns bare or in backticks.
    filter: Option<String>,
    /// Columns with a comma between them, each with `-` before it for descending order; empty cells come last.
    sort: Option<String>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// The data tables that the caller can see, newest first.
#[utoipa::path(get, path = "/v1/datatables", tag = "DataTables", params(ListAttached), responses((status = 200, body = List<Datatable>)))]
pub async fn list_datatables(ctx: Ctx, Query(query): Query<ListAttached>) -> Result<Json<List<Datatable>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let list =
        move |tx: &mut store::Tx<'_>| datatables::list(tx, query.case_id, query.thread_id, query.space_id, request);
    Ok(ctx.list(ctx.read(list).await?))
}

/// Makes a data table from rows (JSON) or from a CSV or JSON file (form).
#[utoipa::path(
    post, path = "/v1/datatables", tag = "DataTables",
    request_body(content((CreateDatatable = "application/json"), (UploadDatatable = "multipart/form-data"))),
    responses((status = 201, body = One<Datatable>))
)]
pub async fn create_datatable(ctx: Ctx, request: Request) -> Result<(StatusCode, Json<One<Datatable>>), Failure> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let made = if kind.starts_with("multipart/form-data") {
        from_form(&ctx, request).await?
    } else {
        from_rows(&ctx, request).await?
    };
    Ok(ctx.created(made.into()))
}

async fn from_rows(ctx: &Ctx, mut request: Request) -> Result<datatables::Datatable, Failure> {
    // The route has no limit of its own, for the sake of forms.
    let body = std::mem::take(request.body_mut());
    *request.body_mut() = axum::body::Body::new(http_body_util::Limited::new(body, SOURCE as usize));
    let Body(body) = Body::<CreateDatatable>::from_request(request, &ctx.app).await?;
    let place = PlaceRef { space: body.space_id, case: body.case_id, thread: body.thread_id };
    let table = blocking(move || Table::read(Source::Rows(&body.rows), body.columns.as_deref())).await?;
    Ok(create(ctx, place, body.name, body.description, table, None).await?)
}

async fn from_form(ctx: &Ctx, request: Request) -> Result<datatables::Datatable, Failure> {
    let limit = SOURCE.min(ctx.app.settings().max_upload);
    let mut form = Form::read(&ctx.app, ctx.principal.workspace, request, "file", limit).await?;
    let file = form.file.take().ok_or_else(|| Error::invalid("file", "the form has no part named file"))?;
    let made = async {
        let place = place_of(&mut form)?;
        let name = form.take("name").unwrap_or_else(|| file.name.clone());
        let description = form.take("description");
        let format = match form.take("format") {
            Some(text) => text.parse().map_err(|_| Error::invalid("format", "format is csv or json"))?,
            None => SourceFormat::of_file(&file.name, file.content_type.as_deref()).ok_or_else(|| {
                Error::invalid("format", "neither the file's name nor its type tells csv or json; name the format")
            })?,
        };
        let columns: Option<Vec<Column>> = match form.take("columns") {
            Some(text) => {
                Some(serde_json::from_str(&text).map_err(|e| Error::invalid("columns", format!("columns: {e}")))?)
            }
            None => None,
        };
        form.finish()?;
        let bytes = ctx.app.store().blobs().get_all(ctx.principal.workspace, &file.stored.sha256).await?;
        let table = blocking(move || Table::read(Source::File(format, &bytes), columns.as_deref())).await?;
        create(ctx, place, name, description, table, Some(file.stored.clone())).await
    }
    .await;
    keep_or_discard(ctx, &file, made).await
}

async fn create(
    ctx: &Ctx,
    place: PlaceRef,
    name: String,
    description: Option<String>,
    table: Table,
    source: Option<Stored>,
) -> Result<datatables::Datatable> {
    ctx.write(move |tx| {
        let new =
            NewDatatable { name: &name, description: description.as_deref(), table: &table, source: source.as_ref() };
        datatables::create(tx, place, &new)
    })
    .await
}

/// Runs what takes long on a thread that may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// What is known of a data table, with its columns.
#[utoipa::path(
    get, path = "/v1/datatables/{id}", tag = "DataTables", params(("id" = DatatableId, Path)),
    responses((status = 200, body = One<Datatable>))
)]
pub async fn get_datatable(ctx: Ctx, PathId(id): PathId<kinds::Datatable>) -> Result<Json<One<Datatable>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| datatables::get(tx, id)).await?.into()))
}

/// Rows of a data table, filtered, sorted and paged.
#[utoipa::path(
    get, path = "/v1/datatables/{id}/rows", tag = "DataTables", params(("id" = DatatableId, Path), QueryRows),
    responses((status = 200, body = List<DatatableRow>))
)]
pub async fn query_datatable_rows(
    ctx: Ctx,
    PathId(id): PathId<kinds::Datatable>,
    Query(query): Query<QueryRows>,
) -> Result<Json<List<DatatableRow>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let rows =
        move |tx: &mut store::Tx<'_>| datatables::rows(tx, id, query.filter.as_deref(), query.sort.as_deref(), request);
    Ok(ctx.list(ctx.read(rows).await?))
}
