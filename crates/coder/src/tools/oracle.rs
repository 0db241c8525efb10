//! `oracle`

use client::loom::proxy::{Message, Role};
use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Effect, Given, Tool, Workspace, parse};
use crate::llm::Llm;

const SYSTEM: &str = "You are asked by a coding agent that needs a second, more careful thought. You see nothing but what it \
    tells you and you cannot use tools. Think step by step, say what you take for granted, weigh the alternatives, and end \
    with one clear recommendation.";

/// Thinks a question through.
pub struct Oracle(pub Llm);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    question: String,
    context: Option<String>,
}

impl Tool for Oracle {
    fn name(&self) -> &'static str {
        "oracle"
    }

    fn description(&self) -> String {
        "Thinks a hard question through, step by step: a design, a bug that resists, a review. It knows only what you tell \
         it, so put the code in question into the context."
            .into()
    }

    fn schema(&self) -> Json {
        json!({"type": "object", "additionalProperties": false, "required": ["question"], "properties": {
            "question": {"type": "string"},
            "context": {"type": "string", "description": "What it needs to know."}}})
    }

    fn effect(&self) -> Effect {
        Effect::Asks
    }

    fn about(&self, input: &Json) -> String {
        input["question"].as_str().unwrap_or_default().trim().to_owned()
    }

    fn call<'a>(&'a self, _: &'a Workspace, input: Json) -> BoxFuture<'a, Given> {
        async move {
            let Input { question, context } = parse(input)?;
            if question.trim().is_empty() {
                return Err("There is no question.".into());
            }
            let text = match context {
                Some(context) => format!("{question}\n\n<context>\n{context}\n</context>"),
                None => question,
            };
            let message = Message {
                role: Role::User,
                content: text.into(),
                tool_calls: Vec::new(),
                tool_call_id: None,
                is_error: false,
                parts: Vec::new(),
            };
            let answer = self.0.think(SYSTEM.into(), vec![message]).await;
            Ok(json!({"answer": answer.map_err(|error| format!("The oracle is silent: {error}"))?}))
        }
        .boxed()
    }
}
