use std::{io, path::PathBuf};

/// Why a log cannot be read or written as a whole.
///
/// Single events that cannot be read are not errors: see [`Rejected`](crate::Rejected).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system cannot open or read the file.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file has no content.
    #[error("the file is empty")]
    Empty,
    /// Neither the name nor the first bytes say which format the file has.
    #[error(
        "{path} is of no known format: expected an XES document, a CSV table whose header names \
         case, activity and time, or JSON objects a line"
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// The file ends in the middle, as after an interrupted upload.
    #[error("the file is cut off at line {line} (byte {byte}): {reason}")]
    Truncated {
        /// Line the text ends at, counted from 1.
        line: u64,
        /// Bytes of text (decompressed, as UTF-8) before that place.
        byte: u64,
        /// What is missing.
        reason: String,
    },
    /// The file breaks the rules of its format, encoding or compression.
    #[error("line {line} (byte {byte}): {reason}")]
    Malformed {
        /// Line of the fault, counted from 1.
        line: u64,
        /// Bytes of text (decompressed, as UTF-8) before that place.
        byte: u64,
        /// Which rule is broken.
        reason: String,
    },
    /// A CSV header lacks a column without which no event can be read.
    #[error("the header has no {column} column; accepted names: {accepted}; names found: {found}")]
    MissingColumn {
        /// What the column is for: `case`, `activity` or `time`.
        column: &'static str,
        /// Names under which it is looked for, separated by commas.
        accepted: String,
        /// Names in the header, separated by commas.
        found: String,
    },
    /// The output of [`write_xes`](crate::write_xes) cannot be written to.
    #[error("cannot write the log: {0}")]
    Write(#[from] io::Error),
    /// An event to be written lies outside the years 0000 to 9999, which XES cannot express.
    #[error("event '{activity}' at {at} microseconds since 1970 is outside the years 0000 to 9999")]
    TimeOutOfRange {
        /// Activity of the event.
        activity: String,
        /// Its time, in UTC microseconds since 1970.
        at: i64,
    },
}
