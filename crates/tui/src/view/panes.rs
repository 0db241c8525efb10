//! The panes: lists above, the detail below.

use client::public::cases::CaseStatus;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{frame, lines, more, put};
use crate::{
    app::{App, case::CaseScreen},
    layout::{Areas, Pane},
    look::Look,
    model::CaseRow,
    pager::{Choice, Fetching, Pager},
    scroll::Scroll,
    text::{cells, fit},
};

/// A row of a list: a sign, a text, and somebody at the right.
struct Row {
    sign: &'static str,
    style: Style,
    text: String,
    right: String,
}

/// Below this width, the text of a message needs all the room.
const ROOM_FOR_TIME: u16 = 48;

/// The part of a list that is seen.
struct List {
    rows: Vec<Row>,
    choice: Choice,
    /// How many rows there are, seen or not.
    len: usize,
    /// What is said where there are no rows.
    empty: (String, Style),
    /// Whether more rows will come.
    has_more: bool,
}

pub fn draw(app: &App, areas: &Areas, buffer: &mut Buffer) {
    if let Some(area) = areas.tabs {
        tabs(app, area, buffer);
    }
    for (pane, area) in &areas.panes {
        let has_focus = app.is_in_front(*pane);
        if areas.tabs.is_none() {
            let (title, count) = title(app, *pane);
            frame(app.setup.look, &title, &count, has_focus, *area, buffer);
        }
        let inside = areas.inside(*area);
        let has_more = match *pane {
            Pane::Detail => {
                let scroll = detail(app);
                lines(scroll.seen(), inside, buffer);
                scroll.has_more()
            }
            pane => draw_list(app.setup.look, &list(app, pane, inside), has_focus, inside, buffer),
        };
        if has_more {
            // Without a frame, the line with the names has room.
            more(app.setup.look, areas.tabs.unwrap_or(*area), buffer);
        }
    }
}

/// The names of all panes on one line, where only one is shown.
fn tabs(app: &App, area: Rect, buffer: &mut Buffer) {
    let look = app.setup.look;
    let mut x = area.x;
    for pane in app.panes() {
        let (name, count) = title(app, *pane);
        let has_focus = app.focus() == *pane;
        // The one that is shown is told in full.
        let name = match (has_focus, count.is_empty()) {
            (true, false) => format!(" {name} {count} "),
            (true, true) => format!(" {name} "),
            (false, _) => format!(" {} ", short(*pane)),
        };
        let style = if has_focus { look.chosen() } else { look.faint() };
        let line = Line::styled(name, style);
        let width = (line.width() as u16).min(area.right() - x);
        put(line, Rect { x, width, ..area }, buffer);
        x += width;
    }
}

fn short(pane: Pane) -> &'static str {
    match pane {
        Pane::Spaces => "SPACES",
        Pane::Cases => "CASES",
        Pane::Subcases => "SUB",
        Pane::Papers => "FILES",
        Pane::Thread => "THREAD",
        Pane::Detail => "DETAIL",
    }
}

/// The title of a pane and how much is in it. The filter is told here and nowhere else.
fn title(app: &App, pane: Pane) -> (String, String) {
    let filtered = |name: &str, filter: Option<&CaseStatus>| match filter {
        Some(status) => format!("{name} {} {status}", app.setup.look.signs().dot),
        None => name.to_owned(),
    };
    let detail = if app.debug { "REQUESTS" } else { "DETAIL" };
    match (pane, app.case()) {
        (Pane::Detail, _) => (detail.to_owned(), String::new()),
        (Pane::Spaces, _) => ("SPACES".to_owned(), app.browse.spaces.count()),
        (Pane::Cases, _) => {
            let filter = app.browse.place.and_then(|space| app.filter(space));
            (filtered("CASES", filter), app.browse.cases.count())
        }
        (Pane::Subcases, Some(case)) => (filtered("SUB-CASES", case.filter.as_ref()), case.subcases.count()),
        (Pane::Papers, Some(case)) => ("NOTES & FILES".to_owned(), papers_count(case)),
        (Pane::Thread, Some(case)) => ("THREAD".to_owned(), case.messages.count()),
        (_, None) => (short(pane).to_owned(), String::new()),
    }
}

fn papers_count(case: &CaseScreen) -> String {
    match case.notes.has_come() || case.files.has_come() {
        true => {
            let more = case.notes.has_more() || case.files.has_more();
            format!("{}{}", case.rows(Pane::Papers), if more { "+" } else { "" })
        }
        false => String::new(),
    }
}

fn detail(app: &App) -> &Scroll {
    match app.case() {
        _ if app.debug => &app.log_scroll,
        Some(case) => &case.detail,
        None => &app.browse.detail,
    }
}

