//! The order in which rows are wanted: `column`, or `-column` for the reverse, several separated by commas.
//!
//! A name with a comma, a leading minus or spaces at its ends is written in backticks. Empty cells come last in both
//! directions, and rows that are equal stay in the order of the source. Texts are ordered byte by byte.

use kernel::{Error, Result};

use crate::schema::Column;

/// The most columns that rows are ordered by.
const MOST_KEYS: usize = 10;

/// One column that rows are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The column's place among the columns.
    pub column: usize,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// Reads an order.
///
/// # Errors
/// `Invalid` naming `sort`.
pub fn parse(text: &str, columns: &[Column]) -> Result<Vec<Key>> {
    let mut keys = Vec::new();
    for part in parts(text) {
        let part = part.trim();
        let (descending, name) = match part.strip_prefix('-') {
            Some(name) => (true, name.trim()),
            None => (false, part),
        };
        let name = name.strip_prefix('`').and_then(|name| name.strip_suffix('`')).unwrap_or(name);
        let column = columns.iter().position(|column| column.name == name);
        let column = column.ok_or_else(|| Error::invalid("sort", format!("there is no column {name:?}")))?;
        keys.push(Key { column, descending });
        if keys.len() > MOST_KEYS {
            return Err(Error::invalid("sort", format!("rows can be ordered by {MOST_KEYS} columns at most")));
        }
    }
    Ok(keys)
}

/// What the commas outside of backticks separate.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '`';
        c == ',' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ColumnType;

    #[test]
    fn orders_are_read() {
        let columns = ["a", "b,c", "-d"].map(|name| Column { name: name.to_owned(), column_type: ColumnType::Text });
        let key = |column, descending| Key { column, descending };
        assert_eq!(parse("a", &columns).unwrap(), [key(0, false)]);
        assert_eq!(parse("-a, `b,c`,-`-d`", &columns).unwrap(), [key(0, true), key(1, false), key(2, true)]);
        for bad in ["", "x", "a,", "a;b", "-", "`", "-d"] {
            assert_eq!(parse(bad, &columns).unwrap_err().fields()[0].path, "sort", "{bad}");
        }
        assert!(parse(&["a"; 11].join(","), &columns).is_err());
    }
}
