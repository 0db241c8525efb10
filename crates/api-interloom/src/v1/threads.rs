//! Threads and their activities.

use api::{Body, Ctx, Failure, OptionalBody, PathId, Query, patch};
use axum::{Json, http::StatusCode};
use kernel::{
    Direction, PageRequest, Timestamp,
    ids::{ActivityId, ActorId, CaseId, SpaceId, ThreadId},
    kinds,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as JsonValue;
use talk::{
    activities::{self, ActivityType, Visibility},
    comments, threads,
};
use utoipa::{IntoParams, ToSchema};

use super::envelope::{Envelope, List, One};

/// A thread.
#[derive(Serialize, ToSchema)]
pub struct Thread {
    id: ThreadId,
    space_id: SpaceId,
    case_id: Option<CaseId>,
    title: Option<String>,
    created_by: ActorId,
    created_at: Timestamp,
    /// When its last entry came.
    updated_at: Timestamp,
}

impl From<threads::Thread> for Thread {
    fn from(thread: threads::Thread) -> Self {
        Self {
            id: thread.id,
            space_id: thread.space_id,
            case_id: thread.case_id,
            title: thread.title,
            created_by: thread.created_by,
            created_at: thread.created_at,
            updated_at: thread.updated_at,
        }
    }
}

/// An entry of a thread.
#[derive(Serialize, ToSchema)]
pub struct Activity {
    id: ActivityId,
    thread_id: ThreadId,
    #[serde(rename = "type")]
    activity_type: ActivityType,
    visibility: Visibility,
    /// Who wrote it; the nil id for Heddle itself.
    actor_id: ActorId,
    content: String,
    /// What programs may want to know: before and after, ids.
    #[schema(value_type = Option<Object>)]
    data: Option<JsonValue>,
    created_at: Timestamp,
    /// When its author last changed it.
    edited_at: Option<Timestamp>,
    /// When its author took it back; its content is empty then.
    deleted_at: Option<Timestamp>,
}

impl From<activities::Activity> for Activity {
    fn from(activity: activities::Activity) -> Self {
        Self {
            id: activity.id,
            thread_id: activity.thread_id,
            activity_type: activity.activity_type,
            visibility: activity.visibility,
            actor_id: activity.actor_id,
            content: activity.content,
            data: activity.data,
            created_at: activity.created_at,
            edited_at: activity.edited_at,
            deleted_at: activity.deleted_at,
        }
    }
}

/// Which threads are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListThreads {
    /// Of this space.
    space_id: Option<SpaceId>,
    /// Of this case.
    case_id: Option<CaseId>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// A thread to begin.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateThread {
    title: Option<String>,
    /// The caller's private space when absent.
    space_id: Option<SpaceId>,
}

/// An entry to post.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostActivity {
    /// One of the first six; the rest is written by Heddle alone.
    #[serde(rename = "type")]
    activity_type: ActivityType,
    content: String,
    #[serde(default = "public")]
    visibility: Visibility,
}

/// Changes to a comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditComment {
    content: String,
    /// As it is when absent.
    #[serde(default, deserialize_with = "patch::not_null")]
    visibility: Option<Visibility>,
}

/// The order of the entries of a thread.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Oldest first.
    Asc,
    /// Newest first.
    Desc,
}

/// Which entries are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListActivities {
    /// The order: oldest first when absent.
    #[param(inline)]
    order: Option<Order>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

fn public() -> Visibility {
    Visibility::Public
}

/// The threads that the caller can see, newest first.
#[utoipa::path(get, path = "/v1/threads", tag = "Threads", params(ListThreads), responses((status = 200, body = List<Thread>)))]
pub async fn list_threads(ctx: Ctx, Query(query): Query<ListThreads>) -> Result<Json<List<Thread>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    Ok(ctx.list(ctx.read(move |tx| threads::list(tx, query.space_id, query.case_id, request)).await?))
}

/// Begins a standalone thread, in the caller's private space unless another is named.
#[utoipa::path(post, path = "/v1/threads", tag = "Threads", request_body = Option<CreateThread>, responses((status = 201, body = One<Thread>)))]
pub async fn create_thread(
    ctx: Ctx,
    OptionalBody(body): OptionalBody<CreateThread>,
) -> Result<(StatusCode, Json<One<Thread>>), Failure> {
    Ok(ctx.created(ctx.write(move |tx| threads::create(tx, body.space_id, body.title.as_deref())).await?.into()))
}

/// One thread.
#[utoipa::path(get, path = "/v1/threads/{id}", tag = "Threads", params(("id" = ThreadId, Path)), responses((status = 200, body = One<Thread>)))]
pub async fn get_thread(ctx: Ctx, PathId(id): PathId<kinds::Thread>) -> Result<Json<One<Thread>>, Failure> {
    Ok(ctx.one(ctx.peek(move |tx| threads::get(tx, id)).await?.into()))
}

/// The entries of a thread that the caller may see, oldest first unless the other order is asked for.
#[utoipa::path(
    get, path = "/v1/threads/{id}/activities", tag = "Threads", params(("id" = ThreadId, Path), ListActivities),
    responses((status = 200, body = List<Activity>))
)]
pub async fn list_thread_activities(
    ctx: Ctx,
    PathId(id): PathId<kinds::Thread>,
    Query(query): Query<ListActivities>,
) -> Result<Json<List<Activity>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let direction = match query.order {
        None | Some(Order::Asc) => Direction::Ascending,
        Some(Order::Desc) => Direction::Descending,
    };
    Ok(ctx.list(ctx.read(move |tx| activities::list_in(tx, id, direction, request)).await?))
}

/// Posts an entry as the caller.
#[utoipa::path(
    post, path = "/v1/threads/{id}/activities", tag = "Threads", params(("id" = ThreadId, Path)), request_body = PostActivity,
    responses((status = 201, body = One<Activity>))
)]
pub async fn post_activity(
    ctx: Ctx,
    PathId(id): PathId<kinds::Thread>,
    Body(body): Body<PostActivity>,
) -> Result<(StatusCode, Json<One<Activity>>), Failure> {
    let posted =
        ctx.write(move |tx| activities::post(tx, id, body.activity_type, &body.content, body.visibility)).await?;
    Ok(ctx.created(posted.into()))
}

/// Changes what the caller's own comment says, and who sees it.
#[utoipa::path(
    patch, path = "/v1/activities/{id}", tag = "Threads", params(("id" = ActivityId, Path)), request_body = EditComment,
    responses((status = 200, body = One<Activity>))
)]
pub async fn edit_comment(
    ctx: Ctx,
    PathId(id): PathId<kinds::Activity>,
    Body(body): Body<EditComment>,
) -> Result<Json<One<Activity>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| comments::edit(tx, id, &body.content, body.visibility)).await?.into()))
}

/// Takes the caller's own comment back: the entry stays, without what it said.
#[utoipa::path(
    delete, path = "/v1/activities/{id}", tag = "Threads", params(("id" = ActivityId, Path)),
    responses((status = 200, body = One<Activity>))
)]
pub async fn delete_comment(ctx: Ctx, PathId(id): PathId<kinds::Activity>) -> Result<Json<One<Activity>>, Failure> {
    Ok(ctx.one(ctx.write(move |tx| comments::delete(tx, id)).await?.into()))
}
