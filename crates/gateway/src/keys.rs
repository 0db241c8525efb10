//! The keys of one provider: which one serves the next call, and which ones rest.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::Error;

/// Failures in a row after which a key's circuit is broken.
const BREAKS_AFTER: u32 = 5;
/// How long a broken circuit stays open before one call may try it.
const BROKEN: Duration = Duration::from_secs(15);
/// How long a throttled key rests when the provider does not say, if there is another one.
const THROTTLED: Duration = Duration::from_secs(1);
/// How long a refused key rests, if there is another one.
const REFUSED: Duration = Duration::from_secs(60);

/// Which of several keys serves the next call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// One after the other.
    #[default]
    RoundRobin,
    /// The one with the fewest calls under way, then with the fewest calls at all.
    LeastUsed,
    /// The first one that does not rest.
    Primary,
}

impl Strategy {
    /// The strategy of this name: `round_robin`, `least_used` or `primary`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "round_robin" => Some(Self::RoundRobin),
            "least_used" => Some(Self::LeastUsed),
            "primary" => Some(Self::Primary),
            _ => None,
        }
    }
}

/// How a call went, as far as the key is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The key works, whatever the provider made of the request.
    Good,
    /// Too many calls with this key; the provider may say for how long.
    Throttled(Option<Duration>),
    /// The provider does not take the key.
    Refused,
    /// The provider failed.
    Failed,
}

/// The keys of one provider. Clones share everything.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    secrets: Vec<String>,
    strategy: Strategy,
    states: Mutex<States>,
}

struct States {
    keys: Vec<State>,
    next: usize,
}

#[derive(Clone, Default)]
struct State {
    rests_until: Option<Instant>,
    /// Whether it rests even when there is no other key.
    firmly: bool,
    failures: u32,
    under_way: u32,
    calls: u64,
}

impl State {
    fn rest(&self, now: Instant) -> Option<Duration> {
        self.rests_until.and_then(|until| until.checked_duration_since(now)).filter(|rest| !rest.is_zero())
    }
}

impl Keys {
    /// The keys in a list that is separated by commas. Empty parts are left out; a list without any key has no keys.
    pub fn listed(list: &str, strategy: Strategy) -> Self {
        Self::new(list.split(',').map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned).collect(), strategy)
    }

    /// The same keys, tried by another strategy.
    pub fn with_strategy(self, strategy: Strategy) -> Self {
        Self::new(self.0.secrets.clone(), strategy)
    }

    /// These keys.
    pub fn new(secrets: Vec<String>, strategy: Strategy) -> Self {
        let states = States { keys: vec![State::default(); secrets.len()], next: 0 };
        Self(Arc::new(Inner { secrets, strategy, states: Mutex::new(states) }))
    }

    /// The keys themselves.
    pub(crate) fn secrets(&self) -> &[String] {
        &self.0.secrets
    }

    /// A key for a call.
    ///
    /// # Errors
    /// `RateLimited` or `Resting` with the time until the next key is back, when all rest.
    pub fn pick(&self) -> Result<Lease, Error> {
        self.pick_at(Instant::now())
    }

    fn pick_at(&self, now: Instant) -> Result<Lease, Error> {
        let mut states = self.states();
        if let Some(index) = self.choose(&mut states, now, |state| state.rest(now).is_none()) {
            return Ok(self.lease(&mut states, index, now));
        }
        // A key that only rests because another one might serve is still better than none.
        if let Some(index) = self.choose(&mut states, now, |state| !state.firmly) {
            return Ok(self.lease(&mut states, index, now));
        }
        let soonest = states.keys.iter().filter_map(|state| state.rest(now).map(|rest| (rest, state.failures))).min();
        let (retry_after, failures) = soonest.unwrap_or((BROKEN, BREAKS_AFTER));
        Err(if failures >= BREAKS_AFTER {
            Error::Resting { retry_after }
        } else {
            Error::RateLimited { retry_after: Some(retry_after) }
        })
    }

    /// Another key than those in `tried` that does not rest, for the same call.
    pub fn another(&self, tried: &[usize]) -> Option<Lease> {
        let now = Instant::now();
        let mut states = self.states();
        let free: Vec<usize> = (0..states.keys.len()).filter(|index| !tried.contains(index)).collect();
        let index = free.into_iter().find(|index| states.keys[*index].rest(now).is_none())?;
        Some(self.lease(&mut states, index, now))
    }

    fn choose(&self, states: &mut States, now: Instant, may: impl Fn(&State) -> bool) -> Option<usize> {
        let all = states.keys.len();
        let candidates = (0..all).map(|n| (states.next + n) % all.max(1)).filter(|index| may(&states.keys[*index]));
        let chosen = match self.0.strategy {
            Strategy::RoundRobin => candidates.min_by_key(|index| states.keys[*index].rest(now)),
            Strategy::LeastUsed => candidates.min_by_key(|index| {
                let state = &states.keys[*index];
                (state.rest(now), state.under_way, state.calls)
            }),
            Strategy::Primary => candidates.min_by_key(|index| (states.keys[*index].rest(now), *index)),
        }?;
        states.next = (chosen + 1) % all;
        Some(chosen)
    }

    fn lease(&self, states: &mut States, index: usize, now: Instant) -> Lease {
        let state = &mut states.keys[index];
        state.under_way += 1;
        state.calls += 1;
        if state.failures >= BREAKS_AFTER {
            // One call tries whether it is whole again; the others wait for what comes of it.
            state.rests_until = Some(now + BROKEN);
            state.firmly = true;
        }
        Lease { keys: self.clone(), index, judged: false }
    }

    fn states(&self) -> MutexGuard<'_, States> {
        self.0.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A list that is separated by commas.
