//! The mouse, which can do what keys do.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::{App, dialog::Dialog, keys::Move};
use crate::layout::Pane;

/// How many lines of text a notch of the wheel is.
const NOTCH: isize = 3;

impl App {
    pub(super) fn mouse_event(&mut self, mouse: MouseEvent) {
        match mouse.kind {
            MouseEventKind::ScrollDown => self.wheel(1, mouse),
            MouseEventKind::ScrollUp => self.wheel(-1, mouse),
            MouseEventKind::Down(MouseButton::Left) => self.click(mouse),
            // It only moved.
            _ => self.changed = false,
        }
    }

    fn wheel(&mut self, by: isize, mouse: MouseEvent) {
        match (self.dialogs.last(), &mut self.reader) {
            _ if self.splash.is_some() => {}
            (Some(Dialog::Form(_)), _) => {}
            (Some(_), _) => {
                let code = if by > 0 { KeyCode::Down } else { KeyCode::Up };
                self.dialog_key(KeyEvent::new(code, KeyModifiers::NONE));
            }
            (None, Some(reader)) => reader.scroll.step(by * NOTCH),
            (None, None) => {
                if let Some((pane, _)) = self.areas().at(mouse.column, mouse.row) {
                    self.focus_on(pane);
                    self.go(Move::Rows(if pane == Pane::Detail { by * NOTCH } else { by }));
                }
            }
        }
    }

    /// Chooses a row; on the row that is chosen already, opens it.
    fn click(&mut self, mouse: MouseEvent) {
        if self.splash.take().is_some() || !self.dialogs.is_empty() || self.reader.is_some() {
            return;
        }
        let areas = self.areas();
        let Some((pane, area)) = areas.at(mouse.column, mouse.row) else { return };
        let was_focused = self.focus() == pane;
        self.focus_on(pane);
        let inside = areas.inside(area);
        if !inside.contains((mouse.column, mouse.row).into()) {
            return;
        }
        let line = usize::from(mouse.row - inside.y);
        let rows = self.path.last().map_or_else(|| self.browse.rows(pane), |case| case.rows(pane));
        let choice = match self.path.last_mut() {
            Some(case) => case.choice_mut(pane),
            None => self.browse.choice_mut(pane),
        };
        let Some(choice) = choice else { return };
        let row = choice.top + line;
        if row >= rows {
            return;
        }
        let was_chosen = choice.at == row;
        choice.at = row;
        if was_focused && was_chosen {
            self.enter();
        }
    }
}
