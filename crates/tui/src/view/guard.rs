//! The last look at what is about to be drawn.

use ratatui::buffer::Buffer;

use crate::text::{Charset, PLACEHOLDER, cells};

/// Replaces what the terminal must not get. Texts were cleaned before they came here; what a person is writing is not, since
/// it is sent as it is.
pub fn guard(buffer: &mut Buffer, charset: Charset) {
    for cell in &mut buffer.content {
        if charset.shows(cell.symbol()) {
            continue;
        }
        let clean = charset.line(cell.symbol());
        let fits = !clean.is_empty() && charset.shows(&clean) && cells(&clean) == cells(cell.symbol());
        cell.set_symbol(if fits { &clean } else { PLACEHOLDER });
    }
}

#[cfg(test)]
mod tests {
    use ratatui::{layout::Rect, style::Style};

    use super::*;

    fn guarded(symbol: &str, charset: Charset) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        buffer[(0, 0)].set_symbol(symbol).set_style(Style::new());
        guard(&mut buffer, charset);
        buffer[(0, 0)].symbol().to_owned()
    }

    #[test]
    fn harmless_cells_stay() {
        for symbol in ["a", "é", "申", "│", " "] {
            assert_eq!(guarded(symbol, Charset::Unicode), symbol);
        }
    }

    #[test]
    fn others_are_cleaned_or_replaced() {
        assert_eq!(guarded("ن\u{200c}", Charset::Unicode), "ن");
        assert_eq!(guarded("👩\u{200d}💻", Charset::Unicode), "?");
        assert_eq!(guarded("\x1b", Charset::Unicode), "?");
        assert_eq!(guarded("\u{202e}", Charset::Unicode), "?");
        assert_eq!(guarded("é", Charset::Ascii), "e");
        assert_eq!(guarded("申", Charset::Ascii), "?");
    }
}
