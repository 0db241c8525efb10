//! Doing what the app wants done: calls to the server, the browser, the terminal.

mod perform;
mod picture;
mod sixteen;
pub mod terminal;

use std::{collections::HashMap, sync::Arc, time::Duration};

use client::{Client, Error, v1};
use tokio::{
    sync::mpsc::Sender,
    task::{AbortHandle, JoinError, JoinSet},
};

use self::perform::Caller;
use crate::{
    Host,
    app::Event,
    request::{Effect, Request, Slot},
};

/// Carries out effects. What comes of them goes into the inbox as events.
pub struct Runner {
    client: Client,
    host: Arc<dyn Host>,
    inbox: Sender<Event>,
    tasks: JoinSet<()>,
    /// The requests that may be superseded.
    fetching: HashMap<Slot, AbortHandle>,
    following: Option<AbortHandle>,
}

impl Runner {
    pub fn new(client: Client, host: Arc<dyn Host>, inbox: Sender<Event>) -> Self {
        Self { client, host, inbox, tasks: JoinSet::new(), fetching: HashMap::new(), following: None }
    }

    /// Carries out an effect; those on the terminal are not for here. What is known at once is answered at once.
    pub fn run(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Fetch { slot, ticket, request, wait } => {
                self.cancel(slot);
                let task = self.call(slot, ticket, request, wait);
                self.fetching.insert(slot, task);
            }
            Effect::Send { slot, ticket, request } => {
                self.call(slot, ticket, request, Duration::ZERO);
            }
            Effect::Cancel(slot) => self.cancel(slot),
            Effect::Follow => self.follow(),
            Effect::Configs => return Some(Event::Configs(self.host.configs())),
            Effect::Choose(name) => {
                let outcome = self.host.choose(&name).map(|client| self.change(client));
                return Some(Event::Chosen { name, outcome });
            }
            Effect::Browse(url) => {
                let (host, inbox) = (Arc::clone(&self.host), self.inbox.clone());
                self.tasks.spawn_blocking(move || {
                    let opened = host.browse(&url);
                    // Nobody waits for it any more when the app has ended.
                    let _ = inbox.blocking_send(Event::Browsed { url, opened });
                });
            }
            Effect::Mouse(_) | Effect::Redraw | Effect::Suspend | Effect::Quit => {}
        }
        None
    }

    /// Waits until something that was begun has ended.
    ///
    /// # Errors
    /// It panicked.
    pub async fn ended(&mut self) -> Result<(), JoinError> {
        match self.tasks.join_next().await {
            Some(Err(error)) if error.is_panic() => Err(error),
            Some(_) => Ok(()),
            None => std::future::pending().await,
        }
    }

    fn call(&mut self, slot: Slot, ticket: u64, request: Request, wait: Duration) -> AbortHandle {
        let caller = Caller::new(self.client.clone(), self.inbox.clone());
        let inbox = self.inbox.clone();
        self.tasks.spawn(async move {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            let outcome = caller.perform(request).await;
            let _ = inbox.send(Event::Answer { slot, ticket, outcome }).await;
        })
    }

    fn cancel(&mut self, slot: Slot) {
        if let Some(task) = self.fetching.remove(&slot) {
            task.abort();
        }
    }

    /// Follows what happens, if the server lets us.
    fn follow(&mut self) {
        if let Some(task) = self.following.take() {
            task.abort();
        }
        let (client, inbox) = (self.client.clone(), self.inbox.clone());
        self.following = Some(self.tasks.spawn(async move {
            let Ok(mut stream) = client.follow(v1::events::follow(None)).await else { return };
            if inbox.send(Event::Following(true)).await.is_err() {
                return;
            }
            loop {
                let event = match stream.next_as().await {
                    Ok(event) => Event::Happened(Box::new(event)),
                    // One that cannot be read says nothing about the next.
                    Err(Error::Unexpected { .. }) => continue,
                    Err(_) => break,
                };
                if inbox.send(event).await.is_err() {
                    return;
                }
            }
            let _ = inbox.send(Event::Following(false)).await;
        }));
    }

    /// Talks to another server from now on. What was sent to the old one is on its way; what was asked is not wanted.
    fn change(&mut self, client: Client) {
        self.fetching.drain().for_each(|(_, task)| task.abort());
        if let Some(task) = self.following.take() {
            task.abort();
        }
        self.client = client;
    }
}
