//! Lists that come in pages.

use client::Uuid;

use crate::{model::Keyed, text::Clean};

/// Whether a list is being fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetching {
    /// It is not.
    Idle,
    /// A page is on its way.
    Busy,
    /// The last page that was asked for did not come.
    Failed(Clean),
}

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing has come yet.
    First,
    /// After what has come.
    At(String),
    /// There is no more.
    End,
}

impl Next {
    /// What an answer says about the page after it.
    pub fn of(has_more: bool, cursor: Option<String>) -> Self {
        match cursor {
            Some(cursor) if has_more && !cursor.is_empty() => Self::At(cursor),
            _ => Self::End,
        }
    }

    /// The cursor to ask with, unless the list has ended.
    fn cursor(&self) -> Option<Option<String>> {
        match self {
            Self::First => Some(None),
            Self::At(cursor) => Some(Some(cursor.clone())),
            Self::End => None,
        }
    }
}

/// A list, as far as it has come. While it is fetched again, what was there before stays.
#[derive(Debug)]
pub struct Pager<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether it is being fetched.
    pub fetching: Fetching,
    next: Next,
    /// What has come of a list that is fetched again.
    fresh: Option<Vec<T>>,
}

impl<T> Default for Pager<T> {
    fn default() -> Self {
        Self { items: Vec::new(), fetching: Fetching::Idle, next: Next::First, fresh: None }
    }
}

/// The cursor to fetch a page with; none for the first page.
pub type Cursor = Option<String>;

/// Fetching of a list, whatever is in it.
pub trait Paged {
    /// Fetches the list from its beginning, as far as it was fetched before.
    fn reload(&mut self) -> Cursor;

    /// Fetches the next page, unless one is on its way or there is none.
    fn advance(&mut self) -> Option<Cursor>;

    /// Takes a failure.
    fn fail(&mut self, why: Clean);
}

impl<T: Keyed> Paged for Pager<T> {
    fn reload(&mut self) -> Cursor {
        self.fresh = Some(Vec::new());
        self.fetching = Fetching::Busy;
        None
    }

    fn advance(&mut self) -> Option<Cursor> {
        if self.fetching != Fetching::Idle {
            return None;
        }
        let cursor = self.next.cursor()?;
        self.fetching = Fetching::Busy;
        Some(cursor)
    }

    fn fail(&mut self, why: Clean) {
        self.fresh = None;
        self.fetching = Fetching::Failed(why);
    }
}

impl<T: Keyed> Pager<T> {
    /// Takes a page. The answer is the cursor of a further page that a reload needs.
    pub fn receive(&mut self, page: Vec<T>, next: Next) -> Option<Cursor> {
        let known = self.items.len();
        let target = self.fresh.as_mut().unwrap_or(&mut self.items);
        // Where things moved between two requests, one may come twice.
        for item in page {
            if !target.iter().any(|other| other.key() == item.key()) {
                target.push(item);
            }
        }
        if let Some(fresh) = &mut self.fresh {
            if fresh.len() < known
                && let Some(cursor) = next.cursor()
            {
                return Some(cursor);
            }
            self.items = std::mem::take(fresh);
            self.fresh = None;
        }
        self.next = next;
        self.fetching = Fetching::Idle;
        None
    }

    /// Whether a first page has come.
    pub fn has_come(&self) -> bool {
        self.next != Next::First
    }

    /// Whether there are more pages.
    pub fn has_more(&self) -> bool {
        matches!(self.next, Next::At(_))
    }

    /// How many there are, with a plus when there are more.
    pub fn count(&self) -> String {
        match self.has_come() {
            true => format!("{}{}", self.items.len(), if self.has_more() { "+" } else { "" }),
            false => String::new(),
        }
    }

    /// The place of an item.
    pub fn position(&self, id: Uuid) -> Option<usize> {
        self.items.iter().position(|item| item.key() == id)
    }

    /// The item of an id.
    pub fn find_mut(&mut self, id: Uuid) -> Option<&mut T> {
        self.items.iter_mut().find(|item| item.key() == id)
    }
}

