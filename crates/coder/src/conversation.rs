//! A conversation: what was said, which tools were called, and what they gave.

use client::{
    Timestamp,
    loom::proxy::{self, Role, ToolCall},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// What a call is answered with that was not carried out to its end.
pub const INTERRUPTED: &str = "The call was interrupted. It is not known how far it came.";
/// What a call is answered with that the person stopped.
pub const CANCELLED: &str = "The person cancelled the call. It is not known how far it came.";

/// A message, as threads hold it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said: a text, or parts that another client wrote.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub content: Json,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// The calls that an assistant's message makes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Of a tool's message: the call that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// Of a tool's message: whether the tool failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
    /// The parts of an assistant's message as the model gave them, reasoning included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Json>,
    /// Whether the message broke off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// What other clients put there.
    #[serde(flatten)]
    pub other: Map<String, Json>,
}

impl Message {
    fn new(role: Role, text: impl Into<String>, now: Timestamp) -> Self {
        Self {
            role,
            content: Json::String(text.into()),
            timestamp: Some(now),
            tool_calls: Vec::new(),
            tool_call_id: None,
            is_error: false,
            parts: Vec::new(),
            interrupted: false,
            other: Map::new(),
        }
    }

    /// What is said, as text.
    pub fn text(&self) -> String {
        match &self.content {
            Json::String(text) => text.clone(),
            Json::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
            _ => String::new(),
        }
    }
}

/// What a tool gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The output, as the model reads it.
    pub output: String,
    /// Whether the tool failed.
    pub is_error: bool,
}

impl Outcome {
    /// A failure that says why.
    pub fn failed(why: impl Into<String>) -> Self {
        Self { output: why.into(), is_error: true }
    }
}

/// Messages, the oldest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Conversation {
    /// The messages.
    pub messages: Vec<Message>,
}

impl Conversation {
    /// Adds what the person says.
    pub fn say(&mut self, text: &str, now: Timestamp) {
        self.messages.push(Message::new(Role::User, text, now));
    }

    /// Adds what the model answered. An answer without anything is left out, since no model takes it back.
    pub fn answer(&mut self, response: &proxy::Response, now: Timestamp) {
        let proxy::Answered { content, parts } = &response.message;
        if content.is_empty() && parts.is_empty() && response.tool_calls.is_empty() {
            return;
        }
        let message = Message::new(Role::Assistant, content, now);
        self.messages.push(Message { tool_calls: response.tool_calls.clone(), parts: parts.clone(), ..message });
    }

    /// Adds what the model had written when it was interrupted.
    pub fn broke_off(&mut self, text: &str, now: Timestamp) {
        if !text.trim().is_empty() {
            let message = Message::new(Role::Assistant, text, now);
            self.messages.push(Message { interrupted: true, ..message });
        }
    }

    /// Adds what a call gave.
    pub fn result(&mut self, call_id: &str, outcome: Outcome, now: Timestamp) {
        let message = Message::new(Role::Tool, outcome.output, now);
        let tool_call_id = Some(call_id.to_owned());
        self.messages.push(Message { tool_call_id, is_error: outcome.is_error, ..message });
    }

    /// Answers every call that has no result, as after a crash in the midst of it.
    pub fn mend(&mut self, why: &str, now: Timestamp) {
        let mut n = 0;
        while n < self.messages.len() {
            let calls: Vec<String> = self.messages[n].tool_calls.iter().map(|call| call.id.clone()).collect();
            n += 1;
            let mut answered = Vec::new();
            while let Some(id) = self.messages.get(n).and_then(|message| message.tool_call_id.clone()) {
                answered.push(id);
                n += 1;
            }
            for id in calls.into_iter().filter(|id| !answered.contains(id)) {
                let message = Message::new(Role::Tool, why, now);
                self.messages.insert(n, Message { tool_call_id: Some(id), is_error: true, ..message });
                n += 1;
            }
        }
    }

    /// The messages as a model is asked. What no model takes is left out: results without their call, and messages that
    /// say nothing.
    pub fn request(&self) -> Vec<proxy::Message> {
        let mut open: Vec<&str> = Vec::new();
        let mut messages = Vec::new();
        for message in &self.messages {
            match &message.tool_call_id {
                Some(id) => match open.iter().position(|call| call == id) {
                    Some(at) => drop(open.remove(at)),
                    None => continue,
                },
                None => open = message.tool_calls.iter().map(|call| call.id.as_str()).collect(),
            }
            let empty = message.text().trim().is_empty() && !message.content.is_array();
            let is_tool = message.tool_call_id.is_some();
            if empty && !is_tool && message.tool_calls.is_empty() && message.parts.is_empty() {
                continue;
            }
            messages.push(proxy::Message {
                role: if is_tool { Role::Tool } else { message.role.clone() },
                content: if message.content.is_null() { Json::String(String::new()) } else { message.content.clone() },
                tool_calls: message.tool_calls.iter().map(with_object).collect(),
                tool_call_id: message.tool_call_id.clone(),
                is_error: message.is_error,
                parts: message.parts.clone(),
            });
        }
        messages
    }

