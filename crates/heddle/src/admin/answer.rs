//! What commands say.

use std::io::{self, ErrorKind, Write};

use kernel::{Error, Result};
use serde::Serialize;

/// Prints an answer as JSON. That whoever reads it has closed the pipe is no failure: the command has done its work.
pub fn print(answer: &impl Serialize) -> Result<()> {
    match write(io::stdout().lock(), answer) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| {
            Error::unavailable("output_unwritable", format!("Standard output cannot be written: {error}."))
        }),
    }
}

/// Prints an answer as JSON to standard error, as far as that can be written.
pub fn print_aside(answer: &impl Serialize) {
    let _ = write(io::stderr().lock(), answer);
}

/// Tells a person something on standard error, as far as that can be written.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn write(mut out: impl Write, answer: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(answer)?;
    text.push('\n');
    out.write_all(text.as_bytes())?;
    out.flush()
}
