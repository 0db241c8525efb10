//! Requests and answers of `generateContent`.

use std::collections::HashMap;
use std::ops::ControlFlow;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::NAME;
use crate::chat::OnEvent;
use crate::failure::failure;
use crate::{
    ChatRequest, ChatResponse, Content, Effort, Error, ImageSource, Message, Role, StopReason, StreamEvent, ToolChoice,
    Usage,
};

/// The field that proves that a part is the model's own thinking; it goes back where it came.
const SIGNATURE: &str = "thoughtSignature";

/// The body of a request.
pub(super) fn body(req: &ChatRequest) -> Result<Value, Error> {
    // Results are told by the name of their tool here, not by the id of their call.
    let mut names = HashMap::new();
    let mut contents = Vec::new();
    for message in &req.messages {
        let parts = parts(message, &mut names)?;
        if !parts.is_empty() {
            let role = if message.role == Role::User { "user" } else { "model" };
            contents.push(json!({ "role": role, "parts": parts }));
        }
    }
    let mut config = Map::new();
    config.insert("maxOutputTokens".into(), req.max_tokens.into());
    if let Some(temperature) = req.temperature {
        config.insert("temperature".into(), json!(temperature));
    }
    if let Some(effort) = req.effort {
        config.insert("thinkingConfig".into(), thinking(&req.model, effort));
    }
    let mut body = json!({ "contents": contents, "generationConfig": config });
    if let Some(system) = &req.system {
        body["systemInstruction"] = json!({ "parts": [{ "text": system }] });
    }
    if !req.tools.is_empty() {
        let tool = |tool: &crate::ToolSpec| {
            json!({
                "name": tool.name,
                "description": tool.description,
                "parametersJsonSchema": tool.input_schema,
            })
        };
        body["tools"] = json!([{ "functionDeclarations": req.tools.iter().map(tool).collect::<Vec<_>>() }]);
        if let Some(choice) = &req.tool_choice {
            let choice = match choice {
                ToolChoice::Auto => json!({ "mode": "AUTO" }),
                ToolChoice::None => json!({ "mode": "NONE" }),
                ToolChoice::Required => json!({ "mode": "ANY" }),
                ToolChoice::Tool(name) => json!({ "mode": "ANY", "allowedFunctionNames": [name] }),
            };
            body["toolConfig"] = json!({ "functionCallingConfig": choice });
        }
    }
    Ok(body)
}

/// Models up to 2.5 are given a number of tokens to think with, later ones a word.
fn thinking(model: &str, effort: Effort) -> Value {
    if model.starts_with("gemini-2") {
        let budget = match effort {
            Effort::Low => 1024,
            Effort::Medium => 8192,
            Effort::High | Effort::XHigh => 24_576,
        };
        return json!({ "thinkingBudget": budget });
    }
    let level = match effort {
        Effort::Low => "LOW",
        Effort::Medium => "MEDIUM",
        Effort::High | Effort::XHigh => "HIGH",
    };
    json!({ "thinkingLevel": level })
}

fn parts<'m>(message: &'m Message, names: &mut HashMap<&'m str, &'m str>) -> Result<Vec<Value>, Error> {
    let mut parts: Vec<Value> = Vec::new();
    let mut signature: Option<&Value> = None;
    for content in &message.content {
        let mut part = match content {
            Content::Text { text } => json!({ "text": text }),
            Content::Image { source: ImageSource::Base64 { media_type, data } } => {
                json!({ "inlineData": { "mimeType": media_type, "data": data } })
            }
            Content::Image { source: ImageSource::Url(url) } => {
                json!({ "fileData": { "mimeType": media_type(url), "fileUri": url } })
            }
            Content::ToolCall { id, name, input } => {
                names.insert(id, name);
                json!({ "functionCall": { "name": name, "args": input } })
            }
            Content::ToolResult { id, output, is_error } => {
                let Some(name) = names.get(id.as_str()) else {
                    return Err(Error::InvalidRequest(format!("the result {id} belongs to no call")));
                };
                let response = if *is_error { json!({ "error": output }) } else { json!({ "output": output }) };
                json!({ "functionResponse": { "name": name, "response": response } })
            }
            Content::Opaque { provider, data } if provider == NAME => {
                signature = data.get(SIGNATURE);
                continue;
            }
            Content::Opaque { .. } => continue,
        };
        if let Some(signature) = signature.take() {
            part[SIGNATURE] = signature.clone();
        }
        parts.push(part);
    }
    Ok(parts)
}

