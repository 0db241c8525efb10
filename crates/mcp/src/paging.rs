//! Lists: one page, or all of them.

use std::collections::HashSet;

use client::{Call, public::Paging, v1::Pages};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    arguments::{Args, Object},
    reply::{Outcome, Refusal, Reply},
    tool::Context,
};

/// Items on a page of `/v1` when all are wanted.
const MANY: i64 = 200;
/// The most bytes of all pages together. Nobody can make use of more in one answer, and it is held in memory.
const MOST: usize = 8 << 20;

impl Args {
    /// The page of the public API that is wanted.
    pub(crate) fn paging(&self) -> Paging {
        Paging { limit: self.integer("limit"), cursor: self.owned("cursor") }
    }

    /// The page of `/v1` that is wanted.
    pub(crate) fn pages(&self) -> Pages {
        let per_page = self.integer("per_page").or(self.flag("all").then_some(MANY));
        Pages { page: self.integer("page"), per_page }
    }
}

#[derive(Deserialize)]
struct CursorPage {
    data: Vec<Value>,
    #[serde(default)]
    has_more: bool,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct NumberedPage {
    data: Vec<Value>,
    meta: NumberedMeta,
}

#[derive(Deserialize)]
struct NumberedMeta {
    total: u64,
    page: u64,
    per_page: u64,
}

impl Context {
    /// A list of the public API: the page as it is, or with `all` the items of all pages.
    pub(crate) async fn list<T>(&self, mut call: Call<T>, args: &Args) -> Outcome {
        if !args.flag("all") {
            return self.show(&call).await;
        }
        let mut gathered = Gathered::default();
        loop {
            let page: CursorPage = self.page(&call, &mut gathered).await?;
            gathered.items.extend(page.data);
            match page.next_cursor.filter(|cursor| page.has_more && !cursor.is_empty()) {
                // A server that gives the same page for ever must not keep us for ever.
                Some(next) if call.query_value("cursor") == Some(&next) => {
                    return Err(Refusal::other("the server answered the same cursor twice"));
                }
                Some(next) => call.set_query("cursor", next),
                None => return Ok(gathered.reply()),
            }
        }
    }

    /// A list of `/v1`. While its pages are read things may move from one to the next; none is answered twice.
    pub(crate) async fn list_pages<T>(&self, mut call: Call<T>, args: &Args) -> Outcome {
        if !args.flag("all") {
            return self.show(&call).await;
        }
        let (mut gathered, mut seen) = (Gathered::default(), HashSet::new());
        loop {
            let page: NumberedPage = self.page(&call, &mut gathered).await?;
            let last = page.data.is_empty() || page.meta.page.saturating_mul(page.meta.per_page) >= page.meta.total;
            gathered.items.extend(page.data.into_iter().filter(|item| match item["id"].as_str() {
                Some(id) => seen.insert(id.to_owned()),
                None => true,
            }));
            if last {
                return Ok(gathered.reply());
            }
            call.set_query("page", page.meta.page + 1);
        }
    }

    async fn page<T, P: DeserializeOwned>(&self, call: &Call<T>, gathered: &mut Gathered) -> Result<P, Refusal> {
        let body = self.client.send_raw(call).await?.body;
        gathered.bytes += body.len();
        if gathered.bytes > MOST {
            let message =
                format!("all pages together are larger than {} MiB: use a filter, or page by page", MOST >> 20);
            return Err(Refusal::other(message));
        }
        serde_json::from_slice(&body).map_err(|error| crate::tool::not_understood(&error))
    }
}

/// What has come so far.
#[derive(Default)]
struct Gathered {
    items: Vec<Value>,
    bytes: usize,
}

impl Gathered {
    fn reply(self) -> Reply {
        let mut list = Object::new();
        list.insert("data".into(), Value::Array(self.items));
        Reply::Value(list.into())
    }
}
