//! What the runs of a workspace have taken.

use std::collections::{BTreeMap, HashMap};

use kernel::{
    Error, Result, Timestamp,
    ids::{ActorId, SpaceId},
};
use store::{Param, Tx, params};

/// Which runs count: those begun at `from` or later and before `to`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The beginning.
    pub from: Option<Timestamp>,
    /// The end, which does not belong to it.
    pub to: Option<Timestamp>,
}

impl Span {
    /// The span as a part of a condition on the rows of `alias`; its values are added to `values`.
    pub(super) fn condition(&self, alias: &str, values: &mut Vec<Param<'_>>) -> String {
        let mut condition = String::new();
        for (compares, time) in [(">=", self.from), ("<", self.to)] {
            if let Some(time) = time {
                values.push(Param::Time(time));
                condition.push_str(&format!(" AND {alias}.created_at {compares} ${}", values.len()));
            }
        }
        condition
    }
}

store::text_enum! {
    /// What usage is told by.
    pub enum GroupBy {
        /// The model.
        Model = "model",
        /// The agent.
        Actor = "actor",
        /// The day in UTC on which a run was begun.
        Day = "day",
        /// The space.
        Space = "space",
    }
}

/// What runs have taken.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// By what was asked for: the most expensive first, days in their order.
    pub groups: Vec<Group>,
    /// All together.
    pub total: Group,
}

/// What some runs have taken.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// What they have in common: a model, an id, a date.
    pub key: String,
    /// Its name; none for a space that the caller is not in, and where the key says it all.
    pub name: Option<String>,
    /// How many runs.
    pub runs: i64,
    /// Answers of models.
    pub turns: i64,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// What they cost, in millionths of a US dollar; 0 where a price is not known.
    pub cost_micros: i64,
}

impl Group {
    fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.turns += other.turns;
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.cost_micros += other.cost_micros;
    }
}

/// What all runs of the workspace have taken, trials included: they cost the same.
///
/// # Errors
/// `forbidden` below workspace admin.
pub fn usage(tx: &mut Tx<'_>, span: Span, by: GroupBy) -> Result<Usage> {
    if !tx.actor().workspace_admin && !tx.actor().is_system() {
        return Err(Error::forbidden("Only an owner or admin of the workspace can see what agents use."));
    }
    let mut values = Vec::new();
    let within = span.condition("r", &mut values);
    let sql = format!(
        "SELECT r.model_id, r.actor_id, r.created_at, r.space_id, r.turns, r.input_tokens, r.output_tokens, r.cost_micros \
         FROM runs r WHERE TRUE{within}"
    );
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    tx.for_each(&sql, &values, |row| {
        let key = match by {
            GroupBy::Model => row.get::<String>(0)?,
            GroupBy::Actor => row.get::<ActorId>(1)?.to_string(),
            GroupBy::Day => Timestamp::date(row.get::<Timestamp>(2)?.day()),
            GroupBy::Space => row.get::<SpaceId>(3)?.to_string(),
        };
        let run = Group {
            runs: 1,
            turns: row.get(4)?,
            input_tokens: row.get(5)?,
            output_tokens: row.get(6)?,
            cost_micros: row.get(7)?,
            ..Group::default()
        };
        groups.entry(key).or_default().add(&run);
        Ok(true)
    })?;
    let names = names(tx, by)?;
    let mut usage = Usage::default();
    for (key, mut group) in groups {
        usage.total.add(&group);
        group.name = names.get(&key).cloned();
        group.key = key;
        usage.groups.push(group);
    }
    if by != GroupBy::Day {
        usage.groups.sort_by_key(|group| std::cmp::Reverse((group.cost_micros, group.runs)));
    }
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
