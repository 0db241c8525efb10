//! What can go wrong with a call.

use std::{io, path::PathBuf, time::Duration};

use reqwest::StatusCode;
use serde::Deserialize;

use crate::Answer;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call gave no result. No variant holds the API key or a signed URL.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused.
    #[error("{0}")]
    Api(Box<ApiError>),
    /// The server agreed, but what it says is not what the call expects.
    #[error("the server's answer cannot be understood: {reason}")]
    Unexpected {
        /// What is wrong with it.
        reason: String,
        /// The answer.
        answer: Box<Answer>,
    },
    /// No connection could be made.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// Scheme, host and port.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// The server took too long.
    #[error("{host} did not answer within {} seconds", .after.as_secs())]
    Timeout {
        /// Scheme, host and port.
        host: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connection broke.
    #[error("the connection to {host} failed: {reason}")]
    Broken {
        /// Scheme, host and port.
        host: String,
        /// What happened.
        reason: String,
    },
    /// A file to be sent cannot be read.
    #[error("{} cannot be read: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is given as an id cannot be one.
    #[error("\"{0}\" is not an id")]
    Id(String),
    /// A client or a call cannot be made of this: a base URL that is none, a key with line breaks.
    #[error("{0}")]
    Invalid(String),
}

impl Error {
    /// The HTTP status, when the server answered with an error.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(error) => Some(error.answer.status),
            _ => None,
        }
    }

    /// The server's error code, when it gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.code.as_deref(),
            _ => None,
        }
    }

    /// What went wrong with an exchange with `host`.
    pub(crate) fn transport(host: &str, limit: Duration, error: reqwest::Error) -> Self {
        let host = host.to_owned();
        // The URL of a download is a secret by itself.
        let error = error.without_url();
        if error.is_connect() {
            return Self::Unreachable { host, reason: innermost(&error) };
        }
        if error.is_timeout() {
            return Self::Timeout { host, after: limit };
        }
        Self::Broken { host, reason: innermost(&error) }
    }
}

/// An error that the server answered.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The stable code, if the body has one.
    pub code: Option<String>,
    /// What the server says, or the status in words.
    pub message: String,
    /// The answer as it came, with its status and body.
    pub answer: Answer,
}

impl ApiError {
    /// Reads the error that an answer without success holds.
    pub(crate) fn read(answer: Answer) -> Self {
        #[derive(Deserialize)]
        struct Envelope {
            error: Detail,
            /// Where `error` is a word.
            message: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Detail {
            Word(String),
            Object { code: Option<String>, message: Option<String> },
        }
        let (code, message) = match serde_json::from_slice(&answer.body) {
            Ok(Envelope { error: Detail::Word(word), message }) => (Some(word), message),
            Ok(Envelope { error: Detail::Object { code, message }, .. }) => (code, message),
            Err(_) => (None, None),
        };
        let message = message.unwrap_or_else(|| in_words(&answer));
        Self { code, message, answer }
    }
}

/// What to say of an answer whose body says nothing.
fn in_words(answer: &Answer) -> String {
    let status = answer.status;
    let words = match status.canonical_reason() {
        Some(reason) => format!("the server answered {} {reason}", status.as_u16()),
        None => format!("the server answered {}", status.as_u16()),
    };
    match answer.header("location") {
        Some(place) if status.is_redirection() => {
            // Not followed: the key would go wherever the answer points.
            format!("{words}, pointing to {}: use that as the base URL", place.split('?').next().unwrap_or(place))
        }
        _ => words,
    }
}

/// The innermost cause, which says the most.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
