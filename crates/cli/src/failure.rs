//! What a command fails with: what it says on standard error, and its exit code.

use std::{
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use client::StatusCode;
use serde_json::json;

use crate::json;

/// The result of commands.
pub type Result<T = (), E = Failure> = std::result::Result<T, E>;

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// It was called in a way that makes no sense: exit code 2.
    Usage(String),
    /// The server refused, or could not be reached: 3 for 401 and 403, 4 for 404, 5 for 400 and 422, otherwise 1.
    Call(client::Error),
    /// Anything else: exit code 1.
    Plain(String),
    /// The person pressed Ctrl-C at a prompt: exit code 130.
    Interrupted,
    /// Whoever read standard output has read enough: exit code 0, nothing is said.
    Unread,
}

impl Failure {
    /// A failure of something other than the server.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Unread => 0,
            Self::Usage(_) | Self::Call(client::Error::Id(_)) => 2,
            Self::Plain(_) => 1,
            Self::Interrupted => 130,
            Self::Call(error) => match error.status() {
                Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => 3,
                Some(StatusCode::NOT_FOUND) => 4,
                Some(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) => 5,
                _ => 1,
            },
        }
    }

    /// What is said on standard error; nothing when nothing is to be said.
    pub fn envelope(&self) -> Vec<u8> {
        let error = match self {
            Self::Unread => return Vec::new(),
            Self::Usage(text) | Self::Plain(text) => json!({ "message": text }),
            Self::Interrupted => json!({ "message": "interrupted" }),
            Self::Call(client::Error::Api(error)) => {
                // What the server says is passed on as it is.
                if let Some(body) = json::indented(&error.answer.body) {
                    return body;
                }
                json!({ "status": error.answer.status.as_u16(), "message": error.message })
            }
            Self::Call(error) => json!({ "message": error.to_string() }),
        };
        json::indented(json!({ "error": error }).to_string().as_bytes()).unwrap_or_default()
    }

    /// Says it, and gives the exit code.
    pub fn report(&self) -> ExitCode {
        let mut text = self.envelope();
        if !text.is_empty() {
            text.push(b'\n');
        }
        // Nobody is left to tell when this fails.
        let _ = io::stderr().write_all(&text);
        ExitCode::from(self.code())
    }
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
        Self::Call(error)
    }
}

/// The failure of writing to standard output.
pub(crate) fn unwritable(error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::Unread,
        _ => Failure::Plain(format!("standard output cannot be written: {error}")),
    }
}
