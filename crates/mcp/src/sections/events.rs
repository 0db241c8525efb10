//! What happened of late.

use std::time::Duration;

use client::v1::events as api;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::{
    arguments::{Args, Param},
    reply::{Outcome, Refusal, Reply},
    tool::{Context, Tool, not_understood},
};

const USUAL: i64 = 50;
const MOST: i64 = 200;
const LONGEST_WAIT: i64 = 30;
/// The stream does not say that it has told everything. When it has been silent for so long, it has.
const SILENCE: Duration = Duration::from_millis(500);

pub(crate) fn tools() -> Vec<Tool> {
    vec![
        Tool::reads(
            "events_recent",
            "List what happened of late in everything you can see, oldest first. Call again with after = meta.last_seq \
             for what happened since",
            |cx, args| async move { recent(&cx, &args).await },
        )
        .takes([
            Param::integer("after", "Only events behind this number; the latest ones when absent"),
            Param::integer("limit", "Events at most: 1 to 200, 50 when absent"),
            Param::integer("wait_seconds", "How long to wait for a first event: 0 to 30, 0 when absent"),
        ]),
    ]
}

async fn recent(cx: &Context, args: &Args) -> Outcome {
    let limit = within(args, "limit", 1..=MOST, USUAL)?;
    let wait = within(args, "wait_seconds", 0..=LONGEST_WAIT, 0)?;
    let after = args.integer("after");
    let mut stream = cx.client.follow(api::follow(after.or(Some(-limit)))).await?;
    let mut events: Vec<Value> = Vec::new();
    let mut until = Instant::now() + SILENCE.max(Duration::from_secs(wait as u64));
    while events.len() < limit as usize
        && let Ok(message) = timeout_at(until, stream.next()).await
    {
        events.push(serde_json::from_str(&message?.data).map_err(|error| not_understood(&error))?);
        until = Instant::now() + SILENCE;
    }
    let last = events.last().map_or_else(|| json!(after), |event| event["seq"].clone());
    let full = events.len() == limit as usize;
    Ok(Reply::Value(json!({ "data": events, "meta": { "last_seq": last, "has_more": full } })))
}

fn within(args: &Args, name: &str, range: std::ops::RangeInclusive<i64>, usual: i64) -> Result<i64, Refusal> {
    match args.integer(name) {
        None => Ok(usual),
        Some(value) if range.contains(&value) => Ok(value),
        Some(_) => Err(Refusal::arguments(format!("{name} must be between {} and {}", range.start(), range.end()))),
    }
}
