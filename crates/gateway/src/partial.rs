//! A tool call whose arguments come in pieces.

use serde_json::{Map, Value};

use crate::{Content, Error, StopReason};

/// A tool call as far as it has come in.
#[derive(Default)]
pub(crate) struct PartialCall {
    pub id: String,
    pub name: String,
    /// The JSON text of the arguments so far; empty means none.
    pub arguments: String,
}

impl PartialCall {
    /// The complete call. Arguments that are no JSON object are an error, unless the token limit
    /// cut them: then the call never was, and `None` says so.
    pub(crate) fn finish(self, stop: &StopReason) -> Result<Option<Content>, Error> {
        let input = match self.arguments.trim() {
            "" => Map::new(),
            text => match serde_json::from_str(text) {
                Ok(object) => object,
                Err(_) if *stop == StopReason::MaxTokens => return Ok(None),
                Err(_) => {
                    return Err(Error::Protocol(format!(
                        "the arguments of the call of `{}` are no JSON object",
                        self.name
                    )));
                }
            },
        };
        Ok(Some(Content::ToolCall { id: self.id, name: self.name, input: Value::Object(input) }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finish(arguments: &str, stop: &StopReason) -> Result<Option<Content>, Error> {
        let call = PartialCall { id: "1".into(), name: "look_up".into(), arguments: arguments.into() };
        call.finish(stop)
    }

    #[test]
    fn arguments_must_be_an_object_unless_they_were_cut() -> Result<(), Error> {
        let call = |input| Content::ToolCall { id: "1".into(), name: "look_up".into(), input };
        let used = StopReason::ToolUse;
        assert_eq!(finish("", &used)?, Some(call(json!({}))));
        assert_eq!(finish(r#"{"a":1}"#, &used)?, Some(call(json!({"a": 1}))));
        assert!(matches!(finish("[1]", &used), Err(Error::Protocol(_))));
        assert!(matches!(finish(r#"{"a"#, &used), Err(Error::Protocol(_))));
        assert_eq!(finish(r#"{"a"#, &StopReason::MaxTokens)?, None);
        Ok(())
    }
}
