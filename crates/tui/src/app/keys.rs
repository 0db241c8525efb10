//! Keys.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{
    App,
    case::CaseScreen,
    dialog::{Dialog, Menu},
    form::Purpose,
};
use crate::{
    layout::Pane,
    model::{File, Note},
    request::{Effect, Part, Place, Slot},
    scroll::Scroll,
    text::Clean,
};

/// Where a movement goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// Some rows or lines.
    Rows(isize),
    /// Some windows.
    Pages(isize),
    First,
    Last,
}

impl Move {
    /// The movement that a key means.
    pub(super) fn of(code: KeyCode) -> Option<Self> {
        Some(match code {
            KeyCode::Up | KeyCode::Char('k') => Self::Rows(-1),
            KeyCode::Down | KeyCode::Char('j') => Self::Rows(1),
            KeyCode::PageUp => Self::Pages(-1),
            KeyCode::PageDown | KeyCode::Char(' ') => Self::Pages(1),
            KeyCode::Home | KeyCode::Char('g') => Self::First,
            KeyCode::End | KeyCode::Char('G') => Self::Last,
            _ => return None,
        })
    }

    /// By how many rows a list moves whose window has that height.
    pub(super) fn rows(self, height: usize) -> isize {
        match self {
            Self::Rows(rows) => rows,
            Self::Pages(pages) => pages * (height.max(2) as isize - 1),
            Self::First => isize::MIN,
            Self::Last => isize::MAX,
        }
    }
}

impl Scroll {
    pub(super) fn go(&mut self, to: Move) {
        match to {
            Move::Rows(lines) => self.step(lines),
            Move::Pages(pages) => self.page(pages),
            Move::First => self.step(isize::MIN),
            Move::Last => self.step(isize::MAX),
        }
    }
}

impl App {
    pub(super) fn key(&mut self, key: KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match (key.code, key.modifiers) {
            (KeyCode::Char('c'), KeyModifiers::CONTROL) => self.outbox.push(Effect::Quit),
            (KeyCode::Char('z'), KeyModifiers::CONTROL) => self.outbox.push(Effect::Suspend),
            (KeyCode::Char('l'), KeyModifiers::CONTROL) => self.outbox.push(Effect::Redraw),
            (KeyCode::Enter, _) if self.splash.is_some() => self.splash = None,
            _ if self.splash.is_some() => {}
            _ if !self.dialogs.is_empty() => self.dialog_key(key),
            _ if plain => {
                // An error stays until it was answered; what is said otherwise is old by now.
                self.notice.take_if(|notice| !notice.is_error || key.code == KeyCode::Esc);
                match self.reader.is_some() {
                    true => self.reader_key(key.code),
                    false => self.screen_key(key.code),
                }
            }
            _ => {}
        }
    }

    fn screen_key(&mut self, code: KeyCode) {
        if let Some(to) = Move::of(code) {
            return self.go(to);
        }
        match code {
            KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => self.turn(1),
            KeyCode::BackTab | KeyCode::Left | KeyCode::Char('h') => self.turn(-1),
            KeyCode::Enter => self.enter(),
            KeyCode::Esc => self.up(),
            KeyCode::Char('f') => self.ask_filter(),
            KeyCode::Char('r') => self.reload(),
            KeyCode::Char('o') => self.browse_file(),
            KeyCode::Char('v') => self.view_picture(),
            KeyCode::Char('a') => self.ask_comment(),
            KeyCode::Char('i') => self.open_stages(),
            KeyCode::Char('w') => self.ask_motion(),
            KeyCode::Char('p') => self.ask_step(),
            KeyCode::Char('y') => self.open_proposals(),
            _ => self.common_key(code),
        }
    }

    /// Keys that mean the same wherever no text is written.
    pub(super) fn common_key(&mut self, code: KeyCode) {
        match code {
            KeyCode::Char('?') => self.dialogs.push(Dialog::Help(Scroll::default())),
            KeyCode::Char('m') => self.raw = !self.raw,
            KeyCode::Char('d') => self.debug = !self.debug,
            KeyCode::Char('c') => self.outbox.push(Effect::Configs),
            KeyCode::Char('M') => {
                self.mouse = !self.mouse;
                self.outbox.push(Effect::Mouse(self.mouse));
                self.say(if self.mouse { "The mouse works here" } else { "The mouse is the terminal's" });
            }
            _ => {}
        }
    }

