//! `read_file`

use std::{fs::File, io::Read};

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Effect, Given, Tool, Workspace, failed, on_disk, parse};

/// How much of a file is read when nothing is said.
const USUAL: u64 = 1 << 20;
/// How much at most.
const MOST: u64 = 8 << 20;

/// Reads a file.
pub struct ReadFile;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    path: String,
    max_bytes: Option<u64>,
}

impl Tool for ReadFile {
    fn name(&self) -> &'static str {
        "read_file"
    }

    fn description(&self) -> String {
        "Reads a text file of the folder. Bytes that are no UTF-8 are replaced.".into()
    }

    fn schema(&self) -> Json {
        json!({"type": "object", "additionalProperties": false, "required": ["path"], "properties": {
            "path": {"type": "string", "description": "The file, seen from the folder."},
            "max_bytes": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL,
                "description": "How much of it is read at most."}}})
    }

    fn effect(&self) -> Effect {
        Effect::Reads
    }

    fn about(&self, input: &Json) -> String {
        input["path"].as_str().unwrap_or_default().to_owned()
    }

    fn call<'a>(&'a self, workspace: &'a Workspace, input: Json) -> BoxFuture<'a, Given> {
        async move {
            let Input { path, max_bytes } = parse(input)?;
            let most = max_bytes.unwrap_or(USUAL).clamp(1, MOST);
            let place = workspace.existing(&path)?;
            on_disk(move || {
                let failed = |error: std::io::Error| failed(&place.name, &error);
                // A pipe or a device might never end, and opening one might wait for ever.
                let about = place.path.metadata().map_err(failed)?;
                if !about.is_file() {
                    let what = if about.is_dir() { "a folder: use list_files" } else { "no file" };
                    return Err(format!("{} is {what}.", place.name));
                }
                let mut bytes = Vec::new();
                File::open(&place.path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(failed)?;
                let truncated = bytes.len() as u64 > most;
                if truncated {
                    bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
                    drop_split_character(&mut bytes);
                }
                let contents = String::from_utf8_lossy(&bytes);
                Ok(json!({"path": place.name, "contents": contents, "truncated": truncated}))
            })
            .await
        }
        .boxed()
    }
}

/// Takes the beginning of a character off the end that was cut.
fn drop_split_character(bytes: &mut Vec<u8>) {
    for n in 1..=bytes.len().min(3) {
        let at = bytes.len() - n;
        let length = match bytes[at] {
            0x80..=0xbf => continue,
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            _ => 1,
        };
        if length > n {
            bytes.truncate(at);
        }
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(files: &[(&str, &[u8])], input: Json) -> Given {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        ReadFile.call(&Workspace::open(folder.path()).unwrap(), input).await
    }

    #[tokio::test]
    async fn a_file_is_read_as_text() {
        let given = read(&[("a", "grün".as_bytes())], json!({"path": "./a"})).await;
        assert_eq!(given, Ok(json!({"path": "a", "contents": "grün", "truncated": false})));
        let given = read(&[("a", b"x\xff\xfey")], json!({"path": "a"})).await.unwrap();
        assert_eq!(given["contents"], "x\u{fffd}\u{fffd}y");
        assert_eq!(read(&[("a", b"")], json!({"path": "a"})).await.unwrap()["contents"], "");
    }

    #[tokio::test]
    async fn a_long_file_is_cut_between_characters() {
        let given = read(&[("a", "aüb".as_bytes())], json!({"path": "a", "max_bytes": 2})).await.unwrap();
        assert_eq!((&given["contents"], &given["truncated"]), (&json!("a"), &json!(true)));
        let given = read(&[("a", "aüb".as_bytes())], json!({"path": "a", "max_bytes": 3})).await.unwrap();
        assert_eq!((&given["contents"], &given["truncated"]), (&json!("aü"), &json!(true)));
        let given = read(&[("a", "\u{ff}aüb".as_bytes())], json!({"path": "a", "max_bytes": 6})).await.unwrap();
        assert_eq!((&given["contents"], &given["truncated"]), (&json!("ÿaüb"), &json!(false)));
        let whole = "x".repeat(USUAL as usize);
        assert_eq!(read(&[("a", whole.as_bytes())], json!({"path": "a"})).await.unwrap()["truncated"], false);
        let more = "x".repeat(USUAL as usize + 1);
        let given = read(&[("a", more.as_bytes())], json!({"path": "a"})).await.unwrap();
        assert_eq!((given["contents"].as_str().unwrap().len(), &given["truncated"]), (USUAL as usize, &json!(true)));
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_said() {
        assert_eq!(read(&[], json!({"path": "a"})).await, Err("There is no a.".into()));
        assert_eq!(read(&[], json!({"path": "."})).await, Err(". is a folder: use list_files.".into()));
        assert!(read(&[], json!({"path": "../a"})).await.unwrap_err().contains("outside"));
        assert!(read(&[], json!({"file": "a"})).await.unwrap_err().contains("unknown field"));
    }
}
