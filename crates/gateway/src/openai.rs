//! OpenAI's Chat Completions API, streaming, which many other servers speak too:
//! <https://platform.openai.com/docs/api-reference/chat>.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Effort;
use crate::chat::OnEvent;
use crate::failure::failure;
use crate::http::{Http, IDLE_TIMEOUT};
use crate::partial::PartialCall;
use crate::quirks::{takes_temperature, tools_forbid_reasoning};
use crate::{
    ChatRequest, ChatResponse, Content, Error, Keys, Message, Provider, Role, StopReason, StreamEvent, ToolSpec, Usage,
};

/// A provider that speaks OpenAI's Chat Completions API. Its name is `openai`.
pub struct OpenAi {
    http: Http,
}

impl OpenAi {
    /// OpenAI's public address.
    pub const BASE_URL: &str = "https://api.openai.com/v1";

    /// A provider at `base_url` (with `/v1`, where the server has that) that signs in with
    /// `keys`.
    ///
    /// # Errors
    /// `InvalidRequest` when the address or the key cannot be used, `Network` when TLS cannot be
    /// set up.
    pub fn new(base_url: &str, keys: impl Into<Keys>) -> Result<Self, Error> {
        let headers = |key: &str| vec![("authorization", format!("Bearer {key}"))];
        Ok(Self { http: Http::new(base_url, keys.into(), headers, IDLE_TIMEOUT)? })
    }
}

/// Names the provider only: the address may hold a password, and the key is none of the log's.
impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi").finish_non_exhaustive()
    }
}

impl Provider for OpenAi {
    fn name(&self) -> &str {
        "openai"
    }

    fn chat<'a>(
        &'a self,
        req: &'a ChatRequest,
        on_event: &'a mut (dyn FnMut(StreamEvent) + Send),
    ) -> BoxFuture<'a, Result<ChatResponse, Error>> {
        Box::pin(async move {
            req.check()?;
            let mut answer = Answer::default();
            self.http.stream("/chat/completions", &Body::of(req), |data| answer.take(data, on_event)).await?;
            answer.finish(&req.model)
        })
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Value>,
    max_completion_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'static str>,
    stream: bool,
    stream_options: StreamOptions,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

impl<'a> Body<'a> {
    fn of(req: &'a ChatRequest) -> Self {
        let system = req.system.iter().map(|text| json!({ "role": "system", "content": text }));
        let without_reasoning = !req.tools.is_empty() && tools_forbid_reasoning(&req.model);
        Self {
            model: &req.model,
            messages: system.chain(req.messages.iter().flat_map(messages)).collect(),
            tools: req.tools.iter().map(tool).collect(),
            max_completion_tokens: req.max_tokens,
            temperature: req.temperature.filter(|_| takes_temperature(&req.model)),
            reasoning_effort: if without_reasoning { Some("none") } else { req.effort.map(Effort::wire_name) },
            stream: true,
            stream_options: StreamOptions { include_usage: true },
        }
    }
}

fn tool(tool: &ToolSpec) -> Value {
    json!({
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.input_schema,
        },
    })
}

/// One of our messages as one or more of OpenAI's: there, each tool result is a message of its own
/// and must come right after the call, so before the user's text.
fn messages(message: &Message) -> Vec<Value> {
    let mut texts = Vec::new();
    let mut calls = Vec::new();
    let mut out = Vec::new();
    for content in &message.content {
        match content {
            Content::Text { text } => texts.push(text.as_str()),
            Content::Opaque { .. } => {}
            Content::ToolCall { id, name, input } => calls.push(json!({
                "id": id,
                "type": "function",
                "function": { "name": name, "arguments": input.to_string() },
            })),
            Content::ToolResult { id, output, is_error } => {
                // The format has no flag for a failure, so the text says it.
                let prefix = if *is_error { "Error: " } else { "" };
                out.push(json!({
                    "role": "tool",
                    "tool_call_id": id,
                    "content": format!("{prefix}{output}"),
                }));
            }
        }
    }
    let text = (!texts.is_empty()).then(|| texts.join("\n\n"));
    match message.role {
        Role::User => out.extend(text.map(|text| json!({ "role": "user", "content": text }))),
        Role::Assistant if calls.is_empty() => {
            out.push(json!({ "role": "assistant", "content": text }));
        }
        Role::Assistant => {
            out.push(json!({ "role": "assistant", "content": text, "tool_calls": calls }));
        }
    }
    out
}

