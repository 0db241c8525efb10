//! What the person types and sees.

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use rustyline::{Config, Editor, error::ReadlineError, history::FileHistory};
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};

use crate::{
    conversation::Outcome,
    session::{Shown, Watcher},
};

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// A line, or several that were pasted.
    Line(String),
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D, or the end of the input.
    End,
}

/// The line editor, which one uses at a time.
type Typing = Arc<Mutex<Editor<(), FileHistory>>>;

/// Where lines come from.
pub enum Input {
    /// A person at a terminal.
    Terminal {
        /// The line editor.
        editor: Typing,
        /// Where what was typed is kept.
        history: PathBuf,
    },
    /// Another program.
    Pipe(Lines<BufReader<Stdin>>),
}

impl Input {
    /// Standard input.
    pub fn open(history: PathBuf) -> io::Result<Self> {
        if !io::stdin().is_terminal() {
            return Ok(Self::Pipe(BufReader::new(tokio::io::stdin()).lines()));
        }
        let config = Config::builder().bracketed_paste(true).build();
        let mut editor = Editor::with_history(config, FileHistory::default()).map_err(io::Error::other)?;
        // The first time there is none.
        let _ = editor.load_history(&history);
        Ok(Self::Terminal { editor: Arc::new(Mutex::new(editor)), history })
    }

    /// Whether a person types.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal { .. })
    }

    /// The next line.
    pub async fn next(&mut self, prompt: &'static str) -> io::Result<Typed> {
        match self {
            Self::Pipe(lines) => Ok(lines.next_line().await?.map_or(Typed::End, Typed::Line)),
            Self::Terminal { editor, history } => {
                let typed = type_line(editor, prompt.to_owned()).await?;
                if let Typed::Line(line) = &typed {
                    let mut editor = editor.lock().unwrap_or_else(PoisonError::into_inner);
                    // A history that cannot be kept is no reason to stop.
                    let _ = editor.add_history_entry(line).and_then(|_| editor.append_history(history));
                }
                Ok(typed)
            }
        }
    }
}

/// One line of the person, on a thread that may wait.
async fn type_line(editor: &Typing, prompt: String) -> io::Result<Typed> {
    let editor = Arc::clone(editor);
    let reading =
        tokio::task::spawn_blocking(move || editor.lock().unwrap_or_else(PoisonError::into_inner).readline(&prompt));
    match reading.await.map_err(io::Error::other)? {
        Ok(line) => Ok(Typed::Line(line)),
        Err(ReadlineError::Interrupted) => Ok(Typed::Interrupt),
        Err(ReadlineError::Eof) => Ok(Typed::End),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// Shows a turn: what the model writes on standard output, everything else on standard error.
pub struct Screen {
    /// Whether a line of text has begun.
    open: Mutex<bool>,
    /// What is not shown yet. Another program gets answers only once they are whole: one that breaks off comes again.
    held: Mutex<String>,
    /// Whether standard output is a terminal.
    live: bool,
    dim: (&'static str, &'static str),
    /// Where the person can be asked.
    person: Option<Typing>,
}

impl Screen {
    /// What standard output and standard error are, and the person at the input, if there is one.
    pub fn new(input: Option<&Input>) -> Self {
        let person = match input {
            Some(Input::Terminal { editor, .. }) => Some(Arc::clone(editor)),
            _ => None,
        };
        let styled = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        let dim = if styled { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
        Self { open: Mutex::default(), held: Mutex::default(), live: io::stdout().is_terminal(), dim, person }
    }

    /// Shows what is held, and ends a line of text that has begun.
    pub fn end_line(&self) {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        say(io::stdout(), &held);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut *open) {
            say(io::stdout(), "\n");
        }
    }

    /// Says something beside the text.
    pub fn note(&self, text: &str) {
        self.end_line();
        say(io::stderr(), &format!("{}{}{}\n", self.dim.0, cleaned(text), self.dim.1));
    }
}

impl Watcher for Screen {
    fn text(&self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = !piece.ends_with('\n');
        match self.live {
            true => say(io::stdout(), &cleaned(piece)),
            // As the model wrote it.
            false => self.held.lock().unwrap_or_else(PoisonError::into_inner).push_str(piece),
        }
    }

    fn tool_began(&self, shown: &Shown) {
        self.note(&format!("• {}", shown.about));
    }

    fn tool_ended(&self, shown: &Shown, outcome: &Outcome) {
        let said = match (outcome.is_error, exit_code(outcome)) {
            (true, _) => format!("failed: {}", first_line(&outcome.output)),
            (false, Some(Some(0)) | None) => return,
            (false, Some(Some(code))) => format!("exit code {code}"),
            (false, Some(None)) => "ended by a signal, or took too long".to_owned(),
        };
        self.note(&format!("  {}: {said}", shown.call.tool_name));
    }

    fn retrying(&self, error: &str, wait: Duration, attempt: u32) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::take(&mut *held).is_empty() {
            *self.open.lock().unwrap_or_else(PoisonError::into_inner) = false;
        }
        drop(held);
        self.note(&format!("{error}; attempt {} in {} s", attempt + 1, wait.as_secs()));
    }

    fn warn(&self, text: &str) {
        self.note(text);
    }

    fn permit<'a>(&'a self, _: &'a Shown) -> BoxFuture<'a, bool> {
        // Whoever works in a terminal has been asked about the folder.
        async { true }.boxed()
    }

    fn can_be_asked(&self) -> bool {
        self.person.is_some()
    }

    fn confirm<'a>(&'a self, question: &'a str) -> BoxFuture<'a, bool> {
        async move {
            let Some(person) = &self.person else { return false };
            self.note(question);
            match type_line(person, "Go on? [y/N] ".to_owned()).await {
                Ok(Typed::Line(line)) => matches!(line.trim().to_lowercase().as_str(), "y" | "yes"),
                _ => false,
            }
        }
        .boxed()
    }
}

/// The exit code that an outcome of `bash` tells; none within when there was none.
fn exit_code(outcome: &Outcome) -> Option<Option<i64>> {
    let value: serde_json::Value = serde_json::from_str(&outcome.output).ok()?;
    value.get("exit_code").map(serde_json::Value::as_i64)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Text without what a terminal would obey.
pub fn cleaned(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Writes and shows it. A reader who has left is no reason to stop: what is done is saved.
fn say(mut out: impl Write, text: &str) {
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_would_obey_is_shown() {
        assert_eq!(cleaned("a\x1b[2Jb\x07\r\nc\td\u{9b}e"), "a[2Jb\nc\tde");
    }

    #[test]
    fn exit_codes_are_found() {
        let outcome = |output: &str| Outcome { output: output.into(), is_error: false };
        assert_eq!(exit_code(&outcome(r#"{"exit_code": 3}"#)), Some(Some(3)));
        assert_eq!(exit_code(&outcome(r#"{"exit_code": null}"#)), Some(None));
        assert_eq!(exit_code(&outcome(r#"{"path": "a"}"#)), None);
    }
}
