//! The ledger as those who call models see it: begin, observe, end.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use gateway::Usage;
use kernel::{Actor, Error, Id, Result, Timestamp, ids::WorkspaceId};
use store::{Engine, Store, Tx};
use uuid::Uuid;

use crate::{
    Call, Limit, Outcome, Price, Surface, Who,
    counters::{Amounts, Counters, Held},
    limits, nodes, prices,
    writer::{self, Writer},
};

/// Calls that wait to be written beyond which no further one is begun.
const MOST_UNWRITTEN: usize = 100_000;
/// How long limits and prices are kept before they are read again: another node may have changed them.
const KEPT: Duration = Duration::from_secs(30);

/// The ledger. Clones share everything.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    store: Store,
    node: Uuid,
    writer: Writer,
    rules: Mutex<HashMap<WorkspaceId, Arc<Rules>>>,
    counters: Counters,
}

/// What holds in a workspace.
pub(crate) struct Rules {
    pub limits: Vec<Limit>,
    prices: HashMap<String, Price>,
    read_at: Instant,
}

impl Rules {
    fn cost(&self, asked: &str, answered: Option<&str>, usage: &Usage) -> i64 {
        let own = [Some(asked), answered].into_iter().flatten().find_map(|model| self.prices.get(model));
        let cost = match own {
            Some(price) => Some(price.cost(usage)),
            None => answered
                .and_then(|model| gateway::cost_micros(model, usage))
                .or_else(|| gateway::cost_micros(asked, usage)),
        };
        cost.and_then(|cost| i64::try_from(cost).ok()).unwrap_or(0)
    }
}

