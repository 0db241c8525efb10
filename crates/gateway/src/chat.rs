//! What goes to a model and what comes back, in one shape for all providers.

use serde::{Deserialize, Serialize};

use crate::{Effort, Error};

/// One request to a model: the whole conversation so far and the tools it may call.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ChatRequest {
    /// The model's name, optionally with its provider in front: `claude-opus-5-5`,
    /// `anthropic/claude-opus-5-5`.
    pub model: String,
    /// The system prompt, if any.
    #[serde(default)]
    pub system: Option<String>,
    /// The conversation, oldest message first; it ends with the message to answer.
    pub messages: Vec<Message>,
    /// The tools the model may call; the model chooses whether to.
    #[serde(default)]
    pub tools: Vec<ToolSpec>,
    /// The most tokens the model may write. Models that think spend part of it on thinking.
    pub max_tokens: u32,
    /// How freely the model chooses its words, from 0. Left out on the wire for the models known
    /// to refuse it.
    #[serde(default)]
    pub temperature: Option<f32>,
    /// How much the model thinks; its own measure when absent.
    #[serde(default)]
    pub effort: Option<Effort>,
    /// Whether the model must call a tool; as it sees fit when absent.
    #[serde(default)]
    pub tool_choice: Option<ToolChoice>,
}

/// Whether a model must call a tool.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ToolChoice {
    /// As it sees fit.
    Auto,
    /// It must not.
    None,
    /// It must call some tool.
    Required,
    /// It must call this tool.
    Tool(String),
}

/// One message of a conversation.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub content: Vec<Content>,
}

/// Who speaks in a conversation.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person or program that asks, and that hands back tool results.
    User,
    /// The model.
    Assistant,
}

/// One piece of a message.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
    /// A picture. Only in a user's message.
    Image {
        /// The picture itself, or where it is.
        source: ImageSource,
    },
    /// The model asks for a tool to be run. Only in an assistant's message.
    ToolCall {
        /// The provider's id for this call; the result must name it.
        id: String,
        /// The tool's name.
        name: String,
        /// The arguments, a JSON object.
        input: serde_json::Value,
    },
    /// What a tool gave. Only in a user's message.
    ToolResult {
        /// The id of the call that this answers.
        id: String,
        /// The output as text.
        output: String,
        /// Whether the tool failed.
        is_error: bool,
    },
    /// What only its provider understands and wants back unchanged and in its place, such as the
    /// thinking before a tool call. Only in an assistant's message; other providers leave it out.
    Opaque {
        /// The name of the provider it came from.
        provider: String,
        /// What came.
        data: serde_json::Value,
    },
}

/// A picture, or where it is.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ImageSource {
    /// The picture itself.
    Base64 {
        /// Its type, such as `image/png`.
        media_type: String,
        /// Its bytes in base64.
        data: String,
    },
    /// An address that the provider reads it from.
    Url(String),
}

/// A tool offered to the model.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ToolSpec {
    /// The name that the model calls it by.
    pub name: String,
    /// What it does and when to use it, written for the model.
    pub description: String,
    /// The JSON Schema of its arguments.
    pub input_schema: serde_json::Value,
}

/// A model's complete answer.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct ChatResponse {
    /// The model that answered, as the provider names it.
    pub model: String,
    /// The answer, in order. Empty texts are left out; a model's thinking is opaque.
    pub content: Vec<Content>,
    /// Why the model stopped.
    pub stop: StopReason,
    /// The tokens spent.
    pub usage: Usage,
}

/// Why a model stopped writing. As JSON it is a plain string.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// It said all it had to say.
    EndTurn,
    /// It waits for the results of its tool calls.
    ToolUse,
    /// It reached `max_tokens` or the end of its context window. A tool call that was cut short by
    /// this is left out of the answer.
    MaxTokens,
    /// It, or the provider's filter, declined.
    Refusal,
    /// Anything else, in the provider's word.
    #[serde(untagged)]
    Other(String),
}

/// The tokens that one answer took. All zero when the provider told none.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// All tokens read, those from the provider's cache included.
    pub input_tokens: u64,
    /// All tokens written, thinking included.
    pub output_tokens: u64,
    /// The part of `input_tokens` that came from the provider's cache, at a lower price.
    pub cached_input_tokens: u64,
    /// The part of `input_tokens` that was written to the provider's cache, at a higher price.
    #[serde(default)]
    pub cache_write_input_tokens: u64,
}

/// Something that happened while an answer streams in.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum StreamEvent {
    /// The next piece of text.
    TextDelta(String),
    /// The next piece of what the model thinks, where it shows that.
    ReasoningDelta(String),
    /// The next piece of a tool call's arguments, as JSON text.
    ToolCallDelta {
        /// The provider's id for the call.
        id: String,
        /// The tool's name.
        name: String,
        /// The piece.
        fragment: String,
    },
    /// A tool call began; its arguments follow in pieces and, whole, in the complete answer.
    ToolCall {
        /// The provider's id for the call.
        id: String,
        /// The tool's name.
        name: String,
    },
}

/// Takes the events of a stream.
pub(crate) type OnEvent<'a> = dyn FnMut(StreamEvent) + Send + 'a;

impl ChatRequest {
    /// About how many tokens there are to read: four bytes of text make one. Images are not counted.
    pub fn rough_input_tokens(&self) -> u64 {
        let content = |content: &Content| match content {
            Content::Text { text } => text.len(),
            Content::ToolCall { name, input, .. } => name.len() + input.to_string().len(),
            Content::ToolResult { output, .. } => output.len(),
            Content::Image { .. } | Content::Opaque { .. } => 0,
        };
        let messages: usize = self.messages.iter().flat_map(|message| &message.content).map(content).sum();
        let tools: usize =
            self.tools.iter().map(|tool| tool.description.len() + tool.input_schema.to_string().len()).sum();
        (self.system.as_ref().map_or(0, String::len) + messages + tools) as u64 / 4
    }

    /// Refuses a conversation that no provider can express.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for message in &self.messages {
            for content in &message.content {
                match (message.role, content) {
                    (Role::User, Content::ToolCall { .. }) => {
                        return invalid("a user's message holds a tool call");
                    }
                    (Role::Assistant, Content::Image { .. }) => {
                        return invalid("an assistant's message holds a picture");
                    }
                    (Role::User, Content::Opaque { .. }) => {
                        return invalid("a user's message holds a model's thinking");
                    }
                    (Role::Assistant, Content::ToolResult { .. }) => {
                        return invalid("an assistant's message holds a tool result");
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn invalid(why: &str) -> Result<(), Error> {
    Err(Error::InvalidRequest(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_reasons_are_plain_strings() -> Result<(), serde_json::Error> {
        for (stop, json) in [
            (StopReason::EndTurn, r#""end_turn""#),
            (StopReason::ToolUse, r#""tool_use""#),
            (StopReason::Other("pause_turn".into()), r#""pause_turn""#),
        ] {
            assert_eq!(serde_json::to_string(&stop)?, json);
            assert_eq!(serde_json::from_str::<StopReason>(json)?, stop);
        }
        Ok(())
    }

    #[test]
    fn a_tool_result_belongs_to_the_user() {
        let request = ChatRequest {
            model: "m".into(),
            system: None,
            messages: vec![Message {
                role: Role::Assistant,
                content: vec![Content::ToolResult { id: "1".into(), output: String::new(), is_error: false }],
            }],
            tools: vec![],
            max_tokens: 1,
            temperature: None,
            effort: None,
            tool_choice: None,
        };
        assert!(matches!(request.check(), Err(Error::InvalidRequest(_))));
    }
}
