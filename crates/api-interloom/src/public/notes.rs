//! Notes.

use api::{Body, Ctx, Failure, PathId, Query};
use axum::{Json, http::StatusCode};
use kernel::{
    Direction, Error, Kind, Rule, Timestamp,
    ids::{CaseId, DocumentId, SpaceId, ThreadId},
    kinds,
};
use library::documents::{self, Document, DocumentKind, NewNote, NotePatch, Under};
use serde::{Deserialize, Serialize};
use talk::place::PlaceRef;
use utoipa::{IntoParams, ToSchema};

use super::{
    errors::Renames,
    files::parent,
    wire::{Asked, List, NoteTag, Order, ResourceLink, TimeSort, created, descending_order, list, time_sort},
};

/// What the domain's errors are called here.
pub const RENAMES: Renames = Renames {
    fields: &[
        ("title", Some(Rule::Blank), "empty_note_title"),
        ("tags", None, "invalid_tag_name"),
        ("case_id", Some(Rule::Value), "invalid_note_parent"),
    ],
    paths: &[],
    codes: &[("artifact_not_found", "note_not_found")],
    conflict: "invalid_note_request",
};

/// A note as lists show it.
#[derive(Serialize, ToSchema)]
pub struct NoteListItem {
    id: DocumentId,
    r#type: NoteTag,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// The case it is attached to, else its space; null in one's private space.
    parent: Option<ResourceLink>,
    title: String,
    tags: Vec<String>,
}

/// A note.
#[derive(Serialize, ToSchema)]
pub struct Note {
    #[serde(flatten)]
    item: NoteListItem,
    /// Its text, in Markdown.
    body: Option<String>,
}

impl From<Document> for NoteListItem {
    fn from(document: Document) -> Self {
        Self {
            id: document.id,
            r#type: NoteTag,
            created_at: document.created_at,
            updated_at: document.updated_at,
            parent: parent(&document),
            title: document.name,
            tags: document.tags,
        }
    }
}

impl From<documents::Note> for Note {
    fn from(note: documents::Note) -> Self {
        Self { item: note.document.into(), body: note.body }
    }
}

list!(ListNotesResponse of NoteListItem);

/// Which notes are wanted: at most one of `space_id`, `case_id` and `thread_id`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListNotes {
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
    /// Attached to this thread; a case's thread stands for the case.
    #[param(nullable)]
    thread_id: Option<ThreadId>,
    /// The order.
    #[serde(default)]
    #[param(schema_with = time_sort, required = false)]
    sort: TimeSort,
    /// The direction of the order.
    #[param(schema_with = descending_order, required = false)]
    direction: Option<Order>,
}

/// A note to write, in a space or attached to a case.
#[derive(Deserialize, ToSchema)]
pub struct CreateNoteRequest {
    /// The space; or else `case_id`.
    space_id: Option<SpaceId>,
    /// The case; or else `space_id`.
    case_id: Option<CaseId>,
    title: String,
    /// Its text, in Markdown.
    body: Option<String>,
    tags: Option<Vec<String>>,
}

/// Changes to a note.
#[derive(Deserialize, ToSchema)]
pub struct UpdateNoteRequest {
    /// Null leaves it as it is.
    title: Option<String>,
    /// Null clears it.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<String>)]
    body: Option<Option<String>>,
    /// All its tags; null leaves them as they are.
    tags: Option<Vec<String>>,
    /// Moves the note into a space. A note always lies somewhere: null needs a `case_id`.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<SpaceId>)]
    space_id: Option<Option<SpaceId>>,
    /// Moves the note to a case. A note always lies somewhere: null needs a `space_id`.
    #[serde(default, deserialize_with = "api::patch::nullable")]
    #[schema(value_type = Option<CaseId>)]
    case_id: Option<Option<CaseId>>,
}

