//! Writing the cases of a space as a log.

use std::io::Write;

use kernel::{Error, Kind, Result, ids::WorkspaceId};
use process_log::{Event, Trace, XesWriter, write_xes};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use store::Store;
use work::motion::StagePhase;

use crate::{
    Progress,
    history::{self, PastCase, Step},
    space,
};

/// What an export wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Traces: every case of the space.
    pub traces: u64,
    /// Their events.
    pub events: u64,
}

/// The trace attribute that holds the title of a case whose name in the log is another.
const TITLE: &str = "heddle:title";

/// Writes every case of the space to `out` as XES, `space` being its id or name.
///
/// A case is a trace: its name (`concept:name`) is the `external_id`, or the id of a case without one; its attributes are
/// those of the case, and `heddle:title` where the title is not the name. Its events are its finished stages in the order in
/// which they ended: the stage's name, the time it ended, the name of the actor who finished it (the assignee where that was
/// Heddle itself) and the lifecycle `complete`, or `manualskip` for one that was skipped. Changes of phase and motion are no
/// events, for they are states and not work; stages that are not finished are not in the log yet.
///
/// A case that was imported is written as its log had it: the same events in the same order, also those that ended nothing,
/// with lifecycle, group and attributes.
///
/// Cases come in the order in which they were opened, page by page: memory does not grow with the space. What is written is
/// true of each case at some time during the export.
///
/// # Errors
/// `space_not_found` (it lists the spaces), `space_ambiguous`, `log_not_written` when `out` fails, the store's.
pub async fn export(
    store: &Store,
    workspace: WorkspaceId,
    space: &str,
    out: impl Write,
    mut progress: impl FnMut(Progress),
) -> Result<Exported> {
    let space = space::find(store, workspace, space).await?;
    let mut done = Progress { total: history::count(store, workspace, space.id).await?, ..Progress::default() };
    progress(done);
    let mut writer = write_xes(out);
    let about = Map::from_iter([("concept:name".to_owned(), Json::String(space.name.clone()))]);
    writer.begin(&about).map_err(not_written)?;
    history::each_case(store, workspace, space.id, |case| {
        let trace = trace(case);
        write(&mut writer, &trace)?;
        done.traces += 1;
        done.events += trace.events.len() as u64;
        if done.traces.is_multiple_of(100) {
            progress(done);
        }
        Ok(())
    })
    .await?;
    writer.finish().map_err(not_written)?;
    progress(done);
    Ok(Exported { traces: done.traces, events: done.events })
}

fn write<W: Write>(writer: &mut XesWriter<W>, trace: &Trace) -> Result<()> {
    writer.trace(trace).map_err(not_written)
}

fn not_written(error: process_log::Error) -> Error {
    let why = match &error {
        process_log::Error::Write(source) => source.to_string(),
        other => other.to_string(),
    };
    Error::new(Kind::Unavailable, "log_not_written", format!("The log cannot be written: {why}."))
}

/// The trace that a case is.
fn trace(case: PastCase) -> Trace {
    let PastCase { id, external_id, title, mut attributes, steps, .. } = case;
    let key = external_id.unwrap_or_else(|| id.to_string());
    if title != key.trim() && !attributes.contains_key(TITLE) {
        attributes.insert(TITLE.to_owned(), title.into());
    }
    let mut events = Vec::with_capacity(steps.len());
    for (n, step) in steps.into_iter().enumerate() {
        put(&mut events, n as u64, step);
    }
    // Events without a place in a log keep their order behind those that have one.
    events.sort_by_key(|(index, _)| *index);
    Trace { key, attributes, events: events.into_iter().map(|(_, event)| event).collect() }
}

/// Adds the events of a step, each with its place in the trace.
fn put(events: &mut Vec<(u64, Event)>, n: u64, step: Step) {
    let Step { name, phase, ended, actor, logged } = step;
    let mut event = Event { activity: name, at: ended.micros(), resource: actor, ..Event::default() };
    let index = match logged {
        Some(logged) => {
            for waited in logged.before {
                events.push((waited.index, waited.into_event(&event.activity)));
            }
            event.group = logged.group;
            event.lifecycle = logged.lifecycle;
            event.attributes = logged.attributes;
            logged.index
        }
        None => {
            let lifecycle = if phase == StagePhase::Skipped { "manualskip" } else { "complete" };
            event.lifecycle = Some(lifecycle.to_owned());
            u64::from(u32::MAX) + n
        }
    };
    events.push((index, event));
}
