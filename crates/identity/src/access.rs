//! Permission in a space: the one place that decides who may do what there.

use kernel::{Error, Result, ids::SpaceId};
use store::{Tx, params};

store::text_enum! {
    /// What a member of a space may do (Interloom 1.2), from most to least.
    pub enum Role {
        /// Everything, deleting the space included.
        Owner = "owner",
        /// Members and settings.
        Admin = "admin",
        /// Work on cases.
        Member = "member",
        /// Read only.
        Observer = "observer",
    }
}

/// What a function needs its caller to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// See what is in the space: every role.
    See,
    /// Work on cases, threads, documents: members and up.
    Work,
    /// Change members and settings: admins and owners.
    Manage,
    /// Delete the space, name owners: owners.
    Own,
}

impl Role {
    /// Whether this role includes `right`.
    pub fn allows(self, right: Right) -> bool {
        let most = match self {
            Self::Owner => Right::Own,
            Self::Admin => Right::Manage,
            Self::Member => Right::Work,
            Self::Observer => Right::See,
        };
        right <= most
    }
}

/// The role of the transaction's actor in the space; none for a stranger. Heddle itself counts as owner everywhere.
///
/// # Errors
/// The engine's.
pub fn role(tx: &mut Tx<'_>, space: SpaceId) -> Result<Option<Role>> {
    let actor = tx.actor();
    if actor.is_system() {
        return Ok(Some(Role::Owner));
    }
    tx.query_opt("SELECT role FROM members WHERE actor_id = $1 AND space_id = $2", params![actor.id, space], |row| {
        row.get(0)
    })
}

/// Checks that `role`, found beside a thing, includes `right`. A stranger learns nothing: `not_found` is what an absent
/// thing would answer.
///
/// # Errors
/// `not_found` for a stranger, `forbidden` for a member whose role is too small.
pub fn check(role: Option<Role>, right: Right, not_found: impl FnOnce() -> Error) -> Result<Role> {
    let role = role.ok_or_else(not_found)?;
    if role.allows(right) {
        return Ok(role);
    }
    let needed = match right {
        Right::See => "a member of the space",
        Right::Work => "a member of the space, not an observer",
        Right::Manage => "an admin or owner of the space",
        Right::Own => "an owner of the space",
    };
    Err(Error::forbidden(format!("Your role here is {role}; this needs {needed}.")))
}

/// Checks that the transaction's actor has `right` in the space and answers its role.
///
/// # Errors
/// `space_not_found` for a stranger or an absent space, `forbidden` for a member whose role is too small.
pub fn require(tx: &mut Tx<'_>, space: SpaceId, right: Right) -> Result<Role> {
    let role = role(tx, space)?;
    if tx.actor().is_system() {
        let exists = tx.query_opt("SELECT 1 FROM spaces WHERE id = $1", params![space], |_| Ok(()))?;
        exists.ok_or_else(|| space_not_found(space))?;
    }
    check(role, right, || space_not_found(space))
}

/// What an absent or invisible space answers.
pub fn space_not_found(space: SpaceId) -> Error {
    Error::not_found("space_not_found", format!("No space found with ID {space}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_allows_what_the_smaller_ones_do_and_one_more() {
        let rights = [Right::See, Right::Work, Right::Manage, Right::Own];
        let allowed = |role: Role| rights.iter().filter(|right| role.allows(**right)).count();
        assert_eq!([Role::Observer, Role::Member, Role::Admin, Role::Owner].map(allowed), [1, 2, 3, 4]);
    }
}