/// Which row of a list is chosen, and which is the first that is seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Choice {
    /// The chosen row.
    pub at: usize,
    /// The first row that is seen.
    pub top: usize,
}

impl Choice {
    /// Moves by some rows.
    pub fn step(&mut self, by: isize, len: usize) {
        self.at = self.at.saturating_add_signed(by).min(len.saturating_sub(1));
    }

    /// Keeps the chosen row in the list and in the window of that height.
    pub fn settle(&mut self, len: usize, height: usize) {
        self.at = self.at.min(len.saturating_sub(1));
        let height = height.max(1);
        self.top = self.top.clamp((self.at + 1).saturating_sub(height), self.at);
        self.top = self.top.min(len.saturating_sub(height));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    struct Item(u128);

    impl Keyed for Item {
        fn key(&self) -> Uuid {
            Uuid::from_u128(self.0)
        }
    }

    fn items(range: std::ops::Range<u128>) -> Vec<Item> {
        range.map(Item).collect()
    }

    fn at(cursor: &str) -> Next {
        Next::At(cursor.into())
    }

    #[test]
    fn pages_follow_each_other() {
        let mut list = Pager::default();
        assert_eq!(list.count(), "");
        assert_eq!(list.advance(), Some(None));
        assert_eq!(list.advance(), None, "one is on its way");
        assert_eq!(list.receive(items(0..30), at("a")), None);
        assert_eq!(list.count(), "30+");
        assert_eq!(list.advance(), Some(Some("a".into())));
        // One has moved from the first page to the second.
        list.receive(items(29..40), Next::End);
        assert_eq!((list.items.len(), list.count().as_str()), (40, "40"));
        assert_eq!(list.advance(), None, "there is no more");
    }

    #[test]
    fn a_reload_keeps_the_list_until_it_is_complete() {
        let mut list = Pager::default();
        list.advance();
        list.receive(items(0..30), at("a"));
        list.advance();
        list.receive(items(30..60), at("b"));
        assert_eq!(list.reload(), None);
        assert_eq!(list.receive(items(1..31), at("c")), Some(Some("c".into())));
        assert_eq!(list.items, items(0..60), "the old list is still there");
        assert_eq!(list.receive(items(31..61), at("d")), None);
        assert_eq!(list.items, items(1..61));
        assert_eq!(list.advance(), Some(Some("d".into())));
    }

    #[test]
    fn a_list_that_became_shorter_ends_a_reload() {
        let mut list = Pager::default();
        list.advance();
        list.receive(items(0..30), Next::End);
        list.reload();
        assert_eq!(list.receive(items(0..2), Next::End), None);
        assert_eq!(list.count(), "2");
    }

    #[test]
    fn a_failure_is_not_tried_again_by_itself() {
        let mut list: Pager<Item> = Pager::default();
        list.advance();
        list.fail(Clean::ours("no"));
        assert_eq!(list.advance(), None);
        assert_eq!(list.reload(), None);
        list.receive(items(0..1), Next::End);
        assert_eq!(list.fetching, Fetching::Idle);
    }

    #[test]
    fn the_chosen_row_is_seen() {
        let mut choice = Choice::default();
        choice.step(7, 20);
        choice.settle(20, 5);
        assert_eq!(choice, Choice { at: 7, top: 3 });
        choice.step(-2, 20);
        choice.settle(20, 5);
        assert_eq!(choice, Choice { at: 5, top: 3 });
        choice.step(isize::MIN, 20);
        choice.settle(20, 5);
        assert_eq!(choice, Choice { at: 0, top: 0 });
        choice.step(isize::MAX, 20);
        choice.settle(20, 5);
        assert_eq!(choice, Choice { at: 19, top: 15 });
        // The window grew, the list shrank.
        choice.settle(20, 50);
        assert_eq!(choice.top, 0);
        choice.settle(3, 2);
        assert_eq!(choice, Choice { at: 2, top: 1 });
        choice.settle(0, 2);
        assert_eq!(choice, Choice { at: 0, top: 0 });
    }
}
