//! Reading a filter against the columns of a table.

use kernel::{Error, Result};

use super::{
    Compare, Filter, Match, Value,
    lexer::{self, Failure, Placed, Token},
};
use crate::schema::{self, Column, ColumnType};

/// The longest filter, in characters.
const MOST_CHARACTERS: usize = 10_000;
/// The most comparisons, the values of `in` lists included.
const MOST_VALUES: usize = 200;
/// The deepest nesting of parentheses and `not`.
const MOST_DEPTH: usize = 32;

/// Reads a filter. See the module for the language.
///
/// # Errors
/// `Invalid` naming `filter`, with the place (characters from 1) and what is wrong there.
pub fn parse(text: &str, columns: &[Column]) -> Result<Filter> {
    if text.len() > MOST_CHARACTERS && text.chars().count() > MOST_CHARACTERS {
        return Err(Error::invalid("filter", format!("a filter can have {MOST_CHARACTERS} characters at most")));
    }
    read(text, columns).map_err(|(at, why)| {
        let place = text.get(..at).unwrap_or(text).chars().count() + 1;
        Error::invalid("filter", format!("at character {place}: {why}"))
    })
}

fn read(text: &str, columns: &[Column]) -> Result<Filter, Failure> {
    let tokens = lexer::tokens(text)?;
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), end: text.len(), columns, depth: 0, values: 0 };
    let filter = parser.any()?;
    match parser.tokens.next() {
        None => Ok(filter),
        Some((at, token)) => Err((at, format!("expected `and`, `or` or the end, found {}", shown(&token)))),
    }
}

