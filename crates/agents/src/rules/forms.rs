//! The forms of instructions that the rules agent recognises: how each begins, and the call it makes of the rest.

use serde_json::{Value as Json, json};

use super::SELF;

/// Makes a call of what follows the beginning; none when it does not fit after all.
type Make = fn(&str) -> Option<(&'static str, Json)>;

/// The beginnings, in lower case, and what is made of the rest. The first that fits wins, so longer ones come first.
const FORMS: &[(&[&str], Make)] = &[
    (&["set the priority to ", "set priority to ", "set priority ", "priority: "], priority),
    (&["remove the label ", "remove label "], |rest| Some(("remove_label", json!({"label": name(rest)?})))),
    (&["add the label ", "add a label ", "add label ", "label: ", "label as ", "label "], |rest| {
        Some(("add_label", json!({"label": name(rest)?})))
    }),
    (&["write a note about ", "write a note that ", "write a note: ", "write a note ", "add a note: ", "note: "], note),
    (
        &[
            "post a comment: ",
            "post a comment that ",
            "post a comment ",
            "comment: ",
            "comment that ",
            "comment ",
            "post: ",
            "post ",
        ],
        comment,
    ),
    (
        &[
            "draft an e-mail to ",
            "draft an email to ",
            "draft e-mail to ",
            "draft email to ",
            "write an e-mail to ",
            "write an email to ",
        ],
        email,
    ),
    (&["ask "], ask),
    (&["wait for ", "wait until ", "wait "], wait),
    (&["open a subcase for ", "open a subcase: ", "open a subcase ", "open subcase ", "spawn a subcase "], |rest| {
        Some(("spawn_subcase", json!({"title": name(&title(rest))?})))
    }),
];

/// The call that an instruction asks for, if it has one of the forms.
pub(super) fn recognise(text: &str) -> Option<(&'static str, Json)> {
    let text = text.trim();
    FORMS.iter().find_map(|(beginnings, make)| {
        let rest = beginnings.iter().find_map(|beginning| after(text, beginning))?;
        make(rest.trim())
    })
}

/// What follows a beginning, however that is capitalised.
fn after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let head = text.get(..beginning.len())?;
    head.eq_ignore_ascii_case(beginning).then(|| &text[beginning.len()..])
}

/// The text without quotes around it and a full stop behind it; none when nothing is left.
fn name(text: &str) -> Option<&str> {
    let text = text.trim().trim_end_matches('.').trim_matches(['"', '\'', '“', '”', '`']).trim();
    (!text.is_empty()).then_some(text)
}

/// The first line, as short as titles are.
pub(super) fn title(text: &str) -> String {
    text.trim().lines().next().unwrap_or_default().chars().take(120).collect()
}

fn priority(rest: &str) -> Option<(&'static str, Json)> {
    let wanted = name(rest)?.to_lowercase();
    let known = ["critical", "high", "medium", "low"].contains(&wanted.as_str());
    known.then(|| ("set_priority", json!({"priority": wanted})))
}

fn note(rest: &str) -> Option<(&'static str, Json)> {
    let body = format!("{}\n\nWritten by the {SELF}.", name(rest)?);
    Some(("write_note", json!({"title": title(name(rest)?), "body": body})))
}

fn comment(rest: &str) -> Option<(&'static str, Json)> {
    Some(("post_activity", json!({"content": format!("{SELF}: {}", name(rest)?)})))
}

/// `A about S`, or `A` alone.
fn email(rest: &str) -> Option<(&'static str, Json)> {
    let place = rest.to_ascii_lowercase().find(" about ");
    let (to, subject) = match place {
        Some(place) => (&rest[..place], &rest[place + " about ".len()..]),
        None => (rest, "Your case"),
    };
    let (to, subject) = (name(to)?, name(subject)?);
    let body =
        format!("Hello,\n\nthis is about: {subject}.\n\nDrafted by the {SELF}; please complete it before sending.");
    Some(("draft_email", json!({"to": [to], "subject": subject, "body": body})))
}

/// Only what ends as a question.
fn ask(rest: &str) -> Option<(&'static str, Json)> {
    rest.ends_with('?').then(|| ("ask_person", json!({"question": format!("{SELF}: {rest}")})))
}

fn wait(rest: &str) -> Option<(&'static str, Json)> {
    let waiting_on = json!({"kind": "external", "reason": name(rest)?});
    Some(("set_motion", json!({"motion": "waiting", "waiting_on": waiting_on})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_recognised() {
        for (text, tool, input) in [
            ("Set priority to High.", "set_priority", json!({"priority": "high"})),
            ("set the priority to \"low\"", "set_priority", json!({"priority": "low"})),
            ("Label urgent", "add_label", json!({"label": "urgent"})),
            ("Add label 'VIP customer'", "add_label", json!({"label": "VIP customer"})),
            ("remove label old", "remove_label", json!({"label": "old"})),
            ("Comment: all received", "post_activity", json!({"content": "rules agent: all received"})),
            ("Post hello", "post_activity", json!({"content": "rules agent: hello"})),
            ("Ask whether the roof leaks?", "ask_person", json!({"question": "rules agent: whether the roof leaks?"})),
            (
                "wait for the police report",
                "set_motion",
                json!({"motion": "waiting", "waiting_on": {"kind": "external", "reason": "the police report"}}),
            ),
            ("Open a subcase for the inspection", "spawn_subcase", json!({"title": "the inspection"})),
        ] {
            assert_eq!(recognise(text), Some((tool, input)), "{text}");
        }
        let (tool, input) = recognise("Draft an e-mail to a@b.example about the missing invoice").unwrap();
        assert_eq!(
            (tool, &input["to"][0], &input["subject"]),
            ("draft_email", &json!("a@b.example"), &json!("the missing invoice"))
        );
        let (tool, input) = recognise("Note: customer called twice").unwrap();
        assert_eq!((tool, &input["title"]), ("write_note", &json!("customer called twice")));
        assert!(input["body"].as_str().unwrap().contains("rules agent"));
    }

    #[test]
    fn the_rest_is_left_alone() {
        for text in [
            "Check the invoice",
            "Set priority to urgent",
            "Ask the customer",
            "label",
            "label  ",
            "Labelling",
            "äöü",
            "",
        ] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }
}
