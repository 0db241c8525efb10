//! Markdown for the screen.

use client::Uuid;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd, TextMergeStream};
use ratatui::{
    style::{Modifier, Style},
    text::{Line, Span},
};

use super::{Charset, Paragraph, cells, wrap};

/// Who is meant by the ids in mentions.
#[derive(Clone, Copy)]
pub struct Mentions<'a>(pub &'a dyn Fn(Uuid) -> String);

impl Mentions<'_> {
    /// The text with names in place of `<@U…>`.
    pub fn named(self, text: &str) -> String {
        let mut named = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, mention)) = rest.split_once("<@U") {
            named.push_str(before);
            let meant = mention.split_once('>').and_then(|(id, after)| Some((id.parse().ok()?, after)));
            match meant {
                Some((id, after)) => {
                    named.push('@');
                    named.push_str(&(self.0)(id));
                    rest = after;
                }
                None => {
                    named.push_str("<@U");
                    rest = mention;
                }
            }
        }
        named.push_str(rest);
        named
    }
}

/// Lays out Markdown in lines of at most `width` cells. Entities in it can name any character, so what it says is cleaned
/// here.
pub fn markdown(text: &str, charset: Charset, mentions: Mentions, width: usize) -> Vec<Line<'static>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = Page::new(charset, mentions, width);
    for event in TextMergeStream::new(Parser::new_ext(text, options)) {
        page.take(event);
    }
    page.end_paragraph();
    page.lines
}

struct Page<'a> {
    charset: Charset,
    mentions: Mentions<'a>,
    width: usize,
    lines: Vec<Line<'static>>,
    pieces: Vec<(String, Style)>,
    styles: Vec<Style>,
    /// What stands in front of all lines, from the outside in; the first of each pair once only.
    prefixes: Vec<(Option<Span<'static>>, Span<'static>)>,
    /// The numbers of the lists that are open; none for those with bullets.
    lists: Vec<Option<u64>>,
    /// Where the links that are open lead, and where their text began.
    links: Vec<(String, usize)>,
    code: bool,
    table: Table,
    /// Whether an empty line comes before the next block.
    gap: bool,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    inside: bool,
}

