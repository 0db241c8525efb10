//! Labels.

use api::{Body, Ctx, Failure, PathId, Query, parse_id, patch};
use axum::{Json, extract::Path, http::StatusCode};
use kernel::{
    Timestamp,
    ids::{CaseId, LabelId, SpaceId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work::{
    case_labels,
    labels::{self, LabelPatch},
};

use super::{
    cases::Case,
    envelope::{Envelope, List, One, Paging},
};

/// A label of a space.
#[derive(Serialize, ToSchema)]
pub struct Label {
    id: LabelId,
    space_id: SpaceId,
    name: String,
    color: Option<String>,
    created_at: Timestamp,
}

impl From<labels::Label> for Label {
    fn from(label: labels::Label) -> Self {
        Self {
            id: label.id,
            space_id: label.space_id,
            name: label.name,
            color: label.color,
            created_at: label.created_at,
        }
    }
}

/// A label to define.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateLabel {
    name: String,
    /// Such as `#3366ff`.
    color: Option<String>,
}

/// Changes to a label.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateLabel {
    #[serde(default, deserialize_with = "patch::not_null")]
    name: Option<String>,
    /// Such as `#3366ff`; null for none.
    #[serde(default, deserialize_with = "patch::nullable")]
    #[schema(value_type = Option<String>)]
    color: Option<Option<String>>,
}

/// The label to put on a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyLabel {
    label_id: LabelId,
}

/// The labels of a space, by name.
#[utoipa::path(
    get, path = "/v1/spaces/{id}/labels", tag = "Labels", params(("id" = SpaceId, Path), Paging),
    responses((status = 200, body = List<Label>))
)]
pub async fn list_space_labels(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<Label>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| labels::list(tx, id, request)).await?))
}

/// Defines a label in a space.
#[utoipa::path(
    post, path = "/v1/spaces/{id}/labels", tag = "Labels", params(("id" = SpaceId, Path)), request_body = CreateLabel,
    responses((status = 201, body = One<Label>))
)]
pub async fn create_label(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Body(body): Body<CreateLabel>,
) -> Result<(StatusCode, Json<One<Label>>), Failure> {
    Ok(ctx.created(ctx.write(move |tx| labels::create(tx, id, &body.name, body.color.as_deref())).await?.into()))
}

/// Changes a label's name or colour, on all cases that carry it.
#[utoipa::path(
    patch, path = "/v1/labels/{id}", tag = "Labels", params(("id" = LabelId, Path)), request_body = UpdateLabel,
    responses((status = 200, body = One<Label>))
)]
pub async fn update_label(
    ctx: Ctx,
    PathId(id): PathId<kinds::Label>,
    Body(body): Body<UpdateLabel>,
) -> Result<Json<One<Label>>, Failure> {
    let patch = LabelPatch { name: body.name, color: body.color };
    Ok(ctx.one(ctx.write(move |tx| labels::update(tx, id, &patch)).await?.into()))
}

/// Deletes a label of a space, and takes it off all cases.
#[utoipa::path(
    delete, path = "/v1/labels/{id}", tag = "Labels", params(("id" = LabelId, Path)),
    responses((status = 200, body = One<Label>))
)]
pub async fn delete_label(ctx: Ctx, PathId(id): PathId<kinds::Label>) -> Result<Json<One<Label>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| labels::delete(tx, id)).await?.into()))
}

/// Puts a label of the case's own space on the case; again changes nothing.
#[utoipa::path(
    post, path = "/v1/cases/{id}/labels", tag = "Labels", params(("id" = CaseId, Path)), request_body = ApplyLabel,
    responses((status = 200, body = One<Case>))
)]
pub async fn apply_case_label(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    Body(body): Body<ApplyLabel>,
) -> Result<Json<One<Case>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| case_labels::apply(tx, id, body.label_id)).await?.into()))
}

/// Takes a label off a case; the label itself stays in the space.
#[utoipa::path(
    delete, path = "/v1/cases/{id}/labels/{label_id}", tag = "Labels", params(("id" = CaseId, Path), ("label_id" = LabelId, Path)),
    responses((status = 200, body = One<Case>))
)]
pub async fn remove_case_label(
    ctx: Ctx,
    Path((case, label)): Path<(String, String)>,
) -> Result<Json<One<Case>>, Failure> {
    let case: CaseId = parse_id::<kinds::Case>(&case)?;
    let label: LabelId = parse_id::<kinds::Label>(&label)?;
    Ok(ctx.one(ctx.write(move |tx| case_labels::remove(tx, case, label)).await?.into()))
}
