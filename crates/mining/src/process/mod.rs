//! The figures of a space's process: how often what is done, what leads to what, how long it takes, who does it.
//!
//! An activity is the name of completed stages; what was skipped was not done. The steps of a case are in the order in which
//! they ended. All is computed in one pass over the cases ([`past`]), kept until something happens in the space, and asked
//! for by many at once computed once.

mod figures;
mod matching;
mod past;

use std::sync::Arc;

use identity::{Right, access, actors::ActorType};
use kernel::{
    Actor, Error, Page, PageRequest, Result, Timestamp,
    ids::{ActorId, CaseId, ProcedureId, SpaceId, WorkspaceId},
};
use moka::future::Cache;
use serde::Serialize;
use store::{Store, Tx, params};
use utoipa::ToSchema;
use work::motion::{Motion, Phase};

pub use matching::{Age, Figure};

/// Spaces, with their periods, whose figures are kept.
const KEPT: u64 = 256;
/// Lists of cases that are kept. One has 16 bytes for each case.
const KEPT_LISTS: u64 = 64;

/// Which cases count: all given conditions hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Period {
    /// Opened at this time or later.
    pub from: Option<Timestamp>,
    /// Opened before this time.
    pub to: Option<Timestamp>,
    /// To which this procedure was applied last.
    pub procedure_id: Option<ProcedureId>,
}

/// The figures of a space's process. Times are whole seconds, rounded down; a median over more than 4,096 of them is within
/// 0.1 %.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Process {
    /// The hour that ages are counted to.
    pub as_of: Timestamp,
    /// All cases.
    pub cases: u64,
    /// Those that are resolved or closed.
    pub finished: u64,
    /// What is done, the most frequent first.
    pub activities: Vec<Activity>,
    /// What cases begin with, the most frequent first.
    pub starts: Vec<NamedCount>,
    /// What finished cases end with, the most frequent first.
    pub ends: Vec<NamedCount>,
    /// What leads to what, the most frequent first.
    pub edges: Vec<Edge>,
    /// The paths of finished cases, the most frequent first; at most 50.
    pub variants: Vec<Variant>,
    /// How many different paths there are.
    pub variant_count: u64,
    /// How many cases were opened and finished in each week, oldest first. Weeks without either are left out.
    pub throughput: Vec<Week>,
    /// How old open cases are, by phase and motion.
    pub ageing: Vec<Ageing>,
    /// Who completes how much, the busiest first; at most 50.
    pub actors: Vec<ActorFigures>,
}

/// An activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessActivity)]
pub struct Activity {
    /// Its name.
    pub name: String,
    /// How often it was completed.
    pub count: u64,
    /// In how many cases.
    pub cases: u64,
    /// From when its stage became active to when it was completed.
    pub median_seconds: Option<i64>,
    /// The mean of the same.
    pub mean_seconds: Option<i64>,
    /// How often a person completed it.
    pub people: u64,
    /// How often an agent completed it.
    pub agents: u64,
}

/// How often something is first or last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessCount)]
pub struct NamedCount {
    /// The activity.
    pub name: String,
    /// In how many cases.
    pub count: u64,
}

/// One activity directly following another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessEdge)]
pub struct Edge {
    /// The earlier activity.
    pub from: String,
    /// The one that follows.
    pub to: String,
    /// How often it does.
    pub count: u64,
    /// From the completion of the one to the completion of the other.
    pub median_wait_seconds: Option<i64>,
    /// The mean of the same.
    pub mean_wait_seconds: Option<i64>,
}

/// A path of finished cases.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ProcessVariant)]
pub struct Variant {
    /// The activities, in order.
    pub path: Vec<String>,
    /// How many finished cases took exactly this path.
    pub cases: u64,
    /// `cases` of all finished cases with a path, above 0 and up to 1.
    pub share: f64,
    /// From the opening of the case to its end.
    pub median_seconds: Option<i64>,
}

