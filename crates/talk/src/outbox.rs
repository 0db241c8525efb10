//! The outbox folder, as those see it who try Heddle without a mail server.

use std::{collections::BinaryHeap, path::Path, time::SystemTime};

use kernel::{
    Error, Result, Timestamp,
    ids::{SpaceId, WorkspaceId},
};
use mail_parser::{HeaderValue, MessageParser};

use crate::emails::mailer;

/// A message in the outbox.
#[derive(Clone, Debug)]
pub struct Kept {
    /// When it was written.
    pub at: Timestamp,
    /// The addresses it is for.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// The space whose e-mail it is; none for Heddle's own messages.
    pub space: Option<SpaceId>,
}

/// Files that are looked into, the newest first, for those of one workspace.
const LOOKED_AT: usize = 1000;
/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The newest messages of a workspace that `wanted` lets through, at most `most`. It reads files: not for async threads.
///
/// # Errors
/// `Internal` when the folder cannot be read.
pub fn newest(
    folder: &Path,
    workspace: WorkspaceId,
    most: usize,
    mut wanted: impl FnMut(&Kept) -> bool,
) -> Result<Vec<Kept>> {
    let mut files: BinaryHeap<(SystemTime, std::path::PathBuf)> = BinaryHeap::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::internal(error)),
    };
    for entry in entries {
        let entry = entry.map_err(Error::internal)?;
        let path = entry.path();
        let Ok(about) = entry.metadata() else { continue }; // taken away meanwhile
        if path.extension().is_some_and(|end| end == "eml") && about.len() <= LARGEST {
            files.push((about.modified().map_err(Error::internal)?, path));
        }
    }
    let mut kept = Vec::new();
    for _ in 0..LOOKED_AT {
        let Some((_, path)) = files.pop() else { break };
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if let Some(message) = read(&bytes, workspace).filter(&mut wanted) {
            kept.push(message);
            if kept.len() == most {
                break;
            }
        }
    }
    Ok(kept)
}

/// The message, if it is one of the workspace.
fn read(bytes: &[u8], workspace: WorkspaceId) -> Option<Kept> {
    let message = MessageParser::default().parse(bytes)?;
    let mark = |name: &'static str| match message.header(name) {
        Some(HeaderValue::Text(text)) => Some(text.trim().to_owned()),
        _ => None,
    };
    if mark(mailer::Workspace::NAME)? != workspace.to_string() {
        return None;
    }
    let to = [message.to(), message.cc()].into_iter().flatten().flat_map(mail_parser::Address::iter);
    Some(Kept {
        at: Timestamp::from_micros(message.date()?.to_timestamp().saturating_mul(1_000_000)),
        to: to.filter_map(|one| one.address().map(str::to_owned)).collect(),
        subject: message.subject().unwrap_or_default().to_owned(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
        space: mark(mailer::Space::NAME).and_then(|id| id.parse().ok()),
    })
}
