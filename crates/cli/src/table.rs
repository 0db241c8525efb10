//! Answers in columns, for people.

use std::io::{IsTerminal, stdout};

use serde_json::{Map, Value};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns that lists have, in their order. A list has those of them that say something.
const COLUMNS: &[&str] = &[
    "id",
    "seq",
    "n",
    "at",
    "verb",
    "line_number",
    "position",
    "name",
    "title",
    "display_name",
    "text",
    "content",
    "subject",
    "status",
    "phase",
    "motion",
    "state",
    "satisfied",
    "kind",
    "type",
    "role",
    "priority",
    "action",
    "tool",
    "is_error",
    "provider",
    "model",
    "model_id",
    "reasoning_effort",
    "email",
    "author",
    "assignee",
    "assigned_actor_id",
    "actor_id",
    "actor_type",
    "to",
    "tags",
    "labels",
    "payloads",
    "errors",
    "due_at",
    "size",
    "mime_type",
    "row_count",
    "steps",
    "is_default",
    "is_enabled",
    "is_editable",
    "is_public",
    "is_pending",
    "is_deactivated",
    "external_id",
    "color",
    "organization_slug",
    "base_url",
    "current",
    "updated_at",
];

/// Blanks between columns.
const GAP: usize = 2;
/// A column that is cut keeps at least this width.
const NARROWEST: usize = 8;

/// The answer in columns and a newline, or nothing when it is no JSON.
pub fn render(body: &[u8]) -> Option<Vec<u8>> {
    let value = serde_json::from_slice::<Value>(body).ok()?;
    let width = terminal_width();
    let text = match &value {
        Value::Object(object) => match object.get("data").or_else(|| object.get("configs")) {
            Some(Value::Array(items)) => list(items, width),
            Some(Value::Object(one)) => single(one),
            _ => single(object),
        },
        Value::Array(items) => list(items, width),
        scalar => cell(scalar) + "\n",
    };
    Some(text.into_bytes())
}

/// One of many things that come one after the other.
pub fn render_line(body: &[u8]) -> Vec<u8> {
    let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    let columns = ["seq", "n", "at", "kind", "verb", "tool", "subject_id", "is_error", "output"];
    let cells = columns.iter().filter_map(|column| match (*column, object.get(*column)?) {
        ("is_error", Value::Bool(failed)) => failed.then(|| "failed".to_owned()),
        (_, value) => Some(cell(value)).filter(|cell| !cell.is_empty()),
    });
    let line = cells.collect::<Vec<_>>().join("  ");
    match terminal_width() {
        Some(width) => cut(&line, width).into_bytes(),
        None => line.into_bytes(),
    }
}

/// How many columns the terminal has; nothing when the output goes elsewhere, where nothing may be cut.
fn terminal_width() -> Option<usize> {
    if !stdout().is_terminal() {
        return None;
    }
    crossterm::terminal::size().ok().map(|(width, _)| usize::from(width)).filter(|width| *width > 0)
}

fn list(items: &[Value], width: Option<usize>) -> String {
    if items.is_empty() {
        return "(none)\n".to_owned();
    }
    let objects: Vec<&Map<String, Value>> = items.iter().filter_map(Value::as_object).collect();
    if objects.len() < items.len() {
        return items.iter().map(|item| cell(item) + "\n").collect();
    }
    let columns = columns(&objects);
    let mut rows = vec![columns.iter().map(|column| column.to_uppercase()).collect::<Vec<_>>()];
    rows.extend(objects.iter().map(|object| columns.iter().map(|column| field(object, column)).collect()));
    aligned(&rows, width)
}

/// The columns that say something about these objects.
fn columns<'a>(objects: &[&'a Map<String, Value>]) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for key in objects.iter().flat_map(|object| object.keys()) {
        if !all.contains(&key.as_str()) {
            all.push(key);
        }
    }
    all.retain(|key| objects.iter().any(|object| !field(object, key).is_empty()));
    // Of a list of cases it need not be said that each is a CASE.
    let is_constant = |kind: &str| !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_uppercase());
    all.retain(|key| *key != "type" || !objects.iter().all(|object| is_constant(&field(object, key))));
    // Rows of data tables have columns of their own.
    if !all.contains(&"id") && !all.contains(&"n") && !all.contains(&"actor_id") && !all.contains(&"base_url") {
        return all;
    }
    COLUMNS.iter().filter_map(|column| all.iter().find(|key| *key == column).copied()).collect()
}

fn field(object: &Map<String, Value>, name: &str) -> String {
    object.get(name).map(cell).unwrap_or_default()
}

