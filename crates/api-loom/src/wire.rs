//! Requests and answers of the proxy, in one shape for all providers.

use gateway::{
    ChatRequest, ChatResponse, Content, Effort, ImageSource, Message, Role, StopReason, ToolChoice, ToolSpec,
};
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

/// The most tokens an answer has when the request does not say.
const MAX_TOKENS: u32 = 8192;

/// A request to a model. Fields that are not known here are left aside.
#[derive(Deserialize, ToSchema)]
pub struct LlmRequest {
    /// The model, as the provider names it.
    #[schema(example = "claude-sonnet-4")]
    model: String,
    /// The conversation, oldest message first.
    #[schema(min_items = 1)]
    messages: Vec<LlmMessage>,
    /// The tools that the model may call.
    #[serde(default)]
    tools: Vec<LlmTool>,
    /// The system prompt.
    system: Option<String>,
    /// The most tokens of the answer; 8192 when absent.
    #[schema(minimum = 1)]
    max_tokens: Option<u32>,
    /// How freely the model chooses its words, from 0 to 1. Models that take none are sent none.
    #[schema(minimum = 0, maximum = 1)]
    temperature: Option<f32>,
    /// Whether it must call a tool: `auto`, `none`, `required`, or `{"tool": "NAME"}`.
    #[schema(value_type = Option<Object>)]
    tool_choice: Option<ToolChoice>,
    /// How much it thinks: `low`, `medium`, `high` or `xhigh`; its own measure when absent.
    reasoning_effort: Option<String>,
    /// Whether a stream also has events `reasoning_delta`, where the model shows what it thinks.
    #[serde(default)]
    include_reasoning: bool,
    /// Whether a stream may ask: an event `server_query`, which is answered at `/proxy/queries/{id}`.
    #[serde(default)]
    server_queries: bool,
}

/// Who speaks.
#[derive(Deserialize, Serialize, ToSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LlmRole {
    /// Sets the frame; it is added to the system prompt.
    System,
    /// The one who asks.
    User,
    /// The model.
    Assistant,
    /// The result of a tool call.
    Tool,
}

/// A message.
#[derive(Deserialize, ToSchema)]
pub struct LlmMessage {
    role: LlmRole,
    /// What is said.
    #[serde(default)]
    content: Option<LlmContent>,
    /// The calls an assistant's message made.
    #[serde(default)]
    tool_calls: Vec<LlmToolCall>,
    /// Of a tool's message: the call that it answers.
    tool_call_id: Option<String>,
    /// Of a tool's message: whether the tool failed.
    #[serde(default)]
    is_error: bool,
    /// The parts of an assistant's message as an answer gave them. They stand for `content` and `tool_calls`, and keep the
    /// reasoning in its place.
    #[serde(default)]
    parts: Vec<LlmPart>,
}

/// A text, or parts of several kinds.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub enum LlmContent {
    /// A text.
    Text(String),
    /// Parts.
    Parts(Vec<LlmPart>),
}

/// A part of a message.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LlmPart {
    /// A text.
    Text {
        /// The text.
        text: String,
    },
    /// A picture: its type and its bytes in base64, or its address.
    Image {
        /// Such as `image/png`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media_type: Option<String>,
        /// In base64.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<String>,
        /// Where it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// A tool call.
    ToolCall(LlmToolCall),
    /// What a tool gave.
    ToolResult {
        /// The call.
        tool_call_id: String,
        /// The output.
        content: String,
        /// Whether it failed.
        #[serde(default)]
        is_error: bool,
    },
    /// What the model thought, for its provider only.
    Reasoning {
        /// The provider.
        provider: String,
        /// As it came.
        data: Json,
    },
}

/// A tool.
#[derive(Deserialize, ToSchema)]
pub struct LlmTool {
    /// Its name.
    name: String,
    /// What it does.
    #[serde(default)]
    description: String,
    /// The JSON Schema of its arguments.
    #[serde(alias = "parameters")]
    #[schema(value_type = Object)]
    input_schema: Json,
}

