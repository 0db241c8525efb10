//! Lists: `limit` and `offset` in, the list under its own name beside `total`, `limit` and `offset` out.

use kernel::{Error, Result};
use serde::Deserialize;
use utoipa::IntoParams;

/// The most that one answer lists.
const MOST: i64 = 200;

/// Which part of a list is wanted.
#[derive(Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// How many to leave out before.
    #[param(minimum = 0, default = 0)]
    offset: Option<i64>,
}

impl Paging {
    /// A part of a list.
    pub fn new(limit: Option<i64>, offset: Option<i64>) -> Self {
        Self { limit, offset }
    }

    /// Checks the two and answers them.
    pub fn checked(self) -> Result<(i64, i64)> {
        let (limit, offset) = (self.limit.unwrap_or(50), self.offset.unwrap_or(0));
        if !(1..=MOST).contains(&limit) {
            return Err(Error::invalid("limit", format!("limit must be between 1 and {MOST}")));
        }
        if !(0..=1_000_000_000).contains(&offset) {
            return Err(Error::invalid("offset", "offset must be between 0 and a billion"));
        }
        Ok((limit, offset))
    }
}
