//! Markdown out of what others wrote. Whatever a title or a message holds, it stays the text of its place: it begins no
//! heading, no list, no link and no HTML, and it ends no block.

use std::fmt::{self, Display, Write};

/// The most characters of a text that stands on the line of its item; longer ones stand in a block of their own.
const SHORT: usize = 300;

/// Text that was made for a Markdown document, by [`inline`] or by this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inline(String);

impl Display for Inline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text on one line, without any meaning to Markdown.
pub(crate) fn inline(text: &str) -> Inline {
    let mut out = String::with_capacity(text.len());
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            if matches!(
                c,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$' | '^' | '{' | '}'
            ) {
                out.push('\\');
            }
            out.push(c);
        }
    }
    // What makes a list, a rule or an underline, where it is the first thing.
    let digits = out.bytes().take_while(u8::is_ascii_digit).count();
    match out.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 => out.insert(digits, '\\'),
        Some(b'-' | b'+' | b'=' | b':') if digits == 0 => out.insert(0, '\\'),
        _ => {}
    }
    Inline(out)
}

/// A document in the making.
#[derive(Debug, Default)]
pub(crate) struct Document(String);

impl Document {
    /// A document with this heading.
    pub(crate) fn titled(kind: &str, title: &str) -> Self {
        let mut document = Self::default();
        document.line(format_args!("# {kind}: {}", inline(title)));
        document.line("");
        document
    }

    /// Begins a section.
    pub(crate) fn section(&mut self, name: impl Display) {
        self.gap();
        self.line(format_args!("## {name}\n"));
    }

    /// Begins a part of a section.
    pub(crate) fn part(&mut self, name: impl Display) {
        self.gap();
        self.line(format_args!("### {name}\n"));
    }

    /// A named value, unless it is absent.
    pub(crate) fn field(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.entry(format_args!("**{name}**"), value.as_ref());
        }
    }

    /// An item of a list.
    pub(crate) fn item(&mut self, text: impl Display) {
        self.line(format_args!("- {text}"));
    }

    /// An item of a list that consists of a head and what somebody wrote.
    pub(crate) fn entry(&mut self, head: impl Display, text: &str) {
        let text = text.trim();
        if text.contains(['\n', '\r']) || text.chars().count() > SHORT {
            self.line(format_args!("- {head}:\n"));
            self.block("  ", text);
            self.line("");
        } else {
            self.line(format_args!("- {head}: {}", inline(text)));
        }
    }

    /// What somebody wrote, as it is, in a block of its own.
    pub(crate) fn text(&mut self, text: &str) {
        self.block("", text.trim_matches(['\n', '\r']));
    }

    /// A remark of ours.
    pub(crate) fn remark(&mut self, text: impl Display) {
        self.gap();
        self.line(format_args!("_{text}_"));
    }

    fn block(&mut self, indent: &str, text: &str) {
        let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
        self.line(format_args!("{indent}{fence}text"));
        for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
            self.line(format_args!("{indent}{line}"));
        }
        self.line(format_args!("{indent}{fence}"));
    }

    /// One empty line before what follows.
    fn gap(&mut self) {
        if !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    fn line(&mut self, text: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{text}");
    }

    /// The document's text.
    pub(crate) fn finish(self) -> String {
        self.0
    }
}

fn longest_run(text: &str, wanted: char) -> usize {
    text.split(|c| c != wanted).map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    /// A document with a text in every kind of place.
    fn document(text: &str) -> String {
        let mut document = Document::titled("Case", text);
        document.field("Title", Some(text));
        document.section("Description");
        document.text(text);
        document.section("Stages");
        document.part(format_args!("1. {}", inline(text)));
        document.item(format_args!("[x] {}", inline(text)));
        document.entry(format_args!("**{}**", inline(text)), text);
        document.section("The end");
        document.finish()
    }

    /// The blocks and spans of a document, without what is in them.
    fn structure(text: &str) -> Vec<String> {
        let parts = Parser::new_ext(text, Options::all()).filter_map(|event| match event {
            // A text of its own block is followed by a blank line, which makes its list a loose one.
            Event::Start(Tag::Paragraph) => None,
            // In how many blocks and lines the texts themselves are told is no matter.
            Event::Start(Tag::CodeBlock(_)) => None,
            Event::Start(tag) => Some(format!("{tag:?}")),
            Event::Text(_) | Event::End(_) => None,
            other => Some(format!("{other:?}")),
        });
        parts.collect()
    }

    #[test]
    fn what_others_wrote_stays_where_it_is_put() {
        let plain = structure(&document("plain"));
        assert!(plain.iter().filter(|part| part.starts_with("Heading")).count() == 5, "{plain:?}");
        for text in [
            "# heading",
            "\n# heading\n\n## The end\n",
            "- item\n- [ ] task",
            "1. one\n2) two",
            "---\n***\n===",
            "```\nfence",
            "```````\n~~~\n```````",
            "<details><script>alert(1)</script>",
            "<!-- comment",
            "[link](http://x) ![image](http://x) [a]: http://x",
            "**bold** _it_ ~~no~~ `code` ``more`",
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "> quote\n> more",
            "    indented\n\ttab",
            "&lt;b&gt; &amp; $x$ $$y$$",
            "a\rb\r\nc\u{2028}d\u{0}e\u{1b}[31m",
            "+ plus",
            "= x\n= y",
            "\\",
            "line  \nbreak\\\nbreak",
            "+++\nx\n+++",
            "term\n: definition",
            "[^1]: note [^1]",
            "> [!NOTE]\n> x",
            "^up^ ~down~ https://example.com :tada:",
        ] {
            assert_eq!(structure(&document(text)), plain, "{text:?}:\n{}", document(text));
        }
    }

    #[test]
    fn short_texts_stand_on_their_line_and_long_ones_below_it() {
        let mut out = Document::default();
        out.entry("a", "short");
        out.entry("b", "two\nlines with ```");
        assert_eq!(out.finish(), "- a: short\n- b:\n\n  ````text\n  two\n  lines with ```\n  ````\n\n");
    }

    proptest! {
        #[test]
        fn no_text_changes_the_structure(text in "[-#>+*_`~|<>!&$=:()\\[\\]\\\\a1. \n\r\t]{0,40}|.{0,20}") {
            // A text of nothing leaves an empty place, which has a structure of its own.
            prop_assume!(!inline(&text).0.is_empty());
            prop_assert_eq!(structure(&document(&text)), structure(&document("plain")), "{}", document(&text));
        }

        #[test]
        fn a_line_says_the_same_words(text in ".{0,60}") {
            let said: String = Parser::new(&format!("- x {}", inline(&text)))
                .filter_map(|event| match event { Event::Text(text) => Some(text.into_string()), _ => None })
                .collect();
            let words = |text: &str| -> Vec<String> {
                text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
            };
            prop_assert_eq!(words(&said), words(&format!("x {text}")));
        }
    }
}