struct Parser<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Placed>>,
    /// Where the text ends.
    end: usize,
    columns: &'a [Column],
    depth: usize,
    values: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Filter, Failure> {
        let first = self.all()?;
        let mut parts = vec![first];
        while self.take(&Token::Word("or")) {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Filter::Or))
    }

    fn all(&mut self) -> Result<Filter, Failure> {
        let first = self.part()?;
        let mut parts = vec![first];
        while self.take(&Token::Word("and")) {
            parts.push(self.part()?);
        }
        Ok(one_or(parts, Filter::And))
    }

    fn part(&mut self) -> Result<Filter, Failure> {
        let (at, token) = self.next("a column, `not` or `(`")?;
        match token {
            Token::Word("not") => {
                self.deeper(at)?;
                let part = self.part()?;
                self.depth -= 1;
                Ok(Filter::Not(Box::new(part)))
            }
            Token::Sign("(") => {
                self.deeper(at)?;
                let inner = self.any()?;
                self.sign(")")?;
                self.depth -= 1;
                Ok(inner)
            }
            Token::Name(name) => match self.columns.iter().position(|column| column.name == name) {
                Some(column) => self.comparison(column),
                None => Err((at, self.no_column(&name))),
            },
            other => Err((at, format!("expected a column, `not` or `(`, found {}", shown(&other)))),
        }
    }

    fn deeper(&mut self, at: usize) -> Result<(), Failure> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err((at, format!("parentheses and `not` can be {MOST_DEPTH} deep at most")));
        }
        Ok(())
    }

    fn comparison(&mut self, column: usize) -> Result<Filter, Failure> {
        let (at, token) = self.next("an operator")?;
        if token == Token::Word("is") {
            let negated = self.take(&Token::Word("not"));
            let (at, token) = self.next("`null`")?;
            if token != Token::Word("null") {
                return Err((at, format!("expected `null`, found {}", shown(&token))));
            }
            self.count(at)?;
            return Ok(negate(negated, Filter::IsNull(column)));
        }
        let negated = token == Token::Word("not");
        let (at, token) = if negated { self.next("`in`, `contains` or `starts_with`")? } else { (at, token) };
        let compare = match token {
            Token::Word("in") => return Ok(negate(negated, self.list(column)?)),
            Token::Word("contains") => return Ok(negate(negated, self.text_part(at, column, Match::Contains)?)),
            Token::Word("starts_with") => return Ok(negate(negated, self.text_part(at, column, Match::StartsWith)?)),
            Token::Sign("=") if !negated => Compare::Equal,
            Token::Sign("!=") if !negated => Compare::NotEqual,
            Token::Sign("<") if !negated => Compare::Less,
            Token::Sign("<=") if !negated => Compare::LessOrEqual,
            Token::Sign(">") if !negated => Compare::Greater,
            Token::Sign(">=") if !negated => Compare::GreaterOrEqual,
            other => return Err((at, format!("expected an operator, found {}", shown(&other)))),
        };
        let ordered = !matches!(compare, Compare::Equal | Compare::NotEqual);
        let (name, column_type) = self.described(column);
        if ordered && column_type == ColumnType::Boolean {
            return Err((at, format!("{name} is true or false: `=`, `!=` and `in` compare it")));
        }
        Ok(Filter::Compare(column, compare, self.value(column)?))
    }

    fn list(&mut self, column: usize) -> Result<Filter, Failure> {
        self.sign("(")?;
        let mut values = vec![self.value(column)?];
        loop {
            let (at, token) = self.next("`,` or `)`")?;
            match token {
                Token::Sign(",") => values.push(self.value(column)?),
                Token::Sign(")") => return Ok(Filter::In(column, values)),
                other => return Err((at, format!("expected `,` or `)`, found {}", shown(&other)))),
            }
        }
    }

    fn text_part(&mut self, at: usize, column: usize, part: Match) -> Result<Filter, Failure> {
        let (name, column_type) = self.described(column);
        if column_type != ColumnType::Text {
            return Err((at, format!("{name} is {}: only columns of type text are searched", column_type.described())));
        }
        let (at, token) = self.next("a text in quotes")?;
        self.count(at)?;
        match token {
            Token::Text(text) => Ok(Filter::Match(column, part, text)),
            other => Err((at, format!("expected a text in quotes, found {}", shown(&other)))),
        }
    }

    /// A value that fits the column, in the form in which its cells are kept.
    fn value(&mut self, column: usize) -> Result<Value, Failure> {
        let (at, token) = self.next("a value")?;
        self.count(at)?;
        let (name, column_type) = self.described(column);
        let value = match (column_type, &token) {
            (ColumnType::Text, Token::Text(text)) => Some(Value::Text(text.clone())),
            (ColumnType::Integer, Token::Integer(value)) => Some(Value::Integer(*value)),
            (ColumnType::Number, Token::Integer(value)) => Some(Value::Number(*value as f64)),
            (ColumnType::Integer | ColumnType::Number, Token::Number(value)) => Some(Value::Number(*value)),
            (ColumnType::Boolean, Token::Word(word @ ("true" | "false"))) => Some(Value::Boolean(*word == "true")),
            (ColumnType::Date, Token::Text(text)) => schema::date(text).map(Value::Text),
            (ColumnType::Datetime, Token::Text(text)) => schema::datetime(text).map(Value::Text),
            _ => None,
        };
        let hint = match &token {
            Token::Word("null") => "; write `is null` or `is not null`",
            Token::Name(_) if column_type == ColumnType::Text => "; texts are written in quotes",
            _ => "",
        };
        value.ok_or_else(|| (at, format!("{name} is {}, not {}{hint}", column_type.described(), shown(&token))))
    }

    fn count(&mut self, at: usize) -> Result<(), Failure> {
        self.values += 1;
        if self.values > MOST_VALUES {
            return Err((at, format!("a filter can have {MOST_VALUES} comparisons at most")));
        }
        Ok(())
    }

    fn described(&self, column: usize) -> (&str, ColumnType) {
        // The place was found among these columns.
        self.columns.get(column).map_or(("", ColumnType::Text), |column| (column.name.as_str(), column.column_type))
    }

    fn no_column(&self, name: &str) -> String {
        const SHOWN: usize = 20;
        let names: Vec<&str> = self.columns.iter().take(SHOWN).map(|column| column.name.as_str()).collect();
        let more = if self.columns.len() > SHOWN { ", …" } else { "" };
        format!("there is no column {name}; there are {}{more}", names.join(", "))
    }

    fn next(&mut self, expected: &str) -> Result<Placed, Failure> {
        self.tokens.next().ok_or_else(|| (self.end, format!("expected {expected}, found the end")))
    }

    fn take(&mut self, token: &Token) -> bool {
        self.tokens.next_if(|(_, next)| next == token).is_some()
    }

    fn sign(&mut self, sign: &'static str) -> Result<(), Failure> {
        let (at, token) = self.next(&format!("`{sign}`"))?;
        if token == Token::Sign(sign) {
            return Ok(());
        }
        Err((at, format!("expected `{sign}`, found {}", shown(&token))))
    }
}

fn one_or(mut parts: Vec<Filter>, several: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            several(parts)
        }
        None => several(parts),
    }
}

fn negate(negated: bool, filter: Filter) -> Filter {
    if negated { Filter::Not(Box::new(filter)) } else { filter }
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(word) => format!("`{word}`"),
        Token::Name(name) => format!("`{name}`"),
        Token::Text(text) => format!("{text:?}"),
        Token::Integer(value) => value.to_string(),
        Token::Number(value) => format!("{value:?}"),
        Token::Sign(sign) => format!("`{sign}`"),
    }
}
