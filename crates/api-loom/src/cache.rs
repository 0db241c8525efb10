//! Answers of models that are given again when exactly the same is asked in the same workspace. Off unless the server's
//! operator switches it on. Answers are kept in the memory of this process.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use gateway::ChatResponse;
use kernel::ids::WorkspaceId;
use sha2::{Digest, Sha256};

/// The header with which a caller asks for a fresh answer (`skip`), and is told where the answer comes from.
pub static HEADER: HeaderName = HeaderName::from_static("x-heddle-cache");
/// The most memory that answers take, in bytes.
const MOST: u64 = 64 << 20;
/// The largest answer that is kept, in bytes.
pub const MOST_ANSWER: usize = 1 << 20;

/// What is asked: a digest of all that makes a difference.
pub type Key = [u8; 32];

/// An answer that is kept.
#[derive(Clone)]
pub enum Kept {
    /// Of the proxy's own shape.
    Chat(Arc<ChatResponse>),
    /// Of a provider's own API: its content type and body.
    Native(Option<HeaderValue>, Bytes),
}

/// The answers that are kept. Clones share them.
#[derive(Clone)]
pub struct Cache(Option<moka::sync::Cache<Key, (Kept, u32)>>);

/// What becomes of one request.
pub enum Lookup {
    /// The cache is off, or the caller wants none of it.
    Off(Option<HeaderValue>),
    /// It was asked before.
    Hit(Kept),
    /// It was not; the answer can be kept under this key.
    Miss(Key),
}

impl Cache {
    /// Keeps answers for so many seconds; none when that is 0.
    pub fn new(seconds: u32) -> Self {
        let build = || {
            moka::sync::Cache::builder()
                .max_capacity(MOST)
                .weigher(|_: &Key, (_, size): &(Kept, u32)| *size)
                .time_to_live(Duration::from_secs(seconds.into()))
                .build()
        };
        Self((seconds > 0).then(build))
    }

    /// Whether `parts`, which are all that makes a difference, were asked in the workspace before.
    pub fn look(&self, headers: &HeaderMap, workspace: WorkspaceId, parts: &[&[u8]]) -> Lookup {
        let Some(cache) = &self.0 else { return Lookup::Off(None) };
        if headers.get(&HEADER).is_some_and(|value| value == "skip") {
            return Lookup::Off(Some(HeaderValue::from_static("skip")));
        }
        let mut digest = Sha256::new();
        digest.update(workspace.uuid().as_bytes());
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let key: Key = digest.finalize().into();
        match cache.get(&key) {
            Some((kept, _)) => Lookup::Hit(kept),
            None => Lookup::Miss(key),
        }
    }

    /// Keeps an answer of `size` bytes.
    pub fn keep(&self, key: Key, answer: Kept, size: usize) {
        if let Some(cache) = self.0.as_ref().filter(|_| size <= MOST_ANSWER) {
            // What an entry itself takes is little beside its answer.
            cache.insert(key, (answer, u32::try_from(size + 256).unwrap_or(u32::MAX)));
        }
    }
}

impl Lookup {
    /// What the caller is told; nothing when there is no cache.
    pub fn told(&self) -> Option<HeaderValue> {
        match self {
            Self::Off(told) => told.clone(),
            Self::Hit(_) => Some(HeaderValue::from_static("hit")),
            Self::Miss(_) => Some(HeaderValue::from_static("miss")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_hit(cache: &Cache, workspace: WorkspaceId, parts: &[&[u8]]) -> bool {
        matches!(cache.look(&HeaderMap::new(), workspace, parts), Lookup::Hit(_))
    }

    #[test]
    fn only_exactly_the_same_is_answered_from_it() {
        let cache = Cache::new(60);
        let (ours, others) = (WorkspaceId::new(), WorkspaceId::new());
        let asked: [&[u8]; 2] = [b"POST /messages", b"{}"];
        let Lookup::Miss(key) = cache.look(&HeaderMap::new(), ours, &asked) else { panic!("it is empty") };
        cache.keep(key, Kept::Native(None, Bytes::from_static(b"answer")), 6);
        assert!(is_hit(&cache, ours, &asked));
        assert!(!is_hit(&cache, others, &asked));
        assert!(!is_hit(&cache, ours, &[b"POST /messages{", b"}"]));
        let mut skip = HeaderMap::new();
        skip.insert(&HEADER, HeaderValue::from_static("skip"));
        assert_eq!(cache.look(&skip, ours, &asked).told().unwrap(), "skip");
        cache.keep([0; 32], Kept::Native(None, Bytes::new()), MOST_ANSWER + 1);
        assert!(cache.0.as_ref().unwrap().get(&[0; 32]).is_none());
        assert!(Cache::new(0).look(&HeaderMap::new(), ours, &asked).told().is_none());
    }
}
