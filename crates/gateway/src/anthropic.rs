//! Anthropic's Messages API, streaming: <https://platform.claude.com/docs/en/api/messages>.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::chat::OnEvent;
use crate::failure::failure;
use crate::http::{Http, IDLE_TIMEOUT};
use crate::partial::PartialCall;
use crate::quirks::takes_temperature;
use crate::{
    ChatRequest, ChatResponse, Content, Error, ImageSource, Keys, Message, Provider, Role, StopReason, StreamEvent,
    ToolChoice, Usage,
};

/// The provider's name.
const NAME: &str = "anthropic";

/// A provider that speaks Anthropic's Messages API. Its name is `anthropic`.
pub struct Anthropic {
    http: Http,
}

impl Anthropic {
    /// Anthropic's public address.
    pub const BASE_URL: &str = "https://api.anthropic.com";
    const VERSION: &str = "2023-06-01";

    /// A provider at `base_url` (without `/v1`) that signs in with `keys`.
    ///
    /// # Errors
    /// `InvalidRequest` when the address or the key cannot be used, `Network` when TLS cannot be
    /// set up.
    pub fn new(base_url: &str, keys: impl Into<Keys>) -> Result<Self, Error> {
        let headers = |key: &str| vec![("x-api-key", key.to_owned()), ("anthropic-version", Self::VERSION.to_owned())];
        Ok(Self { http: Http::new(base_url, keys.into(), headers, IDLE_TIMEOUT)? })
    }
}

/// Names the provider only: the address may hold a password, and the key is none of the log's.
impl fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Anthropic").finish_non_exhaustive()
    }
}

impl Provider for Anthropic {
    fn name(&self) -> &str {
        NAME
    }

    fn chat<'a>(
        &'a self,
        req: &'a ChatRequest,
        on_event: &'a mut (dyn FnMut(StreamEvent) + Send),
    ) -> BoxFuture<'a, Result<ChatResponse, Error>> {
        Box::pin(async move {
            req.check()?;
            let mut answer = Answer::default();
            self.http.stream("/v1/messages", &Body::of(req), |data| answer.take(data, on_event)).await?;
            answer.finish()
        })
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    messages: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
    stream: bool,
}

#[derive(Serialize)]
struct OutputConfig {
    effort: &'static str,
}

impl<'a> Body<'a> {
    fn of(req: &'a ChatRequest) -> Self {
        let tool = |tool: &crate::ToolSpec| {
            json!({
                "name": tool.name,
                "description": tool.description,
                "input_schema": tool.input_schema,
            })
        };
        Self {
            model: &req.model,
            max_tokens: req.max_tokens,
            system: req.system.as_deref(),
            messages: req.messages.iter().map(message).collect(),
            tools: req.tools.iter().map(tool).collect(),
            tool_choice: req.tool_choice.as_ref().filter(|_| !req.tools.is_empty()).map(|choice| match choice {
                ToolChoice::Auto => json!({ "type": "auto" }),
                ToolChoice::None => json!({ "type": "none" }),
                ToolChoice::Required => json!({ "type": "any" }),
                ToolChoice::Tool(name) => json!({ "type": "tool", "name": name }),
            }),
            temperature: req.temperature.filter(|_| takes_temperature(&req.model)),
            output_config: req.effort.map(|effort| OutputConfig { effort: effort.wire_name() }),
            stream: true,
        }
    }
}

/// The body as Vertex AI takes it: the model is in the address there, and the version in the body.
pub(crate) fn vertex_body(req: &ChatRequest) -> Result<Value, Error> {
    let broken = |error| Error::InvalidRequest(format!("the request cannot be written: {error}"));
    let mut body = serde_json::to_value(Body::of(req)).map_err(broken)?;
    if let Some(fields) = body.as_object_mut() {
        fields.shift_remove("model");
        fields.insert("anthropic_version".to_owned(), "vertex-2023-10-16".into());
    }
    Ok(body)
}

fn message(message: &Message) -> Value {
    let role = match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let content: Vec<Value> = message.content.iter().filter_map(block).collect();
    json!({ "role": role, "content": content })
}

