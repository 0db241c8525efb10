//! What people do with their own account: signing in, joining, changing password and name. Every dialect's sign-in comes
//! through here.

use std::net::IpAddr;

use kernel::{
    Actor, Error, Kind, Result, Rule, Timestamp, check,
    ids::{ActorId, UserId, WorkspaceId},
};
use serde_json::json;
use store::{Store, Tx};

use crate::{
    Principal, Role, Via, actors,
    attempts::Attempt,
    invitations::{self, Invitation},
    keys, members, passwords,
    sessions::{self, NewSession},
    spaces,
    users::{self, User},
    workspaces::{self, Joined, Workspace},
};

/// From where somebody calls.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The address of the connection.
    pub address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// An account as its owner sees it, in one of its workspaces.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user.
    pub user: User,
    /// Whether the user can sign in with a password.
    pub has_password: bool,
    /// The workspace it is seen from.
    pub here: Joined,
    /// All workspaces that let the user in, by name.
    pub workspaces: Vec<Joined>,
}

/// The account of a user, seen from a workspace.
///
/// # Errors
/// `workspace_not_found` when the workspace does not let the user in.
pub fn account(tx: &mut Tx<'_>, user: UserId, workspace: WorkspaceId) -> Result<Account> {
    let mut workspaces = workspaces::of_user(tx, user)?;
    workspaces.sort_by(|a, b| a.workspace.name.cmp(&b.workspace.name).then(a.workspace.id.cmp(&b.workspace.id)));
    let here = workspaces.iter().find(|joined| joined.workspace.id == workspace).cloned().ok_or_else(no_member)?;
    Ok(Account { user: users::get(tx, user)?, has_password: users::password_of(tx, user)?.is_some(), here, workspaces })
}

/// Signs somebody in with a password, in the workspace with the slug, else in the one that was used last.
///
/// # Errors
/// `credentials_invalid`, whatever of the two is wrong; `too_many_attempts`; with the right ones, `workspace_not_found`
/// and `no_workspace`.
pub async fn sign_in(
    store: &Store,
    email: &str,
    password: &str,
    slug: Option<String>,
    origin: Origin,
) -> Result<NewSession> {
    // What cannot be an address is nobody's.
    let email = users::checked_email(email).unwrap_or_default();
    let user = verify(store, &email, password, &origin).await?;
    let (id, agent) = (user.id, origin.user_agent);
    let session = store
        .control_write(move |tx| {
            let joined = workspaces::of_user(tx, id)?;
            let wanted = match &slug {
                Some(slug) => joined.into_iter().find(|joined| joined.workspace.slug == *slug).ok_or_else(no_member)?,
                None => joined.into_iter().next().ok_or_else(|| {
                    let text = "You are in no workspace any more; ask an admin to invite you.";
                    Error::new(Kind::Forbidden, "no_workspace", text)
                })?,
            };
            sessions::create(tx, wanted.workspace.id, id, agent.as_deref())
        })
        .await?;
    begun(store, &session, "password").await?;
    Ok(session)
}

/// The user with this address and password. Whatever is wrong, it takes the same time and says the same.
async fn verify(store: &Store, email: &str, password: &str, origin: &Origin) -> Result<User> {
    let attempt = Attempt::new("password", origin.address, email);
    let address = email.to_owned();
    let (user, kept) = store
        .control_write(move |tx| {
            attempt.begin(tx)?;
            let user = users::by_email(tx, &address)?;
            let kept = user.as_ref().map(|user| users::password_of(tx, user.id)).transpose()?.flatten();
            Ok((user, kept))
        })
        .await?;
    let right = passwords::matches(password, kept).await?;
    match user {
        Some(user) if right => {
            store.control_write(move |tx| attempt.succeeded(tx)).await?;
            Ok(user)
        }
        user => {
            if let Some(user) = user {
                // Not waited for: the answer must not tell by its time that there is such a user.
                tokio::spawn(tell_refused(store.clone(), user.id));
            }
            Err(Error::new(Kind::Unauthorized, "credentials_invalid", "The e-mail address or the password is wrong."))
        }
    }
}

