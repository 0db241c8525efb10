//! The editor for texts of several lines.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Modifier, Style};
use ratatui_textarea::{CursorMove, TextArea, WrapMode};

/// A text being written.
#[derive(Debug)]
pub struct Editor(TextArea<'static>);

impl Editor {
    /// Goes on with a text.
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::from(text.lines().map(str::to_owned));
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_cursor_line_style(Style::new());
        area.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self(area)
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) {
        match (key.code, key.modifiers) {
            // Some terminals send this for Enter. It must not delete anything.
            (KeyCode::Char('j'), KeyModifiers::CONTROL) => self.0.insert_newline(),
            (KeyCode::Tab, _) => {}
            (KeyCode::Char(letter), _) if letter.is_control() => {}
            _ => {
                self.0.input(key);
            }
        }
    }

    /// Takes what was pasted, without what controls terminals.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
        let text: String = text.chars().filter(|it| *it == '\n' || !it.is_control()).collect();
        self.0.insert_str(text);
    }

    /// The text.
    pub fn text(&self) -> String {
        self.0.lines().join("\n")
    }

    /// Whether there is nothing to send.
    pub fn is_blank(&self) -> bool {
        self.0.lines().iter().all(|line| line.trim().is_empty())
    }

    /// What draws it.
    pub fn area(&self) -> &TextArea<'static> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(editor: &mut Editor, code: KeyCode, modifiers: KeyModifiers) {
        editor.key(KeyEvent::new(code, modifiers));
    }

    #[test]
    fn text_is_written_and_gone_on_with() {
        let mut editor = Editor::new("");
        assert!(editor.is_blank());
        for letter in "né".chars() {
            typed(&mut editor, KeyCode::Char(letter), KeyModifiers::NONE);
        }
        typed(&mut editor, KeyCode::Char('j'), KeyModifiers::CONTROL);
        typed(&mut editor, KeyCode::Char('x'), KeyModifiers::NONE);
        assert_eq!(editor.text(), "né\nx");
        let mut again = Editor::new(&editor.text());
        typed(&mut again, KeyCode::Char('!'), KeyModifiers::NONE);
        assert_eq!(again.text(), "né\nx!");
    }

    #[test]
    fn what_is_pasted_keeps_its_lines_and_nothing_that_controls() {
        let mut editor = Editor::new("");
        editor.paste("a\r\nb\rc\t\x1b[31md\u{9b}👩\u{200d}💻");
        assert_eq!(editor.text(), "a\nb\nc    [31md👩\u{200d}💻");
    }
}
