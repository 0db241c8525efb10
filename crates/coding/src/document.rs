//! The document of a conversation, as clients send it.

use std::collections::BTreeMap;

use kernel::{Error, Kind, Result, Rule, Timestamp, check};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::Visibility;

/// The largest document, in bytes.
pub const MOST_BYTES: usize = 10 << 20;
/// The most messages.
const MOST_MESSAGES: usize = 50_000;
/// The most bytes of the fields that Heddle does not know.
const MOST_REST: usize = 1 << 20;
/// The most characters of an id, and of a folder's path.
const MOST_ID: usize = 200;
const MOST_FOLDER: usize = 4096;
/// The most characters that are searched.
const MOST_SEARCHED: usize = 128 << 10;

/// A conversation as a client sends it. Messages, and fields that Heddle does not know, are kept as they were written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The id that the client gave it.
    pub id: String,
    /// What it is about.
    pub title: Option<String>,
    /// The root of the folder that it is about.
    pub folder: Option<String>,
    /// Who may read it.
    pub visibility: Visibility,
    /// When the client began it.
    pub created_at: Option<Timestamp>,
    /// Its messages, each a JSON object.
    pub messages: Vec<Box<RawValue>>,
    /// All other fields, as one JSON object.
    pub rest: String,
}

/// Fields that are Heddle's to say, or that have a place of their own.
const KNOWN: [&str; 9] =
    ["id", "title", "workspace", "visibility", "created_at", "updated_at", "version", "messages", "owner_id"];

impl Draft {
    /// Reads a document.
    ///
    /// # Errors
    /// `BadRequest` for what is no JSON, `Invalid` naming the field, `TooLarge`.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MOST_BYTES {
            let text = format!("A thread has at most {} MiB.", MOST_BYTES >> 20);
            return Err(Error::new(Kind::TooLarge, "body_too_large", text));
        }
        let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(bytes).map_err(|error| {
            if error.is_data() {
                return Error::invalid("body", "body must be a JSON object");
            }
            Error::new(Kind::BadRequest, "invalid_json", format!("The body is not valid JSON: {error}"))
        })?;
        let id: String = required(&fields, "id", "a string")?;
        check::required("id", &id, MOST_ID)?;
        if id.chars().any(char::is_control) || id.contains('/') {
            return Err(Error::invalid("id", "id must have no slashes and no control characters"));
        }
        let title: Option<String> = optional(&fields, "title", "a string")?;
        check::optional("title", title.as_deref(), check::TITLE)?;
        let folder: Option<String> = optional(&fields, "workspace", "a string")?;
        check::optional("workspace", folder.as_deref(), MOST_FOLDER)?;
        let visibility =
            optional(&fields, "visibility", "one of private, shared, public")?.unwrap_or(Visibility::Private);
        let created_at: Option<Timestamp> = optional(&fields, "created_at", "a time such as 2026-03-03T12:00:00Z")?;
        check::time("created_at", created_at)?;
        let _: Option<u64> = optional(&fields, "version", "a whole number")?;
        let messages = messages(&fields)?;
        fields.retain(|name, _| !KNOWN.contains(&name.as_str()));
        let rest = serde_json::to_string(&fields).map_err(Error::internal)?;
        if rest.len() > MOST_REST {
            let text = format!("The fields besides messages have at most {} MiB.", MOST_REST >> 20);
            return Err(Error::new(Kind::TooLarge, "body_too_large", text));
        }
        Ok(Self { id, title, folder, visibility, created_at, messages, rest })
    }

    /// What is searched: what was said, then what tools answered, and what else the document tells, such as branches and
    /// commits.
    pub(crate) fn searched(&self) -> String {
        let mut text = Searched::default();
        text.add(&self.rest);
        let (said, done): (Vec<_>, Vec<_>) = self.messages.iter().partition(|message| is_said(message));
        for message in said.into_iter().chain(done) {
            text.add(message.get());
        }
        text.0
    }
}

fn required<T: DeserializeOwned>(fields: &BTreeMap<String, Box<RawValue>>, name: &str, form: &str) -> Result<T> {
    optional(fields, name, form)?
        .ok_or_else(|| Error::against(Rule::Missing, name, format!("{name} is missing; it must be {form}")))
}

fn optional<T: DeserializeOwned>(
    fields: &BTreeMap<String, Box<RawValue>>,
    name: &str,
    form: &str,
) -> Result<Option<T>> {
    let Some(raw) = fields.get(name) else { return Ok(None) };
    serde_json::from_str(raw.get()).map_err(|_| Error::invalid(name, format!("{name} must be {form}")))
}

#[derive(Deserialize)]
struct Spoken {
    role: String,
}

