//! The commands, a file per section.

mod agent;
mod agents;
mod auth;
mod case_ingestions;
mod cases;
mod config;
mod datatables;
mod emails;
mod events;
mod files;
mod instructions;
mod labels;
mod mcp;
mod notes;
mod open;
mod people;
mod procedures;
mod proposals;
mod runs;
mod search;
mod spaces;
mod stages;
mod threads;
mod tools;
mod tui;

use clap::{Args, Subcommand};
use client::Call;
use serde_json::json;

use crate::{
    Flags, Program, Result, Session,
    flags::{Group, LocalGroup, OutputFlags, Single},
    output::{self, Output},
};

/// A command that works on a server, or on what is saved for that.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in to an instance, and see who is signed in
    Auth(Group<auth::Auth>),
    /// Saved configurations
    Config(LocalGroup<config::Config>),
    /// Spaces
    Spaces(Group<spaces::Spaces>),
    /// Members of spaces
    Members(Group<people::Members>),
    /// Cases
    Cases(Group<cases::Cases>),
    /// Stages of cases
    Stages(Group<stages::Stages>),
    /// Instructions of stages
    Instructions(Group<instructions::Instructions>),
    /// Labels of spaces and cases
    Labels(Group<labels::Labels>),
    /// Imports of many cases from a file of JSON lines
    CaseIngestions(Group<case_ingestions::CaseIngestions>),
    /// Notes
    Notes(Group<notes::Notes>),
    /// Files
    Files(Group<files::Files>),
    /// Data tables
    Datatables(Group<datatables::Datatables>),
    /// E-mails
    Emails(Group<emails::Emails>),
    /// Threads and messages
    Threads(Group<threads::Threads>),
    /// Procedures
    Procedures(Group<procedures::Procedures>),
    /// AI agents
    Agents(Group<agents::Agents>),
    /// Models that agents think with
    Models(Group<agents::Models>),
    /// Tools that agents call
    Tools(Group<tools::Tools>),
    /// Secrets that tools use
    Secrets(Group<tools::Secrets>),
    /// Work of agents on stages
    Runs(Group<runs::Runs>),
    /// Actions of agents that wait for a person
    Proposals(Group<proposals::Proposals>),
    /// People
    Users(Group<people::Users>),
    /// People and agents, as those who act
    Actors(Group<people::Actors>),
    /// Follow what happens
    Events(Single<events::Events>),
    /// Search in everything
    Search(Single<search::Search>),
    /// Serve models and agents by the Model Context Protocol
    Mcp(Single<mcp::Mcp>),
    /// Work on cases in the terminal
    Tui(Single<tui::Tui>),
    /// Let a coding agent work in a folder
    Agent(Box<Single<agent::Agent>>),
    /// Open a page of the web app in the browser
    Open(Single<open::Open>),
    /// Print the version
    Version(Bare),
    /// Print the completions for a shell
    Completion(Completion),
}

/// A command without anything of its own.
#[derive(Debug, Args)]
pub struct Bare {
    #[command(flatten)]
    flags: OutputFlags,
}

/// Which completions are wanted.
#[derive(Debug, Args)]
pub struct Completion {
    /// The shell
    shell: clap_complete::Shell,
}

impl Command {
    /// Runs the command. `tree` gives the whole command line.
    pub(crate) async fn run(self, program: Program, root: Flags, tree: impl Fn() -> clap::Command) -> Result {
        /// Runs a command of a group on the session that the flags describe.
        macro_rules! on_server {
            ($group:expr) => {{
                let group = $group;
                let session = Session::connect(program, &group.flags.over(root))?;
                group.command.run(&session).await
            }};
        }
        match self {
            Self::Auth(group) => group.command.run(program, group.flags.over(root)).await,
            Self::Config(group) => group.command.run(program, group.flags.over(root)),
            Self::Spaces(group) => on_server!(group),
            Self::Members(group) => on_server!(group),
            Self::Cases(group) => on_server!(group),
            Self::Stages(group) => on_server!(group),
            Self::Instructions(group) => on_server!(group),
            Self::Labels(group) => on_server!(group),
            Self::CaseIngestions(group) => on_server!(group),
            Self::Notes(group) => on_server!(group),
            Self::Files(group) => on_server!(group),
            Self::Datatables(group) => on_server!(group),
            Self::Emails(group) => on_server!(group),
            Self::Threads(group) => on_server!(group),
            Self::Procedures(group) => on_server!(group),
            Self::Agents(group) => on_server!(group),
            Self::Models(group) => on_server!(group),
            Self::Tools(group) => on_server!(group),
            Self::Secrets(group) => on_server!(group),
            Self::Runs(group) => on_server!(group),
            Self::Proposals(group) => on_server!(group),
            Self::Users(group) => on_server!(group),
            Self::Actors(group) => on_server!(group),
            Self::Events(single) => on_server!(single),
            Self::Search(single) => on_server!(single),
            Self::Mcp(single) => single.command.run(program, &single.flags.over(root)).await,
            Self::Tui(single) => single.command.run(program, &single.flags.over(root)).await,
            Self::Agent(single) => single.command.run(program, single.flags.over(root)).await,
            Self::Open(single) => single.command.run(program, &single.flags.over(root)),
            Self::Version(bare) => {
                let out = Output::new(bare.flags.over(root).format);
                out.value(&json!({ "version": env!("CARGO_PKG_VERSION") }))
            }
            Self::Completion(wanted) => {
                let mut script = Vec::new();
                clap_complete::generate(wanted.shell, &mut tree(), program.name(), &mut script);
                output::write(&script)
            }
        }
    }
}

impl Session {
    /// Sends a call and shows the answer.
    pub(crate) async fn show<T>(&self, call: &Call<T>) -> Result {
        self.out.body(&self.client.send_raw(call).await?.body)
    }

    /// Removes something and says so.
    pub(crate) async fn delete(&self, call: Call<()>, id: &str) -> Result {
        match self.client.send_raw(&call).await?.body {
            nothing if nothing.is_empty() => self.out.value(&json!({ "id": id, "deleted": true })),
            body => self.out.body(&body),
        }
    }
}
