//! What is used up, in memory: checked and raised before a call, corrected after it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use gateway::Usage;
use kernel::{Actor, Error, Result, Timestamp, ids::WorkspaceId};
use store::{Param, ToParam, Tx};
use uuid::Uuid;

use crate::{Ledger, Limit, Measure, Period, Subject, Who, book::Rules};

/// How long a counter is trusted before it is read from the ledger again: other nodes count, too.
const TRUSTED: Duration = Duration::from_secs(30);
/// Counters beyond which those of windows that have ended are dropped.
const SWEEP: usize = 10_000;

/// The code of a refusal that the caller may overrule.
pub const CONFIRM: &str = "confirmation_required";

/// What a call takes, in each measure.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Amounts {
    tokens: i64,
    cost: i64,
}

impl Amounts {
    pub(crate) fn of(usage: &Usage, cost: i64) -> Self {
        let tokens = usage.input_tokens.saturating_add(usage.output_tokens);
        Self { tokens: i64::try_from(tokens).unwrap_or(i64::MAX), cost }
    }

    fn in_measure(self, measure: Measure) -> i64 {
        match measure {
            // They are counted when they begin.
            Measure::Requests => 0,
            Measure::Tokens => self.tokens,
            Measure::Cost => self.cost,
        }
    }
}

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    workspace: WorkspaceId,
    subject: Subject,
    id: Option<Uuid>,
    measure: Measure,
    period: Period,
}

#[derive(Clone, Copy, Debug)]
struct Counter {
    /// When the window began.
    window: Timestamp,
    used: i64,
    /// Set aside for calls under way.
    held: i64,
    /// When it was read from the ledger; none when it must be.
    read_at: Option<Instant>,
}

/// What is set aside for a call.
#[derive(Default)]
pub(crate) struct Held(Vec<(Key, Timestamp, i64)>);

/// The counters of this process.
#[derive(Default)]
pub(crate) struct Counters(Mutex<HashMap<Key, Counter>>);

impl Counters {
    /// Sets aside what a call may take, if every limit that applies lets it pass.
    pub(crate) async fn admit(
        &self,
        ledger: &Ledger,
        rules: &Rules,
        who: &Who,
        expected: Amounts,
        now: Timestamp,
    ) -> Result<Held> {
        let applying: Vec<(&Limit, Key)> =
            rules.limits.iter().filter_map(|limit| Some((limit, key(limit, who)?))).collect();
        let unknown: Vec<Key> = {
            let counters = self.counters();
            let fresh = |key: &Key| counters.get(key).is_some_and(Counter::is_trusted);
            applying.iter().map(|(_, key)| *key).filter(|key| !fresh(key)).collect()
        };
        if !unknown.is_empty() {
            self.read(ledger, who.workspace, unknown, now).await?;
        }
        let mut counters = self.counters();
        let mut to_confirm = None;
        for (limit, key) in &applying {
            let window = key.period.begin(now);
            let counter = counters.entry(*key).or_insert_with(|| Counter::new(window));
            counter.roll(window);
            if counter.used.saturating_add(counter.held) >= limit.most {
                if !limit.ask {
                    return Err(refusal(limit, now));
                }
                to_confirm.get_or_insert(limit);
            }
        }
        if let Some(limit) = to_confirm.filter(|_| !who.confirmed) {
            return Err(refusal(limit, now));
        }
        let mut held: Vec<(Key, Timestamp, i64)> = Vec::with_capacity(applying.len());
        for (limit, key) in applying {
            // A limit for one and a limit for each count the same.
            if held.iter().any(|(other, ..)| *other == key) {
                continue;
            }
            if let Some(counter) = counters.get_mut(&key) {
                let amount = expected.in_measure(limit.measure);
                if limit.measure == Measure::Requests {
                    counter.used = counter.used.saturating_add(1);
                }
                counter.held = counter.held.saturating_add(amount);
                held.push((key, counter.window, amount));
            }
        }
        Ok(Held(held))
    }

    /// Takes back what was set aside and counts what the call has taken.
    pub(crate) fn settle(&self, held: &Held, taken: Amounts) {
        if held.0.is_empty() {
            return;
        }
        let mut counters = self.counters();
        for (key, window, amount) in &held.0 {
            if let Some(counter) = counters.get_mut(key).filter(|counter| counter.window == *window) {
                counter.held = counter.held.saturating_sub(*amount).max(0);
                counter.used = counter.used.saturating_add(taken.in_measure(key.measure));
            }
        }
    }

