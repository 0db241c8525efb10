//! The commands alone, without a server beside them.

use std::{env, process::ExitCode};

use cli::Program;

fn main() -> ExitCode {
    cli::main(Program::called(env::args_os().next().as_deref()), env::args_os())
}
