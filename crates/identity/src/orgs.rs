//! Workspaces as their members manage them from outside, one beside the other (Loom, Organizations). A user sees the
//! workspaces that let the user in; what happens in one of them, the user does as the member of it that the user is.

use kernel::{
    Actor, Error, Result, Timestamp,
    ids::{UserId, WorkspaceId},
};
use serde_json::json;
use store::{Row, Store, Tx, params};

use crate::{
    Principal, actors,
    invitations::{self, Invitation, NewInvitation},
    members::{self, Member, MemberState},
    users,
    workspaces::{self, Purpose, WorkspaceRole},
};

/// Workspaces that one user may own.
pub const MOST_OWNED: i64 = 20;

/// A workspace as one of its members sees it.
#[derive(Clone, Debug)]
pub struct Org {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether it is the caller's own, made by signing up.
    pub is_personal: bool,
    /// What the caller may do there.
    pub role: WorkspaceRole,
    /// How many people are let in.
    pub members: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

const SELECT: &str = "SELECT w.id, w.slug, w.name, w.personal_of, m.role, \
                      (SELECT COUNT(*) FROM memberships n WHERE n.workspace_id = w.id AND n.deactivated_at IS NULL), \
                      w.created_at FROM memberships m JOIN workspaces w ON w.id = m.workspace_id \
                      WHERE m.user_id = $1 AND m.deactivated_at IS NULL";

fn read(row: &Row<'_>, user: UserId) -> Result<Org> {
    Ok(Org {
        id: row.get(0)?,
        slug: row.get(1)?,
        name: row.get(2)?,
        is_personal: row.get::<Option<UserId>>(3)? == Some(user),
        role: row.get(4)?,
        members: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// What an absent or invisible organization answers.
pub fn not_found(id: WorkspaceId) -> Error {
    Error::not_found("org_not_found", format!("No organization found with ID {id}"))
}

/// The workspaces that let a user in, the oldest first: so many after the first few. Also answers how many there are.
///
/// # Errors
/// The engine's.
pub fn list(tx: &mut Tx<'_>, user: UserId, limit: i64, offset: i64) -> Result<(Vec<Org>, i64)> {
    let sql = "SELECT COUNT(*) FROM memberships WHERE user_id = $1 AND deactivated_at IS NULL";
    let total = tx.query_one(sql, params![user], |row| row.get(0))?;
    let sql = format!("{SELECT} ORDER BY w.created_at, w.id LIMIT $2 OFFSET $3");
    Ok((tx.query(&sql, params![user, limit, offset], |row| read(row, user))?, total))
}

/// One of them.
///
/// # Errors
/// `org_not_found`.
pub fn get(tx: &mut Tx<'_>, user: UserId, id: WorkspaceId) -> Result<Org> {
    let sql = format!("{SELECT} AND w.id = $2");
    tx.query_opt(&sql, params![user, id], |row| read(row, user))?.ok_or_else(|| not_found(id))
}

/// The caller as the member of another workspace that the caller is.
///
/// # Errors
/// `org_not_found`.
pub async fn entered(store: &Store, caller: &Principal, id: WorkspaceId) -> Result<Principal> {
    let user = caller.user;
    let member = store.control_read(move |tx| members::find(tx, id, user)).await?;
    let member = member.filter(|member| member.state == MemberState::Active).ok_or_else(|| not_found(id))?;
    let actor = Actor { workspace_admin: member.role.is_admin(), ..Actor::human(member.actor_id) };
    Ok(Principal { workspace: id, actor, role: member.role, ..caller.clone() })
}

/// Makes a workspace that the caller owns.
///
/// # Errors
/// `Invalid` for a blank or over-long name, `too_many_orgs` beyond [`MOST_OWNED`].
pub async fn create(store: &Store, caller: UserId, name: &str) -> Result<Org> {
    let user = store
        .control_read(move |tx| {
            let sql = "SELECT COUNT(*) FROM memberships \
                       WHERE user_id = $1 AND role = 'owner' AND deactivated_at IS NULL";
            let owned: i64 = tx.query_one(sql, params![caller], |row| row.get(0))?;
            if owned >= MOST_OWNED {
                let text = format!("You own {owned} organizations already; a user owns at most {MOST_OWNED}.");
                return Err(Error::conflict("too_many_orgs", text));
            }
            users::get(tx, caller)
        })
        .await?;
    let slug = workspaces::free_slug(store, name).await?;
    let (made, ..) = workspaces::make(store, name, Some(&slug), &user.email, Some(&user.name), Purpose::Shared).await?;
    store.control_read(move |tx| get(tx, caller, made.id)).await
}

/// Removes a workspace with all that is in it: for its owner, when nobody else is in it and the owner has another one.
///
/// # Errors
/// `forbidden` below owner, `org_has_members`, `last_org`.
pub async fn erase(store: &Store, caller: &Principal) -> Result<()> {
    let (id, user) = (caller.workspace, caller.user);
    store
        .control_write(move |tx| {
            if get(tx, user, id)?.role != WorkspaceRole::Owner {
                return Err(Error::forbidden("Only an owner of the organization can delete it."));
            }
            if members::count(tx, id)? > 1 {
                let text = "Others are in this organization; remove them first.";
                return Err(Error::conflict("org_has_members", text));
            }
            if list(tx, user, 0, 0)?.1 < 2 {
                let text = "This is your last organization; without one you could not sign in any more.";
                return Err(Error::conflict("last_org", text));
            }
            // From here on nobody gets in: keys, sessions and memberships go with the row.
            tx.execute("DELETE FROM workspaces WHERE id = $1", params![id])?;
            tx.execute("INSERT INTO erasures (workspace_id, at) VALUES ($1, $2)", params![id, tx.now()]).map(drop)
        })
        .await?;
    finish(store, id).await
}

/// Removes the data of workspaces whose erasure was begun and not finished.
///
/// # Errors
/// The store's.
pub async fn finish_erasures(store: &Store) -> Result<()> {
    let begun: Vec<WorkspaceId> = store
        .control_read(|tx| tx.query("SELECT workspace_id FROM erasures ORDER BY at", &[], |row| row.get(0)))
        .await?;
    for id in begun {
        finish(store, id).await?;
    }
    Ok(())
}

async fn finish(store: &Store, id: WorkspaceId) -> Result<()> {
    store.erase_workspace(id).await?;
    store
        .control_write(move |tx| tx.execute("DELETE FROM erasures WHERE workspace_id = $1", params![id]).map(drop))
        .await
}

/// What became of somebody who was to be a member.
#[derive(Clone)]
pub enum Added {
    /// The person has an account here and is a member now.
    Member(Member),
    /// Nobody has the address yet: an invitation, and the secret of its link.
    Invited(Box<Invitation>, String),
}

/// Adds a person by address: for admins. Who has an account here is a member at once, also one who was removed before; who
/// has none is invited.
///
/// # Errors
/// `forbidden` below admin (below owner for an owner), `Invalid` for an unusable address, `already_member`.
pub async fn add_member(store: &Store, caller: &Principal, email: &str, role: WorkspaceRole) -> Result<Added> {
    let (workspace, by) = (caller.workspace, caller.user);
    let address = email.to_owned();
    let (email, known) = store
        .control_read(move |tx| {
            members::require_admin(tx, workspace, by)?;
            let email = users::checked_email(&address)?;
            let Some(user) = users::by_email(tx, &email)? else { return Ok((email, None)) };
            // Somebody who was invited elsewhere and has not come is as unknown as others.
            let used = users::password_of(tx, user.id)?.is_some() || !workspaces::of_user(tx, user.id)?.is_empty();
            let member = members::find(tx, workspace, user.id)?;
            Ok((email, (used || member.is_some()).then_some((user, member))))
        })
        .await?;
    match known {
        Some((user, Some(member))) if member.state == MemberState::Deactivated => {
            // The role first: whoever may not give it must not let the person in either.
            members::set_role(store, caller, user.id, role).await?;
            Ok(Added::Member(members::reactivate(store, caller, user.id).await?))
        }
        Some((user, None)) => Ok(Added::Member(admit(store, caller, user, role).await?)),
        // Also for a member, which is refused there.
        _ => {
            let new = NewInvitation { email, role, space_ids: Vec::new() };
            let made = store.control_write(move |tx| invitations::create(tx, workspace, by, &new)).await?;
            Ok(Added::Invited(Box::new(made.0), made.1))
        }
    }
}

async fn admit(store: &Store, caller: &Principal, user: users::User, role: WorkspaceRole) -> Result<Member> {
    let (workspace, by, id) = (caller.workspace, caller.user, user.id);
    let allowed = move |tx: &mut Tx<'_>| {
        let own = members::require_admin(tx, workspace, by)?;
        if role == WorkspaceRole::Owner && own != WorkspaceRole::Owner {
            return Err(Error::forbidden("Only an owner of the organization can add an owner."));
        }
        Ok(())
    };
    store.control_read(allowed).await?;
    let actor = store
        .write(workspace, Actor::SYSTEM, move |tx| {
            Ok(actors::create_for_user(tx, id, &user.email, &user.name, role.is_admin())?.id)
        })
        .await?;
    let member = store
        .control_write(move |tx| {
            allowed(tx)?;
            workspaces::add_membership(tx, workspace, id, actor, role)?;
            // An invitation that waited for the person is of no use any more.
            let sql = "DELETE FROM invitations WHERE workspace_id = $1 AND used_at IS NULL \
                       AND email = (SELECT email FROM users WHERE id = $2)";
            tx.execute(sql, params![workspace, id])?;
            members::find(tx, workspace, id)?.ok_or_else(|| Error::internal("a member just added is gone"))
        })
        .await?;
    store
        .write(workspace, caller.actor, move |tx| {
            members::event(tx, "member.joined", actor, json!({"user_id": id, "role": role, "added_by": by}))
        })
        .await?;
    Ok(member)
}
