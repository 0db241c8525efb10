//! What was done in the cases of a space, read back page by page.

use std::collections::HashMap;

use kernel::{
    Actor, Result, Timestamp,
    ids::{ActorId, CaseId, SpaceId, StageId, ThreadId, WorkspaceId},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use store::{Param, Store, ToParam, Tx, params};
use work::motion::{Phase, StagePhase};

use crate::logged::Logged;

/// Cases read at once.
const PAGE: i64 = 100;

/// A case and what was done in it.
#[derive(Debug)]
pub(crate) struct PastCase {
    pub id: CaseId,
    pub external_id: Option<String>,
    pub title: String,
    pub phase: Phase,
    pub attributes: Map<String, Json>,
    /// Its completed and skipped stages, in the order in which they ended; those of a log in the order of the log.
    pub steps: Vec<Step>,
}

/// A finished stage.
#[derive(Debug)]
pub(crate) struct Step {
    pub name: String,
    pub phase: StagePhase,
    pub ended: Timestamp,
    /// The name of the actor who finished it.
    pub actor: Option<String>,
    /// What its log said besides, if it was imported.
    pub logged: Option<Logged>,
}

/// Where a page begins: after the case with this time and id.
type Cursor = (Timestamp, CaseId);

/// A year before any case.
const BEGINNING: Timestamp = Timestamp::from_micros(-62_200_000_000_000_000);

/// Hands every case of the space to `each`, by the time it was opened. Each page is a snapshot of its own.
pub(crate) async fn each_case(
    store: &Store,
    workspace: WorkspaceId,
    space: SpaceId,
    mut each: impl FnMut(PastCase) -> Result<()>,
) -> Result<()> {
    let mut after = Some((BEGINNING, CaseId::nil()));
    while let Some(cursor) = after {
        let (cases, next) = store.read(workspace, Actor::SYSTEM, move |tx| page(tx, space, cursor)).await?;
        cases.into_iter().try_for_each(&mut each)?;
        after = next;
    }
    Ok(())
}

/// How many cases the space has.
pub(crate) async fn count(store: &Store, workspace: WorkspaceId, space: SpaceId) -> Result<u64> {
    store
        .read(workspace, Actor::SYSTEM, move |tx| {
            tx.query_one("SELECT COUNT(*) FROM cases WHERE space_id = $1", params![space], |row| row.get(0))
        })
        .await
}

fn page(tx: &mut Tx<'_>, space: SpaceId, after: Cursor) -> Result<(Vec<PastCase>, Option<Cursor>)> {
    let rows = tx.query(
        "SELECT id, thread_id, external_id, title, phase, attributes, created_at FROM cases \
         WHERE space_id = $1 AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4",
        params![space, after.0, after.1, PAGE],
        |row| {
            let case = PastCase {
                id: row.get(0)?,
                external_id: row.get(2)?,
                title: row.get(3)?,
                phase: row.get(4)?,
                attributes: match row.get(5)? {
                    Json::Object(map) => map,
                    _ => Map::new(),
                },
                steps: Vec::new(),
            };
            Ok((case, row.get::<ThreadId>(1)?, row.get::<Timestamp>(6)?))
        },
    )?;
    let next = match rows.last() {
        Some((case, _, created)) if rows.len() as i64 == PAGE => Some((*created, case.id)),
        _ => None,
    };
    let threads: Vec<ThreadId> = rows.iter().map(|(_, thread, _)| *thread).collect();
    let mut cases: Vec<PastCase> = rows.into_iter().map(|(case, _, _)| case).collect();
    fill(tx, &mut cases, &threads)?;
    Ok((cases, next))
}

/// What the thread says of a stage's end.
struct Ending {
    by: ActorId,
    logged: Option<Logged>,
}

/// Fills in the steps of cases.
fn fill(tx: &mut Tx<'_>, cases: &mut [PastCase], threads: &[ThreadId]) -> Result<()> {
    if cases.is_empty() {
        return Ok(());
    }
    let mut endings = endings(tx, threads)?;
    let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
    let sql = format!(
        "SELECT case_id, id, name, phase, ended_at, assigned_actor_id FROM stages \
         WHERE case_id IN ({}) AND phase IN ('completed', 'skipped') ORDER BY case_id, position",
        marks(ids.len())
    );
    let stages = tx.query(&sql, &values(&ids), |row| {
        let step = Step { name: row.get(2)?, phase: row.get(3)?, ended: row.get(4)?, actor: None, logged: None };
        Ok((row.get::<CaseId>(0)?, row.get::<StageId>(1)?, step, row.get::<Option<ActorId>>(5)?))
    })?;
    let mut found = Vec::with_capacity(stages.len());
    for (case, stage, mut step, assignee) in stages {
        let ending = endings.remove(&stage);
        let by = ending.as_ref().map(|ending| ending.by).filter(|by| *by != ActorId::nil()).or(assignee);
        step.logged = ending.and_then(|ending| ending.logged);
        found.push((case, step, by));
    }
    let names = names(tx, found.iter().filter_map(|(_, _, by)| *by))?;
    let mut places: HashMap<CaseId, &mut PastCase> = cases.iter_mut().map(|case| (case.id, case)).collect();
    for (case, mut step, by) in found {
        step.actor = by.and_then(|by| names.get(&by).cloned());
        if let Some(case) = places.get_mut(&case) {
            case.steps.push(step);
        }
    }
    for case in cases {
        // Those of one place in the log, or of one time, stay in the order of their positions.
        case.steps.sort_by_key(|step| match &step.logged {
            Some(logged) => (logged.index, BEGINNING),
            None => (u64::MAX, step.ended),
        });
    }
    Ok(())
}

/// The ends of stages that the threads tell of.
fn endings(tx: &mut Tx<'_>, threads: &[ThreadId]) -> Result<HashMap<StageId, Ending>> {
    #[derive(Deserialize)]
    struct Data {
        stage_id: StageId,
        after: StagePhase,
        #[serde(default)]
        log: Option<Logged>,
    }
    let sql = format!(
        "SELECT actor_id, data FROM activities WHERE thread_id IN ({}) AND type = 'stage_transition' AND data IS NOT NULL",
        marks(threads.len())
    );
    let mut endings = HashMap::new();
    tx.for_each(&sql, &values(threads), |row| {
        // Entries that people posted have no such data.
        if let Ok(data) = serde_json::from_str::<Data>(&row.get::<String>(1)?)
            && matches!(data.after, StagePhase::Completed | StagePhase::Skipped)
        {
            endings.insert(data.stage_id, Ending { by: row.get(0)?, logged: data.log });
        }
        Ok(true)
    })?;
    Ok(endings)
}

/// The names of actors.
fn names(tx: &mut Tx<'_>, ids: impl Iterator<Item = ActorId>) -> Result<HashMap<ActorId, String>> {
    let mut ids: Vec<ActorId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut names = HashMap::new();
    for some in ids.chunks(PAGE as usize) {
        let sql = format!("SELECT id, name FROM actors WHERE id IN ({})", marks(some.len()));
        names.extend(tx.query(&sql, &values(some), |row| Ok((row.get(0)?, row.get(1)?)))?);
    }
    Ok(names)
}

fn marks(n: usize) -> String {
    (1..=n).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

fn values<T: ToParam>(values: &[T]) -> Vec<Param<'_>> {
    values.iter().map(ToParam::to_param).collect()
}