fn block(content: &Content) -> Option<Value> {
    Some(match content {
        // Its own thinking goes back as it came; that of another provider would make no sense here.
        Content::Opaque { provider, data } if provider == NAME => data.clone(),
        Content::Opaque { .. } => return None,
        Content::Text { text } => json!({ "type": "text", "text": text }),
        Content::Image { source: ImageSource::Base64 { media_type, data } } => json!({
            "type": "image",
            "source": { "type": "base64", "media_type": media_type, "data": data },
        }),
        Content::Image { source: ImageSource::Url(url) } => {
            json!({ "type": "image", "source": { "type": "url", "url": url } })
        }
        Content::ToolCall { id, name, input } => {
            json!({ "type": "tool_use", "id": id, "name": name, "input": input })
        }
        Content::ToolResult { id, output, is_error } => json!({
            "type": "tool_result",
            "tool_use_id": id,
            "content": output,
            "is_error": is_error,
        }),
    })
}

/// The events of a stream, as far as we need them.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Start,
    },
    ContentBlockStart {
        index: u32,
        content_block: Block,
    },
    ContentBlockDelta {
        index: u32,
        delta: Delta,
    },
    MessageDelta {
        delta: End,
        #[serde(default)]
        usage: Counts,
    },
    MessageStop,
    Error,
    /// `ping`, `content_block_stop`, and whatever may be added: the format asks to skip those.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Start {
    model: String,
    #[serde(default)]
    usage: Counts,
}

#[derive(Deserialize)]
struct End {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        #[serde(default)]
        text: String,
    },
    ToolUse {
        id: String,
        name: String,
        #[serde(default)]
        input: Value,
    },
    Thinking {
        #[serde(default)]
        thinking: String,
        #[serde(default)]
        signature: String,
    },
    RedactedThinking {
        data: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Delta {
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "input_json_delta")]
    InputJson { partial_json: String },
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: String },
    #[serde(rename = "signature_delta")]
    Signature { signature: String },
    #[serde(other)]
    Other,
}

