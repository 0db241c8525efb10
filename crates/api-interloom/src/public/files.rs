//! Files.

use api::{
    Body, Ctx, Failure, PathId, Query,
    upload::{Form, UploadedFile},
};
use axum::{Json, extract::Request, http::StatusCode};
use kernel::{
    Direction, Error, Kind, Result, Rule, Timestamp,
    ids::{CaseId, DocumentId, SpaceId},
    kinds,
};
use library::documents::{self, Document, DocumentKind, FilePatch, NewFile, Under};
use serde::{Deserialize, Serialize};
use talk::place::{self, PlaceRef};
use utoipa::{IntoParams, ToSchema};

use super::{
    errors::Renames,
    wire::{
        Asked, FileTag, List, Order, ResourceLink, ResourceType, TimeSort, created, descending_order, list, time_sort,
    },
};
use crate::{download, v1::keep_or_discard};

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames {
    fields: &[("tags", None, "invalid_tag_name"), ("case_id", Some(Rule::Value), "invalid_file_parent")],
    paths: &[],
    codes: &[("artifact_not_found", "file_not_found")],
    conflict: "invalid_file_request",
};

/// A file.
#[derive(Serialize, ToSchema)]
pub struct File {
    id: DocumentId,
    r#type: FileTag,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// The case it is attached to, else its space; null in one's private space.
    parent: Option<ResourceLink>,
    name: String,
    /// In bytes.
    size: i64,
    mime_type: String,
    additional_metadata: Option<AdditionalMetadata>,
    /// Where its bytes are for a quarter of an hour, without a credential.
    download_url: String,
    tags: Vec<String>,
}

/// What else is known of a file.
#[derive(Serialize, ToSchema)]
pub struct AdditionalMetadata {
    /// The SHA-256 of its bytes.
    sha256: String,
}

impl File {
    fn of(ctx: &Ctx, document: Document) -> Self {
        Self {
            id: document.id,
            r#type: FileTag,
            created_at: document.created_at,
            updated_at: document.updated_at,
            parent: parent(&document),
            name: document.name,
            size: document.size,
            mime_type: document.mime_type,
            additional_metadata: document.sha256.map(|sha256| AdditionalMetadata { sha256 }),
            download_url: download::url(ctx, document.id),
            tags: document.tags,
        }
    }
}

/// What a file or a note lies in. One's private space does not count: this API knows files that lie in nothing.
pub fn parent(document: &Document) -> Option<ResourceLink> {
    match document.case_id {
        Some(case) => Some(ResourceLink::new(ResourceType::Case, case)),
        None if document.private => None,
        None => Some(ResourceLink::new(ResourceType::Space, document.space_id)),
    }
}

list!(ListFilesResponse of File);

/// Which files are wanted: at most one of `space_id` and `case_id`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListFiles {
    /// Most items to answer.
    #[param(minimum = 1, maximum = 100, default = 30)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of an answer to the same request.
    #[param(nullable)]
    cursor: Option<String>,
    /// Directly in this space, attached to no case or thread.
    #[param(nullable)]
    space_id: Option<SpaceId>,
    /// Attached to this case.
    #[param(nullable)]
    case_id: Option<CaseId>,
    /// The order.
    #[serde(default)]
    #[param(schema_with = time_sort, required = false)]
    sort: TimeSort,
    /// The direction of the order.
    #[param(schema_with = descending_order, required = false)]
    direction: Option<Order>,
}

/// A file to upload, into a space, a case or neither.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form in the document; the form is read as it comes")]
pub struct CreateFileRequest {
    /// The file.
    #[schema(value_type = String, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// The space it lies in; without it and `case_id`, the caller's private one.
    space_id: Option<SpaceId>,
    /// The case it is attached to.
    case_id: Option<CaseId>,
}

/// Changes to a file. Its name and its bytes stay.
#[derive(Deserialize, ToSchema)]
pub struct UpdateFileRequest {
    /// All its tags; null leaves them as they are.
    tags: Option<Vec<String>>,
    /// Moves the file into a space; null, into the caller's private one.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<SpaceId>)]
    space_id: Option<Option<SpaceId>>,
    /// Attaches the file to a case; null detaches it, into the caller's private space.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<CaseId>)]
    case_id: Option<Option<CaseId>>,
}

