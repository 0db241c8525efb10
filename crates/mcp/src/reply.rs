//! What tools answer: the server's JSON, or why there is none.

use bytes::Bytes;
use client::Error;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Value, json};

/// What a tool answers.
#[derive(Debug)]
pub(crate) enum Reply {
    /// What the server said.
    Body(Bytes),
    /// What we say.
    Value(Value),
}

/// Why a tool did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The arguments make no sense.
    Arguments(String),
    /// The server refused, or could not be reached.
    Call(Error),
    /// Anything else: a file that cannot be written, an answer that is too large.
    Other(String),
}

/// The result of tools.
pub(crate) type Outcome = Result<Reply, Refusal>;

impl Refusal {
    pub(crate) fn arguments(message: impl Into<String>) -> Self {
        Self::Arguments(message.into())
    }

    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self::Other(message.into())
    }

    /// What went wrong, in words.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Arguments(message) | Self::Other(message) => message.clone(),
            Self::Call(error) => error.to_string(),
        }
    }

    /// What went wrong, as the server's error body where there is one, else in its shape.
    pub(crate) fn body(&self) -> Value {
        let error = match self {
            Self::Arguments(message) => json!({ "code": "invalid_arguments", "message": message }),
            Self::Other(message) => json!({ "message": message }),
            Self::Call(Error::Api(error)) => match serde_json::from_slice(&error.answer.body) {
                Ok(body) => return body,
                Err(_) => json!({ "status": error.answer.status.as_u16(), "message": error.message }),
            },
            Self::Call(error) => json!({ "message": error.to_string() }),
        };
        json!({ "error": error })
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

/// The result of a call as the protocol has it: one block of text, and the same as structure when it is an object.
pub(crate) fn result(outcome: Outcome) -> CallToolResult {
    let value = match outcome {
        Ok(Reply::Value(value)) => value,
        Ok(Reply::Body(body)) => match serde_json::from_slice(&body) {
            Ok(value) => value,
            Err(_) => return CallToolResult::success(vec![ContentBlock::text(String::from_utf8_lossy(&body))]),
        },
        Err(refusal) => return CallToolResult::error(vec![ContentBlock::text(indented(&refusal.body()))]),
    };
    let mut result = CallToolResult::success(vec![ContentBlock::text(indented(&value))]);
    result.structured_content = Some(value).filter(Value::is_object);
    result
}

fn indented(value: &Value) -> String {
    format!("{value:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(outcome: Outcome) -> (String, Option<Value>, Option<bool>) {
        let result = result(outcome);
        let text = result.content[0].as_text().expect("a text").text.clone();
        assert_eq!(result.content.len(), 1);
        (text, result.structured_content, result.is_error)
    }

    #[test]
    fn only_an_object_is_told_as_structure() {
        let (text, structure, is_error) = shown(Ok(Reply::Body(r#"{"b":1,"a":[]}"#.into())));
        assert_eq!(text, "{\n  \"b\": 1,\n  \"a\": []\n}");
        assert_eq!((structure, is_error), (Some(json!({"b": 1, "a": []})), Some(false)));
        let (text, structure, _) = shown(Ok(Reply::Body(r#"[{"id":1}]"#.into())));
        assert_eq!((text.as_str(), structure), ("[\n  {\n    \"id\": 1\n  }\n]", None));
        let (text, structure, is_error) = shown(Ok(Reply::Body("<html>".into())));
        assert_eq!((text.as_str(), structure, is_error), ("<html>", None, Some(false)));
    }

    #[test]
    fn a_refusal_is_a_body_of_an_error() {
        let (text, structure, is_error) = shown(Err(Refusal::arguments("no")));
        let body: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(body, json!({"error": {"code": "invalid_arguments", "message": "no"}}));
        assert_eq!((structure, is_error), (None, Some(true)));
    }
}