impl Ledger {
    /// The ledger of this process. What processes that are gone left running is settled as interrupted first.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(store: Store) -> Result<Self> {
        let node = Uuid::now_v7();
        nodes::settle_gone(&store, node).await?;
        if store.engine() == Engine::Postgres {
            tokio::spawn(nodes::keep_alive(store.clone(), node));
        }
        let writer = writer::start(store.clone(), node);
        Ok(Self(Arc::new(Inner { store, node, writer, rules: Mutex::default(), counters: Counters::default() })))
    }

    /// Begins a call, if the limits let it pass. `expected` is what it may take at most, as far as that can be told: as long
    /// as the call is under way, so much is set aside.
    ///
    /// # Errors
    /// `budget_exhausted` and `model_rate_limited` with the time until it may pass; `ledger_behind` when the database cannot
    /// keep up.
    pub async fn begin(
        &self,
        who: Who,
        surface: Surface,
        provider: &str,
        model: &str,
        expected: Usage,
    ) -> Result<Entry> {
        if self.0.writer.unwritten() > MOST_UNWRITTEN {
            return Err(Error::unavailable(
                "ledger_behind",
                "Calls cannot be accounted for fast enough; try again soon.",
            ));
        }
        let begun_at = Timestamp::now();
        let rules = self.rules(who.workspace).await?;
        let held = if rules.limits.is_empty() {
            Held::default()
        } else {
            let amounts = Amounts::of(&expected, rules.cost(model, None, &expected));
            self.0.counters.admit(self, &rules, &who, amounts, begun_at).await?
        };
        let call = Call {
            id: Id::new(),
            node: self.0.node,
            begun_at,
            actor_id: who.actor,
            key_id: who.key,
            space_id: who.space,
            case_id: who.case,
            run_id: who.run,
            surface,
            provider: provider.to_owned(),
            model: model.replace('\0', ""),
            outcome: Outcome::Running,
            error: None,
            usage: Usage::default(),
            estimated: false,
            cost_micros: 0,
            first_micros: None,
            total_micros: None,
        };
        self.0.writer.put(who.workspace, call.clone());
        let workspace = who.workspace;
        Ok(Entry {
            ledger: self.clone(),
            workspace,
            call,
            begun: Instant::now(),
            rules,
            held,
            answered: None,
            ended: false,
        })
    }

    /// Waits until all that has happened is written.
    pub async fn flush(&self) {
        self.0.writer.flush().await;
    }

    /// Sets the prices of a workspace, in the place of those it had.
    ///
    /// # Errors
    /// `validation_error`, `forbidden` below workspace admin.
    pub async fn set_prices(&self, workspace: WorkspaceId, actor: Actor, prices: Vec<Price>) -> Result<()> {
        self.change(workspace, actor, move |tx| prices::set(tx, &prices)).await
    }

    /// Sets the limits of a workspace, in the place of those it had.
    ///
    /// # Errors
    /// `validation_error`, `forbidden` below workspace admin.
    pub async fn set_limits(&self, workspace: WorkspaceId, actor: Actor, limits: Vec<Limit>) -> Result<()> {
        self.change(workspace, actor, move |tx| limits::set(tx, &limits)).await?;
        self.0.counters.forget(workspace);
        Ok(())
    }

    /// The prices of the workspace's own.
    ///
    /// # Errors
    /// `forbidden` below workspace admin.
    pub async fn prices(&self, workspace: WorkspaceId, actor: Actor) -> Result<Vec<Price>> {
        self.0.store.read(workspace, actor, |tx| crate::check_admin(tx).and_then(|()| prices::all(tx))).await
    }

    /// The limits of the workspace.
    ///
    /// # Errors
    /// `forbidden` below workspace admin.
    pub async fn limits(&self, workspace: WorkspaceId, actor: Actor) -> Result<Vec<Limit>> {
        self.0.store.read(workspace, actor, |tx| crate::check_admin(tx).and_then(|()| limits::all(tx))).await
    }

    async fn change<F>(&self, workspace: WorkspaceId, actor: Actor, change: F) -> Result<()>
    where
        F: FnMut(&mut Tx<'_>) -> Result<()> + Send + 'static,
    {
        self.0.store.write(workspace, actor, change).await?;
        self.known().remove(&workspace);
        Ok(())
    }

    async fn rules(&self, workspace: WorkspaceId) -> Result<Arc<Rules>> {
        let known = self.known().get(&workspace).cloned();
        if let Some(rules) = known.filter(|rules| rules.read_at.elapsed() < KEPT) {
            return Ok(rules);
        }
        let read_at = Instant::now();
        let (limits, prices) =
            self.0.store.peek(workspace, Actor::SYSTEM, |tx| Ok((limits::all(tx)?, prices::all(tx)?))).await?;
        let prices = prices.into_iter().map(|price| (price.model.clone(), price)).collect();
        let rules = Arc::new(Rules { limits, prices, read_at });
        self.known().insert(workspace, Arc::clone(&rules));
        Ok(rules)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Arc<Rules>>> {
        self.0.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger").field("node", &self.0.node).finish_non_exhaustive()
    }
}

/// A call under way. One that is dropped before it has ended was cancelled.
pub struct Entry {
    ledger: Ledger,
    workspace: WorkspaceId,
    call: Call,
    begun: Instant,
    rules: Arc<Rules>,
    held: Held,
    answered: Option<String>,
    ended: bool,
}

impl Entry {
    /// Notes that the answer begins.
    pub fn first_byte(&mut self) {
        let elapsed = self.elapsed();
        self.call.first_micros.get_or_insert(elapsed);
    }

    /// Notes what the call has taken so far, and whether that is a guess.
    pub fn took(&mut self, usage: Usage, estimated: bool) {
        self.call.usage = usage;
        self.call.estimated = estimated;
    }

    /// Notes the model that answers, by the provider's name.
    pub fn answered_by(&mut self, model: impl Into<String>) {
        self.answered = Some(model.into());
    }

    /// What the call has cost, in millionths of a US dollar.
    pub fn cost(&self) -> i64 {
        self.rules.cost(&self.call.model, self.answered.as_deref(), &self.call.usage)
    }

    /// Ends the call; `error` says what went wrong.
    pub fn end(mut self, outcome: Outcome, error: Option<String>) {
        self.settle(outcome, error);
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn settle(&mut self, outcome: Outcome, error: Option<String>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        self.call.outcome = outcome;
        self.call.error = error;
        self.call.cost_micros = self.cost();
        self.call.total_micros = Some(self.elapsed());
        let taken = Amounts::of(&self.call.usage, self.call.cost_micros);
        self.ledger.0.counters.settle(&self.held, taken);
        self.ledger.0.writer.put(self.workspace, self.call.clone());
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.settle(Outcome::Cancelled, None);
    }
}
