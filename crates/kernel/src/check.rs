//! Checks of what callers send, with errors that name the field.

use crate::{Error, Result, Rule, Timestamp};

/// The longest name of a thing, in characters.
pub const NAME: usize = 200;
/// The longest title, in characters.
pub const TITLE: usize = 500;
/// The longest free text, in characters.
pub const TEXT: usize = 100_000;

/// The trimmed text of a field that must say something.
///
/// # Errors
/// `Invalid` when it is blank or longer than `most` characters.
pub fn required<'a>(path: &str, text: &'a str, most: usize) -> Result<&'a str> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::against(Rule::Blank, path, format!("{path} must not be blank")));
    }
    within(path, text, most)?;
    Ok(text)
}

/// The text of a field that may be absent.
///
/// # Errors
/// `Invalid` when it is longer than `most` characters.
pub fn optional<'a>(path: &str, text: Option<&'a str>, most: usize) -> Result<Option<&'a str>> {
    if let Some(text) = text {
        within(path, text, most)?;
    }
    Ok(text)
}

/// A time that a caller sends.
///
/// # Errors
/// `Invalid` outside of the years 1 to 9999, which is as far as both engines and RFC 3339 reach.
pub fn time(path: &str, time: Option<Timestamp>) -> Result<()> {
    const YEARS: std::ops::Range<i64> = -62_135_596_800..253_402_300_800;
    match time {
        Some(time) if !YEARS.contains(&time.seconds()) => {
            Err(Error::invalid(path, format!("{path} must lie in the years 1 to 9999")))
        }
        _ => Ok(()),
    }
}

fn within(path: &str, text: &str, most: usize) -> Result<()> {
    // PostgreSQL cannot store the zero character, and no text needs it.
    if text.contains('\0') {
        return Err(Error::invalid(path, format!("{path} must not contain the zero character")));
    }
    // Bytes bound characters from above, so most texts are not counted.
    if text.len() > most && text.chars().count() > most {
        return Err(Error::invalid(path, format!("{path} must not be longer than {most} characters")));
    }
    Ok(())
}
