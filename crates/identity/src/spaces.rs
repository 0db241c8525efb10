//! Spaces and their members (Interloom v1, Spaces).

use kernel::{
    Error, Mark, Page, PageRequest, Result, Slice, SliceRequest, Timestamp, check,
    ids::{ActorId, SpaceId},
};
use serde_json::json;
use store::{NewEvent, Param, Row, Tx, params};

use crate::{
    access::{self, Right, Role},
    actors::{self, ActorType},
    listing::{self, Sliced},
};

store::text_enum! {
    /// What kind of space it is (Interloom 1.2).
    pub enum SpaceKind {
        /// One person's own; no second person, agents are welcome.
        Private = "private",
        /// The whole workspace's.
        General = "general",
        /// Made by somebody for something.
        Custom = "custom",
    }
}

/// A space: a border of access inside a workspace.
#[derive(Clone, Debug)]
pub struct Space {
    /// Its id.
    pub id: SpaceId,
    /// Private, general or custom.
    pub kind: SpaceKind,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Actions that agents may only propose here.
    pub review: Vec<String>,
    /// Who made it.
    pub created_by: ActorId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its own attributes last changed.
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "s.id, s.kind, s.name, s.description, s.review, s.created_by, s.created_at, s.updated_at";

fn read(row: &Row<'_>) -> Result<Space> {
    Ok(Space {
        id: row.get(0)?,
        kind: row.get(1)?,
        name: row.get(2)?,
        description: row.get(3)?,
        review: row.get(4)?,
        created_by: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

/// What a new space needs.
#[derive(Clone, Debug)]
pub struct NewSpace {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Actions that agents may only propose here.
    pub review: Vec<String>,
}

/// Changes to a space; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct SpacePatch {
    /// A new name.
    pub name: Option<String>,
    /// A new description; `Some(None)` clears it.
    pub description: Option<Option<String>>,
    /// The actions that agents may only propose here.
    pub review: Option<Vec<String>>,
}

/// A member of a space.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub actor_id: ActorId,
    /// The actor's name.
    pub name: String,
    /// Person or agent.
    pub actor_type: ActorType,
    /// What the member may do.
    pub role: Role,
    /// Since when.
    pub added_at: Timestamp,
}

/// The spaces that the actor is a member of, oldest first.
///
/// # Errors
/// The engine's.
pub fn list(tx: &mut Tx<'_>, request: PageRequest) -> Result<Page<Space>> {
    let actor = tx.actor().id;
    let total = tx.query_one("SELECT COUNT(*) FROM members WHERE actor_id = $1", params![actor], |row| row.get(0))?;
    let items = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM spaces s JOIN members m ON m.space_id = s.id AND m.actor_id = $1 \
             ORDER BY s.created_at, s.id LIMIT $2 OFFSET $3"
        ),
        params![actor, request.limit(), request.offset()],
        read,
    )?;
    Ok(Page { items, total, request })
}

/// The spaces that the actor is a member of, by when they were made.
///
/// # Errors
/// The engine's.
pub fn slice(tx: &mut Tx<'_>, request: SliceRequest) -> Result<Slice<Space>> {
    let list = Sliced {
        table: "spaces s",
        alias: "s",
        columns: COLUMNS,
        sort: "created_at",
        condition: "s.id IN (SELECT space_id FROM members WHERE actor_id = $1)",
        values: vec![Param::Id(tx.actor().id.uuid())],
    };
    listing::slice(tx, list, request, read, |space| Mark { at: space.created_at, id: space.id.uuid() })
}

/// One space.
///
/// # Errors
/// `space_not_found` when it is absent or the actor is no member.
pub fn get(tx: &mut Tx<'_>, id: SpaceId) -> Result<Space> {
    access::require(tx, id, Right::See)?;
    find(tx, id)
}

/// One space, whoever asks.
fn find(tx: &mut Tx<'_>, id: SpaceId) -> Result<Space> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM spaces s WHERE s.id = $1"), params![id], read)?
        .ok_or_else(|| access::space_not_found(id))
}

/// Makes a space; the actor becomes its owner.
///
/// # Errors
/// `Invalid` for a blank or over-long name.
pub fn create(tx: &mut Tx<'_>, new: &NewSpace) -> Result<Space> {
    let name = check::required("name", &new.name, check::NAME)?;
    check::optional("description", new.description.as_deref(), check::TEXT)?;
    let owner = tx.actor().id;
    insert(tx, SpaceKind::Custom, name, new.description.as_deref(), &new.review, owner)
}