impl From<&str> for Keys {
    fn from(list: &str) -> Self {
        Self::listed(list, Strategy::default())
    }
}

/// A key while a call is under way with it.
pub struct Lease {
    keys: Keys,
    index: usize,
    judged: bool,
}

impl Lease {
    /// Which key it is, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The key itself.
    pub fn secret(&self) -> &str {
        &self.keys.0.secrets[self.index]
    }

    /// Says how the call goes. Only the first word counts.
    pub fn judge(&mut self, verdict: Verdict) {
        if std::mem::replace(&mut self.judged, true) {
            return;
        }
        let now = Instant::now();
        let mut states = self.keys.states();
        let state = &mut states.keys[self.index];
        let (rest, firmly) = match verdict {
            Verdict::Good => (None, false),
            Verdict::Throttled(asked) => (Some(asked.unwrap_or(THROTTLED)), asked.is_some()),
            Verdict::Refused => (Some(REFUSED), false),
            Verdict::Failed => {
                state.failures = state.failures.saturating_add(1);
                let broken = state.failures >= BREAKS_AFTER;
                state.rests_until = broken.then(|| now + BROKEN);
                state.firmly = broken;
                return;
            }
        };
        state.failures = 0;
        state.rests_until = rest.map(|rest| now + rest);
        state.firmly = firmly;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut states = self.keys.states();
        let state = &mut states.keys[self.index];
        state.under_way = state.under_way.saturating_sub(1);
        if !self.judged && state.failures >= BREAKS_AFTER {
            // The call that tried a broken circuit was given up: the next one may try.
            state.rests_until = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(keys: &Keys, times: usize) -> Vec<usize> {
        (0..times).filter_map(|_| keys.pick().ok().map(|lease| lease.index())).collect()
    }

    fn judge(keys: &Keys, index: usize, verdict: Verdict) {
        let mut states = keys.states();
        let mut lease = keys.lease(&mut states, index, Instant::now());
        drop(states);
        lease.judge(verdict);
    }

    #[test]
    fn keys_take_turns() {
        assert_eq!(picked(&Keys::listed("a, b,,c ", Strategy::RoundRobin), 4), [0, 1, 2, 0]);
        assert_eq!(picked(&Keys::listed("a,b", Strategy::Primary), 3), [0, 0, 0]);
        let least = Keys::listed("a,b", Strategy::LeastUsed);
        let _busy = [least.pick(), least.pick(), least.pick()].map(|lease| lease.map(|lease| lease.index()));
        let held = least.pick();
        assert!(held.is_ok());
        let index = held.as_ref().map_or(9, Lease::index);
        assert!(picked(&least, 3).into_iter().all(|other| other != index), "the busy one is passed over");
    }

    #[test]
    fn a_primary_key_comes_back_when_it_has_rested() {
        let keys = Keys::listed("a,b", Strategy::Primary);
        judge(&keys, 0, Verdict::Throttled(Some(Duration::from_secs(30))));
        assert_eq!(picked(&keys, 2), [1, 1]);
        let later = Instant::now() + Duration::from_secs(31);
        assert_eq!(keys.pick_at(later).map(|lease| lease.index()), Ok(0));
    }

    #[test]
    fn when_all_are_throttled_the_shortest_time_is_told() {
        let keys = Keys::listed("a,b", Strategy::RoundRobin);
        judge(&keys, 0, Verdict::Throttled(Some(Duration::from_secs(30))));
        judge(&keys, 1, Verdict::Throttled(Some(Duration::from_secs(10))));
        let error = keys.pick().err();
        assert!(
            matches!(&error, Some(Error::RateLimited { retry_after: Some(after) }) if after.as_secs() < 11),
            "{error:?}"
        );
    }

    #[test]
    fn the_only_key_is_tried_again_unless_the_provider_named_a_time() {
        let keys = Keys::listed("a", Strategy::RoundRobin);
        for verdict in [Verdict::Throttled(None), Verdict::Refused, Verdict::Failed] {
            judge(&keys, 0, verdict);
            assert_eq!(picked(&keys, 1), [0], "{verdict:?}");
        }
    }

    #[test]
    fn a_broken_circuit_lets_one_call_try() {
        let keys = Keys::listed("a", Strategy::RoundRobin);
        for _ in 0..BREAKS_AFTER {
            judge(&keys, 0, Verdict::Failed);
        }
        assert!(matches!(keys.pick().map(|_| ()), Err(Error::Resting { .. })));
        let later = Instant::now() + BROKEN + Duration::from_secs(1);
        let trial = keys.pick_at(later);
        assert!(trial.is_ok());
        assert!(keys.pick_at(later).is_err(), "while it is tried, the others wait");
        drop(trial);
        let again = keys.pick_at(later);
        assert!(again.is_ok(), "one that was given up says nothing");
        again.into_iter().for_each(|mut lease| lease.judge(Verdict::Good));
        assert_eq!(picked(&keys, 2), [0, 0]);
    }

    #[test]
    fn another_key_is_one_that_was_not_tried() {
        let keys = Keys::listed("a,b,c", Strategy::RoundRobin);
        judge(&keys, 1, Verdict::Refused);
        assert_eq!(keys.another(&[0]).map(|lease| lease.index()), Some(2));
        assert!(keys.another(&[0, 2]).is_none());
    }
}
