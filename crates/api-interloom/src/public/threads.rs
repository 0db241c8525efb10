//! Threads: what people and agents say in them, and the files that come along.

use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use kernel::{
    Direction, Rule, Timestamp,
    ids::{ActivityId, DocumentId, ThreadId},
    kinds,
};
use library::messages::{self, Message};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    errors::Renames,
    wire::{
        Asked, BASE, FilePayloadTag, List, MessageTag, Order, ResourceLink, ResourceType, actor_link, ascending_order,
        created, list,
    },
};

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames {
    fields: &[("text", Some(Rule::Blank), "invalid_message_request")],
    paths: &[],
    codes: &[],
    conflict: "invalid_message_request",
};

/// A thread.
#[derive(Serialize, ToSchema)]
pub struct Thread {
    id: ThreadId,
    created_at: Timestamp,
    /// When the last of its events came that the caller can see.
    #[schema(required)]
    last_thread_event_at: Option<Timestamp>,
    /// The path of its events.
    #[schema(read_only)]
    events_url: String,
}

/// What somebody said or attached.
#[derive(Serialize, ToSchema)]
pub struct ThreadEvent {
    id: ActivityId,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// The person or agent.
    author: ResourceLink,
    /// What was said, then the files that came along. Files that are gone are left out.
    payloads: Vec<Payload>,
}

/// A part of an event.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(discriminator(property_name = "payload_type", mapping(
    ("message" = "#/components/schemas/MessagePayload"),
    ("file" = "#/components/schemas/FilePayload"),
)))]
pub enum Payload {
    /// What was said.
    Message(MessagePayload),
    /// A file.
    File(FilePayload),
}

/// What was said.
#[derive(Serialize, ToSchema)]
pub struct MessagePayload {
    payload_type: MessageTag,
    text: String,
}

/// A file that came along.
#[derive(Serialize, ToSchema)]
pub struct FilePayload {
    payload_type: FilePayloadTag,
    file: ResourceLink,
}

impl From<Message> for ThreadEvent {
    fn from(message: Message) -> Self {
        let said = message.text.map(|text| Payload::Message(MessagePayload { payload_type: MessageTag, text }));
        let files = message.files.into_iter().map(|file| {
            Payload::File(FilePayload {
                payload_type: FilePayloadTag,
                file: ResourceLink::new(ResourceType::File, file),
            })
        });
        Self {
            id: message.id,
            created_at: message.created_at,
            updated_at: message.created_at,
            author: actor_link(message.author, message.author_type),
            payloads: said.into_iter().chain(files).collect(),
        }
    }
}

list!(ListThreadEventsResponse of ThreadEvent);

/// Which slice is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListThreadEvents {
    /// Most items to answer.
    #[param(minimum = 1, maximum = 100, default = 30)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of an answer to the same request.
    #[param(nullable)]
    cursor: Option<String>,
    /// The direction of time.
    #[param(schema_with = ascending_order, required = false)]
    direction: Option<Order>,
}

/// A message to post.
#[derive(Deserialize, ToSchema)]
pub struct CreateMessageRequest {
    /// What to say.
    text: String,
    /// Files to attach to the thread's case, or to the thread. They may be attached to nothing else.
    #[schema(max_items = 100)]
    file_ids: Option<Vec<DocumentId>>,
}

/// One thread.
#[utoipa::path(
    get, path = "/api/v1/public/threads/{thread_id}", tag = "Threads", operation_id = "getThread",
    params(("thread_id" = String, Path)), responses((status = 200, body = Thread))
)]
pub async fn get_thread(ctx: Ctx, PathId(id): PathId<kinds::Thread>) -> Result<Json<Thread>, Failure> {
    let (thread, last) = ctx.read(move |tx| messages::head(tx, id)).await?;
    let events_url = format!("{BASE}/threads/{id}/events");
    Ok(Json(Thread { id, created_at: thread.created_at, last_thread_event_at: last, events_url }))
}

/// What people and agents said and attached in a thread, oldest first.
#[utoipa::path(
    get, path = "/api/v1/public/threads/{thread_id}/events", tag = "Threads", operation_id = "listThreadEvents",
    params(("thread_id" = String, Path), ListThreadEvents), responses((status = 200, body = ListThreadEventsResponse))
)]
pub async fn list_thread_events(
    ctx: Ctx,
    asked: Asked,
    PathId(id): PathId<kinds::Thread>,
    Query(query): Query<ListThreadEvents>,
) -> Result<Json<List<ThreadEvent>>, Failure> {
    let direction = query.direction.map_or(Direction::Ascending, Direction::from);
    let request = asked.slice(query.limit, query.cursor.as_deref(), direction)?;
    Ok(Json(asked.answer(ctx.read(move |tx| messages::slice(tx, id, request)).await?)))
}

/// Says something in a thread, with files if wanted.
#[utoipa::path(
    post, path = "/api/v1/public/threads/{thread_id}/messages", tag = "Threads", operation_id = "createThreadMessage",
    params(("thread_id" = String, Path)), request_body = CreateMessageRequest, responses((status = 201, body = ThreadEvent))
)]
pub async fn create_thread_message(
    ctx: Ctx,
    PathId(id): PathId<kinds::Thread>,
    Body(body): Body<CreateMessageRequest>,
) -> Result<(StatusCode, Json<ThreadEvent>), Failure> {
    let files = body.file_ids.unwrap_or_default();
    Ok(created(ctx.write(move |tx| messages::post(tx, id, &body.text, &files)).await?.into()))
}
