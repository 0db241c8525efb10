//! Where things are on the screen.

use ratatui::layout::{Constraint, Layout, Margin, Rect};

/// A part of the screen that keys can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    Spaces,
    Cases,
    Subcases,
    /// Notes and files.
    Papers,
    Thread,
    Detail,
}

/// The panes above all cases.
pub const BROWSE: &[Pane] = &[Pane::Spaces, Pane::Cases, Pane::Detail];
/// The panes of a case.
pub const CASE: &[Pane] = &[Pane::Subcases, Pane::Papers, Pane::Thread, Pane::Detail];

/// Below this width or height, one pane is shown at a time.
const ROOMY: (u16, u16) = (56, 14);

/// The parts of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Areas {
    /// The line at the top.
    pub header: Rect,
    /// The names of the panes, when only one of them is shown.
    pub tabs: Option<Rect>,
    /// All between header and footer.
    pub body: Rect,
    /// The panes that are shown.
    pub panes: Vec<(Pane, Rect)>,
    /// The line at the bottom.
    pub footer: Rect,
}

impl Areas {
    /// Where things are on a screen of that size.
    pub fn of(screen: Rect, panes: &[Pane], focus: Pane) -> Self {
        let [header, body, footer] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(screen);
        if is_small(screen) {
            let [tabs, pane] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(body);
            return Self { header, tabs: Some(tabs), body, panes: vec![(focus, pane)], footer };
        }
        let [upper, lower] = Layout::vertical([Constraint::Percentage(45), Constraint::Min(0)]).areas(body);
        let (last, lists) = panes.split_last().map_or((Pane::Detail, panes), |(last, lists)| (*last, lists));
        let widths = lists.iter().map(|pane| match pane {
            Pane::Spaces => Constraint::Fill(4),
            Pane::Cases => Constraint::Fill(8),
            Pane::Thread => Constraint::Fill(5),
            Pane::Papers => Constraint::Fill(3),
            Pane::Subcases | Pane::Detail => Constraint::Fill(4),
        });
        let columns = Layout::horizontal(widths).split(upper);
        let mut shown: Vec<_> = lists.iter().copied().zip(columns.iter().copied()).collect();
        shown.push((last, lower));
        Self { header, tabs: None, body, panes: shown, footer }
    }

    /// What a pane's frame leaves for its content.
    pub fn inside(&self, area: Rect) -> Rect {
        // Where there is little room, panes have no frame.
        if self.tabs.is_some() { area } else { area.inner(Margin::new(1, 1)) }
    }

    /// The pane at a place.
    pub fn at(&self, x: u16, y: u16) -> Option<(Pane, Rect)> {
        self.panes.iter().copied().find(|(_, area)| area.contains((x, y).into()))
    }
}

/// Whether there is room for one pane only.
pub fn is_small(screen: Rect) -> bool {
    screen.width < ROOMY.0 || screen.height < ROOMY.1
}

/// A box in the middle, as large as it wants to be and may be.
pub fn middle(body: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(body.width), height.min(body.height));
    Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 2, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_a_place_for_everything() {
        for width in 0..130 {
            for height in 0..50 {
                let screen = Rect::new(0, 0, width, height);
                for (panes, focus) in [(BROWSE, Pane::Cases), (CASE, Pane::Detail)] {
                    let areas = Areas::of(screen, panes, focus);
                    assert!(areas.panes.iter().any(|(pane, _)| *pane == focus));
                    for (_, area) in &areas.panes {
                        assert_eq!(area.intersection(screen), *area);
                        assert_eq!(areas.inside(*area).intersection(screen), areas.inside(*area));
                    }
                }
            }
        }
    }

    #[test]
    fn a_usual_terminal_shows_all_panes() {
        let areas = Areas::of(Rect::new(0, 0, 80, 24), CASE, Pane::Thread);
        assert_eq!(areas.panes.len(), 4);
        assert_eq!(areas.at(2, 2).map(|(pane, _)| pane), Some(Pane::Subcases));
        assert_eq!(areas.at(79, 22).map(|(pane, _)| pane), Some(Pane::Detail));
        assert_eq!(areas.at(0, 0), None);
        assert_eq!(Areas::of(Rect::new(0, 0, 40, 12), CASE, Pane::Thread).panes.len(), 1);
    }
}
