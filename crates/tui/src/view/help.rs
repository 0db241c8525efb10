//! What keys do.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    app::{App, dialog::Dialog},
    layout::Pane,
    look::Look,
    text::{Paragraph, cells, wrap},
};

/// The keys, group by group.
const KEYS: &[(&str, &[(&str, &str)])] = &[
    (
        "Moving",
        &[
            ("up k, down j", "one row or line"),
            ("PgUp, PgDn, Space", "one window"),
            ("Home g, End G", "first, last"),
            ("Tab l, Shift-Tab h", "next, previous pane"),
            ("Enter", "open a case, read a note, file or message"),
            ("Esc", "one level up"),
        ],
    ),
    (
        "Looking",
        &[
            ("f", "show cases of one status"),
            ("m", "Markdown, or the text as it was written"),
            ("o", "open the file in the browser"),
            ("v", "view the picture"),
            ("r", "fetch anew"),
            ("d", "show the last requests"),
            ("c", "use another configuration"),
            ("M", "leave the mouse to the terminal, or take it"),
            ("Ctrl-L", "draw anew"),
        ],
    ),
    (
        "Working on the open case",
        &[
            ("a", "write a comment"),
            ("i", "stages and instructions; Space ticks"),
            ("w", "motion: working, waiting, blocked, paused"),
            ("p", "next step: commence, resolve, reopen, close"),
            ("y", "decide proposals of agents"),
        ],
    ),
    (
        "Writing",
        &[("Ctrl-S, Alt-Enter", "send"), ("Esc", "go back; the text is kept"), ("Ctrl-U, Ctrl-R", "undo, redo")],
    ),
    ("Leaving", &[("Ctrl-Z", "back to the shell for a while"), ("Ctrl-C", "quit; unsent texts are printed")]),
];

/// The keys as lines.
pub fn help_lines(look: Look, width: usize) -> Vec<Line<'static>> {
    let widest = KEYS.iter().flat_map(|(_, keys)| keys.iter()).map(|(keys, _)| cells(keys)).max().unwrap_or_default();
    let column = widest.min(width / 2);
    let mut lines = Vec::new();
    for (group, keys) in KEYS {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(*group, look.strong()));
        for (keys, meaning) in *keys {
            let first = vec![Span::styled(format!("{keys:column$}  "), look.focused())];
            let rest = vec![Span::raw(" ".repeat(column.max(cells(keys)) + 2))];
            let pieces = vec![((*meaning).to_owned(), Default::default())];
            lines.extend(wrap(&Paragraph { first, rest, pieces, words: true }, width));
        }
    }
    lines
}

/// How large the box with the keys is, inside.
pub fn help_size(body: Rect) -> (usize, usize) {
    let area = help_area(body);
    (area.width.saturating_sub(2).into(), area.height.saturating_sub(2).into())
}

/// Where the box with the keys is.
pub fn help_area(body: Rect) -> Rect {
    crate::layout::middle(body, 66, 36)
}

/// The keys that matter where one is, as many as fit.
pub fn hints(app: &App, width: usize) -> String {
    let all: &[&str] = match (app.dialogs.last(), &app.reader) {
        (Some(Dialog::Form(_)), _) => &["Ctrl-S send", "Esc back, the text is kept", "Ctrl-C quit"],
        (Some(Dialog::Menu(_)), _) => &["Enter choose", "Esc back", "Ctrl-C quit"],
        (Some(Dialog::Stages), _) => &["Space tick, fold", "Esc back", "r reload", "? help", "Ctrl-C quit"],
        (Some(Dialog::Proposals), _) => &["a approve", "x reject", "PgDn read on", "Esc back", "? help", "Ctrl-C quit"],
        (Some(Dialog::Address(_)), _) => &["Shift and the mouse select", "Esc back", "Ctrl-C quit"],
        (Some(_), _) => &["Esc back", "Ctrl-C quit"],
        (None, Some(reader)) if reader.file.is_some() => &["Esc back", "o browser", "? help", "Ctrl-C quit"],
        (None, Some(_)) => &["Esc back", "m raw", "? help", "Ctrl-C quit"],
        (None, None) if app.path.is_empty() => {
            &["Enter open", "? help", "Tab pane", "f filter", "r reload", "Ctrl-C quit", "c configuration"]
        }
        (None, None) => match app.focus() {
            Pane::Papers | Pane::Thread => {
                &["Enter read", "? help", "Esc back", "a comment", "i to do", "p step", "w motion", "Ctrl-C quit"]
            }
            Pane::Detail => &["Tab pane", "? help", "Esc back", "m raw", "a comment", "i to do", "p step", "w motion"],
            _ => &[
                "Enter open",
                "? help",
                "Esc back",
                "a comment",
                "i to do",
                "p step",
                "w motion",
                "f filter",
                "Ctrl-C quit",
            ],
        },
    };
    let dot = format!(" {} ", app.setup.look.signs().dot);
    let mut hints = String::new();
    for hint in all {
        let before = if hints.is_empty() { "" } else { dot.as_str() };
        if cells(&hints) + cells(before) + cells(hint) <= width {
            hints.push_str(before);
            hints.push_str(hint);
        }
    }
    hints
}
