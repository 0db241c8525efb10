//! Finding the path most cases take.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Trace, durations::Durations};

/// The most frequent path through a log, and what leads to what in all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Discovery {
    /// The steps of the path in order; an activity done twice in a row is two steps.
    pub activities: Vec<Step>,
    /// Number of cases that take exactly this path.
    pub variant_cases: u64,
    /// Number of cases with at least one event.
    pub cases: u64,
    /// `variant_cases` of `cases`, above 0 and up to 1.
    pub share: f64,
    /// Number of different paths.
    pub variants: u64,
    /// How often the second activity directly follows the first, over all cases: the most
    /// frequent pair first, then by names.
    pub directly_follows: Vec<(String, String, u64)>,
}

/// One step of the most frequent path, over the cases that take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub activity: String,
    /// Median time until the next step, in whole seconds rounded down; none for the last step and
    /// where no times are known. Exact for up to 4,096 cases, beyond that within 0.1 %.
    pub median_seconds_to_next: Option<i64>,
    /// Who does it most often, the first by name where several do; none where nobody is known.
    pub top_resource: Option<String>,
}

/// Collects paths case by case and finds the most frequent one.
///
/// Keeps each different path once, with counts for its steps, never the cases themselves.
#[derive(Debug, Default)]
pub struct Miner {
    activities: Names,
    resources: Names,
    variants: HashMap<Box<[u32]>, Variant>,
    follows: HashMap<(u32, u32), u64>,
    cases: u64,
    /// The path of the case at hand, kept to reuse its memory.
    path: Vec<u32>,
}

/// What the cases of one path have in common.
#[derive(Debug, Default)]
struct Variant {
    cases: u64,
    /// Times from each step to the next.
    waits: Vec<Durations>,
    /// How often a resource does the step at a position.
    resources: HashMap<(usize, u32), u64>,
}

impl Miner {
    /// A miner that has seen no case.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a case of which only the order of its activities is known. One without activities
    /// does not count as a case.
    pub fn add<'a>(&mut self, activities: impl IntoIterator<Item = &'a str>) {
        self.count(activities.into_iter().map(|activity| (activity, None, None)));
    }

    /// Adds a case by the activity, time (UTC microseconds since 1970) and resource of its events
    /// in order. One without events does not count as a case.
    pub fn add_events<'a>(&mut self, events: impl IntoIterator<Item = (&'a str, i64, Option<&'a str>)>) {
        let events = events.into_iter();
        self.count(events.map(|(activity, at, resource)| (activity, Some(at), resource)));
    }

    /// Adds a case as it was read, its events in the order in which they stand.
    pub fn add_trace(&mut self, trace: &Trace) {
        let events = trace.events.iter();
        self.add_events(events.map(|event| (event.activity.as_str(), event.at, event.resource.as_deref())));
    }

    fn count<'a>(&mut self, events: impl Iterator<Item = (&'a str, Option<i64>, Option<&'a str>)>) {
        let mut path = std::mem::take(&mut self.path);
        path.clear();
        let mut details = Vec::new();
        for (activity, at, resource) in events {
            let activity = self.activities.number(activity);
            if let Some(&before) = path.last() {
                *self.follows.entry((before, activity)).or_default() += 1;
            }
            path.push(activity);
            details.push((at, resource.map(|resource| self.resources.number(resource))));
        }
        if !path.is_empty() {
            self.cases += 1;
            if !self.variants.contains_key(path.as_slice()) {
                let variant = Variant { waits: vec![Durations::default(); path.len() - 1], ..Variant::default() };
                self.variants.insert(path.as_slice().into(), variant);
            }
            if let Some(variant) = self.variants.get_mut(path.as_slice()) {
                variant.count(&details);
            }
        }
        self.path = path;
    }

    /// The most frequent path of all cases added, of equals the first by the names of its
    /// activities; none if there was no case.
    pub fn finish(self) -> Option<Discovery> {
        let names =
            |path: &[u32]| -> Vec<&str> { path.iter().map(|&activity| self.activities.name(activity)).collect() };
        let (path, variant) = self
            .variants
            .iter()
            .max_by(|(path, a), (other, b)| a.cases.cmp(&b.cases).then_with(|| names(other).cmp(&names(path))))?;
        let steps = path.iter().enumerate().map(|(position, &activity)| Step {
            activity: self.activities.name(activity).to_owned(),
            median_seconds_to_next: variant.waits.get(position).and_then(Durations::median_seconds),
            top_resource: variant.top_resource(position, &self.resources),
        });
        let follows = self.follows.iter().map(|(&(from, to), &count)| {
            let name = |activity| self.activities.name(activity).to_owned();
            (name(from), name(to), count)
        });
        let mut directly_follows: Vec<_> = follows.collect();
        directly_follows.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| (&a.0, &a.1).cmp(&(&b.0, &b.1))));
        Some(Discovery {
            activities: steps.collect(),
            variant_cases: variant.cases,
            cases: self.cases,
            share: variant.cases as f64 / self.cases as f64,
            variants: self.variants.len() as u64,
            directly_follows,
        })
    }
}

impl Variant {
    fn count(&mut self, details: &[(Option<i64>, Option<u32>)]) {
        self.cases += 1;
        for (wait, pair) in self.waits.iter_mut().zip(details.windows(2)) {
            if let [(Some(from), _), (Some(to), _)] = pair {
                wait.add(to.saturating_sub(*from));
            }
        }
        for (position, (_, resource)) in details.iter().enumerate() {
            if let Some(resource) = resource {
                *self.resources.entry((position, *resource)).or_default() += 1;
            }
        }
    }

    fn top_resource(&self, position: usize, names: &Names) -> Option<String> {
        let here = self.resources.iter().filter(|((at, _), _)| *at == position);
        let named = here.map(|((_, resource), count)| (*count, names.name(*resource)));
        let top = named.max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        top.map(|(_, name)| name.to_owned())
    }
}

/// Names by number, so that a path is a few numbers and not a few strings.
#[derive(Debug, Default)]
struct Names {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }
}
