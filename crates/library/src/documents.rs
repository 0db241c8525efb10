//! Documents (Interloom v1, Artifacts): files and notes, attached to a case, a thread or a space.
//!
//! A file's bytes are a blob, named by their SHA-256 and stored before the row is written; a note's text is in its row.
//! Files with the same bytes share a blob, which goes with the last of them.

mod blob;
mod changes;
mod slices;
#[cfg(test)]
mod tests;
mod text;

use identity::{
    Right, access,
    listing::{self, Listing},
};
use kernel::{
    Error, Kind, Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, CaseId, DocumentId, SpaceId, ThreadId},
};
use serde_json::json;
use store::{NewEvent, Row, Stored, Tx, params, search};
use talk::{
    activities::{self, ActivityType, Visibility},
    place::{self, Place, PlaceRef},
};

pub use self::{
    blob::{delete_blob_job, discard_upload, workers},
    changes::{FilePatch, NotePatch, attach, update_file, update_note},
    slices::{DocumentSort, Under, files_of_cases, slice},
    text::{AGENT_TEXT, text},
};
pub(crate) use self::{changes::attach_at, slices::visible};
use crate::names;

store::text_enum! {
    /// What kind of document it is.
    pub enum DocumentKind {
        /// A file that was uploaded.
        File = "file",
        /// A note that was written here.
        Note = "note",
    }
}

/// What is known of a document; its content is apart.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// The space it is in.
    pub space_id: SpaceId,
    /// Whether that is somebody's private space.
    pub private: bool,
    /// The case it is attached to, itself or by its thread.
    pub case_id: Option<CaseId>,
    /// The thread it is attached to.
    pub thread_id: Option<ThreadId>,
    /// File or note.
    pub kind: DocumentKind,
    /// The file's name or the note's title.
    pub name: String,
    /// The type of its content.
    pub mime_type: String,
    /// The size of its content in bytes.
    pub size: i64,
    /// The SHA-256 of a file's bytes, which is also where they are; none for a note.
    pub sha256: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Who added it.
    pub created_by: ActorId,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "d.id, d.space_id, d.case_id, d.thread_id, d.kind, d.name, d.mime_type, d.size, d.sha256, d.tags, \
                       d.created_by, d.created_at, d.updated_at, \
                       (SELECT s.kind = 'private' FROM spaces s WHERE s.id = d.space_id)";

fn read(row: &Row<'_>) -> Result<Document> {
    Ok(Document {
        id: row.get(0)?,
        space_id: row.get(1)?,
        case_id: row.get(2)?,
        thread_id: row.get(3)?,
        kind: row.get(4)?,
        name: row.get(5)?,
        mime_type: row.get(6)?,
        size: row.get(7)?,
        sha256: row.get(8)?,
        tags: row.get(9)?,
        created_by: row.get(10)?,
        created_at: row.get(11)?,
        updated_at: row.get(12)?,
        private: row.get(13)?,
    })
}

/// A file to add, whose bytes are stored already.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its name as the caller gives it; [`names::file_name`] says what is kept.
    pub name: String,
    /// Its content type as the caller gives it; [`names::mime_type`] says what is kept.
    pub mime_type: Option<String>,
    /// Where the bytes are.
    pub stored: Stored,
}

/// A note to write.
#[derive(Clone, Debug)]
pub struct NewNote {
    /// Its title.
    pub title: String,
    /// Its text, in Markdown.
    pub body: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
}

/// A note with its text.
#[derive(Clone, Debug)]
pub struct Note {
    /// What is known of it.
    pub document: Document,
    /// Its text, in Markdown.
    pub body: Option<String>,
}

/// What a download needs.
#[derive(Clone, Debug)]
pub struct Content {
    /// The file's name; a note's ends in `.md`.
    pub name: String,
    /// The type of the content.
    pub mime_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// Where it is.
    pub source: Source,
}

/// Where a document's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the blob of this SHA-256.
    Blob(String),
    /// Here: a note's text.
    Text(String),
}

/// The type of a note's text.
const NOTE_TYPE: &str = "text/markdown";

/// The documents that the actor can see, newest first, of one case, thread or space if wanted.
///
/// # Errors
/// `case_not_found`, `thread_not_found` or `space_not_found` when a filter names what the actor cannot see.
pub fn list(
    tx: &mut Tx<'_>,
    case: Option<CaseId>,
    thread: Option<ThreadId>,
    space: Option<SpaceId>,
    request: PageRequest,
) -> Result<Page<Document>> {
    let conditions = place::filters(tx, PlaceRef { case, thread, space })?;
    let list = Listing {
        table: "documents d",
        alias: "d",
        columns: COLUMNS,
        order: "d.created_at DESC, d.id DESC",
        conditions: &conditions,
    };
    listing::page(tx, &list, request, read)
}

