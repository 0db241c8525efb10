//! Columns: their names and types, and which cells fit them.

use std::collections::HashSet;

use kernel::{Error, Result, Timestamp, check};
use serde_json::Value as Json;

store::text_enum! {
    /// What the cells of a column are.
    pub enum ColumnType {
        /// Any text.
        Text = "text",
        /// A whole number of 64 bits.
        Integer = "integer",
        /// A number, kept as a double.
        Number = "number",
        /// True or false.
        Boolean = "boolean",
        /// A day, `2026-01-31`.
        Date = "date",
        /// A point in time, `2026-01-31T09:30:00.000000Z`; without an offset it is taken as UTC.
        Datetime = "datetime",
    }
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Column {
    /// Its name, unique in the table.
    pub name: String,
    /// What its cells are.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
}

impl ColumnType {
    /// The narrowest type whose cells include those of both.
    pub(crate) fn widen(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Integer | Self::Number, Self::Integer | Self::Number) => Self::Number,
            (Self::Date | Self::Datetime, Self::Date | Self::Datetime) => Self::Datetime,
            _ => Self::Text,
        }
    }

    /// The type with its article, for messages.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Date => "a date such as 2026-01-31",
            Self::Datetime => "a time such as 2026-01-31T09:30:00Z",
        }
    }
}

/// The name that a column is kept under.
///
/// Names are keys of JSON objects and are written in filters, and SQLite takes some keys for paths. So control characters
/// become spaces, `"` and a backtick become `'`, `\` becomes `/`, white space around the name is dropped, a name that begins
/// with `$` or `[` gets a leading `_`, and what is longer than 200 characters is cut. An empty name stays empty.
pub fn column_name(given: &str) -> String {
    let clean: String = given
        .chars()
        .map(|c| match c {
            '"' | '`' => '\'',
            '\\' => '/',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    let clean = clean.trim();
    let marked = if clean.starts_with(['$', '[']) { format!("_{clean}") } else { clean.to_owned() };
    let cut: String = marked.chars().take(check::NAME).collect();
    cut.trim_end().to_owned()
}

/// Names for columns as a source gives them: empty ones are numbered, doubles get a number.
pub(crate) fn unique_names<'a>(given: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = Vec::new();
    for (i, given) in given.enumerate() {
        let base = match column_name(given) {
            name if name.is_empty() => format!("column_{}", i + 1),
            name => name,
        };
        let mut name = base.clone();
        let mut n = 1;
        while !taken.insert(name.clone()) {
            n += 1;
            let ending = format!("_{n}");
            let stem: String = base.chars().take(check::NAME - ending.len()).collect();
            name = stem + &ending;
        }
        names.push(name);
    }
    names
}

/// Checks columns that a caller gives.
pub(crate) fn check_columns(columns: &[Column], most: usize) -> Result<()> {
    if columns.is_empty() {
        return Err(Error::invalid("columns", "columns must not be empty"));
    }
    if columns.len() > most {
        return Err(Error::invalid("columns", format!("there can be {most} columns at most")));
    }
    let mut taken = HashSet::new();
    for (i, column) in columns.iter().enumerate() {
        let path = format!("columns[{i}].name");
        check::required(&path, &column.name, check::NAME)?;
        if column_name(&column.name) != column.name {
            let text = "a column's name must not contain control characters, \", ` or \\, nor begin with $ or [";
            return Err(Error::invalid(path, text));
        }
        if !taken.insert(&column.name) {
            return Err(Error::invalid(path, format!("there are two columns named {}", column.name)));
        }
    }
    Ok(())
}

/// A cell on its way into a table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    /// Text of a CSV file, whatever it means.
    Text(&'a str),
    /// A value of JSON.
    Json(&'a Json),
}

impl Cell<'_> {
    /// Whether there is nothing in it. An empty text is nothing.
    fn is_empty(self) -> bool {
        match self {
            Cell::Text(text) => text.trim().is_empty(),
            Cell::Json(Json::Null) => true,
            Cell::Json(Json::String(text)) => text.is_empty(),
            Cell::Json(_) => false,
        }
    }

    /// The type that it suggests; none when it is empty.
    pub(crate) fn suggests(self) -> Option<ColumnType> {
        if self.is_empty() {
            return None;
        }
        Some(match self {
            Cell::Text(text) => {
                let text = text.trim();
                if looks_integer(text) && text.parse::<i64>().is_ok() {
                    ColumnType::Integer
                } else if looks_number(text) && finite(text).is_some() {
                    ColumnType::Number
                } else if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
                    ColumnType::Boolean
                } else {
                    time_type(text)
                }
            }
            Cell::Json(Json::Bool(_)) => ColumnType::Boolean,
            Cell::Json(Json::Number(number)) if number.is_i64() => ColumnType::Integer,
            Cell::Json(Json::Number(_)) => ColumnType::Number,
            Cell::Json(Json::String(text)) => time_type(text),
            Cell::Json(_) => ColumnType::Text,
        })
    }

    /// The cell as a value of that type; none when it is empty. What cannot be one is given back as it reads.
    pub(crate) fn value(self, column_type: ColumnType) -> Result<Option<Json>, String> {
        if self.is_empty() {
            return Ok(None);
        }
        let text = match self {
            Cell::Text(text) => text.to_owned(),
            Cell::Json(Json::String(text)) => text.clone(),
            Cell::Json(value) => value.to_string(),
        };
        let trimmed = text.trim();
        let value = match column_type {
            ColumnType::Text => Some(Json::String(text.clone())),
            ColumnType::Integer => integer(self, trimmed).map(Json::from),
            ColumnType::Number => finite(trimmed).and_then(serde_json::Number::from_f64).map(Json::Number),
            ColumnType::Boolean => boolean(trimmed).map(Json::Bool),
            ColumnType::Date => date(trimmed).map(Json::String),
            ColumnType::Datetime => datetime(trimmed).map(Json::String),
        };
        value.map(Some).ok_or(text)
    }
}

