//! The rules agent: a planner without a model, for agents whose model is `rules` and for servers without a key.
//!
//! It reads the case, does what it recognises of each open instruction ([`forms`]), ticks it off, and finishes the stage.
//! It is a provider like the others and knows nothing but the conversation: its memory is the ids it gives its calls, each
//! made of what the call is for and which instruction it serves. The same conversation always gives the same answer.

mod forms;

use std::collections::HashMap;

use gateway::{BoxFuture, ChatRequest, ChatResponse, Content, Error, Provider, Role, StopReason, StreamEvent, Usage};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// The provider's name, which is also its only model.
pub const NAME: &str = gateway::RULES;

/// How it calls itself in all that it writes.
const SELF: &str = "rules agent";

/// How often it reads the case anew: after it waited, and when finishing the stage was refused.
const READS: usize = 8;

/// The built-in planner as a provider. Its name is `rules`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules;

impl Provider for Rules {
    fn name(&self) -> &str {
        NAME
    }

    fn only_by_name(&self) -> bool {
        true
    }

    fn chat<'a>(
        &'a self,
        req: &'a ChatRequest,
        on_event: &'a mut (dyn FnMut(StreamEvent) + Send),
    ) -> BoxFuture<'a, Result<ChatResponse, Error>> {
        let content = plan(&Memory::of(req));
        for part in &content {
            on_event(match part {
                Content::ToolCall { id, name, .. } => StreamEvent::ToolCall { id: id.clone(), name: name.clone() },
                Content::Text { text } => StreamEvent::TextDelta(text.clone()),
                _ => continue,
            });
        }
        let calls = content.iter().any(|part| matches!(part, Content::ToolCall { .. }));
        let stop = if calls { StopReason::ToolUse } else { StopReason::EndTurn };
        let answer = ChatResponse { model: NAME.to_owned(), content, stop, usage: Usage::default() };
        Box::pin(async move { Ok(answer) })
    }
}

/// The outcome of a call.
struct Outcome<'a> {
    output: &'a str,
    is_error: bool,
    /// Whether somebody said something after it.
    answered: bool,
}

/// What the conversation tells.
struct Memory<'a> {
    outcomes: HashMap<&'a str, Outcome<'a>>,
}

impl<'a> Memory<'a> {
    fn of(request: &'a ChatRequest) -> Self {
        let mut outcomes: HashMap<&str, Outcome<'_>> = HashMap::new();
        let said = request.messages.iter().filter(|message| message.role == Role::User);
        for content in said.flat_map(|message| &message.content) {
            match content {
                Content::ToolResult { id, output, is_error } => {
                    outcomes.insert(id, Outcome { output, is_error: *is_error, answered: false });
                }
                Content::Text { .. } => outcomes.values_mut().for_each(|outcome| outcome.answered = true),
                _ => {}
            }
        }
        Self { outcomes }
    }

    fn get(&self, what: &str, of: &str) -> Option<&Outcome<'a>> {
        self.outcomes.get(id(what, of).as_str())
    }

    fn succeeded(&self, what: &str, of: &str) -> bool {
        self.get(what, of).is_some_and(|outcome| !outcome.is_error)
    }

    /// The number of the newest reading of the case, from 1; 0 before the first.
    fn reads(&self) -> usize {
        (1..=READS).take_while(|n| self.outcomes.contains_key(id("read", &n.to_string()).as_str())).count()
    }
}

fn id(what: &str, of: &str) -> String {
    format!("{what}-{of}")
}

fn call(what: &str, of: &str, tool: &str, input: Json) -> Content {
    Content::ToolCall { id: id(what, of), name: tool.to_owned(), input }
}

fn say(text: impl Into<String>) -> Vec<Content> {
    vec![Content::Text { text: format!("{SELF}: {}", text.into()) }]
}

fn read(n: usize) -> Vec<Content> {
    if n > READS {
        return say("I have read the case often enough and am not getting on.");
    }
    vec![call("read", &n.to_string(), "read_case", json!({}))]
}

/// The part of `read_case`'s answer that it needs.
#[derive(Deserialize)]
struct Reading {
    stage: Stage,
}

#[derive(Deserialize)]
struct Stage {
    name: String,
    #[serde(default)]
    instructions: Vec<Instruction>,
}

#[derive(Deserialize)]
struct Instruction {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    text: String,
    #[serde(default)]
    subcase_id: Option<String>,
    satisfied: bool,
}

