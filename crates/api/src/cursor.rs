//! Cursors: where the next slice of a list begins, as an opaque text that is good for that list only.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Error, Kind, Mark, Result, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The bytes of the fingerprint of a list that its cursors carry.
const PRINT: usize = 6;

/// The year 10000 in microseconds: no engine needs to keep later times.
const LATEST: i64 = 253_402_300_800_000_000;

/// A list with its filters and its order: cursors of one are refused by another.
#[derive(Clone, Copy, Debug)]
pub struct ListId([u8; PRINT]);

impl ListId {
    /// The list that is called `name` and asked with `query`, whose parts that only name a page do not count.
    pub fn of(name: &str, query: &str) -> Self {
        let mut parts: Vec<_> =
            form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key != "cursor" && key != "limit").collect();
        parts.sort();
        let mut hash = Sha256::new_with_prefix(name.as_bytes());
        for (key, value) in parts {
            for text in [key, value] {
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text.as_bytes());
            }
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut print = [0; PRINT];
        print.copy_from_slice(&digest[..PRINT]);
        Self(print)
    }

    /// The cursor of a place in this list.
    pub fn encode(self, mark: Mark) -> String {
        let mut bytes = self.0.to_vec();
        bytes.extend_from_slice(&mark.at.micros().to_be_bytes());
        bytes.extend_from_slice(mark.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that a cursor of this list names.
    ///
    /// # Errors
    /// `invalid_cursor` (400) for any other text, cursors of other lists included.
    pub fn decode(self, cursor: &str) -> Result<Mark> {
        let refused = || {
            Error::new(
                Kind::BadRequest,
                "invalid_cursor",
                "This is no cursor of this list; take next_cursor of an answer with the same filters and order.",
            )
        };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
        let rest = bytes.strip_prefix(&self.0).ok_or_else(refused)?;
        let (at, id) = rest.split_first_chunk::<8>().ok_or_else(refused)?;
        let id = Uuid::from_slice(id).map_err(|_| refused())?;
        let at = i64::from_be_bytes(*at);
        if !(0..LATEST).contains(&at) {
            return Err(refused());
        }
        Ok(Mark { at: Timestamp::from_micros(at), id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_list_only() {
        let mark = Mark { at: Timestamp::now(), id: Uuid::now_v7() };
        let list = ListId::of("cases", "status=open&status=blocked&limit=3");
        let cursor = list.encode(mark);
        assert_eq!(list.decode(&cursor).unwrap(), mark);
        let same = ListId::of("cases", "status=blocked&cursor=x&status=open");
        assert_eq!(same.decode(&cursor).unwrap(), mark);
        for other in [ListId::of("cases", "status=open"), ListId::of("notes", "status=open&status=blocked")] {
            assert_eq!(other.decode(&cursor).unwrap_err().code(), "invalid_cursor");
        }
        for text in ["", "?", "AAAA", &cursor[1..], &cursor[..cursor.len() - 1]] {
            assert_eq!(list.decode(text).unwrap_err().code(), "invalid_cursor", "{text}");
        }
    }
}
