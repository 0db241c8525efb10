//! Case ingestion: opening many cases from a manifest.

use api::{
    Ctx, Failure, PathId, Query,
    upload::{Form, UploadedFile},
};
use axum::{Json, extract::Request, http::StatusCode};
use ingestion::{Ingestion, IngestionEntry, IngestionStatus};
use kernel::{
    Direction, Error, Result, Rule, Timestamp,
    ids::{IngestionEntryId, IngestionId, SpaceId},
    kinds,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    errors::Renames,
    wire::{Asked, List, Paging, ResourceLink, ResourceType, created, list},
};
use crate::v1::keep_or_discard;

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames {
    fields: &[],
    paths: &[],
    codes: &[("file_too_large", "invalid_case_ingestion_manifest")],
    conflict: "invalid_case_ingestion_manifest",
};

/// An import of cases.
#[derive(Serialize, ToSchema)]
pub struct CaseIngestion {
    id: IngestionId,
    /// Where the cases are opened.
    space: ResourceLink,
    status: IngestionStatus,
    /// How many cases the manifest describes.
    total_count: i64,
    /// How many lines have been dealt with.
    processed_count: i64,
    /// How many became cases.
    success_count: i64,
    /// How many could not.
    error_count: i64,
    /// How many were there already.
    skipped_count: i64,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<Ingestion> for CaseIngestion {
    fn from(ingestion: Ingestion) -> Self {
        Self {
            id: ingestion.id,
            space: ResourceLink::new(ResourceType::Space, ingestion.space_id),
            status: ingestion.status,
            total_count: ingestion.total,
            processed_count: ingestion.processed,
            success_count: ingestion.succeeded,
            error_count: ingestion.failed,
            skipped_count: ingestion.skipped,
            started_at: ingestion.started_at,
            ended_at: ingestion.ended_at,
            created_at: ingestion.created_at,
        }
    }
}

/// A line of a manifest that could not become a case.
#[derive(Serialize, ToSchema)]
pub struct CaseIngestionFailedEntry {
    id: IngestionEntryId,
    /// Its number, from 1.
    line_number: i64,
    /// The name it gives its case; empty for one without.
    external_id: String,
    status: CaseIngestionEntryStatus,
    created_at: Timestamp,
    errors: Vec<CaseIngestionEntryError>,
}

/// What came of a line. Only lines that failed are listed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "clients know all three, though a list of failures has one")]
pub enum CaseIngestionEntryStatus {
    /// It became a case.
    Success,
    /// Its case was there already.
    Skipped,
    /// It could not become a case.
    Failed,
}

/// Why a line could not become a case.
#[derive(Serialize, ToSchema)]
pub struct CaseIngestionEntryError {
    id: Uuid,
    error: String,
    created_at: Timestamp,
}

impl From<IngestionEntry> for CaseIngestionFailedEntry {
    fn from(entry: IngestionEntry) -> Self {
        // The errors of a line are told together; each has an id that stays the same.
        let id = |n: usize| Uuid::from_u128(entry.id.uuid().as_u128().wrapping_add(n as u128));
        let errors = entry.errors.iter().enumerate();
        let error = |(n, error): (usize, &String)| CaseIngestionEntryError {
            id: id(n),
            error: error.clone(),
            created_at: entry.created_at,
        };
        Self {
            id: entry.id,
            line_number: entry.line,
            status: CaseIngestionEntryStatus::Failed,
            created_at: entry.created_at,
            errors: errors.map(error).collect(),
            external_id: entry.external_id,
        }
    }
}

list!(ListCaseIngestionErrorsResponse of CaseIngestionFailedEntry);

/// A manifest and where its cases are opened.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it is read as a form")]
pub struct CreateCaseIngestionRequest {
    /// The space.
    space_id: SpaceId,
    /// JSON Lines: each line that is not blank describes one case.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    manifest: Vec<u8>,
}

/// Begins to open the cases of a manifest; a job goes on with it. A manifest with a line that cannot be read is refused as a
/// whole.
#[utoipa::path(
    post, path = "/api/v1/public/case-ingestions", tag = "Case Ingestion", operation_id = "createCaseIngestion",
    request_body(content = CreateCaseIngestionRequest, content_type = "multipart/form-data"),
    responses((status = 201, body = CaseIngestion))
)]
pub async fn create_case_ingestion(ctx: Ctx, request: Request) -> Result<(StatusCode, Json<CaseIngestion>), Failure> {
    let limit = ctx.app.settings().max_upload;
    let mut form = Form::read(&ctx.app, ctx.principal.workspace, request, "manifest", limit).await?;
    let missing = |name: &str| Error::against(Rule::Missing, name, format!("the form has no part named {name}"));
    let manifest = form.file.take().ok_or_else(|| missing("manifest"))?;
    let begun = begin(&ctx, &mut form, &manifest).await;
    keep_or_discard(&ctx, &manifest, begun).await.map(|ingestion| created(ingestion.into()))
}

async fn begin(ctx: &Ctx, form: &mut Form, manifest: &UploadedFile) -> Result<Ingestion> {
    let missing = || Error::against(Rule::Missing, "space_id", "space_id is missing");
    let space: SpaceId = form.take_id("space_id")?.ok_or_else(missing)?;
    let bytes = ctx.app.store().blobs().get(ctx.principal.workspace, &manifest.stored.sha256).await?;
    let total = ingestion::scan(bytes).await?;
    let stored = manifest.stored.clone();
    ctx.write(move |tx| ingestion::begin(tx, space, &stored, total)).await
}

/// How far an import is.
#[utoipa::path(
    get, path = "/api/v1/public/case-ingestions/{case_ingestion_id}", tag = "Case Ingestion", operation_id = "getCaseIngestion",
    params(("case_ingestion_id" = String, Path)), responses((status = 200, body = CaseIngestion))
)]
pub async fn get_case_ingestion(
    ctx: Ctx,
    PathId(id): PathId<kinds::Ingestion>,
) -> Result<Json<CaseIngestion>, Failure> {
    Ok(Json(ctx.peek(move |tx| ingestion::get(tx, id)).await?.into()))
}

/// The lines that could not become cases, with the reasons.
#[utoipa::path(
    get, path = "/api/v1/public/case-ingestions/{case_ingestion_id}/errors", tag = "Case Ingestion",
    operation_id = "listCaseIngestionErrors", params(("case_ingestion_id" = String, Path), Paging),
    responses((status = 200, body = ListCaseIngestionErrorsResponse))
)]
pub async fn list_case_ingestion_errors(
    ctx: Ctx,
    asked: Asked,
    PathId(id): PathId<kinds::Ingestion>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<CaseIngestionFailedEntry>>, Failure> {
    let request = asked.page(&paging, Direction::Ascending)?;
    Ok(Json(asked.answer(ctx.read(move |tx| ingestion::errors(tx, id, request)).await?)))
}
