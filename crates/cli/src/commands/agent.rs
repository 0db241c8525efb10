//! `agent`

use std::{env, path::PathBuf};

use clap::{Args, Subcommand};
use coder::{Home, Options, Which};
use serde_json::json;

use crate::{Failure, Flags, Program, Result, Session, output::Output};

/// Lets a coding agent work in a folder.
///
/// Without a prompt it is a conversation; lines of another program are taken one by one.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Agent {
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    task: Task,
    /// Keep the thread on this machine
    #[arg(long)]
    private: bool,
    /// Work on this case of the server, and report into its thread
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    #[command(subcommand)]
    command: Option<AgentCommand>,
}

/// How the agent works.
#[derive(Debug, Clone, Args)]
pub struct How {
    /// The folder [default: the current one]
    #[arg(short, long, value_name = "FOLDER")]
    workspace: Option<PathBuf>,
    /// The provider of the model
    #[arg(long, env = "HEDDLE_AGENT_PROVIDER", hide_env_values = true)]
    provider: Option<String>,
    /// The model [default: the one that the server prefers]
    #[arg(short, long, env = "HEDDLE_AGENT_MODEL", hide_env_values = true)]
    model: Option<String>,
    /// The same as --base-url; LOOM_SERVER_URL is read too
    #[arg(long, value_name = "URL")]
    server_url: Option<String>,
    /// Work in the folder although nobody was asked about it yet
    #[arg(long)]
    trust: bool,
}

/// What the agent is to do.
#[derive(Debug, Clone, Args)]
pub struct Task {
    /// Do this, print the answer and end; - takes all of standard input
    #[arg(short, long, value_name = "PROMPT")]
    print: Option<String>,
}

/// Commands on the agent's threads.
#[derive(Debug, Subcommand)]
enum AgentCommand {
    /// List threads: those of this machine, and one's own on the server
    List,
    /// Go on with a thread; without an id with the last one about the folder
    Resume {
        /// Its id
        id: Option<String>,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        task: Task,
    },
    /// Begin a thread that stays on this machine
    Private {
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        task: Task,
    },
    /// Search in threads: what was said, folders, branches, commits
    Search {
        /// What to look for
        text: String,
    },
    /// Set who may read a thread
    Share {
        /// Its id
        id: String,
        /// shared with the workspace, public for whoever has the link, or private
        #[arg(long, default_value = "shared")]
        visibility: String,
    },
    /// Serve an editor by the Agent Client Protocol, on standard input and output
    Acp {
        #[command(flatten)]
        how: How,
        /// Keep threads on this machine
        #[arg(long)]
        private: bool,
    },
}

impl Agent {
    pub async fn run(self, program: Program, flags: Flags) -> Result {
        let Self { how, task, private, case, command } = self;
        let home = Home::find()?;
        match command {
            None => how.start(home, program, flags, Which::New, task, private, case).await,
            Some(AgentCommand::Resume { id, how, task }) => {
                let which = id.map_or(Which::Last, Which::This);
                how.start(home, program, flags, which, task, false, None).await
            }
            Some(AgentCommand::Private { how, task }) => {
                how.start(home, program, flags, Which::New, task, true, None).await
            }
            Some(AgentCommand::Acp { how, private }) => {
                let client = how.connect(program, flags)?.client;
                Ok(coder::serve(home, client, how.options(private, None)).await?)
            }
            Some(AgentCommand::List) => list(&home, program, flags, None).await,
            Some(AgentCommand::Search { text }) => list(&home, program, flags, Some(&text)).await,
            Some(AgentCommand::Share { id, visibility }) => {
                let session = connect(program, flags)?;
                session.out.value(&coder::share(&home, &session.client, &id, &visibility).await?)
            }
        }
    }
}

impl How {
    fn options(self, private: bool, case: Option<String>) -> Options {
        let Self { workspace, provider, model, trust, .. } = self;
        let given = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
        Options {
            workspace: workspace.unwrap_or_else(|| PathBuf::from(".")),
            provider: given(provider),
            model: given(model),
            private,
            trust,
            case,
        }
    }

    fn connect(&self, program: Program, flags: Flags) -> Result<Session> {
        connect(program, Flags { base_url: self.server_url.clone().or(flags.base_url), ..flags })
    }

    #[allow(clippy::too_many_arguments, reason = "each comes from another place of the command line")]
    async fn start(
        self,
        home: Home,
        program: Program,
        flags: Flags,
        which: Which,
        task: Task,
        private: bool,
        case: Option<String>,
    ) -> Result {
        let client = self.connect(program, flags)?.client;
        Ok(coder::run(home, client, self.options(private, case), which, task.print).await?)
    }
}

/// The session, with the server that Loom's variable names where nothing else names one.
fn connect(program: Program, flags: Flags) -> Result<Session> {
    let named = flags.base_url.clone().or_else(|| program.variable("BASE_URL"));
    let loom = || env::var("LOOM_SERVER_URL").ok().filter(|url| !url.is_empty());
    Session::connect(program, &Flags { base_url: named.or_else(loom), ..flags })
}

/// Lists what is here and, where somebody is signed in, what is on the server.
async fn list(home: &Home, program: Program, flags: Flags, words: Option<&str>) -> Result {
    let out = Output::new(flags.format);
    let session = connect(program, flags).ok();
    let (found, lacking) = coder::find(home, session.as_ref().map(|session| &session.client), words).await?;
    if let Some(why) = lacking {
        eprintln!("The server's threads are not among these: {why}");
    }
    out.value(&json!({ "data": found }))
}

impl From<coder::Error> for Failure {
    fn from(error: coder::Error) -> Self {
        match error {
            coder::Error::Usage(text) => Self::Usage(text),
            coder::Error::Call(error) => Self::Call(error),
            coder::Error::Plain(text) => Self::Plain(text),
            coder::Error::Interrupted => Self::Interrupted,
        }
    }
}
