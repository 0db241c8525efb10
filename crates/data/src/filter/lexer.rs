//! The words of a filter.

use std::{iter::Peekable, str::CharIndices};

/// A word of a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A word of the language, in lower case.
    Word(&'static str),
    /// A column's name.
    Name(String),
    /// A text in quotes.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Number(f64),
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `(`, `)` or `,`.
    Sign(&'static str),
}

/// A word and the byte at which it begins.
pub type Placed = (usize, Token);

/// Why a filter cannot be read, and the byte at which it shows.
pub type Failure = (usize, String);

const WORDS: [&str; 10] = ["and", "or", "not", "in", "is", "null", "true", "false", "contains", "starts_with"];

/// Whether a column's name can be written without backticks.
pub fn is_bare(name: &str) -> bool {
    name.starts_with(begins_name) && name.chars().all(continues_name) && word(name).is_none()
}

fn begins_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word(text: &str) -> Option<&'static str> {
    WORDS.into_iter().find(|word| word.eq_ignore_ascii_case(text))
}

/// Takes a filter apart.
pub fn tokens(text: &str) -> Result<Vec<Placed>, Failure> {
    let mut chars = text.char_indices().peekable();
    let mut tokens = Vec::new();
    while let Some(&(at, c)) = chars.peek() {
        if c.is_whitespace() {
            chars.next();
            continue;
        }
        let token = match c {
            '"' | '\'' => Token::Text(quoted(&mut chars, at)?),
            '`' => {
                chars.next();
                let mut name = String::new();
                loop {
                    match chars.next() {
                        Some((_, '`')) => break Token::Name(name),
                        Some((_, c)) => name.push(c),
                        None => return Err((at, "a backtick is not closed".to_owned())),
                    }
                }
            }
            c if begins_name(c) => {
                let name = take(&mut chars, continues_name);
                word(&name).map_or(Token::Name(name), Token::Word)
            }
            c if c.is_ascii_digit() || c == '-' || c == '.' => number(&mut chars, at)?,
            _ => Token::Sign(sign(&mut chars, at)?),
        };
        tokens.push((at, token));
    }
    Ok(tokens)
}

type Chars<'a> = Peekable<CharIndices<'a>>;

fn take(chars: &mut Chars<'_>, wanted: impl Fn(char) -> bool) -> String {
    let mut taken = String::new();
    while let Some((_, c)) = chars.next_if(|(_, c)| wanted(*c)) {
        taken.push(c);
    }
    taken
}

fn quoted(chars: &mut Chars<'_>, at: usize) -> Result<String, Failure> {
    let open = || (at, "a quotation mark is not closed".to_owned());
    let (_, quote) = chars.next().ok_or_else(open)?;
    let mut text = String::new();
    loop {
        let (place, c) = chars.next().ok_or_else(open)?;
        match c {
            c if c == quote => return Ok(text),
            '\0' => return Err((place, "a text must not contain the zero character".to_owned())),
            '\\' => {
                let (_, escaped) = chars.next().ok_or_else(open)?;
                text.push(match escaped {
                    '"' | '\'' | '\\' => escaped,
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    _ => return Err((place, format!("\\{escaped} stands for nothing; write \\\\ for a backslash"))),
                });
            }
            c => text.push(c),
        }
    }
}

fn number(chars: &mut Chars<'_>, at: usize) -> Result<Token, Failure> {
    let mut text = take(chars, |c| c == '-');
    text += &take(chars, |c| c.is_ascii_digit() || c == '.');
    if chars.next_if(|(_, c)| matches!(c, 'e' | 'E')).is_some() {
        text.push('e');
        text += &take(chars, |c| matches!(c, '+' | '-'));
        text += &take(chars, |c| c.is_ascii_digit());
    }
    // `12abc` is neither a number nor a name.
    let rest = take(chars, continues_name);
    if rest.is_empty() {
        if let Ok(value) = text.parse() {
            return Ok(Token::Integer(value));
        }
        if let Some(value) = text.parse().ok().filter(|value: &f64| value.is_finite()) {
            return Ok(Token::Number(value));
        }
    }
    Err((at, format!("{text}{rest} is not a number; a column's name that begins like one is written in backticks")))
}

fn sign(chars: &mut Chars<'_>, at: usize) -> Result<&'static str, Failure> {
    let first = chars.next().map(|(_, c)| c);
    let mut then = |c: char| chars.next_if(|(_, next)| *next == c).is_some();
    match first {
        Some('=') => {
            then('=');
            Ok("=")
        }
        Some('!') if then('=') => Ok("!="),
        Some('<') if then('=') => Ok("<="),
        Some('<') if then('>') => Ok("!="),
        Some('<') => Ok("<"),
        Some('>') if then('=') => Ok(">="),
        Some('>') => Ok(">"),
        Some('(') => Ok("("),
        Some(')') => Ok(")"),
        Some(',') => Ok(","),
        Some(c) => Err((at, format!("{c} means nothing here"))),
        None => Err((at, "something is missing here".to_owned())),
    }
}
