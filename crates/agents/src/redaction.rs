//! Keeps the workspace's secrets from leaving with what models are asked.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use gateway::{ChatRequest, Content};
use identity::Vault;
use kernel::{Actor, Result, Timestamp, ids::WorkspaceId};
use sandbox::Redactor;
use store::Store;

use crate::secrets;

/// The redactors of workspaces, each as current as its secrets. Clones share everything.
#[derive(Clone)]
pub struct Redactions {
    vault: Vault,
    known: Arc<Mutex<HashMap<WorkspaceId, Known>>>,
}

/// How many secrets there are and when the newest was stored: what changes when they do.
type Stamp = (i64, Option<Timestamp>);

struct Known {
    stamp: Stamp,
    redactor: Arc<Redactor>,
}

impl Redactions {
    /// Redactors of secrets that this vault opens.
    pub fn new(vault: Vault) -> Self {
        Self { vault, known: Arc::default() }
    }

    /// The redactor of a workspace's secrets.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(&self, store: &Store, workspace: WorkspaceId) -> Result<Arc<Redactor>> {
        let sql = "SELECT COUNT(*), MAX(created_at) FROM secrets";
        let read = |tx: &mut store::Tx<'_>| tx.query_one(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)));
        let stamp: Stamp = store.peek(workspace, Actor::SYSTEM, read).await?;
        if let Some(known) = self.lock().get(&workspace).filter(|known| known.stamp == stamp) {
            return Ok(Arc::clone(&known.redactor));
        }
        let values = if stamp.0 == 0 {
            BTreeMap::new()
        } else {
            let vault = self.vault.clone();
            store.read(workspace, Actor::SYSTEM, move |tx| secrets::all(tx, &vault)).await?
        };
        let redactor = Arc::new(Redactor::new(&values));
        self.lock().insert(workspace, Known { stamp, redactor: Arc::clone(&redactor) });
        Ok(redactor)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<WorkspaceId, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request without secrets in what is said and in what tools are described as. What only its provider reads stays.
pub fn request(redactor: &Redactor, mut request: ChatRequest) -> ChatRequest {
    if redactor.is_idle() {
        return request;
    }
    request.system = request.system.map(|system| redactor.text(&system));
    for content in request.messages.iter_mut().flat_map(|message| &mut message.content) {
        match content {
            Content::Text { text } => *text = redactor.text(text),
            Content::ToolCall { input, .. } => *input = redactor.json(input.take()),
            Content::ToolResult { output, .. } => *output = redactor.text(output),
            Content::Image { .. } | Content::Opaque { .. } => {}
        }
    }
    for tool in &mut request.tools {
        tool.description = redactor.text(&tool.description);
    }
    request
}

/// The body of a request without secrets; the same bytes when there are none in it. What is not text is not searched.
pub fn body(redactor: &Redactor, body: bytes::Bytes) -> bytes::Bytes {
    let Ok(text) = std::str::from_utf8(&body) else { return body };
    if !redactor.finds(text) {
        return body;
    }
    match serde_json::from_str(text) {
        // A number that is a secret must become a text.
        Ok(value) => redactor.json(value).to_string().into(),
        Err(_) => redactor.text(text).into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redactor() -> Redactor {
        Redactor::new(&BTreeMap::from([
            ("KEY".to_owned(), "hunter2".to_owned()),
            ("PIN".to_owned(), "8675309".to_owned()),
        ]))
    }

    #[test]
    fn a_body_without_secrets_stays_as_it_is() {
        let plain = bytes::Bytes::from_static(b"{ \"a\" :1.0e1 }");
        assert_eq!(body(&redactor(), plain.clone()), plain);
        let odd = bytes::Bytes::from_static(b"\xff hunter2");
        assert_eq!(body(&redactor(), odd.clone()), odd);
        let secret = json!({"text": "it is hunter2", "pin": 8_675_309}).to_string();
        let clean = json!({"text": "it is [secret KEY]", "pin": "[secret PIN]"}).to_string();
        assert_eq!(body(&redactor(), secret.into()), clean);
        assert_eq!(body(&redactor(), "a=hunter2".into()), "a=[secret KEY]");
    }
}
