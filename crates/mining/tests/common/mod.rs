//! A workspace on each engine, and logs to put into it.
#![allow(dead_code, clippy::unwrap_used)]

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use identity::spaces::{self, NewSpace};
use kernel::{
    Actor,
    ids::{SpaceId, WorkspaceId},
};
use process_log::{Event, Item, Trace, read, write_xes};
use store::{Config, Store, Tx};
use tempfile::TempDir;

/// A workspace with its owner, dropped with this value.
pub struct World {
    pub store: Store,
    pub workspace: WorkspaceId,
    pub owner: Actor,
    pub folder: TempDir,
    url: Option<String>,
}

impl World {
    /// One on SQLite and, when `HEDDLE_TEST_DATABASE_URL` names a server, one on PostgreSQL.
    pub async fn each() -> Vec<Self> {
        let mut worlds = vec![Self::open(None).await];
        if let Ok(url) = std::env::var("HEDDLE_TEST_DATABASE_URL") {
            worlds.push(Self::open(Some(url)).await);
        }
        worlds
    }

    pub async fn open(url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { database_url: url.clone(), ..Config::embedded(folder.path()) };
        let store = Store::open(config).await.unwrap();
        let slug = format!("t-{}", WorkspaceId::new());
        let (workspace, _, owner) =
            identity::workspaces::create(&store, "Test", Some(&slug), "owner@heddle.example", None).await.unwrap();
        Self { store, workspace: workspace.id, owner: owner.acting(), folder, url }
    }

    /// A new space named `name`, owned by the owner.
    pub async fn space(&self, name: &str) -> SpaceId {
        let new = NewSpace { name: name.to_owned(), description: None, review: Vec::new() };
        self.write(move |tx| spaces::create(tx, &new)).await.id
    }

    pub async fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Tx<'_>) -> kernel::Result<T> + Send + 'static,
    ) -> T {
        self.store.write(self.workspace, self.owner, move |tx| work(tx)).await.unwrap()
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> kernel::Result<T> + Send + 'static,
    ) -> T {
        self.store.read(self.workspace, self.owner, work).await.unwrap()
    }

    pub async fn count(&self, from: &str) -> i64 {
        let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {from}");
        self.read(move |tx| tx.query_one(&sql, &[], |row| row.get(0))).await
    }

    /// How many rows there are of everything that an import writes.
    pub async fn rows(&self) -> Vec<i64> {
        let mut rows = Vec::new();
        for table in ["cases", "threads", "stages", "activities", "events", "actors", "members"] {
            rows.push(self.count(table).await);
        }
        let sql = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM case_tallies";
        rows.push(self.read(move |tx| tx.query_one(sql, &[], |row| row.get(0))).await);
        rows
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The log that an export of the space writes.
    pub async fn exported(&self, space: &str) -> Vec<Trace> {
        let mut out = Vec::new();
        let done = heddle_mining::export(&self.store, self.workspace, space, &mut out, |_| ()).await.unwrap();
        let traces = read_all(&self.file("exported.xes", &out));
        let events: usize = traces.iter().map(|trace| trace.events.len()).sum();
        assert_eq!((done.traces, done.events), (traces.len() as u64, events as u64));
        traces
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let (Some(url), name) = (self.url.clone(), self.workspace.uuid().simple().to_string()) else { return };
        let workspace = self.workspace.uuid();
        let drop = move || {
            let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            let row = format!("DELETE FROM heddle_control.workspaces WHERE id = '{workspace}'");
            let _ = client.batch_execute(&format!("DROP SCHEMA \"ws_{name}\" CASCADE; {row}"));
        };
        let _ = std::thread::spawn(drop).join();
    }
}

pub fn read_all(path: &Path) -> Vec<Trace> {
    let mut traces = Vec::new();
    process_log::scan(path).unwrap();
    read(path, &mut |item| {
        match item {
            Item::Trace(trace) => traces.push(trace),
            Item::Rejected(rejected) => panic!("{rejected:?}"),
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    traces
}

pub fn xes(traces: &[Trace]) -> Vec<u8> {
    let mut writer = write_xes(Vec::new());
    for trace in traces {
        writer.trace(trace).unwrap();
    }
    writer.finish().unwrap()
}

pub fn event(activity: &str, at: i64, resource: Option<&str>) -> Event {
    Event { activity: activity.into(), at, resource: resource.map(Into::into), ..Event::default() }
}

/// `n` traces of three events each.
pub fn many(n: usize) -> Vec<Trace> {
    let trace = |n: usize| Trace {
        key: format!("trace {n}"),
        events: vec![
            event("open", 1_000_000 * n as i64, Some("Ann")),
            event("check", 1_000_000 * n as i64 + 5, Some(if n.is_multiple_of(2) { "Ann" } else { "Bob" })),
            event("close", 1_000_000 * n as i64 + 9, None),
        ],
        ..Trace::default()
    };
    (0..n).map(trace).collect()
}

pub fn by_key(mut traces: Vec<Trace>) -> Vec<Trace> {
    traces.sort_by(|a, b| a.key.cmp(&b.key));
    traces
}

/// The permit log, which is no part of the repository; says so where it is missing.
pub fn permit_log() -> Option<PathBuf> {
    let folder = std::env::var_os("HEDDLE_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = folder.join("permit-receipt.xes.gz");
    if !path.is_file() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}
