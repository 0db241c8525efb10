//! Threads between this machine and the server.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use client::{Client, StatusCode, loom::threads as remote, public::users};
use tokio::{sync::Notify, task::JoinHandle};

use super::{Error as Local, Store, Stored, Thread, new_id, store::Synced};

/// How often a thread is sent anew when the server's changes meanwhile.
const ATTEMPTS: usize = 4;
/// The first wait after the server could not be reached, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

/// Why a thread was not sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This machine.
    #[error("{0}")]
    Local(#[from] Local),
    /// The server, or the way there.
    #[error("{0}")]
    Server(#[from] client::Error),
}

impl Error {
    /// Whether it may go better later.
    fn is_passing(&self) -> bool {
        match self {
            Self::Local(_) => false,
            Self::Server(error) => match error {
                client::Error::Unreachable { .. } | client::Error::Timeout { .. } | client::Error::Broken { .. } => {
                    true
                }
                error => error.status().is_some_and(|status| {
                    status.is_server_error() || [StatusCode::TOO_MANY_REQUESTS, StatusCode::CONFLICT].contains(&status)
                }),
            },
        }
    }
}

/// What came of sending a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// There was nothing to send.
    Nothing,
    /// The server has it.
    Done,
    /// The server has it; what it had before, and is not in it, is here under this id.
    Kept(String),
}

/// Sends threads. Clones are the same one.
#[derive(Clone)]
pub struct Syncer {
    store: Store,
    client: Client,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Told when there is something to send.
    wake: Notify,
    /// What people should know.
    notices: Mutex<Vec<String>>,
    /// One sends at a time.
    sending: tokio::sync::Mutex<()>,
    /// The thread that this program works on: its lock is ours.
    open: Mutex<Vec<String>>,
}

impl Syncer {
    /// Sends the threads of a store.
    pub fn new(store: Store, client: Client) -> Self {
        Self { store, client, shared: Arc::default() }
    }

    /// Says that this program works on a thread and has its lock.
    pub fn opened(&self, id: &str) {
        self.shared.open.lock().unwrap_or_else(PoisonError::into_inner).push(id.to_owned());
    }

