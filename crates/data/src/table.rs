//! Reading a source: CSV, JSON or rows at hand become a [`Table`] of typed columns.

mod csv;
mod json;
mod text;

use kernel::{Error, Result};
use serde_json::{Map, Value as Json};

use crate::schema::{self, Cell, Column, ColumnType};

/// The most columns of a table.
pub const MOST_COLUMNS: usize = 200;
/// The most rows of a table.
pub const MOST_ROWS: usize = 1_000_000;

store::text_enum! {
    /// What a table was read from.
    pub enum SourceFormat {
        /// Comma-separated values; semicolons, tabs and bars separate too.
        Csv = "csv",
        /// An array of objects, `{"data": […]}`, or one object a line.
        Json = "json",
    }
}

impl SourceFormat {
    /// The format that a file's name or content type tells.
    pub fn of_file(name: &str, mime_type: Option<&str>) -> Option<Self> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("csv" | "tsv" | "tab" | "psv" | "txt") => return Some(Self::Csv),
            Some("json" | "jsonl" | "ndjson") => return Some(Self::Json),
            _ => {}
        }
        let mime = mime_type?.split(';').next()?.trim().to_ascii_lowercase();
        match mime.as_str() {
            "text/csv" | "application/csv" | "text/tab-separated-values" => Some(Self::Csv),
            "application/json" | "application/x-ndjson" | "application/jsonl" => Some(Self::Json),
            _ => None,
        }
    }
}

/// What a table is read from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// The bytes of a file.
    File(SourceFormat, &'a [u8]),
    /// Rows at hand, each with its cells by name.
    Rows(&'a [Map<String, Json>]),
}

/// A table that was read: columns and rows, ready to be stored.
#[derive(Clone, Debug)]
pub struct Table {
    format: SourceFormat,
    columns: Vec<Column>,
    /// The rows one after another, each a JSON object without its empty cells.
    rows: String,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Table {
    /// Reads a source. Without `columns`, their types are found by looking at every cell: the narrowest of text, integer,
    /// number, boolean, date and datetime that keeps all of them as they are. With `columns`, the source must have exactly
    /// these (in any order; JSON rows may lack cells), and every cell must fit its type.
    ///
    /// This takes seconds for a large source: call it outside of a transaction, on a thread that may block.
    ///
    /// # Errors
    /// `Invalid` naming `file` (or `rows`, where they are at hand) and the row, numbered from 1 below the header; `Invalid`
    /// naming `columns`.
    pub fn read(source: Source<'_>, columns: Option<&[Column]>) -> Result<Self> {
        if let Some(columns) = columns {
            schema::check_columns(columns, MOST_COLUMNS)?;
        }
        match source {
            Source::File(SourceFormat::Csv, bytes) => csv::read(&text::decode(bytes)?, columns),
            Source::File(SourceFormat::Json, bytes) => {
                let text = text::decode(bytes)?;
                json::read(|row| json::each(&text, row), columns)
            }
            Source::Rows(rows) => {
                let read = json::read(|row| rows.iter().enumerate().try_for_each(|(i, map)| row(i + 1, map)), columns);
                read.map_err(|error| match error.fields() {
                    [field] if field.path == "file" => Error::invalid("rows", error.message()),
                    _ => error,
                })
            }
        }
    }

    /// What it was read from.
    pub fn format(&self) -> SourceFormat {
        self.format
    }

    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The rows in order, each a JSON object without its empty cells.
    pub fn rows(&self) -> impl Iterator<Item = &str> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        self.ends.iter().zip(begins).map(|(end, begin)| self.rows.get(begin..*end).unwrap_or_default())
    }
}

/// Builds a table row by row.
struct Builder {
    table: Table,
    /// Each column's name as a key of JSON, with its colon.
    keys: Vec<String>,
}

impl Builder {
    fn new(format: SourceFormat, columns: Vec<Column>) -> Self {
        let keys = columns.iter().map(|column| format!("{}:", Json::from(column.name.as_str()))).collect();
        Self { table: Table { format, columns, rows: String::new(), ends: Vec::new() }, keys }
    }

    /// Adds a row; `cells` are in the order of the columns.
    fn push<'a>(&mut self, row: usize, cells: impl Iterator<Item = Option<Cell<'a>>>) -> Result<()> {
        let text = &mut self.table.rows;
        text.push('{');
        let mut first = true;
        for ((column, key), cell) in self.table.columns.iter().zip(&self.keys).zip(cells) {
            let Some(cell) = cell else { continue };
            let value = cell.value(column.column_type).map_err(|cell| misfit(row, column, &cell))?;
            let Some(value) = value else { continue };
            if matches!(&value, Json::String(text) if text.contains('\0')) {
                return Err(bad_row(row, format!("column {} contains the zero character", column.name)));
            }
            if !std::mem::take(&mut first) {
                text.push(',');
            }
            text.push_str(key);
            text.push_str(&value.to_string());
        }
        text.push('}');
        self.table.ends.push(self.table.rows.len());
        Ok(())
    }
}

/// Finds out a column's type from all its cells.
#[derive(Clone, Copy, Default)]
struct Guess(Option<ColumnType>);

impl Guess {
    fn see(&mut self, cell: Cell<'_>) {
        // Nothing is wider than text.
        if self.0 != Some(ColumnType::Text)
            && let Some(seen) = cell.suggests()
        {
            self.0 = Some(self.0.map_or(seen, |before| before.widen(seen)));
        }
    }

    fn column_type(self) -> ColumnType {
        self.0.unwrap_or(ColumnType::Text)
    }
}

fn misfit(row: usize, column: &Column, cell: &str) -> Error {
    const SHOWN: usize = 40;
    let mut shown: String = cell.chars().take(SHOWN).collect();
    if shown.len() < cell.len() {
        shown.push('…');
    }
    bad_row(row, format!("{shown:?} in column {} is not {}", column.name, column.column_type.described()))
}

fn bad_row(row: usize, why: impl std::fmt::Display) -> Error {
    Error::invalid("file", format!("row {row}: {why}"))
}

fn count_row(row: usize) -> Result<()> {
    if row > MOST_ROWS {
        return Err(Error::invalid("file", format!("a table can have {MOST_ROWS} rows at most")));
    }
    Ok(())
}

fn too_many_columns() -> Error {
    Error::invalid("file", format!("a table can have {MOST_COLUMNS} columns at most"))
}

#[cfg(test)]
mod tests;
