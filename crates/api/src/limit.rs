//! Requests counted per caller in windows of a minute that begin with the caller's first request.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use kernel::{Timestamp, ids::KeyId};

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// The bearer of a key.
    Key(KeyId),
    /// A user's sessions in a workspace, counted together.
    User(kernel::ids::UserId),
    /// Somebody unknown, by address.
    Address(Option<IpAddr>),
}

/// Where a caller stands after a request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Requests that a window allows.
    pub limit: u32,
    /// Requests left in this window.
    pub remaining: u32,
    /// When the window ends, in seconds since 1970.
    pub reset: i64,
    /// Whether this request is within the limit.
    pub allowed: bool,
}

/// The length of a window, in seconds.
const WINDOW: i64 = 60;
const SHARDS: usize = 16;
/// Windows in a shard beyond which those that have ended are dropped.
const SWEEP: usize = 4096;

#[derive(Clone, Copy)]
struct Window {
    ends: i64,
    used: u32,
}

/// Counts requests of one node.
pub struct Limiter {
    limit: u32,
    shards: [Mutex<HashMap<Caller, Window>>; SHARDS],
}

impl Limiter {
    /// A limiter of `limit` requests a minute; 0 lets everything through.
    pub fn new(limit: u32) -> Self {
        Self { limit, shards: Default::default() }
    }

    /// Counts one request.
    pub fn take(&self, caller: Caller) -> Taken {
        self.take_at(caller, Timestamp::now().seconds())
    }

    fn take_at(&self, caller: Caller, now: i64) -> Taken {
        if self.limit == 0 {
            return Taken { limit: 0, remaining: 0, reset: now + WINDOW, allowed: true };
        }
        let mut hasher = DefaultHasher::new();
        caller.hash(&mut hasher);
        let mut shard = self.shards[hasher.finish() as usize % SHARDS].lock().unwrap_or_else(PoisonError::into_inner);
        if shard.len() > SWEEP {
            shard.retain(|_, window| window.ends > now);
        }
        let window = shard.entry(caller).or_insert(Window { ends: now + WINDOW, used: 0 });
        if window.ends <= now {
            *window = Window { ends: now + WINDOW, used: 0 };
        }
        window.used = window.used.saturating_add(1);
        Taken {
            limit: self.limit,
            remaining: self.limit.saturating_sub(window.used),
            reset: window.ends,
            allowed: window.used <= self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_after_the_last_is_refused_until_the_window_ends() {
        let limiter = Limiter::new(3);
        let (one, other) = (Caller::Key(KeyId::new()), Caller::Key(KeyId::new()));
        let remaining: Vec<_> = (0..3).map(|_| limiter.take_at(one, 100).remaining).collect();
        assert_eq!(remaining, [2, 1, 0]);
        let refused = limiter.take_at(one, 159);
        assert_eq!((refused.allowed, refused.reset), (false, 160));
        assert!(limiter.take_at(other, 159).allowed, "another key has its own window");
        assert!(limiter.take_at(one, 160).allowed);
    }

    #[test]
    fn windows_that_ended_are_dropped() {
        let limiter = Limiter::new(3);
        for _ in 0..SWEEP * SHARDS * 2 {
            limiter.take_at(Caller::Key(KeyId::new()), 100);
        }
        for _ in 0..SHARDS * 100 {
            limiter.take_at(Caller::Key(KeyId::new()), 1000);
        }
        let kept: usize = limiter.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(kept < SWEEP * SHARDS, "{kept} kept");
    }
}
