//! Views: saved ways to look at cases. What a view's query says is the client's matter.

use identity::{Right, access};
use kernel::{
    Error, Page, PageRequest, Result, Timestamp, check,
    ids::{ActorId, SpaceId, ViewId},
};
use serde_json::{Map, Value as Json, json};
use store::{NewEvent, Param, Row, ToParam, Tx, params};
use talk::place;

store::text_enum! {
    /// How cases are laid out.
    pub enum Layout {
        /// In columns.
        Board = "board",
        /// In rows.
        List = "list",
    }
}

/// A view.
#[derive(Clone, Debug)]
pub struct View {
    /// Its id.
    pub id: ViewId,
    /// The space it looks at; none for one across spaces.
    pub space_id: Option<SpaceId>,
    /// Its name.
    pub name: String,
    /// Whether others see it: the members of its space, or everybody for one across spaces.
    pub shared: bool,
    /// Who made it.
    pub owner_id: ActorId,
    /// The owner's name.
    pub owner_name: String,
    /// What it shows, in the client's own terms.
    pub query: Map<String, Json>,
    /// How it shows it.
    pub layout: Layout,
    /// Its place among the owner's views.
    pub position: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a new view needs.
#[derive(Clone, Debug)]
pub struct NewView {
    /// Its name.
    pub name: String,
    /// The space it looks at.
    pub space_id: Option<SpaceId>,
    /// Whether others see it.
    pub shared: bool,
    /// What it shows.
    pub query: Map<String, Json>,
    /// How it shows it.
    pub layout: Layout,
}

/// Changes to a view; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct ViewPatch {
    /// Another name.
    pub name: Option<String>,
    /// Whether others see it.
    pub shared: Option<bool>,
    /// Another query.
    pub query: Option<Map<String, Json>>,
    /// Another layout.
    pub layout: Option<Layout>,
    /// Another place among the owner's views.
    pub position: Option<i64>,
}

/// The longest JSON text of a query, in bytes.
const QUERY: usize = 8 << 10;

const COLUMNS: &str =
    "v.id, v.space_id, v.name, v.shared, v.owner_id, a.name, v.query, v.layout, v.position, v.created_at, v.updated_at";

/// The views that actor `$1` sees: its own and shared ones, in spaces that it is in.
const SEEN: &str = "FROM views v JOIN actors a ON a.id = v.owner_id WHERE (v.owner_id = $1 OR v.shared) \
     AND (v.space_id IS NULL OR v.space_id IN (SELECT space_id FROM members WHERE actor_id = $1))";

fn read(row: &Row<'_>) -> Result<View> {
    Ok(View {
        id: row.get(0)?,
        space_id: row.get(1)?,
        name: row.get(2)?,
        shared: row.get(3)?,
        owner_id: row.get(4)?,
        owner_name: row.get(5)?,
        query: match row.get(6)? {
            Json::Object(map) => map,
            _ => Map::new(),
        },
        layout: row.get(7)?,
        position: row.get(8)?,
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
    })
}

/// The actor's own views and those that are shared with it, by their places; of one space if wanted.
///
/// # Errors
/// `space_not_found`.
pub fn list(tx: &mut Tx<'_>, space: Option<SpaceId>, request: PageRequest) -> Result<Page<View>> {
    if let Some(space) = space {
        place::require_space(tx, space)?;
    }
    let actor = tx.actor().id;
    let mut values = vec![actor.to_param()];
    let mut from = SEEN.to_owned();
    if let Some(space) = &space {
        values.push(space.to_param());
        from.push_str(" AND v.space_id = $2");
    }
    let total = tx.query_one(&format!("SELECT COUNT(*) {from}"), &values, |row| row.get(0))?;
    let n = values.len();
    values.extend([Param::Int(request.limit()), Param::Int(request.offset())]);
    let sql =
        format!("SELECT {COLUMNS} {from} ORDER BY v.position, v.created_at, v.id LIMIT ${} OFFSET ${}", n + 1, n + 2);
    let items = tx.query(&sql, &values, read)?;
    Ok(Page { items, total, request })
}

