//! What the calls of a workspace have taken.

use std::collections::HashMap;

use kernel::{
    Result, Timestamp,
    ids::{ActorId, SpaceId},
};
use store::{Param, Tx, params};

use crate::{Outcome, check_admin};

/// Which calls count: those begun at `from` or later and before `to`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The beginning.
    pub from: Option<Timestamp>,
    /// The end, which does not belong to it.
    pub to: Option<Timestamp>,
}

/// What usage is told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// The model.
    Model,
    /// The person or agent.
    Actor,
    /// The day in UTC.
    Day,
    /// The space of the run; calls that belong to no run have none.
    Space,
}

/// What calls have taken.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// By what was asked for: the most expensive first, days in their order.
    pub groups: Vec<Line>,
    /// All together.
    pub total: Line,
}

/// What some calls have taken.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// What they have in common; empty where there is nothing.
    pub key: String,
    /// Its name, where the key does not say it all.
    pub name: Option<String>,
    /// How many.
    pub calls: i64,
    /// Those that were answered in whole.
    pub ok: i64,
    /// Those that were given an answer of before.
    pub repeated: i64,
    /// Those that the provider refused or failed.
    pub errors: i64,
    /// Those whose caller went away.
    pub cancelled: i64,
    /// Those that ended with the server.
    pub interrupted: i64,
    /// Those under way.
    pub running: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// The part of those read that came from the provider's cache.
    pub cached_tokens: i64,
    /// What they cost, in millionths of a US dollar.
    pub cost_micros: i64,
}

impl Line {
    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.ok += other.ok;
        self.repeated += other.repeated;
        self.errors += other.errors;
        self.cancelled += other.cancelled;
        self.interrupted += other.interrupted;
        self.running += other.running;
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.cached_tokens += other.cached_tokens;
        self.cost_micros += other.cost_micros;
    }
}

/// What the calls of the workspace have taken, those of agents' runs included.
///
/// # Errors
/// `forbidden` below workspace admin.
pub fn usage(tx: &mut Tx<'_>, span: Span, by: GroupBy) -> Result<Usage> {
    check_admin(tx)?;
    let mut values = Vec::new();
    let mut within = String::new();
    for (compares, time) in [(">=", span.from), ("<", span.to)] {
        if let Some(time) = time {
            values.push(Param::Time(time));
            within.push_str(&format!(" AND begun_at {compares} ${}", values.len()));
        }
    }
    let sql = format!(
        "SELECT model, actor_id, begun_at, space_id, outcome, input_tokens, output_tokens, cached_tokens, cost_micros \
         FROM llm_calls WHERE TRUE{within}"
    );
    let mut groups: HashMap<String, Line> = HashMap::new();
    tx.for_each(&sql, &values, |row| {
        let key = match by {
            GroupBy::Model => row.get::<String>(0)?,
            GroupBy::Actor => row.get::<ActorId>(1)?.to_string(),
            GroupBy::Day => Timestamp::date(row.get::<Timestamp>(2)?.day()),
            GroupBy::Space => row.get::<Option<SpaceId>>(3)?.map(|id| id.to_string()).unwrap_or_default(),
        };
        let mut call = Line {
            calls: 1,
            input_tokens: row.get(5)?,
            output_tokens: row.get(6)?,
            cached_tokens: row.get(7)?,
            cost_micros: row.get(8)?,
            ..Line::default()
        };
        match row.get::<Outcome>(4)? {
            Outcome::Ok => call.ok = 1,
            Outcome::Cached => call.repeated = 1,
            Outcome::Error => call.errors = 1,
            Outcome::Cancelled => call.cancelled = 1,
            Outcome::Interrupted => call.interrupted = 1,
            Outcome::Running => call.running = 1,
        }
        groups.entry(key).or_default().add(&call);
        Ok(true)
    })?;
    let names = names(tx, by)?;
    let mut usage = Usage::default();
    for (key, mut line) in groups {
        usage.total.add(&line);
        line.name = names.get(&key).cloned();
        line.key = key;
        usage.groups.push(line);
    }
    usage.groups.sort_by(|a, b| match by {
        GroupBy::Day => a.key.cmp(&b.key),
        _ => (b.cost_micros, b.calls, &a.key).cmp(&(a.cost_micros, a.calls, &b.key)),
    });
    usage.total.key = "total".to_owned();
    Ok(usage)
}

fn names(tx: &mut Tx<'_>, by: GroupBy) -> Result<HashMap<String, String>> {
    let names = match by {
        GroupBy::Model | GroupBy::Day => Vec::new(),
        GroupBy::Actor => tx.query("SELECT id, name FROM actors", &[], |row| {
            Ok((row.get::<ActorId>(0)?.to_string(), row.get::<String>(1)?))
        })?,
        GroupBy::Space => {
            let caller = tx.actor().id;
            tx.query(
                "SELECT s.id, s.name FROM spaces s JOIN members m ON m.space_id = s.id AND m.actor_id = $1",
                params![caller],
                |row| Ok((row.get::<SpaceId>(0)?.to_string(), row.get::<String>(1)?)),
            )?
        }
    };
    Ok(names.into_iter().collect())
}
