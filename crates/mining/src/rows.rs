//! The rows of cases that are over, as the `work` and `talk` crates write them, without their reading back in between.
//!
//! What is written here must stay what `work::cases`, `work::lifecycle`, `work::stages` and `talk::activities` write; a test
//! compares the two.

use kernel::{
    Actor, Result, Timestamp,
    ids::{ActivityId, ActorId, CaseId, SpaceId, StageId, ThreadId},
};
use serde_json::{Value as Json, json};
use store::{Engine, NewEvent, Param, Tx, params};
use talk::activities::{ActivityType, Visibility};
use work::{
    lifecycle::Transition,
    motion::{Motion, Phase, RequiredActor, StagePhase},
};

use crate::{
    bulk::Rows,
    logged::{self, Logged},
    plan::{Plan, PlannedStage},
};

/// Where the rows of a case belong.
#[derive(Clone, Copy)]
struct Place {
    space: SpaceId,
    case: CaseId,
    thread: ThreadId,
}

/// Writes closed cases into a space. [`CaseWriter::finish`] must be called in the end.
pub(crate) struct CaseWriter {
    space: SpaceId,
    threads: Rows,
    cases: Rows,
    stages: Rows,
    activities: Rows,
    written: u64,
}

impl CaseWriter {
    pub fn new(engine: Engine, space: SpaceId) -> Self {
        let threads = "INSERT INTO threads (id, space_id, case_id, created_by, created_at, updated_at)";
        let cases = "INSERT INTO cases (id, space_id, thread_id, external_id, title, phase, motion, attributes, created_by, \
                     created_at, updated_at, commenced_at, resolved_at, closed_at)";
        let stages = "INSERT INTO stages (id, case_id, position, name, phase, motion, required_actor_type, assigned_actor_id, \
                      started_at, ended_at, ended_by, created_at, updated_at)";
        let activities =
            "INSERT INTO activities (id, thread_id, type, visibility, actor_id, content, data, created_at)";
        Self {
            space,
            threads: Rows::new(engine, threads, 6),
            cases: Rows::new(engine, cases, 14),
            stages: Rows::new(engine, stages, 13),
            activities: Rows::new(engine, activities, 8),
            written: 0,
        }
    }

    /// Writes a closed case with its thread, its stages and all that the log tells of them. `actor_of` knows who a resource
    /// is.
    ///
    /// The case itself is Heddle's doing, for the log does not say who opened it; each stage is that of the actor who did it.
    pub fn insert(&mut self, tx: &mut Tx<'_>, plan: &Plan, actor_of: &dyn Fn(&str) -> Option<ActorId>) -> Result<()> {
        let place = Place { space: self.space, case: CaseId::new(), thread: ThreadId::new() };
        self.case(place, plan);
        tx.set_now(plan.first);
        let title = plan.key.trim();
        let data = json!({"title": title, "priority": null, "assigned_actor_id": null});
        event(tx, place, "case.created", place.case.uuid(), data)?;
        self.step(tx, place, Transition::Commence, "case.commenced", Motion::Idle)?;
        for (position, planned) in plan.stages.iter().enumerate() {
            let actor = planned.resource.as_deref().and_then(actor_of);
            tx.set_now(planned.ended);
            let by = actor.map_or(Actor::SYSTEM, Actor::human);
            tx.acting_as(by, |tx| self.stage(tx, place, position, planned, actor, plan.first))?;
        }
        tx.set_now(plan.last);
        self.step(tx, place, Transition::Resolve, "case.resolved", Motion::Working)?;
        self.step(tx, place, Transition::Close, "case.closed", Motion::Idle)?;
        self.written += 1;
        self.flush_full(tx)
    }

    /// Writes what still waits, and counts the cases.
    pub fn finish(mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.flush(tx)?;
        if self.written == 0 {
            return Ok(());
        }
        tx.execute(
            "INSERT INTO case_tallies (space_id, phase, motion, priority, n) VALUES ($1, $2, $3, '', $4) \
             ON CONFLICT (space_id, phase, motion, priority) DO UPDATE SET n = case_tallies.n + excluded.n",
            params![self.space, Phase::Closed, Motion::Idle, self.written],
        )
        .map(drop)
    }

    fn flush_full(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let tables = [&self.threads, &self.cases, &self.stages, &self.activities];
        if tables.into_iter().any(Rows::is_full) { self.flush(tx) } else { Ok(()) }
    }

