use std::{io::BufRead, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    Error, columns,
    source::{Charset, Source},
};

/// How a log is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// XES, the XML of IEEE 1849.
    ///
    /// A trace or event that lacks an attribute has the value its `<global>` element says, but for
    /// `concept:name` and `time:timestamp`: what lacks those is rejected, never given a made-up
    /// name or time. As JSON a `container` is an object and a `list` an array (an element with a
    /// key is an object of that one key); an attribute with nested ones is an object of `value`
    /// and `attributes`; a date is an RFC 3339 string with the offset it was written with; a date
    /// that cannot be read is null. Attributes nested in the five that are fields of
    /// [`Event`](crate::Event) are left out. The encoding is the one a byte order mark or the XML
    /// declaration says, else UTF-8.
    Xes,
    /// A table with a header, one event a row.
    ///
    /// Columns go by their names, upper or lower case: the case is `case_id`,
    /// `case:concept:name`, `case`, `caseid` or `case id`; the activity `activity`,
    /// `concept:name` or `event`; the time `timestamp`, `time:timestamp`, `time`, `start_time` or
    /// `complete timestamp`; the resource `resource`, `org:resource` or `user`; the group `group`
    /// or `org:group`; the stage `lifecycle` or `lifecycle:transition`. Other columns are
    /// attributes, as strings, of the trace if they begin with `case:`, else of the event; empty
    /// cells are none. Times are RFC 3339, `YYYY-MM-DD HH:MM:SS[.frac]` in UTC, or whole
    /// milliseconds since 1970. Cells are parted by comma, semicolon, tab or bar, whichever the
    /// header has most of. A byte order mark says the encoding; else it is UTF-8 if the whole file
    /// is, or else what its bytes look like.
    Csv,
    /// One JSON object a line, one event an object, with the names and times of
    /// [`Csv`](Self::Csv); attributes keep their JSON types.
    Jsonl,
}

impl Format {
    /// The format of the file at `path`: by the end of its name without `.gz` (`xes`, `csv`,
    /// `tsv`, `jsonl`, `ndjson`), else by how its text begins.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`] if neither tells; where the text has to be looked at,
    /// [`Error::Empty`] or what else keeps it from being read.
    pub fn detect(path: &Path) -> Result<Self, Error> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("xes") => Ok(Self::Xes),
            Some("csv" | "tsv") => Ok(Self::Csv),
            Some("jsonl" | "ndjson") => Ok(Self::Jsonl),
            _ => Self::of_text(path),
        }
    }

    fn of_text(path: &Path) -> Result<Self, Error> {
        let mut source = Source::open(path, Charset::Guessed)?;
        let begin = match source.fill_buf() {
            Ok(text) => String::from_utf8_lossy(text).into_owned(),
            Err(error) => return Err(source.failed(&error)),
        };
        let begin = begin.trim_start();
        let header = begin.lines().next().unwrap_or_default();
        match begin.chars().next() {
            Some('<') => Ok(Self::Xes),
            Some('{') => Ok(Self::Jsonl),
            _ if columns::looks_like_header(header) => Ok(Self::Csv),
            _ => Err(Error::UnknownFormat { path: path.to_owned() }),
        }
    }
}
