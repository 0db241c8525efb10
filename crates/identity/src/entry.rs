//! Who may come in with an address that was proved otherwise than by a password: by a provider, or by a link in a mail.
//!
//! In this order: whom the account elsewhere is linked to; a user with the address who is let into a workspace; somebody
//! with the address whom a pending invitation names; where signing up is switched on, anybody a provider vouches for, with a
//! workspace of their own. Everybody else is refused.

use kernel::{
    Error, Kind, Result, check,
    ids::{UserId, WorkspaceId},
};
use store::{Store, Tx, params};

use crate::{
    accounts::{self, Origin},
    identities::{self, Proved},
    invitations::{self, Invitation},
    sessions::{self, NewSession},
    users::{self, User},
    workspaces,
};

/// How somebody has proved an address.
#[derive(Clone, Debug)]
pub enum Proof {
    /// By a link that was mailed to it.
    Address(String),
    /// By an account elsewhere.
    Account(Proved),
}

impl Proof {
    fn emails(&self) -> Vec<String> {
        let emails = match self {
            Self::Address(email) => std::slice::from_ref(email),
            Self::Account(proved) => &proved.emails,
        };
        emails.iter().filter_map(|email| users::checked_email(email).ok()).collect()
    }

    fn by(&self) -> String {
        match self {
            Self::Address(_) => "magic_link".to_owned(),
            Self::Account(proved) => proved.provider.clone(),
        }
    }

    fn name(&self, email: &str) -> String {
        let given = match self {
            Self::Address(_) => None,
            Self::Account(proved) => proved.name.as_deref().or(proved.username.as_deref()),
        };
        let usable = given.and_then(|name| check::required("name", name, check::NAME).ok());
        usable.map_or_else(|| users::name_of(email), str::to_owned)
    }

    /// Links the account, where there is one.
    fn link(&self, tx: &mut Tx<'_>, user: UserId, email: &str) -> Result<()> {
        match self {
            Self::Address(_) => Ok(()),
            Self::Account(proved) => identities::link(tx, user, email, proved),
        }
    }
}

/// What an operator has switched on.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Whether somebody unknown gets an account and a workspace.
    pub sign_up: bool,
}

/// What was found for somebody.
enum Found {
    Session(NewSession),
    Invited(Invitation, String),
    Nobody,
}

/// Begins a session for whoever has proved an address.
///
/// # Errors
/// `not_invited` for somebody who may not come in, `email_not_verified` when no address is proved,
/// `other_account_linked`.
pub async fn enter(store: &Store, proof: Proof, policy: Policy, origin: Origin) -> Result<NewSession> {
    let emails = proof.emails();
    let first = emails.first().cloned().ok_or_else(|| {
        let text = "The provider does not vouch for an e-mail address of this account; verify one there first.";
        Error::new(Kind::Forbidden, "email_not_verified", text)
    })?;
    let agent = origin.user_agent.clone();
    let tried = proof.clone();
    let found = store
        .control_write(move |tx| {
            if let Some((user, workspace, email)) = known(tx, &tried, &emails)? {
                tried.link(tx, user, &email)?;
                return Ok(Found::Session(sessions::create(tx, workspace, user, agent.as_deref())?));
            }
            for email in &emails {
                if let Some(invitation) = invitations::pending(tx, email)? {
                    return Ok(Found::Invited(invitation, email.clone()));
                }
            }
            Ok(Found::Nobody)
        })
        .await?;
    match found {
        Found::Session(session) => {
            accounts::begun(store, &session, &proof.by()).await?;
            Ok(session)
        }
        Found::Invited(invitation, email) => {
            let name = proof.name(&email);
            let user = users::find_or_create(store, &email, &name).await?;
            let linked = proof.clone();
            let link = move |tx: &mut Tx<'_>, user: &User| linked.link(tx, user.id, &user.email);
            let session = accounts::join_proved(store, &invitation, &user, link, origin.user_agent).await?;
            accounts::begun(store, &session, &proof.by()).await?;
            Ok(session)
        }
        Found::Nobody if policy.sign_up => sign_up(store, &proof, &first, origin).await,
        Found::Nobody => Err(Error::new(
            Kind::Forbidden,
            "not_invited",
            format!("Nobody here has the address {first}, and no invitation names it; ask an admin to invite you."),
        )),
    }
}

/// The user that the proof is of, the workspace that was used last, and the address that led there.
fn known(tx: &mut Tx<'_>, proof: &Proof, emails: &[String]) -> Result<Option<(UserId, WorkspaceId, String)>> {
    let linked = match proof {
        Proof::Account(proved) => identities::user_of(tx, proved)?,
        Proof::Address(_) => None,
    };
    if let Some(user) = linked {
        let email = users::get(tx, user)?.email;
        return Ok(last_used(tx, user)?.map(|workspace| (user, workspace, email)));
    }
    for email in emails {
        if let Some(user) = users::by_email(tx, email)?
            && let Some(workspace) = last_used(tx, user.id)?
        {
            return Ok(Some((user.id, workspace, email.clone())));
        }
    }
    Ok(None)
}

fn last_used(tx: &mut Tx<'_>, user: UserId) -> Result<Option<WorkspaceId>> {
    Ok(workspaces::of_user(tx, user)?.into_iter().next().map(|joined| joined.workspace.id))
}

/// The workspace that somebody with this address would come into; none for who would be refused.
pub(crate) fn expected_in(tx: &mut Tx<'_>, email: &str) -> Result<Option<WorkspaceId>> {
    if let Some(user) = users::by_email(tx, email)?
        && let Some(workspace) = last_used(tx, user.id)?
    {
        return Ok(Some(workspace));
    }
    Ok(invitations::pending(tx, email)?.map(|invitation| invitation.workspace))
}

/// Makes an account with a workspace of its own.
async fn sign_up(store: &Store, proof: &Proof, email: &str, origin: Origin) -> Result<NewSession> {
    let name = proof.name(email);
    let title: String = format!("{name}'s workspace").chars().take(check::NAME).collect();
    let slug = workspaces::free_slug(store, &title).await?;
    let made = workspaces::make(store, &title, Some(&slug), email, Some(&name), workspaces::Purpose::Personal).await;
    let (workspace, user, _) = made?;
    let (linked, address) = (proof.clone(), email.to_owned());
    let session = store
        .control_write(move |tx| {
            linked.link(tx, user.id, &address)?;
            sessions::create(tx, workspace.id, user.id, origin.user_agent.as_deref())
        })
        .await?;
    accounts::begun(store, &session, &proof.by()).await?;
    Ok(session)
}

/// What an account shows of its owner beside name and address.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    /// The account's name elsewhere.
    pub username: Option<String>,
    /// Where a picture is.
    pub avatar_url: Option<String>,
    /// The language.
    pub locale: Option<String>,
}

/// What is known of a user from accounts elsewhere.
///
/// # Errors
/// `user_not_found`.
pub fn looks(tx: &mut Tx<'_>, user: UserId) -> Result<Looks> {
    tx.query_opt("SELECT username, avatar_url, locale FROM users WHERE id = $1", params![user], |row| {
        Ok(Looks { username: row.get(0)?, avatar_url: row.get(1)?, locale: row.get(2)? })
    })?
    .ok_or_else(|| Error::not_found("user_not_found", format!("No user found with ID {user}")))
}
