//! Tables: one event a row.

use std::{
    collections::HashSet,
    io::{BufRead, Read},
    ops::ControlFlow,
    path::Path,
};

use csv::{ReaderBuilder, StringRecord, Terminator};
use serde_json::Value;

use crate::{
    Error, Item, Rejected, Scan,
    columns::{self, Cases, Draft, Layout, Role},
    source::{Charset, Source},
};

/// A row put after the end of the file. Where it does not arrive as a row of its own, a quotation
/// mark was still open: the parser itself takes the end of the file for the end of the cell.
const END: &str = "\u{1}end of log\u{1}";

/// [`END`] on a line of its own.
const LAST_ROW: &[u8] = b"\n\x01end of log\x01";

pub(crate) fn scan(path: &Path) -> Result<Scan, Error> {
    let mut source = Source::open(path, Charset::Guessed)?;
    let mut cases = HashSet::new();
    let mut events = 0;
    let _never_broken = each_row(&mut source, &mut |layout, _, row| {
        events += 1;
        if let Some(case) = layout.column(Role::Case).and_then(|column| row.get(column))
            && !case.is_empty()
            && !cases.contains(case)
        {
            cases.insert(case.to_owned());
        }
        ControlFlow::Continue(())
    })?;
    Ok(Scan { traces: cases.len() as u64, events, bytes: source.bytes_read() })
}

pub(crate) fn read(path: &Path, on: &mut dyn FnMut(Item) -> ControlFlow<()>) -> Result<(), Error> {
    let mut source = Source::open(path, Charset::Guessed)?;
    let mut cases = Cases::default();
    let end = each_row(&mut source, &mut |layout, line, row| match event(layout, line, row, &mut cases) {
        Ok(()) => ControlFlow::Continue(()),
        Err(rejected) => on(Item::Rejected(rejected)),
    })?;
    if end.is_continue() {
        cases.finish(on);
    }
    Ok(())
}

fn event(layout: &Layout, line: u64, row: &StringRecord, cases: &mut Cases) -> Result<(), Rejected> {
    let wanted = layout.targets.len();
    if row.len() != wanted {
        let reason = format!("it has {} cells, the header has {wanted}", row.len());
        return Err(Rejected { line: Some(line), trace: None, reason });
    }
    let mut draft = Draft::default();
    for (target, cell) in layout.targets.iter().zip(row) {
        if !cell.is_empty() {
            draft.put(target, Value::String(cell.to_owned()));
        }
    }
    cases.add(line, draft)
}

type OnRow<'a> = dyn FnMut(&Layout, u64, &StringRecord) -> ControlFlow<()> + 'a;

/// Hands out the rows below the header with their lines, whatever number of cells they have.
fn each_row(source: &mut Source, on: &mut OnRow<'_>) -> Result<ControlFlow<()>, Error> {
    let begin = match source.fill_buf() {
        Ok(text) => text,
        Err(error) => return Err(source.failed(&error)),
    };
    let mut lines = begin.split(|&byte| byte == b'\n');
    let header = lines.find(|line| !line.trim_ascii().is_empty());
    // Left to itself the parser ends a row at \r and counts the \n after it to the next one.
    let terminator = match begin.contains(&b'\n') {
        true => Terminator::Any(b'\n'),
        false => Terminator::CRLF,
    };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(columns::delimiter(header.unwrap_or_default()))
        .terminator(terminator)
        .from_reader(source.by_ref().chain(LAST_ROW));
    let mut row = StringRecord::new();
    let mut layout: Option<Layout> = None;
    let mut whole = true;
    let closed = loop {
        if let Err(error) = reader.read_record(&mut row) {
            drop(reader);
            return Err(match error.kind() {
                csv::ErrorKind::Io(error) => source.failed(error),
                _ => source.malformed(error),
            });
        }
        drop_carriage_return(&mut row);
        let last = row.iter().next_back().unwrap_or(END);
        if last.ends_with(END) {
            break row.len() <= 1 && last == END;
        }
        if row.len() == 1 && last.is_empty() {
            continue;
        }
        let Some(layout) = &layout else {
            let names = Layout::new(row.iter());
            names.check()?;
            layout = Some(names);
            continue;
        };
        whole = row.len() == layout.targets.len();
        if on(layout, first_line(&reader, &row), &row).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    };
    drop(reader);
    if !closed {
        return Err(source.truncated("a quotation mark is not closed"));
    }
    if layout.is_none() {
        return Err(Error::Empty);
    }
    // A last row without line break may lack cells by mistake, but far more often it is cut.
    if !whole && !source.ends_a_line() {
        return Err(source.truncated("the last row lacks cells"));
    }
    Ok(ControlFlow::Continue(()))
}

/// The line the row just read begins on. Its own position is where the row before it ended, which
/// blank lines may follow.
fn first_line<R: Read>(reader: &csv::Reader<R>, row: &StringRecord) -> u64 {
    let within = row.iter().flat_map(str::bytes).filter(|&byte| byte == b'\n').count() as u64;
    reader.position().line().saturating_sub(1 + within).max(1)
}

/// Takes the first half of \r\n from the last cell of a row that ended at the second.
fn drop_carriage_return(row: &mut StringRecord) {
    let last = row.iter().next_back().and_then(|cell| cell.strip_suffix('\r'));
    if let Some(last) = last.map(str::to_owned) {
        row.truncate(row.len() - 1);
        row.push_field(&last);
    }
}
