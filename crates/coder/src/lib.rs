//! A coding agent that works in a folder: `heddle agent`.
//!
//! - `machine` is the agent itself: events in, actions out, and nothing is done there.
//! - `tools` is what it can do, `llm` asks models through the server, `session` carries actions out.
//! - `threads` keeps what was said: on this machine first, and on the server when it can be reached.
//! - `repl` and `terminal` are for people, `acp` for editors.

mod acp;
mod conversation;
mod git;
mod home;
mod house;
mod llm;
mod machine;
mod prompt;
mod repl;
mod session;
mod share;
mod terminal;
mod threads;
mod tools;
mod trust;

use std::{
    io::{self, IsTerminal, Read},
    path::PathBuf,
    sync::Arc,
};

use client::Client;

pub use home::Home;
pub use house::Which;
pub use share::{Found, Shared, find};

/// How the agent works.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The folder.
    pub workspace: PathBuf,
    /// The provider of the model.
    pub provider: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// Whether the thread must not leave this machine.
    pub private: bool,
    /// Whether the agent may work in the folder without the person having been asked.
    pub trust: bool,
    /// The case that is the task.
    pub case: Option<String>,
}

/// Why the agent ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was wanted makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The server refused, or could not be reached.
    #[error("{0}")]
    Call(#[from] client::Error),
    /// Anything else.
    #[error("{0}")]
    Plain(String),
    /// The person pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl From<threads::Error> for Error {
    fn from(error: threads::Error) -> Self {
        Self::Plain(error.to_string())
    }
}

impl From<threads::SyncError> for Error {
    fn from(error: threads::SyncError) -> Self {
        match error {
            threads::SyncError::Local(error) => error.into(),
            threads::SyncError::Server(error) => error.into(),
        }
    }
}

/// Works with a person or a script: on one prompt, or on line after line of standard input. The prompt `-` is all of it.
///
/// # Errors
/// The folder is not trusted; the session cannot begin; with one prompt, also when the turn fails.
pub async fn run(
    home: Home,
    client: Client,
    options: Options,
    which: Which,
    prompt: Option<String>,
) -> Result<(), Error> {
    let folder = folder(&home, &options, prompt.is_some())?;
    let prompt = match prompt.as_deref() {
        Some("-") => {
            let mut text = String::new();
            let read = io::stdin().lock().read_to_string(&mut text);
            read.map_err(|error| Error::Plain(format!("standard input cannot be read: {error}")))?;
            Some(text)
        }
        _ => prompt,
    };
    if prompt.as_ref().is_some_and(|prompt| prompt.trim().is_empty()) {
        return Err(Error::Usage("the prompt is blank".into()));
    }
    let house = house::House::new(home, client, options)?;
    let outcome = match prompt {
        Some(prompt) => repl::print(&house, &folder, &which, prompt).await,
        None => repl::run(&house, &folder, &which).await,
    };
    let left = house.farewell().await;
    for notice in house.notices() {
        eprintln!("{notice}");
    }
    if left > 0 {
        eprintln!("{left} threads wait for the server; they are sent when the agent is next started.");
    }
    outcome
}

/// Serves an editor on standard input and output.
///
/// # Errors
/// The connection breaks.
pub async fn serve(home: Home, client: Client, options: Options) -> Result<(), Error> {
    let trust = options.trust;
    let house = Arc::new(house::House::new(home, client, options)?);
    let outcome = acp::serve(Arc::clone(&house), trust).await;
    house.farewell().await;
    outcome
}

/// Sets who may read a thread, once the server has all of it.
///
/// # Errors
/// The thread is private or absent; the server refuses or cannot be reached.
pub async fn share(home: &Home, client: &Client, id: &str, with: &str) -> Result<Shared, Error> {
    let syncer = threads::Syncer::new(home.store()?, client.clone());
    share::share(&syncer, client, id, with).await
}

/// The folder, if the agent may work there.
fn folder(home: &Home, options: &Options, alone: bool) -> Result<PathBuf, Error> {
    let unusable = |error: io::Error| Error::Plain(format!("{}: {error}", options.workspace.display()));
    let folder = options.workspace.canonicalize().map_err(unusable)?;
    let list = home.trust();
    let unknown = |error: io::Error| Error::Plain(format!("the trusted folders cannot be kept: {error}"));
    if options.trust || list.has(&folder).map_err(unknown)? {
        return Ok(folder);
    }
    let shown = folder.display();
    if alone || !io::stdin().is_terminal() {
        return Err(Error::Usage(format!("{shown} is not trusted yet: start the agent there once, or give --trust")));
    }
    eprint!(
        "The agent will change files in {shown} and run commands there as you do, without asking. Trust it? [y/N] "
    );
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(unknown)?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => {
            list.add(&folder).map_err(unknown)?;
            Ok(folder)
        }
        _ => Err(Error::Plain(format!("{shown} is not trusted"))),
    }
}
