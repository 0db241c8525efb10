//! The people of a workspace: their roles, and taking somebody out. Who is let in is in the control database and decided
//! there; the workspace's own copy for its actors follows, with the event that tells of it.

use kernel::{
    Actor, Error, Page, PageRequest, Result, Timestamp,
    ids::{ActorId, UserId, WorkspaceId},
};
use serde_json::{Value as Json, json};
use store::{NewEvent, Param, Row, Store, Tx, params};

use crate::{Principal, actors, workspaces::WorkspaceRole};

store::text_enum! {
    /// Whether a member of a workspace is let in.
    pub enum MemberState {
        /// Let in.
        Active = "active",
        /// Known for what was done, but not let in any more.
        Deactivated = "deactivated",
    }
}

/// A member of a workspace.
#[derive(Clone, Debug)]
pub struct Member {
    /// The user.
    pub user_id: UserId,
    /// The actor that the user is here.
    pub actor_id: ActorId,
    /// The user's name.
    pub name: String,
    /// The user's address.
    pub email: String,
    /// What the user may do in the workspace as a whole.
    pub role: WorkspaceRole,
    /// Whether the user is let in.
    pub state: MemberState,
    /// When the user came.
    pub joined_at: Timestamp,
    /// When the user was last here, to within a minute.
    pub last_seen_at: Option<Timestamp>,
}

const SELECT: &str = "SELECT m.user_id, m.actor_id, u.name, u.email, m.role, m.deactivated_at, m.created_at, m.last_seen_at \
                      FROM memberships m JOIN users u ON u.id = m.user_id";

fn read(row: &Row<'_>) -> Result<Member> {
    let deactivated: Option<Timestamp> = row.get(5)?;
    Ok(Member {
        user_id: row.get(0)?,
        actor_id: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        role: row.get(4)?,
        state: if deactivated.is_some() { MemberState::Deactivated } else { MemberState::Active },
        joined_at: row.get(6)?,
        last_seen_at: row.get(7)?,
    })
}

/// Which members are wanted.
#[derive(Clone, Debug, Default)]
pub struct MemberFilter {
    /// A part of the name or the address.
    pub q: Option<String>,
    /// Whether they are let in.
    pub state: Option<MemberState>,
}

/// The members of a workspace, the oldest first.
///
/// # Errors
/// The engine's.
pub fn list(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    filter: &MemberFilter,
    request: PageRequest,
) -> Result<Page<Member>> {
    let (items, total) = slice(tx, workspace, filter, request.limit(), request.offset())?;
    Ok(Page { items, total, request })
}

/// [`list`] by how many members are wanted and how many come before; also answers how many there are.
///
/// # Errors
/// The engine's.
pub fn slice(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    filter: &MemberFilter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Member>, i64)> {
    let mut values: Vec<Param<'_>> = vec![Param::Id(workspace.uuid())];
    let mut condition = "m.workspace_id = $1".to_owned();
    match filter.state {
        Some(MemberState::Active) => condition.push_str(" AND m.deactivated_at IS NULL"),
        Some(MemberState::Deactivated) => condition.push_str(" AND m.deactivated_at IS NOT NULL"),
        None => {}
    }
    if let Some(q) = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
        let q = q.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        values.push(Param::Owned(format!("%{q}%")));
        condition.push_str(" AND (LOWER(u.name) LIKE $2 ESCAPE '\\' OR u.email LIKE $2 ESCAPE '\\')");
    }
    let count = format!("SELECT COUNT(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE {condition}");
    let total = tx.query_one(&count, &values, |row| row.get(0))?;
    let n = values.len();
    values.extend([Param::Int(limit), Param::Int(offset)]);
    let sql = format!("{SELECT} WHERE {condition} ORDER BY m.created_at, m.user_id LIMIT ${} OFFSET ${}", n + 1, n + 2);
    Ok((tx.query(&sql, &values, read)?, total))
}

/// How many active members a workspace has.
///
/// # Errors
/// The engine's.
pub fn count(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM memberships WHERE workspace_id = $1 AND deactivated_at IS NULL";
    tx.query_one(sql, params![workspace], |row| row.get(0))
}

/// A member of a workspace, if there is one.
///
/// # Errors
/// The engine's.
pub fn find(tx: &mut Tx<'_>, workspace: WorkspaceId, user: UserId) -> Result<Option<Member>> {
    tx.query_opt(&format!("{SELECT} WHERE m.workspace_id = $1 AND m.user_id = $2"), params![workspace, user], read)
}

/// The caller as the control database knows it now, once it is certain that it administers the workspace: what was
/// remembered of the caller may be seconds old.
///
/// # Errors
/// `forbidden`.
pub fn require_admin(tx: &mut Tx<'_>, workspace: WorkspaceId, caller: UserId) -> Result<WorkspaceRole> {
    let member = find(tx, workspace, caller)?;
    member
        .filter(|member| member.state == MemberState::Active && member.role.is_admin())
        .map(|member| member.role)
        .ok_or_else(|| Error::forbidden("Only an owner or admin of the workspace can do this."))
}

