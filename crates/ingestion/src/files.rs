//! The files of a line: fetched or decoded, and stored before the case is opened.

use std::time::Duration;

use bytes::Bytes;
use gateway::outbound::{Call, Guard, Method};
use kernel::{Result, ids::WorkspaceId};
use library::documents::NewFile;
use store::Store;

use crate::manifest::Entry;

/// The largest file that is fetched, in bytes.
const LARGEST: usize = 64 << 20;
/// How long fetching one may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Stores all files of a line. Bytes are stored under their hash, so doing it again is harmless.
///
/// # Errors
/// The inner error is for the line's list: a file that cannot be had. The outer one is the blob store's.
pub async fn prepare(
    guard: &Guard,
    store: &Store,
    workspace: WorkspaceId,
    entry: &Entry,
) -> Result<Result<Vec<NewFile>, Vec<String>>> {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for url in &entry.file_urls {
        match fetch(guard, url).await {
            Ok((bytes, mime_type)) => {
                let stored = store.blobs().put(workspace, bytes).await?;
                files.push(NewFile { name: name_of(url), mime_type, stored });
            }
            Err(why) => errors.push(format!("The file {} could not be fetched: {why}", shown(url))),
        }
    }
    for file in &entry.files {
        match file.bytes() {
            Ok(bytes) => {
                let stored = store.blobs().put(workspace, bytes).await?;
                files.push(NewFile { name: file.name.clone(), mime_type: file.mime_type.clone(), stored });
            }
            Err(error) => errors.push(format!("The file {} cannot be read: {}", file.name, error.message())),
        }
    }
    Ok(if errors.is_empty() { Ok(files) } else { Err(errors) })
}

async fn fetch(guard: &Guard, url: &str) -> std::result::Result<(Bytes, Option<String>), String> {
    let call = Call {
        method: Method::GET,
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        timeout: TIMEOUT,
        limit: LARGEST,
    };
    let answer = guard.call(call).await.map_err(|e| e.to_string())?;
    if !(200..300).contains(&answer.status) {
        return Err(format!("the server answered {}", answer.status));
    }
    Ok((Bytes::from(answer.body), answer.media_type))
}

/// The last part of the address's path.
fn name_of(url: &str) -> String {
    let path = path_of(url);
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    if name.is_empty() || name.contains(':') { "file".to_owned() } else { name.to_owned() }
}

/// The address without its query, which may hold a credential.
fn shown(url: &str) -> &str {
    path_of(url)
}

fn path_of(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_path() {
        for (url, name) in [
            ("https://example.com/a/report.pdf?token=secret", "report.pdf"),
            ("https://example.com/a/", "a"),
            ("https://example.com", "example.com"),
            ("", "file"),
        ] {
            assert_eq!(name_of(url), name);
            assert!(!shown(url).contains("secret"));
        }
    }
}