/// The next thing to do.
fn plan(memory: &Memory<'_>) -> Vec<Content> {
    let n = memory.reads();
    let number = n.to_string();
    let Some(reading) = memory.get("read", &number) else { return read(1) };
    let stage = match serde_json::from_str::<Reading>(reading.output) {
        Ok(reading) => reading.stage,
        Err(_) => return say(format!("I cannot read the case: {}", reading.output)),
    };
    let is_done = |instruction: &Instruction| instruction.satisfied || memory.succeeded("done", &instruction.id);
    let open: Vec<&Instruction> = stage.instructions.iter().filter(|instruction| !is_done(instruction)).collect();
    let todos = open.iter().filter(|instruction| instruction.kind == "todo").count();
    for instruction in &open {
        let last = todos == 1 && open.len() == 1;
        match instruction.kind.as_str() {
            "todo" => return todo(memory, instruction, last.then(|| summary(&stage)), n),
            "subcase" if instruction.subcase_id.is_none() && memory.get("open", &instruction.id).is_none() => {
                let input = json!({"title": forms::title(&instruction.text), "instruction_id": instruction.id});
                return vec![call("open", &instruction.id, "spawn_subcase", input)];
            }
            // What the system satisfies is waited for at the end.
            _ => {}
        }
    }
    if !open.is_empty() {
        return await_system(memory, &number, &open, n);
    }
    match memory.get("finish", &number) {
        None => vec![call("finish", &number, "finish_stage", json!({"summary": summary(&stage)}))],
        Some(outcome) if outcome.is_error => read(n + 1),
        Some(_) => say("the stage is finished."),
    }
}

/// One instruction that an actor ticks off: what it says, if that is understood, and then the tick. With the last one goes
/// the stage's summary.
fn todo(memory: &Memory<'_>, instruction: &Instruction, summary: Option<String>, reads: usize) -> Vec<Content> {
    let (id, form) = (instruction.id.as_str(), forms::recognise(&instruction.text));
    if let Some((tool, input)) = form {
        let attempt = if memory.get("help", id).is_some_and(|help| help.answered) { "again" } else { "act" };
        match memory.get(attempt, id) {
            None => return vec![call(attempt, id, tool, input)],
            Some(outcome) if outcome.is_error && attempt == "act" => {
                let why = reason(outcome.output);
                let question = format!(
                    "{SELF}: I could not do \"{}\": {why} Please help, then answer here and I will try once more.",
                    instruction.text
                );
                return vec![call("help", id, "ask_person", json!({"question": question}))];
            }
            Some(outcome) if outcome.is_error => {
                return say(format!("I could not do \"{}\": {}", instruction.text, reason(outcome.output)));
            }
            // What waits goes on when somebody says so.
            Some(outcome) if tool == "set_motion" && !outcome.answered => {
                return say("I wait, as the instruction says.");
            }
            Some(_) => {}
        }
    }
    match memory.get("done", id) {
        None => {
            let mut calls = vec![call("done", id, "complete_instruction", json!({"instruction_id": id}))];
            if let Some(summary) = summary {
                calls.push(call("finish", &reads.to_string(), "finish_stage", json!({"summary": summary})));
            }
            calls
        }
        Some(outcome) => say(format!("I could not tick off \"{}\": {}", instruction.text, reason(outcome.output))),
    }
}

/// Lets the case wait for the instructions that only the system satisfies, and looks again when it moves on.
fn await_system(memory: &Memory<'_>, number: &str, open: &[&Instruction], reads: usize) -> Vec<Content> {
    match memory.get("await", number) {
        None => {
            let subcase = open.iter().find_map(|instruction| instruction.subcase_id.as_deref());
            let kind =
                if open.iter().any(|instruction| instruction.kind == "subcase") { "subcase" } else { "external" };
            let texts: Vec<&str> = open.iter().map(|instruction| instruction.text.as_str()).collect();
            let mut waiting_on = json!({"kind": kind, "reason": texts.join("; ")});
            if let Some(subcase) = subcase {
                waiting_on["id"] = subcase.into();
            }
            vec![call("await", number, "set_motion", json!({"motion": "waiting", "waiting_on": waiting_on}))]
        }
        Some(outcome) if outcome.answered => read(reads + 1),
        Some(_) => say("I wait for what is still open."),
    }
}

/// What it did, and what it merely ticked off.
fn summary(stage: &Stage) -> String {
    let todos: Vec<&Instruction> =
        stage.instructions.iter().filter(|instruction| instruction.kind == "todo" && !instruction.satisfied).collect();
    let ticked: Vec<&str> = todos
        .iter()
        .filter(|instruction| forms::recognise(&instruction.text).is_none())
        .map(|instruction| instruction.text.as_str())
        .collect();
    let mut text = format!("{SELF}: the stage \"{}\" is done; {} instructions were open.", stage.name, todos.len());
    if !ticked.is_empty() {
        text.push_str(" I follow fixed rules and only ticked these off without acting: ");
        text.push_str(&ticked.join("; "));
    }
    text
}

/// The message in a refusal.
fn reason(output: &str) -> String {
    let parsed: Json = serde_json::from_str(output).unwrap_or_default();
    parsed["error"]["message"].as_str().unwrap_or(output).to_owned()
}

#[cfg(test)]
mod tests;
