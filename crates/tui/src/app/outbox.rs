//! What is to be done outside, and which answers are still wanted.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use crate::request::{Effect, Request, Slot};

/// Collects effects, and remembers what is under way.
#[derive(Debug, Default)]
pub struct Outbox {
    effects: Vec<Effect>,
    /// The requests that are under way: answers to others are not wanted any more.
    open: HashMap<Slot, u64>,
    /// What has to be fetched once more when it has come.
    again: HashSet<Slot>,
    tickets: u64,
}

impl Outbox {
    /// Does something.
    pub fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Fetches something, in place of what was fetched for the same purpose.
    pub fn fetch(&mut self, slot: Slot, request: Request) {
        self.fetch_after(slot, request, Duration::ZERO);
    }

    /// As [`Outbox::fetch`], after a moment.
    pub fn fetch_after(&mut self, slot: Slot, request: Request, wait: Duration) {
        let ticket = self.ticket(slot);
        self.push(Effect::Fetch { slot, ticket, request, wait });
    }

    /// Sends something that changes things.
    pub fn send(&mut self, slot: Slot, request: Request) {
        let ticket = self.ticket(slot);
        self.push(Effect::Send { slot, ticket, request });
    }

    fn ticket(&mut self, slot: Slot) -> u64 {
        self.tickets += 1;
        self.open.insert(slot, self.tickets);
        self.tickets
    }

    /// Gives something up.
    pub fn cancel(&mut self, slot: Slot) {
        self.again.remove(&slot);
        if self.open.remove(&slot).is_some() {
            self.push(Effect::Cancel(slot));
        }
    }

    /// Gives up all that is asked for some purposes.
    pub fn cancel_all(&mut self, unwanted: impl Fn(&Slot) -> bool) {
        let slots: Vec<Slot> = self.open.keys().copied().filter(unwanted).collect();
        for slot in slots {
            self.cancel(slot);
        }
    }

    /// Whether something is under way.
    pub fn is_open(&self, slot: Slot) -> bool {
        self.open.contains_key(&slot)
    }

    /// Whether anything at all is under way.
    pub fn is_busy(&self) -> bool {
        !self.open.is_empty()
    }

    /// What is under way may be out of date when it comes: it will be fetched once more. False when nothing is under way.
    pub fn again(&mut self, slot: Slot) -> bool {
        self.is_open(slot) && {
            self.again.insert(slot);
            true
        }
    }

    /// Whether an answer is wanted. It is taken then.
    pub fn accept(&mut self, slot: Slot, ticket: u64) -> bool {
        let wanted = self.open.get(&slot) == Some(&ticket);
        if wanted {
            self.open.remove(&slot);
        }
        wanted
    }

    /// Whether what has come is out of date already.
    pub fn is_stale(&mut self, slot: Slot) -> bool {
        !self.is_open(slot) && self.again.remove(&slot)
    }

    /// Takes the effects.
    pub fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Forgets everything. Answers that are still to come are not wanted.
    pub fn reset(&mut self) {
        *self = Self { tickets: self.tickets, ..Self::default() };
    }
}
