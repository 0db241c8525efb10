//! Search (ours): what the caller can see and holds every word.

use api::{Ctx, Failure, Query};
use axum::Json;
use kernel::{
    Error, Page, PageRequest, Result, Timestamp,
    ids::{CaseId, SpaceId, ThreadId},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use work::find::{self, FindKind, Found};

use super::envelope::{Envelope, List};

/// What is searched for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// Words, each of which must be found; a part of a word is enough.
    q: String,
    /// What is looked for, separated by commas: `case`, `document`, `datatable`, `email`, `comment`, `actor`, `space`,
    /// `procedure`. All of them when absent.
    kinds: Option<String>,
    /// How many hits at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// A thing that was found.
#[derive(Serialize, ToSchema)]
pub struct Hit {
    /// What it is.
    kind: FindKind,
    id: Uuid,
    /// The space it is in; null for an actor.
    space_id: Option<SpaceId>,
    /// The case it belongs to; a case belongs to itself.
    case_id: Option<CaseId>,
    /// The thread it belongs to.
    thread_id: Option<ThreadId>,
    /// Its title or name; of a comment, what its thread is about.
    title: String,
    /// A short piece of its text around the first match.
    snippet: Option<String>,
    updated_at: Timestamp,
}

impl From<Found> for Hit {
    fn from(found: Found) -> Self {
        Self {
            kind: found.kind,
            id: found.id,
            space_id: found.space_id,
            case_id: found.case_id,
            thread_id: found.thread_id,
            title: found.title,
            snippet: found.snippet,
            updated_at: found.updated_at,
        }
    }
}

fn kinds(text: Option<&str>) -> Result<Vec<FindKind>> {
    let kind = |part: &str| {
        let known = FindKind::ALL.iter().copied().find(|kind| kind.as_str() == part);
        known.ok_or_else(|| Error::invalid("kinds", format!("kinds cannot be {part:?}")))
    };
    text.unwrap_or_default().split(',').filter(|part| !part.is_empty()).map(kind).collect()
}

/// What holds every word: people, spaces and procedures by their names, then cases, documents, data tables, e-mails and public
/// comments, newest first. The index follows changes within moments.
#[utoipa::path(get, path = "/v1/search", tag = "Search", params(Search), responses((status = 200, body = List<Hit>)))]
pub async fn search(ctx: Ctx, Query(query): Query<Search>) -> Result<Json<List<Hit>>, Failure> {
    let request = PageRequest::new(None, query.limit)?;
    let kinds = kinds(query.kinds.as_deref())?;
    let items = ctx.read(move |tx| find::find(tx, &query.q, &kinds, request.limit())).await?;
    let total = items.len() as i64;
    Ok(ctx.list(Page { items, total, request }))
}
