//! JSON: an array of objects, an object whose `data` is one, or one object a line.

use std::{collections::HashMap, fmt};

use kernel::{Error, Result};
use serde::de::{Deserializer as _, Error as _, SeqAccess, Visitor};
use serde_json::{Map, Value as Json, value::RawValue};

use super::{Builder, Guess, MOST_COLUMNS, SourceFormat, Table, bad_row, count_row, too_many_columns};
use crate::schema::{self, Cell, Column};

type Row = Map<String, Json>;
type OnRow<'a> = dyn FnMut(usize, &Row) -> Result<()> + 'a;

/// Reads a table in two passes over the rows, which `each` hands out with their numbers.
pub fn read(each: impl Fn(&mut OnRow<'_>) -> Result<()>, given: Option<&[Column]>) -> Result<Table> {
    // The keys in the order in which they first come up, and where each is.
    let mut keys: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut guesses: Vec<Guess> = Vec::new();
    each(&mut |row, map| {
        count_row(row)?;
        for (key, value) in map {
            let place = match places.get(key) {
                Some(place) => *place,
                None if keys.len() == MOST_COLUMNS => return Err(too_many_columns()),
                None => {
                    places.insert(key.clone(), keys.len());
                    keys.push(key.clone());
                    guesses.push(Guess::default());
                    keys.len() - 1
                }
            };
            if let Some(guess) = guesses.get_mut(place) {
                guess.see(Cell::Json(value));
            }
        }
        Ok(())
    })?;
    let names = schema::unique_names(keys.iter().map(String::as_str));
    let columns: Vec<Column> = match given {
        Some(given) => {
            if let Some(extra) = names.iter().find(|name| given.iter().all(|column| column.name != **name)) {
                return Err(Error::invalid("columns", format!("the rows' column {extra} is not among the columns")));
            }
            given.to_vec()
        }
        None if names.is_empty() => {
            return Err(Error::invalid(
                "file",
                "there are no rows with cells, so there is nothing to take the columns from",
            ));
        }
        None => {
            let typed = names.iter().zip(&guesses);
            typed.map(|(name, guess)| Column { name: name.clone(), column_type: guess.column_type() }).collect()
        }
    };
    // The key that each column of the table has in the rows.
    let sources: Vec<Option<String>> = columns
        .iter()
        .map(|column| names.iter().position(|name| *name == column.name).and_then(|i| keys.get(i).cloned()))
        .collect();
    let mut builder = Builder::new(SourceFormat::Json, columns);
    each(&mut |row, map| {
        builder.push(row, sources.iter().map(|key| key.as_ref().and_then(|key| map.get(key)).map(Cell::Json)))
    })?;
    Ok(builder.table)
}

/// Hands out the rows of a JSON text, one at a time.
pub fn each(text: &str, on: &mut OnRow<'_>) -> Result<()> {
    let first = text.trim_start().chars().next();
    if first == Some('[') {
        return array(text, on);
    }
    if first != Some('{') {
        let text = "the file must be an array of objects, {\"data\": […]} or one object a line";
        return Err(Error::invalid("file", text));
    }
    // One object alone may hold the rows; otherwise it is a row, and so are several.
    if let Ok(alone) = serde_json::from_str::<HashMap<String, &RawValue>>(text)
        && let Some(rows) = alone.get("data").filter(|rows| rows.get().starts_with('['))
    {
        return array(rows.get(), on);
    }
    for (i, row) in serde_json::Deserializer::from_str(text).into_iter::<Json>().enumerate() {
        let row = row.map_err(|e| bad_row(i + 1, e))?;
        on(i + 1, object(i + 1, &row)?)?;
    }
    Ok(())
}

fn object(number: usize, row: &Json) -> Result<&Row> {
    row.as_object().ok_or_else(|| bad_row(number, "it is not an object"))
}

/// Hands out the elements of an array.
fn array(text: &str, on: &mut OnRow<'_>) -> Result<()> {
    let mut walk = Walk { row: 0, failed: None, on };
    let mut source = serde_json::Deserializer::from_str(text);
    let walked = source.deserialize_seq(&mut walk).and_then(|()| source.end());
    match (walk.failed, walked) {
        (Some(error), _) => Err(error),
        (None, walked) => walked.map_err(|e| bad_row(walk.row + 1, e)),
    }
}

/// Walks through an array without keeping it.
struct Walk<'a, 'o> {
    row: usize,
    failed: Option<Error>,
    on: &'a mut OnRow<'o>,
}

impl<'de> Visitor<'de> for &mut Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<Json>()? {
            self.row += 1;
            if let Err(error) = object(self.row, &row).and_then(|map| (self.on)(self.row, map)) {
                self.failed = Some(error);
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