/// One chunk of a stream, as far as we need it.
#[derive(Deserialize)]
struct Chunk {
    model: Option<String>,
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Counts>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
    tool_calls: Option<Vec<CallDelta>>,
}

#[derive(Deserialize)]
struct CallDelta {
    index: u32,
    id: Option<String>,
    function: Option<FunctionDelta>,
}

#[derive(Deserialize)]
struct FunctionDelta {
    name: Option<String>,
    arguments: Option<String>,
}

#[derive(Deserialize)]
struct Counts {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

impl Counts {
    fn usage(&self) -> Usage {
        let details = self.prompt_tokens_details.as_ref();
        Usage {
            input_tokens: self.prompt_tokens,
            output_tokens: self.completion_tokens,
            cached_input_tokens: details.and_then(|of| of.cached_tokens).unwrap_or(0),
            cache_write_input_tokens: 0,
        }
    }
}

/// The answer as far as it has come in.
#[derive(Default)]
struct Answer {
    model: Option<String>,
    text: String,
    refused: bool,
    calls: BTreeMap<u32, PartialCall>,
    stop: Option<StopReason>,
    usage: Usage,
}

impl Answer {
    fn take(&mut self, data: &str, on_event: &mut OnEvent<'_>) -> Result<ControlFlow<()>, Error> {
        if data.trim() == "[DONE]" {
            return Ok(ControlFlow::Break(()));
        }
        let chunk: Chunk =
            serde_json::from_str(data).map_err(|error| Error::Protocol(format!("a chunk makes no sense: {error}")))?;
        if chunk.error.is_some() {
            return Err(failure(None, None, data));
        }
        if self.model.is_none() {
            self.model = chunk.model.filter(|model| !model.is_empty());
        }
        if let Some(counts) = chunk.usage {
            self.usage = counts.usage();
        }
        for choice in chunk.choices {
            let delta = choice.delta;
            self.refused |= delta.refusal.is_some();
            for text in [delta.content, delta.refusal].into_iter().flatten() {
                self.text.push_str(&text);
                if !text.is_empty() {
                    on_event(StreamEvent::TextDelta(text));
                }
            }
            for call in delta.tool_calls.into_iter().flatten() {
                self.extend(call, on_event);
            }
            if let Some(reason) = choice.finish_reason {
                self.stop = Some(stop_reason(reason));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn extend(&mut self, delta: CallDelta, on_event: &mut OnEvent<'_>) {
        let call = self.calls.entry(delta.index).or_default();
        let announced = !call.id.is_empty() && !call.name.is_empty();
        // Some servers repeat the id and the name in every delta, so they are set, not appended.
        if let Some(id) = delta.id.filter(|id| !id.is_empty()) {
            call.id = id;
        }
        if let Some(function) = delta.function {
            if let Some(name) = function.name.filter(|name| !name.is_empty()) {
                call.name = name;
            }
            call.arguments.push_str(&function.arguments.unwrap_or_default());
        }
        if !announced && !call.id.is_empty() && !call.name.is_empty() {
            on_event(StreamEvent::ToolCall { id: call.id.clone(), name: call.name.clone() });
        }
    }

    fn finish(self, asked_model: &str) -> Result<ChatResponse, Error> {
        let mut stop = self.stop.ok_or_else(|| Error::Protocol("the stream has no finish reason".into()))?;
        if stop == StopReason::EndTurn {
            if self.refused {
                stop = StopReason::Refusal;
            } else if !self.calls.is_empty() {
                // Some servers say `stop` even when they wait for tools.
                stop = StopReason::ToolUse;
            }
        }
        let mut content = Vec::new();
        if !self.text.is_empty() {
            content.push(Content::Text { text: self.text });
        }
        for call in self.calls.into_values() {
            if call.id.is_empty() || call.name.is_empty() {
                return Err(Error::Protocol("a tool call has no id or no name".into()));
            }
            content.extend(call.finish(&stop)?);
        }
        Ok(ChatResponse {
            model: self.model.unwrap_or_else(|| asked_model.to_owned()),
            content,
            stop,
            usage: self.usage,
        })
    }
}

fn stop_reason(reason: String) -> StopReason {
    match reason.as_str() {
        "stop" => StopReason::EndTurn,
        "tool_calls" => StopReason::ToolUse,
        "length" => StopReason::MaxTokens,
        "content_filter" => StopReason::Refusal,
        _ => StopReason::Other(reason),
    }
}
