//! What an answer took, read from its bytes as they pass.

use serde_json::Value;

use super::Format;
use crate::Usage;

/// The longest line of a stream that is looked at, and the largest JSON answer, in bytes. Larger ones pass unread.
const MOST: usize = 8 << 20;

/// Reads what an answer took while it passes.
pub struct Meter {
    format: Format,
    kind: Kind,
    measured: Measured,
}

enum Kind {
    /// Server-sent events: the beginning of a line that has not ended.
    Events(Vec<u8>),
    /// One JSON value.
    Json(Vec<u8>),
    /// Something else, or something too large.
    Unread,
}

/// What is known of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// The tokens, as far as they were told.
    pub usage: Usage,
    /// Whether the provider told the tokens read and written.
    pub told: bool,
    /// The model that answered.
    pub model: Option<String>,
    /// Events that have passed.
    pub events: u64,
    /// Whether a stream has said that it is complete.
    pub closed: bool,
    /// Whether it told of an error.
    pub failed: bool,
}

impl Meter {
    /// A meter for an answer of this content type.
    pub fn new(format: Format, content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or("").trim();
        let kind = if essence.eq_ignore_ascii_case("text/event-stream") {
            Kind::Events(Vec::new())
        } else if essence.eq_ignore_ascii_case("application/json") {
            Kind::Json(Vec::new())
        } else {
            Kind::Unread
        };
        Self { format, kind, measured: Measured::default() }
    }

    /// Whether the answer is a stream of events.
    pub fn is_stream(&self) -> bool {
        matches!(self.kind, Kind::Events(_))
    }

    /// Takes the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        let Self { format, kind, measured } = self;
        match kind {
            Kind::Unread => {}
            Kind::Json(all) if all.len() + piece.len() <= MOST => all.extend_from_slice(piece),
            Kind::Json(_) => *kind = Kind::Unread,
            Kind::Events(begun) => {
                let mut rest = piece;
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    if begun.is_empty() {
                        measured.line(*format, &rest[..end]);
                    } else {
                        begun.extend_from_slice(&rest[..end]);
                        measured.line(*format, begun);
                        begun.clear();
                    }
                    rest = &rest[end + 1..];
                }
                if begun.len() + rest.len() <= MOST {
                    begun.extend_from_slice(rest);
                } else {
                    *kind = Kind::Unread;
                }
            }
        }
    }

    /// What the answer took, when it has ended or is given up.
    pub fn finish(mut self) -> Measured {
        match self.kind {
            Kind::Json(all) => {
                if let Ok(value) = serde_json::from_slice(&all) {
                    self.measured.value(self.format, &value);
                }
            }
            Kind::Events(begun) => self.measured.line(self.format, &begun),
            Kind::Unread => {}
        }
        self.measured
    }
}

