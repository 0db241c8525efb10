//! Artifacts.

use api::{
    Ctx, Failure, PathId, Query,
    upload::{Form, UploadedFile},
};
use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use kernel::{
    Error, PageRequest, Result, Timestamp,
    ids::{ActorId, CaseId, DocumentId, SpaceId, ThreadId},
    kinds,
};
use library::documents::{self, Document, DocumentKind, NewFile};
use serde::{Deserialize, Serialize};
use talk::place::PlaceRef;
use utoipa::{IntoParams, ToSchema};

use super::envelope::{Envelope, List, One};
use crate::{download, preview};

/// What is known of an artifact; its bytes are apart.
#[derive(Serialize, ToSchema)]
pub struct Artifact {
    id: DocumentId,
    space_id: SpaceId,
    case_id: Option<CaseId>,
    thread_id: Option<ThreadId>,
    #[serde(rename = "type")]
    kind: DocumentKind,
    name: String,
    mime_type: String,
    /// In bytes.
    size: i64,
    /// Where the bytes are, by what they are: `sha256:` and their hash; none for a note.
    storage_ref: Option<String>,
    tags: Vec<String>,
    created_by: ActorId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Document> for Artifact {
    fn from(document: Document) -> Self {
        Self {
            id: document.id,
            space_id: document.space_id,
            case_id: document.case_id,
            thread_id: document.thread_id,
            kind: document.kind,
            name: document.name,
            mime_type: document.mime_type,
            size: document.size,
            storage_ref: document.sha256.map(|hash| format!("sha256:{hash}")),
            tags: document.tags,
            created_by: document.created_by,
            created_at: document.created_at,
            updated_at: document.updated_at,
        }
    }
}

/// Which attachments are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAttached {
    /// Of this case.
    pub case_id: Option<CaseId>,
    /// Of this thread.
    pub thread_id: Option<ThreadId>,
    /// Of this space.
    pub space_id: Option<SpaceId>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    pub page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub per_page: Option<u32>,
}

/// A file to attach to exactly one of a case, a thread and a space.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form in the document; the form is read as it comes")]
pub struct UploadArtifact {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    case_id: Option<CaseId>,
    thread_id: Option<ThreadId>,
    space_id: Option<SpaceId>,
    /// Its name; the file's own when absent.
    name: Option<String>,
}

/// That something was deleted.
#[derive(Serialize, ToSchema)]
pub struct Deleted {
    id: DocumentId,
    deleted: bool,
}

/// The artifacts that the caller can see, newest first.
#[utoipa::path(get, path = "/v1/artifacts", tag = "Artifacts", params(ListAttached), responses((status = 200, body = List<Artifact>)))]
pub async fn list_artifacts(ctx: Ctx, Query(query): Query<ListAttached>) -> Result<Json<List<Artifact>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let list =
        move |tx: &mut store::Tx<'_>| documents::list(tx, query.case_id, query.thread_id, query.space_id, request);
    Ok(ctx.list(ctx.read(list).await?))
}

/// Uploads a file and attaches it to a case, a thread or a space.
#[utoipa::path(
    post, path = "/v1/artifacts", tag = "Artifacts",
    request_body(content = UploadArtifact, content_type = "multipart/form-data"),
    responses((status = 201, body = One<Artifact>))
)]
pub async fn upload_artifact(ctx: Ctx, request: Request) -> Result<(StatusCode, Json<One<Artifact>>), Failure> {
    let limit = ctx.app.settings().max_upload;
    let mut form = Form::read(&ctx.app, ctx.principal.workspace, request, "file", limit).await?;
    let file = form.file.take().ok_or_else(|| Error::invalid("file", "the form has no part named file"))?;
    let added = attach(&ctx, &mut form, &file).await;
    keep_or_discard(&ctx, &file, added).await.map(|document| ctx.created(document.into()))
}

async fn attach(ctx: &Ctx, form: &mut Form, file: &UploadedFile) -> Result<Document> {
    let place = place_of(form)?;
    let name = form.take("name").unwrap_or_else(|| file.name.clone());
    form.finish()?;
    let new = NewFile { name, mime_type: file.content_type.clone(), stored: file.stored.clone() };
    ctx.write(move |tx| documents::create_file(tx, place, &new)).await
}

/// The place that a form names.
pub fn place_of(form: &mut Form) -> Result<PlaceRef> {
    Ok(PlaceRef {
        case: form.take_id("case_id")?,
        thread: form.take_id("thread_id")?,
        space: form.take_id("space_id")?,
    })
}

/// Passes a result on; bytes that became nothing are removed.
pub async fn keep_or_discard<T>(ctx: &Ctx, file: &UploadedFile, result: Result<T>) -> Result<T, Failure> {
    if result.is_err() {
        let sha256 = file.stored.sha256.clone();
        ctx.write(move |tx| documents::discard_upload(tx, &sha256)).await?;
    }
    result.map_err(Failure)
}

/// What is known of an artifact, never its bytes.
#[utoipa::path(
    get, path = "/v1/artifacts/{id}", tag = "Artifacts", params(("id" = DocumentId, Path)),
    responses((status = 200, body = One<Artifact>))
)]
pub async fn get_artifact(ctx: Ctx, PathId(id): PathId<kinds::Document>) -> Result<Json<One<Artifact>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| documents::get(tx, id)).await?.into()))
}

/// The bytes of an artifact under their own type; always as a download, so that no page of ours can be made of them.
#[utoipa::path(
    get, path = "/v1/artifacts/{id}/download", tag = "Artifacts", params(("id" = DocumentId, Path)),
    responses((status = 200, content_type = "*/*", body = Vec<u8>))
)]
pub async fn download_artifact(ctx: Ctx, PathId(id): PathId<kinds::Document>) -> Result<Response, Failure> {
    let content = ctx.peek(move |tx| documents::content(tx, id)).await?;
    Ok(download::respond(&ctx.app, ctx.principal.workspace, content).await?)
}

/// The bytes of a PDF, an image or a text, for showing them inside a page of the same site: in a sandbox of their own where
/// the browser allows it. Anything else is 415 `preview_unsupported`. `Range` is understood.
#[utoipa::path(
    get, path = "/v1/artifacts/{id}/preview", tag = "Artifacts",
    params(("id" = DocumentId, Path), ("Range" = Option<String>, Header, description = "The bytes that are wanted.")),
    responses(
        (status = 200, content_type = "*/*", body = Vec<u8>),
        (status = 206, description = "A part of the bytes.", content_type = "*/*", body = Vec<u8>),
        (status = 416, description = "The range lies outside."),
    )
)]
pub async fn preview_artifact(
    ctx: Ctx,
    PathId(id): PathId<kinds::Document>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let content = ctx.peek(move |tx| documents::content(tx, id)).await?;
    Ok(preview::respond(&ctx.app, ctx.principal.workspace, content, &headers).await?)
}

/// Removes an artifact and its bytes.
#[utoipa::path(
    delete, path = "/v1/artifacts/{id}", tag = "Artifacts", params(("id" = DocumentId, Path)),
    responses((status = 200, body = One<Deleted>))
)]
pub async fn delete_artifact(ctx: Ctx, PathId(id): PathId<kinds::Document>) -> Result<Json<One<Deleted>>, Failure> {
    ctx.write(move |tx| documents::delete(tx, id)).await?;
    Ok(ctx.one(Deleted { id, deleted: true }))
}