/// The notes that the caller can see.
#[utoipa::path(
    get, path = "/api/v1/public/notes", tag = "Notes", operation_id = "listNotes", params(ListNotes),
    responses((status = 200, body = ListNotesResponse))
)]
pub async fn list_notes(
    ctx: Ctx,
    asked: Asked,
    Query(query): Query<ListNotes>,
) -> Result<Json<List<NoteListItem>>, Failure> {
    let direction = query.direction.map_or(Direction::Descending, Direction::from);
    let request = asked.slice(query.limit, query.cursor.as_deref(), direction)?;
    let under = match (query.space_id, query.case_id, query.thread_id) {
        (None, None, None) => None,
        (Some(space), None, None) => Some(Under::Space(space)),
        (None, Some(case), None) => Some(Under::Case(case)),
        (None, None, Some(thread)) => Some(Under::Thread(thread)),
        _ => {
            let message = "Give at most one of space_id, case_id and thread_id.";
            return Err(Error::new(Kind::BadRequest, "invalid_note_filters", message).into());
        }
    };
    let sort = query.sort.into();
    let list = move |tx: &mut store::Tx<'_>| documents::slice(tx, DocumentKind::Note, under, sort, request);
    Ok(Json(asked.answer(ctx.read(list).await?)))
}

/// Writes a note, in a space or attached to a case.
#[utoipa::path(
    post, path = "/api/v1/public/notes", tag = "Notes", operation_id = "createNote", request_body = CreateNoteRequest,
    responses((status = 201, body = Note))
)]
pub async fn create_note(ctx: Ctx, Body(body): Body<CreateNoteRequest>) -> Result<(StatusCode, Json<Note>), Failure> {
    let place = PlaceRef { space: body.space_id, case: body.case_id, thread: None };
    let new = NewNote { title: body.title, body: body.body, tags: body.tags.unwrap_or_default() };
    let written = ctx
        .write(move |tx| {
            let id = documents::create_note(tx, place, &new)?.id;
            documents::note(tx, id)
        })
        .await?;
    Ok(created(written.into()))
}

/// One note.
#[utoipa::path(
    get, path = "/api/v1/public/notes/{note_id}", tag = "Notes", operation_id = "getNote", params(("note_id" = String, Path)),
    responses((status = 200, body = Note))
)]
pub async fn get_note(ctx: Ctx, PathId(id): PathId<kinds::Document>) -> Result<Json<Note>, Failure> {
    Ok(Json(ctx.peek(move |tx| documents::note(tx, id)).await?.into()))
}

/// Changes a note or moves it.
#[utoipa::path(
    patch, path = "/api/v1/public/notes/{note_id}", tag = "Notes", operation_id = "updateNote",
    params(("note_id" = String, Path)), request_body = UpdateNoteRequest, responses((status = 200, body = Note))
)]
pub async fn update_note(
    ctx: Ctx,
    PathId(id): PathId<kinds::Document>,
    Body(body): Body<UpdateNoteRequest>,
) -> Result<Json<Note>, Failure> {
    let place = (body.space_id.is_some() || body.case_id.is_some()).then_some(PlaceRef {
        space: body.space_id.flatten(),
        case: body.case_id.flatten(),
        thread: None,
    });
    let patch = NotePatch { title: body.title, body: body.body, tags: body.tags, place };
    Ok(Json(ctx.write(move |tx| documents::update_note(tx, id, &patch)).await?.into()))
}

/// Removes a note.
#[utoipa::path(
    delete, path = "/api/v1/public/notes/{note_id}", tag = "Notes", operation_id = "deleteNote",
    params(("note_id" = String, Path)), responses((status = 204))
)]
pub async fn delete_note(ctx: Ctx, PathId(id): PathId<kinds::Document>) -> Result<StatusCode, Failure> {
    ctx.write(move |tx| documents::delete_of(tx, id, DocumentKind::Note)).await?;
    Ok(StatusCode::NO_CONTENT)
}
