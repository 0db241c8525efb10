//! The steps of a run, and the conversation that they make.

use std::collections::VecDeque;

use gateway::{Content, Message, Role};
use kernel::{Error, Result, Timestamp, ids::RunId};
use serde_json::{Value as Json, json};
use store::{Row, Tx, params};

use super::{Run, event};

store::text_enum! {
    /// What happened in a step.
    pub enum StepKind {
        /// Heddle or a person told the model something: the output is the text.
        Message = "message",
        /// The model answered: the output is its answer.
        Model = "model",
        /// A tool was called: the input is what the model gave, the output what it was told.
        Tool = "tool",
    }
}

/// A step of a run.
#[derive(Clone, Debug)]
pub struct Step {
    /// The run.
    pub run_id: RunId,
    /// Its number, from 0.
    pub n: i64,
    /// What happened.
    pub kind: StepKind,
    /// The provider's id of a tool call.
    pub call_id: Option<String>,
    /// The tool that was called.
    pub tool: Option<String>,
    /// What went in: a tool's input; of a message, what it is about.
    pub input: Option<Json>,
    /// What came out.
    pub output: Option<Json>,
    /// Whether a tool failed.
    pub is_error: bool,
    /// Tokens read.
    pub input_tokens: i64,
    /// Tokens written.
    pub output_tokens: i64,
    /// What they cost, in millionths of a US dollar.
    pub cost_micros: i64,
    /// When it was stored.
    pub at: Timestamp,
}

const COLUMNS: &str =
    "run_id, n, kind, call_id, tool, input, output, is_error, input_tokens, output_tokens, cost_micros, at";

fn read(row: &Row<'_>) -> Result<Step> {
    Ok(Step {
        run_id: row.get(0)?,
        n: row.get(1)?,
        kind: row.get(2)?,
        call_id: row.get(3)?,
        tool: row.get(4)?,
        input: row.get(5)?,
        output: row.get(6)?,
        is_error: row.get(7)?,
        input_tokens: row.get(8)?,
        output_tokens: row.get(9)?,
        cost_micros: row.get(10)?,
        at: row.get(11)?,
    })
}

pub(super) fn page(tx: &mut Tx<'_>, run: RunId, limit: i64, offset: i64) -> Result<Vec<Step>> {
    let sql = format!("SELECT {COLUMNS} FROM run_steps WHERE run_id = $1 ORDER BY n LIMIT $2 OFFSET $3");
    tx.query(&sql, params![run, limit, offset], read)
}

pub(super) fn all(tx: &mut Tx<'_>, run: RunId) -> Result<Vec<Step>> {
    tx.query(&format!("SELECT {COLUMNS} FROM run_steps WHERE run_id = $1 ORDER BY n"), params![run], read)
}

/// A step to store.
#[derive(Clone, Debug)]
pub(crate) enum NewStep {
    /// Something the model is told, and what it is about.
    Message { about: About, text: String },
    /// A complete answer.
    Model { answer: gateway::ChatResponse, cost_micros: i64 },
    /// A call with its outcome.
    Tool { call_id: String, tool: String, input: Json, output: Json, is_error: bool },
}

/// Why the model is told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// The case, at the beginning.
    Start,
    /// A person's answer, or the case moving on.
    Resumed,
    /// That it ended its turn too early.
    Unfinished,
}

impl About {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Resumed => "resumed",
            Self::Unfinished => "unfinished",
        }
    }
}

