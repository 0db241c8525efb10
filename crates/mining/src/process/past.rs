//! One pass over the cases of a space, with what was completed in them.

use kernel::{
    Result, Timestamp,
    ids::{ActorId, CaseId},
};
use store::{Param, ToParam, Tx};
use work::motion::{Motion, Phase};

use super::State;

/// A case as figures see it.
#[derive(Debug)]
pub(super) struct Past {
    pub id: CaseId,
    pub phase: Phase,
    pub motion: Motion,
    pub created: Timestamp,
    /// When it was resolved, or closed without that.
    pub ended: Option<Timestamp>,
    /// What was completed in it, in the order in which it ended.
    pub steps: Vec<Step>,
}

/// A completed stage.
#[derive(Debug)]
pub(super) struct Step {
    pub name: String,
    pub started: Option<Timestamp>,
    pub ended: Timestamp,
    /// Who completed it, or else who had it; none where the log does not tell.
    pub by: Option<ActorId>,
}

impl Past {
    /// Whether it is resolved or closed.
    pub fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Resolved | Phase::Closed)
    }
}

/// Hands the cases to `each`, oldest first. No more than one of them is in memory.
pub(super) fn each(tx: &mut Tx<'_>, state: &State, mut each: impl FnMut(&Past)) -> Result<()> {
    let mut values: Vec<Param<'_>> = vec![state.space.to_param()];
    let mut condition = String::new();
    let period = &state.period;
    let filters = [
        ("c.created_at >=", period.from.map(Param::Time)),
        ("c.created_at <", period.to.map(Param::Time)),
        ("c.procedure_id =", period.procedure_id.map(|id| Param::Id(id.uuid()))),
    ];
    for (column, value) in filters {
        if let Some(value) = value {
            values.push(value);
            condition.push_str(&format!(" AND {column} ${}", values.len()));
        }
    }
    let sql = format!(
        "SELECT c.id, c.phase, c.motion, c.created_at, c.resolved_at, c.closed_at, \
         s.name, s.started_at, s.ended_at, s.ended_by, s.assigned_actor_id \
         FROM cases c LEFT JOIN stages s ON s.case_id = c.id AND s.phase = 'completed' \
         WHERE c.space_id = $1{condition} ORDER BY c.created_at, c.id, s.position"
    );
    let mut current: Option<Past> = None;
    tx.for_each(&sql, &values, |row| {
        let id: CaseId = row.get(0)?;
        if current.as_ref().is_none_or(|case| case.id != id) {
            if let Some(case) = current.take() {
                hand_over(case, &mut each);
            }
            let resolved: Option<Timestamp> = row.get(4)?;
            current = Some(Past {
                id,
                phase: row.get(1)?,
                motion: row.get(2)?,
                created: row.get(3)?,
                ended: resolved.or(row.get(5)?),
                steps: Vec::new(),
            });
        }
        let ended: Option<Timestamp> = row.get(8)?;
        if let (Some(case), Some(ended)) = (&mut current, ended) {
            let by: Option<ActorId> = row.get(9)?;
            let by = match by.filter(|by| *by != ActorId::nil()) {
                Some(by) => Some(by),
                None => row.get(10)?,
            };
            case.steps.push(Step { name: row.get(6)?, started: row.get(7)?, ended, by });
        }
        Ok(true)
    })?;
    if let Some(case) = current {
        hand_over(case, &mut each);
    }
    Ok(())
}

fn hand_over(mut case: Past, each: &mut impl FnMut(&Past)) {
    // Stages that ended at one time stay in the order of their positions.
    case.steps.sort_by_key(|step| step.ended);
    each(&case);
}
