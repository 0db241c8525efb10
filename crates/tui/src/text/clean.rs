//! Making text harmless.
//!
//! What servers send can hold escape sequences that move the cursor, bidirectional controls that make a line read
//! differently, and characters without width that hide others. [`Charset`] takes them out. What it has cleaned is a [`Clean`],
//! and only that is ever shown.

use std::{borrow::Cow, fmt, ops::Deref};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// The most marks on one letter. Languages need three, and a stack of fifty covers the lines above.
const MARKS: usize = 4;
/// What stands for what cannot be shown. Unicode's own sign for that is not as wide in all terminals.
pub const PLACEHOLDER: &str = "?";
/// A tab becomes that many spaces.
const TAB: &str = "    ";

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// All of Unicode that is harmless.
    Unicode,
    /// ASCII only; other letters are spelled with it.
    Ascii,
}

/// Text that holds nothing but characters with a visible width, the marks on them, spaces and perhaps line ends.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Clean(Cow<'static, str>);

impl Clean {
    /// Our own words, which need no cleaning.
    pub const fn ours(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl Deref for Clean {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Charset {
    /// Text on one line.
    pub fn line(self, text: &str) -> Clean {
        Clean(Cow::Owned(self.scrub(text, " ", " ")))
    }

    /// Text on as many lines as it has.
    pub fn block(self, text: &str) -> Clean {
        Clean(Cow::Owned(self.scrub(text, "\n", TAB)))
    }

    /// Whether a cell of the screen may hold this.
    pub fn shows(self, symbol: &str) -> bool {
        match self {
            Self::Unicode => symbol.chars().all(is_harmless),
            Self::Ascii => symbol.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()),
        }
    }

    fn scrub(self, text: &str, line_end: &str, tab: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        // How many more marks the last letter may have.
        let mut marks = 0;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            // Two marks have a form that terminals draw beside the letter.
            let character = match character {
                '\u{ff9e}' => '\u{3099}',
                '\u{ff9f}' => '\u{309a}',
                other => other,
            };
            match character {
                '\r' if characters.peek() == Some(&'\n') => {}
                '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    clean.push_str(line_end);
                    marks = 0;
                }
                '\t' => {
                    clean.push_str(tab);
                    marks = 0;
                }
                _ if character.is_control() || character == char::REPLACEMENT_CHARACTER => {
                    clean.push_str(PLACEHOLDER);
                    marks = 0;
                }
                _ if is_invisible(character) => {}
                _ if is_mark(character) => {
                    if marks > 0 && self == Self::Unicode && joins(&clean, character) {
                        clean.push(character);
                        marks -= 1;
                    }
                }
                _ => {
                    self.push(character, &mut clean);
                    marks = if character.is_whitespace() { 0 } else { MARKS };
                }
            }
        }
        clean
    }

    fn push(self, character: char, clean: &mut String) {
        match self {
            _ if character == ' ' || character.is_ascii_graphic() => clean.push(character),
            // Spaces of all widths; some of them are drawn by no font.
            _ if character.is_whitespace() => clean.push(' '),
            Self::Unicode => clean.push(character),
            Self::Ascii => {
                let spelled = deunicode::deunicode_char(character).unwrap_or(PLACEHOLDER);
                clean.extend(spelled.chars().filter(|letter| *letter == ' ' || letter.is_ascii_graphic()));
            }
        }
    }
}

fn is_harmless(character: char) -> bool {
    let is_replaced = matches!(character, '\u{ff9e}' | '\u{ff9f}' | char::REPLACEMENT_CHARACTER);
    !character.is_control()
        && !is_invisible(character)
        && !is_replaced
        && (character == ' ' || !character.is_whitespace())
}

/// Whether a character changes how others look without being seen itself: direction, joining, variants, fillers, tags. Also
/// those whose width terminals do not agree upon.
fn is_invisible(character: char) -> bool {
    matches!(u32::from(character),
        0x00ad | 0x034f | 0x061c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
        | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff
        // Signs in front of numbers, and layout of hieroglyphs.
        | 0x0600..=0x0605 | 0x06dd | 0x070f | 0x0890..=0x0891 | 0x08e2 | 0x110bd | 0x110cd | 0x13430..=0x1343f
        // Colours of skin, which a terminal draws upon the sign before, or beside it.
        | 0x1f3fb..=0x1f3ff
        | 0xfdd0..=0xfdef
    ) || u32::from(character) & 0xfffe == 0xfffe
}

