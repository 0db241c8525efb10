//! Breaking text into lines.

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;

use super::fit::{cells, width as sign_width};

/// Text that is broken into lines by itself, and what stands in front of its lines.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    /// In front of the first line.
    pub first: Vec<Span<'static>>,
    /// In front of the others; as wide as that in front of the first.
    pub rest: Vec<Span<'static>>,
    /// The text, in pieces of one style. A line end in it ends the line.
    pub pieces: Vec<(String, Style)>,
    /// Whether lines break between words, or anywhere.
    pub words: bool,
}

/// One sign on the screen.
#[derive(Clone, Copy)]
struct Sign<'a> {
    text: &'a str,
    style: Style,
    width: usize,
}

/// Breaks a paragraph into lines of at most `width` cells.
pub fn wrap(paragraph: &Paragraph, width: usize) -> Vec<Line<'static>> {
    let prefix: usize = paragraph.first.iter().map(|span| cells(&span.content)).sum();
    // However deep something is nested, some of it is seen.
    let narrow = prefix + 8 > width;
    let room = if narrow { width } else { width - prefix }.max(2);
    let mut lines = Vec::new();
    let mut line: Vec<Sign> = Vec::new();
    let mut used = 0;
    // Where the line could be broken: the number of signs in front of the break.
    let mut gap = None;
    let flush = |signs: &[Sign], lines: &mut Vec<Line<'static>>| {
        let before = if lines.is_empty() { &paragraph.first } else { &paragraph.rest };
        let before = if narrow { &Vec::new() } else { before };
        lines.push(Line::from([before.clone(), spans(signs)].concat()));
    };
    for sign in paragraph.pieces.iter().flat_map(|(text, style)| signs(text, *style)) {
        if sign.text == "\n" {
            flush(&line, &mut lines);
            (line, used, gap) = (Vec::new(), 0, None);
            continue;
        }
        if used + sign.width > room && sign.text == " " && paragraph.words {
            // The space at the end of a line is not seen.
            flush(&line, &mut lines);
            (line, used, gap) = (Vec::new(), 0, None);
            continue;
        }
        while used > 0 && used + sign.width > room {
            let kept = gap.unwrap_or(line.len());
            let carried = line.split_off(kept);
            flush(without_space(&line), &mut lines);
            used = carried.iter().map(|sign| sign.width).sum();
            (line, gap) = (carried, None);
        }
        used += sign.width;
        line.push(sign);
        // Between signs that are two cells wide, lines may break anywhere.
        if paragraph.words && (sign.text == " " || sign.width == 2) {
            gap = Some(line.len());
        }
    }
    if !line.is_empty() || lines.is_empty() {
        flush(&line, &mut lines);
    }
    lines
}

/// Breaks text without markup into lines.
pub fn plain(text: &str, style: Style, width: usize) -> Vec<Line<'static>> {
    let pieces = vec![(text.trim_end_matches('\n').to_owned(), style)];
    wrap(&Paragraph { pieces, words: true, ..Paragraph::default() }, width)
}

fn signs(text: &str, style: Style) -> impl Iterator<Item = Sign<'_>> {
    text.graphemes(true).map(move |text| Sign { text, style, width: sign_width(text) })
}

fn without_space<'a, 'b>(line: &'b [Sign<'a>]) -> &'b [Sign<'a>] {
    match line {
        [before @ .., last] if last.text == " " && !before.is_empty() => before,
        line => line,
    }
}

/// Signs of the same style, together again.
fn spans(signs: &[Sign]) -> Vec<Span<'static>> {
    signs
        .chunk_by(|one, other| one.style == other.style)
        .map(|run| Span::styled(run.iter().map(|sign| sign.text).collect::<String>(), run[0].style))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::cells;

    fn shown(lines: &[Line]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(
            shown(&plain("the fence is one metre high", Style::new(), 10)),
            ["the fence", "is one", "metre high"]
        );
        assert_eq!(shown(&plain("one\n\ntwo\n", Style::new(), 10)), ["one", "", "two"]);
        assert_eq!(shown(&plain("abcdefghijkl mn", Style::new(), 10)), ["abcdefghij", "kl mn"]);
        assert_eq!(shown(&plain("申請書を提出", Style::new(), 9)), ["申請書を", "提出"]);
        assert_eq!(shown(&plain("", Style::new(), 10)), [""]);
    }

    #[test]
    fn later_lines_stand_below_the_text_of_the_first() {
        let paragraph = Paragraph {
            first: vec!["- ".into()],
            rest: vec!["  ".into()],
            pieces: vec![
                ("the fence ".into(), Style::new()),
                ("is high".into(), Style::new().add_modifier(ratatui::style::Modifier::BOLD)),
            ],
            words: true,
        };
        assert_eq!(shown(&wrap(&paragraph, 11)), ["- the fence", "  is high"]);
        assert_eq!(wrap(&paragraph, 40)[0].spans.len(), 3);
    }

    #[test]
    fn a_sign_that_never_fits_is_a_line_of_its_own() {
        let wide = format!("क{}", "\u{93f}".repeat(9));
        assert_eq!(shown(&plain(&format!("ab{wide}c"), Style::new(), 4)), ["ab", &wide, "c"]);
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_word_is_lost(text in "[a-z申 \n]{0,80}", width in 2usize..20) {
            let lines = plain(&text, Style::new(), width);
            for line in shown(&lines) {
                proptest::prop_assert!(cells(&line) <= width, "{line:?}");
            }
            let letters = |text: &str| text.chars().filter(|it| !it.is_whitespace()).collect::<String>();
            proptest::prop_assert_eq!(letters(&shown(&lines).concat()), letters(&text));
        }
    }
}
