//! Slices of documents by their place (Interloom public), and which files cases have.

use std::collections::HashSet;

use identity::listing::Sliced;
use kernel::{Mark, Slice, SliceRequest};
use store::{Param, ToParam};

use super::*;

/// Most ids in one query.
const CHUNK: usize = 500;

/// What documents lie directly under.
#[derive(Clone, Copy, Debug)]
pub enum Under {
    /// A space: attached to no case or thread of it.
    Space(SpaceId),
    /// A case.
    Case(CaseId),
    /// A thread; a case's thread stands for the case.
    Thread(ThreadId),
}

/// The time that documents are ordered by.
#[derive(Clone, Copy, Debug)]
pub enum DocumentSort {
    /// When they were added.
    Created,
    /// When they last changed.
    Updated,
}

/// The notes or the files that the actor can see, directly under one thing if wanted.
///
/// # Errors
/// `space_not_found`, `case_not_found` or `thread_not_found` when `under` names what the actor cannot see.
pub fn slice(
    tx: &mut Tx<'_>,
    kind: DocumentKind,
    under: Option<Under>,
    sort: DocumentSort,
    request: SliceRequest,
) -> Result<Slice<Document>> {
    let (condition, id) = match under {
        None => (listing::visible("d", 2), tx.actor().id.uuid()),
        Some(Under::Space(space)) => {
            place::require_space(tx, space)?;
            ("d.space_id = $2 AND d.case_id IS NULL AND d.thread_id IS NULL".to_owned(), space.uuid())
        }
        Some(Under::Case(case)) => {
            place::of_case(tx, case, Right::See)?;
            ("d.case_id = $2".to_owned(), case.uuid())
        }
        Some(Under::Thread(thread)) => match place::of_thread(tx, thread, Right::See)?.case {
            Some(case) => ("d.case_id = $2".to_owned(), case.uuid()),
            None => ("d.thread_id = $2".to_owned(), thread.uuid()),
        },
    };
    let list = Sliced {
        table: "documents d",
        alias: "d",
        columns: COLUMNS,
        sort: match sort {
            DocumentSort::Created => "created_at",
            DocumentSort::Updated => "updated_at",
        },
        condition: &format!("d.kind = $1 AND {condition}"),
        values: vec![Param::Text(kind.as_str()), Param::Id(id)],
    };
    listing::slice(tx, list, request, read, |document| {
        let at = match sort {
            DocumentSort::Created => document.created_at,
            DocumentSort::Updated => document.updated_at,
        };
        Mark { at, id: document.id.uuid() }
    })
}

/// The files attached to cases that the caller can see, oldest first, each with its case.
///
/// # Errors
/// The engine's.
pub fn files_of_cases(tx: &mut Tx<'_>, cases: &[CaseId]) -> Result<Vec<(CaseId, DocumentId)>> {
    let mut found = Vec::new();
    for some in cases.chunks(CHUNK) {
        let values: Vec<Param<'_>> = some.iter().map(ToParam::to_param).collect();
        let sql = format!(
            "SELECT case_id, id FROM documents WHERE case_id IN ({}) AND kind = 'file' ORDER BY created_at, id",
            marks(1, some.len())
        );
        found.extend(tx.query(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))?);
    }
    Ok(found)
}

/// Those of the documents that are still there and that the actor can see.
pub(crate) fn visible(tx: &mut Tx<'_>, ids: &[DocumentId]) -> Result<HashSet<DocumentId>> {
    let mut found = HashSet::new();
    for some in ids.chunks(CHUNK) {
        let mut values = vec![Param::Id(tx.actor().id.uuid())];
        values.extend(some.iter().map(ToParam::to_param));
        let sql = format!(
            "SELECT d.id FROM documents d WHERE d.id IN ({}) AND {}",
            marks(2, some.len()),
            listing::visible("d", 1)
        );
        found.extend(tx.query(&sql, &values, |row| row.get::<DocumentId>(0))?);
    }
    Ok(found)
}

/// The marks of `count` parameters from `$first` on.
fn marks(first: usize, count: usize) -> String {
    let marks: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    marks.join(", ")
}
