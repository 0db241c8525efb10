//! The API of Loom: bare objects, lists with `limit` and `offset`.

pub mod proxy;
pub mod threads;

use reqwest::Method;

use crate::Call;

/// A part of a list. What is left out is up to the server: 50 from the first one on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// How many at most.
    pub limit: Option<u32>,
    /// How many to pass over.
    pub offset: Option<u64>,
}

impl<T> Call<T> {
    fn part(self, part: Part) -> Self {
        self.query("limit", part.limit).query("offset", part.offset)
    }
}

fn call<T>(method: Method, root: &str) -> Call<T> {
    Call::new(method, root)
}