    /// Each table after those it refers to.
    fn flush(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        [&mut self.threads, &mut self.cases, &mut self.stages, &mut self.activities]
            .into_iter()
            .try_for_each(|table| table.flush(tx))
    }

    fn case(&mut self, place: Place, plan: &Plan) {
        let Place { space, case, thread } = place;
        let nobody = id(ActorId::nil());
        let (first, last) = (Param::Time(plan.first), Param::Time(plan.last));
        let row = [id(thread), id(space), id(case), nobody.clone(), first.clone(), last.clone()];
        self.threads.push(row);
        self.cases.push([
            id(case),
            id(space),
            id(thread),
            Param::Owned(plan.key.clone()),
            Param::Owned(plan.key.trim().to_owned()),
            Param::Text(Phase::Closed.as_str()),
            Param::Text(Motion::Idle.as_str()),
            Param::Owned(plan.attributes.clone()),
            nobody,
            first.clone(),
            last.clone(),
            first,
            last.clone(),
            last,
        ]);
    }

    fn stage(
        &mut self,
        tx: &mut Tx<'_>,
        place: Place,
        position: usize,
        planned: &PlannedStage,
        assignee: Option<ActorId>,
        created: Timestamp,
    ) -> Result<()> {
        let (stage, phase) = (StageId::new(), planned.phase);
        self.stages.push([
            id(stage),
            id(place.case),
            Param::Int(position as i64),
            Param::Owned(planned.name.clone()),
            Param::Text(phase.as_str()),
            Param::Text(Motion::Idle.as_str()),
            Param::Text(RequiredActor::Either.as_str()),
            assignee.map_or(Param::Null, id),
            Param::Time(planned.started),
            Param::Time(planned.ended),
            id(tx.actor().id),
            Param::Time(created),
            Param::Time(planned.ended),
        ]);
        let data = json!({
            "stage_id": stage,
            "name": planned.name,
            "before": StagePhase::Active,
            "after": phase,
            "assigned_actor_id": assignee,
        });
        let content = format!("Stage \"{}\": {} to {phase}", planned.name, StagePhase::Active);
        let entry = with_logged(data.clone(), &planned.logged)?;
        self.activity(tx, place.thread, ActivityType::StageTransition, content, &entry);
        let verb = if phase == StagePhase::Skipped { "stage.skipped" } else { "stage.completed" };
        event(tx, place, verb, stage.uuid(), data)
    }

    /// What the thread and the log say of a step of the case machine.
    fn step(
        &mut self,
        tx: &mut Tx<'_>,
        place: Place,
        step: Transition,
        verb: &'static str,
        motion: Motion,
    ) -> Result<()> {
        let (from, to) = (step.from(), step.to());
        let data = json!({
            "before": {"phase": from, "motion": motion},
            "after": {"phase": to, "motion": step.motion()},
            "reason": null,
        });
        let content = format!("Phase changed from {from} to {to}");
        self.activity(tx, place.thread, ActivityType::StatusChange, content, &data);
        event(tx, place, verb, place.case.uuid(), data)
    }

    /// An entry of a thread whose own row has its final time already.
    fn activity(&mut self, tx: &Tx<'_>, thread: ThreadId, kind: ActivityType, content: String, data: &Json) {
        self.activities.push([
            id(ActivityId::new()),
            id(thread),
            Param::Text(kind.as_str()),
            Param::Text(Visibility::Public.as_str()),
            id(tx.actor().id),
            Param::Owned(content),
            Param::Owned(data.to_string()),
            Param::Time(tx.now()),
        ]);
    }
}

fn id<K>(id: kernel::Id<K>) -> Param<'static> {
    Param::Id(id.uuid())
}

fn with_logged(mut data: Json, logged: &Logged) -> Result<Json> {
    if let Json::Object(data) = &mut data {
        data.insert(logged::KEY.to_owned(), serde_json::to_value(logged).map_err(kernel::Error::internal)?);
    }
    Ok(data)
}

fn event(tx: &mut Tx<'_>, place: Place, verb: &'static str, subject: uuid::Uuid, data: Json) -> Result<()> {
    let Place { space, case, thread } = place;
    tx.emit(NewEvent { verb, subject, space: Some(space), case: Some(case), thread: Some(thread), data })
}