/// Token counts; each later one that is present replaces the earlier.
#[derive(Deserialize, Default)]
struct Counts {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

impl Counts {
    fn update(&mut self, later: Self) {
        let Self { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = later;
        self.input_tokens = input_tokens.or(self.input_tokens);
        self.cache_creation_input_tokens = cache_creation_input_tokens.or(self.cache_creation_input_tokens);
        self.cache_read_input_tokens = cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.output_tokens = output_tokens.or(self.output_tokens);
    }

    /// Anthropic counts cached tokens beside `input_tokens`, we count them within.
    fn usage(&self) -> Usage {
        let cached = self.cache_read_input_tokens.unwrap_or(0);
        let written = self.cache_creation_input_tokens.unwrap_or(0);
        Usage {
            input_tokens: self.input_tokens.unwrap_or(0).saturating_add(cached).saturating_add(written),
            output_tokens: self.output_tokens.unwrap_or(0),
            cached_input_tokens: cached,
            cache_write_input_tokens: written,
        }
    }
}

/// A block of the answer as far as it has come in.
enum Part {
    Text(String),
    Call(PartialCall),
    /// Thinking with the signature that proves it is the model's own.
    Thinking {
        thinking: String,
        signature: String,
    },
    /// Thinking that only Anthropic can read.
    Redacted(String),
    /// Blocks of kinds that we never ask for.
    Skipped,
}

/// The answer as far as it has come in.
#[derive(Default)]
pub(crate) struct Answer {
    model: Option<String>,
    parts: BTreeMap<u32, Part>,
    stop: Option<StopReason>,
    counts: Counts,
}

impl Answer {
    pub(crate) fn take(&mut self, data: &str, on_event: &mut OnEvent<'_>) -> Result<ControlFlow<()>, Error> {
        let event =
            serde_json::from_str(data).map_err(|error| Error::Protocol(format!("an event makes no sense: {error}")))?;
        match event {
            Event::MessageStart { message } => {
                self.model = Some(message.model);
                self.counts.update(message.usage);
            }
            Event::ContentBlockStart { index, content_block } => self.start(index, content_block, on_event),
            Event::ContentBlockDelta { index, delta } => self.extend(index, delta, on_event)?,
            Event::MessageDelta { delta, usage } => {
                self.stop = delta.stop_reason.map(stop_reason);
                self.counts.update(usage);
            }
            Event::MessageStop => return Ok(ControlFlow::Break(())),
            Event::Error => return Err(failure(None, None, data)),
            Event::Other => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn start(&mut self, index: u32, block: Block, on_event: &mut OnEvent<'_>) {
        let part = match block {
            Block::Text { text } => {
                if !text.is_empty() {
                    on_event(StreamEvent::TextDelta(text.clone()));
                }
                Part::Text(text)
            }
            Block::ToolUse { id, name, input } => {
                on_event(StreamEvent::ToolCall { id: id.clone(), name: name.clone() });
                // The input is empty here and follows in deltas, but a proxy may send it whole.
                let whole = input.as_object().is_some_and(|input| !input.is_empty());
                let arguments = if whole { input.to_string() } else { String::new() };
                Part::Call(PartialCall { id, name, arguments })
            }
            Block::Thinking { thinking, signature } => Part::Thinking { thinking, signature },
            Block::RedactedThinking { data } => Part::Redacted(data),
            Block::Other => Part::Skipped,
        };
        self.parts.insert(index, part);
    }

    fn extend(&mut self, index: u32, delta: Delta, on_event: &mut OnEvent<'_>) -> Result<(), Error> {
        match (self.parts.get_mut(&index), delta) {
            (Some(Part::Text(all)), Delta::Text { text }) => {
                all.push_str(&text);
                if !text.is_empty() {
                    on_event(StreamEvent::TextDelta(text));
                }
            }
            (Some(Part::Call(call)), Delta::InputJson { partial_json }) => {
                call.arguments.push_str(&partial_json);
                if !partial_json.is_empty() {
                    let (id, name) = (call.id.clone(), call.name.clone());
                    on_event(StreamEvent::ToolCallDelta { id, name, fragment: partial_json });
                }
            }
            (Some(Part::Thinking { thinking: all, .. }), Delta::Thinking { thinking }) => {
                all.push_str(&thinking);
                if !thinking.is_empty() {
                    on_event(StreamEvent::ReasoningDelta(thinking));
                }
            }
            (Some(Part::Thinking { signature: all, .. }), Delta::Signature { signature }) => all.push_str(&signature),
            (Some(Part::Skipped), _) | (_, Delta::Other) => {}
            _ => {
                return Err(Error::Protocol(format!("a delta does not fit block {index}")));
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<ChatResponse, Error> {
        let (Some(model), Some(stop)) = (self.model, self.stop) else {
            return Err(Error::Protocol("the stream has no beginning or no stop reason".into()));
        };
        let mut content = Vec::new();
        for part in self.parts.into_values() {
            match part {
                Part::Text(text) if !text.is_empty() => content.push(Content::Text { text }),
                Part::Text(_) | Part::Skipped => {}
                // Cut short by the token limit: without its signature it would be refused.
                Part::Thinking { signature, .. } if signature.is_empty() && stop == StopReason::MaxTokens => {}
                Part::Thinking { thinking, signature } => {
                    content.push(opaque(json!({ "type": "thinking", "thinking": thinking, "signature": signature })));
                }
                Part::Redacted(data) => content.push(opaque(json!({ "type": "redacted_thinking", "data": data }))),
                Part::Call(call) => content.extend(call.finish(&stop)?),
            }
        }
        Ok(ChatResponse { model, content, stop, usage: self.counts.usage() })
    }
}

fn opaque(data: Value) -> Content {
    Content::Opaque { provider: NAME.to_owned(), data }
}

fn stop_reason(reason: String) -> StopReason {
    match reason.as_str() {
        "end_turn" => StopReason::EndTurn,
        "tool_use" => StopReason::ToolUse,
        "max_tokens" | "model_context_window_exceeded" => StopReason::MaxTokens,
        "refusal" => StopReason::Refusal,
        _ => StopReason::Other(reason),
    }
}
