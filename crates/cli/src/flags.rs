//! Flags that many commands have.

use clap::{Args, Subcommand, ValueEnum};

/// How answers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// The server's JSON, laid out.
    #[default]
    Json,
    /// Columns for people.
    Table,
}

/// Where to and how, for the commands that work on a server.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// The server, in place of the configured one.
    pub base_url: Option<String>,
    /// The configuration, in place of the current one.
    pub config_name: Option<String>,
    /// How answers are shown.
    pub format: Format,
}

/// The flags in front of all commands.
#[derive(Debug, Clone, Args)]
pub struct RootFlags {
    /// Base URL of the API, in place of the configured one
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    base_url: Option<String>,
    /// How answers are shown: json or table [default: json]
    #[arg(short, long, value_name = "FORMAT", hide_possible_values = true, help_heading = "Connection")]
    output: Option<Format>,
}

impl RootFlags {
    /// The first of these flags that is given, as it is written.
    pub fn given(&self) -> Option<&'static str> {
        match (&self.base_url, self.output) {
            (Some(_), _) => Some("--base-url"),
            (None, Some(_)) => Some("--output"),
            (None, None) => None,
        }
    }
}

impl From<RootFlags> for Flags {
    fn from(flags: RootFlags) -> Self {
        Self { base_url: flags.base_url, config_name: None, format: flags.output.unwrap_or_default() }
    }
}

/// The flags of commands that do not choose a configuration.
#[derive(Debug, Args)]
pub struct OutputFlags {
    /// Base URL of the API, in place of the configured one
    #[arg(long, value_name = "URL", global = true, help_heading = "Connection")]
    base_url: Option<String>,
    /// How answers are shown: json or table [default: json]
    #[arg(short, long, value_name = "FORMAT", global = true, hide_possible_values = true, help_heading = "Connection")]
    output: Option<Format>,
}

/// The flags of commands that do.
#[derive(Debug, Args)]
pub struct ConnectionFlags {
    /// Saved configuration to use, in place of the current one
    #[arg(short, long, value_name = "NAME", global = true, help_heading = "Connection")]
    config_name: Option<String>,
    #[command(flatten)]
    output: OutputFlags,
}

impl OutputFlags {
    /// These flags where they are given, else those in front of the command.
    pub fn over(self, root: Flags) -> Flags {
        Flags {
            base_url: self.base_url.or(root.base_url),
            config_name: root.config_name,
            format: self.output.unwrap_or(root.format),
        }
    }
}

impl ConnectionFlags {
    /// These flags where they are given, else those in front of the command.
    pub fn over(self, root: Flags) -> Flags {
        Flags { config_name: self.config_name, ..self.output.over(root) }
    }
}

/// A group of commands on a server.
#[derive(Debug, Args)]
pub struct Group<T: Subcommand> {
    #[command(flatten)]
    pub flags: ConnectionFlags,
    #[command(subcommand)]
    pub command: T,
}

/// A group of commands that choose no configuration.
#[derive(Debug, Args)]
pub struct LocalGroup<T: Subcommand> {
    #[command(flatten)]
    pub flags: OutputFlags,
    #[command(subcommand)]
    pub command: T,
}

/// A command on a server that stands alone.
#[derive(Debug, Args)]
pub struct Single<T: Args> {
    #[command(flatten)]
    pub flags: ConnectionFlags,
    #[command(flatten)]
    pub command: T,
}
