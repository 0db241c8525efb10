//! Search (ours): what the caller can see and holds every word.

use api::{Ctx, Failure, Query};
use axum::Json;
use kernel::{Page, PageRequest};
use serde::Deserialize;
use store::search::{self, Hit};
use utoipa::IntoParams;

use super::envelope::{Envelope, List};

/// What is searched for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// Words, each of which must be found; a part of a word is enough.
    q: String,
    /// How many hits at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// Cases, documents, data tables and e-mails that hold every word, newest first. The index follows changes within moments.
#[utoipa::path(get, path = "/v1/search", tag = "Search", params(Search), responses((status = 200, body = List<Hit>)))]
pub async fn search(ctx: Ctx, Query(query): Query<Search>) -> Result<Json<List<Hit>>, Failure> {
    let request = PageRequest::new(None, query.limit)?;
    let actor = ctx.principal.actor.id;
    let items = ctx.read(move |tx| search::find(tx, actor, &query.q, request.limit())).await?;
    let total = items.len() as i64;
    Ok(ctx.list(Page { items, total, request }))
}
