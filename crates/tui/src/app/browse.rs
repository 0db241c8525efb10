//! The screen above all cases: spaces, the cases of one, and what is chosen among them.

use client::Uuid;

use super::{App, NEAR, SETTLE};
use crate::{
    layout::Pane,
    model::{Case, CaseRow, Space},
    pager::{Choice, Fetching, Paged, Pager},
    request::{Place, Request, Slot},
    scroll::Scroll,
    text::Clean,
};

/// What the detail shows.
#[derive(Debug, Default)]
pub enum Preview {
    /// Nothing is chosen, or what is chosen is on its way.
    #[default]
    Nothing,
    Space(Space),
    Case(Case),
    Failed(Clean),
}

/// The screen above all cases.
#[derive(Debug)]
pub struct Browse {
    /// The pane that keys act on.
    pub focus: Pane,
    pub spaces: Pager<Space>,
    pub space: Choice,
    pub cases: Pager<CaseRow>,
    pub case: Choice,
    /// The space whose cases these are.
    pub place: Option<Uuid>,
    /// The list whose row the detail shows.
    shown: Pane,
    /// The space or case that the detail shows.
    subject: Option<Uuid>,
    pub preview: Preview,
    pub detail: Scroll,
}

impl Default for Browse {
    fn default() -> Self {
        Self {
            focus: Pane::Spaces,
            spaces: Pager::default(),
            space: Choice::default(),
            cases: Pager::default(),
            case: Choice::default(),
            place: None,
            shown: Pane::Spaces,
            subject: None,
            preview: Preview::default(),
            detail: Scroll::default(),
        }
    }
}

impl Browse {
    /// The chosen space.
    pub fn chosen_space(&self) -> Option<&Space> {
        self.spaces.items.get(self.space.at)
    }

    /// The chosen case.
    pub fn chosen_case(&self) -> Option<&CaseRow> {
        self.cases.items.get(self.case.at)
    }

    /// How many rows a pane has.
    pub fn rows(&self, pane: Pane) -> usize {
        match pane {
            Pane::Spaces => self.spaces.items.len(),
            Pane::Cases => self.cases.items.len(),
            _ => 0,
        }
    }

    /// The row that is chosen in a pane.
    pub fn choice_mut(&mut self, pane: Pane) -> Option<&mut Choice> {
        match pane {
            Pane::Spaces => Some(&mut self.space),
            Pane::Cases => Some(&mut self.case),
            _ => None,
        }
    }

    /// Keeps the chosen row of a pane in sight.
    pub fn settle(&mut self, pane: Pane, height: usize) {
        let rows = self.rows(pane);
        if let Some(choice) = self.choice_mut(pane) {
            choice.settle(rows, height);
        }
    }

    /// What the detail has to show.
    fn wanted(&self) -> Option<(Uuid, Request)> {
        match self.chosen_case() {
            Some(case) if self.shown == Pane::Cases => Some((case.id, Request::Case(case.id))),
            // Where there are no cases, there is still the space.
            _ if self.shown == Pane::Cases && self.cases.fetching == Fetching::Busy => None,
            _ => self.chosen_space().map(|space| (space.id, Request::Space(space.id))),
        }
    }
}

impl App {
    /// Follows the choice: the cases of the chosen space, the detail of the chosen row.
    pub(super) fn prefetch_browse(&mut self) {
        let browse = &mut self.browse;
        if browse.space.at + NEAR >= browse.spaces.items.len()
            && let Some(cursor) = browse.spaces.advance()
        {
            self.outbox.fetch(Slot::Spaces, Request::Spaces(cursor));
        }
        let space = browse.chosen_space().map(|space| space.id);
        if space != browse.place {
            self.outbox.cancel(Slot::Cases);
            (browse.place, browse.cases, browse.case) = (space, Pager::default(), Choice::default());
        }
        if let Some(space) = space
            && browse.case.at + NEAR >= browse.cases.items.len()
        {
            let first = !browse.cases.has_come();
            if let Some(cursor) = browse.cases.advance() {
                let status = self.filters.get(&space).cloned();
                let request = Request::Cases { place: Place::Space(space), status, cursor };
                self.outbox.fetch_after(Slot::Cases, request, if first { SETTLE } else { Default::default() });
            }
        }
        if browse.focus != Pane::Detail {
            browse.shown = browse.focus;
        }
        let wanted = browse.wanted();
        let subject = wanted.as_ref().map(|(id, _)| *id);
        if subject == browse.subject {
            return;
        }
        browse.subject = subject;
        browse.detail.top = 0;
        // The list knows most about a space; only its description is missing.
        browse.preview = match browse.chosen_space() {
            Some(space) if Some(space.id) == subject => Preview::Space(space.clone()),
            _ => Preview::Nothing,
        };
        match wanted {
            Some((_, request)) => self.outbox.fetch_after(Slot::Preview, request, SETTLE),
            None => self.outbox.cancel(Slot::Preview),
        }
    }

    /// Fetches everything on this screen anew. What is seen stays until then.
    pub(super) fn reload_browse(&mut self) {
        let cursor = self.browse.spaces.reload();
        self.outbox.fetch(Slot::Spaces, Request::Spaces(cursor));
        if let Some(space) = self.browse.place {
            let (status, cursor) = (self.filters.get(&space).cloned(), self.browse.cases.reload());
            self.outbox.fetch(Slot::Cases, Request::Cases { place: Place::Space(space), status, cursor });
        }
        if let Some((_, request)) = self.browse.wanted() {
            self.outbox.fetch(Slot::Preview, request);
        }
    }

    /// Shows other cases of the chosen space.
    pub(super) fn refilter_browse(&mut self) {
        self.outbox.cancel(Slot::Cases);
        self.browse.place = None;
    }
}
