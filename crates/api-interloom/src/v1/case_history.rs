//! What can be done with a case, what has happened to it, and what it is part of (ours).

use api::{Ctx, Failure, PathId, Query};
use axum::Json;
use kernel::{Timestamp, ids::CaseId, kinds};
use serde::Serialize;
use serde_json::Value as JsonValue;
use utoipa::ToSchema;
use uuid::Uuid;
use work::{
    history,
    motion::{Motion, Phase},
    options::{self, MoveAction, MoveInput},
    subcases,
};

use super::{
    envelope::{Envelope, List, One, Paging},
    inbox::Person,
};

/// Something to do with a case, and whether the caller may.
#[derive(Serialize, ToSchema)]
pub struct CaseMove {
    action: MoveAction,
    allowed: bool,
    /// What it must be given.
    needs: &'static [MoveInput],
    /// What it may be given.
    takes: &'static [MoveInput],
    /// Why it is not allowed; null when it is.
    why_not: Option<String>,
}

impl From<options::Move> for CaseMove {
    fn from(option: options::Move) -> Self {
        Self {
            action: option.action,
            allowed: option.why_not.is_none(),
            needs: option.needs,
            takes: option.takes,
            why_not: option.why_not,
        }
    }
}

/// Something that happened to a case.
#[derive(Serialize, ToSchema)]
pub struct CaseEvent {
    seq: i64,
    at: Timestamp,
    verb: String,
    /// The thing it happened to.
    subject_id: Uuid,
    /// Who did it; null for Heddle itself.
    actor: Option<Person>,
    /// What matters about it: before and after.
    #[schema(value_type = Object)]
    data: JsonValue,
}

impl From<history::Happening> for CaseEvent {
    fn from(event: history::Happening) -> Self {
        Self {
            seq: event.seq,
            at: event.at,
            verb: event.verb,
            subject_id: event.subject_id,
            actor: event.actor.map(Person::from),
            data: event.data,
        }
    }
}

/// A case in a tree.
#[derive(Serialize, ToSchema)]
pub struct CaseBranch {
    id: CaseId,
    parent_case_id: Option<CaseId>,
    title: String,
    phase: Phase,
    motion: Motion,
    /// How far below the root it is.
    depth: i64,
}

impl From<subcases::Branch> for CaseBranch {
    fn from(branch: subcases::Branch) -> Self {
        Self {
            id: branch.id,
            parent_case_id: branch.parent_case_id,
            title: branch.title,
            phase: branch.phase,
            motion: branch.motion,
            depth: branch.depth,
        }
    }
}

/// Every step and motion, whether the caller may set it now, what it takes, and why not.
#[utoipa::path(
    get, path = "/v1/cases/{id}/moves", tag = "Cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = One<Vec<CaseMove>>))
)]
pub async fn list_case_moves(ctx: Ctx, PathId(id): PathId<kinds::Case>) -> Result<Json<One<Vec<CaseMove>>>, Failure> {
    let moves = ctx.peek(move |tx| options::of(tx, id)).await?;
    Ok(ctx.one(moves.into_iter().map(CaseMove::from).collect()))
}

/// What has happened to a case and the caller may see, newest first.
#[utoipa::path(
    get, path = "/v1/cases/{id}/history", tag = "Cases", params(("id" = CaseId, Path), Paging),
    responses((status = 200, body = List<CaseEvent>))
)]
pub async fn list_case_history(
    ctx: Ctx,
    PathId(id): PathId<kinds::Case>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<CaseEvent>>, Failure> {
    let request = paging.request()?;
    Ok(ctx.list(ctx.read(move |tx| history::of(tx, id, request)).await?))
}

/// The whole tree of subcases that a case is in, each case before those below it; at most 1,000.
#[utoipa::path(
    get, path = "/v1/cases/{id}/tree", tag = "Cases", params(("id" = CaseId, Path)),
    responses((status = 200, body = One<Vec<CaseBranch>>))
)]
pub async fn get_case_tree(ctx: Ctx, PathId(id): PathId<kinds::Case>) -> Result<Json<One<Vec<CaseBranch>>>, Failure> {
    let tree = ctx.read(move |tx| subcases::tree(tx, id)).await?;
    Ok(ctx.one(tree.into_iter().map(CaseBranch::from).collect()))
}
