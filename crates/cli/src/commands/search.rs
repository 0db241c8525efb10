//! `search`

use clap::Args;
use client::v1::search;

use crate::{Result, Session};

/// Search in everything.
#[derive(Debug, Args)]
pub struct Search {
    /// Words that must all be found
    #[arg(required = true)]
    query: Vec<String>,
    /// Hits at most
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<i64>,
}

impl Search {
    pub async fn run(self, session: &Session) -> Result {
        session.show(&search::search(&self.query.join(" "), self.limit)).await
    }
}
