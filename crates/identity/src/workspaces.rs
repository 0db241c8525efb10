//! Workspaces: the tenancy border, known to the control database.

use kernel::{
    Actor, Error, Result, Timestamp, check,
    ids::{ActorId, UserId, WorkspaceId},
};
use serde_json::json;
use store::{NewEvent, Row, Store, Tx, params};

use crate::{
    Principal,
    actors::{self, Profile},
    members,
    spaces::{self, SpaceKind},
    users::{self, User},
};

store::text_enum! {
    /// What a user may do in a workspace as a whole.
    pub enum WorkspaceRole {
        /// Everything.
        Owner = "owner",
        /// Users, actors, keys.
        Admin = "admin",
        /// Work in the spaces they are members of.
        Member = "member",
    }
}

impl WorkspaceRole {
    /// Whether the role administers the workspace.
    pub fn is_admin(self) -> bool {
        self != Self::Member
    }
}

/// A workspace.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why a workspace is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It is the server's first: there must be no other.
    First,
    /// It is the owner's own, who has signed up.
    Personal,
    /// Any other.
    Shared,
}

fn read(row: &Row<'_>) -> Result<Workspace> {
    Ok(Workspace { id: row.get(0)?, slug: row.get(1)?, name: row.get(2)?, created_at: row.get(3)? })
}

/// One workspace, in the control database.
///
/// # Errors
/// `workspace_not_found`.
pub fn get(tx: &mut Tx<'_>, id: WorkspaceId) -> Result<Workspace> {
    tx.query_opt("SELECT id, slug, name, created_at FROM workspaces WHERE id = $1", params![id], read)?
        .ok_or_else(|| Error::not_found("workspace_not_found", format!("No workspace found with ID {id}")))
}

/// Makes a workspace and its owner. `slug` is made from the name when absent.
///
/// # Errors
/// `Invalid` naming the field, `slug_taken`.
pub async fn create(
    store: &Store,
    name: &str,
    slug: Option<&str>,
    owner_email: &str,
    owner_name: Option<&str>,
) -> Result<(Workspace, User, Profile)> {
    make(store, name, slug, owner_email, owner_name, Purpose::Shared).await
}

/// [`create`] for a purpose.
pub(crate) async fn make(
    store: &Store,
    name: &str,
    slug: Option<&str>,
    owner_email: &str,
    owner_name: Option<&str>,
    purpose: Purpose,
) -> Result<(Workspace, User, Profile)> {
    let name = check::required("name", name, check::NAME)?.to_owned();
    let slug = match slug {
        Some(slug) => checked_slug(slug)?,
        None => slug_of(&name)?,
    };
    let email = users::checked_email(owner_email)?;
    let owner_name = owner_name.map_or_else(|| users::name_of(&email), str::to_owned);
    let wanted = slug.clone();
    let taken = store.control_read(move |tx| by_slug(tx, &wanted)).await?.is_some();
    if taken {
        return Err(slug_taken(&slug));
    }
    // The database comes first: should the process end in between, no workspace is left that cannot be opened.
    let id = WorkspaceId::new();
    let user = users::find_or_create(store, &email, &owner_name).await?;
    store.create_workspace(id).await?;
    let owner = user.clone();
    let profile = store
        .write(id, Actor::SYSTEM, move |tx| {
            spaces::insert(
                tx,
                SpaceKind::General,
                "General",
                Some("Shared by everybody in the workspace."),
                &[],
                ActorId::nil(),
            )?;
            actors::create_for_user(tx, owner.id, &owner.email, &owner.name, true)
        })
        .await?;
    let (user_id, actor_id) = (user.id, profile.id);
    let workspace = store
        .control_write(move |tx| {
            let now = tx.now();
            if purpose == Purpose::First && any(tx)? {
                return Err(crate::setup::done());
            }
            tx.execute(
                // Its database has been written to already: a server must look after it.
                "INSERT INTO workspaces (id, slug, name, created_at, wake_at, personal_of) VALUES ($1, $2, $3, $4, $4, $5)",
                params![id, slug, name, now, (purpose == Purpose::Personal).then_some(user_id)],
            )
            .map_err(|e| if e.is_unique_violation() { slug_taken(&slug) } else { e })?;
            add_membership(tx, id, user_id, actor_id, WorkspaceRole::Owner)?;
            Ok(Workspace { id, slug: slug.clone(), name: name.clone(), created_at: now })
        })
        .await?;
    Ok((workspace, user, profile))
}

/// Adds a user to a workspace, making the user when the address is new; one who is in it already is answered as is.
///
/// # Errors
/// `Invalid` for an unusable address.
pub async fn add_user(
    store: &Store,
    workspace: WorkspaceId,
    email: &str,
    name: Option<&str>,
    role: WorkspaceRole,
) -> Result<(User, Profile)> {
    let email = users::checked_email(email)?;
    let name = name.map_or_else(|| users::name_of(&email), str::to_owned);
    let user = users::find_or_create(store, &email, &name).await?;
    let known = user.clone();
    let profile = store
        .write(workspace, Actor::SYSTEM, move |tx| {
            actors::create_for_user(tx, known.id, &known.email, &known.name, role.is_admin())
        })
        .await?;
    let (user_id, actor_id) = (user.id, profile.id);
    store.control_write(move |tx| add_membership(tx, workspace, user_id, actor_id, role)).await?;
    Ok((user, profile))
}

