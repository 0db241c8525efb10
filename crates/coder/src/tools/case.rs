//! `case_comment` and `complete_instruction`, where the agent works on a case.

use std::sync::Arc;

use client::{
    Client, Result, Uuid,
    v1::{
        Pages, cases, instructions, stages,
        threads::{self, ActivityType, PostActivity},
    },
};
use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Effect, Given, Tool, Workspace, parse};

/// The longest entry, in characters. The server takes 100,000.
const LONGEST: usize = 50_000;
/// How many entries of the thread the model is told of.
const ENTRIES: i64 = 50;

/// A case of the server.
pub struct Case {
    client: Client,
    /// Its id.
    pub id: Uuid,
    thread: Uuid,
    /// Its title.
    pub title: String,
    /// All that the model is told about it, as JSON.
    told: Json,
}

impl Case {
    /// Reads a case, its stages with their instructions, and what was last said in its thread.
    ///
    /// # Errors
    /// The server's refusal, what the network does.
    pub async fn load(client: Client, id: &str) -> Result<Self> {
        let case = client.send(&cases::get(id)).await?.data;
        let all = Pages { page: None, per_page: Some(200) };
        let mut told = Vec::new();
        for stage in client.send(&stages::list(id, &all)).await?.data {
            let open = client.send(&instructions::list(stage.id, &all)).await?.data;
            let instructions: Vec<_> = open
                .into_iter()
                .map(|line| json!({"id": line.id, "type": line.r#type, "text": line.text, "satisfied": line.satisfied}))
                .collect();
            told.push(json!({
                "name": stage.name, "description": stage.description, "phase": stage.phase, "instructions": instructions,
            }));
        }
        let mut pages = Pages { page: Some(1), per_page: Some(ENTRIES) };
        let mut list = client.send(&threads::activities(case.thread_id, &pages)).await?;
        // The oldest come first: the last ones are on the last two pages.
        let total = i64::try_from(list.meta.total).unwrap_or(i64::MAX - ENTRIES);
        let last = (total + ENTRIES - 1).max(ENTRIES) / ENTRIES;
        let mut entries = Vec::new();
        for page in (last - 1).max(1)..=last {
            pages.page = Some(page);
            if page != 1 {
                list = client.send(&threads::activities(case.thread_id, &pages)).await?;
            }
            entries.append(&mut list.data);
        }
        let said: Vec<_> = entries[entries.len().saturating_sub(ENTRIES as usize)..]
            .iter()
            .map(|entry| json!({"type": entry.r#type, "at": entry.created_at.to_string(), "content": entry.content}))
            .collect();
        let told = json!({
            "id": case.id, "title": case.title, "description": case.description, "phase": case.phase,
            "motion": case.motion, "attributes": case.attributes, "stages": told, "thread": said,
        });
        Ok(Self { client, id: case.id, thread: case.thread_id, title: case.title, told })
    }

    /// What the model is told.
    pub fn told(&self) -> String {
        format!("{:#}", self.told)
    }

    /// Writes an entry into the case's thread.
    ///
    /// # Errors
    /// The server's refusal, what the network does.
    pub async fn comment(&self, text: &str) -> Result<Uuid> {
        let content = match text.char_indices().nth(LONGEST) {
            Some((at, _)) => format!("{} …", &text[..at]),
            None => text.to_owned(),
        };
        let entry = PostActivity { r#type: ActivityType::Comment, content, visibility: None };
        Ok(self.client.send(&threads::post_activity(self.thread, &entry)).await?.data.id)
    }
}

/// Writes into the case's thread.
pub struct Comment(pub Arc<Case>);

impl Tool for Comment {
    fn name(&self) -> &'static str {
        "case_comment"
    }

    fn description(&self) -> String {
        "Writes an entry into the thread of the case, for the people who work on it: a question, a finding, a decision. A \
         summary of your turn is written there anyway."
            .into()
    }

    fn schema(&self) -> Json {
        json!({"type": "object", "additionalProperties": false, "required": ["text"], "properties": {
            "text": {"type": "string"}}})
    }

    fn effect(&self) -> Effect {
        Effect::Reports
    }

    fn about(&self, input: &Json) -> String {
        input["text"].as_str().unwrap_or_default().trim().to_owned()
    }

    fn call<'a>(&'a self, _: &'a Workspace, input: Json) -> BoxFuture<'a, Given> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Input {
            text: String,
        }
        async move {
            let Input { text } = parse(input)?;
            let id = self.0.comment(&text).await.map_err(|error| format!("It was not written: {error}"))?;
            Ok(json!({"entry_id": id}))
        }
        .boxed()
    }
}

/// Ticks an instruction of the case off.
pub struct CompleteInstruction(pub Arc<Case>);

impl Tool for CompleteInstruction {
    fn name(&self) -> &'static str {
        "complete_instruction"
    }

    fn description(&self) -> String {
        "Ticks an instruction of the case off, once it is really done. Its id is in what you were told about the case."
            .into()
    }

    fn schema(&self) -> Json {
        json!({"type": "object", "additionalProperties": false, "required": ["instruction_id"], "properties": {
            "instruction_id": {"type": "string"}}})
    }

    fn effect(&self) -> Effect {
        Effect::Reports
    }

    fn about(&self, input: &Json) -> String {
        input["instruction_id"].as_str().unwrap_or_default().to_owned()
    }

    fn call<'a>(&'a self, _: &'a Workspace, input: Json) -> BoxFuture<'a, Given> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Input {
            instruction_id: Uuid,
        }
        async move {
            let Input { instruction_id } = parse(input)?;
            let ours = self.0.told["stages"].as_array().into_iter().flatten();
            let mut ours = ours.flat_map(|stage| stage["instructions"].as_array().into_iter().flatten());
            if !ours.any(|line| line["id"] == json!(instruction_id)) {
                return Err("The case has no such instruction.".into());
            }
            let done = self.0.client.send(&instructions::complete(instruction_id)).await;
            let done = done.map_err(|error| format!("It was not ticked off: {error}"))?.data;
            Ok(json!({"text": done.text, "satisfied": done.satisfied}))
        }
        .boxed()
    }
}