/// Adds a space of any kind, owned by `owner`.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    kind: SpaceKind,
    name: &str,
    description: Option<&str>,
    review: &[String],
    owner: ActorId,
) -> Result<Space> {
    let id = SpaceId::new();
    let now = tx.now();
    tx.execute(
        "INSERT INTO spaces (id, kind, name, description, review, created_by, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        params![id, kind, name, description, review.to_vec(), owner, now],
    )?;
    event(tx, "space.created", id, json!({"name": name, "kind": kind}))?;
    if owner != ActorId::nil() {
        put_member(tx, id, owner, Role::Owner)?;
    }
    find(tx, id)
}

/// Changes a space's own attributes.
///
/// # Errors
/// `space_not_found`, `forbidden` below admin, `Invalid` for a blank or over-long name.
pub fn update(tx: &mut Tx<'_>, id: SpaceId, patch: &SpacePatch) -> Result<Space> {
    access::require(tx, id, Right::Manage)?;
    let before = find(tx, id)?;
    let name = match &patch.name {
        Some(name) => check::required("name", name, check::NAME)?,
        None => &before.name,
    };
    let description = patch.description.as_ref().unwrap_or(&before.description);
    check::optional("description", description.as_deref(), check::TEXT)?;
    let review = patch.review.as_ref().unwrap_or(&before.review);
    tx.execute(
        "UPDATE spaces SET name = $2, description = $3, review = $4, updated_at = $5 WHERE id = $1",
        params![id, name, description, review, tx.now()],
    )?;
    event(tx, "space.updated", id, json!({"before": {"name": before.name}, "after": {"name": name}}))?;
    find(tx, id)
}

/// The members of a space, in the order they came.
///
/// # Errors
/// `space_not_found`.
pub fn members(tx: &mut Tx<'_>, id: SpaceId, request: PageRequest) -> Result<Page<Member>> {
    access::require(tx, id, Right::See)?;
    let total = tx.query_one("SELECT COUNT(*) FROM members WHERE space_id = $1", params![id], |row| row.get(0))?;
    let items = tx.query(
        "SELECT m.actor_id, a.name, a.type, m.role, m.added_at FROM members m JOIN actors a ON a.id = m.actor_id \
         WHERE m.space_id = $1 ORDER BY m.added_at, m.actor_id LIMIT $2 OFFSET $3",
        params![id, request.limit(), request.offset()],
        read_member,
    )?;
    Ok(Page { items, total, request })
}

/// Puts an actor into the space with `role`; for one who is in it already, the role changes.
///
/// # Errors
/// `space_not_found`, `forbidden` below admin (below owner where owners are concerned), `Invalid` for an unknown actor,
/// `private_space` for a second person in a private space, `last_owner` when nobody would own the space any more.
pub fn add_member(tx: &mut Tx<'_>, id: SpaceId, actor: ActorId, role: Role) -> Result<Member> {
    let own_role = access::require(tx, id, Right::Manage)?;
    let profile = actors::find(tx, actor)?
        .ok_or_else(|| Error::invalid("actor_id", format!("No actor found with ID {actor}")))?;
    let before = kept_role(tx, id, actor)?;
    if own_role != Role::Owner && (role == Role::Owner || before == Some(Role::Owner)) {
        return Err(Error::forbidden("Only an owner of the space can make or change an owner."));
    }
    let space = find(tx, id)?;
    if space.kind == SpaceKind::Private && profile.actor_type == ActorType::Human && before.is_none() {
        return Err(Error::conflict("private_space", "A private space has one person only; AI actors can be added."));
    }
    if before == Some(Role::Owner) && role != Role::Owner {
        require_other_owner(tx, id, actor)?;
    }
    put_member(tx, id, actor, role)?;
    tx.query_one("SELECT added_at FROM members WHERE space_id = $1 AND actor_id = $2", params![id, actor], |row| {
        Ok(Member {
            actor_id: actor,
            name: profile.name.clone(),
            actor_type: profile.actor_type,
            role,
            added_at: row.get(0)?,
        })
    })
}

/// Checks that the actor may add members to all of these spaces.
///
/// # Errors
/// As [`add_member`].
pub fn require_all(tx: &mut Tx<'_>, spaces: &[SpaceId]) -> Result<()> {
    for space in spaces {
        access::require(tx, *space, Right::Manage)?;
        if find(tx, *space)?.kind == SpaceKind::Private {
            return Err(Error::conflict("private_space", "A private space has one person only."));
        }
    }
    Ok(())
}

/// Puts somebody new into those of the spaces that are still there.
pub(crate) fn admit(tx: &mut Tx<'_>, spaces: &[SpaceId], actor: ActorId, role: Role) -> Result<()> {
    for space in spaces {
        let there = tx.query_opt("SELECT 1 FROM spaces WHERE id = $1", params![*space], |_| Ok(()))?;
        if there.is_some() && kept_role(tx, *space, actor)?.is_none() {
            put_member(tx, *space, actor, role)?;
        }
    }
    Ok(())
}

