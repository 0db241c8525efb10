//! Counting the figures.

use std::collections::{BTreeMap, HashMap};

use identity::actors::ActorType;
use kernel::{Result, Timestamp, ids::ActorId};
use process_log::Durations;
use store::Tx;
use work::motion::{Motion, Phase};

use super::{
    Activity, ActorFigures, Age, AgeBucket, Ageing, Edge, NamedCount, Process, State, Variant, Week, Who,
    past::{self, Past, Step},
};

/// Most paths and actors that are told of.
const TOP: usize = 50;

/// Goes over the cases once and counts.
pub(super) fn compute(tx: &mut Tx<'_>, state: &State) -> Result<Process> {
    let mut known = HashMap::new();
    tx.for_each("SELECT id, type, name FROM actors", &[], |row| {
        known.insert(row.get::<ActorId>(0)?, (row.get::<ActorType>(1)?, row.get::<String>(2)?));
        Ok(true)
    })?;
    let mut counts = Counts { as_of: state.as_of, known, ..Counts::default() };
    past::each(tx, state, |case| counts.add(case))?;
    Ok(counts.finish())
}

/// Memory grows with the number of different paths, pairs and actors, not with the number of cases.
struct Counts {
    as_of: Timestamp,
    known: HashMap<ActorId, (ActorType, String)>,
    cases: u64,
    finished: u64,
    numbers: HashMap<String, u32>,
    activities: Vec<Counted>,
    edges: HashMap<(u32, u32), (u64, Durations)>,
    variants: HashMap<Box<[u32]>, (u64, Durations)>,
    weeks: BTreeMap<i64, (u64, u64)>,
    ages: BTreeMap<(Phase, Motion), [u64; Age::ALL.len()]>,
    actors: HashMap<ActorId, (u64, Durations)>,
    /// The path of the case at hand, kept to reuse its memory.
    path: Vec<u32>,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            as_of: Timestamp::from_micros(0),
            known: HashMap::new(),
            cases: 0,
            finished: 0,
            numbers: HashMap::new(),
            activities: Vec::new(),
            edges: HashMap::new(),
            variants: HashMap::new(),
            weeks: BTreeMap::new(),
            ages: BTreeMap::new(),
            actors: HashMap::new(),
            path: Vec::new(),
        }
    }
}

/// What is counted of an activity.
#[derive(Default)]
struct Counted {
    name: String,
    count: u64,
    cases: u64,
    /// The last case that was counted in `cases`, by its number.
    last_case: u64,
    durations: Durations,
    people: u64,
    agents: u64,
    starts: u64,
    ends: u64,
}

impl Counts {
    fn add(&mut self, case: &Past) {
        self.cases += 1;
        self.weeks.entry(case.created.monday()).or_default().0 += 1;
        if case.is_finished() {
            self.finished += 1;
            if let Some(ended) = case.ended {
                self.weeks.entry(ended.monday()).or_default().1 += 1;
            }
        } else {
            let ages = self.ages.entry((case.phase, case.motion)).or_default();
            ages[Age::of(case.created, self.as_of) as usize] += 1;
        }
        let mut path = std::mem::take(&mut self.path);
        path.clear();
        let mut before: Option<(u32, Timestamp)> = None;
        for step in &case.steps {
            let activity = self.step(step);
            if let Some((from, at)) = before {
                let (count, waits) = self.edges.entry((from, activity)).or_default();
                *count += 1;
                waits.add(step.ended.micros().saturating_sub(at.micros()));
            }
            before = Some((activity, step.ended));
            path.push(activity);
        }
        if let (Some(&first), Some(&last)) = (path.first(), path.last()) {
            self.activities[first as usize].starts += 1;
            if case.is_finished() {
                self.activities[last as usize].ends += 1;
                if !self.variants.contains_key(path.as_slice()) {
                    self.variants.insert(path.as_slice().into(), Default::default());
                }
                if let Some((cases, times)) = self.variants.get_mut(path.as_slice()) {
                    *cases += 1;
                    if let Some(ended) = case.ended {
                        times.add(ended.micros().saturating_sub(case.created.micros()));
                    }
                }
            }
        }
        self.path = path;
    }

