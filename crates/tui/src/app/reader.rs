//! Reading one thing: a message, a note, a file.

use client::Uuid;
use crossterm::event::KeyCode;
use ratatui::layout::{Margin, Rect};

use super::{App, keys::Move};
use crate::{
    layout::is_small,
    model::{File, Message, Note},
    request::{Effect, LARGEST_PICTURE, LARGEST_TEXT, Picture, Reply, Request, Slot},
    scroll::Scroll,
    text::{Clean, Mentions, markdown, plain},
};

/// Something that is being read, in place of the panes.
#[derive(Debug)]
pub struct Reader {
    /// What it is.
    pub title: Clean,
    /// A line about it.
    pub about: Clean,
    /// What it says.
    pub content: Content,
    /// The file, if it is one.
    pub file: Option<Uuid>,
    /// Whether it is Markdown.
    is_markdown: bool,
    /// The text as lines.
    pub scroll: Scroll,
    /// For which width, way of showing and names the lines were made.
    laid: Option<(usize, bool, u64)>,
}

/// What somebody reads.
#[derive(Debug)]
pub enum Content {
    /// It is on its way.
    Loading,
    Text(Clean),
    Picture(Picture),
    /// It cannot be read here.
    Nothing(Clean),
}

impl App {
    fn read(&mut self, title: Clean, about: Clean, content: Content, is_markdown: bool, file: Option<Uuid>) {
        let scroll = Scroll::default();
        self.reader = Some(Reader { title, about, content, file, is_markdown, scroll, laid: None });
    }

    pub(super) fn read_message(&mut self, message: &Message) {
        let charset = self.setup.look.charset;
        let title = charset.line(&self.people.name(message.author));
        let files = match message.files {
            0 => String::new(),
            1 => ", with a file".to_owned(),
            n => format!(", with {n} files"),
        };
        let about = charset.line(&format!("{}{files}", self.time(message.at)));
        self.read(title, about, Content::Text(message.text.clone()), true, None);
    }

    pub(super) fn read_note(&mut self, note: &Note) {
        let about = self.about(&[format!("changed {}", self.time(note.updated_at))], &note.tags);
        self.read(note.title.clone(), about, Content::Loading, true, None);
        self.outbox.fetch(Slot::Reader, Request::Note(note.id));
    }

    pub(super) fn read_file(&mut self, file: &File) {
        let facts = [file.mime_type.to_string(), size(file.size), format!("changed {}", self.time(file.updated_at))];
        let about = self.about(&facts, &file.tags);
        let (content, request) = if is_text(file) && file.size <= LARGEST_TEXT {
            (Content::Loading, Some(Request::Text(file.id)))
        } else if is_picture(file) && self.setup.pictures && file.size <= LARGEST_PICTURE {
            (Content::Loading, Some(Request::Picture { file: file.id, pixels: self.pixels() }))
        } else {
            (Content::Nothing(Clean::ours("This cannot be shown here. Press o to open it in the browser.")), None)
        };
        let is_markdown = file.name.ends_with(".md") || &*file.mime_type == "text/markdown";
        self.read(file.name.clone(), about, content, is_markdown, Some(file.id));
        if let Some(request) = request {
            self.outbox.fetch(Slot::Reader, request);
        }
    }

    pub(super) fn view_picture(&mut self) {
        match self.paper() {
            (_, Some(file)) if is_picture(file) && self.setup.pictures => {
                let file = file.clone();
                self.read_file(&file);
            }
            (_, Some(file)) if is_picture(file) => {
                self.say("This terminal shows no pictures; o opens it in the browser")
            }
            _ => self.say("Choose a picture among the files first"),
        }
    }

    /// How many pixels a picture may have.
    fn pixels(&self) -> (u32, u32) {
        let area = inside(self.areas().body);
        let (width, height) = self.setup.cell;
        (u32::from(area.width) * u32::from(width), u32::from(area.height) * u32::from(height))
    }

    fn about(&self, facts: &[String], tags: &[Clean]) -> Clean {
        let dot = format!(" {} ", self.setup.look.signs().dot);
        let tags = tags.iter().map(|tag| format!("#{tag}"));
        let all: Vec<String> = facts.iter().cloned().chain(tags).collect();
        self.setup.look.charset.line(&all.join(&dot))
    }

