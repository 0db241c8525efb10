//! `tui`

use clap::Args;
use client::Client;
use tui::{Host, Options};

use crate::{Failure, Flags, Program, Result, Session, browser, config::Configs, session};

/// Work on cases in the terminal.
#[derive(Debug, Args)]
pub struct Tui {
    /// Show the requests that are made
    #[arg(long)]
    debug: bool,
    /// Leave the mouse to the terminal
    #[arg(long)]
    no_mouse: bool,
}

impl Tui {
    pub async fn run(self, program: Program, flags: &Flags) -> Result {
        let session = Session::connect(program, flags)?;
        let options = Options {
            program: program.name(),
            client: session.client,
            config: session.config_name,
            host: Box::new(Saved(program)),
            debug: self.debug,
            mouse: !self.no_mouse,
        };
        tui::run(options).await.map_err(|error| Failure::plain(error.to_string()))
    }
}

/// What is saved on this machine.
struct Saved(Program);

impl Saved {
    fn load(&self, name: &str) -> Result<Client> {
        let configs = Configs::of(self.0)?;
        let saved = configs.load(name)?;
        let saved = saved.ok_or_else(|| Failure::plain(format!("there is no configuration \"{name}\"")))?;
        let client = session::client(&saved.base_url, &saved.api_key)?;
        configs.set_current(Some(name))?;
        Ok(client)
    }
}

impl Host for Saved {
    fn configs(&self) -> Result<Vec<String>, String> {
        Configs::of(self.0).and_then(|configs| configs.names()).map_err(in_words)
    }

    fn choose(&self, name: &str) -> Result<Client, String> {
        self.load(name).map_err(in_words)
    }

    fn browse(&self, url: &str) -> bool {
        browser::open(url)
    }
}

fn in_words(failure: Failure) -> String {
    match failure {
        Failure::Usage(text) | Failure::Plain(text) => text,
        Failure::Call(error) => error.to_string(),
        Failure::Interrupted | Failure::Unread => "interrupted".to_owned(),
    }
}
