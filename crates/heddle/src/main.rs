//! The binary: `heddle serve` and every command beside it.

use std::{
    env,
    ffi::OsString,
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use cli::{Failure, Program, RootFlags};
use heddle::{admin, config, serve, weaving};

/// People and AI agents work cases together.
#[derive(Parser)]
#[command(name = "heddle", version, propagate_version = true)]
struct Heddle {
    #[command(flatten)]
    flags: RootFlags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Here(Here),
    #[command(flatten)]
    Client(cli::Command),
}

/// What works on the data itself and not through the API.
#[derive(Subcommand)]
enum Here {
    /// Serve the API.
    Serve(Box<serve::Args>),
    /// Administer a data folder or database directly; answers in JSON.
    Admin(admin::Args),
    /// Make a workspace named demo with a claims procedure, people, a rules agent and cases at every phase.
    Demo(config::Storage),
    /// Become the program of a weaver that has a network: what runs in it first.
    #[command(hide = true)]
    WeaverEntry {
        /// The program and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
    /// Print an OpenAPI document.
    Openapi {
        /// Which one: interloom-v1, interloom-public or loom.
        name: String,
    },
}

fn main() -> ExitCode {
    let program = Program::called(env::args_os().next().as_deref());
    if program == Program::Interloom {
        return cli::main(program, env::args_os());
    }
    let line: Heddle = match cli::parse(program, env::args_os()) {
        Ok(line) => line,
        Err(code) => return code,
    };
    match line.command {
        Command::Client(command) => cli::run::<Heddle>(program, line.flags.into(), command),
        Command::Here(command) => match line.flags.given() {
            Some(flag) => Failure::Usage(format!("{flag} is for commands that call a server")).report(),
            None => match command {
                // It is for a system without anything of the server's.
                Here::WeaverEntry { command } => weaving::enter(&command),
                command => run(command),
            },
        },
    }
}

fn run(command: Here) -> ExitCode {
    // Another part of the process may have installed one already; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("heddle: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match command {
            Here::Serve(args) => serve::run(*args).await,
            Here::Admin(args) => admin::run(args).await,
            Here::Demo(storage) => admin::demo(storage).await,
            Here::Openapi { name } => print_openapi(&name),
            Here::WeaverEntry { .. } => Err(kernel::Error::internal("a weaver's entry is no command of the server")),
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("heddle: {error}");
            if let Some(context) = error.context() {
                eprintln!("  {context}");
            }
            ExitCode::FAILURE
        }
    }
}

fn print_openapi(name: &str) -> kernel::Result<()> {
    let document = match name {
        "interloom-v1" => api_interloom::v1::openapi(),
        "interloom-public" => api_interloom::public::openapi(),
        "loom" => api_loom::openapi(),
        _ => return Err(kernel::Error::invalid("name", "the documents are: interloom-v1, interloom-public, loom")),
    };
    let text = document.to_pretty_json().map_err(kernel::Error::internal)?;
    match writeln!(io::stdout(), "{text}") {
        // A reader who has seen enough is no failure.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(kernel::Error::internal(error)),
        _ => Ok(()),
    }
}