/// Tells the workspaces of a user that somebody tried a wrong password.
async fn tell_refused(store: Store, user: UserId) {
    let told = async {
        for joined in store.control_read(move |tx| workspaces::of_user(tx, user)).await? {
            let refused =
                move |tx: &mut Tx<'_>| members::event(tx, "session.refused", joined.actor, json!({"user_id": user}));
            store.write(joined.workspace.id, Actor::SYSTEM, refused).await?;
        }
        Ok::<(), Error>(())
    };
    if let Err(error) = told.await {
        tracing::error!(?error, "a refused sign-in could not be logged");
    }
}

/// Makes a link for a user that has an account, to be mailed: its secret and the workspace; none for an address that
/// nobody has.
///
/// # Errors
/// `Invalid` for what is no address, `too_many_attempts`.
pub async fn request_link(store: &Store, email: &str, origin: &Origin) -> Result<Option<(User, Workspace, String)>> {
    let email = users::checked_email(email)?;
    let attempt = Attempt::new("link", origin.address, &email);
    store
        .control_write(move |tx| {
            attempt.begin(tx)?;
            let Some(user) = users::by_email(tx, &email)? else { return Ok(None) };
            let Some(joined) = workspaces::of_user(tx, user.id)?.into_iter().next() else { return Ok(None) };
            let token = sessions::create_link(tx, joined.workspace.id, user.id)?;
            Ok(Some((user, joined.workspace, token)))
        })
        .await
}

/// Signs somebody in with a mailed link.
///
/// # Errors
/// `invalid_link`.
pub async fn redeem(store: &Store, link: String, origin: Origin) -> Result<NewSession> {
    let session = store.control_write(move |tx| sessions::begin(tx, &link, origin.user_agent.as_deref())).await?;
    begun(store, &session, "link").await?;
    Ok(session)
}

/// Ends the caller's session and begins one in another workspace.
///
/// # Errors
/// `workspace_not_found` when it does not let the caller in, `session_required` for a key.
pub async fn switch(store: &Store, caller: &Principal, slug: String, origin: Origin) -> Result<NewSession> {
    let old = require_session(caller)?;
    let user = caller.user;
    let session = store
        .control_write(move |tx| {
            let joined = workspaces::of_user(tx, user)?.into_iter().find(|joined| joined.workspace.slug == slug);
            let joined = joined.ok_or_else(no_member)?;
            sessions::end(tx, user, old)?;
            sessions::create(tx, joined.workspace.id, user, origin.user_agent.as_deref())
        })
        .await?;
    begun(store, &session, "switch").await?;
    Ok(session)
}

/// The session that a call came with.
///
/// # Errors
/// `session_required` for a key.
pub fn require_session(caller: &Principal) -> Result<kernel::ids::SessionId> {
    caller.session().ok_or_else(|| Error::conflict("session_required", "This is for sessions; you called with a key."))
}

/// Sets the caller's password. The caller's other sessions, and the links that could begin some, end.
///
/// # Errors
/// `password_wrong` when there is one and `current` is not it, `too_many_attempts`, `Invalid` for `new`,
/// `insufficient_scope` for a key with scopes, which would get at more than they allow.
pub async fn change_password(
    store: &Store,
    caller: &Principal,
    current: Option<&str>,
    new: &str,
    origin: &Origin,
) -> Result<()> {
    caller.scopes.require_all()?;
    let (user, kept_session) = (caller.user, caller.session());
    let attempt = Attempt::new("change", origin.address, &user.to_string());
    let (known, kept) = store
        .control_write(move |tx| {
            attempt.begin(tx)?;
            Ok((users::get(tx, user)?, users::password_of(tx, user)?))
        })
        .await?;
    if kept.is_some() && !passwords::matches(current.unwrap_or(""), kept).await? {
        return Err(Error::new(Kind::Forbidden, "password_wrong", "This is not your current password."));
    }
    passwords::check("new", new, &known.email, &known.name)?;
    let password = passwords::hash(new).await?;
    store
        .control_write(move |tx| {
            attempt.succeeded(tx)?;
            users::set_password(tx, user, &password)?;
            sessions::end_others(tx, user, kept_session)
        })
        .await?;
    let about = caller.actor.id;
    let changed = move |tx: &mut Tx<'_>| members::event(tx, "member.password_changed", about, json!({"user_id": user}));
    store.write(caller.workspace, caller.actor, changed).await
}