/// One document.
///
/// # Errors
/// `artifact_not_found`.
pub fn get(tx: &mut Tx<'_>, id: DocumentId) -> Result<Document> {
    require(tx, id, Right::See)
}

/// One document of a kind.
///
/// # Errors
/// `artifact_not_found`, also for one of the other kind.
pub fn get_of(tx: &mut Tx<'_>, id: DocumentId, kind: DocumentKind) -> Result<Document> {
    require_of(tx, id, kind, Right::See)
}

/// One note with its text.
///
/// # Errors
/// `artifact_not_found`, also for a file.
pub fn note(tx: &mut Tx<'_>, id: DocumentId) -> Result<Note> {
    let document = get_of(tx, id, DocumentKind::Note)?;
    Ok(Note { document, body: body(tx, id)? })
}

/// A document's content, or where it is.
///
/// # Errors
/// `artifact_not_found`.
pub fn content(tx: &mut Tx<'_>, id: DocumentId) -> Result<Content> {
    let document = require(tx, id, Right::See)?;
    let (name, source) = match (document.sha256, body(tx, id)?) {
        (Some(sha256), _) => (document.name, Source::Blob(sha256)),
        (None, body) => (names::file_name(&format!("{}.md", document.name)), Source::Text(body.unwrap_or_default())),
    };
    Ok(Content { name, mime_type: document.mime_type, size: document.size, source })
}

/// Adds a file whose bytes are stored, and tells the thread.
///
/// # Errors
/// Those of the place, `forbidden` for observers.
pub fn create_file(tx: &mut Tx<'_>, place: PlaceRef, file: &NewFile) -> Result<Document> {
    let place = place::resolve(tx, place, Right::Work)?;
    let name = names::file_name(&file.name);
    let mime_type = names::mime_type(file.mime_type.as_deref(), &name);
    let new = New {
        kind: DocumentKind::File,
        name: &name,
        mime_type: &mime_type,
        size: file.stored.size,
        sha256: Some(&file.stored.sha256),
        body: None,
        tags: Vec::new(),
    };
    insert(tx, &place, new)
}

/// Adds a note, and tells the thread.
///
/// # Errors
/// Those of the place, `forbidden` for observers, `Invalid` for a blank or over-long title, an over-long body and tags that
/// are blank, over-long or too many.
pub fn create_note(tx: &mut Tx<'_>, place: PlaceRef, note: &NewNote) -> Result<Document> {
    let place = place::resolve(tx, place, Right::Work)?;
    let name = check::required("title", &note.title, check::TITLE)?;
    let body = check::optional("body", note.body.as_deref(), check::TEXT)?;
    let tags = names::tags(&note.tags)?;
    let size = body.unwrap_or_default().len() as i64;
    let new = New { kind: DocumentKind::Note, name, mime_type: NOTE_TYPE, size, sha256: None, body, tags };
    insert(tx, &place, new)
}

/// Removes a document. The bytes follow by a job, unless another document or data table has the same.
///
/// # Errors
/// `artifact_not_found`, `forbidden` for observers.
pub fn delete(tx: &mut Tx<'_>, id: DocumentId) -> Result<()> {
    let document = require(tx, id, Right::Work)?;
    remove(tx, &document)
}

/// Removes a document of a kind, as [`delete`] does.
///
/// # Errors
/// `artifact_not_found`, also for one of the other kind; `forbidden` for observers.
pub fn delete_of(tx: &mut Tx<'_>, id: DocumentId, kind: DocumentKind) -> Result<()> {
    let document = require_of(tx, id, kind, Right::Work)?;
    remove(tx, &document)
}

fn remove(tx: &mut Tx<'_>, document: &Document) -> Result<()> {
    let id = document.id;
    tx.execute("DELETE FROM documents WHERE id = $1", params![id])?;
    search::remove(tx, id.uuid())?;
    if let Some(sha256) = &document.sha256 {
        blob::enqueue_if_unused(tx, sha256)?;
    }
    event(tx, "artifact.deleted", document)
}

/// What an absent or invisible document answers.
pub fn artifact_not_found(id: DocumentId) -> Error {
    Error::not_found("artifact_not_found", format!("No artifact found with ID {id}"))
}

