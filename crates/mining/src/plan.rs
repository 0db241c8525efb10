//! From a trace to the case it becomes, before anything is written: checks, and which events make which stages.

use std::collections::{HashMap, VecDeque};

use kernel::{Timestamp, check};
use process_log::{Event, Rejected, Trace};
use serde_json::{Map, Value as Json};
use work::motion::StagePhase;

use crate::logged::{Logged, Waited};

/// The longest JSON text of a case's attributes, in bytes: what the work crate takes.
const ATTRIBUTES: usize = 64 << 10;
/// How deep attributes may nest: less than what can be read back.
const DEPTH: usize = 64;
/// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z: what XES and RFC 3339 can express.
const TIMES: std::ops::RangeInclusive<i64> = -62_167_219_200_000_000..=253_402_300_799_999_999;

/// A case to be written.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The name of the trace.
    pub key: String,
    /// Its attributes as JSON text.
    pub attributes: String,
    /// The time of its earliest event.
    pub first: Timestamp,
    /// The time of its latest event.
    pub last: Timestamp,
    /// How many events of the log it holds.
    pub events: u64,
    /// Its stages, in order; at least one.
    pub stages: Vec<PlannedStage>,
}

/// A finished stage to be written.
#[derive(Debug)]
pub(crate) struct PlannedStage {
    pub name: String,
    pub phase: StagePhase,
    pub started: Timestamp,
    pub ended: Timestamp,
    pub resource: Option<String>,
    pub logged: Logged,
}

/// What an event does to its activity.
enum Effect {
    Ends(StagePhase),
    Starts,
    Other,
}

fn effect(lifecycle: Option<&str>) -> Effect {
    let is = |name: &str| lifecycle.is_some_and(|lifecycle| lifecycle.eq_ignore_ascii_case(name));
    if lifecycle.is_none() || is("complete") {
        Effect::Ends(StagePhase::Completed)
    } else if is("manualskip") || is("autoskip") {
        Effect::Ends(StagePhase::Skipped)
    } else if is("start") {
        Effect::Starts
    } else {
        Effect::Other
    }
}

/// Plans a trace. Events that cannot be stored go to `reject`; none is planned for a trace that cannot.
pub(crate) fn plan(trace: Trace, reject: &mut dyn FnMut(Rejected)) -> Option<Plan> {
    let Trace { key, attributes, mut events } = trace;
    let mut refuse = |reason: String| reject(Rejected { line: None, trace: Some(key.clone()), reason });
    let refused = name_fault(&key)
        .map(|fault| format!("the name of the trace {fault}"))
        .or_else(|| map_fault(&attributes, 0).map(|fault| format!("an attribute of the trace {fault}")));
    if let Some(reason) = refused {
        refuse(reason);
        return None;
    }
    let attributes = Json::Object(attributes).to_string();
    if attributes.len() > ATTRIBUTES {
        refuse(format!("the attributes of the trace do not fit in {ATTRIBUTES} bytes"));
        return None;
    }
    let mut number = 0;
    events.retain_mut(|event| {
        number += 1;
        // The name of an actor has no blanks at its ends.
        event.resource = event.resource.take().and_then(|name| match name.trim() {
            "" => None,
            trimmed if trimmed.len() == name.len() => Some(name),
            trimmed => Some(trimmed.to_owned()),
        });
        match event_fault(event) {
            Some(fault) => {
                refuse(format!("event {number}: {fault}"));
                false
            }
            None => true,
        }
    });
    let times = || events.iter().map(|event| event.at);
    let (Some(first), Some(last)) = (times().min(), times().max()) else {
        refuse("the trace has no event that can be read".to_owned());
        return None;
    };
    Some(Plan {
        attributes,
        first: Timestamp::from_micros(first),
        last: Timestamp::from_micros(last),
        events: events.len() as u64,
        stages: stages(events),
        key,
    })
}

/// Events that wait for the end of their activity, each with its place in the trace.
#[derive(Default)]
struct Waiting {
    starts: VecDeque<(usize, Event)>,
    others: Vec<(usize, Event)>,
}

/// The stages that events make, in the order of the events that end them.
fn stages(events: Vec<Event>) -> Vec<PlannedStage> {
    let times: Vec<i64> = events.iter().map(|event| event.at).collect();
    let mut stages = Vec::with_capacity(events.len());
    let mut waiting: HashMap<String, Waiting> = HashMap::new();
    for (index, event) in events.into_iter().enumerate() {
        match effect(event.lifecycle.as_deref()) {
            Effect::Ends(phase) => {
                let mut before = Vec::new();
                let mut begun = None;
                if let Some(Waiting { starts, others }) = waiting.get_mut(&event.activity) {
                    before.append(others);
                    if let Some(start) = starts.pop_front() {
                        begun = Some(start.1.at);
                        before.push(start);
                    }
                    before.sort_by_key(|(index, _)| *index);
                }
                let begun = begun.or_else(|| index.checked_sub(1).map(|before| times[before]));
                stages.push(stage(index, event, phase, begun, before));
            }
            Effect::Starts => waiting.entry(event.activity.clone()).or_default().starts.push_back((index, event)),
            Effect::Other => waiting.entry(event.activity.clone()).or_default().others.push((index, event)),
        }
    }
    for (index, event) in waiting.into_values().flat_map(|Waiting { starts, others }| starts.into_iter().chain(others))
    {
        stages.push(stage(index, event, StagePhase::Completed, None, Vec::new()));
    }
    stages.sort_by_key(|stage| stage.logged.index);
    stages
}