/// Takes an actor out of the space. What was assigned to the actor stays so.
///
/// # Errors
/// `space_not_found`, `forbidden` below admin (below owner for an owner), `actor_not_found` for one who is not in the
/// space, `last_owner` when nobody would own the space any more.
pub fn remove_member(tx: &mut Tx<'_>, id: SpaceId, actor: ActorId) -> Result<Member> {
    let own_role = access::require(tx, id, Right::Manage)?;
    let sql = "SELECT m.actor_id, a.name, a.type, m.role, m.added_at FROM members m JOIN actors a ON a.id = m.actor_id \
               WHERE m.space_id = $1 AND m.actor_id = $2";
    let member = tx
        .query_opt(sql, params![id, actor], read_member)?
        .ok_or_else(|| Error::not_found("actor_not_found", format!("No member found with ID {actor}")))?;
    if member.role == Role::Owner {
        if own_role != Role::Owner {
            return Err(Error::forbidden("Only an owner of the space can take out an owner."));
        }
        require_other_owner(tx, id, actor)?;
    }
    tx.execute("DELETE FROM members WHERE space_id = $1 AND actor_id = $2", params![id, actor])?;
    event(tx, "space.member_removed", id, json!({"actor_id": actor, "role": member.role}))?;
    Ok(member)
}

/// Checks that the space has an owner besides this one, who can still act.
fn require_other_owner(tx: &mut Tx<'_>, id: SpaceId, owner: ActorId) -> Result<()> {
    let sql = "SELECT 1 FROM members m JOIN actors a ON a.id = m.actor_id \
               WHERE m.space_id = $1 AND m.role = 'owner' AND m.actor_id <> $2 AND a.deactivated_at IS NULL";
    tx.query_opt(sql, params![id, owner], |_| Ok(()))?
        .ok_or_else(|| Error::conflict("last_owner", "A space must keep an owner."))
}

fn read_member(row: &Row<'_>) -> Result<Member> {
    Ok(Member {
        actor_id: row.get(0)?,
        name: row.get(1)?,
        actor_type: row.get(2)?,
        role: row.get(3)?,
        added_at: row.get(4)?,
    })
}

/// The role of any actor in a space, member or not; none for a person who has been deactivated.
///
/// # Errors
/// The engine's.
pub fn role_of(tx: &mut Tx<'_>, space: SpaceId, actor: ActorId) -> Result<Option<Role>> {
    tx.query_opt(
        "SELECT m.role FROM members m JOIN actors a ON a.id = m.actor_id \
         WHERE m.actor_id = $1 AND m.space_id = $2 AND a.deactivated_at IS NULL",
        params![actor, space],
        |row| row.get(0),
    )
}

/// The role that is kept of an actor in a space, deactivated or not.
fn kept_role(tx: &mut Tx<'_>, space: SpaceId, actor: ActorId) -> Result<Option<Role>> {
    tx.query_opt("SELECT role FROM members WHERE actor_id = $1 AND space_id = $2", params![actor, space], |row| {
        row.get(0)
    })
}

/// The general space of the workspace.
///
/// # Errors
/// `Internal` when there is none.
pub fn general(tx: &mut Tx<'_>) -> Result<SpaceId> {
    tx.query_one("SELECT id FROM spaces WHERE kind = 'general'", &[], |row| row.get(0))
}

/// The private space of a person.
///
/// # Errors
/// `private_space_missing` for an actor who has none: agents, and people who cannot sign in.
pub fn private_of(tx: &mut Tx<'_>, actor: ActorId) -> Result<SpaceId> {
    tx.query_opt(
        "SELECT s.id FROM spaces s JOIN members m ON m.space_id = s.id WHERE m.actor_id = $1 AND s.kind = 'private' \
         AND m.role = 'owner'",
        params![actor],
        |row| row.get(0),
    )?
    .ok_or_else(|| Error::conflict("private_space_missing", "This actor has no private space; name a space."))
}

/// Sets a member's role without asking whether the actor may.
pub(crate) fn put_member(tx: &mut Tx<'_>, space: SpaceId, actor: ActorId, role: Role) -> Result<()> {
    tx.execute(
        "INSERT INTO members (space_id, actor_id, role, added_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (actor_id, space_id) DO UPDATE SET role = excluded.role",
        params![space, actor, role, tx.now()],
    )?;
    event(tx, "space.member_set", space, json!({"actor_id": actor, "role": role}))
}

fn event(tx: &mut Tx<'_>, verb: &'static str, space: SpaceId, data: serde_json::Value) -> Result<()> {
    tx.emit(NewEvent { verb, subject: space.uuid(), space: Some(space), case: None, thread: None, data })
}
