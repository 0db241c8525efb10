//! `events`

use clap::Args;
use client::v1::events;

use crate::{Result, Session};

/// Follow what happens: one event a line, for as long as nothing ends it.
#[derive(Debug, Args)]
pub struct Events {
    /// Wait for what comes; there is no other way to read events
    #[arg(long)]
    follow: bool,
    /// Begin behind the event of this number, 0 for the beginning [default: now]
    #[arg(long, value_name = "SEQ", alias = "after", allow_negative_numbers = true)]
    since: Option<i64>,
    /// End after so many events
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

impl Events {
    pub async fn run(self, session: &Session) -> Result {
        let mut left = self.limit;
        let mut events = session.client.follow(events::follow(self.since)).await?;
        while left != Some(0) {
            session.out.line(events.next().await?.data.as_bytes())?;
            left = left.map(|left| left - 1);
        }
        Ok(())
    }
}
