//! Which program was called, and how its commands are run.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches, Parser, error::ErrorKind};

use crate::{Command, Failure, Flags, Result, RootFlags};

/// The name under which the commands were called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// `heddle`: reads `~/.config/heddle` and `HEDDLE_…`, and `INTERLOOM_…` where those are not set.
    Heddle,
    /// `interloom`: reads `~/.config/interloom` and `INTERLOOM_…`.
    Interloom,
}

impl Program {
    /// The program that the first argument names: the file's name without its ending.
    pub fn called(argument: Option<&OsStr>) -> Self {
        match argument.and_then(|path| Path::new(path).file_stem()) {
            Some(name) if name == "interloom" => Self::Interloom,
            _ => Self::Heddle,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Heddle => "heddle",
            Self::Interloom => "interloom",
        }
    }

    /// The instance that `auth login` means when nothing is said.
    pub(crate) fn default_instance(self) -> &'static str {
        match self {
            Self::Heddle => "localhost:8080",
            Self::Interloom => "app.interloom.com",
        }
    }

    /// The value of one of its variables, such as `API_KEY`; an empty one counts as not set.
    pub(crate) fn variable(self, name: &str) -> Option<String> {
        let prefixes: &[&str] = match self {
            Self::Heddle => &["HEDDLE_", "INTERLOOM_"],
            Self::Interloom => &["INTERLOOM_"],
        };
        prefixes.iter().find_map(|prefix| env::var(format!("{prefix}{name}")).ok().filter(|value| !value.is_empty()))
    }

    /// Its variable for people to set.
    pub(crate) fn variable_name(self, name: &str) -> String {
        format!("{}_{name}", self.name().to_uppercase())
    }

    /// The folder of its configurations.
    pub(crate) fn config_dir(self) -> Result<PathBuf> {
        let set = env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let folder = set.or_else(|| Some(env::home_dir()?.join(".config")));
        let folder = folder.ok_or_else(|| Failure::plain("neither XDG_CONFIG_HOME nor HOME is set"))?;
        Ok(folder.join(self.name()))
    }
}

/// Work with cases on an Interloom-compatible server.
#[derive(Parser)]
#[command(version)]
struct Alone {
    #[command(flatten)]
    flags: RootFlags,
    #[command(subcommand)]
    command: Command,
}

/// A program that has these commands and no others.
pub fn main(program: Program, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match parse::<Alone>(program, arguments) {
        Ok(line) => run::<Alone>(program, line.flags.into(), line.command),
        Err(code) => code,
    }
}

/// Reads the command line. Help, versions and mistakes are dealt with here and give the exit code.
///
/// # Errors
/// The exit code, when there is nothing more to do.
pub fn parse<P: CommandFactory + FromArgMatches>(
    program: Program,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<P, ExitCode> {
    let mut tree = tree::<P>(program);
    let parsed = tree.try_get_matches_from_mut(arguments).and_then(|matches| {
        if let Some(group) = bare_group(&mut tree, &matches) {
            let _ = group.print_help();
            return Ok(None);
        }
        P::from_arg_matches(&matches).map(Some)
    });
    match parsed {
        Ok(Some(line)) => Ok(line),
        Ok(None) => Err(ExitCode::SUCCESS),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            // A reader who has seen enough is no failure.
            let _ = error.print();
            Err(ExitCode::SUCCESS)
        }
        Err(error) => Err(Failure::Usage(in_one_line(&error)).report()),
    }
}

/// The commands of a program. A bare group is no mistake in them, and a value may begin with a dash.
pub(crate) fn tree<P: CommandFactory>(program: Program) -> clap::Command {
    fn relaxed(command: clap::Command, ours: bool) -> clap::Command {
        // Beside the commands of this crate, `heddle` has others that work differently.
        let ours = ours || command.get_arguments().any(|flag| flag.get_id() == "output" && flag.is_global_set());
        let command = command.subcommand_required(false).arg_required_else_help(false);
        let command = match ours {
            true => command.mut_args(|flag| match flag.get_action().takes_values() && !flag.is_positional() {
                true => flag.allow_hyphen_values(true),
                false => flag,
            }),
            false => command,
        };
        command.mut_subcommands(|inner| relaxed(inner, ours))
    }
    relaxed(P::command(), false).name(program.name()).bin_name(program.name())
}

/// The group that was called without a command of it, if that is what was called.
fn bare_group<'a>(tree: &'a mut clap::Command, matches: &clap::ArgMatches) -> Option<&'a mut clap::Command> {
    let (mut command, mut matches) = (tree, matches);
    while let Some((name, inner)) = matches.subcommand() {
        command = command.find_subcommand_mut(name)?;
        matches = inner;
    }
    // A command with arguments of its own does something without a command of it, too.
    let is_group = command.get_subcommands().any(|inner| inner.get_name() != "help");
    let is_group = is_group && !command.is_args_conflicts_with_subcommands_set();
    is_group.then_some(command)
}

/// What is wrong with a command line, without the usage.
fn in_one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim);
    let lines = lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let mut said = String::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let separator = match (said.is_empty(), line.starts_with("tip:")) {
            (true, _) => "",
            (false, true) => "; ",
            (false, false) => " ",
        };
        said.push_str(separator);
        said.push_str(line);
    }
    said.strip_prefix("error: ").unwrap_or(&said).to_owned()
}

/// Runs a command to its end. `P` is the whole command line, for the completion of shells.
pub fn run<P: CommandFactory>(program: Program, flags: Flags, command: Command) -> ExitCode {
    // One thread is enough for one call after the other, and starts faster.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::plain(format!("cannot start: {error}")).report(),
    };
    let outcome = runtime.block_on(command.run(program, flags, || tree::<P>(program)));
    // A thread that still reads a file must not keep the program.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Instance;

    #[test]
    fn a_program_knows_by_which_name_it_is_called() {
        let called = |argument: &str| Program::called(Some(OsStr::new(argument)));
        for argument in ["interloom", "/usr/bin/interloom", "./interloom", "interloom.exe"] {
            assert_eq!(called(argument), Program::Interloom, "{argument}");
        }
        for argument in ["heddle", "/usr/bin/heddle", "", "interloom-2", "interloom/heddle"] {
            assert_eq!(called(argument), Program::Heddle, "{argument}");
        }
        assert_eq!(Program::called(None), Program::Heddle);
    }

    #[test]
    fn a_program_signs_in_to_its_own_instance_when_nothing_is_said() {
        let base_url = |program: Program| Instance::parse(program.default_instance()).expect("an instance").base_url;
        assert_eq!(base_url(Program::Heddle), "http://localhost:8080");
        assert_eq!(base_url(Program::Interloom), "https://app.interloom.com");
    }
}
