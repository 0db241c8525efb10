//! From a credential to who it is.

use std::{sync::Arc, time::Duration};

use kernel::{
    Actor, Result, Timestamp,
    ids::{ActorId, KeyId, UserId, WorkspaceId},
};
use store::{Row, Store, Tx, params};
use subtle::ConstantTimeEq;

use crate::{secret, workspaces::WorkspaceRole};

/// How somebody was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// By an API key.
    Key(KeyId),
    /// By a session cookie, with the token that proves a call comes from our own pages.
    Session {
        /// The session's CSRF token.
        csrf: String,
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
    /// Whether `token` is the session's CSRF token. Keys need none.
    pub fn csrf_matches(&self, token: Option<&str>) -> bool {
        match &self.via {
            Via::Key(_) => true,
            Via::Session { csrf } => token.is_some_and(|token| token.as_bytes().ct_eq(csrf.as_bytes()).into()),
        }
    }
}

/// A key's use is written down at most this often.
const USE_NOTED: Duration = Duration::from_secs(60);
/// How long a credential may still pass on another node after it was revoked.
const REMEMBERED: Duration = Duration::from_secs(5);

/// Recognises credentials, remembering recent ones for five seconds.
#[derive(Clone)]
pub struct Authenticator {
    store: Store,
    known: moka::sync::Cache<[u8; 32], Arc<Principal>>,
}

impl Authenticator {
    /// Recognises credentials of this store.
    pub fn new(store: Store) -> Self {
        let known = moka::sync::Cache::builder().max_capacity(100_000).time_to_live(REMEMBERED).build();
        Self { store, known }
    }

    /// Who carries this API key; none when it is unknown or revoked.
    ///
    /// # Errors
    /// The store's.
    pub async fn by_key(&self, key: &str) -> Result<Option<Arc<Principal>>> {
        let hash = secret::hash(key);
        if let Some(principal) = self.known.get(&hash) {
            return Ok(Some(principal).filter(|principal| matches!(principal.via, Via::Key(_))));
        }
        let found = self.store.control_read(move |tx| find_key(tx, &hash)).await?;
        let Some((principal, key, last_used)) = found else { return Ok(None) };
        let now = Timestamp::now();
        if last_used.is_none_or(|at| at.plus(USE_NOTED) < now) {
            self.store
                .control_write(move |tx| {
                    tx.execute("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", params![key, tx.now()]).map(drop)
                })
                .await?;
        }
        let principal = Arc::new(principal);
        self.known.insert(hash, Arc::clone(&principal));
        Ok(Some(principal))
    }

    /// Whose session this cookie is; none when it is unknown or over.
    ///
    /// # Errors
    /// The store's.
    pub async fn by_session(&self, cookie: &str) -> Result<Option<Arc<Principal>>> {
        let hash = secret::hash(cookie);
        if let Some(principal) = self.known.get(&hash) {
            return Ok(Some(principal).filter(|principal| matches!(principal.via, Via::Session { .. })));
        }
        let Some(principal) = self.store.control_read(move |tx| find_session(tx, &hash)).await? else {
            return Ok(None);
        };
        let principal = Arc::new(principal);
        self.known.insert(hash, Arc::clone(&principal));
        Ok(Some(principal))
    }

    /// Forgets every remembered credential, so that what was just revoked no longer passes here.
    pub fn forget(&self) {
        self.known.invalidate_all();
    }
}

fn read(row: &Row<'_>, via: Via) -> Result<Principal> {
    let role: WorkspaceRole = row.get(3)?;
    let actor = Actor { workspace_admin: role.is_admin(), ..Actor::human(row.get::<ActorId>(2)?) };
    Ok(Principal { workspace: row.get(0)?, user: row.get(1)?, actor, role, via })
}

fn find_key(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Option<(Principal, KeyId, Option<Timestamp>)>> {
    tx.query_opt(
        "SELECT m.workspace_id, m.user_id, m.actor_id, m.role, k.id, k.last_used_at FROM api_keys k \
         JOIN memberships m ON m.workspace_id = k.workspace_id AND m.user_id = k.user_id \
         WHERE k.hash = $1 AND k.revoked_at IS NULL",
        params![&hash[..]],
        |row| {
            let key: KeyId = row.get(4)?;
            Ok((read(row, Via::Key(key))?, key, row.get(5)?))
        },
    )
}

fn find_session(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Option<Principal>> {
    let now = tx.now();
    tx.query_opt(
        "SELECT m.workspace_id, m.user_id, m.actor_id, m.role, s.csrf FROM sessions s \
         JOIN memberships m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id \
         WHERE s.hash = $1 AND s.expires_at > $2",
        params![&hash[..], now],
        |row| {
            let csrf = row.get(4)?;
            read(row, Via::Session { csrf })
        },
    )
}
