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
    ChatRequest, ChatResponse, Content, Error, ImageSource, Keys, Message, Provider, Role, StopReason, Strategy,
    StreamEvent, ToolChoice, ToolSpec, Usage,
};

/// A provider that speaks OpenAI's Chat Completions API.
pub struct OpenAi {
    http: Http,
    name: String,
    dialect: Dialect,
}

/// The field that servers other than OpenAI's show reasoning in, and take it back in.
const REASONING: &str = "reasoning_content";

/// How far a server follows OpenAI.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// OpenAI itself.
    Own,
    /// Z.ai: shows its reasoning and takes no effort.
    Zai,
    /// Others, which know the older parameters.
    Compatible,
}

impl OpenAi {
    /// OpenAI's public address.
    pub const BASE_URL: &str = "https://api.openai.com/v1";
    /// Z.ai's public address.
    pub const ZAI_BASE_URL: &str = "https://api.z.ai/api/paas/v4";

    /// A provider at `base_url` (with `/v1`, where the server has that) that signs in with
    /// `keys`.
    ///
    /// # Errors
    /// `InvalidRequest` when the address or the key cannot be used, `Network` when TLS cannot be
    /// set up.
    pub fn new(base_url: &str, keys: impl Into<Keys>) -> Result<Self, Error> {
        let headers = |key: &str| vec![("authorization", format!("Bearer {key}"))];
        Ok(Self {
            http: Http::new(base_url, keys.into(), headers, IDLE_TIMEOUT)?,
            name: "openai".into(),
            dialect: Dialect::Own,
        })
    }

    /// Z.ai, under the name `zai`.
    ///
    /// # Errors
    /// As [`OpenAi::new`].
    pub fn zai(base_url: &str, keys: impl Into<Keys>) -> Result<Self, Error> {
        Ok(Self { name: "zai".into(), dialect: Dialect::Zai, ..Self::new(base_url, keys)? })
    }

    /// A server of others that speaks the same API, such as Ollama or vLLM. It may need no key.
    ///
    /// # Errors
    /// As [`OpenAi::new`].
    pub fn compatible(name: &str, base_url: &str, keys: Option<Keys>) -> Result<Self, Error> {
        let keys = keys.unwrap_or_else(|| Keys::new(vec![String::new()], Strategy::default()));
        let headers = |key: &str| match key {
            "" => vec![],
            key => vec![("authorization", format!("Bearer {key}"))],
        };
        let http = Http::new(base_url, keys, headers, IDLE_TIMEOUT)?;
        Ok(Self { http, name: name.to_owned(), dialect: Dialect::Compatible })
    }
}

/// Names the provider only: the address may hold a password, and the key is none of the log's.
impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Provider for OpenAi {
    fn name(&self) -> &str {
        &self.name
    }

    fn chat<'a>(
        &'a self,
        req: &'a ChatRequest,
        on_event: &'a mut (dyn FnMut(StreamEvent) + Send),
    ) -> BoxFuture<'a, Result<ChatResponse, Error>> {
        Box::pin(async move {
            req.check()?;
            let mut answer = Answer::default();
            let body = Body::of(req, &self.name, self.dialect);
            self.http.stream("/chat/completions", &body, |data| answer.take(data, on_event)).await?;
            answer.finish(&req.model, &self.name)
        })
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
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
    fn of(req: &'a ChatRequest, provider: &str, dialect: Dialect) -> Self {
        let own = dialect == Dialect::Own;
        let system = req.system.iter().map(|text| json!({ "role": "system", "content": text }));
        let without_reasoning = own && !req.tools.is_empty() && tools_forbid_reasoning(&req.model);
        Self {
            model: &req.model,
            messages: system.chain(req.messages.iter().flat_map(|message| messages(message, provider))).collect(),
            tools: req.tools.iter().map(tool).collect(),
            tool_choice: req.tool_choice.as_ref().filter(|_| !req.tools.is_empty()).map(|choice| match choice {
                ToolChoice::Auto => json!("auto"),
                ToolChoice::None => json!("none"),
                ToolChoice::Required => json!("required"),
                ToolChoice::Tool(name) => json!({ "type": "function", "function": { "name": name } }),
            }),
            max_completion_tokens: own.then_some(req.max_tokens),
            max_tokens: (!own).then_some(req.max_tokens),
            temperature: req.temperature.filter(|_| !own || takes_temperature(&req.model)),
            reasoning_effort: match dialect {
                Dialect::Own if without_reasoning => Some("none"),
                Dialect::Zai => None,
                Dialect::Own | Dialect::Compatible => req.effort.map(Effort::wire_name),
            },
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
fn messages(message: &Message, provider: &str) -> Vec<Value> {
    let mut texts = Vec::new();
    let mut parts = Vec::new();
    let mut pictures = false;
    let mut reasoning = None;
    let mut calls = Vec::new();
    let mut out = Vec::new();
    for content in &message.content {
        match content {
            Content::Text { text } => {
                texts.push(text.as_str());
                parts.push(json!({ "type": "text", "text": text }));
            }
            Content::Image { source } => {
                pictures = true;
                let url = match source {
                    ImageSource::Base64 { media_type, data } => format!("data:{media_type};base64,{data}"),
                    ImageSource::Url(url) => url.clone(),
                };
                parts.push(json!({ "type": "image_url", "image_url": { "url": url } }));
            }
            Content::Opaque { provider: from, data } if from == provider => reasoning = data.get(REASONING),
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
        Role::User if pictures => out.push(json!({ "role": "user", "content": parts })),
        Role::User => out.extend(text.map(|text| json!({ "role": "user", "content": text }))),
        Role::Assistant if calls.is_empty() => {
            out.push(json!({ "role": "assistant", "content": text }));
        }
        Role::Assistant => {
            out.push(json!({ "role": "assistant", "content": text, "tool_calls": calls }));
        }
    }
    if let (Role::Assistant, Some(reasoning), Some(last)) = (message.role, reasoning, out.last_mut()) {
        last[REASONING] = reasoning.clone();
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
    reasoning_content: Option<String>,
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
    reasoning: String,
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
            if let Some(piece) = delta.reasoning_content.filter(|piece| !piece.is_empty()) {
                self.reasoning.push_str(&piece);
                on_event(StreamEvent::ReasoningDelta(piece));
            }
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
        let mut fragment = String::new();
        let announced = !call.id.is_empty() && !call.name.is_empty();
        // Some servers repeat the id and the name in every delta, so they are set, not appended.
        if let Some(id) = delta.id.filter(|id| !id.is_empty()) {
            call.id = id;
        }
        if let Some(function) = delta.function {
            if let Some(name) = function.name.filter(|name| !name.is_empty()) {
                call.name = name;
            }
            fragment = function.arguments.unwrap_or_default();
            call.arguments.push_str(&fragment);
        }
        if call.id.is_empty() || call.name.is_empty() {
            return;
        }
        let (id, name) = (call.id.clone(), call.name.clone());
        if !announced {
            on_event(StreamEvent::ToolCall { id: id.clone(), name: name.clone() });
            // What came before the name is told with it.
            fragment.clone_from(&call.arguments);
        }
        if !fragment.is_empty() {
            on_event(StreamEvent::ToolCallDelta { id, name, fragment });
        }
    }

    fn finish(self, asked_model: &str, provider: &str) -> Result<ChatResponse, Error> {
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
        if !self.reasoning.is_empty() {
            let data = json!({ REASONING: self.reasoning });
            content.push(Content::Opaque { provider: provider.to_owned(), data });
        }
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
