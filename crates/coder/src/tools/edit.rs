//! `edit_file`

use std::{
    fs::{self, Permissions},
    io::{self, Write},
    path::Path,
};

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Effect, Given, Tool, Workspace, failed, on_disk, parse};

/// The largest file that is edited, in bytes.
const MOST: u64 = 16 << 20;

/// Changes a file, or makes one.
pub struct EditFile;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    path: String,
    edits: Vec<Edit>,
}

/// One replacement.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    old_str: String,
    new_str: String,
    #[serde(default)]
    replace_all: bool,
}

impl Tool for EditFile {
    fn name(&self) -> &'static str {
        "edit_file"
    }

    fn description(&self) -> String {
        "Changes a text file of the folder by replacing exact pieces of text, one edit after the other; either all of them \
         are made or none. A file that is not there is made by one edit with an empty old_str."
            .into()
    }

    fn schema(&self) -> Json {
        json!({"type": "object", "additionalProperties": false, "required": ["path", "edits"], "properties": {
            "path": {"type": "string", "description": "The file, seen from the folder."},
            "edits": {"type": "array", "minItems": 1, "items": {
                "type": "object", "additionalProperties": false, "required": ["old_str", "new_str"], "properties": {
                    "old_str": {"type": "string", "description": "The text to replace, to the letter. It must be there \
                        once, unless replace_all is set. Empty only for a new or empty file."},
                    "new_str": {"type": "string", "description": "The text in its place."},
                    "replace_all": {"type": "boolean", "default": false,
                        "description": "Whether every occurrence is replaced."}}}}}})
    }

    fn effect(&self) -> Effect {
        Effect::Edits
    }

    fn about(&self, input: &Json) -> String {
        input["path"].as_str().unwrap_or_default().to_owned()
    }

    fn call<'a>(&'a self, workspace: &'a Workspace, input: Json) -> BoxFuture<'a, Given> {
        async move {
            let Input { path, edits } = parse(input)?;
            let place = workspace.place(&path)?;
            let workspace = workspace.clone();
            on_disk(move || {
                let text = match place.exists {
                    true => Some(read(&place.path, &place.name)?),
                    false => None,
                };
                let (edited, replaced) =
                    apply(text.as_deref(), &edits).map_err(|why| format!("{}: {why}", place.name))?;
                if let Some(folder) = place.path.parent().filter(|_| !place.exists) {
                    fs::create_dir_all(folder).map_err(|error| failed(&place.name, &error))?;
                    // What was made meanwhile by others must not lead elsewhere.
                    workspace
                        .place(&path)
                        .ok()
                        .filter(|again| again.path == place.path)
                        .ok_or("The folder changed.")?;
                }
                write(&place.path, edited.as_bytes()).map_err(|error| failed(&place.name, &error))?;
                Ok(json!({"path": place.name, "created": !place.exists, "replacements": replaced}))
            })
            .await
        }
        .boxed()
    }
}

fn read(path: &Path, name: &str) -> Result<String, String> {
    let about = path.metadata().map_err(|error| failed(name, &error))?;
    if !about.is_file() {
        return Err(format!("{name} is no file."));
    }
    if about.len() > MOST {
        return Err(format!("{name} is larger than {} MiB.", MOST >> 20));
    }
    let bytes = fs::read(path).map_err(|error| failed(name, &error))?;
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(format!("{name} is no text, so it is not edited.")),
    }
}

/// The text after all edits, and how many places they changed.
fn apply(text: Option<&str>, edits: &[Edit]) -> Result<(String, usize), String> {
    if edits.is_empty() {
        return Err("there are no edits".into());
    }
    let is_new = text.is_none();
    let mut text = text.unwrap_or_default().to_owned();
    let mut replaced = 0;
    for (n, edit) in edits.iter().enumerate() {
        let n = n + 1;
        if edit.old_str.is_empty() {
            if !text.is_empty() {
                return Err(format!("edit {n}: old_str is empty, but the file is not"));
            }
            text.push_str(&edit.new_str);
            replaced += 1;
            continue;
        }
        if is_new && text.is_empty() {
            return Err("there is no such file; one is made by an edit with an empty old_str".into());
        }
        if edit.old_str == edit.new_str {
            return Err(format!("edit {n}: old_str and new_str are the same"));
        }
        let places = occurrences(&text, &edit.old_str);
        match places {
            0 => return Err(format!("edit {n}: old_str is not in the file")),
            1 => {}
            _ if edit.replace_all => {}
            _ => {
                return Err(format!(
                    "edit {n}: old_str is {places} times in the file; write more of what is around it, or set replace_all"
                ));
            }
        }
        replaced += text.matches(&edit.old_str).count();
        text = text.replace(&edit.old_str, &edit.new_str);
    }
    Ok((text, replaced))
}

/// How often one text is in another, places that overlap included: which one is meant would be a guess.
fn occurrences(text: &str, wanted: &str) -> usize {
    let mut count = 0;
    let mut from = 0;
    while let Some(at) = text[from..].find(wanted) {
        count += 1;
        from += at + wanted.chars().next().map_or(1, char::len_utf8);
    }
    count
}

