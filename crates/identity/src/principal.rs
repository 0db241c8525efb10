//! From a credential to who it is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kernel::{
    Actor, Result, Timestamp,
    ids::{ActorId, KeyId, SessionId, UserId, WorkspaceId},
};
use store::{Param, Row, Store, ToParam, Tx, params};
use subtle::ConstantTimeEq;

use crate::{secret, workspaces::WorkspaceRole};

/// How somebody was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// By an API key.
    Key(KeyId),
    /// By a session cookie, with the token that proves a call comes from our own pages.
    Session {
        /// Which one.
        id: SessionId,
        /// The session's CSRF token.
        csrf: String,
        /// When it ends by itself.
        expires_at: Timestamp,
    },
}

/// Somebody known: a user in a workspace.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The user.
    pub user: UserId,
    /// The actor the user is in that workspace.
    pub actor: Actor,
    /// What the user may do in the workspace as a whole.
    pub role: WorkspaceRole,
    /// How the user was recognised.
    pub via: Via,
}

impl Principal {
    /// The session, if the user was recognised by one.
    pub fn session(&self) -> Option<SessionId> {
        match self.via {
            Via::Session { id, .. } => Some(id),
            Via::Key(_) => None,
        }
    }

    /// Whether `token` is the session's CSRF token. Keys need none.
    pub fn csrf_matches(&self, token: Option<&str>) -> bool {
        match &self.via {
            Via::Key(_) => true,
            Via::Session { csrf, .. } => token.is_some_and(|token| token.as_bytes().ct_eq(csrf.as_bytes()).into()),
        }
    }
}

/// The use of a key or session is written down at most this often.
const USE_NOTED: Duration = Duration::from_secs(60);
/// How long a credential may still pass on another node after it was revoked.
const REMEMBERED: Duration = Duration::from_secs(5);

/// Recognises credentials, remembering recent ones for five seconds.
#[derive(Clone)]
pub struct Authenticator {
    store: Store,
    known: moka::sync::Cache<[u8; 32], Arc<Principal>>,
    /// How often everything was forgotten: what was looked up before is not remembered after.
    forgotten: Arc<AtomicU64>,
}

impl Authenticator {
    /// Recognises credentials of this store.
    pub fn new(store: Store) -> Self {
        let known = moka::sync::Cache::builder().max_capacity(100_000).time_to_live(REMEMBERED).build();
        Self { store, known, forgotten: Arc::default() }
    }

    /// Who carries this API key; none when it is unknown, revoked or over.
    ///
    /// # Errors
    /// The store's.
    pub async fn by_key(&self, key: &str) -> Result<Option<Arc<Principal>>> {
        self.recognise(key, Credential::Key).await
    }

    /// Whose session this cookie is; none when it is unknown or over.
    ///
    /// # Errors
    /// The store's.
    pub async fn by_session(&self, cookie: &str) -> Result<Option<Arc<Principal>>> {
        self.recognise(cookie, Credential::Session).await
    }

    async fn recognise(&self, secret: &str, kind: Credential) -> Result<Option<Arc<Principal>>> {
        let hash = secret::hash(secret);
        if let Some(principal) = self.known.get(&hash) {
            return Ok(
                Some(principal).filter(|principal| principal.session().is_some() == (kind == Credential::Session))
            );
        }
        let before = self.forgotten.load(Ordering::Acquire);
        let found = self.store.control_read(move |tx| kind.find(tx, &hash)).await?;
        let Some((principal, last_used)) = found else { return Ok(None) };
        let principal = Arc::new(principal);
        if last_used.is_none_or(|at| at.plus(USE_NOTED) < Timestamp::now()) {
            let used = Arc::clone(&principal);
            self.store.control_write(move |tx| note_use(tx, &used)).await?;
        }
        self.known.insert(hash, Arc::clone(&principal));
        if self.forgotten.load(Ordering::Acquire) != before {
            self.known.invalidate(&hash);
        }
        Ok(Some(principal))
    }

