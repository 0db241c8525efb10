//! What a key may be used for. A key without scopes may everything that its user may; one with scopes only what they name,
//! and never more than its user.

use kernel::{Error, Kind, Result};
use serde_json::Value as Json;

store::text_enum! {
    /// What a key may be used for. One that ends in `write` includes the one that ends in `read`.
    pub enum Scope {
        /// Read coding threads and follow their sessions.
        ThreadsRead = "threads:read",
        /// Write, share and delete coding threads.
        ThreadsWrite = "threads:write",
        /// Call models.
        Llm = "llm",
        /// See weavers and what they print.
        WeaversRead = "weavers:read",
        /// Start, use and end weavers.
        WeaversWrite = "weavers:write",
        /// See organizations and their members.
        OrgsRead = "orgs:read",
        /// Make, change and delete organizations, add and remove members.
        OrgsWrite = "orgs:write",
        /// Keys and accounts elsewhere of the key's own user.
        Account = "account",
        /// Read everything else: cases, documents, tables and so on.
        V1Read = "v1:read",
        /// Change everything else.
        V1Write = "v1:write",
    }
}

impl Scope {
    fn includes(self, other: Self) -> bool {
        let wider = match other {
            Self::ThreadsRead => Some(Self::ThreadsWrite),
            Self::WeaversRead => Some(Self::WeaversWrite),
            Self::OrgsRead => Some(Self::OrgsWrite),
            Self::V1Read => Some(Self::V1Write),
            _ => None,
        };
        self == other || wider == Some(self)
    }
}

/// The scopes of a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Option<Vec<Scope>>);

impl Scopes {
    /// Those of a credential without scopes: it may everything.
    pub const ALL: Self = Self(None);

    /// These ones, each once.
    ///
    /// # Errors
    /// `Invalid` when there are none.
    pub fn of(mut scopes: Vec<Scope>) -> Result<Self> {
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(Error::invalid(
                "scopes",
                "scopes must name at least one; leave them out for a key without scopes",
            ));
        }
        Ok(Self(Some(scopes)))
    }

    /// The scopes one by one; none for a credential that may everything.
    pub fn named(&self) -> Option<&[Scope]> {
        self.0.as_deref()
    }

    /// Whether a credential with these may be used for what needs `scope`.
    pub fn allow(&self, scope: Scope) -> bool {
        self.0.as_ref().is_none_or(|own| own.iter().any(|one| one.includes(scope)))
    }

    /// Checks that a credential with these may be used for what needs `scope`.
    ///
    /// # Errors
    /// `insufficient_scope`.
    pub fn require(&self, scope: Scope) -> Result<()> {
        if self.allow(scope) {
            return Ok(());
        }
        Err(refused(format!("This key may not be used for this; it needs the scope {scope}.")))
    }

    /// Checks that a credential with these may everything.
    ///
    /// # Errors
    /// `insufficient_scope`.
    pub fn require_all(&self) -> Result<()> {
        if self.0.is_none() {
            return Ok(());
        }
        Err(refused("This key has scopes, and none of them is for this; use a key without scopes.".to_owned()))
    }

    /// Checks that whoever has these may give others to a key: nobody gives more than they have.
    ///
    /// # Errors
    /// `insufficient_scope`.
    pub fn require_cover(&self, others: &Self) -> Result<()> {
        match &others.0 {
            None => self.require_all(),
            Some(others) => others.iter().try_for_each(|scope| self.require(*scope)),
        }
    }

    pub(crate) fn kept(&self) -> Option<Json> {
        self.0.as_ref().map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect())
    }

    /// Reads what [`Scopes::kept`] wrote. A scope that this version does not know allows nothing.
    pub(crate) fn from_kept(kept: Option<Json>) -> Self {
        let Some(kept) = kept else { return Self::ALL };
        let words = kept.as_array().into_iter().flatten().filter_map(Json::as_str);
        Self(Some(words.filter_map(|word| word.parse().ok()).collect()))
    }
}

fn refused(message: String) -> Error {
    Error::new(Kind::Forbidden, "insufficient_scope", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_scope_allows_itself_and_writing_includes_reading() {
        let scopes = Scopes::of(vec![Scope::Llm, Scope::ThreadsWrite, Scope::Llm]).unwrap();
        assert_eq!(scopes.named().unwrap(), [Scope::ThreadsWrite, Scope::Llm]);
        let allowed: Vec<&str> = Scope::ALL.iter().filter(|one| scopes.allow(**one)).map(|one| one.as_str()).collect();
        assert_eq!(allowed, ["threads:read", "threads:write", "llm"]);
        assert!(!Scopes::of(vec![Scope::ThreadsRead]).unwrap().allow(Scope::ThreadsWrite));
        assert!(Scope::ALL.iter().all(|one| Scopes::ALL.allow(*one)));
        assert_eq!(scopes.require(Scope::Account).unwrap_err().code(), "insufficient_scope");
        assert!(Scopes::of(Vec::new()).is_err());
    }

    #[test]
    fn nobody_gives_more_than_they_have() {
        let own = Scopes::of(vec![Scope::OrgsWrite, Scope::Account]).unwrap();
        let less = Scopes::of(vec![Scope::OrgsRead]).unwrap();
        own.require_cover(&less).unwrap();
        Scopes::ALL.require_cover(&own).unwrap();
        assert!(less.require_cover(&own).is_err() && own.require_cover(&Scopes::ALL).is_err());
    }

    #[test]
    fn what_is_kept_is_read_back_and_an_unknown_word_allows_nothing() {
        let scopes = Scopes::of(vec![Scope::V1Read]).unwrap();
        assert_eq!(Scopes::from_kept(scopes.kept()), scopes);
        assert_eq!(Scopes::from_kept(Scopes::ALL.kept()), Scopes::ALL);
        let unknown = Scopes::from_kept(Some(json!(["later:read"])));
        assert!(Scope::ALL.iter().all(|one| !unknown.allow(*one)) && unknown.require_all().is_err());
        assert!(!Scopes::from_kept(Some(json!("all"))).allow(Scope::Llm), "what cannot be read allows nothing");
    }
}
