//! Standard output.

use std::io::{self, Write};

use serde::Serialize;

use crate::{Format, Result, failure::unwritable, json, table};

/// Shows answers as the person wants them.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    format: Format,
}

impl Output {
    pub fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether answers are shown as columns.
    pub fn is_table(&self) -> bool {
        self.format == Format::Table
    }

    /// Shows a body of the server: JSON laid out or in columns, anything else as it is. An empty one shows nothing.
    pub fn body(&self, body: &[u8]) -> Result {
        let text = match self.format {
            Format::Table => table::render(body),
            Format::Json => json::indented(body).map(|mut text| {
                text.push(b'\n');
                text
            }),
        };
        write(&text.unwrap_or_else(|| body.to_vec()))
    }

    /// Shows an answer of our own.
    pub fn value(&self, value: &impl Serialize) -> Result {
        match serde_json::to_vec(value) {
            Ok(text) => self.body(&text),
            Err(error) => Err(unwritable(error.into())),
        }
    }

    /// Shows one of many things that come one after the other: JSON on a line of its own.
    pub fn line(&self, text: &[u8]) -> Result {
        let mut line = match self.format {
            Format::Table => table::render_line(text),
            Format::Json => json::on_one_line(text),
        };
        line.push(b'\n');
        write(&line)
    }
}

/// Writes bytes as they are.
pub fn write(bytes: &[u8]) -> Result {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(unwritable)
}
