//! What a line of a manifest says.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures::Stream;
use kernel::{
    Error, Kind, Result, Timestamp,
    ids::{ActorId, SpaceId},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use work::{cases::NewCase, motion::Priority, status::Status};

use crate::lines::Lines;

/// The most files of one line.
const FILES: usize = 50;

/// A line of a manifest: a case to open, directly in the space or under another one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name in another system. A case of this name that the space has already is left as it is.
    pub external_id: Option<String>,
    /// What it is about.
    pub title: String,
    /// All about it.
    pub description: Option<String>,
    /// The case above it, by its name in the other system: one of the space, or of another line.
    pub parent_external_id: Option<String>,
    /// Who has it.
    pub assignee_id: Option<ActorId>,
    /// When it should be done.
    pub due_at: Option<Timestamp>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Its labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where it stands.
    pub status: Option<Status>,
    /// Whatever else is known of it, by name.
    #[serde(default)]
    pub attributes: Map<String, Json>,
    /// Files to fetch and attach.
    #[serde(default)]
    pub file_urls: Vec<String>,
    /// Files to attach whose content is here.
    #[serde(default)]
    pub files: Vec<InlineFile>,
}

/// A file in a manifest: its content as text or as base64.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InlineFile {
    /// Its name.
    pub name: String,
    /// Its type; taken from the name when absent.
    pub mime_type: Option<String>,
    /// Its content as text.
    pub content: Option<String>,
    /// Its content as base64.
    pub content_base64: Option<String>,
}

impl InlineFile {
    /// The content.
    ///
    /// # Errors
    /// `Invalid` unless there is exactly one, and for base64 that is none.
    pub fn bytes(&self) -> Result<Bytes> {
        match (&self.content, &self.content_base64) {
            (Some(text), None) => Ok(Bytes::from(text.clone().into_bytes())),
            (None, Some(text)) => {
                let decoded = STANDARD.decode(text.trim_ascii());
                decoded.map(Bytes::from).map_err(|_| Error::invalid("content_base64", "content_base64 is no base64"))
            }
            _ => Err(Error::invalid("content", "a file needs exactly one of content and content_base64")),
        }
    }
}

impl Entry {
    /// Reads a line.
    ///
    /// # Errors
    /// `invalid_case_ingestion_manifest` naming the line and the field.
    pub fn parse(number: i64, line: &[u8]) -> Result<Self> {
        // Keeping track of the path costs as much as reading, so it is done for lines that have a fault only.
        let entry: Self = serde_json::from_slice(line).map_err(|_| Self::fault(number, line))?;
        if entry.file_urls.len() + entry.files.len() > FILES {
            return Err(broken(number, format!("there are more than {FILES} files")));
        }
        if entry.external_id.is_some() && entry.external_id == entry.parent_external_id {
            return Err(broken(number, "parent_external_id: a case cannot lie under itself".to_owned()));
        }
        for (n, file) in entry.files.iter().enumerate() {
            file.bytes().map_err(|e| broken(number, format!("files[{n}]: {}", e.message())))?;
        }
        Ok(entry)
    }

    /// What is wrong with a line.
    fn fault(number: i64, line: &[u8]) -> Error {
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let read: std::result::Result<Self, _> = serde_path_to_error::deserialize(&mut deserializer);
        let Err(error) = read else { return broken(number, "there is more than one JSON object".to_owned()) };
        let path = error.path().to_string();
        let text = error.into_inner().to_string();
        let text = text.split(" at line ").next().unwrap_or(&text).to_owned();
        broken(number, if path == "." { text } else { format!("{path}: {text}") })
    }

    /// The case that the line describes.
    pub fn case(&self, space: SpaceId) -> NewCase {
        NewCase {
            description: self.description.clone(),
            priority: self.priority,
            assigned_actor_id: self.assignee_id,
            due_at: self.due_at,
            external_id: self.external_id.clone(),
            labels: self.tags.clone(),
            attributes: self.attributes.clone(),
            ..NewCase::titled(space, self.title.clone())
        }
    }
}

/// The error of a manifest that cannot be read.
pub fn broken(line: i64, why: String) -> Error {
    Error::new(Kind::BadRequest, "invalid_case_ingestion_manifest", format!("line {line}: {why}"))
}

/// Reads a manifest to its end and answers how many cases it describes. Nothing of one that is broken is imported.
///
/// # Errors
/// `invalid_case_ingestion_manifest` naming the line, also for two lines of the same external id; the stream's.
pub async fn scan(stream: impl Stream<Item = Result<Bytes>> + Unpin) -> Result<i64> {
    let mut lines = Lines::new(stream, 0, 0);
    let mut seen: BTreeMap<u64, i64> = BTreeMap::new();
    let mut total = 0;
    while let Some(line) = lines.next().await? {
        let entry = Entry::parse(line.number, &line.text)?;
        total += 1;
        let Some(external_id) = &entry.external_id else { continue };
        // Eight bytes for each name: a hundred thousand lines take a few megabytes.
        if let Some(first) = seen.insert(hash(external_id), line.number) {
            return Err(broken(line.number, format!("external_id: {external_id} is on line {first} already")));
        }
    }
    if total == 0 {
        return Err(broken(1, "the manifest describes no case".to_owned()));
    }
    Ok(total)
}

fn hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
