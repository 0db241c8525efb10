//! Server-sent events, followed across lost connections.

use std::{convert::Infallible, marker::PhantomData, time::Duration};

use bytes::Bytes;
use eventsource_stream::{EventStream as Parser, EventStreamError, Eventsource};
use futures::{
    StreamExt,
    stream::{BoxStream, unfold},
};
use reqwest::Method;
use serde::de::DeserializeOwned;

use crate::{Answer, Call, Client, Error, Incoming, Result};

/// The longest wait before a lost connection is tried again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Where a stream goes on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resume {
    /// The id of the last event that came.
    pub(crate) last: Option<String>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id; empty when the server gives none.
    pub id: String,
    /// Its name.
    pub event: String,
    /// Its data.
    pub data: String,
}

type Pieces = BoxStream<'static, Result<Bytes, Infallible>>;

/// A stream of events. When the connection is lost, or says nothing for the client's idle time, it is made again behind the
/// last event that came, so that none is missed and none comes twice.
pub struct EventStream<T> {
    client: Client,
    call: Call<T>,
    resume: Resume,
    connection: Option<Parser<Pieces>>,
    failures: u32,
}

impl<T> EventStream<T> {
    pub(crate) async fn open(client: Client, call: Call<T>) -> Result<Self> {
        let resume = Resume::default();
        let first = client.retrying(&Method::GET, || client.listen(&call, &resume)).await?;
        Ok(Self { client, call, resume, connection: Some(pieces(first).eventsource()), failures: 0 })
    }

    async fn connect(&mut self) -> Result<()> {
        let incoming = self.client.listen(&self.call, &self.resume).await?;
        self.connection = Some(pieces(incoming).eventsource());
        Ok(())
    }

    /// The next event. Waits as long as it takes. Nothing is lost when the waiting is given up.
    ///
    /// # Errors
    /// The server refuses the stream for good, as when the key was revoked.
    pub async fn next(&mut self) -> Result<Message> {
        loop {
            if let Some(connection) = &mut self.connection {
                match connection.next().await {
                    Some(Ok(event)) => {
                        self.failures = 0;
                        if !event.id.is_empty() {
                            self.resume.last = Some(event.id.clone());
                        }
                        return Ok(Message { id: event.id, event: event.event, data: event.data });
                    }
                    // Its end, or a broken line: all the same, the events are still in the log.
                    _ => self.connection = None,
                }
            }
            if self.failures > 0 {
                tokio::time::sleep(self.wait()).await;
            }
            self.failures += 1;
            match self.connect().await {
                Err(error) if is_final(&error) => return Err(error),
                _ => {}
            }
        }
    }

    /// The next event, read.
    ///
    /// # Errors
    /// As for [`EventStream::next`]; data of another shape.
    pub async fn next_as(&mut self) -> Result<T>
    where
        T: DeserializeOwned,
    {
        let message = self.next().await?;
        let answer = Answer { status: Default::default(), headers: Default::default(), body: message.data.into() };
        answer.decode()
    }

    fn wait(&self) -> Duration {
        let first = self.client.settings().retry.first_wait;
        first.saturating_mul(2u32.saturating_pow(self.failures.min(16) - 1)).min(LONGEST_WAIT)
    }
}

/// A stream of events that comes once. When the connection is lost it is over.
pub struct Events<T> {
    parser: Parser<BoxStream<'static, Result<Bytes>>>,
    event: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Events<T> {
    /// The next event, read; none at the end. Nothing is lost when the waiting is given up.
    ///
    /// # Errors
    /// The connection breaks or falls silent for the client's idle time; data of another shape.
    pub async fn next(&mut self) -> Result<Option<T>> {
        let message = match self.parser.next().await {
            None => return Ok(None),
            Some(Ok(message)) => message,
            Some(Err(EventStreamError::Transport(error))) => return Err(error),
            Some(Err(error)) => return Err(unreadable(error.to_string())),
        };
        let answer = Answer { status: Default::default(), headers: Default::default(), body: message.data.into() };
        answer.decode().map(Some)
    }
}

impl<T> Events<T> {
    pub(crate) fn new(incoming: Incoming) -> Self {
        let next = async |state: Option<Incoming>| {
            let mut incoming = state?;
            match incoming.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(incoming))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        };
        Self { parser: unfold(Some(incoming), next).boxed().eventsource(), event: PhantomData }
    }
}

fn unreadable(reason: String) -> Error {
    let answer = Answer { status: Default::default(), headers: Default::default(), body: Bytes::new() };
    Error::Unexpected { reason, answer: Box::new(answer) }
}

/// What comes, until the connection ends, breaks or falls silent.
fn pieces(incoming: Incoming) -> Pieces {
    let next = async |mut incoming: Incoming| match incoming.next().await {
        Ok(Some(piece)) => Some((Ok(piece), incoming)),
        _ => None,
    };
    unfold(incoming, next).boxed()
}

/// Whether coming back later will not help.
fn is_final(error: &Error) -> bool {
    match error {
        Error::Api(error) => error.answer.status.is_client_error() && error.answer.status.as_u16() != 429,
        Error::Invalid(_) => true,
        _ => false,
    }
}