impl<'a> Page<'a> {
    fn new(charset: Charset, mentions: Mentions<'a>, width: usize) -> Self {
        Self {
            charset,
            mentions,
            width,
            lines: Vec::new(),
            pieces: Vec::new(),
            styles: Vec::new(),
            prefixes: Vec::new(),
            lists: Vec::new(),
            links: Vec::new(),
            code: false,
            table: Table::default(),
            gap: false,
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.say(&text),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.styles.push(self.style().add_modifier(Modifier::BOLD));
                self.say(&text);
                self.styles.pop();
            }
            Event::FootnoteReference(name) => self.say(&name),
            Event::SoftBreak => self.push(" "),
            Event::HardBreak => self.push("\n"),
            Event::Rule => {
                self.begin_block();
                let rule = if self.charset == Charset::Ascii { "-" } else { "─" };
                self.lines.push(Line::styled(rule.repeat(self.width), dim()));
                self.gap = true;
            }
            Event::TaskListMarker(done) => self.push(if done { "[x] " } else { "[ ] " }),
        }
    }

    fn start(&mut self, tag: Tag) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.begin_block(),
            Tag::Heading { .. } => {
                self.begin_block();
                self.styles.push(Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED));
            }
            Tag::BlockQuote(_) => {
                self.begin_block();
                let bar = Span::styled(if self.charset == Charset::Ascii { "| " } else { "│ " }, dim());
                self.prefixes.push((None, bar));
            }
            Tag::CodeBlock(kind) => {
                self.begin_block();
                if let CodeBlockKind::Fenced(language) = kind
                    && !language.is_empty()
                {
                    self.pieces.push((self.charset.line(&language).to_string(), dim()));
                    self.end_paragraph();
                }
                self.code = true;
                self.prefixes.push((None, Span::raw("    ")));
            }
            Tag::List(first) => {
                match self.lists.is_empty() {
                    true => self.begin_block(),
                    false => self.end_paragraph(),
                }
                self.gap = false;
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_paragraph();
                self.gap = false;
                let marker = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ if self.charset == Charset::Ascii => "- ".to_owned(),
                    _ => "• ".to_owned(),
                };
                let rest = Span::raw(" ".repeat(cells(&marker)));
                self.prefixes.push((Some(Span::raw(marker)), rest));
            }
            Tag::Table(_) => {
                self.begin_block();
                self.table = Table { inside: true, ..Table::default() };
            }
            Tag::TableHead | Tag::TableRow => self.table.rows.push(Vec::new()),
            Tag::TableCell => self.pieces.clear(),
            Tag::Emphasis => self.styles.push(self.style().add_modifier(Modifier::ITALIC)),
            Tag::Strong => self.styles.push(self.style().add_modifier(Modifier::BOLD)),
            Tag::Strikethrough => self.styles.push(self.style().add_modifier(Modifier::CROSSED_OUT)),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.pieces.len()));
                self.styles.push(self.style().add_modifier(Modifier::UNDERLINED));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.end_paragraph();
                self.gap = true;
            }
            TagEnd::Heading(_) => {
                self.end_paragraph();
                self.styles.pop();
                self.gap = false;
            }
            TagEnd::BlockQuote(_) => {
                self.end_paragraph();
                self.prefixes.pop();
                self.gap = true;
            }
            TagEnd::CodeBlock => {
                self.end_paragraph();
                self.prefixes.pop();
                self.code = false;
                self.gap = true;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap = self.lists.is_empty();
            }
            TagEnd::Item => {
                self.end_paragraph();
                // An item without text is one all the same.
                if let Some((Some(marker), _)) = self.prefixes.pop() {
                    self.lines.push(Line::from(marker));
                }
                self.gap = false;
            }
            TagEnd::TableCell => {
                let cell: String = std::mem::take(&mut self.pieces).into_iter().map(|(text, _)| text).collect();
                if let Some(row) = self.table.rows.last_mut() {
                    row.push(cell.replace('\n', " "));
                }
            }
            TagEnd::Table => {
                let table = std::mem::take(&mut self.table);
                self.lay_out(&table.rows);
                self.gap = true;
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.styles.pop();
            }
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => {}
        }
    }

    fn style(&self) -> Style {
        self.styles.last().copied().unwrap_or_default()
    }

    /// Adds words of the text.
    fn say(&mut self, text: &str) {
        let named = self.mentions.named(text);
        let clean = self.charset.block(&named);
        self.push(&clean);
    }

    fn push(&mut self, text: &str) {
        self.pieces.push((text.to_owned(), self.style()));
    }

    /// Where a link leads is said, unless its text says it: nobody can hover over it here.
    fn end_link(&mut self) {
        self.styles.pop();
        let Some((target, begin)) = self.links.pop() else { return };
        let target = self.charset.line(&target);
        let text: String = self.pieces.get(begin..).unwrap_or_default().iter().map(|(text, _)| text.as_str()).collect();
        if !target.is_empty() && text != *target && Some(text.as_str()) != target.strip_prefix("mailto:") {
            self.pieces.push((format!(" ({target})"), dim()));
        }
    }

    fn begin_block(&mut self) {
        self.end_paragraph();
        if self.gap && !self.lines.is_empty() {
            let inside: Vec<Span> = self.prefixes.iter().map(|(_, rest)| rest.clone()).collect();
            self.lines.push(Line::from(inside));
        }
        self.gap = false;
    }

    fn end_paragraph(&mut self) {
        if self.pieces.is_empty() || self.table.inside {
            return;
        }
        let mut pieces = std::mem::take(&mut self.pieces);
        if let Some((text, _)) = pieces.last_mut() {
            text.truncate(text.trim_end_matches('\n').len());
        }
        let rest: Vec<Span> = self.prefixes.iter().map(|(_, rest)| rest.clone()).collect();
        let first =
            self.prefixes.iter_mut().map(|(first, rest)| first.take().unwrap_or_else(|| rest.clone())).collect();
        self.lines.extend(wrap(&Paragraph { first, rest, pieces, words: !self.code }, self.width));
    }

    /// Columns where they fit, otherwise the cells of a row one after the other.
    fn lay_out(&mut self, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cells(cell)).max();
        let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0)).collect();
        let fits = widths.iter().sum::<usize>() + 3 * columns.saturating_sub(1) <= self.width;
        let bar = if self.charset == Charset::Ascii { " | " } else { " │ " };
        for (n, row) in rows.iter().enumerate() {
            let style = if n == 0 { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
            for (column, cell) in row.iter().enumerate() {
                if column > 0 {
                    self.pieces.push((bar.to_owned(), dim()));
                }
                let missing = if fits && column + 1 < row.len() { widths[column] - cells(cell) } else { 0 };
                self.pieces.push((format!("{cell}{}", " ".repeat(missing)), style));
            }
            self.end_paragraph();
        }
    }
}

fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, width: usize) -> String {
        let nobody = |_: Uuid| "Ada".to_owned();
        let lines = markdown(text, Charset::Unicode, Mentions(&nobody), width);
        lines.iter().map(|line| line.to_string().trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn blocks_are_told_apart() {
        let text = "# Fence\nA *fence* at\nno. 7.\n\nSecond.\n\n- one that is longer\n- two\n  1. first\n  2. second\n\n> said\n> \
                    so\n\n```sh\nls  -l\n```\n---\nend";
        insta::assert_snapshot!(shown(text, 20), @r"
        Fence
        A fence at no. 7.

        Second.

        • one that is longer
        • two
          1. first
          2. second

        │ said so

        sh
            ls  -l

        ────────────────────

        end
        ");
    }

    #[test]
    fn tables_have_columns_where_they_fit() {
        let text = "| name | sum |\n|---|---|\n| Ada | 1 |\n| Grace | 20 |";
        insta::assert_snapshot!(shown(text, 20), @r"
        name  │ sum
        Ada   │ 1
        Grace │ 20
        ");
        assert_eq!(shown(text, 8), "name │\nsum\nAda │ 1\nGrace │\n20");
    }

    #[test]
    fn links_say_where_they_lead() {
        assert_eq!(shown("[the bank](https://evil.example)", 60), "the bank (https://evil.example)");
        assert_eq!(shown("<https://a.example>", 60), "https://a.example");
        assert_eq!(shown("![a](b.png) <a@b.example>", 60), "a (b.png) a@b.example");
    }

    #[test]
    fn mentions_have_names() {
        let id = "01980000-0000-7000-8000-000000000001";
        assert_eq!(shown(&format!("Ask <@U{id}> or `<@U{id}>`, not <@U1> <@U"), 60), "Ask @Ada or @Ada, not <@U1> <@U");
    }

    #[test]
    fn entities_are_cleaned_too() {
        assert_eq!(shown("a&#27;[2J&#x202e;b", 40), "a?[2Jb");
        assert_eq!(shown("[x](a&#27;b)", 40), "x (a?b)");
        assert_eq!(shown("```a&#27;b\nx\n```", 40), "a?b\n    x");
    }

    #[test]
    fn nesting_leaves_room_for_the_text() {
        let deep = format!("{}words", "> ".repeat(60));
        assert!(shown(&deep, 30).ends_with("words"));
        let lists: String = (0..40).map(|n| format!("{}- x\n", "  ".repeat(n))).collect();
        assert!(shown(&lists, 30).lines().all(|line| cells(line) <= 30));
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_is_laid_out_harmlessly(text in "([#>*_`\\-\\[\\]()|!&;\n ]|&#[0-9]{1,6};|[a-z]|.){0,60}", width in 4usize..40) {
            let nobody = |_: Uuid| String::new();
            for line in markdown(&text, Charset::Unicode, Mentions(&nobody), width) {
                proptest::prop_assert!(cells(&line.to_string()) <= width, "{line:?}");
                proptest::prop_assert!(Charset::Unicode.shows(&line.to_string()), "{line:?}");
            }
        }
    }
}
