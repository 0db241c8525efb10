//! The versions of procedures: each change makes one, in the transaction of the change.
//!
//! The newest version is the procedure itself. What it was before is kept beside it, so a procedure that has never been
//! changed has one version and no row of its own here.

use kernel::{
    Error, Page, PageRequest, Result, Timestamp,
    ids::{ActorId, ProcedureId},
};
use store::{Tx, params};

use crate::{
    designs::{self, Designed},
    procedures,
};

/// A version of a procedure, without what it says.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it; the nil id for Heddle itself.
    pub by: ActorId,
    /// The name of who made it.
    pub by_name: String,
    /// What was said of it.
    pub note: Option<String>,
    /// How many stages it has.
    pub stages: i64,
}

/// The versions of a procedure, newest first.
///
/// # Errors
/// `procedure_not_found`.
pub fn list(tx: &mut Tx<'_>, id: ProcedureId, request: PageRequest) -> Result<Page<Version>> {
    let newest = designs::get(tx, id)?;
    let total = newest.version;
    // Every version up to the newest is there, so their numbers are their places.
    let first = total - request.offset();
    let mut items = Vec::new();
    if first == total {
        items.push(Version {
            version: newest.version,
            at: newest.at,
            by: newest.by,
            by_name: newest.by_name,
            note: newest.note,
            stages: newest.design.stages.len() as i64,
        });
    }
    items.extend(tx.query(
        "SELECT v.version, v.at, v.actor_id, COALESCE(a.name, 'Heddle'), v.note, v.stages FROM procedure_versions v \
         LEFT JOIN actors a ON a.id = v.actor_id WHERE v.procedure_id = $1 AND v.version <= $2 AND v.version > $3 \
         ORDER BY v.version DESC",
        params![id, first, first - request.limit()],
        |row| {
            Ok(Version {
                version: row.get(0)?,
                at: row.get(1)?,
                by: row.get(2)?,
                by_name: row.get(3)?,
                note: row.get(4)?,
                stages: row.get(5)?,
            })
        },
    )?);
    Ok(Page { items, total, request })
}

/// A procedure as it was at a version.
///
/// # Errors
/// `procedure_not_found`, `version_not_found`.
pub fn get(tx: &mut Tx<'_>, id: ProcedureId, version: i64) -> Result<Designed> {
    let newest = designs::get(tx, id)?;
    if newest.version == version {
        return Ok(newest);
    }
    let found = tx.query_opt(
        "SELECT v.at, v.actor_id, COALESCE(a.name, 'Heddle'), v.note, v.design FROM procedure_versions v \
         LEFT JOIN actors a ON a.id = v.actor_id WHERE v.procedure_id = $1 AND v.version = $2",
        params![id, version],
        |row| {
            Ok(Designed {
                procedure_id: id,
                version,
                at: row.get(0)?,
                by: row.get(1)?,
                by_name: row.get(2)?,
                note: row.get(3)?,
                design: serde_json::from_value(row.get(4)?).map_err(Error::internal)?,
            })
        },
    )?;
    found.ok_or_else(|| Error::not_found("version_not_found", format!("The procedure has no version {version}.")))
}

/// Runs a change of a procedure. When it says something else afterwards, what it said before is kept and it has a new
/// version.
pub(crate) fn changing<T>(
    tx: &mut Tx<'_>,
    id: ProcedureId,
    note: Option<&str>,
    change: impl FnOnce(&mut Tx<'_>) -> Result<T>,
) -> Result<T> {
    let before = designs::get(tx, id)?;
    let result = change(tx)?;
    let procedure = procedures::get(tx, id)?;
    if designs::of(tx, &procedure)? == before.design {
        return Ok(result);
    }
    let design = serde_json::to_value(&before.design).map_err(Error::internal)?;
    let stages = before.design.stages.len() as i64;
    tx.execute(
        "INSERT INTO procedure_versions (procedure_id, version, at, actor_id, note, stages, design) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, before.version, before.at, before.by, before.note, stages, design],
    )?;
    tx.execute(
        "UPDATE procedures SET version = version + 1, changed_at = $2, changed_by = $3, note = $4 WHERE id = $1",
        params![id, tx.now(), tx.actor().id, note],
    )?;
    Ok(result)
}
