//! XES (IEEE 1849): checked with quick-xml, read with `process_mining`.

use std::{
    io::{self, BufRead},
    ops::ControlFlow,
    path::Path,
};

use process_mining::core::{
    chrono::{DateTime, FixedOffset, SecondsFormat},
    event_data::case_centric::{
        Attribute, AttributeValue, Event as RawEvent, Trace as RawTrace,
        xes::{XESImportOptions, XESParseError, XESParsingTraceStream},
    },
};
use quick_xml::{
    Reader,
    events::{BytesStart, Event as Xml, attributes::Attribute as XmlAttribute},
};
use serde_json::{Map, Number, Value};
use uuid::Uuid;

use crate::{
    Error, Event, Item, Rejected, Scan, Trace,
    source::{Charset, Source},
    time,
};

/// Keys of the attributes that are fields of a [`Trace`] or an [`Event`].
pub(crate) const NAME: &str = "concept:name";
pub(crate) const TIME: &str = "time:timestamp";
pub(crate) const RESOURCE: &str = "org:resource";
pub(crate) const GROUP: &str = "org:group";
pub(crate) const LIFECYCLE: &str = "lifecycle:transition";

/// Keys of the two members of the object that an attribute with both a value and nested
/// attributes becomes.
pub(crate) const OWN_VALUE: &str = "value";
pub(crate) const OWN_ATTRIBUTES: &str = "attributes";

/// Elements within elements; more is no log but an attempt to exhaust the stack of its reader.
const MAX_DEPTH: usize = 48;

/// The form of dates tried before RFC 3339: it allows offsets without colon.
const DATE_FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.f%z";

pub(crate) fn scan(path: &Path) -> Result<Scan, Error> {
    let mut source = Source::open(path, Charset::Declared)?;
    let mut scan = Scan::default();
    match walk(&mut source, &mut scan) {
        Ok(()) => {
            scan.bytes = source.bytes_read();
            Ok(scan)
        }
        Err(fault) => Err(fault.into_error(&mut source)),
    }
}

/// What is wrong with a document, before it is known where.
enum Fault {
    Read(io::Error),
    Rule(String),
}

impl Fault {
    fn into_error(self, source: &mut Source) -> Error {
        match self {
            Self::Read(error) => source.failed(&error),
            Self::Rule(reason) => source.fault(reason),
        }
    }
}

impl From<quick_xml::Error> for Fault {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            quick_xml::Error::Io(error) => Self::Read(again(&error)),
            error => Self::Rule(error.to_string()),
        }
    }
}

impl From<XESParseError> for Fault {
    fn from(error: XESParseError) -> Self {
        match error {
            XESParseError::IOError(error) => Self::Read(again(&error)),
            XESParseError::XMLParsingError(error) => error.into(),
            XESParseError::NoTopLevelLog => Self::Rule("there is no <log>".to_owned()),
            XESParseError::MissingLastTrace | XESParseError::MissingLastEvent => {
                Self::Rule("there is an event outside of any trace".to_owned())
            }
            XESParseError::MissingKey(key) => Self::Rule(format!("an element lacks its {key}")),
            XESParseError::InvalidKeyValue(key) => Self::Rule(format!("an element has an unknown {key}")),
            error => Self::Rule(error.to_string()),
        }
    }
}

/// An error behind a shared pointer as one of one's own.
fn again(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}

/// Goes through the whole document, which must be well-formed and one `<log>`.
fn walk(source: &mut Source, scan: &mut Scan) -> Result<(), Fault> {
    let mut reader = Reader::from_reader(source);
    let mut buffer = Vec::new();
    let mut depth = 0;
    let mut seen = false;
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Xml::Start(tag) => {
                enter(&tag, depth, &mut seen, scan)?;
                depth += 1;
            }
            Xml::Empty(tag) => enter(&tag, depth, &mut seen, scan)?,
            Xml::End(_) => depth -= 1,
            Xml::Text(text) if depth == 0 && !text.trim_ascii().is_empty() => {
                return Err(Fault::Rule("there is text outside of <log>".to_owned()));
            }
            Xml::Eof if depth > 0 => {
                let reason = format!("</log> is missing after trace {}", scan.traces);
                return Err(Fault::Rule(reason));
            }
            Xml::Eof if !seen => return Err(XESParseError::NoTopLevelLog.into()),
            Xml::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Checks and counts one element.
fn enter(tag: &BytesStart<'_>, depth: usize, seen: &mut bool, scan: &mut Scan) -> Result<(), Fault> {
    let rule = |reason: &str| Err(Fault::Rule(reason.to_owned()));
    let name = tag.name();
    match (name.as_ref(), depth) {
        (b"log", 0) if !*seen => *seen = true,
        (_, 0) => return rule("the document is not one <log>"),
        (b"trace", 1) => scan.traces += 1,
        (b"event", 2) => scan.events += 1,
        (b"trace" | b"event", _) => {
            return rule("a trace must be in the log and an event in a trace");
        }
        (_, MAX_DEPTH) => return Err(Fault::Rule(format!("nested deeper than {MAX_DEPTH}"))),
        _ => {}
    }
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| Fault::Rule(error.to_string()))?;
        if attribute.key.as_ref() == b"value" {
            check_value(name.as_ref(), &attribute)?;
        }
    }
    Ok(())
}