fn messages(fields: &BTreeMap<String, Box<RawValue>>) -> Result<Vec<Box<RawValue>>> {
    let list: Vec<Box<RawValue>> = required(fields, "messages", "a list")?;
    if list.len() > MOST_MESSAGES {
        return Err(Error::invalid("messages", format!("messages can be at most {MOST_MESSAGES}")));
    }
    for (n, message) in list.iter().enumerate() {
        let fits = serde_json::from_str::<Spoken>(message.get()).is_ok();
        // serde reads a list as a struct, too.
        if !fits || !message.get().starts_with('{') {
            let path = format!("messages[{n}]");
            return Err(Error::invalid(path.clone(), format!("{path} must be an object with a role")));
        }
    }
    Ok(list)
}

fn is_said(message: &RawValue) -> bool {
    serde_json::from_str::<Spoken>(message.get())
        .is_ok_and(|spoken| matches!(spoken.role.as_str(), "user" | "assistant"))
}

/// Text that is gathered up to a limit.
#[derive(Default)]
struct Searched(String);

impl Searched {
    /// Adds the strings in a JSON text, but those that are no words for people: roles, times, and encoded bytes.
    fn add(&mut self, json: &str) {
        // What is nested too deeply to be read is not searched.
        if self.0.len() < MOST_SEARCHED
            && let Ok(value) = serde_json::from_str::<serde_json::Value>(json)
        {
            self.walk(&value);
        }
    }

    fn walk(&mut self, value: &serde_json::Value) {
        const UNSAID: [&str; 6] = ["role", "timestamp", "type", "media_type", "data", "tool_call_id"];
        if self.0.len() >= MOST_SEARCHED {
            return;
        }
        match value {
            serde_json::Value::String(text) => {
                let room = MOST_SEARCHED.saturating_sub(self.0.len());
                let piece = &text[..text.floor_char_boundary(room)];
                // The zero character is in no text of PostgreSQL.
                self.0.extend(piece.chars().filter(|c| *c != '\0'));
                self.0.push('\n');
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            serde_json::Value::Object(fields) => {
                fields
                    .iter()
                    .filter(|(name, _)| !UNSAID.contains(&name.as_str()))
                    .for_each(|(_, item)| self.walk(item));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_is_kept_as_it_was_written() {
        let text = r#"{"id": "T-1", "version": 3, "git": {"branch": "main", "n": 1.0e2}, "messages": [ {"role":"user", "content": "Hi"} ], "z": "\u0000"}"#;
        let draft = Draft::read(text.as_bytes()).unwrap();
        assert_eq!(draft.messages[0].get(), r#"{"role":"user", "content": "Hi"}"#);
        assert_eq!(draft.rest, r#"{"git":{"branch": "main", "n": 1.0e2},"z":"\u0000"}"#);
        assert_eq!((draft.visibility, draft.title.as_deref()), (Visibility::Private, None));
        assert_eq!(draft.searched(), "main\n\nHi\n");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let field = |text: &str| Draft::read(text.as_bytes()).unwrap_err().fields()[0].path.clone();
        assert_eq!(field(r#"{"messages": []}"#), "id");
        assert_eq!(field(r#"{"id": "", "messages": []}"#), "id");
        assert_eq!(field(r#"{"id": "a/b", "messages": []}"#), "id");
        assert_eq!(field(r#"{"id": 1, "messages": []}"#), "id");
        assert_eq!(field(r#"{"id": "a"}"#), "messages");
        assert_eq!(field(r#"{"id": "a", "messages": [{"role": "user"}, ["user"]]}"#), "messages[1]");
        assert_eq!(field(r#"{"id": "a", "messages": [{"content": "x"}]}"#), "messages[0]");
        assert_eq!(field(r#"{"id": "a", "messages": [], "visibility": "open"}"#), "visibility");
        assert_eq!(field(r#"{"id": "a", "messages": [], "version": "1"}"#), "version");
        assert_eq!(field(r#"{"id": "a", "messages": [], "created_at": "today"}"#), "created_at");
        assert_eq!(field("[]"), "body");
        assert_eq!(Draft::read(b"{").unwrap_err().code(), "invalid_json");
        assert_eq!(Draft::read(&vec![b' '; MOST_BYTES + 1]).unwrap_err().code(), "body_too_large");
    }

    #[test]
    fn what_is_searched_has_an_end() {
        let message = format!(r#"{{"role": "tool", "content": "{}"}}"#, "wörter ".repeat(40_000));
        let draft = Draft::read(
            format!(r#"{{"id": "a", "messages": [{message}, {{"role": "user", "content": "first"}}]}}"#).as_bytes(),
        );
        let text = draft.unwrap().searched();
        assert!(text.starts_with("\nfirst\n") || text.starts_with("first\n"), "{}", &text[..20]);
        assert!(text.len() <= MOST_SEARCHED + 1);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            let _ = Draft::read(text.as_bytes());
            let _ = Draft::read(format!(r#"{{"id": "a", "messages": [{text}]}}"#).as_bytes());
        }
    }
}
