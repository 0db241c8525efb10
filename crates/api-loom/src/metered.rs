//! The body of an answer that is passed through: each piece goes on as it comes, and what the call took is read on the way.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{body::HttpBody, http::HeaderValue};
use bytes::Bytes;
use gateway::{
    Lease, Usage,
    native::{Measured, Meter, SILENCE},
};
use http_body_util::combinators::UnsyncBoxBody;
use ledger::{Entry, Outcome};
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;

use crate::cache::{self, Cache, Kept, Key};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long answers may go on when the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What is known of a call when its answer begins.
pub struct Begun {
    /// The call.
    pub entry: Entry,
    /// The key it is made with.
    pub lease: Lease,
    /// The status of the answer.
    pub status: u16,
    /// The size of the request, in bytes.
    pub asked: usize,
    /// Whether a stream must end with a closing event.
    pub closes: bool,
    /// Where the answer is kept.
    pub keep: Option<Keep>,
}

/// An answer that is gathered as it passes, to be given again.
pub struct Keep {
    cache: Cache,
    key: Key,
    kind: Option<HeaderValue>,
    body: Vec<u8>,
}

impl Keep {
    /// Gathers an answer of this content type.
    pub fn new(cache: Cache, key: Key, kind: Option<HeaderValue>) -> Self {
        Self { cache, key, kind, body: Vec::new() }
    }

    /// Gathers a piece. False once it is too large to be kept.
    fn add(&mut self, data: &[u8]) -> bool {
        self.body.extend_from_slice(data);
        self.body.len() <= cache::MOST_ANSWER
    }

    fn done(self) {
        let size = self.body.len();
        self.cache.keep(self.key, Kept::Native(self.kind, self.body.into()), size);
    }
}

/// The body.
pub struct Metered {
    inner: UnsyncBoxBody<Bytes, BoxError>,
    state: Option<State>,
    silence: Pin<Box<Sleep>>,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
}

struct State {
    begun: Begun,
    meter: Meter,
    bytes: u64,
}

impl Metered {
    /// Passes `inner` on.
    pub fn new(inner: UnsyncBoxBody<Bytes, BoxError>, begun: Begun, meter: Meter, stop: CancellationToken) -> Self {
        let stop = Box::pin(async move {
            stop.cancelled().await;
            tokio::time::sleep(GRACE).await;
        });
        let state = Some(State { begun, meter, bytes: 0 });
        Self { inner, state, silence: Box::pin(tokio::time::sleep(SILENCE)), stop }
    }

    fn fail(&mut self, outcome: Outcome, error: String) -> Poll<Option<Result<http_body::Frame<Bytes>, BoxError>>> {
        if let Some(state) = self.state.take() {
            state.end(Some((outcome, error.clone())));
        }
        Poll::Ready(Some(Err(error.into())))
    }
}

impl HttpBody for Metered {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, BoxError>>> {
        if self.stop.as_mut().poll(context).is_ready() {
            return self.fail(Outcome::Interrupted, "the server stopped".to_owned());
        }
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if polled.is_pending() && self.silence.as_mut().poll(context).is_ready() {
            return self.fail(Outcome::Error, "the provider went silent".to_owned());
        }
        match ready!(polled) {
            Some(Ok(frame)) => {
                self.silence.as_mut().reset(Instant::now() + SILENCE);
                if let (Some(data), Some(state)) = (frame.data_ref(), &mut self.state) {
                    state.begun.entry.first_byte();
                    state.bytes += data.len() as u64;
                    state.meter.feed(data);
                    if state.begun.keep.as_mut().is_some_and(|keep| !keep.add(data)) {
                        state.begun.keep = None;
                    }
                }
                // A body of a known length is not asked again after its last byte.
                if self.inner.is_end_stream()
                    && let Some(state) = self.state.take()
                {
                    state.end(None);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Err(error)) => self.fail(Outcome::Error, format!("the answer broke off: {error}")),
            None => {
                if let Some(state) = self.state.take() {
                    state.end(None);
                }
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            let whole = self.inner.is_end_stream();
            state.end((!whole).then(|| (Outcome::Cancelled, String::new())));
        }
    }
}

impl State {
    /// Settles the call; `failure` says what ended it before its time.
    fn end(self, failure: Option<(Outcome, String)>) {
        let Self { begun, meter, bytes } = self;
        let Begun { mut entry, lease, status, asked, closes, keep } = begun;
        let is_stream = meter.is_stream();
        let measured = meter.finish();
        let (outcome, error) = match failure {
            Some((outcome, error)) => (outcome, Some(error).filter(|error| !error.is_empty())),
            None if status >= 400 => (Outcome::Error, Some(format!("the provider answered {status}"))),
            None if measured.failed => (Outcome::Error, Some("the answer ended with an error".to_owned())),
            None if is_stream && closes && !measured.closed => {
                (Outcome::Error, Some("the stream ended before its closing event".to_owned()))
            }
            None => (Outcome::Ok, None),
        };
        if status < 400 && closes {
            let (usage, estimated) = taken(&measured, outcome, is_stream, asked, bytes);
            entry.took(usage, estimated);
        } else if status < 400 {
            entry.took(measured.usage, false);
        }
        if let Some(model) = measured.model {
            entry.answered_by(model);
        }
        if let Some(keep) = keep.filter(|_| outcome == Outcome::Ok && status == 200) {
            keep.done();
        }
        entry.end(outcome, error);
        drop(lease);
    }
}

/// The tokens of an answer: those the provider told, else a guess of four bytes a token and one token an event.
fn taken(measured: &Measured, outcome: Outcome, is_stream: bool, asked: usize, bytes: u64) -> (Usage, bool) {
    let mut usage = measured.usage;
    if measured.told && (outcome == Outcome::Ok || !is_stream) {
        return (usage, false);
    }
    if usage.input_tokens == 0 {
        usage.input_tokens = asked as u64 / 4;
    }
    usage.output_tokens = usage.output_tokens.max(if is_stream { measured.events } else { bytes / 4 });
    (usage, true)
}
