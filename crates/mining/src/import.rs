//! Reading a log into a space.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use identity::spaces::SpaceKind;
use kernel::{
    Actor, Error, Kind, Result,
    ids::{CaseId, SpaceId, WorkspaceId},
};
use process_log::{Item, Rejected};
use serde::Serialize;
use store::Store;
use tokio::sync::mpsc;

use crate::{
    Progress,
    batch::{self, Import, People},
    plan::{self, Plan},
    space,
};

/// Traces of one transaction.
const TRACES: usize = 500;
/// Events of one transaction, unless a single trace has more: other writers wait meanwhile.
const EVENTS: u64 = 5_000;
/// Batches read ahead of the one being written.
const AHEAD: usize = 2;
/// Rejections that a report shows.
const SHOWN: usize = 1_000;

/// What an import did.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The space.
    pub space_id: SpaceId,
    /// Traces that became cases.
    pub traces: u64,
    /// Events in them.
    pub events: u64,
    /// Traces whose cases the space had before.
    pub skipped: u64,
    /// People made for resources.
    pub actors: u64,
    /// Events and traces that were left out.
    pub rejected_total: u64,
    /// The first 1,000 of them.
    pub rejected: Vec<Rejected>,
}

impl Report {
    fn reject(&mut self, rejected: Vec<Rejected>, total: u64) {
        self.rejected_total += total;
        let room = SHOWN - self.rejected.len().min(SHOWN);
        self.rejected.extend(rejected.into_iter().take(room));
    }
}

/// Reads the event log at `path` into closed cases of the space, `space` being its id or name.
///
/// The file is checked to its end first; one that is cut or not well-formed changes nothing. Then traces are written in
/// transactions of about 500, so others can write in between, while the next ones are being read. A trace becomes a case
/// with the trace's name as `external_id` and title, its attributes, its events as stages at their own times (see the
/// [crate's documentation](crate)), a thread and events of the log. Resources become people of that name who cannot sign in,
/// members of the space, made once and found again by later imports.
///
/// A trace whose name the space has as an `external_id` is skipped: importing a file again adds nothing, and importing it
/// after a crash adds what is missing. Events and traces that cannot be stored are left out and reported.
///
/// Memory holds a few batches for XES; for CSV and JSON lines the whole log (see [`process_log::read`]).
///
/// # Errors
/// `space_not_found` (it lists the spaces), `space_ambiguous`, `private_space`; `log_truncated`, `log_malformed` and
/// `log_unreadable` for a file that cannot be read, naming the place; the store's.
pub async fn import(
    store: &Store,
    workspace: WorkspaceId,
    space: &str,
    path: &Path,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Report> {
    let space = space::find(store, workspace, space).await?;
    if space.kind == SpaceKind::Private {
        let message = "A private space has one person only; import into the general space or a custom one.";
        return Err(Error::conflict("private_space", message));
    }
    let space = space.id;
    let shared = Import { engine: store.engine(), space, began: CaseId::new() };
    let file = path.to_owned();
    let scan = tokio::task::spawn_blocking(move || process_log::scan(&file)).await.map_err(Error::internal)?;
    let scan = scan.map_err(|error| unreadable(path, &error, "nothing was imported"))?;
    let mut done = Progress { total: scan.traces, ..Progress::default() };
    progress(done);

    let (sender, mut batches) = mpsc::channel(AHEAD);
    let file = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || read(file, &sender));
    let mut report = Report {
        space_id: space,
        traces: 0,
        events: 0,
        skipped: 0,
        actors: 0,
        rejected_total: 0,
        rejected: Vec::new(),
    };
    let mut people = Arc::new(People::new());
    while let Some(Batch { plans, events, rejected, rejected_total }) = batches.recv().await {
        report.reject(rejected, rejected_total);
        done.traces += plans.len() as u64;
        done.events += events;
        let known = Arc::clone(&people);
        let written = store.write(workspace, Actor::SYSTEM, move |tx| batch::write(tx, shared, &plans, &known)).await?;
        report.traces += written.traces;
        report.events += written.events;
        report.skipped += written.skipped;
        report.actors += written.made;
        let twice = written.rejected.len() as u64;
        report.reject(written.rejected, twice);
        if !written.people.is_empty() {
            Arc::make_mut(&mut people).extend(written.people);
        }
        progress(done);
    }
    let read = reading.await.map_err(Error::internal)?;
    read.map_err(|error| unreadable(path, &error, "what was imported before stays; importing it again goes on"))?;
    tracing::info!(%workspace, %space, traces = report.traces, events = report.events, skipped = report.skipped,
        rejected = report.rejected_total, "log imported");
    Ok(report)
}

/// Traces on their way from the thread that reads to the one that writes.
#[derive(Default)]
struct Batch {
    plans: Vec<Plan>,
    events: u64,
    rejected: Vec<Rejected>,
    rejected_total: u64,
}

impl Batch {
    fn reject(&mut self, rejected: Rejected) {
        self.rejected_total += 1;
        if self.rejected.len() < SHOWN {
            self.rejected.push(rejected);
        }
    }

    fn add(&mut self, item: Item) {
        match item {
            Item::Rejected(rejected) => self.reject(rejected),
            Item::Trace(trace) => {
                if let Some(plan) = plan::plan(trace, &mut |rejected| self.reject(rejected)) {
                    self.events += plan.events;
                    self.plans.push(plan);
                }
            }
        }
    }

    fn is_full(&self) -> bool {
        self.plans.len() >= TRACES || self.events >= EVENTS
    }
}

/// Reads the file into batches until its end, or until nobody wants them any more.
fn read(path: PathBuf, batches: &mpsc::Sender<Batch>) -> Result<(), process_log::Error> {
    let mut batch = Batch::default();
    process_log::read(&path, &mut |item| {
        batch.add(item);
        if !batch.is_full() {
            return ControlFlow::Continue(());
        }
        match batches.blocking_send(std::mem::take(&mut batch)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    // The import may have ended early; then nobody needs the rest.
    let _ = batches.blocking_send(batch);
    Ok(())
}

fn unreadable(path: &Path, error: &process_log::Error, consequence: &str) -> Error {
    let code = match error {
        process_log::Error::Truncated { .. } => "log_truncated",
        process_log::Error::Io { .. } => "log_unreadable",
        _ => "log_malformed",
    };
    Error::new(Kind::Invalid, code, format!("The log {} cannot be imported: {error}; {consequence}.", path.display()))
}