    /// Says that it no longer does.
    pub fn closed(&self, id: &str) {
        self.shared.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|open| open != id);
    }

    /// Whether a thread must not leave this machine. One that is not here may be on the server.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn is_private(&self, id: &str) -> Result<bool, Local> {
        match self.store.load(id) {
            Ok(stored) => Ok(stored.private),
            Err(Local::Absent(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Says that there is something to send.
    pub fn wake(&self) {
        self.shared.wake.notify_one();
    }

    /// What people should know of since this was last asked.
    pub fn notices(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, text: String) {
        let mut notices = self.shared.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if !notices.contains(&text) {
            notices.push(text);
        }
    }

    /// Sends in the background from now on: at once, whenever there is something, and again when the server comes back.
    pub fn start(&self) -> JoinHandle<()> {
        let syncer = self.clone();
        tokio::spawn(async move {
            let mut failures = 0;
            loop {
                failures = match syncer.push_all().await {
                    true => 0,
                    false => failures + 1,
                };
                let woken = syncer.shared.wake.notified();
                match failures {
                    0 => woken.await,
                    n => {
                        let wait = WAITS.0.saturating_mul(2u32.saturating_pow(n - 1)).min(WAITS.1);
                        let _ = tokio::time::timeout(wait, woken).await;
                    }
                }
            }
        })
    }

    /// Sends all that is pending. False when something should be tried again later.
    pub async fn push_all(&self) -> bool {
        let mut well = true;
        let mut tried = HashSet::new();
        loop {
            let pending = match self.store.pending() {
                Ok(pending) => pending,
                Err(error) => {
                    self.note(error.to_string());
                    return true;
                }
            };
            // What was kept of the server's meanwhile is to be sent, too.
            let Some(id) = pending.into_iter().find(|id| !tried.contains(id)) else { return well };
            match self.push(&id).await {
                Ok(Pushed::Kept(copy)) => self.note(format!(
                    "Thread {id} was changed elsewhere too. What the server had is kept as thread {copy}."
                )),
                // Whoever has it open sends it.
                Ok(_) | Err(Error::Local(Local::Busy(_))) => {}
                Err(error) if error.is_passing() => well = false,
                Err(error) => self.note(format!("Thread {id} stays on this machine for now: {error}")),
            }
            tried.insert(id);
        }
    }

    /// Sends one thread, unless it is private.
    ///
    /// # Errors
    /// It is open elsewhere or cannot be read; the server refuses or cannot be reached. The thread stays pending.
    pub async fn push(&self, id: &str) -> Result<Pushed, Error> {
        let _one = self.shared.sending.lock().await;
        let ours = self.shared.open.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|open| open == id);
        let _lock = if ours { None } else { Some(self.store.lock(id)?) };
        let stored = match self.store.load(id) {
            Ok(stored) => stored,
            Err(Local::Absent(_)) => {
                self.store.forget(id)?;
                return Ok(Pushed::Nothing);
            }
            Err(error) => return Err(error.into()),
        };
        if stored.private {
            self.store.forget(id)?;
            return Ok(Pushed::Nothing);
        }
        let mut synced = self.store.synced(id)?;
        let mut kept = None;
        let mut last = None;
        for _ in 0..ATTEMPTS {
            // What it is called and who may read it is changed on the server.
            let mut body = Thread { version: synced.version, ..stored.thread.clone() };
            body.title = synced.title.clone().filter(|title| !title.is_empty()).unwrap_or(body.title);
            body.visibility = synced.visibility.clone().unwrap_or(body.visibility);
            // Version 0 is that of a thread which the server has never seen.
            let error = match self.client.send(&remote::put(id, Some(synced.version), &body)).await {
                Ok(saved) => {
                    let synced = Synced { version: saved.version, title: saved.title, visibility: saved.visibility };
                    self.store.confirm(id, stored.revision, &synced)?;
                    return Ok(kept.map_or(Pushed::Done, Pushed::Kept));
                }
                Err(error) => error,
            };
            let theirs = match error.status() {
                Some(StatusCode::CONFLICT) => self.fetch(id).await.map(Some).or_else(none_if_absent)?,
                Some(StatusCode::NOT_FOUND) if synced.version > 0 => None,
                _ => return Err(error.into()),
            };
            last = Some(error);
            let Some(theirs) = theirs else {
                // It was deleted there; whoever goes on with it wants it back.
                synced = Synced::default();
                continue;
            };
            synced = of(&theirs);
            if theirs.messages.is_beginning_of(&stored.thread.messages) {
                continue;
            }
            if stored.thread.messages.is_beginning_of(&theirs.messages) {
                // They went on where we stopped.
                if !ours {
                    self.store.adopt(&mut Stored { thread: theirs, ..stored })?;
                }
                return Ok(Pushed::Nothing);
            }
            kept = Some(self.keep(theirs)?);
            // Should the next attempt fail, the copy is not made again.
            self.store.rebase(id, &synced)?;
        }
        // It has changed each time. The next one may go better.
        Err(last.map_or(Local::Busy(id.to_owned()).into(), Error::Server))
    }

    async fn fetch(&self, id: &str) -> Result<Thread, client::Error> {
        self.client.send(&remote::get(id)).await
    }

    /// Whether the server says that a thread belongs to somebody else, who shares it.
    async fn is_somebody_elses(&self, thread: &Thread) -> Result<bool, client::Error> {
        let Some(owner) = thread.other.get("owner_id").and_then(|owner| owner.as_str()) else { return Ok(false) };
        let me = self.client.send(&users::me()).await?;
        Ok(me.id.to_string() != owner)
    }

    /// Keeps what the server had under a new id. It is sent like any other thread.
    fn keep(&self, theirs: Thread) -> Result<String, Error> {
        let title = format!("{} (as it was on the server)", theirs.title);
        let copy = Thread { id: new_id(), title, version: 0, ..theirs };
        let id = copy.id.clone();
        self.store.save(&mut Stored { thread: copy, private: false, revision: 0 })?;
        Ok(id)
    }

    /// Brings a thread up to what the server has, if it has more. Without a thread here, the server's is taken; if it is
    /// somebody else's, a copy with an id of its own.
    ///
    /// # Errors
    /// It is neither here nor there; it cannot be read; the server cannot be reached and the thread is not here.
    pub async fn pull(&self, id: &str) -> Result<Stored, Error> {
        let here = match self.store.load(id) {
            Ok(stored) if stored.private => return Ok(stored),
            Ok(stored) => Some(stored),
            Err(Local::Absent(_)) => None,
            Err(error) => return Err(error.into()),
        };
        match (self.fetch(id).await, here) {
            (Ok(theirs), None) if theirs.id == id => {
                let mut stored = Stored { thread: theirs, private: false, revision: 0 };
                match self.is_somebody_elses(&stored.thread).await? {
                    // It is theirs to change. We go on with a copy of our own.
                    true => {
                        stored.thread.id = new_id();
                        stored.thread.visibility = remote::Visibility::Private;
                        self.store.save(&mut stored)?;
                    }
                    false => self.store.adopt(&mut stored)?,
                }
                Ok(stored)
            }
            (Ok(theirs), Some(stored))
                if theirs.id == id
                    && theirs.messages != stored.thread.messages
                    && stored.thread.messages.is_beginning_of(&theirs.messages) =>
            {
                let mut stored = Stored { thread: theirs, ..stored };
                self.store.adopt(&mut stored)?;
                Ok(stored)
            }
            // What differs is sorted out when it is sent.
            (_, Some(stored)) => Ok(stored),
            (Ok(_), None) => Err(Local::Absent(id.to_owned()).into()),
            (Err(error), None) if error.status() == Some(StatusCode::NOT_FOUND) => {
                Err(Local::Absent(id.to_owned()).into())
            }
            (Err(error), None) => Err(error.into()),
        }
    }
}

fn of(theirs: &Thread) -> Synced {
    Synced { version: theirs.version, title: Some(theirs.title.clone()), visibility: Some(theirs.visibility.clone()) }
}

/// Nothing, where the server says that there is none.
fn none_if_absent(error: client::Error) -> Result<Option<Thread>, client::Error> {
    match error.status() {
        Some(StatusCode::NOT_FOUND) => Ok(None),
        _ => Err(error),
    }
}