    /// Whether the key or session that somebody was recognised by is still good, and the member still in the workspace. For
    /// connections that stay open.
    ///
    /// # Errors
    /// The store's.
    pub async fn still(&self, principal: &Principal) -> Result<bool> {
        let via = principal.via.clone();
        let found = self.store.control_read(move |tx| match via {
            Via::Key(key) => of_key(tx, key),
            Via::Session { id, .. } => of_session(tx, id),
        });
        Ok(found.await?.is_some())
    }

    /// Forgets every remembered credential, so that what was just revoked no longer passes here.
    pub fn forget(&self) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.known.invalidate_all();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Credential {
    Key,
    Session,
}

impl Credential {
    /// Who has the credential with this hash, and when it was last used.
    fn find(self, tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Found> {
        match self {
            Self::Key => find_key(tx, hash),
            Self::Session => find_session(tx, hash),
        }
    }
}

fn read(row: &Row<'_>, via: Via) -> Result<Principal> {
    let role: WorkspaceRole = row.get(3)?;
    let actor = Actor { workspace_admin: role.is_admin(), ..Actor::human(row.get::<ActorId>(2)?) };
    Ok(Principal { workspace: row.get(0)?, user: row.get(1)?, actor, role, via })
}

type Found = Option<(Principal, Option<Timestamp>)>;

fn find_key(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Found> {
    key_where(tx, "k.hash = $1", &hash[..].to_param())
}

fn find_session(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Found> {
    session_where(tx, "s.hash = $1", &hash[..].to_param())
}

/// Who has the key with this id, as long as it is good.
pub(crate) fn of_key(tx: &mut Tx<'_>, id: KeyId) -> Result<Option<Principal>> {
    Ok(key_where(tx, "k.id = $1", &id.to_param())?.map(|(principal, _)| principal))
}

/// Whose session this is, as long as it lasts.
pub(crate) fn of_session(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Principal>> {
    Ok(session_where(tx, "s.id = $1", &id.to_param())?.map(|(principal, _)| principal))
}

fn key_where(tx: &mut Tx<'_>, condition: &str, value: &Param<'_>) -> Result<Found> {
    tx.query_opt(
        &format!(
            "SELECT m.workspace_id, m.user_id, m.actor_id, m.role, k.id, k.last_used_at FROM api_keys k \
             JOIN memberships m ON m.workspace_id = k.workspace_id AND m.user_id = k.user_id \
             WHERE {condition} AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) \
             AND m.deactivated_at IS NULL"
        ),
        &[value.clone(), tx.now().to_param()],
        |row| Ok((read(row, Via::Key(row.get(4)?))?, row.get(5)?)),
    )
}

fn session_where(tx: &mut Tx<'_>, condition: &str, value: &Param<'_>) -> Result<Found> {
    tx.query_opt(
        &format!(
            "SELECT m.workspace_id, m.user_id, m.actor_id, m.role, s.id, s.csrf, s.expires_at, s.last_seen_at \
             FROM sessions s JOIN memberships m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id \
             WHERE {condition} AND s.expires_at > $2 AND m.deactivated_at IS NULL"
        ),
        &[value.clone(), tx.now().to_param()],
        |row| {
            let via = Via::Session { id: row.get(4)?, csrf: row.get(5)?, expires_at: row.get(6)? };
            Ok((read(row, via)?, row.get(7)?))
        },
    )
}

fn note_use(tx: &mut Tx<'_>, used: &Principal) -> Result<()> {
    let now = tx.now();
    match used.via {
        Via::Key(key) => tx.execute("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", params![key, now])?,
        Via::Session { id, .. } => {
            tx.execute("UPDATE sessions SET last_seen_at = $2 WHERE id = $1", params![id, now])?
        }
    };
    tx.execute(
        "UPDATE memberships SET last_seen_at = $3 WHERE workspace_id = $1 AND user_id = $2",
        params![used.workspace, used.user, now],
    )
    .map(drop)
}
