//! Views (ours): saved ways to look at cases.

use api::{Body, Ctx, Failure, PathId, Query, patch};
use axum::{Json, http::StatusCode};
use kernel::{
    PageRequest, Timestamp,
    ids::{ActorId, SpaceId, ViewId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as JsonValue};
use utoipa::{IntoParams, ToSchema};
use work::views::{self, Layout, NewView, ViewPatch};

use super::envelope::{Envelope, List, One};

/// Who made a view.
#[derive(Serialize, ToSchema)]
pub struct ViewOwner {
    id: ActorId,
    name: String,
}

/// A saved way to look at cases.
#[derive(Serialize, ToSchema)]
pub struct View {
    id: ViewId,
    /// None for a view across spaces.
    space_id: Option<SpaceId>,
    name: String,
    shared: bool,
    owner: ViewOwner,
    /// What it shows, in the client's own terms.
    query: Map<String, JsonValue>,
    layout: Layout,
    position: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<views::View> for View {
    fn from(view: views::View) -> Self {
        Self {
            id: view.id,
            space_id: view.space_id,
            name: view.name,
            shared: view.shared,
            owner: ViewOwner { id: view.owner_id, name: view.owner_name },
            query: view.query,
            layout: view.layout,
            position: view.position,
            created_at: view.created_at,
            updated_at: view.updated_at,
        }
    }
}

/// Which views are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListViews {
    /// Of this space.
    space_id: Option<SpaceId>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// A view to save.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateView {
    name: String,
    /// The space it looks at; all of the caller's when absent.
    space_id: Option<SpaceId>,
    /// Whether others see it: the members of the space, or everybody for one across spaces.
    #[serde(default)]
    shared: bool,
    /// What it shows, in the client's own terms; at most 8 KiB.
    query: Map<String, JsonValue>,
    layout: Layout,
}

/// Changes to a view.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateView {
    #[serde(default, deserialize_with = "patch::not_null")]
    name: Option<String>,
    #[serde(default, deserialize_with = "patch::not_null")]
    shared: Option<bool>,
    #[serde(default, deserialize_with = "patch::not_null")]
    query: Option<Map<String, JsonValue>>,
    #[serde(default, deserialize_with = "patch::not_null")]
    layout: Option<Layout>,
    /// Its place among the owner's views.
    #[serde(default, deserialize_with = "patch::not_null")]
    position: Option<i64>,
}

/// That a view was deleted.
#[derive(Serialize, ToSchema)]
pub struct DeletedView {
    id: ViewId,
    deleted: bool,
}

/// The caller's own views and those that are shared with it, by their places.
#[utoipa::path(get, path = "/v1/views", tag = "Views", params(ListViews), responses((status = 200, body = List<View>)))]
pub async fn list_views(ctx: Ctx, Query(query): Query<ListViews>) -> Result<Json<List<View>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    Ok(ctx.list(ctx.read(move |tx| views::list(tx, query.space_id, request)).await?))
}

/// Saves a view.
#[utoipa::path(post, path = "/v1/views", tag = "Views", request_body = CreateView, responses((status = 201, body = One<View>)))]
pub async fn create_view(ctx: Ctx, Body(body): Body<CreateView>) -> Result<(StatusCode, Json<One<View>>), Failure> {
    let new = NewView {
        name: body.name,
        space_id: body.space_id,
        shared: body.shared,
        query: body.query,
        layout: body.layout,
    };
    Ok(ctx.created(ctx.write(move |tx| views::create(tx, &new)).await?.into()))
}

/// Changes a view: for its owner and, of a shared one, the admins of its space.
#[utoipa::path(
    patch, path = "/v1/views/{id}", tag = "Views", params(("id" = ViewId, Path)), request_body = UpdateView,
    responses((status = 200, body = One<View>))
)]
pub async fn update_view(
    ctx: Ctx,
    PathId(id): PathId<kinds::View>,
    Body(body): Body<UpdateView>,
) -> Result<Json<One<View>>, Failure> {
    let patch = ViewPatch {
        name: body.name,
        shared: body.shared,
        query: body.query,
        layout: body.layout,
        position: body.position,
    };
    Ok(ctx.one(ctx.write(move |tx| views::update(tx, id, &patch)).await?.into()))
}

/// Removes a view: for its owner and, of a shared one, the admins of its space.
#[utoipa::path(
    delete, path = "/v1/views/{id}", tag = "Views", params(("id" = ViewId, Path)),
    responses((status = 200, body = One<DeletedView>))
)]
pub async fn delete_view(ctx: Ctx, PathId(id): PathId<kinds::View>) -> Result<Json<One<DeletedView>>, Failure> {
    ctx.write(move |tx| views::delete(tx, id)).await?;
    Ok(ctx.one(DeletedView { id, deleted: true }))
}