/// Gives a member another role.
///
/// # Errors
/// `forbidden` below admin, and below owner where owners are concerned; `member_not_found`; `last_owner`.
pub async fn set_role(store: &Store, caller: &Principal, user: UserId, role: WorkspaceRole) -> Result<Member> {
    let (workspace, by) = (caller.workspace, caller.user);
    let (before, after) = store
        .control_write(move |tx| {
            let before = manageable(tx, workspace, by, user, role == WorkspaceRole::Owner)?;
            if before.role == WorkspaceRole::Owner && role != WorkspaceRole::Owner {
                require_other_owner(tx, workspace, user)?;
            }
            tx.execute(
                "UPDATE memberships SET role = $3 WHERE workspace_id = $1 AND user_id = $2",
                params![workspace, user, role],
            )?;
            Ok((before.role, Member { role, ..before }))
        })
        .await?;
    let actor = after.actor_id;
    store
        .write(workspace, caller.actor, move |tx| {
            // Also when nothing changed: the copy is put right if an earlier call ended half-way.
            tx.acting_as(Actor::SYSTEM, |tx| actors::set_admin(tx, actor, role.is_admin()))?;
            if before == role {
                return Ok(());
            }
            event(tx, "member.role_changed", actor, json!({"user_id": user, "before": before, "after": role}))
        })
        .await?;
    Ok(after)
}

/// Takes a member out: its keys and sessions here end, and it cannot be given work any more. What it has done stays.
///
/// # Errors
/// As [`set_role`], and `own_membership` for the caller's own.
pub async fn deactivate(store: &Store, caller: &Principal, user: UserId) -> Result<Member> {
    let (workspace, by) = (caller.workspace, caller.user);
    let (was, after) = store
        .control_write(move |tx| {
            let before = manageable(tx, workspace, by, user, false)?;
            if by == user {
                return Err(Error::conflict("own_membership", "You cannot deactivate yourself; ask another admin."));
            }
            if before.role == WorkspaceRole::Owner {
                require_other_owner(tx, workspace, user)?;
            }
            let now = tx.now();
            let of = params![workspace, user];
            tx.execute(
                "UPDATE memberships SET deactivated_at = $3 \
                 WHERE workspace_id = $1 AND user_id = $2 AND deactivated_at IS NULL",
                params![workspace, user, now],
            )?;
            tx.execute(
                "UPDATE api_keys SET revoked_at = $3 WHERE workspace_id = $1 AND user_id = $2 AND revoked_at IS NULL",
                params![workspace, user, now],
            )?;
            tx.execute("DELETE FROM sessions WHERE workspace_id = $1 AND user_id = $2", of)?;
            tx.execute("DELETE FROM sign_in_links WHERE workspace_id = $1 AND user_id = $2", of)?;
            tx.execute("DELETE FROM device_codes WHERE workspace_id = $1 AND user_id = $2", of)?;
            Ok((before.state, Member { state: MemberState::Deactivated, ..before }))
        })
        .await?;
    follow_state(store, caller, &after, was).await?;
    Ok(after)
}

/// Lets a member in again, with the role it had.
///
/// # Errors
/// As [`set_role`].
pub async fn reactivate(store: &Store, caller: &Principal, user: UserId) -> Result<Member> {
    let (workspace, by) = (caller.workspace, caller.user);
    let (was, after) = store
        .control_write(move |tx| {
            let before = manageable(tx, workspace, by, user, false)?;
            tx.execute(
                "UPDATE memberships SET deactivated_at = NULL WHERE workspace_id = $1 AND user_id = $2",
                params![workspace, user],
            )?;
            Ok((before.state, Member { state: MemberState::Active, ..before }))
        })
        .await?;
    follow_state(store, caller, &after, was).await?;
    Ok(after)
}

/// Brings the workspace's own copy to the state that the control database has.
async fn follow_state(store: &Store, caller: &Principal, member: &Member, was: MemberState) -> Result<()> {
    let (actor, user, state) = (member.actor_id, member.user_id, member.state);
    let deactivated = state == MemberState::Deactivated;
    store
        .write(caller.workspace, caller.actor, move |tx| {
            if actors::get(tx, actor)?.deactivated_at.is_some() != deactivated {
                actors::set_deactivated(tx, actor, deactivated)?;
            }
            if was == state {
                return Ok(());
            }
            let verb = if deactivated { "member.deactivated" } else { "member.reactivated" };
            event(tx, verb, actor, json!({"user_id": user}))
        })
        .await
}

/// The member, once it is certain that the caller may change it.
fn manageable(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    caller: UserId,
    user: UserId,
    makes_owner: bool,
) -> Result<Member> {
    let own = require_admin(tx, workspace, caller)?;
    let member = find(tx, workspace, user)?
        .ok_or_else(|| Error::not_found("member_not_found", format!("No member found with ID {user}")))?;
    if own != WorkspaceRole::Owner && (makes_owner || member.role == WorkspaceRole::Owner) {
        return Err(Error::forbidden("Only an owner of the workspace can make or change an owner."));
    }
    Ok(member)
}

/// Checks that the workspace has an active owner besides this one.
fn require_other_owner(tx: &mut Tx<'_>, workspace: WorkspaceId, owner: UserId) -> Result<()> {
    let sql = "SELECT 1 FROM memberships \
               WHERE workspace_id = $1 AND user_id <> $2 AND role = 'owner' AND deactivated_at IS NULL";
    tx.query_opt(sql, params![workspace, owner], |_| Ok(()))?
        .ok_or_else(|| Error::conflict("last_owner", "A workspace must keep an owner."))
}

/// Tells of something that concerns a person's access.
pub(crate) fn event(tx: &mut Tx<'_>, verb: &'static str, about: ActorId, data: Json) -> Result<()> {
    tx.emit(NewEvent { verb, subject: about.uuid(), space: None, case: None, thread: None, data })
}
