//! Lists of cases: filters, orders, cards and counts.

use api::{Ctx, Failure, PathId, Query};
use axum::Json;
use kernel::{
    Error, PageRequest, Result, Timestamp,
    ids::{ActorId, LabelId, ProcedureId, SpaceId, StageId},
    kinds,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use work::{
    cards,
    case_list::{self, Assigned, CaseFilter, CaseSort, Tallied},
    cases::CaseLabel,
    motion::{Motion, Phase, Priority},
};

use super::{
    cases::Case,
    envelope::{Envelope, List, One},
    inbox::Person,
};

/// What comes with each case of a list.
#[derive(Clone, Copy, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Include {
    /// What a card shows besides the case.
    Card,
}

/// Which cases are wanted; all given conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCases {
    /// In this space.
    space_id: Option<SpaceId>,
    /// In this phase.
    phase: Option<Phase>,
    /// In this motion.
    motion: Option<Motion>,
    /// Of this priority.
    priority: Option<Priority>,
    /// Assigned to this actor; `none` for those that nobody has.
    assigned_actor_id: Option<String>,
    /// Following this procedure.
    procedure_id: Option<ProcedureId>,
    /// With these labels, separated by commas: those that have all of them.
    label_id: Option<String>,
    /// Words in the title, the external id, the description or the summary, each of which must be found; or the beginning of
    /// the external id. Of more than 10,000 cases the newest are found.
    q: Option<String>,
    /// Neither resolved nor closed after their due time.
    overdue: Option<bool>,
    /// Changed at this time or later.
    updated_since: Option<Timestamp>,
    /// Opened at this time or later.
    created_from: Option<Timestamp>,
    /// Opened before this time.
    created_to: Option<Timestamp>,
    /// The order: newest first when absent.
    #[param(inline)]
    sort: Option<CaseSort>,
    /// `card` adds what a card shows besides the case.
    #[param(inline)]
    include: Option<Include>,
    /// The page, from 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    per_page: Option<u32>,
}

/// Which cases of the space are counted; all given conditions hold together, as in the list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CountCases {
    /// In this phase.
    phase: Option<Phase>,
    /// In this motion.
    motion: Option<Motion>,
    /// Of this priority.
    priority: Option<Priority>,
    /// Assigned to this actor; `none` for those that nobody has.
    assigned_actor_id: Option<String>,
    /// Following this procedure.
    procedure_id: Option<ProcedureId>,
    /// With these labels, separated by commas: those that have all of them.
    label_id: Option<String>,
    /// Words, as in the list.
    q: Option<String>,
    /// Neither resolved nor closed after their due time.
    overdue: Option<bool>,
    /// Changed at this time or later.
    updated_since: Option<Timestamp>,
    /// Opened at this time or later.
    created_from: Option<Timestamp>,
    /// Opened before this time.
    created_to: Option<Timestamp>,
}

fn assigned(text: Option<&str>) -> Result<Option<Assigned>> {
    let form = |_| Error::invalid("assigned_actor_id", "assigned_actor_id must be the id of an actor, or none");
    match text {
        None => Ok(None),
        Some("none") => Ok(Some(Assigned::Nobody)),
        Some(id) => Ok(Some(Assigned::To(id.parse::<ActorId>().map_err(form)?))),
    }
}

/// The most labels of a filter.
const LABELS: usize = 20;

fn labels(text: Option<&str>) -> Result<Vec<LabelId>> {
    let form = |_| Error::invalid("label_id", "label_id must be ids of labels, separated by commas");
    let parts = text.unwrap_or_default().split(',').filter(|part| !part.is_empty());
    let labels = parts.map(|part| part.parse::<LabelId>().map_err(form)).collect::<Result<Vec<_>>>()?;
    if labels.len() > LABELS {
        return Err(Error::invalid("label_id", format!("label_id must name at most {LABELS} labels")));
    }
    Ok(labels)
}

impl ListCases {
    fn filter(self) -> Result<CaseFilter> {
        Ok(CaseFilter {
            space_id: self.space_id,
            phase: self.phase,
            motion: self.motion,
            priority: self.priority,
            assigned: assigned(self.assigned_actor_id.as_deref())?,
            procedure_id: self.procedure_id,
            labels: labels(self.label_id.as_deref())?,
            words: words(self.q)?,
            overdue: self.overdue.unwrap_or(false),
            updated_since: self.updated_since,
            created_from: self.created_from,
            created_to: self.created_to,
        })
    }
}

impl CountCases {
    fn filter(self, space: SpaceId) -> Result<CaseFilter> {
        Ok(CaseFilter {
            space_id: Some(space),
            phase: self.phase,
            motion: self.motion,
            priority: self.priority,
            assigned: assigned(self.assigned_actor_id.as_deref())?,
            procedure_id: self.procedure_id,
            labels: labels(self.label_id.as_deref())?,
            words: words(self.q)?,
            overdue: self.overdue.unwrap_or(false),
            updated_since: self.updated_since,
            created_from: self.created_from,
            created_to: self.created_to,
        })
    }
}

/// The longest text that is searched for, in characters.
const WORDS: usize = 500;

fn words(q: Option<String>) -> Result<Option<String>> {
    if let Some(text) = &q
        && (text.chars().count() > WORDS || text.contains('\0'))
    {
        return Err(Error::invalid("q", format!("q must have at most {WORDS} characters, none of them zero")));
    }
    Ok(q)
}