/// Stores a step, counts it in the run and announces it.
pub(crate) fn add(tx: &mut Tx<'_>, run: &mut Run, new: NewStep) -> Result<Step> {
    let mut step = Step {
        run_id: run.id,
        n: run.steps,
        kind: StepKind::Message,
        call_id: None,
        tool: None,
        input: None,
        output: None,
        is_error: false,
        input_tokens: 0,
        output_tokens: 0,
        cost_micros: 0,
        at: tx.now(),
    };
    match new {
        NewStep::Message { about, text } => {
            step.input = Some(json!({"about": about.as_str()}));
            step.output = Some(Json::String(text.replace('\0', "")));
        }
        NewStep::Model { answer, cost_micros } => {
            let tokens = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            step.kind = StepKind::Model;
            (step.input_tokens, step.output_tokens) =
                (tokens(answer.usage.input_tokens), tokens(answer.usage.output_tokens));
            step.cost_micros = cost_micros;
            step.output = Some(serde_json::to_value(answer).map_err(Error::internal)?);
            run.turns += 1;
        }
        NewStep::Tool { call_id, tool, input, output, is_error } => {
            step.kind = StepKind::Tool;
            (step.call_id, step.tool) = (Some(call_id), Some(tool));
            (step.input, step.output, step.is_error) = (Some(input), Some(output), is_error);
        }
    }
    tx.execute(
        &format!("INSERT INTO run_steps ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"),
        params![
            step.run_id,
            step.n,
            step.kind,
            step.call_id,
            step.tool,
            step.input,
            step.output,
            step.is_error,
            step.input_tokens,
            step.output_tokens,
            step.cost_micros,
            step.at
        ],
    )?;
    run.steps += 1;
    spend(tx, run, &step)?;
    let data = json!({
        "n": step.n,
        "kind": step.kind,
        "tool": step.tool,
        "is_error": step.is_error,
        "input_tokens": step.input_tokens,
        "output_tokens": step.output_tokens,
        "cost_micros": step.cost_micros,
    });
    event(tx, "run.step", run, data)?;
    Ok(step)
}

/// Counts what a step took in its run.
fn spend(tx: &mut Tx<'_>, run: &mut Run, step: &Step) -> Result<()> {
    run.input_tokens = run.input_tokens.saturating_add(step.input_tokens);
    run.output_tokens = run.output_tokens.saturating_add(step.output_tokens);
    run.cost_micros = run.cost_micros.saturating_add(step.cost_micros);
    tx.execute(
        "UPDATE runs SET steps = $2, turns = $3, input_tokens = $4, output_tokens = $5, cost_micros = $6, updated_at = $7 \
         WHERE id = $1",
        params![run.id, run.steps, run.turns, run.input_tokens, run.output_tokens, run.cost_micros, tx.now()],
    )
    .map(drop)
}

/// A call of the last answer that has no outcome yet.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// The provider's id.
    pub id: String,
    /// The tool.
    pub name: String,
    /// What the model gave.
    pub input: Json,
    /// The step of the answer.
    pub turn_step: i64,
    /// Its place among the calls of the answer.
    pub index: i64,
}

/// The conversation that a run's steps make, and what is left to do of its last answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Conversation {
    /// What the model has been told and has answered.
    pub messages: Vec<Message>,
    /// Calls to carry out before the model is asked again.
    pub pending: VecDeque<Pending>,
    /// Whether it was told already that it ended its turn too early.
    pub reminded: bool,
}

impl Conversation {
    pub fn of(steps: &[Step]) -> Result<Self> {
        let mut conversation = Self::default();
        for step in steps {
            conversation.push(step)?;
        }
        Ok(conversation)
    }

    pub fn push(&mut self, step: &Step) -> Result<()> {
        let output = step.output.clone().unwrap_or_default();
        match step.kind {
            StepKind::Message => {
                let about = step.input.as_ref().and_then(|input| input.get("about")).and_then(Json::as_str);
                self.reminded |= about == Some(About::Unfinished.as_str());
                let text = output.as_str().unwrap_or_default().to_owned();
                self.user().push(Content::Text { text });
            }
            StepKind::Model => {
                let answer: gateway::ChatResponse = serde_json::from_value(output).map_err(Error::internal)?;
                self.answer(answer.content, step.n);
            }
            StepKind::Tool => {
                let Some(call) = self.pending.pop_front() else {
                    return Err(Error::internal(format!("step {} of run {} answers no call", step.n, step.run_id)));
                };
                let output = match output {
                    Json::String(text) => text,
                    other => other.to_string(),
                };
                let result = Content::ToolResult { id: call.id, output, is_error: step.is_error };
                // Results come before texts: that is where providers look for them.
                let content = self.user();
                let place = content.iter().take_while(|c| matches!(c, Content::ToolResult { .. })).count();
                content.insert(place, result);
            }
        }
        Ok(())
    }