/// Gives the caller another name, here and in every other workspace.
///
/// # Errors
/// `Invalid` for a blank or over-long name.
pub async fn rename(store: &Store, caller: &Principal, name: &str) -> Result<()> {
    let name = check::required("name", name, check::NAME)?.to_owned();
    let user = caller.user;
    let kept = name.clone();
    let joined = store
        .control_write(move |tx| {
            let sql = "UPDATE users SET name = $2 WHERE id = $1";
            tx.execute(sql, store::params![user, kept])?;
            workspaces::of_user(tx, user)
        })
        .await?;
    for Joined { workspace, actor, .. } in joined {
        let name = name.clone();
        store.write(workspace.id, Actor::human(actor), move |tx| actors::rename(tx, actor, &name)).await?;
    }
    Ok(())
}

/// What somebody with an invitation is shown before accepting it.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// The workspace.
    pub workspace: Workspace,
    /// Whether a name and a password are to be given, because nobody has the address yet.
    pub needs_account: bool,
}

/// The invitation with this secret, as its addressee is shown it.
///
/// # Errors
/// `invitation_not_found`, `invitation_used`.
pub fn invited(tx: &mut Tx<'_>, token: &str) -> Result<Invited> {
    let invitation = invitations::by_token(tx, token)?;
    let workspace = workspaces::get(tx, invitation.workspace)?;
    let needs_account = settled(tx, &invitation.email)?.is_none();
    Ok(Invited { invitation, workspace, needs_account })
}

/// The user with this address who has used it: has a password, or is a member of a workspace. Anybody else is as new.
fn settled(tx: &mut Tx<'_>, email: &str) -> Result<Option<User>> {
    let Some(user) = users::by_email(tx, email)? else { return Ok(None) };
    let used = users::password_of(tx, user.id)?.is_some() || !workspaces::of_user(tx, user.id)?.is_empty();
    Ok(used.then_some(user))
}

/// How somebody accepts an invitation.
#[derive(Clone, Default)]
pub struct Acceptance {
    /// The invitation's secret.
    pub token: String,
    /// The name, for a new account.
    pub name: Option<String>,
    /// The password: a new one for a new account, else the one that the account has.
    pub password: Option<String>,
}

/// Accepts an invitation and signs the addressee in. One accepted twice at once lets one in.
///
/// # Errors
/// `invitation_not_found`, `invitation_used`; `credentials_invalid` when the account has another password;
/// `sign_in_required` when it has none; `Invalid` for `name` and `password` of a new one.
pub async fn accept(
    store: &Store,
    acceptance: Acceptance,
    caller: Option<UserId>,
    origin: Origin,
) -> Result<NewSession> {
    let token = acceptance.token.clone();
    let (invited, known) = store
        .control_read(move |tx| {
            let invited = invited(tx, &token)?;
            let known = settled(tx, &invited.invitation.email)?;
            let kept = known.as_ref().map(|user| users::password_of(tx, user.id)).transpose()?.flatten();
            Ok((invited, known.map(|user| (user, kept))))
        })
        .await?;
    let email = &invited.invitation.email;
    let (user, password) = match known {
        Some((user, _)) if caller == Some(user.id) => (user, None),
        Some((user, Some(_))) => {
            verify(store, email, acceptance.password.as_deref().unwrap_or(""), &origin).await?;
            (user, None)
        }
        // Whoever invited knows the link, too, and must not get at an account by setting its password.
        Some((_, None)) => {
            let text =
                "This account has no password. Sign in with a link by e-mail first, then open the invitation again.";
            return Err(Error::new(Kind::Unauthorized, "sign_in_required", text));
        }
        None => {
            let missing =
                |path: &str| Error::against(Rule::Missing, path, format!("{path} is needed for a new account"));
            let name = acceptance.name.as_deref().ok_or_else(|| missing("name"))?;
            let name = check::required("name", name, check::NAME)?;
            let password = acceptance.password.as_deref().ok_or_else(|| missing("password"))?;
            passwords::check("password", password, email, name)?;
            let password = passwords::hash(password).await?;
            let user = users::find_or_create(store, email, name).await?;
            (User { name: name.to_owned(), ..user }, Some(password))
        }
    };
    let session = join(store, acceptance.token, &invited.invitation, &user, password, origin.user_agent).await?;
    begun(store, &session, "invitation").await?;
    Ok(session)
}