fn list(app: &App, pane: Pane, area: Rect) -> List {
    let look = app.setup.look;
    let height = usize::from(area.height);
    let signs = look.signs();
    match (pane, app.case()) {
        (Pane::Spaces, _) => {
            let seen = app.browse.spaces.items.iter().skip(app.browse.space.top).take(height);
            let rows = seen.map(|space| Row {
                sign: "",
                style: Style::new(),
                text: space.name.to_string(),
                right: String::new(),
            });
            List {
                rows: rows.collect(),
                choice: app.browse.space,
                len: app.browse.spaces.items.len(),
                empty: empty(look, &app.browse.spaces, "no spaces"),
                has_more: app.browse.spaces.has_more(),
            }
        }
        (Pane::Cases, _) if app.browse.place.is_some() => {
            let filter = app.browse.place.and_then(|space| app.filter(space));
            cases(app, &app.browse.cases, app.browse.case, filter, height)
        }
        (Pane::Subcases, Some(case)) => cases(app, &case.subcases, case.subcase, case.filter.as_ref(), height),
        (Pane::Papers, Some(case)) => {
            let style = Style::new();
            let row = |sign, text: &str| Row { sign, style, text: text.to_owned(), right: String::new() };
            let notes = case.notes.items.iter().map(|note| row(signs.note, &note.title));
            let files = case.files.items.iter().map(|file| row(signs.file, &file.name));
            let nothing = match (&case.notes.fetching, case.notes.has_come()) {
                (Fetching::Idle, true) => empty(look, &case.files, "no notes, no files"),
                _ => empty(look, &case.notes, ""),
            };
            List {
                rows: notes.chain(files).skip(case.paper.top).take(height).collect(),
                choice: case.paper,
                len: case.rows(Pane::Papers),
                empty: nothing,
                has_more: case.notes.has_more() || case.files.has_more(),
            }
        }
        (Pane::Thread, Some(case)) => {
            let seen = case.messages.items.iter().skip(case.message.top).take(height);
            let rows = seen.map(|message| {
                let first = message.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                let named = crate::text::Mentions(&|id| app.people.name(id)).named(first);
                let text = format!("{}: {named}", app.people.name(message.author));
                // The year is in the message itself.
                let time = app.time(message.at).get(5..).unwrap_or_default().to_owned();
                let time = if area.width < ROOM_FOR_TIME { String::new() } else { time };
                Row { sign: "", style: Style::new(), text, right: time }
            });
            List {
                rows: rows.collect(),
                choice: case.message,
                len: case.messages.items.len(),
                empty: match case.failed {
                    Some(_) => (String::new(), Style::new()),
                    None => empty(look, &case.messages, "nothing said yet: a"),
                },
                has_more: case.messages.has_more(),
            }
        }
        _ => List { rows: Vec::new(), choice: Choice::default(), len: 0, empty: Default::default(), has_more: false },
    }
}

fn cases(app: &App, list: &Pager<CaseRow>, choice: Choice, filter: Option<&CaseStatus>, height: usize) -> List {
    let look = app.setup.look;
    let rows = list.items.iter().skip(choice.top).take(height).map(|case| Row {
        sign: look.status_sign(&case.status),
        style: look.status(&case.status),
        text: case.title.to_string(),
        right: case.assignee.map(|id| app.people.name(id)).unwrap_or_default(),
    });
    let nothing = if filter.is_some() { "no such cases" } else { "no cases" };
    List {
        rows: rows.collect(),
        choice,
        len: list.items.len(),
        empty: empty(look, list, nothing),
        has_more: list.has_more(),
    }
}

fn empty<T: crate::model::Keyed>(look: Look, list: &Pager<T>, nothing: &str) -> (String, Style) {
    match &list.fetching {
        Fetching::Failed(why) => (why.to_string(), look.error()),
        Fetching::Idle if list.has_come() => (nothing.to_owned(), look.faint()),
        _ => ("loading".to_owned(), look.faint()),
    }
}

/// Draws the rows that are seen, and says whether there are more below them.
fn draw_list(look: Look, list: &List, has_focus: bool, area: Rect, buffer: &mut Buffer) -> bool {
    if list.rows.is_empty() {
        let (words, style) = &list.empty;
        lines(&crate::text::plain(words, *style, area.width.into()), area, buffer);
        return false;
    }
    for ((n, row), y) in list.rows.iter().enumerate().zip(area.y..area.bottom()) {
        let is_chosen = list.choice.top + n == list.choice.at;
        let line = draw_row(look, row, is_chosen, area.width.into());
        put(line, Rect { y, ..area }, buffer);
        if is_chosen && has_focus {
            buffer.set_style(Rect { y, height: 1, ..area }, look.chosen());
        }
    }
    list.choice.top + usize::from(area.height) < list.len || list.has_more
}

fn draw_row(look: Look, row: &Row, is_chosen: bool, width: usize) -> Line<'static> {
    let cut = look.signs().cut;
    let before = if is_chosen { look.signs().chosen } else { " " };
    let sign = if row.sign.is_empty() { String::new() } else { format!("{} ", row.sign) };
    // What stands at the right may take a third.
    let right = fit(&row.right, width / 3, cut);
    let taken = cells(before) + cells(&sign) + if right.is_empty() { 0 } else { cells(&right) + 1 };
    let text = fit(&row.text, width.saturating_sub(taken), cut);
    let gap = width.saturating_sub(taken + cells(&text));
    let style = if is_chosen { look.strong() } else { Style::new() };
    let mut spans = vec![Span::raw(before), Span::styled(sign, row.style), Span::styled(text, style)];
    if !right.is_empty() {
        spans.push(Span::raw(" ".repeat(gap + 1)));
        spans.push(Span::styled(right, look.faint()));
    }
    Line::from(spans)
}