/// Whether a character is drawn upon the one before.
fn is_mark(character: char) -> bool {
    character.width() == Some(0)
}

/// Whether a mark makes one sign with the end of the text. Parts of syllables do not with any letter.
fn joins(text: &str, mark: char) -> bool {
    let both: String = text.chars().next_back().into_iter().chain([mark]).collect();
    both.graphemes(true).count() == 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::buffer::CellWidth;

    use super::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["Fence at no. 7", "Zaun für Straße", "申請書", "проект", "שלום", "ไทย", "é è", "— “…” €"]
        {
            assert_eq!(&*Charset::Unicode.line(text), text);
        }
    }

    #[test]
    fn an_escape_sequence_is_shown_instead_of_obeyed() {
        assert_eq!(&*Charset::Unicode.line("a\x1b[2Jb\u{9b}31mc\x07"), "a?[2Jb?31mc?");
        assert_eq!(&*Charset::Ascii.line("a\x1b]0;title\x07"), "a?]0;title?");
    }

    #[test]
    fn lines_end_where_the_text_says_so() {
        assert_eq!(&*Charset::Unicode.block("a\r\nb\rc\nd\u{2028}e\tf"), "a\nb\nc\nd\ne    f");
        assert_eq!(&*Charset::Unicode.line("a\r\nb\rc\td"), "a b c d");
    }

    #[test]
    fn what_hides_or_turns_text_is_gone() {
        assert_eq!(&*Charset::Unicode.line("pay\u{202e}fdp.exe\u{2066}\u{200b}\u{feff}"), "payfdp.exe");
        assert_eq!(&*Charset::Unicode.line("👨\u{200d}👩\u{fe0f}👍\u{1f3fd}"), "👨👩👍");
        assert_eq!(&*Charset::Unicode.line("\u{e0041}\u{e007f}x"), "x");
    }

    #[test]
    fn marks_do_not_pile_up() {
        let pile = format!("Z{}a", "\u{301}".repeat(50));
        assert_eq!(&*Charset::Unicode.line(&pile), format!("Z{}a", "\u{301}".repeat(MARKS)));
        assert_eq!(&*Charset::Unicode.line("\u{301} \u{301}a"), " a");
    }

    #[test]
    fn a_terminal_without_unicode_gets_letters_it_has() {
        assert_eq!(&*Charset::Ascii.line("Straße — José, “Ångström” №1"), "Strasse -- Jose, \"Angstrom\" No1");
        assert_eq!(&*Charset::Ascii.line("e\u{301}"), "e");
    }

    /// Text as somebody would make it who wants to do harm, mixed with anything.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<String>(),
            any::<char>().prop_map(String::from),
            proptest::sample::select(vec![
                "\x1b[31m",
                "\x1b]52;c;aGk=\x07",
                "\u{9d}",
                "\u{202e}",
                "\u{2067}",
                "\u{200d}",
                "\u{fe0f}",
                "\u{301}",
                "\u{20e3}",
                "🏳\u{fe0f}\u{200d}🌈",
                "🇩🇪",
                "ᄀ\u{1161}\u{11a8}",
                "\u{1161}",
                "لا",
                "ｱﾞ",
                "\r",
                "\n",
                "\t",
                "क्ष",
            ])
            .prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_but_harmless_characters_is_left(text in hostile()) {
            for charset in [Charset::Unicode, Charset::Ascii] {
                let (line, block) = (charset.line(&text), charset.block(&text));
                prop_assert!(charset.shows(&line), "{line:?}");
                for part in block.split('\n') {
                    prop_assert!(charset.shows(part), "{block:?}");
                }
            }
        }

        #[test]
        fn every_sign_has_a_width(text in hostile()) {
            for charset in [Charset::Unicode, Charset::Ascii] {
                for sign in charset.line(&text).graphemes(true) {
                    prop_assert!(sign.cell_width() > 0, "{sign:?}");
                }
            }
        }

        #[test]
        fn cleaning_twice_changes_nothing(text in hostile()) {
            for charset in [Charset::Unicode, Charset::Ascii] {
                let once = charset.block(&text);
                prop_assert_eq!(charset.block(&once), once);
            }
        }
    }
}