pub(crate) fn add_membership(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    user: UserId,
    actor: ActorId,
    role: WorkspaceRole,
) -> Result<()> {
    tx.execute(
        "INSERT INTO memberships (workspace_id, user_id, actor_id, role, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (workspace_id, user_id) DO NOTHING",
        params![workspace, user, actor, role, tx.now()],
    )
    .map(drop)
}

/// Whether there is a workspace.
///
/// # Errors
/// The engine's.
pub fn any(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.query_opt("SELECT 1 FROM workspaces LIMIT 1", &[], |_| Ok(()))?.is_some())
}

/// Gives the caller's workspace another name: for its admins. The workspace is told.
///
/// # Errors
/// `forbidden`, `Invalid` for a blank or over-long name.
pub async fn update(store: &Store, caller: &Principal, name: &str) -> Result<Workspace> {
    let (id, user, name) = (caller.workspace, caller.user, name.to_owned());
    let renamed = move |tx: &mut Tx<'_>| {
        members::require_admin(tx, id, user)?;
        Ok((get(tx, id)?.name, rename(tx, id, &name)?))
    };
    let (before, after) = store.control_write(renamed).await?;
    if before != after.name {
        let data = json!({"before": {"name": before}, "after": {"name": after.name}});
        let told = move |tx: &mut Tx<'_>| {
            let (verb, data) = ("workspace.updated", data.clone());
            tx.emit(NewEvent { verb, subject: id.uuid(), space: None, case: None, thread: None, data })
        };
        store.write(id, caller.actor, told).await?;
    }
    Ok(after)
}

/// A slug made from the name that no workspace has.
pub(crate) async fn free_slug(store: &Store, name: &str) -> Result<String> {
    let slug = slug_or(name, "workspace");
    let wanted = slug.clone();
    if store.control_read(move |tx| by_slug(tx, &wanted)).await?.is_none() {
        return Ok(slug);
    }
    let kept: String = slug.chars().take(56).collect();
    Ok(format!("{}-{:06x}", kept.trim_end_matches('-'), rand::random::<u32>() >> 8))
}

/// Gives a workspace another name, in the control database.
///
/// # Errors
/// `workspace_not_found`, `Invalid` for a blank or over-long name.
fn rename(tx: &mut Tx<'_>, id: WorkspaceId, name: &str) -> Result<Workspace> {
    let name = check::required("name", name, check::NAME)?;
    tx.execute("UPDATE workspaces SET name = $2 WHERE id = $1", params![id, name])?;
    get(tx, id)
}

/// A workspace that somebody is an active member of.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The workspace.
    pub workspace: Workspace,
    /// The actor that the user is there.
    pub actor: ActorId,
    /// What the user may do there.
    pub role: WorkspaceRole,
}

/// The workspaces that a user is an active member of, the last used first, then the oldest.
///
/// # Errors
/// The engine's.
pub fn of_user(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Joined>> {
    tx.query(
        "SELECT w.id, w.slug, w.name, w.created_at, m.actor_id, m.role FROM memberships m \
         JOIN workspaces w ON w.id = m.workspace_id WHERE m.user_id = $1 AND m.deactivated_at IS NULL \
         ORDER BY m.last_seen_at IS NULL, m.last_seen_at DESC, m.created_at, w.id",
        params![user],
        |row| Ok(Joined { workspace: read(row)?, actor: row.get(4)?, role: row.get(5)? }),
    )
}

/// The workspace with this slug.
///
/// # Errors
/// The engine's.
pub fn by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<Workspace>> {
    tx.query_opt("SELECT id, slug, name, created_at FROM workspaces WHERE slug = $1", params![slug], read)
}

/// Every workspace, oldest first.
///
/// # Errors
/// The engine's.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Workspace>> {
    tx.query("SELECT id, slug, name, created_at FROM workspaces ORDER BY created_at, id", &[], read)
}

fn checked_slug(slug: &str) -> Result<String> {
    let fits = (1..=63).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if !fits {
        return Err(Error::invalid(
            "slug",
            "a slug has 1 to 63 lower-case letters, digits and hyphens, with no hyphen at its ends",
        ));
    }
    Ok(slug.to_owned())
}

fn slug_of(name: &str) -> Result<String> {
    let mut slug = String::new();
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.truncate(63);
    let slug = slug.trim_matches('-');
    if slug.is_empty() {
        return Err(Error::invalid("slug", "no slug can be made from this name; give one"));
    }
    Ok(slug.to_owned())
}

/// A slug made from the name, or `other` where none can be.
pub(crate) fn slug_or(name: &str, other: &str) -> String {
    slug_of(name).unwrap_or_else(|_| other.to_owned())
}

fn slug_taken(slug: &str) -> Error {
    Error::conflict("slug_taken", format!("There is a workspace with the slug {slug} already."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_come_from_names() {
        assert_eq!(slug_of("Acme Claims, Inc.").unwrap(), "acme-claims-inc");
        assert!(slug_of("!!!").is_err());
        for bad in ["", "-a", "a-", "A", "a b", &"a".repeat(64)] {
            assert!(checked_slug(bad).is_err(), "{bad}");
        }
    }
}
