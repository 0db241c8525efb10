//! What a card on a board or a row of a list shows of a case besides the case itself.

use std::collections::HashMap;

use kernel::{
    Result,
    ids::{ActorId, CaseId, StageId},
};
use store::{Param, ToParam, Tx};

pub use crate::history::Person;
use crate::{cases::Case, motion::Motion};

/// The active stage of a case.
#[derive(Clone, Debug)]
pub struct CardStage {
    /// Its id.
    pub id: StageId,
    /// Its name.
    pub name: String,
    /// How it moves.
    pub motion: Motion,
    /// Who has it.
    pub assigned_actor_id: Option<ActorId>,
}

/// How many direct subcases a case has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subcases {
    /// Those in intake or active.
    pub open: i64,
    /// All of them.
    pub total: i64,
}

/// What is shown of a case besides itself.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// Its active stage.
    pub stage: Option<CardStage>,
    /// Who has it.
    pub assignee: Option<Person>,
    /// Its subcases.
    pub subcases: Subcases,
}

/// The cards of a page of cases, in its order: three statements, however long the page. The caller may see the cases.
///
/// # Errors
/// The engine's.
pub fn of(tx: &mut Tx<'_>, cases: &[Case]) -> Result<Vec<Card>> {
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Param<'_>> = cases.iter().map(|case| case.id.to_param()).collect();
    let marks = marks(ids.len());
    let stages = tx.query(
        &format!(
            "SELECT case_id, id, name, motion, assigned_actor_id FROM stages WHERE phase = 'active' AND case_id IN ({marks})"
        ),
        &ids,
        |row| {
            let stage =
                CardStage { id: row.get(1)?, name: row.get(2)?, motion: row.get(3)?, assigned_actor_id: row.get(4)? };
            Ok((row.get::<CaseId>(0)?, stage))
        },
    )?;
    let subcases = tx.query(
        &format!(
            "SELECT parent_case_id, SUM(CASE WHEN phase IN ('intake', 'active') THEN 1 ELSE 0 END), COUNT(*) \
             FROM cases WHERE parent_case_id IN ({marks}) GROUP BY parent_case_id"
        ),
        &ids,
        |row| Ok((row.get::<CaseId>(0)?, Subcases { open: row.get(1)?, total: row.get(2)? })),
    )?;
    let people = people(tx, cases.iter().filter_map(|case| case.assigned_actor_id))?;
    let (mut stages, subcases): (HashMap<_, _>, HashMap<_, _>) =
        (stages.into_iter().collect(), subcases.into_iter().collect());
    let card = |case: &Case| Card {
        stage: stages.remove(&case.id),
        assignee: case.assigned_actor_id.and_then(|id| people.get(&id).cloned()),
        subcases: subcases.get(&case.id).copied().unwrap_or_default(),
    };
    Ok(cases.iter().map(card).collect())
}

/// The actors with these ids, as far as there are such.
///
/// # Errors
/// The engine's.
pub fn people(tx: &mut Tx<'_>, ids: impl Iterator<Item = ActorId>) -> Result<HashMap<ActorId, Person>> {
    let ids: std::collections::BTreeSet<ActorId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let values: Vec<Param<'_>> = ids.iter().map(ToParam::to_param).collect();
    let sql = format!("SELECT id, name, type FROM actors WHERE id IN ({})", marks(values.len()));
    let found = tx.query(&sql, &values, |row| {
        let id: ActorId = row.get(0)?;
        Ok((id, Person { id, name: row.get(1)?, actor_type: row.get(2)? }))
    })?;
    Ok(found.into_iter().collect())
}

/// `$1, $2, …`, for a list of `n` values.
#[must_use]
pub fn marks(n: usize) -> String {
    (1..=n).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
