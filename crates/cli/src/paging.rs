//! Lists: one page, or all of them.

use std::collections::HashSet;

use clap::Args;
use client::{Call, public::Paging, v1::Pages};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Failure, Result, Session, json, output};

/// The flags of lists with a cursor.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Paging")]
pub struct CursorFlags {
    /// Items on a page, 1 to 100
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<i64>,
    /// Where the page begins: the next_cursor of the page before
    #[arg(long)]
    cursor: Option<String>,
    /// All pages as one list
    #[arg(long)]
    all: bool,
}

impl CursorFlags {
    /// The page.
    pub fn page(&self) -> Paging {
        Paging { limit: self.limit, cursor: self.cursor.clone() }
    }
}

/// The flags of lists with numbered pages.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Paging")]
pub struct PageFlags {
    /// Number of the page, from 1
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    page: Option<i64>,
    /// Items on a page, 1 to 200
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    per_page: Option<i64>,
    /// All pages as one list
    #[arg(long)]
    all: bool,
}

/// How many items are asked for at once when all are wanted.
const MANY: i64 = 200;

impl PageFlags {
    /// The page.
    pub fn pages(&self) -> Pages {
        let per_page = self.per_page.or(self.all.then_some(MANY));
        Pages { page: self.page, per_page }
    }
}

#[derive(Deserialize)]
struct CursorPage<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    #[serde(default)]
    has_more: bool,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct NumberedPage<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    meta: NumberedMeta,
}

#[derive(Deserialize)]
struct NumberedMeta {
    total: u64,
    page: u64,
    per_page: u64,
}

impl Session {
    /// Shows a list with a cursor: a page as it came, or with `--all` the items of all pages.
    pub(crate) async fn list<T>(&self, mut call: Call<T>, paging: &CursorFlags) -> Result {
        if !paging.all {
            return self.show(&call).await;
        }
        let mut shown = Document::new(self.out.is_table());
        loop {
            let answer = self.client.send_raw(&call).await?;
            let page: CursorPage<'_> = read(&answer.body)?;
            for item in &page.data {
                shown.add(item);
            }
            match page.next_cursor.filter(|cursor| page.has_more && !cursor.is_empty()) {
                // A server that gives the same page for ever must not keep us for ever.
                Some(next) if call.query_value("cursor") == Some(&next) => {
                    return Err(Failure::plain("the server answered the same cursor twice"));
                }
                Some(next) => call.set_query("cursor", next),
                None => return shown.end(self),
            }
            shown.flush()?;
        }
    }

    /// Shows a list with numbered pages: a page as it came, or with `--all` the items of all pages.
    pub(crate) async fn list_pages<T>(&self, mut call: Call<T>, paging: &PageFlags) -> Result {
        if !paging.all {
            return self.show(&call).await;
        }
        let mut shown = Document::new(self.out.is_table());
        loop {
            let answer = self.client.send_raw(&call).await?;
            let page: NumberedPage<'_> = read(&answer.body)?;
            for item in &page.data {
                shown.add_once(item);
            }
            if page.data.is_empty() || page.meta.page.saturating_mul(page.meta.per_page) >= page.meta.total {
                return shown.end(self);
            }
            call.set_query("page", page.meta.page + 1);
            shown.flush()?;
        }
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::plain(format!("the server's answer cannot be understood: {error}")))
}

/// A list that is written while it comes.
struct Document {
    text: Vec<u8>,
    items: usize,
    seen: HashSet<String>,
    /// Columns are as wide as their widest cell, so they need everything first.
    gathers: bool,
}

impl Document {
    fn new(gathers: bool) -> Self {
        Self { text: Vec::new(), items: 0, seen: HashSet::new(), gathers }
    }

    fn add(&mut self, item: &RawValue) {
        self.text.extend_from_slice(if self.items == 0 { b"{\n  \"data\": [\n    " } else { b",\n    " });
        json::indent(&mut self.text, item.get().as_bytes(), 2);
        self.items += 1;
    }

    /// Adds an item unless its id came already: numbered pages shift when something is added in front.
    fn add_once(&mut self, item: &RawValue) {
        #[derive(Deserialize)]
        struct Named {
            id: Option<String>,
        }
        let id = serde_json::from_str::<Named>(item.get()).ok().and_then(|named| named.id);
        if id.is_none_or(|id| self.seen.insert(id)) {
            self.add(item);
        }
    }

    /// Writes what has come so far.
    fn flush(&mut self) -> Result {
        if self.gathers {
            return Ok(());
        }
        output::write(&std::mem::take(&mut self.text))
    }

    fn end(mut self, session: &Session) -> Result {
        self.text.extend_from_slice(if self.items == 0 { b"{\n  \"data\": []\n}\n" } else { b"\n  ]\n}\n" });
        if self.gathers { session.out.body(&self.text) } else { output::write(&self.text) }
    }
}