    pub(super) fn reader_key(&mut self, code: KeyCode) {
        let Some(reader) = &mut self.reader else { return };
        if let Some(to) = Move::of(code) {
            return reader.scroll.go(to);
        }
        match code {
            KeyCode::Esc => {
                self.outbox.cancel(Slot::Reader);
                self.reader = None;
            }
            KeyCode::Char('o') => self.browse_file(),
            _ => self.common_key(code),
        }
    }

    pub(super) fn reader_reply(&mut self, reply: Reply) {
        let charset = self.setup.look.charset;
        let Some(reader) = &mut self.reader else { return };
        reader.laid = None;
        reader.content = match reply {
            Reply::Note(note) => match charset.note(&note).body {
                Some(body) => Content::Text(body),
                None => Content::Nothing(Clean::ours("This note is empty.")),
            },
            Reply::Text(text) => Content::Text(charset.block(&text)),
            Reply::Picture(picture) => Content::Picture(picture),
            _ => return,
        };
    }

    pub(super) fn reader_failure(&mut self, why: Clean) {
        self.complain(&why);
        if let Some(reader) = &mut self.reader {
            reader.content = Content::Nothing(why);
        }
    }

    /// Opens the file that is read or chosen in the browser. Its address is good for a short while, so it is asked for.
    pub(super) fn browse_file(&mut self) {
        let file = match &self.reader {
            Some(reader) => reader.file,
            None => self.paper().1.map(|file| file.id),
        };
        match file {
            Some(file) => self.outbox.fetch(Slot::Address, Request::Address(file)),
            None => self.say("Choose a file first"),
        }
    }

    pub(super) fn browse_address(&mut self, url: String) {
        let lower = url.to_ascii_lowercase();
        // A server could name a program of this machine instead.
        if lower.starts_with("https://") || lower.starts_with("http://") {
            self.outbox.push(Effect::Browse(url));
        } else {
            self.complain("The address of the file is not one of the web");
        }
    }

    pub(super) fn settle_reader(&mut self, body: Rect) {
        let look = self.setup.look;
        let area = inside(body);
        let people = &self.people;
        let Some(reader) = &mut self.reader else { return };
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        let wanted = (width, self.raw, people.version);
        if reader.laid != Some(wanted) {
            let name = |id| people.name(id);
            let mentions = Mentions(&name);
            let lines = match &reader.content {
                Content::Text(text) if reader.is_markdown && !self.raw => markdown(text, look.charset, mentions, width),
                Content::Text(text) => plain(&mentions.named(text), Default::default(), width),
                Content::Nothing(why) => plain(why, look.faint(), width),
                Content::Loading => plain("loading", look.faint(), width),
                Content::Picture(_) => Vec::new(),
            };
            reader.scroll.lines = lines;
            reader.laid = Some(wanted);
        }
        reader.scroll.resize(height);
    }

    /// The picture that is shown, and where.
    pub fn picture(&self) -> Option<(&Picture, Rect)> {
        match &self.reader {
            Some(Reader { content: Content::Picture(picture), .. }) if self.dialogs.is_empty() => {
                Some((picture, inside(self.areas().body)))
            }
            _ => None,
        }
    }
}

/// Whether there is room for a frame around a reader.
pub fn has_frame(body: Rect) -> bool {
    !is_small(Rect { height: body.height + 2, ..body })
}

/// Where the text of a reader is: below its title and the line about it.
pub fn inside(body: Rect) -> Rect {
    let below = |area: Rect, rows: u16| {
        let rows = rows.min(area.height);
        Rect { y: area.y + rows, height: area.height - rows, ..area }
    };
    match has_frame(body) {
        true => below(body.inner(Margin::new(2, 1)), 1),
        false => below(body, 2),
    }
}

fn is_text(file: &File) -> bool {
    let kind = file.mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let name = file.name.to_ascii_lowercase();
    let known = ["application/json", "application/xml", "application/yaml", "application/x-ndjson", "message/rfc822"];
    kind.starts_with("text/")
        || known.contains(&&*kind)
        || [".eml", ".txt", ".md"].iter().any(|end| name.ends_with(end))
}

fn is_picture(file: &File) -> bool {
    ["image/png", "image/jpeg", "image/gif", "image/webp"].iter().any(|kind| file.mime_type.starts_with(kind))
}

/// A number of bytes, for people.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut amount = bytes as f64 / 1024.0;
    let mut unit = 0;
    while amount >= 1024.0 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    format!("{amount:.1} {}", UNITS[unit])
}