/// A call of a tool.
#[derive(Deserialize, Serialize, ToSchema, Clone)]
pub struct LlmToolCall {
    /// Its id.
    #[serde(alias = "call_id")]
    id: String,
    /// The tool.
    #[serde(alias = "name")]
    tool_name: String,
    /// Its arguments: an object, or the text of one.
    #[serde(alias = "input", alias = "arguments_json")]
    #[schema(value_type = Object)]
    arguments: Json,
}

/// A model's answer.
#[derive(Serialize, ToSchema)]
pub struct LlmResponse {
    /// The model that answered.
    model: String,
    message: LlmAnswer,
    /// The tools that it asks for.
    tool_calls: Vec<LlmToolCall>,
    usage: LlmUsage,
    /// Why it stopped: `stop`, `length`, `tool_use`, `content_filter`, or the provider's word.
    finish_reason: String,
}

/// The message of an answer.
#[derive(Serialize, ToSchema)]
pub struct LlmAnswer {
    role: LlmRole,
    /// Its text.
    content: String,
    /// All of it in its order, where there is reasoning: give it back so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<LlmPart>,
}

/// The tokens of an answer.
#[derive(Serialize, ToSchema)]
pub struct LlmUsage {
    /// All that were read.
    input_tokens: u64,
    /// All that were written, reasoning included.
    output_tokens: u64,
    /// Those read from the provider's cache.
    cached_input_tokens: u64,
    /// Those written to the provider's cache.
    cache_write_input_tokens: u64,
}

/// What an event of a stream holds. All are named `llm`.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LlmEvent {
    /// The next piece of the text.
    TextDelta {
        /// The piece.
        content: String,
    },
    /// The next piece of a tool call; the first one of a call has no arguments.
    ToolCallDelta {
        /// The call.
        call_id: String,
        /// The tool.
        tool_name: String,
        /// A piece of the JSON text of its arguments.
        arguments_fragment: String,
    },
    /// The next piece of what the model thinks, if it was asked for.
    ReasoningDelta {
        /// The piece.
        content: String,
    },
    /// The server asks, and waits for the answer before it goes on.
    ServerQuery {
        /// For `/proxy/queries/{id}`.
        id: uuid::Uuid,
        /// What is wanted: `confirm`, a yes or no.
        kind: &'static str,
        /// The question, for people.
        question: String,
        /// Seconds until it counts as answered with no.
        expires_in: u64,
    },
    /// The end: the whole answer.
    Completed {
        /// The answer.
        response: LlmResponse,
    },
    /// The end of an answer that broke off.
    Error {
        /// A stable word, as in the body of an error.
        error: String,
        /// What went wrong, for people.
        message: String,
        /// In how many seconds it may be tried again.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
}

impl LlmRequest {
    /// The model.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Whether a stream tells of reasoning.
    pub fn include_reasoning(&self) -> bool {
        self.include_reasoning
    }

    /// Whether a stream may ask.
    pub fn server_queries(&self) -> bool {
        self.server_queries
    }

