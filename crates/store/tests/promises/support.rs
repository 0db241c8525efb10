//! Stores, workspaces and how tests wait: for a condition, with a limit, never for a time.

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

use heddle_store::{Config, JobContext, NewEvent, NewJob, Outcome, Store, Tx, Workers, events, params, testing::Place};
use kernel::{Actor, Result, ids::WorkspaceId};
use serde_json::json;
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(30);

pub async fn within<F: Future>(what: &str, work: F) -> F::Output {
    tokio::time::timeout(LIMIT, work).await.unwrap_or_else(|_| panic!("{what}: not within {LIMIT:?}"))
}

/// Asks again and again until there is an answer.
pub async fn until<T, A: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> A) -> T {
    let begun = Instant::now();
    let mut every = tokio::time::interval(Duration::from_millis(10));
    loop {
        every.tick().await;
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < LIMIT, "{what}: not within {LIMIT:?}");
    }
}

pub async fn open(place: &Place) -> Store {
    Store::open(place.config()).await.unwrap()
}

/// A store that soon closes workspaces.
pub async fn open_impatient(place: &Place) -> Store {
    Store::open(Config { idle: Duration::from_millis(500), ..place.config() }).await.unwrap()
}

/// Runs a test that mostly waits on all engines at once.
pub async fn on_each(test: impl AsyncFn(Place)) {
    futures::future::join_all(Place::each().into_iter().map(|place| test(place))).await;
}

/// A new workspace, known to the control database, with a table `notes`.
pub async fn workspace(store: &Store) -> WorkspaceId {
    let id = WorkspaceId::new();
    store.create_workspace(id).await.unwrap();
    store
        .control_write(move |tx| {
            tx.execute(
                "INSERT INTO workspaces (id, slug, name, created_at) VALUES ($1, $2, 'Test', $3)",
                params![id, id.to_string(), tx.now()],
            )
        })
        .await
        .unwrap();
    write(store, id, |tx| tx.execute("CREATE TABLE notes (id bigint PRIMARY KEY, body text)", &[])).await;
    id
}

pub async fn write<T: Send + 'static>(
    store: &Store,
    workspace: WorkspaceId,
    work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> T {
    store.write(workspace, Actor::SYSTEM, work).await.unwrap()
}

pub async fn read<T: Send + 'static>(
    store: &Store,
    workspace: WorkspaceId,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> T {
    store.read(workspace, Actor::SYSTEM, work).await.unwrap()
}

pub fn note(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute("INSERT INTO notes (id, body) VALUES ($1, 'note')", params![id]).map(drop)
}

pub fn notes(tx: &mut Tx<'_>) -> Result<Vec<i64>> {
    tx.query("SELECT id FROM notes ORDER BY id", &[], |row| row.get(0))
}

pub fn emit(tx: &mut Tx<'_>, n: i64) -> Result<()> {
    let data = json!({"n": n});
    tx.emit(NewEvent { verb: "test.done", subject: uuid::Uuid::now_v7(), space: None, case: None, thread: None, data })
}

/// The numbers in the data of all events, in the order of the log.
pub fn emitted(tx: &mut Tx<'_>) -> Result<Vec<i64>> {
    Ok(events::after(tx, 0, 10_000)?.iter().map(|event| event.data["n"].as_i64().unwrap()).collect())
}

pub fn job(n: i64) -> NewJob {
    NewJob::new("test", json!({"n": n}))
}

/// Workers whose jobs of kind `test` say their number.
pub fn saying() -> (Workers, mpsc::UnboundedReceiver<i64>) {
    let (said, hear) = mpsc::unbounded_channel();
    let workers = Workers::new().job("test", move |context: JobContext| {
        let said = said.clone();
        async move {
            let _ = said.send(context.job.payload["n"].as_i64().unwrap());
            Ok(Outcome::Done)
        }
    });
    (workers, hear)
}

/// Workers at work, stopped with this value.
pub struct Working {
    stop: CancellationToken,
    task: Option<JoinHandle<Result<()>>>,
}

impl Working {
    pub fn start(store: &Store, workers: Workers) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(workers.run(store.clone(), stop.clone()));
        Self { stop, task: Some(task) }
    }

    /// Stops them and sees that nothing went wrong.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let task = self.task.take().unwrap();
        within("the workers stop", task).await.unwrap().unwrap();
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The next message.
pub async fn next<T: Debug>(what: &str, receiver: &mut mpsc::UnboundedReceiver<T>) -> T {
    within(what, receiver.recv()).await.unwrap()
}

/// A session on PostgreSQL that knows nothing of Heddle.
pub async fn session(place: &Place) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(place.url().unwrap(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// The name of a workspace's schema.
pub fn schema(workspace: WorkspaceId) -> String {
    format!("ws_{}", workspace.uuid().simple())
}

/// Waits until a session of Heddle waits for a lock that somebody else holds.
pub async fn until_blocked(place: &Place) {
    let session = &session(place).await;
    until("a session waits for a lock", || async {
        let sql = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
                   AND application_name = 'heddle'";
        session.query_opt(sql, &[]).await.unwrap().map(drop)
    })
    .await;
}