fn stage(
    index: usize,
    event: Event,
    phase: StagePhase,
    begun: Option<i64>,
    before: Vec<(usize, Event)>,
) -> PlannedStage {
    PlannedStage {
        name: event.activity,
        phase,
        // A log need not be in the order of time; a stage does not end before it begins.
        started: Timestamp::from_micros(begun.unwrap_or(event.at).min(event.at)),
        ended: Timestamp::from_micros(event.at),
        resource: event.resource,
        logged: Logged {
            index: index as u64,
            lifecycle: event.lifecycle,
            group: event.group,
            attributes: event.attributes,
            before: before.into_iter().map(|(index, event)| Waited::new(index, event)).collect(),
        },
    }
}

/// Why an event cannot be stored.
fn event_fault(event: &Event) -> Option<String> {
    if let Some(fault) = name_fault(&event.activity) {
        return Some(format!("its activity {fault}"));
    }
    if !TIMES.contains(&event.at) {
        return Some(format!("its time, {} microseconds since 1970, is outside the years 0000 to 9999", event.at));
    }
    if let Some(fault) = event.resource.as_deref().and_then(name_fault) {
        return Some(format!("its resource {fault}"));
    }
    let texts = [&event.group, &event.lifecycle];
    if texts.into_iter().flatten().any(|text| text.contains('\0')) {
        return Some("it contains the zero character".to_owned());
    }
    map_fault(&event.attributes, 0).map(|fault| format!("an attribute {fault}"))
}

/// Why a text cannot be the name of something.
fn name_fault(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("is blank".to_owned());
    }
    if name.contains('\0') {
        return Some("contains the zero character".to_owned());
    }
    (name.len() > check::NAME && name.chars().count() > check::NAME)
        .then(|| format!("is longer than {} characters", check::NAME))
}

fn map_fault(map: &Map<String, Json>, depth: usize) -> Option<&'static str> {
    map.iter().find_map(|(key, value)| {
        let zero = key.contains('\0').then_some("contains the zero character");
        zero.or_else(|| value_fault(value, depth))
    })
}

fn value_fault(value: &Json, depth: usize) -> Option<&'static str> {
    if depth > DEPTH {
        return Some("is nested too deep");
    }
    match value {
        Json::String(text) => text.contains('\0').then_some("contains the zero character"),
        Json::Array(values) => values.iter().find_map(|value| value_fault(value, depth + 1)),
        Json::Object(map) => map_fault(map, depth + 1),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(activity: &str, at: i64, lifecycle: Option<&str>) -> Event {
        Event { activity: activity.into(), at, lifecycle: lifecycle.map(Into::into), ..Event::default() }
    }

    fn planned(events: Vec<Event>) -> Vec<(String, &'static str, i64, i64, usize)> {
        let trace = Trace { key: "t".into(), events, ..Trace::default() };
        let plan = plan(trace, &mut |rejected| panic!("{rejected:?}")).unwrap();
        let shown = |stage: PlannedStage| {
            let times = (stage.started.micros(), stage.ended.micros());
            (stage.name, stage.phase.as_str(), times.0, times.1, stage.logged.before.len())
        };
        plan.stages.into_iter().map(shown).collect()
    }

    #[test]
    fn events_without_lifecycle_are_stages_that_begin_with_the_event_before() {
        let stages = planned(vec![event("a", 10, None), event("b", 30, Some("COMPLETE")), event("a", 20, None)]);
        let expected = [("a", 10, 10), ("b", 10, 30), ("a", 20, 20)];
        assert_eq!(stages, expected.map(|(name, from, to)| (name.to_owned(), "completed", from, to, 0)));
    }

    #[test]
    fn starts_and_others_wait_for_the_end_of_their_activity() {
        let stages = planned(vec![
            event("a", 1, Some("schedule")),
            event("a", 2, Some("start")),
            event("a", 3, Some("start")),
            event("b", 4, Some("start")),
            event("a", 5, Some("complete")),
            event("a", 6, Some("complete")),
            event("c", 7, Some("manualskip")),
        ]);
        let expected = [
            ("b", "completed", 4, 4, 0),
            ("a", "completed", 2, 5, 2),
            ("a", "completed", 3, 6, 1),
            ("c", "skipped", 6, 7, 0),
        ];
        assert_eq!(stages, expected.map(|(name, phase, from, to, n)| (name.to_owned(), phase, from, to, n)));
    }

    #[test]
    fn what_cannot_be_stored_is_rejected_with_a_reason() {
        let mut reasons = Vec::new();
        let mut keep = |rejected: Rejected| reasons.push(rejected.reason);
        let trace = |key: &str, events| Trace { key: key.into(), events, ..Trace::default() };
        assert!(plan(trace(" ", vec![event("a", 1, None)]), &mut keep).is_none());
        assert!(plan(trace("t", vec![event("\0", 1, None)]), &mut keep).is_none());
        let long = "x".repeat(201);
        let some = vec![event(&long, 1, None), event("a", i64::MAX, None), event("a", 7, None)];
        assert_eq!(plan(trace("t", some), &mut keep).unwrap().events, 1);
        let mut large = trace("t", vec![event("a", 1, None)]);
        large.attributes.insert("x".into(), "y".repeat(ATTRIBUTES).into());
        assert!(plan(large, &mut keep).is_none());
        assert_eq!(reasons.len(), 6, "{reasons:?}");
        assert!(reasons[0].contains("blank") && reasons[1].contains("zero") && reasons[5].contains("bytes"));
    }
}