    /// The request as the gateway takes it.
    ///
    /// # Errors
    /// `validation_error` naming the field.
    pub fn into_chat(self) -> Result<ChatRequest> {
        if self.model.trim().is_empty() || self.model.chars().count() > 200 {
            return Err(Error::invalid("model", "model must have 1 to 200 characters"));
        }
        if self.messages.is_empty() {
            return Err(Error::invalid("messages", "messages must not be empty"));
        }
        if self.temperature.is_some_and(|temperature| !(0.0..=1.0).contains(&temperature)) {
            return Err(Error::invalid("temperature", "temperature must be between 0 and 1"));
        }
        if self.max_tokens == Some(0) {
            return Err(Error::invalid("max_tokens", "max_tokens must be at least 1"));
        }
        let effort = match self.reasoning_effort.as_deref() {
            None => None,
            Some(name) => Some(Effort::named(&name.to_ascii_uppercase()).ok_or_else(|| {
                Error::invalid("reasoning_effort", "reasoning_effort must be low, medium, high or xhigh")
            })?),
        };
        let mut system: Vec<String> = self.system.into_iter().collect();
        let mut messages: Vec<Message> = Vec::new();
        for (n, message) in self.messages.into_iter().enumerate() {
            let is_tool = message.role == LlmRole::Tool;
            let place = format!("messages[{n}]");
            let (role, content) = match message.role {
                LlmRole::System => {
                    system.push(text_of(&place, message)?);
                    continue;
                }
                LlmRole::User => (Role::User, content_of(&place, message)?),
                LlmRole::Assistant => (Role::Assistant, content_of(&place, message)?),
                LlmRole::Tool => (Role::User, vec![result_of(&place, message)?]),
            };
            // The results of parallel calls belong together.
            let results = |message: &Message| {
                message.role == Role::User
                    && message.content.iter().all(|content| matches!(content, Content::ToolResult { .. }))
            };
            match messages.last_mut().filter(|last| is_tool && results(last)) {
                Some(last) => last.content.extend(content),
                None => messages.push(Message { role, content }),
            }
        }
        if messages.is_empty() {
            return Err(Error::invalid("messages", "messages must not be system messages only"));
        }
        let tools = self.tools.into_iter().enumerate().map(|(n, tool)| tool.checked(n)).collect::<Result<_>>()?;
        Ok(ChatRequest {
            model: self.model,
            system: (!system.is_empty()).then(|| system.join("\n\n")),
            messages,
            tools,
            max_tokens: self.max_tokens.unwrap_or(MAX_TOKENS),
            temperature: self.temperature,
            effort,
            tool_choice: self.tool_choice,
        })
    }
}

impl LlmTool {
    fn checked(self, n: usize) -> Result<ToolSpec> {
        if self.name.trim().is_empty() {
            return Err(Error::invalid(format!("tools[{n}].name"), "a tool's name must not be blank"));
        }
        let path = format!("tools[{n}].input_schema");
        if !self.input_schema.is_object() {
            return Err(Error::invalid(path, "input_schema must be a JSON Schema: an object"));
        }
        let patterns = jsonschema::PatternOptions::regex();
        if let Err(error) = jsonschema::options().with_pattern_options(patterns).build(&self.input_schema) {
            return Err(Error::invalid(path, format!("input_schema is no JSON Schema: {error}")));
        }
        Ok(ToolSpec { name: self.name, description: self.description, input_schema: self.input_schema })
    }
}

fn text_of(place: &str, message: LlmMessage) -> Result<String> {
    let wrong = || Error::invalid(format!("{place}.content"), "a system message must be text");
    match message.content {
        Some(LlmContent::Text(text)) => Ok(text),
        Some(LlmContent::Parts(parts)) => {
            let texts = parts.into_iter().map(|part| match part {
                LlmPart::Text { text } => Ok(text),
                _ => Err(wrong()),
            });
            Ok(texts.collect::<Result<Vec<_>>>()?.join("\n\n"))
        }
        None => Err(wrong()),
    }
}

fn result_of(place: &str, message: LlmMessage) -> Result<Content> {
    let Some(id) = message.tool_call_id.clone() else {
        return Err(Error::invalid(format!("{place}.tool_call_id"), "a tool's message must name the call it answers"));
    };
    let is_error = message.is_error;
    let output = match message.content {
        None => String::new(),
        Some(_) => text_of(place, message)?,
    };
    Ok(Content::ToolResult { id, output, is_error })
}

fn content_of(place: &str, message: LlmMessage) -> Result<Vec<Content>> {
    let assistant = message.role == LlmRole::Assistant;
    if !message.parts.is_empty() {
        return message.parts.into_iter().enumerate().map(|(n, part)| part.content(place, n, assistant)).collect();
    }
    let mut content = match message.content {
        None => Vec::new(),
        Some(LlmContent::Text(text)) if text.is_empty() => Vec::new(),
        Some(LlmContent::Text(text)) => vec![Content::Text { text }],
        Some(LlmContent::Parts(parts)) => {
            parts.into_iter().enumerate().map(|(n, part)| part.content(place, n, assistant)).collect::<Result<_>>()?
        }
    };
    if !message.tool_calls.is_empty() && !assistant {
        return Err(Error::invalid(format!("{place}.tool_calls"), "only an assistant's message has tool calls"));
    }
    for (n, call) in message.tool_calls.into_iter().enumerate() {
        content.push(call.content(&format!("{place}.tool_calls[{n}]"))?);
    }
    if content.is_empty() {
        return Err(Error::invalid(format!("{place}.content"), "a message must not be empty"));
    }
    Ok(content)
}

