//! What the server asks a client in the middle of a stream, and the client's answer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use api::{Body, Ctx, Failure};
use axum::{Extension, Json, extract::Path};
use kernel::{
    Error, Kind,
    ids::{ActorId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::proxy::Shared;

/// How long a client may take to answer.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The queries of this process that wait for an answer. Clones share them.
#[derive(Clone, Default)]
pub struct Queries(Arc<Mutex<HashMap<Uuid, Asked>>>);

struct Asked {
    workspace: WorkspaceId,
    actor: ActorId,
    answer: oneshot::Sender<Verdict>,
}

/// A query that waits; it is withdrawn when dropped.
pub struct Pending {
    queries: Queries,
    /// Its id.
    pub id: Uuid,
    answer: oneshot::Receiver<Verdict>,
}

impl Queries {
    /// Asks whoever calls.
    pub fn ask(&self, ctx: &Ctx) -> Pending {
        let id = Uuid::now_v7();
        let (sender, answer) = oneshot::channel();
        let asked = Asked { workspace: ctx.principal.workspace, actor: ctx.principal.actor.id, answer: sender };
        self.waiting().insert(id, asked);
        Pending { queries: self.clone(), id, answer }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Uuid, Asked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    /// Waits for the answer: whether the client says yes, within [`PATIENCE`].
    pub async fn answered_yes(mut self) -> bool {
        let answer = tokio::time::timeout(PATIENCE, &mut self.answer).await;
        matches!(answer, Ok(Ok(Verdict::Yes)))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.queries.waiting().remove(&self.id);
    }
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Go on.
    Yes,
    /// Do not.
    No,
}

/// The answer to a query.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerQuery {
    #[schema(inline)]
    answer: Verdict,
}

/// A query that was answered.
#[derive(Serialize, ToSchema)]
pub struct Answered {
    id: Uuid,
    #[schema(inline)]
    answer: Verdict,
}

/// Answers a query that came as an event `server_query` of a stream. Only who opened the stream can, once, while it waits; and
/// on the server that asked.
#[utoipa::path(
    post, path = "/proxy/queries/{id}", tag = "LLM Proxy", params(("id" = Uuid, Path)),
    request_body = AnswerQuery, responses((status = 200, body = Answered))
)]
pub async fn answer_query(
    ctx: Ctx,
    Path(id): Path<String>,
    Extension(shared): Extension<Shared>,
    Body(body): Body<AnswerQuery>,
) -> Result<Json<Answered>, Failure> {
    let unknown = || Error::new(Kind::NotFound, "query_not_found", "Nobody waits for this answer, or no longer.");
    let id: Uuid = id.parse().map_err(|_| unknown())?;
    let asked = {
        let mut waiting = shared.queries.waiting();
        let ours = waiting
            .get(&id)
            .is_some_and(|asked| asked.workspace == ctx.principal.workspace && asked.actor == ctx.principal.actor.id);
        if ours { waiting.remove(&id) } else { None }
    };
    let heard = asked.is_some_and(|asked| asked.answer.send(body.answer).is_ok());
    if heard { Ok(Json(Answered { id, answer: body.answer })) } else { Err(unknown().into()) }
}
