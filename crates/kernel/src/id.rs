use std::{cmp::Ordering, fmt, hash::Hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The id of a `K`: a UUIDv7, so ids sort by the time they were made.
///
/// The type parameter keeps a case's id from being passed where a stage's is wanted; it costs nothing at run time.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// Makes a new id from the current time and randomness.
    #[allow(clippy::new_without_default, reason = "a default id would hide that each call differs")]
    pub fn new() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }

    /// The nil id: all zero bits. It names nothing that is stored.
    pub const fn nil() -> Self {
        Self::from_uuid(Uuid::nil())
    }

    /// Takes a UUID as the id of a `K`.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare UUID.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(Self::from_uuid)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}
impl<K> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).into()
    }
}
impl<K> utoipa::ToSchema for Id<K> {}

macro_rules! kinds {
    ($($kind:ident),* $(,)?) => {
        /// Marker types that tell ids apart; they have no values.
        pub mod kinds {
            $(#[doc = concat!("Marks the ids of a ", stringify!($kind), ".")] pub enum $kind {})*
        }
    };
}

kinds!(
    Workspace,
    User,
    Key,
    Actor,
    Space,
    Case,
    Stage,
    Instruction,
    Procedure,
    ProcedureStage,
    Label,
    Thread,
    Activity,
    Document,
    Datatable,
    Email,
    Tool,
    Run,
    Proposal,
    Job,
    Secret,
    Ingestion,
    IngestionEntry,
    View,
    Session,
    Invitation,
    Identity,
    MagicLink,
    Device,
    Weaver,
    CodingThread,
    CodingLink,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_sort_later() {
        let ids: Vec<Id<kinds::Case>> = (0..1000).map(|_| Id::new()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