/// The active stage of a case.
#[derive(Serialize, ToSchema)]
pub struct CardStage {
    id: StageId,
    name: String,
    motion: Motion,
    assigned_actor_id: Option<ActorId>,
}

/// How many direct subcases a case has.
#[derive(Serialize, ToSchema)]
pub struct SubcaseCounts {
    /// Those in intake or active.
    open: i64,
    total: i64,
}

/// What a card shows of a case besides the case.
#[derive(Serialize, ToSchema)]
pub struct Card {
    labels: Vec<CaseLabel>,
    /// The active stage.
    stage: Option<CardStage>,
    assignee: Option<Person>,
    subcases: SubcaseCounts,
}

/// A case of a list.
#[derive(Serialize, ToSchema)]
pub struct ListedCase {
    #[serde(flatten)]
    case: Case,
    /// Only with `include=card`.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<Card>,
}

impl ListedCase {
    fn new(case: work::cases::Case, card: Option<cards::Card>) -> Self {
        let card = card.map(|card| Card {
            labels: case.labels.clone(),
            stage: card.stage.map(|stage| CardStage {
                id: stage.id,
                name: stage.name,
                motion: stage.motion,
                assigned_actor_id: stage.assigned_actor_id,
            }),
            assignee: card.assignee.map(Person::from),
            subcases: SubcaseCounts { open: card.subcases.open, total: card.subcases.total },
        });
        Self { case: case.into(), card }
    }
}

/// How many cases are in each phase.
#[derive(Serialize, ToSchema, Default)]
pub struct PhaseCounts {
    intake: i64,
    active: i64,
    resolved: i64,
    closed: i64,
}

/// How many cases are in each motion.
#[derive(Serialize, ToSchema, Default)]
pub struct MotionCounts {
    idle: i64,
    working: i64,
    waiting: i64,
    blocked: i64,
    paused: i64,
}

/// How many cases are of each priority, and of none.
#[derive(Serialize, ToSchema, Default)]
pub struct PriorityCounts {
    critical: i64,
    high: i64,
    medium: i64,
    low: i64,
    none: i64,
}

/// How many cases there are, in all and of each kind.
#[derive(Serialize, ToSchema, Default)]
pub struct CaseCounts {
    total: i64,
    phase: PhaseCounts,
    motion: MotionCounts,
    priority: PriorityCounts,
}

impl CaseCounts {
    fn add(&mut self, kind: &Tallied) {
        let phase = match kind.phase {
            Phase::Intake => &mut self.phase.intake,
            Phase::Active => &mut self.phase.active,
            Phase::Resolved => &mut self.phase.resolved,
            Phase::Closed => &mut self.phase.closed,
        };
        let motion = match kind.motion {
            Motion::Idle => &mut self.motion.idle,
            Motion::Working => &mut self.motion.working,
            Motion::Waiting => &mut self.motion.waiting,
            Motion::Blocked => &mut self.motion.blocked,
            Motion::Paused => &mut self.motion.paused,
        };
        let priority = match kind.priority {
            Some(Priority::Critical) => &mut self.priority.critical,
            Some(Priority::High) => &mut self.priority.high,
            Some(Priority::Medium) => &mut self.priority.medium,
            Some(Priority::Low) => &mut self.priority.low,
            None => &mut self.priority.none,
        };
        for count in [&mut self.total, phase, motion, priority] {
            *count += kind.n;
        }
    }
}

/// The cases that the caller can see, newest first unless another order is asked for. The total of a list that is filtered by
/// words, labels, times or the lack of an assignee is counted up to 10,000.
#[utoipa::path(get, path = "/v1/cases", tag = "Cases", params(ListCases), responses((status = 200, body = List<ListedCase>)))]
pub async fn list_cases(ctx: Ctx, Query(query): Query<ListCases>) -> Result<Json<List<ListedCase>>, Failure> {
    let request = PageRequest::new(query.page, query.per_page)?;
    let (sort, with_cards) = (query.sort.unwrap_or(CaseSort::CreatedLast), query.include == Some(Include::Card));
    let filter = query.filter()?;
    let (listed, cards) = ctx
        .read(move |tx| {
            let listed = case_list::find(tx, &filter, sort, request)?;
            let cards = if with_cards { Some(cards::of(tx, &listed.page.items)?) } else { None };
            Ok((listed, cards))
        })
        .await?;
    let mut cards = cards.into_iter().flatten();
    let capped = listed.total_is_capped;
    let page = listed.page.map(|case| ListedCase::new(case, cards.next()));
    Ok(ctx.list_counted(page, capped))
}

/// How many cases of a space there are under these conditions, by phase, motion and priority.
#[utoipa::path(
    get, path = "/v1/spaces/{id}/counts", tag = "Cases", params(("id" = SpaceId, Path), CountCases),
    responses((status = 200, body = One<CaseCounts>))
)]
pub async fn count_cases(
    ctx: Ctx,
    PathId(id): PathId<kinds::Space>,
    Query(query): Query<CountCases>,
) -> Result<Json<One<CaseCounts>>, Failure> {
    let filter = query.filter(id)?;
    let kinds = ctx.read(move |tx| case_list::counts(tx, &filter)).await?;
    let mut counts = CaseCounts::default();
    kinds.iter().for_each(|kind| counts.add(kind));
    Ok(ctx.one(counts))
}
