//! Labels of a space (Interloom v1, Labels).

use identity::{Right, access};
use kernel::{
    Error, Page, PageRequest, Result, Timestamp, check,
    ids::{LabelId, SpaceId},
};
use serde_json::json;
use store::{NewEvent, Row, Tx, params};

/// A label: it belongs to one space and marks cases of that space.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its id.
    pub id: LabelId,
    /// The space.
    pub space_id: SpaceId,
    /// Its name, unique in the space.
    pub name: String,
    /// Its colour, such as `#3366ff`.
    pub color: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

pub(crate) const COLUMNS: &str = "l.id, l.space_id, l.name, l.color, l.created_at";

pub(crate) fn read(row: &Row<'_>) -> Result<Label> {
    Ok(Label { id: row.get(0)?, space_id: row.get(1)?, name: row.get(2)?, color: row.get(3)?, created_at: row.get(4)? })
}

/// The labels of a space, by name.
///
/// # Errors
/// `space_not_found`.
pub fn list(tx: &mut Tx<'_>, space: SpaceId, request: PageRequest) -> Result<Page<Label>> {
    access::require(tx, space, Right::See)?;
    let total = tx.query_one("SELECT COUNT(*) FROM labels WHERE space_id = $1", params![space], |row| row.get(0))?;
    let items = tx.query(
        &format!("SELECT {COLUMNS} FROM labels l WHERE l.space_id = $1 ORDER BY l.name LIMIT $2 OFFSET $3"),
        params![space, request.limit(), request.offset()],
        read,
    )?;
    Ok(Page { items, total, request })
}

/// Defines a label.
///
/// # Errors
/// `space_not_found`, `forbidden` for observers, `label_exists`, `Invalid` for a blank name or a colour that is none.
pub fn create(tx: &mut Tx<'_>, space: SpaceId, name: &str, color: Option<&str>) -> Result<Label> {
    access::require(tx, space, Right::Work)?;
    let name = check::required("name", name, check::NAME)?;
    check_color(color)?;
    let id = insert(tx, space, name, color)?.ok_or_else(|| exists(name))?;
    tx.query_one(&format!("SELECT {COLUMNS} FROM labels l WHERE l.id = $1"), params![id], read)
}

/// Changes to a label; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct LabelPatch {
    /// A new name.
    pub name: Option<String>,
    /// Another colour; `Some(None)` clears it.
    pub color: Option<Option<String>>,
}

/// Changes a label, on all cases that carry it.
///
/// # Errors
/// `label_not_found`, `forbidden` for observers, `label_exists`, `Invalid` for a blank name or a colour that is none.
pub fn update(tx: &mut Tx<'_>, id: LabelId, patch: &LabelPatch) -> Result<Label> {
    let before = workable(tx, id)?;
    let name = match &patch.name {
        Some(name) => check::required("name", name, check::NAME)?,
        None => &before.name,
    };
    let color = patch.color.as_ref().unwrap_or(&before.color);
    check_color(color.as_deref())?;
    // Asked before, and not told by a failed statement, which would undo all.
    let sql = "SELECT 1 FROM labels WHERE space_id = $1 AND name = $2 AND id <> $3";
    if tx.query_opt(sql, params![before.space_id, name, id], |_| Ok(()))?.is_some() {
        return Err(exists(name));
    }
    tx.execute("UPDATE labels SET name = $2, color = $3 WHERE id = $1", params![id, name, color])?;
    let after = Label { name: name.to_owned(), color: color.clone(), ..before.clone() };
    let shown = |label: &Label| json!({"name": label.name, "color": label.color});
    event(tx, "label.updated", &after, json!({"before": shown(&before), "after": shown(&after)}))?;
    Ok(after)
}

/// Deletes a label, which comes off all cases.
///
/// # Errors
/// `label_not_found`, `forbidden` for observers.
pub fn delete(tx: &mut Tx<'_>, id: LabelId) -> Result<Label> {
    let label = workable(tx, id)?;
    tx.execute("DELETE FROM case_labels WHERE label_id = $1", params![id])?;
    tx.execute("DELETE FROM labels WHERE id = $1", params![id])?;
    event(tx, "label.deleted", &label, json!({"name": label.name, "color": label.color}))?;
    Ok(label)
}

/// The label, once it is certain that the actor may change it.
fn workable(tx: &mut Tx<'_>, id: LabelId) -> Result<Label> {
    let not_found = || Error::not_found("label_not_found", format!("No label found with ID {id}"));
    let sql = format!("SELECT {COLUMNS} FROM labels l WHERE l.id = $1");
    let label = tx.query_opt(&sql, params![id], read)?.ok_or_else(not_found)?;
    let role = access::role(tx, label.space_id)?;
    access::check(role, Right::Work, not_found)?;
    Ok(label)
}

fn check_color(color: Option<&str>) -> Result<()> {
    let Some(color) = color else { return Ok(()) };
    let hex = color.strip_prefix('#').unwrap_or("");
    if hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Error::invalid("color", "a colour is # and six hexadecimal digits, such as #3366ff"))
}

fn exists(name: &str) -> Error {
    Error::conflict("label_exists", format!("The space has a label named {name} already."))
}

fn event(tx: &mut Tx<'_>, verb: &'static str, label: &Label, data: serde_json::Value) -> Result<()> {
    let (subject, space) = (label.id.uuid(), Some(label.space_id));
    tx.emit(NewEvent { verb, subject, space, case: None, thread: None, data })
}

/// The label of this name, which the space gets if it has none. `path` is where the name stands in the request.
pub(crate) fn named(tx: &mut Tx<'_>, space: SpaceId, path: &str, name: &str) -> Result<LabelId> {
    let name = check::required(path, name, check::NAME)?;
    if let Some(id) = insert(tx, space, name, None)? {
        return Ok(id);
    }
    let sql = "SELECT id FROM labels WHERE space_id = $1 AND name = $2";
    tx.query_one(sql, params![space, name], |row| row.get(0))
}

/// Adds a label unless the space has one of the name.
fn insert(tx: &mut Tx<'_>, space: SpaceId, name: &str, color: Option<&str>) -> Result<Option<LabelId>> {
    let id = LabelId::new();
    let added = tx.execute(
        "INSERT INTO labels (id, space_id, name, color, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (space_id, name) DO NOTHING",
        params![id, space, name, color, tx.now()],
    )?;
    if added == 0 {
        return Ok(None);
    }
    let data = json!({"name": name});
    tx.emit(NewEvent {
        verb: "label.created",
        subject: id.uuid(),
        space: Some(space),
        case: None,
        thread: None,
        data,
    })?;
    Ok(Some(id))
}
