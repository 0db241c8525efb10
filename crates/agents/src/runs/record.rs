//! How an agent has done: its runs and what people made of its proposals, in the spaces that the caller can see.

use std::collections::BTreeMap;

use identity::actors;
use kernel::{Result, Timestamp, ids::ActorId};
use store::{Param, ToParam, Tx};

use super::{RunState, usage::Span};
use crate::proposals::ProposalState;

/// The record of an agent. Trials do not count.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Runs begun in the span.
    pub runs: i64,
    /// Those that completed their stage.
    pub succeeded: i64,
    /// Those that could not.
    pub failed: i64,
    /// Those that were ended by a person, or with their stage.
    pub cancelled: i64,
    /// Those that have not ended.
    pub unfinished: i64,
    /// What people decided about its proposals.
    pub proposals: Decisions,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// What they cost, in millionths of a US dollar.
    pub cost_micros: i64,
    /// The median time from the start of a run to its end, in whole seconds, waiting included.
    pub median_seconds: Option<i64>,
    /// The same by week, oldest first. Weeks without a run are left out.
    pub weeks: Vec<Week>,
}

/// What people decided about proposals. The states add up to the total.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decisions {
    /// All proposals made in the span.
    pub total: i64,
    /// Approved as they were.
    pub approved: i64,
    /// Approved with another input.
    pub edited: i64,
    /// Rejected.
    pub rejected: i64,
    /// Not decided yet.
    pub pending: i64,
    /// Taken back with their run.
    pub withdrawn: i64,
}

/// The runs of a week.
#[derive(Clone, Copy, Debug, Default)]
pub struct Week {
    /// Its Monday in UTC, as days since 1970-01-01.
    pub monday: i64,
    /// Runs begun in it.
    pub runs: i64,
    /// Those that completed their stage.
    pub succeeded: i64,
    /// Those that could not.
    pub failed: i64,
    /// What they cost, in millionths of a US dollar.
    pub cost_micros: i64,
}

impl Record {
    /// How many of the runs that succeeded or failed succeeded, from 0 to 1.
    pub fn success_rate(&self) -> Option<f64> {
        rate(self.succeeded, self.succeeded + self.failed)
    }

    /// How many of the decided proposals people edited or rejected, from 0 to 1.
    pub fn correction_rate(&self) -> Option<f64> {
        let corrected = self.proposals.edited + self.proposals.rejected;
        rate(corrected, corrected + self.proposals.approved)
    }
}

fn rate(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The record of an agent over the spaces that the transaction's actor can see.
///
/// # Errors
/// `actor_not_found`.
pub fn record(tx: &mut Tx<'_>, agent: ActorId, span: Span) -> Result<Record> {
    actors::get(tx, agent)?;
    let mut record = Record::default();
    let mut weeks: BTreeMap<i64, Week> = BTreeMap::new();
    let mut times = Vec::new();
    let caller = tx.actor().id;
    let mut values: Vec<Param<'_>> = vec![caller.to_param(), agent.to_param()];
    let within = span.condition("r", &mut values);
    let sql = format!(
        "SELECT r.created_at, r.started_at, r.ended_at, r.state, r.input_tokens, r.output_tokens, r.cost_micros FROM runs r \
         JOIN members m ON m.space_id = r.space_id AND m.actor_id = $1 WHERE r.actor_id = $2 AND NOT r.trial{within}"
    );
    tx.for_each(&sql, &values, |row| {
        let created: Timestamp = row.get(0)?;
        let (started, ended): (Option<Timestamp>, Option<Timestamp>) = (row.get(1)?, row.get(2)?);
        let cost: i64 = row.get(6)?;
        let monday = created.monday();
        let week = weeks.entry(monday).or_insert(Week { monday, ..Week::default() });
        record.runs += 1;
        week.runs += 1;
        match row.get::<RunState>(3)? {
            RunState::Succeeded => {
                record.succeeded += 1;
                week.succeeded += 1;
            }
            RunState::Failed => {
                record.failed += 1;
                week.failed += 1;
            }
            RunState::Cancelled => record.cancelled += 1,
            RunState::Queued | RunState::Running | RunState::Waiting => record.unfinished += 1,
        }
        record.input_tokens += row.get::<i64>(4)?;
        record.output_tokens += row.get::<i64>(5)?;
        record.cost_micros += cost;
        week.cost_micros += cost;
        if let (Some(started), Some(ended)) = (started, ended) {
            times.push(ended.micros() - started.micros());
        }
        Ok(true)
    })?;
    record.median_seconds = median(times).map(|micros| micros.div_euclid(1_000_000));
    record.weeks = weeks.into_values().collect();
    record.proposals = decisions(tx, agent, span)?;
    Ok(record)
}

fn decisions(tx: &mut Tx<'_>, agent: ActorId, span: Span) -> Result<Decisions> {
    let mut decisions = Decisions::default();
    let caller = tx.actor().id;
    let mut values: Vec<Param<'_>> = vec![caller.to_param(), agent.to_param()];
    let within = span.condition("p", &mut values);
    let sql = format!(
        "SELECT p.state, p.decided_input IS NOT NULL, COUNT(*) FROM proposals p \
         JOIN members m ON m.space_id = p.space_id AND m.actor_id = $1 WHERE p.actor_id = $2{within} \
         GROUP BY p.state, p.decided_input IS NOT NULL"
    );
    tx.for_each(&sql, &values, |row| {
        let (edited, count): (bool, i64) = (row.get(1)?, row.get(2)?);
        decisions.total += count;
        match row.get::<ProposalState>(0)? {
            ProposalState::Approved if edited => decisions.edited += count,
            ProposalState::Approved => decisions.approved += count,
            ProposalState::Rejected => decisions.rejected += count,
            ProposalState::Pending => decisions.pending += count,
            ProposalState::Withdrawn => decisions.withdrawn += count,
        }
        Ok(true)
    })?;
    Ok(decisions)
}

/// The middle of the values, between the two in the middle where their number is even.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let last = values.len().checked_sub(1)?;
    Some(values[last / 2].midpoint(values[last.div_ceil(2)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!([vec![], vec![7], vec![9, 1], vec![5, 1, 9]].map(median), [None, Some(7), Some(5), Some(5)]);
    }

    #[test]
    fn rates_are_of_what_was_decided() {
        let proposals = Decisions { total: 9, approved: 1, edited: 2, rejected: 1, pending: 4, withdrawn: 1 };
        let record = Record { runs: 9, succeeded: 3, failed: 1, cancelled: 5, proposals, ..Record::default() };
        assert_eq!((record.success_rate(), record.correction_rate()), (Some(0.75), Some(0.75)));
        assert_eq!((Record::default().success_rate(), Record::default().correction_rate()), (None, None));
    }
}