/// The type of a picture by the end of its address.
fn media_type(url: &str) -> &'static str {
    let path = url.split(['?', '#']).next().unwrap_or(url).to_ascii_lowercase();
    match path.rsplit('.').next() {
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        _ => "image/png",
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk {
    #[serde(default)]
    candidates: Vec<Candidate>,
    usage_metadata: Option<Counts>,
    model_version: Option<String>,
    prompt_feedback: Option<Feedback>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    #[serde(default)]
    content: Parts,
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
struct Parts {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
    thought_signature: Option<String>,
    function_call: Option<Call>,
}

#[derive(Deserialize)]
struct Call {
    id: Option<String>,
    name: String,
    #[serde(default)]
    args: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    #[serde(default)]
    prompt_token_count: u64,
    #[serde(default)]
    candidates_token_count: u64,
    #[serde(default)]
    thoughts_token_count: u64,
    #[serde(default)]
    cached_content_token_count: u64,
}

/// The answer as far as it has come in.
#[derive(Default)]
pub(super) struct Answer {
    model: Option<String>,
    content: Vec<Content>,
    stop: Option<StopReason>,
    usage: Usage,
}

impl Answer {
    pub(super) fn take(&mut self, data: &str, on_event: &mut OnEvent<'_>) -> Result<ControlFlow<()>, Error> {
        let chunk: Chunk =
            serde_json::from_str(data).map_err(|error| Error::Protocol(format!("a chunk makes no sense: {error}")))?;
        if chunk.error.is_some() {
            return Err(failure(None, None, data));
        }
        self.model = chunk.model_version.or(self.model.take());
        if let Some(counts) = chunk.usage_metadata {
            self.usage = Usage {
                input_tokens: counts.prompt_token_count,
                output_tokens: counts.candidates_token_count.saturating_add(counts.thoughts_token_count),
                cached_input_tokens: counts.cached_content_token_count,
                cache_write_input_tokens: 0,
            };
        }
        if chunk.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some()) {
            self.stop = Some(StopReason::Refusal);
        }
        if let Some(candidate) = chunk.candidates.into_iter().next() {
            for part in candidate.content.parts {
                self.part(part, on_event);
            }
            if let Some(reason) = candidate.finish_reason {
                self.stop = Some(stop_reason(reason));
            }
        }
        // The format has no closing event; the last chunk says why it is the last.
        Ok(if self.stop.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn part(&mut self, part: Part, on_event: &mut OnEvent<'_>) {
        if part.thought {
            // A summary for people, which the model does not take back.
            on_event(StreamEvent::ReasoningDelta(part.text.unwrap_or_default()));
            return;
        }
        let signed = part.thought_signature.is_some();
        if let Some(signature) = part.thought_signature {
            self.content.push(Content::Opaque { provider: NAME.to_owned(), data: json!({ SIGNATURE: signature }) });
        }
        if let Some(text) = part.text.filter(|text| !text.is_empty() || signed) {
            if !text.is_empty() {
                on_event(StreamEvent::TextDelta(text.clone()));
            }
            match self.content.last_mut() {
                Some(Content::Text { text: all }) => all.push_str(&text),
                _ => self.content.push(Content::Text { text }),
            }
        }
        if let Some(Call { id, name, args }) = part.function_call {
            // Calls need an id elsewhere; here they may have none.
            let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{:016x}", rand::random::<u64>()));
            on_event(StreamEvent::ToolCall { id: id.clone(), name: name.clone() });
            let input = Value::Object(args);
            let fragment = input.to_string();
            on_event(StreamEvent::ToolCallDelta { id: id.clone(), name: name.clone(), fragment });
            self.content.push(Content::ToolCall { id, name, input });
        }
    }

    pub(super) fn finish(self, asked: &str) -> Result<ChatResponse, Error> {
        let mut stop = self.stop.ok_or_else(|| Error::Protocol("the stream has no finish reason".into()))?;
        let calls = self.content.iter().any(|content| matches!(content, Content::ToolCall { .. }));
        if calls && stop == StopReason::EndTurn {
            stop = StopReason::ToolUse;
        }
        let model = self.model.unwrap_or_else(|| asked.to_owned());
        Ok(ChatResponse { model, content: self.content, stop, usage: self.usage })
    }
}

fn stop_reason(reason: String) -> StopReason {
    match reason.as_str() {
        "STOP" => StopReason::EndTurn,
        "MAX_TOKENS" => StopReason::MaxTokens,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY" => StopReason::Refusal,
        _ => StopReason::Other(reason.to_ascii_lowercase()),
    }
}
