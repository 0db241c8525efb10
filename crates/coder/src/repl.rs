//! The conversation at a terminal, or with a script.

use std::{io, path::Path, sync::Arc};

use tokio_util::sync::CancellationToken;

use crate::{
    Error,
    house::{House, Which},
    machine::TurnEnd,
    session::{Session, Watcher},
    share,
    terminal::{Input, Screen, Typed},
};

/// What the agent is told where a case is the task and nothing else was said.
const WORK: &str = "Work on the case that is your task.";

const HELP: &str = "\
/help            what can be typed
/model [NAME]    which model answers; another one from now on, also as PROVIDER/NAME
/cost            the tokens that this session took
/clear           begin a new thread
/share [WITH]    show the thread to the workspace (shared), to whoever has the link (public), or to nobody (private)
/quit            leave; Ctrl-D does too
Ctrl-C ends the agent's turn; a second one leaves.";

/// One question, its answer, and the end.
///
/// # Errors
/// The session cannot begin or the turn fails.
pub async fn print(house: &House, folder: &Path, which: &Which, prompt: String) -> Result<(), Error> {
    let case = house.case().await?;
    let mut session = house.session(folder, which, case).await?;
    let mut signals = Signals::new()?;
    let screen = Arc::new(Screen::new(None));
    let (end, _) = turn(&mut session, prompt, &screen, &mut signals).await;
    session.close()?;
    for notice in house.notices() {
        screen.note(&notice);
    }
    match end {
        TurnEnd::Done => Ok(()),
        TurnEnd::Cancelled => Err(Error::Interrupted),
        end => Err(Error::Plain(in_words(&end))),
    }
}

/// A conversation, until the person leaves.
///
/// # Errors
/// The session cannot begin; the terminal is gone; the thread cannot be written.
pub async fn run(house: &House, folder: &Path, which: &Which) -> Result<(), Error> {
    let case = house.case().await?;
    let mut session = house.session(folder, which, case.clone()).await?;
    let mut input = Input::open(house.home.history()).map_err(unreadable)?;
    let mut signals = Signals::new()?;
    let screen = Arc::new(Screen::new(Some(&input)));
    let _terminal = Restored::new();
    if input.is_terminal() {
        greet(&session, &screen);
    }
    let mut next = case.as_ref().map(|case| {
        screen.note(&format!("The case \"{}\"", case.title));
        WORK.to_owned()
    });
    let mut interrupted = false;
    loop {
        for notice in house.notices() {
            screen.note(&notice);
        }
        let typed = match next.take() {
            Some(text) => Typed::Line(text),
            None => tokio::select! {
                typed = input.next("> ") => typed.map_err(unreadable)?,
                // While a line is edited, Ctrl-C is a key and no signal.
                _ = signals.next() => Typed::End,
            },
        };
        let line = match typed {
            Typed::Line(line) => line,
            Typed::Interrupt if interrupted => break,
            Typed::Interrupt => {
                interrupted = true;
                screen.note("Ctrl-C again, or Ctrl-D, leaves.");
                continue;
            }
            Typed::End => break,
        };
        interrupted = false;
        match line.trim() {
            "" => continue,
            "/quit" | "/exit" => break,
            "/clear" => {
                session.close()?;
                session = house.session(folder, &Which::New, case.clone()).await?;
                greet(&session, &screen);
            }
            command if command.starts_with('/') => obey(command, house, &mut session, &screen).await,
            _ => {
                let (end, leave) = turn(&mut session, line, &screen, &mut signals).await;
                if let (TurnEnd::Failed(failure), false) = (&end, input.is_terminal()) {
                    // A script learns of it by the exit code.
                    session.close()?;
                    return Err(Error::Plain(failure.message.clone()));
                }
                if end != TurnEnd::Done {
                    screen.note(&in_words(&end));
                }
                interrupted = end == TurnEnd::Cancelled;
                if leave {
                    break;
                }
            }
        }
    }
    session.close()?;
    Ok(())
}

