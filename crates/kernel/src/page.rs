use uuid::Uuid;

use crate::{Error, Result, Timestamp};

/// Which page of a list is wanted: numbered pages of a fixed size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The page, from 1.
    pub page: u32,
    /// Items on a page, 1 to [`PageRequest::MAX_SIZE`].
    pub per_page: u32,
}

impl PageRequest {
    /// The largest page that is served.
    pub const MAX_SIZE: u32 = 200;
    /// The size of a page when none is asked for.
    pub const DEFAULT_SIZE: u32 = 50;
    /// The farthest row that numbered pages reach; beyond it a filter is the way.
    const MAX_OFFSET: u64 = 1_000_000_000;

    /// Checks what a caller asked for. Absent values mean the first page of 50.
    ///
    /// # Errors
    /// `Invalid` naming the field when a number is out of range.
    pub fn new(page: Option<u32>, per_page: Option<u32>) -> Result<Self> {
        let request = Self { page: page.unwrap_or(1), per_page: per_page.unwrap_or(Self::DEFAULT_SIZE) };
        if request.per_page < 1 || request.per_page > Self::MAX_SIZE {
            return Err(Error::invalid("per_page", format!("per_page must be between 1 and {}", Self::MAX_SIZE)));
        }
        if request.page < 1 || request.offset() as u64 > Self::MAX_OFFSET {
            return Err(Error::invalid("page", "page must be at least 1 and lie within the first billion rows"));
        }
        Ok(request)
    }

    /// Rows to take.
    pub const fn limit(self) -> i64 {
        self.per_page as i64
    }

    /// Rows to leave out before the page.
    pub const fn offset(self) -> i64 {
        (self.page as i64 - 1) * self.per_page as i64
    }
}

/// One page of a list and how many items the whole list has.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many items all pages have together.
    pub total: i64,
    /// The page that was asked for.
    pub request: PageRequest,
}

impl<T> Page<T> {
    /// The same page with every item turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(turn).collect(), total: self.total, request: self.request }
    }
}

/// The direction of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Ascending,
    /// Newest first.
    #[default]
    Descending,
}

/// A place in a list that is ordered by a time: after the item with this time and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The item's time, in the column the list is ordered by.
    pub at: Timestamp,
    /// The item's id, which tells items of the same time apart.
    pub id: Uuid,
}

/// Which slice of a list is wanted: so many items after a place. Unlike numbered pages, it costs the same at any depth and
/// neither repeats nor leaves out an item when others come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceRequest {
    /// Items to take.
    pub limit: u32,
    /// Where to begin; the beginning of the list when absent.
    pub after: Option<Mark>,
    /// The direction of the list.
    pub direction: Direction,
}

impl SliceRequest {
    /// The first `limit` items.
    pub const fn first(limit: u32, direction: Direction) -> Self {
        Self { limit, after: None, direction }
    }
}

/// A slice of a list.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next slice begins; none at the end of the list.
    pub next: Option<Mark>,
}

impl<T> Slice<T> {
    /// A slice of `limit` items from one item more than that, if there are so many: the surplus says that the list goes on.
    pub fn cut(mut items: Vec<T>, limit: u32, mark: impl FnOnce(&T) -> Mark) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(mark) } else { None };
        Self { items, next }
    }

    /// The same slice with every item turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Slice<U> {
        Slice { items: self.items.into_iter().map(turn).collect(), next: self.next }
    }
}