/// One document in whose space the actor has `right`.
fn require(tx: &mut Tx<'_>, id: DocumentId, right: Right) -> Result<Document> {
    let document = find(tx, id)?.ok_or_else(|| artifact_not_found(id))?;
    let role = access::role(tx, document.space_id)?;
    access::check(role, right, || artifact_not_found(id))?;
    Ok(document)
}

/// [`require`] for a document of a kind: one of the other kind is not there.
fn require_of(tx: &mut Tx<'_>, id: DocumentId, kind: DocumentKind, right: Right) -> Result<Document> {
    let not_found = || Error::not_found("artifact_not_found", format!("No {kind} found with ID {id}"));
    let document = find(tx, id)?.filter(|document| document.kind == kind).ok_or_else(not_found)?;
    let role = access::role(tx, document.space_id)?;
    access::check(role, right, not_found)?;
    Ok(document)
}

fn find(tx: &mut Tx<'_>, id: DocumentId) -> Result<Option<Document>> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM documents d WHERE d.id = $1"), params![id], read)
}

/// The text of a document that was found.
fn body(tx: &mut Tx<'_>, id: DocumentId) -> Result<Option<String>> {
    tx.query_one("SELECT body FROM documents WHERE id = $1", params![id], |row| row.get(0))
}

struct New<'a> {
    kind: DocumentKind,
    name: &'a str,
    mime_type: &'a str,
    size: i64,
    sha256: Option<&'a str>,
    body: Option<&'a str>,
    tags: Vec<String>,
}

fn insert(tx: &mut Tx<'_>, place: &Place, new: New<'_>) -> Result<Document> {
    let id = DocumentId::new();
    tx.execute(
        "INSERT INTO documents (id, space_id, case_id, thread_id, kind, name, mime_type, size, sha256, body, tags, created_by, \
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
        params![
            id,
            place.space,
            place.case,
            place.thread,
            new.kind,
            new.name,
            new.mime_type,
            new.size,
            new.sha256,
            new.body,
            new.tags,
            tx.actor().id,
            tx.now()
        ],
    )?;
    let document = find(tx, id)?.ok_or_else(|| artifact_not_found(id))?;
    index(tx, &document, new.body)?;
    if let Some(log) = place.log {
        match new.kind {
            DocumentKind::File => tell_added(tx, log, &document)?,
            DocumentKind::Note => tell_note(tx, log, &document, format!("Wrote the note {}", document.name))?,
        }
    }
    event(tx, "artifact.added", &document)?;
    Ok(document)
}

/// Puts a document into the search index as it is now.
fn index(tx: &mut Tx<'_>, document: &Document, body: Option<&str>) -> Result<()> {
    let words: Vec<&str> = body.into_iter().chain(document.tags.iter().map(String::as_str)).collect();
    let item = search::Item {
        kind: "document",
        subject: document.id.uuid(),
        space: document.space_id,
        case: document.case_id,
        thread: document.thread_id,
        title: &document.name,
        body: &words.join("\n"),
    };
    search::put(tx, &item)
}

/// Tells a thread that a file was attached where it belongs.
fn tell_added(tx: &mut Tx<'_>, log: ThreadId, file: &Document) -> Result<()> {
    tell(tx, log, ActivityType::ArtifactAdded, format!("Added {}", file.name), file)
}

/// Tells a thread what was done to a note.
fn tell_note(tx: &mut Tx<'_>, log: ThreadId, note: &Document, text: String) -> Result<()> {
    tell(tx, log, ActivityType::NoteEdit, text, note)
}

fn tell(tx: &mut Tx<'_>, log: ThreadId, entry: ActivityType, text: String, document: &Document) -> Result<()> {
    let data = json!({"artifact_id": document.id, "name": document.name});
    activities::append(tx, log, entry, Visibility::Public, &text, Some(data)).map(drop)
}

fn event(tx: &mut Tx<'_>, verb: &'static str, document: &Document) -> Result<()> {
    let data = json!({
        "kind": document.kind,
        "name": document.name,
        "mime_type": document.mime_type,
        "size": document.size,
        "sha256": document.sha256,
    });
    emit(tx, verb, document, data)
}

/// Appends an event where the document is.
fn emit(tx: &mut Tx<'_>, verb: &'static str, document: &Document, data: serde_json::Value) -> Result<()> {
    tx.emit(NewEvent {
        verb,
        subject: document.id.uuid(),
        space: Some(document.space_id),
        case: document.case_id,
        thread: document.thread_id,
        data,
    })
}
