//! Keeps the workspace's secrets from leaving with what models are asked, and personal data where that is switched on.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use gateway::{ChatRequest, Content};
use identity::Vault;
use kernel::{Actor, Result, Timestamp, ids::WorkspaceId};
use sandbox::Redactor;
use serde_json::Value as Json;
use store::Store;

use crate::{personal, secrets};

/// The variable that keeps personal data from models: `true` switches it on.
pub const PERSONAL: &str = "HEDDLE_LLM_REDACT_PERSONAL";

/// Takes out of requests what must not leave.
#[derive(Clone)]
pub struct Cleaner {
    secrets: Arc<Redactor>,
    personal: bool,
}

/// The redactors of workspaces, each as current as its secrets. Clones share everything.
#[derive(Clone)]
pub struct Redactions {
    vault: Vault,
    personal: bool,
    known: Arc<Mutex<HashMap<WorkspaceId, Known>>>,
}

/// How many secrets there are and when the newest was stored: what changes when they do.
type Stamp = (i64, Option<Timestamp>);

struct Known {
    stamp: Stamp,
    redactor: Arc<Redactor>,
}

impl Redactions {
    /// Redactors of secrets that this vault opens; the environment says whether personal data is taken out as well.
    pub fn from_env(vault: Vault) -> Self {
        let personal = std::env::var(PERSONAL).is_ok_and(|value| matches!(value.trim(), "true" | "1"));
        Self { vault, personal, known: Arc::default() }
    }

    /// What takes out of a workspace's requests what must not leave.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(&self, store: &Store, workspace: WorkspaceId) -> Result<Cleaner> {
        let sql = "SELECT COUNT(*), MAX(created_at) FROM secrets";
        let read = |tx: &mut store::Tx<'_>| tx.query_one(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)));
        let stamp: Stamp = store.peek(workspace, Actor::SYSTEM, read).await?;
        if let Some(known) = self.lock().get(&workspace).filter(|known| known.stamp == stamp) {
            return Ok(Cleaner { secrets: Arc::clone(&known.redactor), personal: self.personal });
        }
        let values = if stamp.0 == 0 {
            BTreeMap::new()
        } else {
            let vault = self.vault.clone();
            store.read(workspace, Actor::SYSTEM, move |tx| secrets::all(tx, &vault)).await?
        };
        let redactor = Arc::new(Redactor::new(&values));
        self.lock().insert(workspace, Known { stamp, redactor: Arc::clone(&redactor) });
        Ok(Cleaner { secrets: redactor, personal: self.personal })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<WorkspaceId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cleaner {
    /// The request without secrets and personal data in what is said, and without secrets in what tools are described as.
    /// What only its provider reads stays.
    pub fn request(&self, mut request: ChatRequest) -> ChatRequest {
        if self.secrets.is_idle() && !self.personal {
            return request;
        }
        request.system = request.system.map(|system| self.text(&system));
        for content in request.messages.iter_mut().flat_map(|message| &mut message.content) {
            match content {
                Content::Text { text } => *text = self.text(text),
                Content::ToolCall { input, .. } => {
                    *input = self.secrets.json(input.take());
                    if self.personal {
                        personal::json(input);
                    }
                }
                Content::ToolResult { output, .. } => *output = self.text(output),
                Content::Image { .. } | Content::Opaque { .. } => {}
            }
        }
        for tool in &mut request.tools {
            tool.description = self.secrets.text(&tool.description);
        }
        request
    }

    fn text(&self, text: &str) -> String {
        let clean = self.secrets.text(text);
        if self.personal { personal::text(&clean).into_owned() } else { clean }
    }

    /// The body of a request without secrets, and without personal data in what is said; the same bytes when there are none
    /// in it. What is not text is not searched, and personal data is looked for in JSON only.
    pub fn body(&self, body: Bytes) -> Bytes {
        let Ok(text) = std::str::from_utf8(&body) else { return body };
        let secret = self.secrets.finds(text);
        if !secret && !self.personal {
            return body;
        }
        match serde_json::from_str::<Json>(text) {
            Ok(value) => {
                // A number that is a secret must become a text.
                let mut clean = if secret { self.secrets.json(value.clone()) } else { value.clone() };
                if self.personal {
                    personal::body(&mut clean);
                }
                if clean == value { body } else { clean.to_string().into() }
            }
            Err(_) if secret => self.secrets.text(text).into(),
            Err(_) => body,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cleaner(personal: bool) -> Cleaner {
        let secrets = [("KEY", "hunter2"), ("PIN", "8675309")];
        let secrets = secrets.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Cleaner { secrets: Arc::new(Redactor::new(&BTreeMap::from(secrets))), personal }
    }

    #[test]
    fn a_body_without_secrets_stays_as_it_is() {
        let cleaner = cleaner(false);
        let plain = Bytes::from_static(b"{ \"a\" :1.0e1, \"text\": \"ada@mail.example\" }");
        assert_eq!(cleaner.body(plain.clone()), plain);
        let odd = Bytes::from_static(b"\xff hunter2");
        assert_eq!(cleaner.body(odd.clone()), odd);
        let secret = json!({"text": "it is hunter2", "pin": 8_675_309}).to_string();
        let clean = json!({"text": "it is [secret KEY]", "pin": "[secret PIN]"}).to_string();
        assert_eq!(cleaner.body(secret.into()), clean);
        assert_eq!(cleaner.body("a=hunter2".into()), "a=[secret KEY]");
    }

    #[test]
    fn personal_data_leaves_unless_that_is_switched_on() {
        let cleaner = cleaner(true);
        let plain = Bytes::from_static(b"{ \"text\" : \"nothing\", \"n\":1.0e1 }");
        assert_eq!(cleaner.body(plain.clone()), plain);
        let said = json!({"text": "hunter2 of ada@mail.example"}).to_string();
        assert_eq!(cleaner.body(said.into()), json!({"text": "[secret KEY] of [e-mail address]"}).to_string());
        assert_eq!(cleaner.text("hunter2 +41 44 668 18 00"), "[secret KEY] [phone number]");
    }
}
