//! Taking secrets out of what a program gives back.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value as Json};

/// A secret shorter than this is not looked for, in characters: it would be found in words that have nothing to do with
/// it.
const SHORTEST: usize = 4;

/// What URLs leave as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What paths of URLs leave as it is.
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// Replaces secrets by their names: as they are, and as they look inside of base64, URLs and JSON texts.
#[derive(Clone, Debug)]
pub struct Redactor {
    /// None when nothing is secret.
    forms: Option<AhoCorasick>,
    /// What stands for each of the forms.
    marks: Vec<String>,
}

impl Redactor {
    /// A redactor of these values by their names.
    pub fn new(secrets: &BTreeMap<String, String>) -> Self {
        let mut forms = BTreeMap::new();
        for (name, value) in secrets.iter().filter(|(_, value)| value.chars().count() >= SHORTEST) {
            for form in forms_of(value) {
                forms.entry(form).or_insert_with(|| format!("[secret {name}]"));
            }
        }
        let (forms, marks): (Vec<String>, Vec<String>) = forms.into_iter().unzip();
        let build = || AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&forms);
        // It refuses only more forms than there are numbers for.
        let forms = if forms.is_empty() { None } else { build().ok() };
        Self { forms, marks }
    }

    /// The length of the longest text that is looked for, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn longest(&self) -> usize {
        self.forms.as_ref().map_or(0, AhoCorasick::max_pattern_len)
    }

    /// Whether nothing is secret.
    pub fn is_idle(&self) -> bool {
        self.forms.is_none()
    }

    /// Whether there is a secret in the text.
    pub fn finds(&self, text: &str) -> bool {
        self.forms.as_ref().is_some_and(|forms| forms.is_match(text))
    }

    /// The text without secrets.
    pub fn text(&self, text: &str) -> String {
        self.beginning(text, text.len())
    }

    /// The first `most` bytes of the text without secrets. A secret that reaches over the cut is replaced as a whole,
    /// so that no part of it is left.
    pub fn beginning(&self, text: &str, most: usize) -> String {
        let most = text.floor_char_boundary(most);
        let mut clean = String::with_capacity(most);
        let mut done = 0;
        for found in self.forms.iter().flat_map(|forms| forms.find_iter(text)) {
            if found.start() >= most {
                break;
            }
            clean.push_str(&text[done..found.start()]);
            clean.push_str(&self.marks[found.pattern()]);
            done = found.end();
        }
        if done < most {
            clean.push_str(&text[done..most]);
        }
        clean
    }

    /// The value without secrets in its texts, keys and numbers.
    pub fn json(&self, value: Json) -> Json {
        match value {
            _ if self.forms.is_none() => value,
            Json::String(text) => Json::String(self.text(&text)),
            Json::Array(items) => Json::Array(items.into_iter().map(|item| self.json(item)).collect()),
            Json::Object(fields) => {
                let clean = fields.into_iter().map(|(key, value)| (self.text(&key), self.json(value)));
                Json::Object(clean.collect::<Map<_, _>>())
            }
            Json::Number(number) => {
                // A number that only has a secret's digits among its own is a number.
                let text = number.to_string();
                let is_secret = |forms: &AhoCorasick| forms.find(&text).is_some_and(|found| found.len() == text.len());
                if self.forms.as_ref().is_some_and(is_secret) {
                    Json::String(self.text(&text))
                } else {
                    Json::Number(number)
                }
            }
            Json::Null | Json::Bool(_) => value,
        }
    }
}

/// Replaces each secret in a text by its name, see [`Redactor`].
pub fn redact(secrets: &BTreeMap<String, String>, text: &str) -> String {
    Redactor::new(secrets).text(text)
}

/// How a value may look in a text.
fn forms_of(value: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([value.to_owned()]);
    for set in [UNRESERVED, PATH] {
        let escaped = utf8_percent_encode(value, set).to_string();
        forms.insert(escaped.replace("%20", "+"));
        forms.insert(lower_escapes(&escaped));
        forms.insert(lower_escapes(&escaped).replace("%20", "+"));
        forms.insert(escaped);
    }
    let quoted = Json::from(value).to_string();
    let quoted = &quoted[1..quoted.len() - 1];
    forms.insert(quoted.to_owned());
    let mut units = [0; 2];
    let ascii = quoted.chars().map(|c| match c {
        ' '..='~' => c.to_string(),
        _ => c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    });
    forms.insert(ascii.collect());
    for before in 0..3 {
        forms.extend(in_base64(value.as_bytes(), before));
    }
    forms
}

/// The same with the escapes in small letters.
fn lower_escapes(escaped: &str) -> String {
    let mut pieces = escaped.split('%');
    let mut all = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        all.push('%');
        all.push_str(&piece[..2].to_ascii_lowercase());
        all.push_str(&piece[2..]);
    }
    all
}