    fn answer(&mut self, mut content: Vec<Content>, turn_step: i64) {
        let calls = content.iter().filter_map(|content| match content {
            Content::ToolCall { id, name, input } => Some((id.clone(), name.clone(), input.clone())),
            _ => None,
        });
        let pending = (0..).zip(calls).map(|(index, (id, name, input))| Pending { id, name, input, turn_step, index });
        self.pending = pending.collect();
        // Providers refuse messages that say nothing.
        if !content.iter().any(|content| matches!(content, Content::Text { .. } | Content::ToolCall { .. })) {
            content.push(Content::Text { text: "(no answer)".to_owned() });
        }
        self.messages.push(Message { role: Role::Assistant, content });
    }

    /// The content of the user's message at the end, which is begun when the model spoke last.
    fn user(&mut self) -> &mut Vec<Content> {
        if self.messages.last().is_none_or(|message| message.role == Role::Assistant) {
            self.messages.push(Message { role: Role::User, content: Vec::new() });
        }
        let last = self.messages.len() - 1;
        &mut self.messages[last].content
    }
}

/// The same value without zero characters, which the database does not keep.
pub(super) fn clean(value: Json) -> Json {
    match value {
        Json::String(text) if text.contains('\0') => Json::String(text.replace('\0', "")),
        Json::Array(items) => items.into_iter().map(clean).collect(),
        Json::Object(map) => {
            Json::Object(map.into_iter().map(|(key, value)| (key.replace('\0', ""), clean(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(n: i64, kind: StepKind, input: Json, output: Json) -> Step {
        Step {
            run_id: RunId::nil(),
            n,
            kind,
            call_id: None,
            tool: None,
            input: Some(input),
            output: Some(output),
            is_error: false,
            input_tokens: 0,
            output_tokens: 0,
            cost_micros: 0,
            at: Timestamp::from_micros(0),
        }
    }

    fn answer(content: Json) -> Json {
        json!({"model": "m", "content": content, "stop": "tool_use",
            "usage": {"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0}})
    }

    #[test]
    fn steps_make_a_conversation_with_results_before_texts() {
        let call = |id: &str| json!({"type": "tool_call", "id": id, "name": "t", "input": {}});
        let steps = [
            step(0, StepKind::Message, json!({"about": "start"}), json!("begin")),
            step(1, StepKind::Model, Json::Null, answer(json!([call("same"), call("same"), call("c")]))),
            step(2, StepKind::Tool, json!({}), json!({"a": 1})),
            // A person answers while two calls are still to be carried out.
            step(3, StepKind::Message, json!({"about": "resumed"}), json!("an answer")),
            step(4, StepKind::Tool, json!({}), json!("two")),
        ];
        let conversation = Conversation::of(&steps).unwrap();
        let result =
            |id: &str, output: &str| Content::ToolResult { id: id.into(), output: output.into(), is_error: false };
        assert_eq!(
            conversation.messages[2].content,
            [result("same", r#"{"a":1}"#), result("same", "two"), Content::Text { text: "an answer".into() }]
        );
        let left: Vec<_> =
            conversation.pending.iter().map(|call| (call.id.as_str(), call.turn_step, call.index)).collect();
        assert_eq!(left, [("c", 1, 2)]);
        assert!(!conversation.reminded);
    }

    #[test]
    fn an_answer_without_words_still_says_something() {
        let steps = [
            step(0, StepKind::Message, json!({"about": "unfinished"}), json!("go on")),
            step(1, StepKind::Model, Json::Null, answer(json!([{"type": "opaque", "provider": "p", "data": {}}]))),
        ];
        let conversation = Conversation::of(&steps).unwrap();
        assert_eq!(conversation.messages[1].content.len(), 2);
        assert!(conversation.reminded && conversation.pending.is_empty());
    }

    #[test]
    fn zero_characters_are_taken_out_everywhere() {
        assert_eq!(clean(json!({"a\0": ["x\0y", 1, null]})), json!({"a": ["xy", 1, null]}));
    }
}
