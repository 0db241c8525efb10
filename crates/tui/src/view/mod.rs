//! Drawing. It reads the app and changes nothing.

mod dialogs;
mod guard;
mod help;
mod panes;
mod splash;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Margin, Rect},
    style::Style,
    text::{Line, Span},
    widgets::{Block, Borders, Widget},
};

pub use self::{
    dialogs::proposal_areas,
    help::{help_lines, help_size},
};
use crate::{
    app::{App, reader},
    look::Look,
    text::{cells, fit, fit_left},
};

/// Draws the whole screen.
pub fn draw(app: &App, frame: &mut Frame) {
    let screen = frame.area();
    paint(app, screen, frame.buffer_mut());
    guard::guard(frame.buffer_mut(), app.setup.look.charset);
}

fn paint(app: &App, screen: Rect, buffer: &mut Buffer) {
    if let Some(step) = app.splash {
        return splash::draw(app, step, screen, buffer);
    }
    let areas = app.areas();
    header(app, areas.header, buffer);
    match &app.reader {
        Some(reader) => read(app, reader, areas.body, buffer),
        None => panes::draw(app, &areas, buffer),
    }
    for dialog in &app.dialogs {
        dialogs::draw(app, dialog, areas.body, buffer);
    }
    footer(app, areas.footer, buffer);
}

/// Who is asked, and where one is.
fn header(app: &App, area: Rect, buffer: &mut Buffer) {
    let look = app.setup.look;
    let signs = look.signs();
    let has_error = app.notice.as_ref().is_some_and(|notice| notice.is_error);
    let mut flags = Vec::new();
    for (is_up, flag, style) in [
        (app.is_busy(), "loading", look.faint()),
        (app.live, "live", look.good()),
        (app.debug, "debug", look.notable()),
        (has_error, "error", look.error()),
    ] {
        if is_up {
            flags.push(Span::raw(" "));
            flags.push(Span::styled(flag, style));
        }
    }
    let flags = Line::from(flags);
    let room = usize::from(area.width).saturating_sub(flags.width() + 1);
    let mark = format!("{} {}", signs.mark, app.setup.program);
    let mut way = vec![look.charset.line(&app.setup.config).to_string()];
    if !app.path.is_empty() {
        way.extend(app.browse.chosen_space().map(|space| space.name.to_string()));
    }
    way.extend(app.path.iter().map(|case| case.title.to_string()));
    way.retain(|part| !part.is_empty());
    let way = way.join(&format!(" {} ", signs.crumb));
    // The end of the way says most.
    let way = fit_left(&way, room.saturating_sub(cells(&mark) + 2), signs.cut);
    let line =
        Line::from(vec![Span::styled(mark, look.focused().patch(look.strong())), Span::raw("  "), Span::raw(way)]);
    put(line, area, buffer);
    let start = area.right().saturating_sub(flags.width() as u16);
    put(flags, Rect { x: start.max(area.x), width: area.right() - start.max(area.x), ..area }, buffer);
}

/// What went wrong, what was done, or what keys do.
fn footer(app: &App, area: Rect, buffer: &mut Buffer) {
    let look = app.setup.look;
    let width = usize::from(area.width);
    let line = match &app.notice {
        Some(notice) => {
            let style = if notice.is_error { look.error() } else { look.good() };
            Line::styled(fit(&notice.text, width, look.signs().cut), style)
        }
        None => Line::styled(help::hints(app, width), look.faint()),
    };
    put(line, area, buffer);
}

/// One thing, in place of the panes.
fn read(app: &App, reader: &reader::Reader, body: Rect, buffer: &mut Buffer) {
    let look = app.setup.look;
    let inside = reader::inside(body);
    if reader::has_frame(body) {
        frame(look, &reader.title, "", true, body, buffer);
        if reader.scroll.has_more() {
            more(look, body, buffer);
        }
    } else {
        let title = fit(&reader.title, body.width.into(), look.signs().cut);
        put(Line::styled(title, look.chosen()), body, buffer);
    }
    let about = fit(&reader.about, inside.width.into(), look.signs().cut);
    let above = Rect { y: inside.y.saturating_sub(1), height: 1, ..inside };
    if above.y > body.y {
        put(Line::styled(about, look.faint()), above.intersection(body), buffer);
    }
    lines(reader.scroll.seen(), inside, buffer);
}

/// A frame with a title. What has the focus is told by its title, with and without colours.
fn frame(look: Look, title: &str, count: &str, has_focus: bool, area: Rect, buffer: &mut Buffer) {
    let (border, style) = match has_focus {
        true => (look.focused(), look.chosen()),
        false => (look.faint(), Style::new()),
    };
    let room = usize::from(area.width).saturating_sub(4);
    let mut spans = vec![Span::styled(format!(" {} ", fit(title, room, look.signs().cut)), style)];
    if !count.is_empty() && cells(title) + cells(count) < room {
        spans.push(Span::styled(format!("{count} "), look.faint()));
    }
    let block = Block::new().borders(Borders::ALL).border_set(look.signs().border).border_style(border);
    block.title(Line::from(spans)).render(area, buffer);
}

/// The sign that there is more below, at the lower edge.
fn more(look: Look, area: Rect, buffer: &mut Buffer) {
    let sign = look.signs().more;
    let width = cells(sign) as u16 + 2;
    if area.width > width + 2 && area.height > 0 {
        let corner = Rect { x: area.right() - width - 1, y: area.bottom() - 1, width, height: 1 };
        put(Line::styled(format!(" {sign} "), look.notable()), corner, buffer);
    }
}

/// Draws a line at the top of an area, as far as there is one.
fn put(line: Line, area: Rect, buffer: &mut Buffer) {
    line.render(Rect { height: area.height.min(1), ..area }, buffer);
}

fn lines(lines: &[Line], area: Rect, buffer: &mut Buffer) {
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put(line.clone(), Rect { y, ..area }, buffer);
    }
}

/// A box in front of everything.
fn front(look: Look, title: &str, area: Rect, buffer: &mut Buffer) -> Rect {
    ratatui::widgets::Clear.render(area, buffer);
    frame(look, title, "", true, area, buffer);
    area.inner(Margin::new(1, 1))
}