fn time_type(text: &str) -> ColumnType {
    if date(text).is_some() {
        ColumnType::Date
    } else if datetime(text).is_some() {
        ColumnType::Datetime
    } else {
        ColumnType::Text
    }
}

/// Whether it is written as a whole number is. What begins with needless zeros or a plus is not: postal codes and telephone
/// numbers must stay as they are.
fn looks_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits == text || digits != "0")
        && no_zeros(digits)
}

/// Whether it is written as a number with a fraction or an exponent is, with no more digits than a double keeps.
fn looks_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (fraction.is_some() || exponent.is_some())
        && digits(whole)
        && no_zeros(whole)
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|part| digits(part.strip_prefix(['+', '-']).unwrap_or(part)))
        && mantissa.bytes().filter(u8::is_ascii_digit).skip_while(|b| *b == b'0').count() <= 17
}

fn no_zeros(digits: &str) -> bool {
    digits == "0" || !digits.starts_with('0')
}

fn integer(cell: Cell<'_>, text: &str) -> Option<i64> {
    /// Up to here a double tells whole numbers apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match cell {
        Cell::Json(Json::Number(number)) => number.as_i64().or_else(|| {
            let value = number.as_f64()?;
            (value.fract() == 0.0 && value.abs() <= EXACT).then_some(value as i64)
        }),
        _ => text.parse().ok(),
    }
}

fn finite(text: &str) -> Option<f64> {
    // Rust also reads `inf` and `nan`.
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    text.parse::<f64>().ok().filter(|value| plain && value.is_finite())
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// A day in the one form that is kept, which sorts by time.
pub(crate) fn date(text: &str) -> Option<String> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    (shape && text.parse::<jiff::civil::Date>().is_ok()).then(|| text.to_owned())
}

