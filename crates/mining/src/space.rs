//! Finding the space that a caller names.

use identity::spaces::{self, Space};
use kernel::{
    Actor, Error, Result,
    ids::{SpaceId, WorkspaceId},
};
use store::{Store, Tx, params};

/// Most spaces that an error lists.
const LISTED: i64 = 50;

/// The space of the workspace with this id or name.
///
/// # Errors
/// `space_not_found`, which lists the spaces there are; `space_ambiguous` when several have the name.
pub(crate) async fn find(store: &Store, workspace: WorkspaceId, named: &str) -> Result<Space> {
    let named = named.trim().to_owned();
    store.read(workspace, Actor::SYSTEM, move |tx| find_in(tx, &named)).await
}

fn find_in(tx: &mut Tx<'_>, named: &str) -> Result<Space> {
    if let Ok(id) = named.parse::<SpaceId>()
        && tx.query_opt("SELECT 1 FROM spaces WHERE id = $1", params![id], |_| Ok(()))?.is_some()
    {
        return spaces::get(tx, id);
    }
    let ids: Vec<SpaceId> =
        tx.query("SELECT id FROM spaces WHERE name = $1 ORDER BY created_at, id", params![named], |row| row.get(0))?;
    match ids.as_slice() {
        [id] => spaces::get(tx, *id),
        [] => {
            let known =
                tx.query("SELECT name, id FROM spaces ORDER BY created_at, id LIMIT $1", params![LISTED], |row| {
                    Ok(format!("{} ({})", row.get::<String>(0)?, row.get::<SpaceId>(1)?))
                })?;
            let message = format!("The workspace has no space {named:?}. Its spaces: {}", known.join(", "));
            Err(Error::not_found("space_not_found", message))
        }
        several => {
            let ids: Vec<String> = several.iter().map(SpaceId::to_string).collect();
            let message = format!("Several spaces are named {named:?}; name one by its ID: {}", ids.join(", "));
            Err(Error::conflict("space_ambiguous", message))
        }
    }
}
