//! Keeps the count of cases by space, phase, motion and priority, so that lists know their total at any size.

use kernel::{Result, ids::SpaceId};
use store::{Param, ToParam, Tx, params};

use crate::motion::{Motion, Phase, Priority};

/// The kind of case that is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub space: SpaceId,
    pub phase: Phase,
    pub motion: Motion,
    pub priority: Option<Priority>,
}

/// Counts one more case of a kind.
pub fn add(tx: &mut Tx<'_>, kind: Kind) -> Result<()> {
    change(tx, kind, 1)
}

/// Counts a case under another kind than before.
pub fn shift(tx: &mut Tx<'_>, before: Kind, after: Kind) -> Result<()> {
    if before == after {
        return Ok(());
    }
    change(tx, before, -1)?;
    change(tx, after, 1)
}

/// Counts `n` more cases of a kind.
pub fn change(tx: &mut Tx<'_>, kind: Kind, n: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO case_tallies (space_id, phase, motion, priority, n) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (space_id, phase, motion, priority) DO UPDATE SET n = case_tallies.n + excluded.n",
        params![kind.space, kind.phase, kind.motion, kind.priority.map_or("", Priority::as_str), n],
    )
    .map(drop)
}

/// How many cases there are of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tallied {
    /// Where they stand.
    pub phase: Phase,
    /// How they move.
    pub motion: Motion,
    /// How urgent they are.
    pub priority: Option<Priority>,
    /// How many.
    pub n: i64,
}

/// How many cases there are in one space, or in all that the actor is a member of.
pub fn total(
    tx: &mut Tx<'_>,
    space: Option<SpaceId>,
    phase: Option<Phase>,
    motion: Option<Motion>,
    priority: Option<Priority>,
) -> Result<i64> {
    let of = |kind: &Tallied| kind.n;
    Ok(kinds(tx, space, phase, motion, priority)?.iter().map(of).sum())
}

/// [`total`] by phase, motion and priority. There are at most a hundred kinds in a space.
pub fn kinds(
    tx: &mut Tx<'_>,
    space: Option<SpaceId>,
    phase: Option<Phase>,
    motion: Option<Motion>,
    priority: Option<Priority>,
) -> Result<Vec<Tallied>> {
    let scope = space.map_or(tx.actor().id.uuid(), SpaceId::uuid);
    let mut sql = match space {
        Some(_) => "SELECT phase, motion, priority, CAST(SUM(n) AS BIGINT) FROM case_tallies WHERE space_id = $1",
        None => {
            "SELECT phase, motion, priority, CAST(SUM(n) AS BIGINT) FROM case_tallies \
             WHERE space_id IN (SELECT space_id FROM members WHERE actor_id = $1)"
        }
    }
    .to_owned();
    let mut values: Vec<Param<'_>> = vec![scope.to_param()];
    let conditions = [
        ("phase", phase.map(Phase::as_str)),
        ("motion", motion.map(Motion::as_str)),
        ("priority", priority.map(Priority::as_str)),
    ];
    for (column, value) in conditions {
        if let Some(value) = value {
            values.push(Param::Text(value));
            sql.push_str(&format!(" AND {column} = ${}", values.len()));
        }
    }
    sql.push_str(" GROUP BY phase, motion, priority");
    tx.query(&sql, &values, |row| {
        let priority: String = row.get(2)?;
        Ok(Tallied {
            phase: row.get(0)?,
            motion: row.get(1)?,
            // A tally's key cannot be null.
            priority: if priority.is_empty() { None } else { Some(priority.parse()?) },
            n: row.get(3)?,
        })
    })
}
