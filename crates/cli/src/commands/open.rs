//! `open`

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::{
    Flags, Program, Result, browser,
    output::Output,
    session::{self, Choice},
};

/// Open a page in the browser.
#[derive(Debug, Args)]
pub struct Open {
    /// What it is
    kind: Kind,
    /// Its id
    id: String,
}

/// What has a page.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Kind {
    /// A case
    Case,
    /// A space
    Space,
    /// A procedure
    Procedure,
    /// A thread
    Thread,
    /// A file
    File,
}

impl Kind {
    fn folder(self) -> &'static str {
        match self {
            Self::Case => "cases",
            Self::Space => "spaces",
            Self::Procedure => "procedures",
            Self::Thread => "threads",
            Self::File => "files",
        }
    }
}

impl Open {
    /// Needs to know the server, but no key: the browser has its own way in.
    pub fn run(self, program: Program, flags: &Flags) -> Result {
        let base = Choice::of(program, flags)?.base_url()?;
        let url = session::client(&base, "")?.address(&[self.kind.folder(), &self.id])?;
        let opened = browser::open(&url);
        Output::new(flags.format).value(&json!({ "url": url, "opened": opened }))
    }
}
