//! What CSV and JSON lines share: which column means what, and gathering events by case.

use std::{collections::HashMap, ops::ControlFlow};

use serde_json::{Map, Value};

use crate::{Error, Event, Item, Rejected, Trace, time};

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Case,
    Activity,
    Time,
    Resource,
    Group,
    Lifecycle,
}

/// The names of each role, the most telling first: where a log has several of them, the first one
/// has the role and the others are attributes.
const NAMES: [(Role, &[&str]); 6] = [
    (Role::Case, &["case_id", "case:concept:name", "case", "caseid", "case id"]),
    (Role::Activity, &["activity", "concept:name", "event"]),
    (Role::Time, &["timestamp", "time:timestamp", "time", "start_time", "complete timestamp"]),
    (Role::Resource, &["resource", "org:resource", "user"]),
    (Role::Group, &["group", "org:group"]),
    (Role::Lifecycle, &["lifecycle", "lifecycle:transition"]),
];

/// The roles without which there is no event.
const REQUIRED: [(Role, &str); 3] = [(Role::Case, "case"), (Role::Activity, "activity"), (Role::Time, "time")];

/// Begins the name of a column that holds an attribute of the trace.
const TRACE_PREFIX: &str = "case:";

/// The characters that may part the cells of a table.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Where the value of one column goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    Role(Role),
    Trace(String),
    Event(String),
}

/// Where the values of the columns go, in their order.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    names: Vec<String>,
    pub(crate) targets: Vec<Target>,
}

impl Layout {
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<String> = names.map(str::to_owned).collect();
        let mut targets: Vec<Target> = names.iter().map(|name| attribute(name)).collect();
        for (role, accepted) in NAMES {
            let found = accepted
                .iter()
                .find_map(|&accepted| names.iter().position(|name| name.trim().eq_ignore_ascii_case(accepted)));
            if let Some(column) = found {
                targets[column] = Target::Role(role);
            }
        }
        Self { names, targets }
    }

    /// Whether it was made for these names, so that it need not be made again.
    pub(crate) fn fits<'a>(&self, mut names: impl ExactSizeIterator<Item = &'a String>) -> bool {
        names.len() == self.names.len() && self.names.iter().all(|name| names.next() == Some(name))
    }

    /// The column that has `role`.
    pub(crate) fn column(&self, role: Role) -> Option<usize> {
        self.targets.iter().position(|target| *target == Target::Role(role))
    }

    /// Refuses a header that lacks a column without which there is no event.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (role, column) in REQUIRED {
            if self.column(role).is_none() {
                let accepted = NAMES.iter().filter(|(named, _)| *named == role);
                let accepted: Vec<&str> = accepted.flat_map(|(_, names)| *names).copied().collect();
                return Err(Error::MissingColumn {
                    column,
                    accepted: accepted.join(", "),
                    found: self.names.join(", "),
                });
            }
        }
        Ok(())
    }
}

fn attribute(name: &str) -> Target {
    let name = name.trim();
    match name.get(..TRACE_PREFIX.len()) {
        Some(prefix) if prefix.eq_ignore_ascii_case(TRACE_PREFIX) => {
            Target::Trace(name[TRACE_PREFIX.len()..].to_owned())
        }
        _ => Target::Event(name.to_owned()),
    }
}

/// The character that parts the cells of a table with this first line.
pub(crate) fn delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| header.iter().filter(|&&byte| byte == delimiter).count();
    // Of equals max_by_key takes the last: start from the end to prefer the comma.
    DELIMITERS.into_iter().rev().max_by_key(|&byte| count(byte)).unwrap_or(b',')
}

/// Whether this first line of a file names a column a log must have.
pub(crate) fn looks_like_header(line: &str) -> bool {
    let delimiter = char::from(delimiter(line.as_bytes()));
    let layout = Layout::new(line.split(delimiter).map(|name| name.trim().trim_matches('"')));
    REQUIRED.iter().any(|(role, _)| layout.column(*role).is_some())
}

/// An event as its values come in.
#[derive(Default)]
pub(crate) struct Draft<'a> {
    case: Option<String>,
    activity: Option<String>,
    time: Option<Value>,
    resource: Option<String>,
    group: Option<String>,
    lifecycle: Option<String>,
    of_trace: Vec<(&'a str, Value)>,
    of_event: Map<String, Value>,
}

impl<'a> Draft<'a> {
    pub(crate) fn put(&mut self, target: &'a Target, value: Value) {
        match target {
            Target::Role(Role::Case) => self.case = text(value),
            Target::Role(Role::Activity) => self.activity = text(value),
            Target::Role(Role::Time) => self.time = Some(value),
            Target::Role(Role::Resource) => self.resource = text(value),
            Target::Role(Role::Group) => self.group = text(value),
            Target::Role(Role::Lifecycle) => self.lifecycle = text(value),
            Target::Trace(name) => self.of_trace.push((name, value)),
            Target::Event(name) => {
                self.of_event.insert(name.clone(), value);
            }
        }
    }

    pub(crate) fn into_case(self) -> Option<String> {
        self.case
    }
}

/// A value as a name: nothing, empty or nested is no name.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn moment(value: Option<Value>) -> Result<i64, String> {
    let at = match &value {
        None | Some(Value::Null) => return Err("it has no time".to_owned()),
        Some(Value::String(text)) => time::parse(text),
        Some(value) => value.as_i64().and_then(time::from_millis),
    };
    at.ok_or_else(|| format!("its time {} cannot be read", value.unwrap_or_default()))
}

/// The traces of a log, gathered from events in any order.
#[derive(Default)]
pub(crate) struct Cases {
    places: HashMap<String, usize>,
    traces: Vec<Trace>,
}

impl Cases {
    /// Adds the event on `line` to its case, or says why it cannot be.
    pub(crate) fn add(&mut self, line: u64, draft: Draft<'_>) -> Result<(), Rejected> {
        let rejected = |trace, reason: String| Err(Rejected { line: Some(line), trace, reason });
        let Some(case) = draft.case else {
            return rejected(None, "it names no case".to_owned());
        };
        let Some(activity) = draft.activity else {
            return rejected(Some(case), "it has no activity".to_owned());
        };
        let at = match moment(draft.time) {
            Ok(at) => at,
            Err(reason) => return rejected(Some(case), reason),
        };
        let place = match self.places.get(&case) {
            Some(&place) => place,
            None => {
                self.places.insert(case.clone(), self.traces.len());
                self.traces.push(Trace { key: case, ..Trace::default() });
                self.traces.len() - 1
            }
        };
        let trace = &mut self.traces[place];
        for (name, value) in draft.of_trace {
            // Usually repeated on every row of the case: the first one counts.
            if !trace.attributes.contains_key(name) {
                trace.attributes.insert(name.to_owned(), value);
            }
        }
        trace.events.push(Event {
            activity,
            at,
            resource: draft.resource,
            group: draft.group,
            lifecycle: draft.lifecycle,
            attributes: draft.of_event,
        });
        Ok(())
    }

    /// Hands out the traces, events in order of time, in file order where the time is the same.
    pub(crate) fn finish(self, on: &mut dyn FnMut(Item) -> ControlFlow<()>) {
        for mut trace in self.traces {
            trace.events.sort_by_key(|event| event.at);
            if on(Item::Trace(trace)).is_break() {
                return;
            }
        }
    }
}
