//! The app, the runner and the terminal together, from start to end.

use std::{
    io::{self, IsTerminal, Write},
    panic::{AssertUnwindSafe, resume_unwind},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use client::Client;
use crossterm::event::EventStream;
use futures::{FutureExt, StreamExt};
use jiff::tz::TimeZone;
use tokio::sync::mpsc::{Receiver, channel};

use crate::{
    app::{App, Event, Setup, form::Draft},
    look::Look,
    request::Effect,
    runner::{
        Runner,
        terminal::{self, Screen},
    },
};

/// How many events may wait. Who sends more waits too.
const WAITING: usize = 256;
/// How long a frame of something that moves by itself lasts.
const FRAME: Duration = Duration::from_millis(80);

/// What lies outside of the app: saved configurations and the browser.
pub trait Host: Send + Sync {
    /// The names of the saved configurations.
    ///
    /// # Errors
    /// They cannot be read; the text says why.
    fn configs(&self) -> Result<Vec<String>, String>;

    /// Makes a configuration the current one, and answers a client for it.
    ///
    /// # Errors
    /// It cannot be used; the text says why.
    fn choose(&self, name: &str) -> Result<Client, String>;

    /// Opens an address in the browser; false when there is none.
    fn browse(&self, url: &str) -> bool;
}

/// What the app is started with.
pub struct Options {
    /// The program's name.
    pub program: &'static str,
    /// Calls the server.
    pub client: Client,
    /// The name of the configuration in use; empty without one.
    pub config: String,
    /// What lies outside.
    pub host: Box<dyn Host>,
    /// Whether the log of requests is shown from the beginning.
    pub debug: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
}

/// Why the app ended, when nobody quit.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no terminal that could be drawn on.
    #[error("{0}")]
    NoTerminal(&'static str),
    /// The terminal is gone, or does not do what is asked.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
}

/// Takes the terminal and runs until the person quits or the program is told to end. Texts that were not sent are printed
/// then, so that nothing typed is lost.
///
/// # Errors
/// There is no terminal, or it goes away.
pub async fn run(options: Options) -> Result<(), Error> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(Error::NoTerminal("this needs a terminal"));
    }
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return Err(Error::NoTerminal("this terminal cannot be drawn on (TERM is dumb)"));
    }
    let mut screen = Screen::take(options.mouse)?;
    let setup = Setup {
        look: Look::of(|name| std::env::var(name).ok()),
        zone: TimeZone::system(),
        program: options.program,
        config: match options.config.is_empty() {
            // Without a name, where it is says which one it is.
            true => options.client.base().split("://").last().unwrap_or_default().to_owned(),
            false => options.config,
        },
        debug: options.debug,
        mouse: options.mouse,
        pictures: terminal::shows_pictures(),
        cell: terminal::cell(),
    };
    let (mut app, effects) = App::new(setup, screen.size()?);
    let (sender, inbox) = channel(WAITING);
    let runner = Runner::new(options.client, Arc::from(options.host), sender);
    let mut session = Session { app: &mut app, runner, screen: &mut screen, inbox, signals: Signals::new()? };
    // Should we have made a mistake, then at least nothing typed is lost.
    let outcome = AssertUnwindSafe(session.run(effects)).catch_unwind().await;
    drop(session);
    drop(screen);
    print_unsent(&app.unsent());
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

struct Session<'a> {
    app: &'a mut App,
    runner: Runner,
    screen: &'a mut Screen,
    inbox: Receiver<Event>,
    signals: Signals,
}

/// Whether the app goes on.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    Over,
}