    /// Counts a step and answers the number of its activity.
    fn step(&mut self, step: &Step) -> u32 {
        let activity = match self.numbers.get(&step.name) {
            Some(&activity) => activity,
            None => {
                let activity = self.activities.len() as u32;
                self.numbers.insert(step.name.clone(), activity);
                self.activities.push(Counted { name: step.name.clone(), ..Counted::default() });
                activity
            }
        };
        let counted = &mut self.activities[activity as usize];
        counted.count += 1;
        if counted.last_case != self.cases {
            counted.last_case = self.cases;
            counted.cases += 1;
        }
        let took = step.started.map(|started| step.ended.micros().saturating_sub(started.micros()));
        if let Some(took) = took {
            counted.durations.add(took);
        }
        let known = step.by.and_then(|by| self.known.get(&by).map(|(kind, _)| (by, *kind)));
        if let Some((by, kind)) = known {
            match kind {
                ActorType::Human => counted.people += 1,
                ActorType::Ai => counted.agents += 1,
            }
            let (completed, times) = self.actors.entry(by).or_default();
            *completed += 1;
            if let Some(took) = took {
                times.add(took);
            }
        }
        activity
    }

    fn finish(self) -> Process {
        let Self { as_of, known, cases, finished, activities, edges, variants, weeks, ages, actors, .. } = self;
        let name = |activity: u32| activities[activity as usize].name.clone();
        let named = |count: fn(&Counted) -> u64| {
            let counted = activities.iter().map(|of| NamedCount { name: of.name.clone(), count: count(of) });
            let mut all: Vec<NamedCount> = counted.filter(|of| of.count > 0).collect();
            all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
            all
        };
        let (starts, ends) = (named(|of| of.starts), named(|of| of.ends));
        let mut edges: Vec<Edge> = edges
            .into_iter()
            .map(|((from, to), (count, waits))| Edge {
                from: name(from),
                to: name(to),
                count,
                median_wait_seconds: waits.median_seconds(),
                mean_wait_seconds: waits.mean_seconds(),
            })
            .collect();
        edges.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
        let variant_count = variants.len() as u64;
        let with_path: u64 = variants.values().map(|(cases, _)| cases).sum();
        let mut paths: Vec<Variant> = variants
            .into_iter()
            .map(|(path, (cases, times))| Variant {
                path: path.iter().map(|&activity| name(activity)).collect(),
                cases,
                share: cases as f64 / with_path as f64,
                median_seconds: times.median_seconds(),
            })
            .collect();
        paths.sort_by(|a, b| b.cases.cmp(&a.cases).then_with(|| a.path.cmp(&b.path)));
        paths.truncate(TOP);
        let mut busiest: Vec<ActorFigures> = actors
            .into_iter()
            .filter_map(|(id, (completed, times))| {
                let (actor_type, name) = known.get(&id).cloned()?;
                let actor = Who { id, name, actor_type };
                Some(ActorFigures { actor, completed, median_seconds: times.median_seconds() })
            })
            .collect();
        busiest.sort_by(|a, b| b.completed.cmp(&a.completed).then_with(|| a.actor.id.cmp(&b.actor.id)));
        busiest.truncate(TOP);
        let mut counted: Vec<Activity> = activities.into_iter().map(Into::into).collect();
        counted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        Process {
            as_of,
            cases,
            finished,
            activities: counted,
            starts,
            ends,
            edges,
            variants: paths,
            variant_count,
            throughput: weeks
                .into_iter()
                .map(|(day, (opened, resolved))| Week { week: Timestamp::date(day), opened, resolved })
                .collect(),
            ageing: ages.into_iter().map(ageing).collect(),
            actors: busiest,
        }
    }
}

impl From<Counted> for Activity {
    fn from(counted: Counted) -> Self {
        Self {
            median_seconds: counted.durations.median_seconds(),
            mean_seconds: counted.durations.mean_seconds(),
            name: counted.name,
            count: counted.count,
            cases: counted.cases,
            people: counted.people,
            agents: counted.agents,
        }
    }
}

fn ageing(((phase, motion), counts): ((Phase, Motion), [u64; Age::ALL.len()])) -> Ageing {
    let buckets = Age::ALL.iter().zip(counts).map(|(label, count)| AgeBucket { label: *label, count }).collect();
    Ageing { phase, motion, buckets }
}
