//! JSON lines: one event an object, one object a line.

use std::{collections::HashSet, io::BufRead, ops::ControlFlow, path::Path};

use serde_json::{Map, Value};

use crate::{
    Error, Item, Rejected, Scan,
    columns::{Cases, Draft, Layout},
    source::{Charset, Source},
};

pub(crate) fn scan(path: &Path) -> Result<Scan, Error> {
    let mut source = Source::open(path, Charset::Guessed)?;
    let mut layout = Layout::default();
    let mut cases = HashSet::new();
    let mut events = 0;
    let _never_broken = each_line(&mut source, &mut |_, object| {
        events += 1;
        if let Some(case) = object.ok().and_then(|object| draft(&mut layout, object).into_case()) {
            cases.insert(case);
        }
        ControlFlow::Continue(())
    })?;
    Ok(Scan { traces: cases.len() as u64, events, bytes: source.bytes_read() })
}

pub(crate) fn read(path: &Path, on: &mut dyn FnMut(Item) -> ControlFlow<()>) -> Result<(), Error> {
    let mut source = Source::open(path, Charset::Guessed)?;
    let mut layout = Layout::default();
    let mut cases = Cases::default();
    let end = each_line(&mut source, &mut |line, object| {
        let added = match object {
            Ok(object) => cases.add(line, draft(&mut layout, object)),
            Err(reason) => Err(Rejected { line: Some(line), trace: None, reason }),
        };
        match added {
            Ok(()) => ControlFlow::Continue(()),
            Err(rejected) => on(Item::Rejected(rejected)),
        }
    })?;
    if end.is_continue() {
        cases.finish(on);
    }
    Ok(())
}

/// The event an object describes; `layout` is kept as long as objects have the same keys.
fn draft(layout: &mut Layout, object: Map<String, Value>) -> Draft<'_> {
    if !layout.fits(object.keys()) {
        *layout = Layout::new(object.keys().map(String::as_str));
    }
    let mut draft = Draft::default();
    for (target, (_, value)) in layout.targets.iter().zip(object) {
        draft.put(target, value);
    }
    draft
}

type OnLine<'a> = dyn FnMut(u64, Result<Map<String, Value>, String>) -> ControlFlow<()> + 'a;

/// Hands out the lines that are not blank with their numbers, as objects or why they are none.
fn each_line(source: &mut Source, on: &mut OnLine<'_>) -> Result<ControlFlow<()>, Error> {
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        match source.read_until(b'\n', &mut text) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => return Err(source.failed(&error)),
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        let object = serde_json::from_slice(&text);
        if let Err(error) = &object
            && error.is_eof()
            && !source.ends_a_line()
        {
            return Err(source.truncated("the last object is not closed"));
        }
        let object = object.map_err(|error| format!("it is not a JSON object: {error}"));
        if on(line, object).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}