impl Session<'_> {
    async fn run(&mut self, effects: Vec<Effect>) -> Result<(), Error> {
        let mut keys = EventStream::new();
        let mut frames = tokio::time::interval(FRAME);
        frames.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        if self.carry_out(effects).await? == Flow::Over {
            return Ok(());
        }
        loop {
            if self.app.take_changed() {
                self.screen.draw(self.app)?;
            }
            let event = tokio::select! {
                key = keys.next() => match key {
                    Some(key) => translate(key?),
                    None => return Ok(()),
                },
                Some(event) = self.inbox.recv() => Some(event),
                _ = frames.tick(), if self.app.is_moving() => Some(Event::Tick),
                signal = self.signals.next() => match signal {
                    Signal::End => return Ok(()),
                    // We were stopped from outside, and the terminal was used by others.
                    Signal::GoOn => {
                        self.screen.enter()?;
                        Some(Event::Resize(self.screen.size()?))
                    }
                },
                ended = self.runner.ended() => match ended {
                    Ok(()) => None,
                    Err(error) => resume_unwind(error.into_panic()),
                },
            };
            // What has come meanwhile is drawn together.
            let mut next = event;
            for _ in 0..WAITING {
                if let Some(event) = next.take() {
                    let effects = self.app.update(event);
                    if self.carry_out(effects).await? == Flow::Over {
                        return Ok(());
                    }
                }
                next = match self.inbox.try_recv() {
                    Ok(event) => Some(event),
                    // With the waker of this task, which the stream remembers.
                    Err(_) => match futures::poll!(keys.next()) {
                        Poll::Ready(Some(key)) => translate(key?),
                        _ => break,
                    },
                };
            }
            if let Some(event) = next {
                let effects = self.app.update(event);
                if self.carry_out(effects).await? == Flow::Over {
                    return Ok(());
                }
            }
        }
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) -> Result<Flow, Error> {
        let mut effects: std::collections::VecDeque<Effect> = effects.into();
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Quit => return Ok(Flow::Over),
                Effect::Mouse(mouse) => self.screen.listen(mouse)?,
                Effect::Redraw => self.screen.redraw()?,
                Effect::Suspend => {
                    self.screen.leave();
                    self.signals.stop().await?;
                    self.screen.enter()?;
                    effects.extend(self.app.update(Event::Resize(self.screen.size()?)));
                }
                effect => {
                    if let Some(event) = self.runner.run(effect) {
                        effects.extend(self.app.update(event));
                    }
                }
            }
        }
        Ok(Flow::On)
    }
}

/// What the terminal tells, as the app takes it.
fn translate(event: crossterm::event::Event) -> Option<Event> {
    use crossterm::event::Event as Told;
    match event {
        Told::Key(key) => Some(Event::Key(key)),
        Told::Paste(text) => Some(Event::Paste(text)),
        Told::Mouse(mouse) => Some(Event::Mouse(mouse)),
        Told::Resize(width, height) => Some(Event::Resize((width, height).into())),
        Told::FocusGained | Told::FocusLost => None,
    }
}

/// Prints texts that were not sent, for the person to take up again.
fn print_unsent(drafts: &[Draft]) {
    let mut out = io::stdout().lock();
    for Draft { name, title, text } in drafts {
        // Nobody is left to tell when this fails.
        let _ = writeln!(out, "An unsent {name} on \"{title}\":\n\n{}\n", text.trim_end());
    }
}

/// What the system tells.
#[derive(PartialEq, Eq)]
enum Signal {
    End,
    GoOn,
}

#[cfg(unix)]
struct Signals {
    ends: [tokio::signal::unix::Signal; 3],
    goes_on: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let ends = [signal(SignalKind::terminate())?, signal(SignalKind::hangup())?, signal(SignalKind::interrupt())?];
        let goes_on = signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?;
        Ok(Self { ends, goes_on })
    }

    async fn next(&mut self) -> Signal {
        let [one, two, three] = &mut self.ends;
        tokio::select! {
            _ = one.recv() => Signal::End,
            _ = two.recv() => Signal::End,
            _ = three.recv() => Signal::End,
            _ = self.goes_on.recv() => Signal::GoOn,
        }
    }

    /// Stops the program as the terminal's own key would, and comes back when it is to go on.
    async fn stop(&mut self) -> io::Result<()> {
        // All that the shell started together with us: it waits for all of them. Where nobody could wake us, nothing
        // happens.
        rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
        let _ = tokio::time::timeout(Duration::from_millis(200), self.goes_on.recv()).await;
        Ok(())
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        std::future::pending().await
    }

    async fn stop(&mut self) -> io::Result<()> {
        Ok(())
    }
}
