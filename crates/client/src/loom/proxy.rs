//! Calls of models through the server, in one shape for all providers.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call;
use crate::{Call, IntoBody, names::names};

names! {
    /// Who speaks.
    Role {
        System = "system",
        User = "user",
        Assistant = "assistant",
        Tool = "tool",
    }

    /// Why a model stopped.
    FinishReason {
        Stop = "stop",
        Length = "length",
        ToolUse = "tool_use",
        ContentFilter = "content_filter",
    }
}

/// A request to a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Request {
    /// The model, as the provider names it.
    pub model: String,
    /// The conversation, the oldest message first.
    pub messages: Vec<Message>,
    /// The tools that the model may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// The system prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The most tokens of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// How much it thinks: `low`, `medium`, `high` or `xhigh`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<String>,
    /// Whether the server may ask in the midst of a stream.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub server_queries: bool,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said: a text, or parts.
    pub content: Value,
    /// The calls that an assistant's message makes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Of a tool's message: the call that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// Of a tool's message: whether the tool failed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
    /// The parts of an assistant's message as an answer gave them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Value>,
}

/// A tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON Schema of its arguments.
    pub input_schema: Value,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Its id.
    #[serde(alias = "call_id")]
    pub id: String,
    /// The tool.
    #[serde(alias = "name")]
    pub tool_name: String,
    /// Its arguments.
    #[serde(alias = "input", alias = "arguments_json")]
    pub arguments: Value,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Response {
    /// The model that answered, if the server says.
    pub model: Option<String>,
    /// Its message.
    pub message: Answered,
    /// The tools that it asks for.
    #[serde(default)]
    pub tool_calls: Vec<ToolCall>,
    /// The tokens that it took.
    #[serde(default)]
    pub usage: Usage,
    /// Why it stopped.
    pub finish_reason: FinishReason,
}

/// The message of an answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answered {
    /// Its text.
    #[serde(default)]
    pub content: String,
    /// All of it in its order, where there is reasoning.
    #[serde(default)]
    pub parts: Vec<Value>,
}

/// The tokens of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub struct Usage {
    /// All that were read.
    #[serde(default)]
    pub input_tokens: u64,
    /// All that were written.
    #[serde(default)]
    pub output_tokens: u64,
    /// Those read from the provider's cache.
    #[serde(default)]
    pub cached_input_tokens: u64,
}

/// An event of a stream.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The next piece of the text.
    TextDelta {
        /// The piece.
        content: String,
    },
    /// The next piece of a tool call.
    ToolCallDelta {
        /// The call.
        call_id: String,
        /// The tool.
        #[serde(default)]
        tool_name: String,
        /// A piece of the JSON text of its arguments.
        #[serde(default)]
        arguments_fragment: String,
    },
    /// The server asks, and waits for [`answer`] before it goes on.
    ServerQuery {
        /// The query.
        id: String,
        /// The question, for people.
        question: String,
    },
    /// The end: the whole answer.
    Completed {
        /// The answer.
        response: Response,
    },
    /// The end of an answer that broke off.
    Error {
        /// A stable word.
        error: String,
        /// What went wrong, for people.
        message: String,
        /// In how many seconds it may be tried again.
        retry_after: Option<u64>,
    },
    /// An event that this version does not know.
    #[serde(other)]
    Other,
}

/// What is answered to the server's question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Confirm {
    /// It may go on.
    Yes,
    /// It may not.
    No,
}

/// Answers a question that the server asked in the midst of a stream.
pub fn answer(id: &str, body: impl IntoBody<Confirm>) -> Call<()> {
    call(Method::POST, "proxy").at("queries").at(id).json(body)
}

/// An answer of a model of a provider.
pub fn complete(provider: &str, body: impl IntoBody<Request>) -> Call<Response> {
    call(Method::POST, "proxy").at(provider).at("complete").json(body)
}

/// An answer of a model of a provider while it is written, for [`crate::Client::events`].
pub fn stream(provider: &str, body: impl IntoBody<Request>) -> Call<Event> {
    call(Method::POST, "proxy").at(provider).at("stream").json(body)
}