fn greet(session: &Session, screen: &Screen) {
    let (thread, llm) = (session.thread(), session.llm());
    let private = if session.is_private() { ", private: the thread stays on this machine" } else { "" };
    screen.note(&format!("{} of {} in {}", llm.model, llm.provider, thread.workspace));
    screen.note(&format!("Thread {}{private}. /help tells what can be typed.", thread.id));
    let count = thread.messages.messages.len();
    if count > 0 {
        screen.note(&format!("{} ({count} messages). The last answer:", thread.title));
        screen.text(&session.last_words());
        screen.end_line();
    }
}

/// Does what a line that begins with a slash says.
async fn obey(command: &str, house: &House, session: &mut Session, screen: &Screen) {
    let mut words = command.split_whitespace();
    let said = match (words.next().unwrap_or_default(), words.next()) {
        ("/help", _) => HELP.to_owned(),
        ("/cost", _) => {
            let used = session.used();
            let (read, cached, written) = (used.input_tokens, used.cached_input_tokens, used.output_tokens);
            format!("{read} tokens read, {cached} of them from the provider's cache, {written} written")
        }
        ("/model", name) => {
            if let Some((provider, model)) = name.map(|name| name.split_once('/').unwrap_or(("", name))) {
                let provider = Some(provider.to_owned()).filter(|provider| !provider.is_empty());
                session.choose(provider, model.to_owned());
            }
            format!("{} of {}", session.llm().model, session.llm().provider)
        }
        ("/share", with) => {
            let with = with.unwrap_or("shared");
            match share::share(house.syncer(), house.client(), &session.thread().id, with).await {
                Ok(shared) => match shared.url {
                    Some(url) => format!("{}: {url}", shared.visibility),
                    None => shared.visibility.to_string(),
                },
                Err(error) => error.to_string(),
            }
        }
        (other, _) => format!("There is no {other}. /help tells what there is."),
    };
    screen.note(&said);
}

/// A turn, which Ctrl-C ends. Answers also whether the person wants to leave.
async fn turn(session: &mut Session, said: String, screen: &Arc<Screen>, signals: &mut Signals) -> (TurnEnd, bool) {
    let cancel = CancellationToken::new();
    let watcher: Arc<dyn Watcher> = Arc::<Screen>::clone(screen);
    let work = session.turn(said, &watcher, &cancel);
    tokio::pin!(work);
    let mut leave = false;
    let end = loop {
        tokio::select! {
            end = &mut work => break end,
            signal = signals.next() => leave = signal == Signal::End || cancel.is_cancelled(),
        }
        cancel.cancel();
    };
    screen.end_line();
    (end, leave)
}

/// How a turn ended, for people.
fn in_words(end: &TurnEnd) -> String {
    match end {
        TurnEnd::Done => String::new(),
        TurnEnd::Length => "The answer was cut: it is as long as an answer may be.".into(),
        TurnEnd::Declined => "The model, or its provider's filter, declined.".into(),
        TurnEnd::Cancelled => "Cancelled.".into(),
        TurnEnd::TooManyRequests => "The turn took as many answers as it may. Say how to go on.".into(),
        TurnEnd::Failed(failure) => failure.message.clone(),
    }
}

fn unreadable(error: io::Error) -> Error {
    Error::Plain(format!("standard input cannot be read: {error}"))
}

/// What the system tells.
#[derive(PartialEq, Eq)]
enum Signal {
    Interrupt,
    #[cfg_attr(not(unix), allow(dead_code, reason = "only Unix tells it"))]
    End,
}

/// Hears what the system tells.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    ends: [tokio::signal::unix::Signal; 2],
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        let of = |kind| signal(kind).map_err(|error| Error::Plain(format!("signals cannot be heard: {error}")));
        let ends = [of(SignalKind::terminate())?, of(SignalKind::hangup())?];
        Ok(Self { interrupt: of(SignalKind::interrupt())?, ends })
    }

    async fn next(&mut self) -> Signal {
        let [one, two] = &mut self.ends;
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = one.recv() => Signal::End,
            _ = two.recv() => Signal::End,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self, Error> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        // Without a handler the program would have ended by itself.
        let _ = tokio::signal::ctrl_c().await;
        Signal::Interrupt
    }
}

/// Leaves the terminal as it was found, even if the program is told to end while a line is typed.
struct Restored {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

impl Restored {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            before: rustix::termios::tcgetattr(io::stdin()).ok(),
        }
    }
}

impl Drop for Restored {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(before) = &self.before {
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, before);
        }
    }
}