/// What shows of a value in the base64 of a longer text, when the bytes before it are `before` more than a multiple of
/// three; such is the header of basic authentication. Without anything before it, also how it looks alone.
fn in_base64(value: &[u8], before: usize) -> Vec<String> {
    let padded = [&[0; 3][..before], value].concat();
    let mut forms = Vec::new();
    for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        let text = engine.encode(&padded);
        // The characters that have bits of what is before or after.
        let start = [0, 2, 3][before];
        let end = text.len() - usize::from(padded.len() % 3 != 0);
        forms.push(text[start..end].to_owned());
        if before == 0 {
            let padding = "=".repeat((3 - padded.len() % 3) % 3);
            forms.push(format!("{text}{padding}"));
            forms.push(text);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use serde_json::json;

    use super::*;

    const SECRET: &str = "s3cr\"et/ü?k\\e~y+>>";

    fn redactor(secret: &str) -> Redactor {
        Redactor::new(&BTreeMap::from([("KEY".to_owned(), secret.to_owned())]))
    }

    #[test]
    fn every_form_of_a_secret_is_found() {
        let quoted = json!({"a": SECRET}).to_string();
        let forms = [
            SECRET.to_owned(),
            STANDARD.encode(SECRET),
            STANDARD_NO_PAD.encode(SECRET),
            URL_SAFE.encode(SECRET),
            "s3cr%22et%2F%C3%BC%3Fk%5Ce~y%2B%3E%3E".to_owned(),
            "s3cr%22et%2f%c3%bc%3fk%5ce~y%2b%3e%3e".to_owned(),
            "s3cr%22et/%C3%BC%3Fk%5Ce~y%2B%3E%3E".to_owned(),
            r#"s3cr\"et/\u00fc?k\\e~y+>>"#.to_owned(),
            quoted[6..quoted.len() - 2].to_owned(),
        ];
        for form in forms {
            assert_eq!(redactor(SECRET).text(&format!("<{form}|{form}>")), "<[secret KEY]|[secret KEY]>", "{form}");
        }
        assert_eq!(redactor("two words").text("a=two+words&b=two%20words"), "a=[secret KEY]&b=[secret KEY]");
    }

    #[test]
    fn a_secret_inside_of_base64_is_found_wherever_it_begins() {
        for secret in ["abcd", "abcde", "abcdef", "a longer one of several words"] {
            for before in ["", "u", "us", "use", "user:"] {
                for after in ["", ":", "::", ":::"] {
                    for engine in [STANDARD, URL_SAFE] {
                        let clean = redactor(secret).text(&engine.encode(format!("{before}{secret}{after}")));
                        assert!(clean.contains("[secret KEY]"), "{before}{secret}{after}: {clean}");
                        // What is left has a few bits of the secret's ends at most.
                        assert!(clean.replace("[secret KEY]", "").len() <= 16, "{clean}");
                    }
                }
            }
        }
    }

    #[test]
    fn values_are_cleaned_in_texts_keys_and_numbers() {
        let secrets = BTreeMap::from([("A".into(), "longsecret".into()), ("B".into(), "123456".into())]);
        let value = json!({"x longsecret": ["longsecretlongsecret", 123_456, 91_234_567, true, null, {"y": "123456"}]});
        let items = json!(["[secret A][secret A]", "[secret B]", 91_234_567, true, null, {"y": "[secret B]"}]);
        let clean = json!({"x [secret A]": items});
        assert_eq!(Redactor::new(&secrets).json(value), clean);
        assert_eq!(redact(&secrets, "longsecre 123456"), "longsecre [secret B]");
    }

    #[test]
    fn short_and_absent_secrets_change_nothing() {
        let text = "abc äöü and more";
        assert_eq!(redactor("abc").text(text), text);
        assert_eq!(redactor("").text(text), text);
        assert_eq!(Redactor::new(&BTreeMap::new()).json(json!(text)), json!(text));
        assert_eq!(redactor("äöüß").text("äöüß"), "[secret KEY]");
    }

    #[test]
    fn the_longer_one_of_two_secrets_wins() {
        let secrets = BTreeMap::from([("SHORT".into(), "token".into()), ("LONG".into(), "token-and-more".into())]);
        assert_eq!(redact(&secrets, "token-and-more token-and"), "[secret LONG] [secret SHORT]-and");
    }

    #[test]
    fn a_cut_leaves_no_part_of_a_secret() {
        let text = "0123456789topsecret rest";
        for most in 0..=text.len() {
            let clean = redactor("topsecret").beginning(text, most);
            let expected = match most {
                ..=10 => text[..most].to_owned(),
                11..=19 => "0123456789[secret KEY]".to_owned(),
                _ => format!("0123456789[secret KEY]{}", &text[19..most]),
            };
            assert_eq!(clean, expected, "{most}");
        }
        assert_eq!(redactor("topsecret").beginning("ää", 3), "ä");
    }
}