/// Saves a view. Everybody who sees a space saves views of it; to share one takes the right to work there.
///
/// # Errors
/// `space_not_found`, `forbidden` for an observer who shares, `Invalid` for a blank name or too long a query.
pub fn create(tx: &mut Tx<'_>, new: &NewView) -> Result<View> {
    if let Some(space) = new.space_id {
        access::require(tx, space, if new.shared { Right::Work } else { Right::See })?;
    }
    let name = check::required("name", &new.name, check::NAME)?;
    let query = checked(&new.query)?;
    let (id, actor) = (ViewId::new(), tx.actor().id);
    let position: i64 =
        tx.query_one("SELECT COALESCE(MAX(position), 0) + 1 FROM views WHERE owner_id = $1", params![actor], |row| {
            row.get(0)
        })?;
    tx.execute(
        "INSERT INTO views (id, owner_id, space_id, name, shared, query, layout, position, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        params![id, actor, new.space_id, name, new.shared, query, new.layout, position, tx.now()],
    )?;
    let view = find(tx, id)?;
    tell(tx, "view.created", &view)?;
    Ok(view)
}

/// Changes a view.
///
/// # Errors
/// `view_not_found`, `forbidden` for others than its owner and, for a shared one, admins of its space; `Invalid` for a blank
/// name or too long a query.
pub fn update(tx: &mut Tx<'_>, id: ViewId, patch: &ViewPatch) -> Result<View> {
    let before = require_own(tx, id)?;
    let shared = patch.shared.unwrap_or(before.shared);
    if let Some(space) = before.space_id
        && shared
    {
        access::require(tx, space, Right::Work)?;
    }
    let name = match &patch.name {
        Some(name) => check::required("name", name, check::NAME)?,
        None => &before.name,
    };
    let query = checked(patch.query.as_ref().unwrap_or(&before.query))?;
    tx.execute(
        "UPDATE views SET name = $2, shared = $3, query = $4, layout = $5, position = $6, updated_at = $7 WHERE id = $1",
        params![
            id,
            name,
            shared,
            query,
            patch.layout.unwrap_or(before.layout),
            patch.position.unwrap_or(before.position),
            tx.now()
        ],
    )?;
    let after = find(tx, id)?;
    // Those who saw it hear that they no longer do.
    tell(tx, "view.updated", &View { shared: before.shared || after.shared, ..after.clone() })?;
    Ok(after)
}

/// Removes a view.
///
/// # Errors
/// `view_not_found`, `forbidden` as for [`update`].
pub fn delete(tx: &mut Tx<'_>, id: ViewId) -> Result<()> {
    let view = require_own(tx, id)?;
    tx.execute("DELETE FROM views WHERE id = $1", params![id])?;
    tell(tx, "view.deleted", &view)
}

fn find(tx: &mut Tx<'_>, id: ViewId) -> Result<View> {
    let actor = tx.actor().id;
    tx.query_opt(&format!("SELECT {COLUMNS} {SEEN} AND v.id = $2"), params![actor, id], read)?
        .ok_or_else(|| Error::not_found("view_not_found", format!("No view found with ID {id}")))
}

/// The view, once it is certain that the actor may change it.
fn require_own(tx: &mut Tx<'_>, id: ViewId) -> Result<View> {
    let view = find(tx, id)?;
    if view.owner_id == tx.actor().id {
        return Ok(view);
    }
    match view.space_id {
        Some(space) => access::require(tx, space, Right::Manage).map(|_| view),
        None => Err(Error::forbidden("A view across spaces is changed by who made it.")),
    }
}

fn checked(query: &Map<String, Json>) -> Result<String> {
    let text = Json::Object(query.clone()).to_string();
    if text.len() > QUERY || text.contains("\\u0000") {
        return Err(Error::invalid("query", format!("query must fit in {QUERY} bytes, without zero characters")));
    }
    Ok(text)
}

/// Tells those who see a shared view; one's own views are nobody else's matter.
fn tell(tx: &mut Tx<'_>, verb: &'static str, view: &View) -> Result<()> {
    if !view.shared {
        return Ok(());
    }
    tx.emit(NewEvent {
        verb,
        subject: view.id.uuid(),
        space: view.space_id,
        case: None,
        thread: None,
        data: json!({"name": view.name}),
    })
}