/// A point in time in the one form that is kept, which sorts by time. A day is its first moment.
pub(crate) fn datetime(text: &str) -> Option<String> {
    if let Some(day) = date(text) {
        return Some(format!("{day}T00:00:00.000000Z"));
    }
    let (day, time) = (text.get(..10)?, text.get(10..)?);
    date(day)?;
    let plain = time.bytes().skip(1).all(|b| b.is_ascii_digit() || b"+-:.Zz".contains(&b));
    if !(time.starts_with(['T', 't', ' ']) && plain && (6..=30).contains(&time.len())) {
        return None;
    }
    // Without an offset it is taken as UTC.
    let time: Timestamp = text.parse().or_else(|_| format!("{text}Z").parse()).ok()?;
    let written = time.to_string();
    // At the edges of the calendar an offset can lead out of the years of four digits.
    (written.len() == 27 && !written.starts_with('-')).then_some(written)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_suggest_the_narrowest_type_that_keeps_them() {
        use ColumnType::*;
        for (text, expected) in [
            ("0", Integer),
            ("-12", Integer),
            (" 7 ", Integer),
            ("007", Text),
            ("+49", Text),
            ("-0", Text),
            ("99999999999999999999", Text),
            ("1.50", Number),
            ("-0.5e-3", Number),
            ("1e400", Text),
            ("1,5", Text),
            (".5", Text),
            ("1.", Text),
            ("0.123456789012345678", Text),
            ("NaN", Text),
            ("TRUE", Boolean),
            ("yes", Text),
            ("2026-02-28", Date),
            ("2026-02-30", Text),
            ("2026-02-28 10:00", Datetime),
            ("2026-02-28T10:00:00+01:00", Datetime),
            ("2026-02-28T10:00:00[Europe/Berlin]", Text),
            ("0000-01-01T00:00:00+01:00", Text),
            ("€", Text),
        ] {
            assert_eq!(Cell::Text(text).suggests(), Some(expected), "{text:?}");
        }
        assert_eq!(Cell::Text("  ").suggests(), None);
        assert_eq!(Cell::Json(&json!("12")).suggests(), Some(Text), "JSON says that it is a text");
        assert_eq!(Cell::Json(&json!(1.0)).suggests(), Some(Number));
        assert_eq!(Cell::Json(&json!([1])).suggests(), Some(Text));
    }

    #[test]
    fn times_are_kept_in_one_form() {
        assert_eq!(datetime("2026-02-28 10:00").as_deref(), Some("2026-02-28T10:00:00.000000Z"));
        assert_eq!(datetime("2026-02-28T10:00:00.5+01:00").as_deref(), Some("2026-02-28T09:00:00.500000Z"));
        assert_eq!(datetime("2026-02-28").as_deref(), Some("2026-02-28T00:00:00.000000Z"));
    }

    #[test]
    fn given_types_take_more_than_what_would_suggest_them() {
        use ColumnType::*;
        assert_eq!(Cell::Text("007").value(Integer), Ok(Some(json!(7))));
        assert_eq!(Cell::Json(&json!(3.0)).value(Integer), Ok(Some(json!(3))));
        assert_eq!(Cell::Json(&json!(3.5)).value(Integer), Err("3.5".to_owned()));
        assert_eq!(Cell::Text("3").value(Number), Ok(Some(json!(3.0))));
        assert_eq!(Cell::Text("Yes").value(Boolean), Ok(Some(json!(true))));
        assert_eq!(Cell::Json(&json!({"a": 1})).value(Text), Ok(Some(json!("{\"a\":1}"))));
        assert_eq!(Cell::Text("inf").value(Number), Err("inf".to_owned()));
        assert_eq!(Cell::Text("").value(Date), Ok(None));
    }

    #[test]
    fn names_are_cleaned_numbered_and_unique() {
        let names = unique_names(["a", "", "a", "a_2", " \"$\" ", "$x", "[y]", "b\\c\n`"].into_iter());
        assert_eq!(names, ["a", "column_2", "a_2", "a_2_2", "'$'", "_$x", "_[y]", "b/c '"]);
        let long = "x".repeat(300);
        let names = unique_names([long.as_str(), long.as_str()].into_iter());
        assert_eq!((names[0].len(), names[1].len()), (200, 200));
    }
}
