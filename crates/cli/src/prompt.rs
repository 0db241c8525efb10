//! Asking for a key without showing it.

use std::io::{self, Write};

use crossterm::{
    event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
    terminal::{disable_raw_mode, enable_raw_mode},
};

use crate::{Failure, Result};

/// Asks on standard error and reads one line from the terminal, unseen.
pub fn hidden(question: &str) -> Result<String> {
    let mut stderr = io::stderr();
    let typed = Unseen::begin().and_then(|_unseen| {
        // Who sees the question types at once, so nothing is shown from before it on.
        write!(stderr, "{question}")?;
        stderr.flush()?;
        read_line()
    });
    let _ = writeln!(stderr);
    match typed {
        Ok(Some(line)) => Ok(line),
        Ok(None) => Err(Failure::Interrupted),
        Err(error) => Err(Failure::plain(format!("the terminal cannot be read: {error}"))),
    }
}

/// While this lives, the terminal shows nothing of what is typed, and Ctrl-C is a key like others.
struct Unseen;

impl Unseen {
    fn begin() -> io::Result<Self> {
        enable_raw_mode().map(|()| Self)
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
    }
}

/// What is typed up to Enter; nothing after Ctrl-C.
fn read_line() -> io::Result<Option<String>> {
    let mut line = String::new();
    loop {
        match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => match typed(key) {
                Key::Enter => return Ok(Some(line)),
                Key::Interrupt => return Ok(None),
                Key::Text(character) => line.push(character),
                Key::Back => {
                    line.pop();
                }
                Key::Clear => line.clear(),
                Key::Other => {}
            },
            _ => {}
        }
    }
}

enum Key {
    Enter,
    Interrupt,
    Text(char),
    Back,
    Clear,
    Other,
}

fn typed(key: KeyEvent) -> Key {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c') if control => Key::Interrupt,
        KeyCode::Char('d' | 'j' | 'm') if control => Key::Enter,
        KeyCode::Char('h') if control => Key::Back,
        KeyCode::Char('u') if control => Key::Clear,
        KeyCode::Enter => Key::Enter,
        KeyCode::Backspace => Key::Back,
        KeyCode::Char(character) if !control => Key::Text(character),
        _ => Key::Other,
    }
}
