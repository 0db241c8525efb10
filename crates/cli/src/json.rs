//! JSON as text: laid out anew, but with every name, number and escape as it was written.

use serde::de::IgnoredAny;

/// The text laid out with two blanks a level, or nothing when it is no JSON.
pub fn indented(text: &[u8]) -> Option<Vec<u8>> {
    is_json(text).then(|| {
        let mut out = Vec::with_capacity(text.len() * 2);
        indent(&mut out, text, 0);
        out
    })
}

/// Whether the text is JSON.
pub fn is_json(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// Appends the JSON `text` with two blanks a level. Its first line begins where `out` ends; the others are moved to the
/// right by `depth` levels.
pub fn indent(out: &mut Vec<u8>, text: &[u8], depth: usize) {
    let mut depth = depth;
    let mut tokens = Tokens(text).peekable();
    while let Some(token) = tokens.next() {
        match token {
            b"{" | b"[" => {
                out.extend_from_slice(token);
                match tokens.next_if(|next| matches!(*next, b"}" | b"]")) {
                    Some(end) => out.extend_from_slice(end),
                    None => {
                        depth += 1;
                        line(out, depth);
                    }
                }
            }
            b"}" | b"]" => {
                depth = depth.saturating_sub(1);
                line(out, depth);
                out.extend_from_slice(token);
            }
            b"," => {
                out.push(b',');
                line(out, depth);
            }
            b":" => out.extend_from_slice(b": "),
            scalar => out.extend_from_slice(scalar),
        }
    }
}

/// The JSON `text` on one line, without blanks between its parts.
pub fn on_one_line(text: &[u8]) -> Vec<u8> {
    Tokens(text).collect::<Vec<_>>().concat()
}

fn line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

/// The parts of a JSON text: brackets, commas, colons, and scalars as they are written.
struct Tokens<'a>(&'a [u8]);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.0.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let rest = &self.0[start..];
        let length = match rest[0] {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string(rest),
            _ => rest.iter().position(|byte| b" \t\r\n{}[],:\"".contains(byte)).unwrap_or(rest.len()),
        };
        let (token, rest) = rest.split_at(length);
        self.0 = rest;
        Some(token)
    }
}

/// The length of the string that `text` begins with, its quotes included.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn laid_out(text: &str) -> String {
        String::from_utf8(indented(text.as_bytes()).expect("JSON")).expect("UTF-8")
    }

    #[test]
    fn numbers_escapes_and_the_order_of_keys_stay_as_they_are() {
        let text = r#" {"z":1.0,"a":[1e400,-0,12345678901234567890123456789],"é\u00e9\"\\":"\/ \ud83d\ude00 , : {}" , "z":null}"#;
        let expected = r#"{
  "z": 1.0,
  "a": [
    1e400,
    -0,
    12345678901234567890123456789
  ],
  "é\u00e9\"\\": "\/ \ud83d\ude00 , : {}",
  "z": null
}"#;
        assert_eq!(laid_out(text), expected);
    }

    #[test]
    fn what_is_empty_stays_on_its_line() {
        assert_eq!(laid_out("[ ]"), "[]");
        assert_eq!(laid_out("{\n}"), "{}");
        assert_eq!(laid_out(r#"{"a":[ {} , [ ] ]}"#), "{\n  \"a\": [\n    {},\n    []\n  ]\n}");
    }

    #[test]
    fn scalars_are_json_and_other_text_is_not() {
        for text in ["null", " true ", "-1.5e3", "\"a b\""] {
            assert_eq!(laid_out(text), text.trim());
        }
        for text in ["", " ", "<html>", "{", "{\"a\":1}}", "[1,]", "nul", "\"\u{1}\"", "01"] {
            assert_eq!(indented(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(indented(b"\"\xff\""), None);
    }

    #[test]
    fn a_part_of_a_document_is_moved_to_its_place() {
        let mut out = b"    ".to_vec();
        indent(&mut out, br#"{"a":[1]}"#, 2);
        assert_eq!(String::from_utf8(out).expect("UTF-8"), "    {\n      \"a\": [\n        1\n      ]\n    }");
    }

    fn json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        scalar.prop_recursive(5, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((".*", inner), 0..8).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_layout_is_that_of_serde_json(value in json()) {
            let expected = serde_json::to_string_pretty(&value).expect("JSON");
            prop_assert_eq!(laid_out(&value.to_string()), expected.clone());
            // Also from a text that is laid out already.
            prop_assert_eq!(laid_out(&expected), expected);
        }

        #[test]
        fn one_line_is_the_shortest_text(value in json()) {
            let pretty = serde_json::to_vec_pretty(&value).expect("JSON");
            prop_assert_eq!(on_one_line(&pretty), serde_json::to_vec(&value).expect("JSON"));
        }

        #[test]
        fn any_bytes_are_either_json_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(indented(&bytes).is_some(), serde_json::from_slice::<Value>(&bytes).is_ok());
        }
    }
}
