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
    if let Some(color) = color {
        let hex = color.strip_prefix('#').unwrap_or("");
        if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Error::invalid("color", "a colour is # and six hexadecimal digits, such as #3366ff"));
        }
    }
    let id = insert(tx, space, name, color)?;
    let id =
        id.ok_or_else(|| Error::conflict("label_exists", format!("The space has a label named {name} already.")))?;
    tx.query_one(&format!("SELECT {COLUMNS} FROM labels l WHERE l.id = $1"), params![id], read)
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
