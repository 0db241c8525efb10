//! Takes personal data out of texts: e-mail addresses, IBANs, numbers of cards and phones.

use std::{borrow::Cow, sync::LazyLock};

use regex::{Captures, Regex};
use serde_json::Value as Json;

static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+\b"));
static IBAN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"));
static CARD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d(?:[ -]?\d){12,18}\b"));
/// With the country's number: others look like any number.
static PHONE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:\+|\b00)[1-9](?:[ ()./-]{0,2}\d){7,13}\b"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well-formed")
}

/// The fields of requests to models that hold what is said. Names and ids are elsewhere, and must stay.
const SAID: [&str; 8] = ["text", "content", "system", "instructions", "input", "prompt", "output", "arguments"];

/// Whether what a pattern found is what it looks like.
type Check = fn(&str) -> bool;

/// The text without personal data.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    let mut clean = Cow::Borrowed(text);
    let steps: [(&Regex, &str, Check); 4] = [
        (&EMAIL, "[e-mail address]", |_| true),
        (&IBAN, "[IBAN]", is_iban),
        (&CARD, "[card number]", is_card),
        (&PHONE, "[phone number]", |_| true),
    ];
    for (pattern, mark, holds) in steps {
        let replaced =
            pattern.replace_all(
                &clean,
                |found: &Captures<'_>| {
                    if holds(&found[0]) { mark.to_owned() } else { found[0].to_owned() }
                },
            );
        if let Cow::Owned(replaced) = replaced
            && replaced != clean
        {
            clean = Cow::Owned(replaced);
        }
    }
    clean
}

/// The value without personal data in any of its texts.
pub(crate) fn json(value: &mut Json) {
    walk(value, Said::All);
}

/// The body of a request to a model without personal data in what is said.
pub(crate) fn body(value: &mut Json) {
    walk(value, Said::ByName);
}

/// What of a value is said.
#[derive(Clone, Copy, PartialEq)]
enum Said {
    /// What its fields' names say.
    ByName,
    /// Its texts, but not what is in objects.
    Texts,
    /// Everything in it.
    All,
}

fn walk(value: &mut Json, said: Said) {
    match value {
        Json::String(string) if said != Said::ByName => {
            if let Cow::Owned(clean) = text(string) {
                *string = clean;
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| walk(item, said)),
        Json::Object(fields) => {
            for (name, field) in fields {
                let within = match name.as_str() {
                    _ if said == Said::All => Said::All,
                    // The input of a tool is the model's own text, whatever its fields are called.
                    "input" | "arguments" if field.is_object() => Said::All,
                    name if SAID.contains(&name) => Said::Texts,
                    _ => Said::ByName,
                };
                walk(field, within);
            }
        }
        _ => {}
    }
}

/// Whether the check digits hold.
fn is_iban(found: &str) -> bool {
    let plain: Vec<u32> = found.chars().filter_map(|c| c.to_digit(36)).collect();
    let turned = plain.iter().skip(4).chain(plain.iter().take(4));
    let rest =
        turned.fold(0, |rest, digit| if *digit < 10 { (rest * 10 + digit) % 97 } else { (rest * 100 + digit) % 97 });
    rest == 1
}

/// Whether the check digit holds.
fn is_card(found: &str) -> bool {
    let digits = found.chars().rev().filter_map(|c| c.to_digit(10));
    let sum: u32 =
        digits.enumerate().map(|(n, digit)| if n % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn personal_data_is_named_by_its_kind() {
        for (said, clean) in [
            ("Write to Ada.Lovelace+x@mail.example.co.uk.", "Write to [e-mail address]."),
            ("to CH93 0076 2011 6238 5295 7 or DE89370400440532013000", "to [IBAN] or [IBAN]"),
            ("card 4111 1111 1111 1111, 5500-0000-0000-0004", "card [card number], [card number]"),
            ("call +41 44 668 18 00 or 0041446681800", "call [phone number] or [phone number]"),
        ] {
            assert_eq!(text(said), clean);
        }
        for kept in [
            "DE89370400440532013001",
            "4111 1111 1111 1112",
            "invoice 2026-11-24, 1,250.00, case 044 668 18 00",
            "a @ b, user@host",
            "+1 2",
        ] {
            assert_eq!(text(kept), kept);
            assert!(matches!(text(kept), Cow::Borrowed(_)));
        }
    }

    #[test]
    fn ids_and_names_in_a_request_stay() {
        let mut request = json!({
            "model": "a@b.example", "metadata": {"user_id": "ada@mail.example"},
            "system": "I am ada@mail.example",
            "messages": [
                {"role": "user", "content": "ada@mail.example"},
                {"role": "user", "content": [{"type": "text", "text": "ada@mail.example", "id": "ada@mail.example"}]},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "4111111111111111", "input": {"to": ["ada@mail.example", {"cc": "ada@mail.example"}]}}]},
            ],
            "input": ["ada@mail.example"],
        });
        body(&mut request);
        let mark = "[e-mail address]";
        let clean = json!({
            "model": "a@b.example", "metadata": {"user_id": "ada@mail.example"},
            "system": format!("I am {mark}"),
            "messages": [
                {"role": "user", "content": mark},
                {"role": "user", "content": [{"type": "text", "text": mark, "id": "ada@mail.example"}]},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "4111111111111111", "input": {"to": [mark, {"cc": mark}]}}]},
            ],
            "input": [mark],
        });
        assert_eq!(request, clean);
    }
}
