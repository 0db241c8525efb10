//! What several sections share.

use serde::Deserialize;
use uuid::Uuid;

use crate::names::names;

names! {
    /// The kind of a resource.
    ResourceType {
        Space = "SPACE",
        Case = "CASE",
        Agent = "AGENT",
        Procedure = "PROCEDURE",
        Note = "NOTE",
        File = "FILE",
        User = "USER",
        Thread = "THREAD",
        Secret = "SECRET",
    }

    /// What a list is sorted by. Only cases have a position.
    Sort {
        Position = "position",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
    }

    /// Which end of a list comes first.
    Direction {
        Asc = "asc",
        Desc = "desc",
    }
}

/// A reference to another resource.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// The resource's id.
    pub id: Uuid,
    /// Its kind.
    pub r#type: ResourceType,
    /// Where it is, below the server's address.
    pub url: String,
}

/// Which page of a list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// How many items at most, 1 to 100. The server's default is 30.
    pub limit: Option<i64>,
    /// Where the page begins: the `next_cursor` of the page before, with the same filters and order.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Page<T> {
    /// The items.
    pub data: Vec<T>,
    /// Whether there are more.
    pub has_more: bool,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}