fn aligned(rows: &[Vec<String>], width: Option<usize>) -> String {
    let count = rows.first().map_or(0, Vec::len);
    let mut widths: Vec<usize> =
        (0..count).map(|n| rows.iter().map(|row| row[n].width()).max().unwrap_or_default()).collect();
    if let Some(width) = width {
        fit(&mut widths, width);
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let cell = cut(cell, *width);
            line.push_str(&cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + GAP));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Makes the columns fit: the widest is cut first, down to a width at which it still says something; then the last ones go.
/// The first one, the id, stays whole.
fn fit(widths: &mut Vec<usize>, total: usize) {
    let taken = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    while taken(widths) > total {
        let widest = widths.iter_mut().skip(1).max().filter(|widest| **widest > NARROWEST);
        if let Some(widest) = widest {
            *widest -= 1;
        } else if widths.len() > 1 {
            widths.pop();
        } else {
            return;
        }
    }
}

fn single(object: &Map<String, Value>) -> String {
    let widest = object.keys().map(|key| key.width()).max().unwrap_or_default();
    let mut text = String::new();
    for (key, value) in object {
        let value = match value {
            Value::String(long) if long.contains('\n') => long.lines().map(printable).collect(),
            Value::Array(items) if items.iter().any(Value::is_object) => items.iter().map(cell).collect(),
            other => vec![cell(other)],
        };
        let mut lines = value.iter().map(String::as_str);
        let first = format!("{key:widest$}  {}", lines.next().unwrap_or_default());
        text.push_str(first.trim_end());
        text.push('\n');
        for line in lines {
            text.push_str(format!("{:widest$}  {line}", "").trim_end());
            text.push('\n');
        }
    }
    text
}

/// A value on one line.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => printable(&without_fraction(text)),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(object) => {
            let called = ["text", "error", "title", "name", "id", "file"].iter().find_map(|name| object.get(*name));
            called.map_or_else(|| printable(&value.to_string()), cell)
        }
        other => other.to_string(),
    }
}

/// Text without what would move the cursor or change the terminal.
fn printable(text: &str) -> String {
    let hidden = |c: &char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if hidden(&c) { ' ' } else { c }).collect()
}

/// Times without the part of a second.
fn without_fraction(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_time = bytes.len() > 20
        && bytes.iter().zip(b"0000-00-00T00:00:00.").all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
        && bytes.ends_with(b"Z");
    if is_time { format!("{}Z", &text[..19]) } else { text.to_owned() }
}

/// The text, cut to a width.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or_default();
        if used > width {
            break;
        }
        kept.push(character);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(value: Value) -> String {
        String::from_utf8(render(value.to_string().as_bytes()).expect("JSON")).expect("UTF-8")
    }

    #[test]
    fn a_list_has_the_columns_that_say_something() {
        let page = json!({"data": [
            {"id": "a", "type": "CASE", "created_at": "2026-01-31T09:30:00.123Z", "title": "Mühle", "status": "open",
             "tags": ["x", "y"], "assignee": {"id": "u1", "type": "USER", "url": "/u1"}, "external_id": null,
             "updated_at": "2026-01-31T09:30:00.123Z"},
            {"id": "b2", "type": "CASE", "title": "水", "status": "started", "tags": [], "updated_at": "2026-01-31T09:30:00Z"},
        ], "has_more": false});
        assert_eq!(
            shown(page),
            "ID  TITLE  STATUS   ASSIGNEE  TAGS  UPDATED_AT\n\
             a   Mühle  open     u1        x, y  2026-01-31T09:30:00Z\n\
             b2  水     started                  2026-01-31T09:30:00Z\n"
        );
    }

    #[test]
    fn rows_of_a_data_table_have_its_columns() {
        let page =
            json!({"data": [{"Amount (€)": 1.50, "open": true}, {"Amount (€)": null, "open": false}], "meta": {}});
        assert_eq!(shown(page), "AMOUNT (€)  OPEN\n1.5         true\n            false\n");
    }

    #[test]
    fn an_object_is_shown_line_by_line() {
        let one = json!({"data": {"id": "a", "description": "first\nsecond", "labels": [{"id": "l", "name": "urgent"}],
                                  "summary": null}, "meta": {"request_id": "r"}});
        assert_eq!(
            shown(one),
            "id           a\ndescription  first\n             second\nlabels       urgent\nsummary\n"
        );
    }

    #[test]
    fn a_list_of_nothing_says_so() {
        assert_eq!(shown(json!({"data": [], "has_more": false})), "(none)\n");
        assert_eq!(shown(json!([])), "(none)\n");
    }

    #[test]
    fn steps_and_events_are_shown_one_a_line() {
        let line = |value: Value| String::from_utf8(render_line(value.to_string().as_bytes())).expect("UTF-8");
        let step =
            |failed: bool| json!({"n": 2, "kind": "tool", "tool": "read_case", "is_error": failed, "output": null});
        assert_eq!(line(step(false)), "2  tool  read_case");
        assert_eq!(line(step(true)), "2  tool  read_case  failed");
    }

    #[test]
    fn what_would_change_the_terminal_is_not_printed() {
        let evil = shown(json!([{"id": "a", "title": "\u{1b}[2J\u{202e}x\ny\u{9b}31m"}]));
        assert_eq!(evil, "ID  TITLE\na    [2J x y 31m\n");
        let line = render_line(json!({"seq": 1, "verb": "a\u{1b}b"}).to_string().as_bytes());
        assert_eq!(String::from_utf8(line).expect("UTF-8"), "1  a b");
    }

    #[test]
    fn columns_are_cut_and_left_out_until_they_fit() {
        let rows = vec![
            vec!["ID".to_owned(), "TITLE".into(), "STATUS".into()],
            vec!["0123456789".to_owned(), "a long title that goes on".into(), "open".into()],
        ];
        assert_eq!(
            aligned(&rows, Some(80)),
            "ID          TITLE                      STATUS\n0123456789  a long title that goes on  open\n"
        );
        assert_eq!(aligned(&rows, Some(30)), "ID          TITLE       STATUS\n0123456789  a long ti…  open\n");
        assert_eq!(aligned(&rows, Some(22)), "ID          TITLE\n0123456789  a long …\n");
        assert_eq!(aligned(&rows, Some(5)), "ID\n0123456789\n");
    }

    #[test]
    fn what_is_no_json_is_not_shown_in_columns() {
        assert_eq!(render(b"<html>"), None);
    }
}
