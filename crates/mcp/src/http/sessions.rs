//! Sessions of the protocol's versions that have them.
//!
//! The server keeps nothing for a client between two requests, so a session is only a name that was given out: to whom, and
//! when it was last used.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// Whose a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Owner([u8; 32]);

impl Owner {
    /// Whoever is on this machine.
    pub(crate) const LOCAL: Self = Self([0; 32]);

    /// Whoever carries this key.
    pub(crate) fn of_key(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }
}

/// How many sessions there may be, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// A session that is not used for so long is over.
    pub(crate) idle: Duration,
    /// An owner's next session ends the one that was not used for longest.
    pub(crate) per_owner: usize,
    /// Beyond these, nobody gets another.
    pub(crate) total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { idle: Duration::from_secs(30 * 60), per_owner: 64, total: 10_000 }
    }
}

/// The sessions of a server.
#[derive(Clone)]
pub(crate) struct Sessions {
    limits: Limits,
    open: Arc<Mutex<HashMap<String, Session>>>,
}

struct Session {
    owner: Owner,
    used: Instant,
}

impl Sessions {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, open: Arc::default() }
    }

    /// Begins a session and gives its id; none when there are too many.
    pub(crate) fn begin(&self, owner: Owner) -> Option<String> {
        let now = Instant::now();
        let mut open = self.lock();
        open.retain(|_, session| !self.is_over(session, now));
        let own = open.iter().filter(|(_, session)| session.owner == owner);
        if own.clone().count() >= self.limits.per_owner {
            let oldest = own.min_by_key(|(_, session)| session.used).map(|(id, _)| id.clone());
            oldest.and_then(|id| open.remove(&id));
        }
        if open.len() >= self.limits.total {
            return None;
        }
        let id = format!("{:032x}", rand::random::<u128>());
        open.insert(id.clone(), Session { owner, used: now });
        Some(id)
    }

    /// Whether this is a session of the owner, which is used now.
    pub(crate) fn uses(&self, id: &str, owner: Owner) -> bool {
        let now = Instant::now();
        match self.lock().get_mut(id) {
            Some(session) if session.owner == owner && !self.is_over(session, now) => {
                session.used = now;
                true
            }
            _ => false,
        }
    }

    /// Ends a session of the owner, and says whether there was one.
    pub(crate) fn end(&self, id: &str, owner: Owner) -> bool {
        let mut open = self.lock();
        match open.get(id) {
            Some(session) if session.owner == owner => {
                let over = self.is_over(session, Instant::now());
                open.remove(id);
                !over
            }
            _ => false,
        }
    }

    fn is_over(&self, session: &Session, now: Instant) -> bool {
        now.duration_since(session.used) >= self.limits.idle
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn sessions(per_owner: usize, total: usize) -> Sessions {
        Sessions::new(Limits { per_owner, total, ..Limits::default() })
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_is_over_when_it_was_not_used_for_half_an_hour() {
        let sessions = sessions(8, 8);
        let id = sessions.begin(Owner::LOCAL).expect("a session");
        for _ in 0..3 {
            tokio::time::advance(29 * MINUTE).await;
            assert!(sessions.uses(&id, Owner::LOCAL));
        }
        tokio::time::advance(30 * MINUTE).await;
        assert!(!sessions.uses(&id, Owner::LOCAL));
        assert!(!sessions.end(&id, Owner::LOCAL));
        assert!(sessions.lock().is_empty());
    }

    #[test]
    fn a_session_is_its_owners_alone() {
        let sessions = sessions(8, 8);
        let (one, other) = (Owner::of_key("one"), Owner::of_key("other"));
        let id = sessions.begin(one).expect("a session");
        assert!(!sessions.uses(&id, other) && !sessions.end(&id, other));
        assert!(sessions.uses(&id, one) && sessions.end(&id, one));
        assert!(!sessions.uses(&id, one));
    }

    #[tokio::test(start_paused = true)]
    async fn an_owner_with_many_sessions_loses_the_one_not_used_for_longest() {
        let sessions = sessions(2, 8);
        let owner = Owner::of_key("one");
        let first = sessions.begin(owner).expect("a session");
        tokio::time::advance(MINUTE).await;
        let second = sessions.begin(owner).expect("a session");
        tokio::time::advance(MINUTE).await;
        assert!(sessions.uses(&first, owner));
        let other = sessions.begin(Owner::of_key("other")).expect("a session");
        let third = sessions.begin(owner).expect("a session");
        assert!(!sessions.uses(&second, owner));
        assert!(sessions.uses(&first, owner) && sessions.uses(&third, owner));
        assert!(sessions.uses(&other, Owner::of_key("other")));
    }

    #[tokio::test(start_paused = true)]
    async fn beyond_the_total_nobody_gets_a_session_until_one_is_over() {
        let sessions = sessions(8, 2);
        let first = sessions.begin(Owner::of_key("one")).expect("a session");
        sessions.begin(Owner::of_key("two")).expect("a session");
        assert_eq!(sessions.begin(Owner::of_key("three")), None);
        assert!(sessions.end(&first, Owner::of_key("one")));
        assert!(sessions.begin(Owner::of_key("three")).is_some());
        assert_eq!(sessions.begin(Owner::of_key("four")), None);
        tokio::time::advance(30 * MINUTE).await;
        assert!(sessions.begin(Owner::of_key("four")).is_some());
    }
}