/// Puts a file in the place of another at once, with its rights.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::NotADirectory)?;
    let rights = match path.metadata() {
        Ok(about) => Some(about.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => usual_rights(),
        Err(error) => return Err(error),
    };
    if rights.as_ref().is_some_and(Permissions::readonly) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".heddle-");
    if let Some(rights) = &rights {
        builder.permissions(rights.clone());
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(rights) = rights.filter(|_| path.exists()) {
        // The mask of the process does not apply to what was there before.
        file.as_file().set_permissions(rights)?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// The rights that a new file is asked for; the mask of the process takes some away.
#[cfg(unix)]
fn usual_rights() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual_rights() -> Option<Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edit(old: &str, new: &str, replace_all: bool) -> Edit {
        Edit { old_str: old.into(), new_str: new.into(), replace_all }
    }

    #[test]
    fn edits_follow_each_other() {
        let edits = [edit("a", "b", false), edit("b", "c", true)];
        assert_eq!(apply(Some("a b b"), &edits), Ok(("c c c".into(), 4)));
        assert_eq!(apply(None, &[edit("", "x", false), edit("x", "y", false)]), Ok(("y".into(), 2)));
        assert_eq!(apply(Some(""), &[edit("", "x", false)]), Ok(("x".into(), 1)));
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        let why = |text: Option<&str>, edit: Edit| apply(text, &[edit]).unwrap_err();
        assert!(why(Some("aaa"), edit("aa", "b", false)).contains("2 times"));
        assert!(why(Some("x"), edit("y", "z", false)).contains("not in the file"));
        assert!(why(Some("x"), edit("x", "x", false)).contains("the same"));
        assert!(why(Some("x"), edit("", "y", false)).contains("the file is not"));
        assert!(why(None, edit("x", "y", false)).contains("no such file"));
        assert!(apply(Some("x"), &[]).is_err());
    }

    async fn call(folder: &Path, input: Json) -> Given {
        EditFile.call(&Workspace::open(folder).unwrap(), input).await
    }

    #[tokio::test]
    async fn a_file_is_changed_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.txt");
        fs::write(&file, "one two").unwrap();
        let edits = json!([{"old_str": "one", "new_str": "1"}, {"old_str": "three", "new_str": "3"}]);
        let why = call(folder.path(), json!({"path": "a.txt", "edits": edits})).await.unwrap_err();
        assert_eq!(why, "a.txt: edit 2: old_str is not in the file");
        assert_eq!(fs::read_to_string(&file).unwrap(), "one two");
        let edits = json!([{"old_str": "one", "new_str": "1"}, {"old_str": "two", "new_str": "2"}]);
        let given = call(folder.path(), json!({"path": "a.txt", "edits": edits})).await.unwrap();
        assert_eq!(given, json!({"path": "a.txt", "created": false, "replacements": 2}));
        assert_eq!(fs::read_to_string(&file).unwrap(), "1 2");
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["a.txt"]);
    }

    #[tokio::test]
    async fn a_file_is_made_with_its_folders() {
        let folder = tempfile::tempdir().unwrap();
        let edits = json!([{"old_str": "", "new_str": "fn main() {}\n"}]);
        let given = call(folder.path(), json!({"path": "src/bin/x.rs", "edits": edits})).await.unwrap();
        assert_eq!(given["created"], true);
        assert_eq!(fs::read_to_string(folder.path().join("src/bin/x.rs")).unwrap(), "fn main() {}\n");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn rights_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.sh");
        fs::write(&file, "echo a").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o751)).unwrap();
        symlink("run.sh", folder.path().join("link")).unwrap();
        let edits = json!([{"old_str": "a", "new_str": "b"}]);
        call(folder.path(), json!({"path": "link", "edits": edits})).await.unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "echo b");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o751);
        assert!(folder.path().join("link").symlink_metadata().unwrap().is_symlink());
    }

    #[tokio::test]
    async fn only_text_inside_is_edited() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in [("zero", &b"a\0b"[..]), ("latin", b"a\xfcb")] {
            fs::write(folder.path().join(name), bytes).unwrap();
            let edits = json!([{"old_str": "a", "new_str": "b"}]);
            let why = call(folder.path(), json!({"path": name, "edits": edits})).await.unwrap_err();
            assert!(why.contains("no text"), "{why}");
            assert_eq!(fs::read(folder.path().join(name)).unwrap(), bytes);
        }
        let edits = json!([{"old_str": "", "new_str": "b"}]);
        for path in ["../x", "/tmp/x", "."] {
            assert!(call(folder.path(), json!({"path": path, "edits": edits})).await.is_err(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn one_edit_of_what_is_there_once_changes_that_and_nothing_else(
            before in "[a-cé\n]{0,20}", old in "[a-cé]{1,4}", after in "[a-cé\n]{0,20}", new in "[a-z]{0,5}"
        ) {
            prop_assume!(old != new);
            let text = format!("{before}{old}{after}");
            let result = apply(Some(&text), &[edit(&old, &new, false)]);
            let elsewhere = occurrences(&text, &old) > 1;
            prop_assert_eq!(result.is_err(), elsewhere);
            if let Ok((edited, replaced)) = result {
                prop_assert_eq!((edited, replaced), (format!("{before}{new}{after}"), 1));
            }
        }

        #[test]
        fn replacing_all_leaves_none(text in "[ab\n]{0,40}", old in "[ab]{1,3}") {
            let result = apply(Some(&text), &[edit(&old, "-", true)]);
            prop_assert_eq!(result.is_ok(), text.contains(&old));
            if let Ok((edited, _)) = result {
                prop_assert!(!edited.contains(&old));
                prop_assert_eq!(edited, text.replace(&old, "-"));
            }
        }

        #[test]
        fn edits_there_and_back_give_what_was_there(text in "[a-e ]{1,30}", at in 0..30usize, length in 1..6usize) {
            let at = at % text.len();
            let old = &text[at..(at + length).min(text.len())];
            prop_assume!(occurrences(&text, old) == 1);
            let edits = [edit(old, "XYZ", false), edit("XYZ", old, false)];
            prop_assert_eq!(apply(Some(&text), &edits), Ok((text.clone(), 2)));
        }
    }
}