/// Refuses values instead of which `process_mining` makes up zero, false or the nil UUID.
fn check_value(tag: &[u8], attribute: &XmlAttribute<'_>) -> Result<(), Fault> {
    let fits: fn(&str) -> bool = match tag {
        b"int" => |value| value.parse::<i64>().is_ok(),
        b"float" => |value| value.parse::<f64>().is_ok(),
        b"boolean" => |value| value.parse::<bool>().is_ok(),
        b"id" => |value| value.parse::<Uuid>().is_ok(),
        _ => return Ok(()),
    };
    let value = attribute.unescape_value()?;
    if fits(&value) {
        return Ok(());
    }
    let tag = String::from_utf8_lossy(tag);
    Err(Fault::Rule(format!("{value:?} is no value of type {tag}")))
}

pub(crate) fn read(path: &Path, on: &mut dyn FnMut(Item) -> ControlFlow<()>) -> Result<(), Error> {
    let mut source = Source::open(path, Charset::Declared)?;
    stream(&mut source, on).map_err(|fault| fault.into_error(&mut source))
}

fn stream(source: &mut Source, on: &mut dyn FnMut(Item) -> ControlFlow<()>) -> Result<(), Fault> {
    let mut reader = Reader::from_reader(Box::new(source) as Box<dyn BufRead + '_>);
    // process_mining 0.6 panics on <event/> and fails on <trace/>, but not on <event></event>.
    reader.config_mut().expand_empty_elements = true;
    let options =
        XESImportOptions { date_format: Some(DATE_FORMAT.to_owned()), verbose: false, ..XESImportOptions::default() };
    let (mut traces, log) = XESParsingTraceStream::try_new(Box::new(reader), options)?;
    let defaults = Defaults {
        trace: without(log.global_trace_attrs, &[NAME]),
        event: without(log.global_event_attrs, &[NAME, TIME]),
    };
    for (index, raw) in (&mut traces).enumerate() {
        if defaults.trace(index + 1, raw, on).is_break() {
            return Ok(());
        }
    }
    traces.check_for_errors().map_or(Ok(()), |error| Err(error.into()))
}

/// Attributes of traces and events that lack them, as the `<global>` elements say.
///
/// A name or a time is never filled in: better an event rejected than one at a time at which it
/// did not happen.
struct Defaults {
    trace: Vec<Attribute>,
    event: Vec<Attribute>,
}

fn without(mut attributes: Vec<Attribute>, keys: &[&str]) -> Vec<Attribute> {
    attributes.retain(|attribute| !keys.contains(&attribute.key.as_str()));
    attributes
}

impl Defaults {
    fn trace(&self, number: usize, raw: RawTrace, on: &mut dyn FnMut(Item) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut trace = Trace::default();
        for attribute in raw.attributes {
            match attribute.key.as_str() {
                NAME => trace.key = text(attribute.value).unwrap_or_default(),
                _ => insert(&mut trace.attributes, attribute),
            }
        }
        if trace.key.is_empty() {
            let lost = raw.events.len();
            let reason = format!("trace {number}, of {lost} events, has no {NAME}");
            return on(Item::Rejected(Rejected { line: None, trace: None, reason }));
        }
        for default in &self.trace {
            complete(&mut trace.attributes, default);
        }
        trace.events.reserve(raw.events.len());
        for (index, raw) in raw.events.into_iter().enumerate() {
            match self.event(raw) {
                Ok(event) => trace.events.push(event),
                Err(reason) => {
                    let reason = format!("event {} {reason}", index + 1);
                    let trace = Some(trace.key.clone());
                    on(Item::Rejected(Rejected { line: None, trace, reason }))?;
                }
            }
        }
        on(Item::Trace(trace))
    }

    /// The event, or the rest of a sentence why it is none.
    fn event(&self, raw: RawEvent) -> Result<Event, String> {
        let mut event = Event::default();
        let mut at = None;
        for attribute in raw.attributes {
            match attribute.key.as_str() {
                NAME => event.activity = text(attribute.value).unwrap_or_default(),
                TIME => at = Some(moment(&attribute.value)),
                RESOURCE => event.resource = text(attribute.value),
                GROUP => event.group = text(attribute.value),
                LIFECYCLE => event.lifecycle = text(attribute.value),
                _ => insert(&mut event.attributes, attribute),
            }
        }
        if event.activity.is_empty() {
            return Err(format!("has no {NAME}"));
        }
        event.at = match at {
            None => return Err(format!("({}) has no {TIME}", event.activity)),
            Some(None) => return Err(format!("({}) has an unreadable {TIME}", event.activity)),
            Some(Some(at)) => at,
        };
        for default in &self.event {
            let field = match default.key.as_str() {
                RESOURCE => &mut event.resource,
                GROUP => &mut event.group,
                LIFECYCLE => &mut event.lifecycle,
                _ => {
                    complete(&mut event.attributes, default);
                    continue;
                }
            };
            if field.is_none() {
                *field = text(default.value.clone());
            }
        }
        Ok(event)
    }
}

fn complete(attributes: &mut Map<String, Value>, default: &Attribute) {
    if !attributes.contains_key(&default.key) {
        insert(attributes, default.clone());
    }
}

fn insert(attributes: &mut Map<String, Value>, mut attribute: Attribute) {
    let key = std::mem::take(&mut attribute.key);
    attributes.insert(key, json(attribute));
}

/// A value as a name: nothing, empty or nested is no name.
fn text(value: AttributeValue) -> Option<String> {
    match value {
        AttributeValue::String(text) => Some(text).filter(|text| !text.is_empty()),
        AttributeValue::Date(date) => Some(rfc3339(date)),
        AttributeValue::None() | AttributeValue::List(_) | AttributeValue::Container(_) => None,
        value => Some(value.to_string()),
    }
}

fn moment(value: &AttributeValue) -> Option<i64> {
    match value {
        AttributeValue::Date(date) => Some(date.timestamp_micros()),
        AttributeValue::String(text) => time::parse(text),
        AttributeValue::Int(millis) => time::from_millis(*millis),
        _ => None,
    }
}

/// An attribute without its key as JSON: a container is an object and a list an array, whose
/// elements are bare where they have no key, else objects of that one key. Dates are strings. A
/// value that cannot be read is null, a float beyond JSON a string.
fn json(attribute: Attribute) -> Value {
    let value = match attribute.value {
        AttributeValue::String(text) => Value::String(text),
        AttributeValue::Date(date) => Value::String(rfc3339(date)),
        AttributeValue::Int(number) => number.into(),
        AttributeValue::Float(number) => {
            Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
        }
        AttributeValue::Boolean(value) => value.into(),
        AttributeValue::ID(id) => Value::String(id.to_string()),
        AttributeValue::List(elements) => elements.into_iter().map(element).collect(),
        AttributeValue::Container(members) => Value::Object(object(members)),
        AttributeValue::None() => Value::Null,
    };
    match attribute.own_attributes {
        None => value,
        Some(own) => Value::Object(Map::from_iter([
            (OWN_VALUE.to_owned(), value),
            (OWN_ATTRIBUTES.to_owned(), Value::Object(object(own))),
        ])),
    }
}

fn element(mut attribute: Attribute) -> Value {
    let key = std::mem::take(&mut attribute.key);
    let value = json(attribute);
    if key.is_empty() { value } else { Value::Object(Map::from_iter([(key, value)])) }
}

fn object(attributes: Vec<Attribute>) -> Map<String, Value> {
    let mut object = Map::new();
    for attribute in attributes {
        insert(&mut object, attribute);
    }
    object
}

/// RFC 3339 with the offset the date has, `Z` for UTC, and as many digits as it needs.
fn rfc3339(date: DateTime<FixedOffset>) -> String {
    date.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The date a string holds if, written as a date and read again, it is the same string.
pub(crate) fn exact_date(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 20 || bytes[4] != b'-' || bytes[10] != b'T' {
        return None;
    }
    let date = DateTime::parse_from_rfc3339(text).ok()?;
    (rfc3339(date) == text).then(|| date.to_rfc3339_opts(SecondsFormat::AutoSi, false))
}
