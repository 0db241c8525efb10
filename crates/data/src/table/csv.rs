//! CSV: one row a record, below a header.

use csv::{Reader, ReaderBuilder, StringRecord};
use kernel::{Error, Result};

use super::{Builder, Guess, MOST_COLUMNS, SourceFormat, Table, bad_row, count_row, too_many_columns};
use crate::schema::{self, Cell, Column};

/// A record put after the end of the file. Where it does not arrive as a record of its own, a quotation mark was still open:
/// the parser itself takes the end of the file for the end of the cell.
const END: &str = "\u{1}end of file\u{1}";

/// Reads a table in two passes: one to find the types, one to convert.
pub fn read(text: &str, given: Option<&[Column]>) -> Result<Table> {
    let (delimiter, text) = delimiter(text);
    // Without a line break before it, the record would continue the last line.
    let text = format!("{text}\n{END}");
    let header = header(&text, delimiter)?;
    let names = schema::unique_names(header.iter());
    let columns = match given {
        Some(given) => {
            same_columns(&names, given)?;
            given.to_vec()
        }
        None => {
            let mut guesses = vec![Guess::default(); names.len()];
            each(&text, delimiter, names.len(), &mut |_, record| {
                guesses.iter_mut().zip(record).for_each(|(guess, cell)| guess.see(Cell::Text(cell)));
                Ok(())
            })?;
            let typed = names.iter().zip(&guesses);
            typed.map(|(name, guess)| Column { name: name.clone(), column_type: guess.column_type() }).collect()
        }
    };
    // Where each column of the table is in the file.
    let places: Vec<Option<usize>> =
        columns.iter().map(|column| names.iter().position(|name| *name == column.name)).collect();
    let mut builder = Builder::new(SourceFormat::Csv, columns);
    each(&text, delimiter, names.len(), &mut |row, record| {
        builder.push(row, places.iter().map(|place| place.and_then(|i| record.get(i)).map(Cell::Text)))
    })?;
    Ok(builder.table)
}

fn same_columns(names: &[String], given: &[Column]) -> Result<()> {
    if let Some(missing) = given.iter().find(|column| !names.contains(&column.name)) {
        return Err(Error::invalid("columns", format!("the file has no column {}", missing.name)));
    }
    if let Some(extra) = names.iter().find(|name| given.iter().all(|column| column.name != **name)) {
        return Err(Error::invalid("columns", format!("the file's column {extra} is not among the columns")));
    }
    Ok(())
}

/// What separates the cells: what the first line says (`sep=;`, as Excel writes it), or what is most often in it outside of
/// quotation marks.
fn delimiter(text: &str) -> (u8, &str) {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if let Some(&[told]) = first.strip_prefix("sep=").map(str::as_bytes)
        && told.is_ascii()
        && let Some((_, rest)) = text.split_once('\n')
    {
        return (told, rest);
    }
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    for byte in first.bytes() {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some((_, count)) = counts.iter_mut().find(|(candidate, _)| *candidate == byte) {
            *count += 1;
        }
    }
    // The first of those that are equally frequent.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(candidate, _)| *candidate);
    (most, text)
}

fn open(text: &str, delimiter: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

fn header(text: &str, delimiter: u8) -> Result<StringRecord> {
    let mut record = StringRecord::new();
    let read = open(text, delimiter).read_record(&mut record).map_err(|e| Error::invalid("file", e.to_string()))?;
    if !read || is_end(&record) {
        return Err(Error::invalid("file", "the file is empty; its first line must name the columns"));
    }
    if record.len() > MOST_COLUMNS {
        return Err(too_many_columns());
    }
    Ok(record)
}

fn is_end(record: &StringRecord) -> bool {
    record.len() == 1 && record.get(0) == Some(END)
}

/// Hands out the records below the header with their numbers, from 1.
fn each(text: &str, delimiter: u8, width: usize, on: &mut dyn FnMut(usize, &StringRecord) -> Result<()>) -> Result<()> {
    let mut reader = open(text, delimiter);
    let mut record = StringRecord::new();
    let mut row = 0;
    let mut is_header = true;
    while reader.read_record(&mut record).map_err(|e| bad_row(row + 1, e))? {
        if is_end(&record) {
            return Ok(());
        }
        let open_quote = record.iter().next_back().is_some_and(|cell| cell.ends_with(END));
        if open_quote {
            return Err(bad_row(row.max(1), "a quotation mark is not closed"));
        }
        if std::mem::take(&mut is_header) {
            continue;
        }
        row += 1;
        count_row(row)?;
        if record.len() != width {
            return Err(bad_row(row, format!("it has {} cells, the header has {width}", record.len())));
        }
        on(row, &record)?;
    }
    // The last record is always the one that was put there, or one that swallowed it.
    Err(bad_row(row.max(1), "a quotation mark is not closed"))
}
