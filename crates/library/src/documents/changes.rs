//! Changing documents and moving them (Interloom public).
//!
//! A change and a move are told by different events, because different people may learn of them: a change is told where the
//! document was, a move once where it left (`artifact.detached`) and once where it came (`artifact.attached`).

use super::*;

/// Changes to a note; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct NotePatch {
    /// A new title.
    pub title: Option<String>,
    /// A new text; `Some(None)` clears it.
    pub body: Option<Option<String>>,
    /// All its tags.
    pub tags: Option<Vec<String>>,
    /// Another place.
    pub place: Option<PlaceRef>,
}

/// Changes to a file; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct FilePatch {
    /// All its tags.
    pub tags: Option<Vec<String>>,
    /// Another place; one that names nothing is the actor's private space.
    pub place: Option<PlaceRef>,
}

/// Changes a note and, if wanted, moves it. Who writes it again is told in the thread of its place.
///
/// # Errors
/// `artifact_not_found`, also for a file; those of the new place; `forbidden` for observers of either place; `Invalid` as for
/// [`create_note`].
pub fn update_note(tx: &mut Tx<'_>, id: DocumentId, patch: &NotePatch) -> Result<Note> {
    let before = require_of(tx, id, DocumentKind::Note, Right::Work)?;
    let place = patch.place.map(|named| place::resolve(tx, named, Right::Work)).transpose()?;
    let text = body(tx, id)?;
    let mut after = before.clone();
    if let Some(title) = &patch.title {
        after.name = check::required("title", title, check::TITLE)?.to_owned();
    }
    let new_text = match &patch.body {
        Some(body) => check::optional("body", body.as_deref(), check::TEXT)?,
        None => text.as_deref(),
    };
    after.size = new_text.unwrap_or_default().len() as i64;
    set_tags(&mut after, patch.tags.as_deref())?;
    let rewritten = after.name != before.name || new_text != text.as_deref();
    if rewritten || after.tags != before.tags {
        write(tx, &before, &after, new_text)?;
    }
    if let Some(log) = log(tx, &before)?.filter(|_| rewritten) {
        tell_note(tx, log, &after, format!("Changed the note {}", after.name))?;
    }
    go(tx, &after, place)?;
    note(tx, id)
}

/// Changes the tags of a file and, if wanted, moves it.
///
/// # Errors
/// `artifact_not_found`, also for a note; those of the new place; `forbidden` for observers of either place;
/// `private_space_missing`; `Invalid` for tags that are blank, over-long or too many.
pub fn update_file(tx: &mut Tx<'_>, id: DocumentId, patch: &FilePatch) -> Result<Document> {
    let before = require_of(tx, id, DocumentKind::File, Right::Work)?;
    let place = match patch.place {
        Some(named) => {
            let named = place::or_private(tx, named)?;
            Some(place::resolve(tx, named, Right::Work)?)
        }
        None => None,
    };
    let mut after = before.clone();
    set_tags(&mut after, patch.tags.as_deref())?;
    if after.tags != before.tags {
        write(tx, &before, &after, None)?;
    }
    go(tx, &after, place)?;
    get(tx, id)
}

/// Attaches files to a case that lie directly in a space so far, and tells its thread. One that is attached to the case
/// already stays.
///
/// # Errors
/// `case_not_found`; `attached_files_not_found` for a file that is absent or invisible and for a note;
/// `file_thread_mismatch` for one that is attached elsewhere; `forbidden` for observers of either place.
pub fn attach(tx: &mut Tx<'_>, case: CaseId, files: &[DocumentId]) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    let place = place::of_case(tx, case, Right::Work)?;
    attach_at(tx, &place, files, true)
}

/// [`attach`] for a place that the actor may work in, told in its thread or not.
pub(crate) fn attach_at(tx: &mut Tx<'_>, place: &Place, files: &[DocumentId], told: bool) -> Result<()> {
    for id in files {
        let file = require_of(tx, *id, DocumentKind::File, Right::Work).map_err(|error| match error.kind() {
            Kind::NotFound => Error::not_found("attached_files_not_found", error.message()),
            _ => error,
        })?;
        if is_at(&file, place) {
            continue;
        }
        if file.case_id.is_some() || file.thread_id.is_some() {
            let message = format!("The file {} is attached elsewhere already.", file.name);
            return Err(Error::conflict("file_thread_mismatch", message));
        }
        let log = place.log.filter(|_| told);
        relocate(tx, &file, &Place { log, ..*place })?;
    }
    Ok(())
}

fn set_tags(document: &mut Document, tags: Option<&[String]>) -> Result<()> {
    if let Some(tags) = tags {
        document.tags = names::tags(tags)?;
    }
    Ok(())
}

/// Stores what is different about a document where it is.
fn write(tx: &mut Tx<'_>, before: &Document, after: &Document, body: Option<&str>) -> Result<()> {
    tx.execute(
        "UPDATE documents SET name = $2, size = $3, body = $4, tags = $5, updated_at = $6 WHERE id = $1",
        params![after.id, after.name, after.size, body, after.tags, tx.now()],
    )?;
    index(tx, after, body)?;
    let said = |document: &Document| json!({"name": document.name, "size": document.size, "tags": document.tags});
    let data = json!({"kind": after.kind, "before": said(before), "after": said(after)});
    emit(tx, "artifact.updated", after, data)
}

/// Moves a document to a place, unless it is there.
fn go(tx: &mut Tx<'_>, document: &Document, place: Option<Place>) -> Result<()> {
    match place {
        Some(place) if !is_at(document, &place) => relocate(tx, document, &place),
        _ => Ok(()),
    }
}

/// Whether a document lies directly at a place. What is attached to a case by its thread is at the case.
fn is_at(document: &Document, place: &Place) -> bool {
    match (place.case, place.thread) {
        (Some(case), _) => document.case_id == Some(case),
        (None, thread) => {
            document.space_id == place.space && document.case_id.is_none() && document.thread_id == thread
        }
    }
}

/// Puts a document where it is not yet.
fn relocate(tx: &mut Tx<'_>, document: &Document, place: &Place) -> Result<()> {
    let id = document.id;
    event(tx, "artifact.detached", document)?;
    tx.execute(
        "UPDATE documents SET space_id = $2, case_id = $3, thread_id = $4, updated_at = $5 WHERE id = $1",
        params![id, place.space, place.case, place.thread, tx.now()],
    )?;
    let moved = find(tx, id)?.ok_or_else(|| artifact_not_found(id))?;
    let text = body(tx, id)?;
    index(tx, &moved, text.as_deref())?;
    if let Some(log) = place.log {
        match moved.kind {
            DocumentKind::File => tell_added(tx, log, &moved)?,
            DocumentKind::Note => tell_note(tx, log, &moved, format!("Moved the note {} here", moved.name))?,
        }
    }
    event(tx, "artifact.attached", &moved)
}

/// The thread that tells what happens to a document: its case's or its own.
fn log(tx: &mut Tx<'_>, document: &Document) -> Result<Option<ThreadId>> {
    match document.case_id {
        Some(case) => tx.query_opt("SELECT thread_id FROM cases WHERE id = $1", params![case], |row| row.get(0)),
        None => Ok(document.thread_id),
    }
}