    /// Has the counters of a workspace read anew: calls may have passed while nobody counted them.
    pub(crate) fn forget(&self, workspace: WorkspaceId) {
        let mut counters = self.counters();
        counters
            .iter_mut()
            .filter(|(key, _)| key.workspace == workspace)
            .for_each(|(_, counter)| counter.read_at = None);
    }

    async fn read(&self, ledger: &Ledger, workspace: WorkspaceId, keys: Vec<Key>, now: Timestamp) -> Result<()> {
        ledger.flush().await;
        let read_at = Instant::now();
        let read = move |tx: &mut Tx<'_>| {
            keys.into_iter().map(|key| Ok((key, used(tx, &key, key.period.begin(now))?))).collect::<Result<Vec<_>>>()
        };
        let used = ledger.store().read(workspace, Actor::SYSTEM, read).await?;
        let mut counters = self.counters();
        if counters.len() > SWEEP {
            counters.retain(|key, counter| key.period.begin(now) == counter.window || counter.held > 0);
        }
        for (key, used) in used {
            let window = key.period.begin(now);
            let counter = counters.entry(key).or_insert_with(|| Counter::new(window));
            counter.roll(window);
            // What is used only grows. The ledger knows of other nodes, the counter of what is not written yet.
            counter.used = counter.used.max(used);
            counter.read_at = Some(read_at);
        }
        Ok(())
    }

    fn counters(&self) -> MutexGuard<'_, HashMap<Key, Counter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counter {
    fn new(window: Timestamp) -> Self {
        Self { window, used: 0, held: 0, read_at: None }
    }

    fn is_trusted(&self) -> bool {
        self.read_at.is_some_and(|at| at.elapsed() < TRUSTED)
    }

    fn roll(&mut self, window: Timestamp) {
        if self.window < window {
            *self = Self { window, used: 0, held: 0, read_at: self.read_at };
        }
    }
}

/// What a limit counts for this caller; none when it does not apply.
fn key(limit: &Limit, who: &Who) -> Option<Key> {
    let actor = who.actor.uuid();
    let id = match limit.subject {
        Subject::Workspace => None,
        Subject::Member => Some((!who.is_agent).then_some(actor)?),
        Subject::Agent => Some(who.is_agent.then_some(actor)?),
        Subject::Key => Some(who.key?.uuid()),
    };
    if limit.subject_id.is_some() && limit.subject_id != id {
        return None;
    }
    let Limit { subject, measure, period, .. } = *limit;
    Some(Key { workspace: who.workspace, subject, id, measure, period })
}

/// What the ledger says was used since the window began.
fn used(tx: &mut Tx<'_>, key: &Key, window: Timestamp) -> Result<i64> {
    let sum = match key.measure {
        Measure::Requests => "COUNT(*)",
        Measure::Tokens => "CAST(COALESCE(SUM(input_tokens + output_tokens), 0) AS bigint)",
        Measure::Cost => "CAST(COALESCE(SUM(cost_micros), 0) AS bigint)",
    };
    let mut values: Vec<Param<'_>> = vec![window.to_param()];
    let whose = match (key.subject, key.id) {
        (Subject::Workspace, _) | (_, None) => "",
        (Subject::Member | Subject::Agent, Some(id)) => {
            values.push(Param::Id(id));
            " AND actor_id = $2"
        }
        (Subject::Key, Some(id)) => {
            values.push(Param::Id(id));
            " AND key_id = $2"
        }
    };
    tx.query_one(&format!("SELECT {sum} FROM llm_calls WHERE begun_at >= $1{whose}"), &values, |row| row.get(0))
}

fn refusal(limit: &Limit, now: Timestamp) -> Error {
    let seconds =
        u64::try_from((limit.period.end(now).micros() - now.micros() + 999_999) / 1_000_000).unwrap_or(1).max(1);
    let whose = match limit.subject {
        Subject::Workspace => "The workspace",
        Subject::Member => "This member",
        Subject::Agent => "This agent",
        Subject::Key => "This API key",
    };
    let (code, most) = match limit.measure {
        Measure::Requests => ("model_rate_limited", format!("{} calls", limit.most)),
        Measure::Tokens => ("model_rate_limited", format!("{} tokens", limit.most)),
        Measure::Cost => {
            ("budget_exhausted", format!("{}.{:06} US dollars", limit.most / 1_000_000, limit.most % 1_000_000))
        }
    };
    let used = format!("{whose} may use {most} a {} for models, and has", limit.period);
    if limit.ask {
        return Error::too_many(CONFIRM, format!("{used}; say so to go beyond that"), seconds);
    }
    Error::too_many(code, format!("{used}; retry after {seconds} seconds"), seconds)
}