impl LlmPart {
    fn content(self, place: &str, n: usize, assistant: bool) -> Result<Content> {
        let place = format!("{place}.content[{n}]");
        let wrong = |why: &str| Err(Error::invalid(place.clone(), why));
        Ok(match self {
            Self::Text { text } => Content::Text { text },
            Self::Image { .. } if assistant => return wrong("an assistant's message has no pictures"),
            Self::Image { media_type: Some(media_type), data: Some(data), url: None } => {
                Content::Image { source: ImageSource::Base64 { media_type, data } }
            }
            Self::Image { data: None, url: Some(url), .. } => Content::Image { source: ImageSource::Url(url) },
            Self::Image { .. } => return wrong("a picture has either media_type and data, or url"),
            Self::ToolCall(_) if !assistant => return wrong("only an assistant's message has tool calls"),
            Self::ToolCall(call) => call.content(&place)?,
            Self::ToolResult { .. } if assistant => return wrong("an assistant's message has no tool results"),
            Self::ToolResult { tool_call_id, content, is_error } => {
                Content::ToolResult { id: tool_call_id, output: content, is_error }
            }
            Self::Reasoning { .. } if !assistant => return wrong("only an assistant's message has reasoning"),
            Self::Reasoning { provider, data } => Content::Opaque { provider, data },
        })
    }
}

impl LlmToolCall {
    fn content(self, place: &str) -> Result<Content> {
        let input = match self.arguments {
            Json::String(text) if text.trim().is_empty() => Json::Object(serde_json::Map::new()),
            Json::String(text) => serde_json::from_str(&text).unwrap_or_default(),
            other => other,
        };
        if !input.is_object() {
            return Err(Error::invalid(format!("{place}.arguments"), "arguments must be an object"));
        }
        Ok(Content::ToolCall { id: self.id, name: self.tool_name, input })
    }
}

impl From<ChatResponse> for LlmResponse {
    fn from(answer: ChatResponse) -> Self {
        let mut text = String::new();
        let mut tool_calls = Vec::new();
        let has_reasoning = answer.content.iter().any(|content| matches!(content, Content::Opaque { .. }));
        let mut parts = Vec::new();
        for content in answer.content {
            let part = match content {
                Content::Text { text: piece } => {
                    text.push_str(&piece);
                    LlmPart::Text { text: piece }
                }
                Content::ToolCall { id, name, input } => {
                    let call = LlmToolCall { id, tool_name: name, arguments: input };
                    tool_calls.push(call.clone());
                    LlmPart::ToolCall(call)
                }
                Content::Opaque { provider, data } => LlmPart::Reasoning { provider, data },
                // Models answer neither with pictures nor with results.
                Content::Image { .. } | Content::ToolResult { .. } => continue,
            };
            if has_reasoning {
                parts.push(part);
            }
        }
        let finish_reason = match answer.stop {
            StopReason::EndTurn => "stop".to_owned(),
            StopReason::MaxTokens => "length".to_owned(),
            StopReason::ToolUse => "tool_use".to_owned(),
            StopReason::Refusal => "content_filter".to_owned(),
            StopReason::Other(other) => other,
        };
        let usage = LlmUsage {
            input_tokens: answer.usage.input_tokens,
            output_tokens: answer.usage.output_tokens,
            cached_input_tokens: answer.usage.cached_input_tokens,
            cache_write_input_tokens: answer.usage.cache_write_input_tokens,
        };
        let message = LlmAnswer { role: LlmRole::Assistant, content: text, parts };
        Self { model: answer.model, message, tool_calls, usage, finish_reason }
    }
}
