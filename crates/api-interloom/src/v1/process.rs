//! The process of a space (ours): its figures, the cases behind them, and the procedure that they suggest.

use std::sync::Arc;

use api::{Ctx, Failure, PathId, Query};
use axum::{Extension, Json};
use kernel::{
    Error, Page, PageRequest, Result, Timestamp,
    ids::{ActorId, ProcedureId, SpaceId},
    kinds,
};
use mining::{Age, Discovered, Figure, Period, Process, Processes};
use serde::Deserialize;
use utoipa::IntoParams;
use work::{
    cases,
    motion::{Motion, Phase},
};

use super::{
    cases::Case,
    envelope::{Envelope, List, One},
};

/// Which cases count; all given conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProcessPeriod {
    /// Opened at this time or later.
    from: Option<Timestamp>,
    /// Opened before this time.
    to: Option<Timestamp>,
    /// To which this procedure was applied last.
    procedure_id: Option<ProcedureId>,
}

/// Which cases are wanted; all given conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListProcessCases {
    /// Opened at this time or later.
    from: Option<Timestamp>,
    /// Opened before this time.
    to: Option<Timestamp>,
    /// To which this procedure was applied last.
    procedure_id: Option<ProcedureId>,
    /// Finished cases that took exactly this path: a JSON array of activities.
    variant: Option<String>,
    /// In which this activity was completed.
    activity: Option<String>,
    /// In which `to_activity` was completed directly after this one; the two go together.
    from_activity: Option<String>,
    /// In which this was completed directly after `from_activity`.
    to_activity: Option<String>,
    /// In which this actor completed something.
    actor_id: Option<ActorId>,
    /// In this phase.
    phase: Option<Phase>,
    /// With this motion.
    motion: Option<Motion>,
    /// Open cases of this age.
    age: Option<Age>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

impl ListProcessCases {
    fn figure(&self) -> Result<Figure> {
        let variant = self.variant.as_deref().map(|path| {
            let read = serde_json::from_str::<Vec<String>>(path);
            read.map_err(|_| Error::invalid("variant", "variant must be a JSON array of names of activities"))
        });
        let edge = match (self.from_activity.clone(), self.to_activity.clone()) {
            (Some(from), Some(to)) => Some((from, to)),
            (None, None) => None,
            (Some(_), None) => return Err(Error::invalid("to_activity", "to_activity goes with from_activity")),
            (None, Some(_)) => return Err(Error::invalid("from_activity", "from_activity goes with to_activity")),
        };
        Ok(Figure {
            variant: variant.transpose()?,
            activity: self.activity.clone(),
            edge,
            actor_id: self.actor_id,
            phase: self.phase,
            motion: self.motion,
            age: self.age,
        })
    }
}

/// The figures of a space's process: what is done how often and how fast, what leads to what, by whom.
#[utoipa::path(
    get, path = "/v1/spaces/{id}/process", tag = "Spaces", params(("id" = SpaceId, Path), ProcessPeriod),
    responses((status = 200, body = One<Process>))
)]
pub async fn get_space_process(
    ctx: Ctx,
    Extension(processes): Extension<Processes>,
    PathId(id): PathId<kinds::Space>,
    Query(query): Query<ProcessPeriod>,
) -> Result<Json<One<Process>>, Failure> {
    let period = Period { from: query.from, to: query.to, procedure_id: query.procedure_id };
    let (store, principal) = (ctx.app.store(), &ctx.principal);
    let figures = processes.figures(store, principal.workspace, principal.actor, id, period).await?;
    Ok(ctx.one(Arc::unwrap_or_clone(figures)))
}

/// The cases behind a figure of a space's process, newest first.
#[utoipa::path(
    get, path = "/v1/spaces/{id}/process/cases", tag = "Spaces", params(("id" = SpaceId, Path), ListProcessCases),
    responses((status = 200, body = List<Case>))
)]
pub async fn list_process_cases(
    ctx: Ctx,
    Extension(processes): Extension<Processes>,
    PathId(id): PathId<kinds::Space>,
    Query(query): Query<ListProcessCases>,
) -> Result<Json<List<Case>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let period = Period { from: query.from, to: query.to, procedure_id: query.procedure_id };
    let wanted = (period, query.figure()?);
    let (store, principal) = (ctx.app.store(), &ctx.principal);
    let Page { items, total, request } =
        processes.cases(store, principal.workspace, principal.actor, id, wanted, request).await?;
    let cases = ctx.read(move |tx| {
        let mut cases = Vec::with_capacity(items.len());
        for id in items {
            match cases::get(tx, id) {
                Ok(case) => cases.push(case),
                // Deleted since the list was made.
                Err(error) if error.code() == "case_not_found" => {}
                Err(error) => return Err(error),
            }
        }
        Ok(cases)
    });
    Ok(ctx.list(Page { items: cases.await?, total, request }))
}

/// The path that most finished cases of a space took, as a procedure that can be posted.
#[utoipa::path(
    get, path = "/v1/spaces/{id}/discovered-procedure", tag = "Spaces", params(("id" = SpaceId, Path)),
    responses((status = 200, body = One<Discovered>))
)]
pub async fn discover_procedure(ctx: Ctx, PathId(id): PathId<kinds::Space>) -> Result<Json<One<Discovered>>, Failure> {
    ctx.peek(move |tx| identity::access::require(tx, id, identity::Right::See)).await?;
    let found = mining::discover(ctx.app.store(), ctx.principal.workspace, &id.to_string()).await?;
    Ok(ctx.one(found))
}