    /// Moves in the pane that has the focus.
    pub(super) fn go(&mut self, to: Move) {
        let pane = self.focus();
        let areas = self.areas();
        let area = areas.panes.iter().find(|(it, _)| *it == pane).map(|(_, area)| areas.inside(*area));
        let by = to.rows(area.map_or(1, |area| area.height.into()));
        match (pane, self.path.last_mut()) {
            (Pane::Detail, _) if self.debug => self.log_scroll.go(to),
            (Pane::Detail, Some(case)) => case.detail.go(to),
            (Pane::Detail, None) => self.browse.detail.go(to),
            (pane, Some(case)) => {
                let rows = case.rows(pane);
                if let Some(choice) = case.choice_mut(pane) {
                    choice.step(by, rows);
                }
            }
            (pane, None) => {
                let rows = self.browse.rows(pane);
                if let Some(choice) = self.browse.choice_mut(pane) {
                    choice.step(by, rows);
                }
            }
        }
    }

    /// Gives the focus to another pane.
    fn turn(&mut self, by: isize) {
        let (panes, focus) = (self.panes(), self.focus());
        let at = panes.iter().position(|pane| *pane == focus).unwrap_or_default();
        let to = at.checked_add_signed(by).map_or(panes.len() - 1, |to| to % panes.len());
        self.focus_on(panes[to]);
    }

    pub(super) fn focus_on(&mut self, pane: Pane) {
        match self.path.last_mut() {
            Some(case) => case.focus = pane,
            None => self.browse.focus = pane,
        }
    }

    pub(super) fn enter(&mut self) {
        let Some(case) = self.path.last() else {
            match self.browse.focus {
                Pane::Spaces => self.browse.focus = Pane::Cases,
                Pane::Cases => {
                    if let Some(row) = self.browse.chosen_case() {
                        let (id, title) = (row.id, row.title.clone());
                        self.open_case(id, title);
                    }
                }
                _ => {}
            }
            return;
        };
        match case.focus {
            Pane::Subcases => {
                if let Some(row) = case.chosen_subcase() {
                    let (id, title) = (row.id, row.title.clone());
                    self.open_case(id, title);
                }
            }
            Pane::Papers => match (case.chosen_note().cloned(), case.chosen_file().cloned()) {
                (Some(note), _) => self.read_note(&note),
                (None, Some(file)) => self.read_file(&file),
                (None, None) => {}
            },
            Pane::Thread => {
                if let Some(message) = case.chosen_message().cloned() {
                    self.read_message(&message);
                }
            }
            _ => {}
        }
    }

    fn open_case(&mut self, id: client::Uuid, title: Clean) {
        let mut case = CaseScreen::new(id, title, self.filters.get(&id).cloned());
        case.open(&mut self.outbox, self.speaks_v1 != Some(false));
        self.path.push(case);
    }

    /// Goes one level up.
    fn up(&mut self) {
        match self.path.pop() {
            Some(left) => {
                self.outbox.cancel_all(|slot| {
                    matches!(slot, Slot::Case(id, part) if *id == left.id
                    && !matches!(part, Part::Sending | Part::Tick(_)))
                });
                // What happened below may show above.
                if let Some(case) = self.path.last_mut() {
                    case.refresh(Part::Case, &mut self.outbox);
                    case.refresh(Part::Subcases, &mut self.outbox);
                }
            }
            None => self.browse.focus = Pane::Spaces,
        }
    }

    fn ask_filter(&mut self) {
        let place = match self.path.last() {
            Some(case) => Some(Place::Case(case.id)),
            None => self.browse.place.map(Place::Space),
        };
        if let Some(place) = place {
            let current = self.filters.get(&place.id());
            self.dialogs.push(Dialog::Menu(Menu::filter(place, current)));
        }
    }

    /// Fetches anew what is seen. What is below and above stays as it is, and so do choices and filters.
    pub(super) fn reload(&mut self) {
        self.notice = None;
        // Perhaps the server was not there.
        if self.speaks_v1 == Some(true) && !self.live {
            self.outbox.push(Effect::Follow);
        }
        let Some(case) = self.path.last_mut() else { return self.reload_browse() };
        let mut parts = vec![Part::Case, Part::Subcases, Part::Notes, Part::Files, Part::Thread];
        if self.speaks_v1 != Some(false) {
            parts.extend([Part::Work, Part::Proposals]);
        }
        if case.stages.list.has_come() {
            parts.push(Part::Stages);
            parts.extend(case.stages.instructions.keys().map(|stage| Part::Instructions(*stage)));
        }
        for part in parts {
            case.refresh(part, &mut self.outbox);
        }
    }

    fn ask_comment(&mut self) {
        match self.path.is_empty() {
            true => self.say("Open a case first, with Enter"),
            false => self.write(Purpose::Comment),
        }
    }

    /// The note or file that keys act on.
    pub(super) fn paper(&self) -> (Option<&Note>, Option<&File>) {
        match self.path.last() {
            Some(case) if case.focus == Pane::Papers => (case.chosen_note(), case.chosen_file()),
            _ => (None, None),
        }
    }
}
