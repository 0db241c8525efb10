//! Bodies of requests: from flags, from JSON on the command line, from a file, from standard input.

use std::{
    fs,
    io::{self, IsTerminal, Read},
    str::FromStr,
};

use clap::Args;
use client::Raw;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{Failure, Result};

/// A body that is built from flags, or given as JSON.
#[derive(Debug, Args)]
pub struct Body<F: Args> {
    #[command(flatten)]
    fields: F,
    #[command(flatten)]
    raw: RawBody,
}

#[derive(Debug, Args)]
struct RawBody {
    /// The body as JSON, sent as it is
    #[arg(short, long, value_name = "JSON", help_heading = "Raw body")]
    data: Option<String>,
    /// A file with the body as JSON, or - for standard input
    #[arg(short, long, value_name = "PATH", help_heading = "Raw body")]
    file: Option<String>,
}

/// The flags that make up a body. They are written under the names of the API.
pub trait Fields: Args + Serialize {
    /// The fields without which a body cannot be built from flags.
    const REQUIRED: &[&str] = &[];
}

/// No flags: the body is always given as JSON.
#[derive(Debug, Args, Serialize)]
pub struct NoFields {}

impl Fields for NoFields {}

impl<F: Fields> Body<F> {
    /// The body: from flags if there is one, else from `--data`, `--file` or standard input.
    pub fn read(self) -> Result<Raw> {
        let fields = match serde_json::to_value(&self.fields) {
            Ok(Value::Object(fields)) => fields,
            _ => return Err(Failure::plain("the body cannot be built")),
        };
        let data = self.raw.data.filter(|data| !data.is_empty());
        if fields.is_empty() {
            return raw(data, self.raw.file);
        }
        if data.is_some() || self.raw.file.is_some() {
            let flags = fields.keys().map(|name| flag(name)).collect::<Vec<_>>().join(", ");
            return Err(Failure::Usage(format!("{flags} cannot be used together with --data or --file")));
        }
        let missing: Vec<_> = F::REQUIRED.iter().filter(|name| !fields.contains_key(**name)).collect();
        if !missing.is_empty() {
            let missing = missing.into_iter().map(|name| flag(name)).collect::<Vec<_>>().join(", ");
            return Err(Failure::Usage(format!("required flags are missing: {missing}")));
        }
        Ok(Raw::from(&Value::Object(fields)))
    }
}

fn raw(data: Option<String>, file: Option<String>) -> Result<Raw> {
    match (data, file.as_deref()) {
        (Some(_), Some(_)) => Err(Failure::Usage("--data and --file cannot be used together".into())),
        (Some(data), None) => Ok(Raw::from(data.into_bytes())),
        (None, Some("-")) => standard_input(),
        (None, None) if !io::stdin().is_terminal() => standard_input(),
        (None, Some(path)) => {
            let read = fs::read(path).map_err(|error| Failure::plain(format!("{path} cannot be read: {error}")));
            Ok(Raw::from(read?))
        }
        (None, None) => Err(Failure::Usage("there is no body: use flags, --data, --file or standard input".into())),
    }
}

fn standard_input() -> Result<Raw> {
    let mut body = Vec::new();
    let read = io::stdin().lock().read_to_end(&mut body);
    read.map_err(|error| Failure::plain(format!("standard input cannot be read: {error}")))?;
    Ok(Raw::from(body))
}

/// A field's flag.
fn flag(name: &str) -> String {
    format!("--{}", name.replace('_', "-"))
}

/// The values of one occurrence of a flag that takes a list: separated by commas, in quotes where one holds a comma.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List(pub Vec<String>);

impl FromStr for List {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        match reader.records().next() {
            None => Ok(Self(Vec::new())),
            Some(Ok(record)) => Ok(Self(record.iter().map(str::to_owned).collect())),
            Some(Err(error)) => Err(error.to_string()),
        }
    }
}

/// Writes the values of all occurrences of a flag as one list.
pub fn joined<S: Serializer>(lists: &Option<Vec<List>>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lists.iter().flatten().flat_map(|list| &list.0))
}

/// Whether all occurrences of a flag together have no value.
pub fn no_values(lists: &Option<Vec<List>>) -> bool {
    lists.iter().flatten().all(|list| list.0.is_empty())
}

/// The values of all occurrences of a flag.
pub fn values(lists: Option<Vec<List>>) -> Vec<String> {
    lists.into_iter().flatten().flat_map(|list| list.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_like_a_line_of_csv() {
        let read = |text: &str| text.parse::<List>().map(|list| list.0);
        assert_eq!(read("a,b").unwrap(), ["a", "b"]);
        assert_eq!(read("a,,b ").unwrap(), ["a", "", "b "]);
        assert_eq!(read("\"a,b\",c").unwrap(), ["a,b", "c"]);
        assert!(read("").unwrap().is_empty());
    }
}
