//! A terminal at work, whoever watches it. What its programs write is read as fast as it may come and kept for a while;
//! each viewer reads on from its own place. So nobody holds up the programs or another viewer: who is slow misses what is
//! no longer kept, and is told so.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

use crate::ring::{Ring, SCROLLBACK};

/// The size of a terminal, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Lines.
    pub rows: u16,
    /// Characters of a line.
    pub columns: u16,
}

/// The way to a terminal.
pub trait Line: Send + Sync {
    /// Reads what its programs write; 0 at its end.
    fn read<'a>(&'a self, buffer: &'a mut [u8]) -> BoxFuture<'a, io::Result<usize>>;
    /// Writes what its programs read as typed.
    fn write<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<()>>;
    /// Changes its size.
    fn resize(&self, size: Size) -> BoxFuture<'_, io::Result<()>>;
}

/// Bytes that are read at once.
const PIECE: usize = 16 << 10;
/// Bytes that are read in a second: programs that write more wait, as they would at a slow terminal.
const RATE: usize = 8 << 20;
/// Pieces of input that wait while no program reads.
const INPUT: usize = 64;

/// How far a terminal has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Progress {
    written: u64,
    end: Option<Exit>,
}

/// How a terminal's program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Its exit status, where that is known.
    pub code: Option<i32>,
}

/// A terminal at work.
pub struct Session {
    line: Arc<dyn Line>,
    ring: Mutex<Ring>,
    progress: watch::Sender<Progress>,
    input: mpsc::Sender<Bytes>,
}

impl Session {
    /// Begins to read a terminal. `earlier` is what it showed before. `over` is called when it has been closed.
    pub fn begin(line: Arc<dyn Line>, earlier: &[u8], over: impl FnOnce() + Send + 'static) -> Arc<Self> {
        let (input, typed) = mpsc::channel(INPUT);
        let mut ring = Ring::default();
        ring.push(earlier);
        let progress = Progress { written: ring.end(), end: None };
        let session = Arc::new(Self { line, ring: Mutex::new(ring), progress: watch::Sender::new(progress), input });
        let read = Arc::clone(&session);
        let write = tokio::spawn(write(Arc::clone(&session.line), typed));
        tokio::spawn(async move {
            read.read().await;
            write.abort();
            over();
        });
        session
    }

    async fn read(&self) {
        let mut buffer = vec![0; PIECE];
        let (mut since, mut count) = (Instant::now(), 0);
        // However it fails, nothing more comes.
        while let Ok(read @ 1..) = self.line.read(&mut buffer).await {
            let end = {
                let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
                ring.push(&buffer[..read]);
                ring.end()
            };
            self.progress.send_modify(|progress| progress.written = end);
            count += read;
            if count >= RATE {
                sleep_until(since + Duration::from_secs(1)).await;
                (since, count) = (Instant::now(), 0);
            }
        }
    }

    /// Tells the viewers that the program has ended.
    pub fn finish(&self, exit: Exit) {
        self.progress.send_modify(|progress| {
            progress.end.get_or_insert(exit);
        });
    }

    /// Somebody who watches: what is kept comes first.
    pub fn watch(self: &Arc<Self>) -> Viewer {
        let place = self.ring.lock().unwrap_or_else(PoisonError::into_inner).beginning();
        Viewer { place, progress: self.progress.subscribe(), session: Arc::clone(self) }
    }

    /// Where input goes. It waits while the programs do not read.
    pub fn input(&self) -> mpsc::Sender<Bytes> {
        self.input.clone()
    }

    /// Changes the size of the terminal, for all who watch.
    ///
    /// # Errors
    /// What the system says.
    pub async fn resize(&self, size: Size) -> io::Result<()> {
        self.line.resize(size).await
    }

    /// The last lines of what is kept, or all of it.
    pub fn tail(&self, lines: Option<usize>) -> Vec<u8> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).tail(lines)
    }
}

async fn write(line: Arc<dyn Line>, mut typed: mpsc::Receiver<Bytes>) {
    while let Some(bytes) = typed.recv().await {
        if line.write(&bytes).await.is_err() {
            return;
        }
    }
}

/// What a viewer sees next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Output.
    Output(Vec<u8>),
    /// So many bytes of output are gone, because this viewer was slow.
    Skipped(u64),
    /// The program has ended, and all it wrote was seen.
    Ended(Exit),
}

/// Somebody who watches a terminal.
pub struct Viewer {
    session: Arc<Session>,
    place: u64,
    progress: watch::Receiver<Progress>,
}

impl Viewer {
    /// Waits for what comes next. Nothing is lost when this is dropped half-way.
    pub async fn next(&mut self) -> Seen {
        let place = self.place;
        let wanted = |progress: &Progress| progress.written > place || progress.end.is_some();
        // The sender is in the session, which this keeps.
        let end = self.progress.wait_for(wanted).await.ok().and_then(|progress| progress.end);
        let (skipped, output) = {
            let ring = self.session.ring.lock().unwrap_or_else(PoisonError::into_inner);
            ring.from(place, PIECE.max(SCROLLBACK / 4))
        };
        if skipped > 0 {
            self.place += skipped;
            return Seen::Skipped(skipped);
        }
        if output.is_empty() {
            return Seen::Ended(end.unwrap_or(Exit { code: None }));
        }
        self.place += output.len() as u64;
        Seen::Output(output)
    }
}
