//! The filter language: which rows of a table are wanted.
//!
//! ```text
//! amount >= 100 and (status = "open" or not name contains "x") and note is null
//! ```
//!
//! | Written | Means |
//! |---|---|
//! | `column = value`, `!=`, `<`, `<=`, `>`, `>=` | compares; `<>` is `!=` |
//! | `column in (value, value, …)` | is one of these |
//! | `column contains "text"`, `column starts_with "text"` | for columns of type text; A to Z and a to z count as the same |
//! | `column is null`, `column is not null` | whether the cell is empty |
//! | `not …`, `… and …`, `… or …`, `( … )` | in this order of strength; `not in`, `not contains`, `not starts_with` can be written too |
//!
//! - Columns are written as they are (letters, digits and `_`, not beginning with a digit) or in backticks: `` `Amount (€)` ``.
//!   A column named like a word of the language needs backticks.
//! - Texts, dates and times are in double or single quotes; `\"`, `\'`, `\\`, `\n`, `\r` and `\t` stand for themselves.
//!   Numbers are written `12`, `-1.5`, `2e6`; truth values `true` and `false`.
//! - A value must fit its column: a number for `integer` and `number`, `true` or `false` (with `=`, `!=` and `in` only) for
//!   `boolean`, a text for `text`, `"2026-01-31"` for `date` and `datetime`, `"2026-01-31T09:30:00Z"` for `datetime`.
//! - Texts compare byte by byte, so upper case comes before lower case.
//! - A comparison with an empty cell is false. `!=` and `not` are exact opposites, so `status != "open"` holds for an empty
//!   cell.
//! - Words of the language can be written in upper case.
//!
//! A filter can have 10,000 characters, 200 comparisons and parentheses 32 deep.

mod lexer;
mod parser;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use kernel::Result;

pub use self::parser::parse;
use crate::schema::Column;

/// A filter that fits the columns of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of these, at least two.
    And(Vec<Filter>),
    /// One of these, at least two.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// The cell of a column, by its place among the columns, compared with a value.
    Compare(usize, Compare, Value),
    /// The cell of a column is one of these values.
    In(usize, Vec<Value>),
    /// The cell of a column contains this text or starts with it.
    Match(usize, Match, String),
    /// The cell of a column is empty.
    IsNull(usize),
}

/// How a cell is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Compare {
    /// The operator in SQL and, but for `!=`, in the language.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// What part of a text is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Any part.
    Contains,
    /// The beginning.
    StartsWith,
}

/// A value in the form in which cells of its column are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text, a date or a time.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A truth value.
    Boolean(bool),
}

impl Filter {
    /// The filter as it is written; reading it again gives the same filter.
    ///
    /// # Errors
    /// `Internal` when it was made for other columns.
    pub fn print(&self, columns: &[Column]) -> Result<String> {
        let mut out = String::new();
        self.write(columns, &mut out)?;
        Ok(out)
    }

    fn write(&self, columns: &[Column], out: &mut String) -> Result<()> {
        match self {
            Self::And(parts) => write_all(parts, " and ", columns, out),
            Self::Or(parts) => write_all(parts, " or ", columns, out),
            Self::Not(part) => {
                out.push_str("not ");
                write_part(part, columns, out)
            }
            Self::Compare(column, compare, value) => {
                write_name(*column, columns, out)?;
                let operator = if *compare == Compare::NotEqual { "!=" } else { compare.sql() };
                out.push_str(&format!(" {operator} "));
                write_value(value, out);
                Ok(())
            }
            Self::In(column, values) => {
                write_name(*column, columns, out)?;
                for (i, value) in values.iter().enumerate() {
                    out.push_str(if i == 0 { " in (" } else { ", " });
                    write_value(value, out);
                }
                out.push(')');
                Ok(())
            }
            Self::Match(column, part, text) => {
                write_name(*column, columns, out)?;
                out.push_str(if *part == Match::Contains { " contains " } else { " starts_with " });
                write_text(text, out);
                Ok(())
            }
            Self::IsNull(column) => {
                write_name(*column, columns, out)?;
                out.push_str(" is null");
                Ok(())
            }
        }
    }
}

fn write_all(parts: &[Filter], between: &str, columns: &[Column], out: &mut String) -> Result<()> {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        write_part(part, columns, out)?;
    }
    Ok(())
}

fn write_part(part: &Filter, columns: &[Column], out: &mut String) -> Result<()> {
    if !matches!(part, Filter::And(_) | Filter::Or(_)) {
        return part.write(columns, out);
    }
    out.push('(');
    part.write(columns, out)?;
    out.push(')');
    Ok(())
}

fn write_name(column: usize, columns: &[Column], out: &mut String) -> Result<()> {
    let name = &crate::sql::column(columns, column)?.name;
    if lexer::is_bare(name) {
        out.push_str(name);
    } else {
        out.push_str(&format!("`{name}`"));
    }
    Ok(())
}

fn write_value(value: &Value, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match value {
        Value::Text(text) => {
            write_text(text, out);
            Ok(())
        }
        Value::Integer(value) => write!(out, "{value}"),
        Value::Number(value) => write!(out, "{value:?}"),
        Value::Boolean(value) => write!(out, "{value}"),
    };
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
}