/// The files that the caller can see.
#[utoipa::path(
    get, path = "/api/v1/public/files", tag = "Files", operation_id = "listFiles", params(ListFiles),
    responses((status = 200, body = ListFilesResponse))
)]
pub async fn list_files(ctx: Ctx, asked: Asked, Query(query): Query<ListFiles>) -> Result<Json<List<File>>, Failure> {
    let direction = query.direction.map_or(Direction::Descending, Direction::from);
    let request = asked.slice(query.limit, query.cursor.as_deref(), direction)?;
    let under = match (query.space_id, query.case_id) {
        (None, None) => None,
        (Some(space), None) => Some(Under::Space(space)),
        (None, Some(case)) => Some(Under::Case(case)),
        (Some(_), Some(_)) => {
            let message = "Give at most one of space_id and case_id.";
            return Err(Error::new(Kind::BadRequest, "invalid_file_parent", message).into());
        }
    };
    let sort = query.sort.into();
    let list = move |tx: &mut store::Tx<'_>| documents::slice(tx, DocumentKind::File, under, sort, request);
    let slice = ctx.read(list).await?.map(|document| File::of(&ctx, document));
    Ok(Json(asked.answer(slice)))
}

/// Uploads a file, into a space, a case or neither.
#[utoipa::path(
    post, path = "/api/v1/public/files", tag = "Files", operation_id = "createFile",
    request_body(content = CreateFileRequest, content_type = "multipart/form-data"), responses((status = 201, body = File))
)]
pub async fn create_file(ctx: Ctx, request: Request) -> Result<(StatusCode, Json<File>), Failure> {
    let limit = ctx.app.settings().max_upload;
    let mut form = Form::read(&ctx.app, ctx.principal.workspace, request, "file", limit).await?;
    let missing = || Error::against(Rule::Missing, "file", "the form has no part named file");
    let file = form.file.take().ok_or_else(missing)?;
    let added = add(&ctx, &mut form, &file).await;
    let document = keep_or_discard(&ctx, &file, added).await?;
    Ok(created(File::of(&ctx, document)))
}

async fn add(ctx: &Ctx, form: &mut Form, file: &UploadedFile) -> Result<Document> {
    let named = PlaceRef { space: form.take_id("space_id")?, case: form.take_id("case_id")?, thread: None };
    let new = NewFile { name: file.name.clone(), mime_type: file.content_type.clone(), stored: file.stored.clone() };
    ctx.write(move |tx| {
        let place = place::or_private(tx, named)?;
        documents::create_file(tx, place, &new)
    })
    .await
}

/// One file, with a fresh address for its bytes.
#[utoipa::path(
    get, path = "/api/v1/public/files/{file_id}", tag = "Files", operation_id = "getFile", params(("file_id" = String, Path)),
    responses((status = 200, body = File))
)]
pub async fn get_file(ctx: Ctx, PathId(id): PathId<kinds::Document>) -> Result<Json<File>, Failure> {
    let document = ctx.peek(move |tx| documents::get_of(tx, id, DocumentKind::File)).await?;
    Ok(Json(File::of(&ctx, document)))
}

/// Tags a file or moves it.
#[utoipa::path(
    patch, path = "/api/v1/public/files/{file_id}", tag = "Files", operation_id = "updateFile",
    params(("file_id" = String, Path)), request_body = UpdateFileRequest, responses((status = 200, body = File))
)]
pub async fn update_file(
    ctx: Ctx,
    PathId(id): PathId<kinds::Document>,
    Body(body): Body<UpdateFileRequest>,
) -> Result<Json<File>, Failure> {
    let place = (body.space_id.is_some() || body.case_id.is_some()).then_some(PlaceRef {
        space: body.space_id.flatten(),
        case: body.case_id.flatten(),
        thread: None,
    });
    let patch = FilePatch { tags: body.tags, place };
    let document = ctx.write(move |tx| documents::update_file(tx, id, &patch)).await?;
    Ok(Json(File::of(&ctx, document)))
}

/// Removes a file and its bytes.
#[utoipa::path(
    delete, path = "/api/v1/public/files/{file_id}", tag = "Files", operation_id = "deleteFile",
    params(("file_id" = String, Path)), responses((status = 204))
)]
pub async fn delete_file(ctx: Ctx, PathId(id): PathId<kinds::Document>) -> Result<StatusCode, Failure> {
    ctx.write(move |tx| documents::delete_of(tx, id, DocumentKind::File)).await?;
    Ok(StatusCode::NO_CONTENT)
}