/// Makes the user a member as the invitation says, which is used up.
async fn join(
    store: &Store,
    token: String,
    invitation: &Invitation,
    user: &User,
    password: Option<String>,
    user_agent: Option<String>,
) -> Result<NewSession> {
    let (id, name) = (user.id, user.name.clone());
    let take = move |tx: &mut Tx<'_>| {
        let taken = invitations::take(tx, &token)?;
        if let Some(password) = &password {
            tx.execute("UPDATE users SET name = $2 WHERE id = $1", store::params![id, name])?;
            users::set_password(tx, id, password)?;
        }
        Ok(taken)
    };
    admit(store, invitation, user, take, user_agent).await
}

/// [`join`] for somebody who has proved the invited address otherwise than by the invitation's secret; `link` notes how.
pub(crate) async fn join_proved(
    store: &Store,
    invitation: &Invitation,
    user: &User,
    link: impl Fn(&mut Tx<'_>, &User) -> Result<()> + Send + 'static,
    user_agent: Option<String>,
) -> Result<NewSession> {
    let (id, known) = (invitation.id, user.clone());
    let take = move |tx: &mut Tx<'_>| {
        let taken = invitations::take_pending(tx, id)?;
        link(tx, &known)?;
        Ok(taken)
    };
    admit(store, invitation, user, take, user_agent).await
}

async fn admit(
    store: &Store,
    invitation: &Invitation,
    user: &User,
    take: impl Fn(&mut Tx<'_>) -> Result<Invitation> + Send + 'static,
    user_agent: Option<String>,
) -> Result<NewSession> {
    let (workspace, role) = (invitation.workspace, invitation.role);
    let known = user.clone();
    // The actor comes first: a member without one could not be let in. Made twice at once, it is the same one.
    let actor = store
        .write(workspace, Actor::SYSTEM, move |tx| {
            Ok(actors::create_for_user(tx, known.id, &known.email, &known.name, role.is_admin())?.id)
        })
        .await?;
    let id = user.id;
    let session = store
        .control_write(move |tx| {
            let taken = take(tx)?;
            workspaces::add_membership(tx, workspace, id, actor, taken.role)?;
            sessions::create(tx, workspace, id, user_agent.as_deref())
        })
        .await?;
    let (spaces, by, id) = (invitation.space_ids.clone(), invitation.invited_by, invitation.id);
    let user = user.id;
    store
        .write(workspace, Actor::human(actor), move |tx| {
            tx.acting_as(Actor::SYSTEM, |tx| spaces::admit(tx, &spaces, actor, Role::Member))?;
            let data = json!({"user_id": user, "role": role, "invitation_id": id, "invited_by": by});
            members::event(tx, "member.joined", actor, data)
        })
        .await?;
    Ok(session)
}

/// Tells the workspace that a session has begun.
///
/// # Errors
/// The store's.
pub async fn begun(store: &Store, session: &NewSession, by: &str) -> Result<()> {
    let (workspace, user, id, by) = (session.workspace, session.user, session.id, by.to_owned());
    let joined = store.control_read(move |tx| members::find(tx, workspace, user)).await?;
    let actor: ActorId = joined.ok_or_else(no_member)?.actor_id;
    let tell = move |tx: &mut Tx<'_>| members::event(tx, "session.begun", actor, json!({"session_id": id, "by": by}));
    store.write(workspace, Actor::human(actor), tell).await
}

/// Signs out: ends the session or the access token that the call came with.
///
/// # Errors
/// `session_required` for a key, which is revoked instead.
pub async fn sign_out(store: &Store, caller: &Principal) -> Result<()> {
    let (workspace, user) = (caller.workspace, caller.user);
    match caller.via {
        Via::Session { id, .. } => store.control_write(move |tx| sessions::end(tx, user, id)).await,
        Via::Key(key) => {
            let ended = store.control_write(move |tx| keys::end_access(tx, workspace, key)).await?;
            keys::tell(store, caller, "key.revoked", &ended).await
        }
    }
}

/// When the credential of a call ends by itself, where it does.
pub fn ends_at(caller: &Principal) -> Option<Timestamp> {
    match caller.via {
        Via::Session { expires_at, .. } => Some(expires_at),
        Via::Key(_) => None,
    }
}

fn no_member() -> Error {
    Error::not_found("workspace_not_found", "You are not a member of this workspace.")
}