/// A week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessWeek)]
pub struct Week {
    /// Its Monday, in UTC.
    #[schema(format = Date)]
    pub week: String,
    /// Cases opened in it.
    pub opened: u64,
    /// Cases resolved in it, or closed without having been resolved.
    pub resolved: u64,
}

/// How old the open cases of a phase and motion are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessAgeing)]
pub struct Ageing {
    /// Their phase.
    pub phase: Phase,
    /// Their motion.
    pub motion: Motion,
    /// How many there are of each age, the youngest first.
    pub buckets: Vec<AgeBucket>,
}

/// How many open cases have an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessAgeBucket)]
pub struct AgeBucket {
    /// The age.
    pub label: Age,
    /// How many cases have it.
    pub count: u64,
}

/// What an actor completes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessActorFigures)]
pub struct ActorFigures {
    /// Who.
    pub actor: Who,
    /// How many stages.
    pub completed: u64,
    /// From when such a stage became active to when it was completed.
    pub median_seconds: Option<i64>,
}

/// An actor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessActor)]
pub struct Who {
    /// Its id.
    pub id: ActorId,
    /// Its name.
    pub name: String,
    /// Whether it is a person or an agent.
    #[serde(rename = "type")]
    pub actor_type: ActorType,
}

/// What figures depend on: they are the same as long as this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    workspace: WorkspaceId,
    space: SpaceId,
    /// The newest event of the space.
    seq: i64,
    /// The beginning of the hour: cases grow old without an event.
    as_of: Timestamp,
    period: Period,
}

/// Computes the figures of processes and keeps them. Clones share what is kept.
#[derive(Clone, Debug)]
pub struct Processes {
    figures: Cache<State, Arc<Process>>,
    lists: Cache<(State, Figure), Arc<[CaseId]>>,
}

impl Default for Processes {
    fn default() -> Self {
        Self { figures: Cache::new(KEPT), lists: Cache::new(KEPT_LISTS) }
    }
}

impl Processes {
    /// The figures of a space.
    ///
    /// # Errors
    /// `space_not_found` unless `actor` may see the space; the store's.
    pub async fn figures(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        actor: Actor,
        space: SpaceId,
        period: Period,
    ) -> Result<Arc<Process>> {
        let state = store.read(workspace, actor, move |tx| state(tx, workspace, space, period)).await?;
        let compute = store.read(workspace, Actor::SYSTEM, move |tx| figures::compute(tx, &state).map(Arc::new));
        self.figures.try_get_with(state, compute).await.map_err(unshared)
    }

    /// The cases behind a figure, newest first: a page of their ids.
    ///
    /// # Errors
    /// `space_not_found` unless `actor` may see the space; the store's.
    pub async fn cases(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        actor: Actor,
        space: SpaceId,
        (period, figure): (Period, Figure),
        request: PageRequest,
    ) -> Result<Page<CaseId>> {
        let state = store.read(workspace, actor, move |tx| state(tx, workspace, space, period)).await?;
        let wanted = figure.clone();
        let find = store.read(workspace, Actor::SYSTEM, move |tx| matching::find(tx, &state, &wanted));
        let all = self.lists.try_get_with((state, figure), find).await.map_err(unshared)?;
        let first = usize::try_from(request.offset()).unwrap_or(usize::MAX);
        let items = all.iter().skip(first).take(request.per_page as usize).copied().collect();
        Ok(Page { items, total: all.len() as i64, request })
    }
}

/// The error of a computation that several waited for.
fn unshared(error: Arc<Error>) -> Error {
    (*error).clone()
}

fn state(tx: &mut Tx<'_>, workspace: WorkspaceId, space: SpaceId, period: Period) -> Result<State> {
    const HOUR: i64 = 3_600_000_000;
    access::require(tx, space, Right::See)?;
    let newest = "SELECT seq FROM events WHERE space_id = $1 ORDER BY seq DESC LIMIT 1";
    let seq = tx.query_opt(newest, params![space], |row| row.get(0))?.unwrap_or(0);
    let now = tx.now().micros();
    let as_of = Timestamp::from_micros(now - now.rem_euclid(HOUR));
    Ok(State { workspace, space, seq, as_of, period })
}
