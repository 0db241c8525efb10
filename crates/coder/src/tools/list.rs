//! `list_files`

use futures::{FutureExt, future::BoxFuture};
use ignore::{WalkBuilder, overrides::OverrideBuilder};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Effect, Given, Tool, Workspace, on_disk, parse};

/// How many names are told at most.
const MOST: usize = 1_000;

/// Tells what is in a folder.
pub struct ListFiles;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    directory: Option<String>,
    pattern: Option<String>,
    recursive: Option<bool>,
}

impl Tool for ListFiles {
    fn name(&self) -> &'static str {
        "list_files"
    }

    fn description(&self) -> String {
        format!(
            "Lists files and folders, without .git and what .gitignore names. Folders end with a slash. At most {MOST} names."
        )
    }

    fn schema(&self) -> Json {
        json!({"type": "object", "additionalProperties": false, "properties": {
            "directory": {"type": "string", "default": ".", "description": "Where, seen from the folder."},
            "pattern": {"type": "string", "description": "A glob such as *.rs or src/**/*.ts; only files that match."},
            "recursive": {"type": "boolean",
                "description": "Whether folders within are looked into; with a slash in the pattern they are."}}})
    }

    fn effect(&self) -> Effect {
        Effect::Reads
    }

    fn about(&self, input: &Json) -> String {
        let text = |name: &str| input[name].as_str().unwrap_or_default();
        format!("{} {}", text("directory"), text("pattern")).trim().to_owned()
    }

    fn call<'a>(&'a self, workspace: &'a Workspace, input: Json) -> BoxFuture<'a, Given> {
        async move {
            let Input { directory, pattern, recursive } = parse(input)?;
            let place = workspace.existing(directory.as_deref().unwrap_or("."))?;
            if !place.path.is_dir() {
                return Err(format!("{} is no folder.", place.name));
            }
            let pattern = pattern.filter(|pattern| !pattern.is_empty());
            let deep = recursive.unwrap_or_else(|| pattern.as_deref().is_some_and(|pattern| pattern.contains('/')));
            on_disk(move || {
                let mut walk = WalkBuilder::new(&place.path);
                walk.max_depth((!deep).then_some(1)).hidden(false).require_git(false).follow_links(false);
                walk.sort_by_file_path(Ord::cmp).filter_entry(|entry| entry.file_name() != ".git");
                if let Some(pattern) = &pattern {
                    // A glob that begins with ! would leave out what it names.
                    let glob = format!("{}{pattern}", if pattern.starts_with('!') { "\\" } else { "" });
                    let globs = OverrideBuilder::new(&place.path).add(&glob).and_then(|globs| globs.build());
                    walk.overrides(globs.map_err(|error| format!("The pattern makes no sense: {error}"))?);
                }
                let mut names = Vec::new();
                let mut truncated = false;
                // What cannot be read is passed over.
                for entry in walk.build().flatten().filter(|entry| entry.depth() > 0) {
                    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                    if is_folder && pattern.is_some() {
                        continue;
                    }
                    if names.len() == MOST {
                        truncated = true;
                        break;
                    }
                    let name = entry.path().strip_prefix(&place.path).unwrap_or(entry.path()).to_string_lossy();
                    names.push(if is_folder { format!("{name}/") } else { name.into_owned() });
                }
                Ok(json!({"directory": place.name, "files": names, "truncated": truncated}))
            })
            .await
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    async fn list(folder: &Path, input: Json) -> Result<Vec<String>, String> {
        let given = ListFiles.call(&Workspace::open(folder).unwrap(), input).await?;
        Ok(serde_json::from_value(given["files"].clone()).unwrap())
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.rs", "src/b.rs", "src/deep/c.rs", "src/d.txt", "target/e.rs", ".git/config", ".env"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::write(folder.path().join(".gitignore"), "target\n").unwrap();
        folder
    }

    #[tokio::test]
    async fn folders_are_listed_as_deep_as_wanted() {
        let folder = folder();
        let listed = async |input| list(folder.path(), input).await.unwrap();
        assert_eq!(listed(json!({})).await, [".env", ".gitignore", "a.rs", "src/"]);
        assert_eq!(listed(json!({"directory": "src"})).await, ["b.rs", "d.txt", "deep/"]);
        let all = listed(json!({"recursive": true})).await;
        assert_eq!(all, [".env", ".gitignore", "a.rs", "src/", "src/b.rs", "src/d.txt", "src/deep/", "src/deep/c.rs"]);
    }

    #[tokio::test]
    async fn patterns_choose_files() {
        let folder = folder();
        let listed = async |input| list(folder.path(), input).await.unwrap();
        assert_eq!(listed(json!({"pattern": "*.rs"})).await, ["a.rs"]);
        assert_eq!(listed(json!({"pattern": "*.rs", "recursive": true})).await, ["a.rs", "src/b.rs", "src/deep/c.rs"]);
        assert_eq!(listed(json!({"pattern": "src/**/*.rs"})).await, ["src/b.rs", "src/deep/c.rs"]);
        assert_eq!(listed(json!({"pattern": "!a.rs"})).await, Vec::<String>::new());
        assert!(list(folder.path(), json!({"pattern": "{a"})).await.is_err());
    }

    #[tokio::test]
    async fn only_the_folder_is_listed_and_not_without_end() {
        let folder = folder();
        for directory in ["..", "/", "a.rs", "nowhere"] {
            assert!(list(folder.path(), json!({"directory": directory})).await.is_err(), "{directory}");
        }
        for n in 0..MOST + 1 {
            fs::write(folder.path().join(format!("f{n}")), "").unwrap();
        }
        let given = ListFiles.call(&Workspace::open(folder.path()).unwrap(), json!({})).await.unwrap();
        assert_eq!((given["files"].as_array().unwrap().len(), &given["truncated"]), (MOST, &json!(true)));
    }
}