impl Measured {
    fn line(&mut self, format: Format, line: &[u8]) {
        let Some(data) = line.strip_prefix(b"data:") else { return };
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            self.closed = true;
            return;
        }
        self.events += 1;
        // Most events are pieces of text, and those need no reading.
        let has = |word: &[u8]| data.windows(word.len()).any(|part| part == word);
        let wanted = has(b"\"usage\":{")
            || has(b"\"usage\": {")
            || has(b"\"error\"")
            || has(b"message_stop")
            || has(b"\"response.")
            || self.model.is_none();
        if wanted && let Ok(value) = serde_json::from_slice(data) {
            self.value(format, &value);
        }
    }

    fn value(&mut self, format: Format, value: &Value) {
        match value["type"].as_str() {
            Some("message_stop" | "response.completed" | "response.incomplete") => self.closed = true,
            Some("error" | "response.failed") => self.failed = true,
            _ => self.failed |= value["error"].is_object(),
        }
        for part in [value, &value["message"], &value["response"]] {
            if let Some(model) = part["model"].as_str().filter(|model| !model.is_empty()) {
                self.model = Some(model.to_owned());
            }
            if part["usage"].is_object() {
                self.counts(format, &part["usage"]);
            }
        }
    }

    fn counts(&mut self, format: Format, counts: &Value) {
        let count = |names: &[&str]| names.iter().find_map(|name| counts[*name].as_u64());
        let usage = &mut self.usage;
        match format {
            // Cached tokens are counted beside the others there, among them here. Later counts replace earlier ones.
            Format::Anthropic => {
                let fresh = usage.input_tokens - usage.cached_input_tokens - usage.cache_write_input_tokens;
                let fresh = count(&["input_tokens"]).unwrap_or(fresh);
                let read = count(&["cache_read_input_tokens"]).unwrap_or(usage.cached_input_tokens);
                let written = count(&["cache_creation_input_tokens"]).unwrap_or(usage.cache_write_input_tokens);
                usage.input_tokens = fresh.saturating_add(read).saturating_add(written);
                usage.cached_input_tokens = read;
                usage.cache_write_input_tokens = written;
                // The first event tells one token written; the last one, how many there were.
                self.told |= counts["output_tokens"].as_u64().is_some();
            }
            Format::OpenAi => {
                usage.input_tokens = count(&["prompt_tokens", "input_tokens"]).unwrap_or(usage.input_tokens);
                let details = [&counts["prompt_tokens_details"], &counts["input_tokens_details"]];
                let cached = details.into_iter().find_map(|of| of["cached_tokens"].as_u64());
                usage.cached_input_tokens = cached.unwrap_or(usage.cached_input_tokens);
                self.told = true;
            }
        }
        usage.output_tokens = count(&["completion_tokens", "output_tokens"]).unwrap_or(usage.output_tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(format: Format, kind: &str, text: &str, piece: usize) -> Measured {
        let mut meter = Meter::new(format, kind);
        text.as_bytes().chunks(piece).for_each(|piece| meter.feed(piece));
        meter.finish()
    }

    #[test]
    fn a_stream_of_anthropic_tells_at_both_ends() {
        let text = concat!(
            "event: message_start\n",
            r#"data: {"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":5,"output_tokens":1}}}"#,
            "\n\nevent: content_block_delta\r\n",
            r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"the \"usage\":{ of words"}}"#,
            "\r\n\r\n",
            r#"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":42}}"#,
            "\n\ndata: {\"type\":\"message_stop\"}\n\n"
        );
        for piece in [1, 7, 10_000] {
            let measured = measured(Format::Anthropic, "text/event-stream; charset=utf-8", text, piece);
            let usage =
                Usage { input_tokens: 115, output_tokens: 42, cached_input_tokens: 100, cache_write_input_tokens: 5 };
            let model = Some("claude-x".to_owned());
            assert_eq!(measured, Measured { usage, told: true, model, events: 4, closed: true, failed: false });
        }
    }

    #[test]
    fn a_stream_of_openai_may_tell_nothing() {
        let chunk = "data: {\"model\":\"gpt-x\",\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n\n";
        let text = format!("{chunk}{chunk}data: [DONE]\n\n");
        let silent = measured(Format::OpenAi, "text/event-stream", &text, 3);
        assert_eq!((silent.told, silent.events, silent.closed), (false, 2, true));
        let last = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n";
        let told = measured(Format::OpenAi, "text/event-stream", &format!("{chunk}{last}"), 3);
        assert_eq!((told.usage.input_tokens, told.usage.output_tokens, told.usage.cached_input_tokens), (9, 2, 4));
        assert!(told.told && !told.closed);
    }

    #[test]
    fn a_response_of_openai_tells_at_its_end() {
        let text = "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"model\":\"gpt-x\",\"usage\":{\"input_tokens\":7,\"output_tokens\":3,\"input_tokens_details\":{\"cached_tokens\":1}}}}\n\n";
        let measured = measured(Format::OpenAi, "text/event-stream", text, 11);
        assert_eq!((measured.usage.input_tokens, measured.usage.cached_input_tokens), (7, 1));
        assert!(measured.told && measured.closed);
    }

    #[test]
    fn a_json_answer_is_read_at_its_end() {
        let text = r#"{"model":"gpt-x","usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
        let whole = measured(Format::OpenAi, "application/json", text, 5);
        assert!(whole.told && whole.usage.input_tokens == 9 && whole.model.as_deref() == Some("gpt-x"));
        let failed = measured(Format::OpenAi, "application/json", r#"{"error":{"message":"no"}}"#, 5);
        assert!(failed.failed && !failed.told);
        assert_eq!(measured(Format::OpenAi, "text/html", "<p>\"usage\":{</p>", 5), Measured::default());
        assert_eq!(measured(Format::OpenAi, "application/json", "{\"usage\"", 5), Measured::default());
    }
}
