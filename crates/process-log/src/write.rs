//! Writing XES.

use std::io::Write;

use serde_json::{Map, Value};

use crate::{
    Error, Event, Trace, time,
    xes::{self, GROUP, LIFECYCLE, NAME, OWN_ATTRIBUTES, OWN_VALUE, RESOURCE, TIME},
};

const BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace">
<string key="concept:name" value="UNKNOWN"/>
</global>
<global scope="event">
<string key="concept:name" value="UNKNOWN"/>
<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>
</global>
<classifier name="Activity" keys="concept:name"/>
"#;

const FIELDS_OF_TRACES: &[&str] = &[NAME];
const FIELDS_OF_EVENTS: &[&str] = &[NAME, TIME, RESOURCE, GROUP, LIFECYCLE];

/// Begins to write a log as XES (IEEE 1849) to `out`, which need not be buffered.
///
/// Call [`begin`](XesWriter::begin), [`trace`](XesWriter::trace) for each trace, and
/// [`finish`](XesWriter::finish).
///
/// Attributes keep their types: whole numbers become `int` (those beyond 64 bits with sign a
/// `string`), others `float`, RFC 3339 strings `date`, objects `container`, arrays `list`, and an
/// object of `value` and `attributes`, as [`read`](crate::read) makes it, an attribute with
/// nested ones. Null is not written. A character that XML forbids, such as a control character,
/// becomes U+FFFD, so that it can be seen that something was there. All else is read again as it
/// was written.
pub fn write_xes<W: Write>(out: W) -> XesWriter<W> {
    XesWriter { out, text: String::new(), begun: false }
}

/// Writes a log as XES trace by trace; made by [`write_xes`].
#[derive(Debug)]
pub struct XesWriter<W> {
    out: W,
    text: String,
    begun: bool,
}

impl<W: Write> XesWriter<W> {
    /// Writes what precedes the traces: the standard extensions, the attributes every trace and
    /// event has, the classifier by activity, and `attributes` of the log. A second call does
    /// nothing; without a call the log has no attributes.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn begin(&mut self, attributes: &Map<String, Value>) -> Result<(), Error> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        self.text.push_str(BEGIN);
        members(&mut self.text, attributes, &[]);
        self.flush()
    }

    /// Writes one trace. Attributes called like a field of [`Trace`] or [`Event`] are left out.
    ///
    /// # Errors
    /// [`Error::Write`]; [`Error::TimeOutOfRange`], and then nothing of the trace is written.
    pub fn trace(&mut self, trace: &Trace) -> Result<(), Error> {
        self.begin(&Map::new())?;
        self.text.push_str("<trace>\n");
        leaf(&mut self.text, "string", NAME, &trace.key);
        members(&mut self.text, &trace.attributes, FIELDS_OF_TRACES);
        for event in &trace.events {
            if let Err(error) = self.event(event) {
                self.text.clear();
                return Err(error);
            }
        }
        self.text.push_str("</trace>\n");
        self.flush()
    }

    /// Ends the log, flushes the output and gives it back.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn finish(mut self) -> Result<W, Error> {
        self.begin(&Map::new())?;
        self.out.write_all(b"</log>\n")?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn event(&mut self, event: &Event) -> Result<(), Error> {
        let text = &mut self.text;
        let Some(at) = time::format(event.at) else {
            return Err(Error::TimeOutOfRange { activity: event.activity.clone(), at: event.at });
        };
        text.push_str("<event>\n");
        leaf(text, "string", NAME, &event.activity);
        leaf(text, "date", TIME, &at);
        for (key, value) in [(RESOURCE, &event.resource), (GROUP, &event.group), (LIFECYCLE, &event.lifecycle)] {
            if let Some(value) = value {
                leaf(text, "string", key, value);
            }
        }
        members(text, &event.attributes, FIELDS_OF_EVENTS);
        text.push_str("</event>\n");
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.out.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }
}

fn members(text: &mut String, attributes: &Map<String, Value>, except: &[&str]) {
    for (key, value) in attributes {
        if !except.contains(&key.as_str()) {
            attribute(text, key, value);
        }
    }
}

fn attribute(text: &mut String, key: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(elements) => {
            open(text, "list", key, None);
            elements.iter().for_each(|value| element(text, value));
            close(text, "list");
        }
        Value::Object(object) => match with_nested(object) {
            Some((value, nested)) => {
                let (tag, value) = scalar(value);
                open(text, tag, key, Some(&value));
                members(text, nested, &[]);
                close(text, tag);
            }
            None => {
                open(text, "container", key, None);
                members(text, object, &[]);
                close(text, "container");
            }
        },
        value => {
            let (tag, value) = scalar(value);
            leaf(text, tag, key, &value);
        }
    }
}

/// An element of a list: an object of one key lends its key, all else has none.
fn element(text: &mut String, value: &Value) {
    if let Value::Object(object) = value
        && let (1, Some((key, value))) = (object.len(), object.iter().next())
        && !key.is_empty()
        && !value.is_null()
    {
        attribute(text, key, value);
    } else {
        attribute(text, "", value);
    }
}

/// The value and the nested attributes of an object that stands for an attribute with both.
fn with_nested(object: &Map<String, Value>) -> Option<(&Value, &Map<String, Value>)> {
    let value = object.get(OWN_VALUE)?;
    let nested = object.get(OWN_ATTRIBUTES)?.as_object()?;
    let simple = value.is_string() || value.is_number() || value.is_boolean();
    let lasting = nested.values().any(|value| !value.is_null());
    (object.len() == 2 && simple && lasting).then_some((value, nested))
}

/// The element and the text of a value that holds no others.
fn scalar(value: &Value) -> (&'static str, String) {
    match value {
        Value::Bool(_) => ("boolean", value.to_string()),
        Value::Number(number) if number.is_i64() => ("int", value.to_string()),
        Value::Number(number) if number.is_f64() => ("float", value.to_string()),
        Value::String(text) => match xes::exact_date(text) {
            Some(date) => ("date", date),
            None => ("string", text.clone()),
        },
        value => ("string", value.to_string()),
    }
}

fn leaf(text: &mut String, tag: &str, key: &str, value: &str) {
    start(text, tag, key, Some(value));
    text.push_str("/>\n");
}

fn open(text: &mut String, tag: &str, key: &str, value: Option<&str>) {
    start(text, tag, key, value);
    text.push_str(">\n");
}

fn close(text: &mut String, tag: &str) {
    text.push_str("</");
    text.push_str(tag);
    text.push_str(">\n");
}

fn start(text: &mut String, tag: &str, key: &str, value: Option<&str>) {
    text.push('<');
    text.push_str(tag);
    text.push_str(" key=\"");
    escape(text, key);
    if let Some(value) = value {
        text.push_str("\" value=\"");
        escape(text, value);
    }
    text.push('"');
}

/// Writes the value of an XML attribute. White space other than blanks is escaped, since readers
/// turn it into blanks; what XML forbids even when escaped becomes U+FFFD.
fn escape(text: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#9;"),
            '\n' => text.push_str("&#10;"),
            '\r' => text.push_str("&#13;"),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => text.push('\u{fffd}'),
            character => text.push(character),
        }
    }
}