    /// Whether another conversation begins with all of this one. Times do not count: a server may write them otherwise.
    pub fn is_beginning_of(&self, other: &Self) -> bool {
        let same = |(ours, theirs): (&Message, &Message)| {
            let bare = |message: &Message| Message { timestamp: None, ..message.clone() };
            bare(ours) == bare(theirs)
        };
        self.messages.len() <= other.messages.len() && self.messages.iter().zip(&other.messages).all(same)
    }

    /// What was asked first, as a title: at most 80 characters of one line.
    pub fn title(&self) -> String {
        let asked = self.messages.iter().find(|message| message.role == Role::User).map(Message::text);
        let asked = asked.unwrap_or_default();
        let line = asked.trim().lines().next().unwrap_or_default().trim();
        match line.char_indices().nth(80) {
            Some(_) => line.chars().take(79).chain(['…']).collect(),
            None => line.to_owned(),
        }
    }
}

/// A call as a server takes it back: some models write arguments that are none.
fn with_object(call: &ToolCall) -> ToolCall {
    let arguments = match &call.arguments {
        Json::String(text) => serde_json::from_str(text).unwrap_or_default(),
        other => other.clone(),
    };
    let arguments = if arguments.is_object() { arguments } else { Json::Object(Map::new()) };
    ToolCall { arguments, ..call.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn conversation(messages: Json) -> Conversation {
        serde_json::from_value(messages).unwrap()
    }

    fn call(id: &str) -> Json {
        json!({"id": id, "tool_name": "bash", "arguments": {}})
    }

    #[test]
    fn calls_without_results_are_mended_in_their_place() {
        let mut broken = conversation(json!([
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "", "tool_calls": [call("1"), call("2")]},
            {"role": "tool", "content": "ok", "tool_call_id": "2"},
            {"role": "user", "content": "b"},
            {"role": "assistant", "content": "", "tool_calls": [call("3")]},
        ]));
        broken.mend(INTERRUPTED, Timestamp::UNIX_EPOCH);
        let ids: Vec<_> =
            broken.messages.iter().map(|message| message.tool_call_id.as_deref().unwrap_or("-")).collect();
        assert_eq!(ids, ["-", "-", "2", "1", "-", "-", "3"]);
        let whole = broken.clone();
        broken.mend(INTERRUPTED, Timestamp::UNIX_EPOCH);
        assert_eq!(broken, whole);
    }

    #[test]
    fn what_no_model_takes_is_not_sent() {
        let odd = conversation(json!([
            {"role": "tool", "content": "nobody asked", "tool_call_id": "0"},
            {"role": "user", "content": " "},
            {"role": "user", "content": [{"type": "text", "text": "look"}]},
            {"role": "assistant", "tool_calls": [call("1")]},
            {"role": "tool", "content": "", "tool_call_id": "1"},
            {"role": "tool", "content": "twice", "tool_call_id": "1"},
            {"role": "assistant"},
        ]));
        let sent = serde_json::to_value(odd.request()).unwrap();
        assert_eq!(
            sent,
            json!([
                {"role": "user", "content": [{"type": "text", "text": "look"}]},
                {"role": "assistant", "content": "", "tool_calls": [call("1")]},
                {"role": "tool", "content": "", "tool_call_id": "1"},
            ])
        );
    }

    #[test]
    fn arguments_that_are_none_are_not_sent_back() {
        let sent = |arguments: Json| {
            let call = json!({"id": "1", "tool_name": "bash", "arguments": arguments});
            let said = conversation(json!([{"role": "assistant", "tool_calls": [call]}]));
            said.request()[0].tool_calls[0].arguments.clone()
        };
        assert_eq!(sent(json!({"command": "ls"})), json!({"command": "ls"}));
        assert_eq!(sent(json!("{\"command\": \"ls\"}")), json!({"command": "ls"}));
        for odd in [json!("{\"command\": \"l"), json!(""), json!([1]), json!(null), json!("[1]")] {
            assert_eq!(sent(odd.clone()), json!({}), "{odd}");
        }
    }

    #[test]
    fn what_other_clients_write_is_kept() {
        let written = json!([
            {"role": "user", "content": "a", "timestamp": "2026-01-01T00:00:00Z", "mood": {"good": true}},
            {"role": "assistant", "thoughts": 1},
        ]);
        assert_eq!(serde_json::to_value(conversation(written.clone())).unwrap(), written);
    }

    #[test]
    fn a_title_is_one_short_line() {
        let title = |text: &str| conversation(json!([{"role": "user", "content": text}])).title();
        assert_eq!(title("\n  Fix the gate\nand more"), "Fix the gate");
        assert_eq!(title(&"ä".repeat(100)).chars().count(), 80);
        assert_eq!(Conversation::default().title(), "");
    }
}
