//! The binary: `heddle serve` and every command beside it.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use heddle::{admin, config, serve};

/// People and AI agents work cases together.
#[derive(Parser)]
#[command(name = "heddle", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API.
    Serve(serve::Args),
    /// Administer a data folder or database directly; answers in JSON.
    Admin(admin::Args),
    /// Make a workspace named demo with a claims procedure, people, a rules agent and cases at every phase.
    Demo(config::Storage),
    /// Print an OpenAPI document.
    Openapi {
        /// Which one: interloom-v1.
        name: String,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
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
        match cli.command {
            Command::Serve(args) => serve::run(args).await,
            Command::Admin(args) => admin::run(args).await,
            Command::Demo(storage) => admin::demo(storage).await,
            Command::Openapi { name } => print_openapi(&name),
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
        _ => return Err(kernel::Error::invalid("name", "the documents are: interloom-v1, interloom-public")),
    };
    println!("{}", document.to_pretty_json().map_err(kernel::Error::internal)?);
    Ok(())
}
