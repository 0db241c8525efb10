//! Labels on cases (Interloom v1, Labels).

use kernel::{
    Error, Result,
    ids::{CaseId, LabelId, SpaceId},
};
use serde_json::json;
use store::{Param, ToParam, Tx, params};

use crate::{
    cases::{self, Case, CaseLabel},
    labels, progress,
};

/// The most labels of a case.
const MOST: usize = 100;

/// Puts a label of the case's own space on the case; again changes nothing.
///
/// # Errors
/// `case_not_found`, `forbidden`, `case_closed`, `Invalid` when the space has no such label.
pub fn apply(tx: &mut Tx<'_>, case: CaseId, label: LabelId) -> Result<Case> {
    let found = cases::require_open(tx, case)?;
    let sql = format!("SELECT {} FROM labels l WHERE l.id = $1 AND l.space_id = $2", labels::COLUMNS);
    let known = tx.query_opt(&sql, params![label, found.space_id], labels::read)?;
    let known = known
        .ok_or_else(|| Error::invalid("label_id", format!("the case's space has no label with the ID {label}")))?;
    let added = tx.execute(
        "INSERT INTO case_labels (case_id, label_id) VALUES ($1, $2) ON CONFLICT (case_id, label_id) DO NOTHING",
        params![case, label],
    )?;
    if added > 0 {
        changed(tx, &found, "case.labelled", json!({"label_id": label, "name": known.name}))?;
    }
    cases::get(tx, case)
}

/// Takes a label off the case.
///
/// # Errors
/// `case_not_found`, `forbidden`, `case_closed`, `label_not_found` when the case does not have it.
pub fn remove(tx: &mut Tx<'_>, case: CaseId, label: LabelId) -> Result<Case> {
    let found = cases::require_open(tx, case)?;
    let removed = tx.execute("DELETE FROM case_labels WHERE case_id = $1 AND label_id = $2", params![case, label])?;
    if removed == 0 {
        return Err(Error::not_found("label_not_found", format!("The case has no label with ID {label}")));
    }
    changed(tx, &found, "case.unlabelled", json!({"label_id": label}))?;
    cases::get(tx, case)
}

/// Puts labels on a case by their names; the space gets those it does not have. The caller has checked the right.
pub(crate) fn put(tx: &mut Tx<'_>, case: CaseId, space: SpaceId, names: &[String]) -> Result<()> {
    if names.len() > MOST {
        return Err(Error::invalid("labels", format!("a case has at most {MOST} labels")));
    }
    for (n, name) in names.iter().enumerate() {
        let label = labels::named(tx, space, &format!("labels[{n}]"), name)?;
        tx.execute(
            "INSERT INTO case_labels (case_id, label_id) VALUES ($1, $2) ON CONFLICT (case_id, label_id) DO NOTHING",
            params![case, label],
        )?;
    }
    Ok(())
}

/// Gives a case exactly these labels. The caller has checked the right and tells of the change.
pub(crate) fn replace(tx: &mut Tx<'_>, case: &Case, names: &[String]) -> Result<()> {
    let before = names_of(tx, case.id)?;
    tx.execute("DELETE FROM case_labels WHERE case_id = $1", params![case.id])?;
    put(tx, case.id, case.space_id, names)?;
    let after = names_of(tx, case.id)?;
    if before == after {
        return Ok(());
    }
    let data = json!({"before": before, "after": after});
    cases::event(tx, "case.labels_set", case.id, case.space_id, case.thread_id, data)
}

/// The names of a case's labels, in their order.
pub(crate) fn names_of(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<String>> {
    tx.query(
        "SELECT l.name FROM case_labels cl JOIN labels l ON l.id = cl.label_id WHERE cl.case_id = $1 ORDER BY l.name",
        params![case],
        |row| row.get(0),
    )
}

fn changed(tx: &mut Tx<'_>, case: &Case, verb: &'static str, data: serde_json::Value) -> Result<()> {
    tx.execute("UPDATE cases SET updated_at = $2 WHERE id = $1", params![case.id, tx.now()])?;
    cases::event(tx, verb, case.id, case.space_id, case.thread_id, data)?;
    progress::settle(tx, case.id)
}

/// Fills in the labels of cases, with one query for all of them.
pub(crate) fn fill(tx: &mut Tx<'_>, cases: &mut [Case]) -> Result<()> {
    if cases.is_empty() {
        return Ok(());
    }
    let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
    let values: Vec<Param<'_>> = ids.iter().map(ToParam::to_param).collect();
    let marks: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT cl.case_id, l.id, l.name, l.color FROM case_labels cl JOIN labels l ON l.id = cl.label_id \
         WHERE cl.case_id IN ({}) ORDER BY l.name",
        marks.join(", ")
    );
    let found = tx.query(&sql, &values, |row| {
        Ok((row.get::<CaseId>(0)?, CaseLabel { id: row.get(1)?, name: row.get(2)?, color: row.get(3)? }))
    })?;
    if found.is_empty() {
        return Ok(());
    }
    for case in cases {
        case.labels = found.iter().filter(|(id, _)| *id == case.id).map(|(_, label)| label.clone()).collect();
    }
    Ok(())
}
