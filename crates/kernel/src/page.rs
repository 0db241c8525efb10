use crate::{Error, Result};

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
