//! What the detail says, in lines.

use client::{
    Timestamp,
    public::cases::CaseStatus,
    v1::{Motion, cases::Phase},
};
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{App, Preview};
use crate::{
    model::{Case, Space, Work},
    text::{Mentions, Paragraph, cells, markdown, plain, wrap},
};

impl App {
    /// A time as people here tell it.
    pub fn time(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.setup.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The open case in words.
    pub(super) fn case_lines(&self, width: usize) -> Vec<Line<'static>> {
        let Some(screen) = self.path.last() else { return Vec::new() };
        match (&screen.case, &screen.failed) {
            (Some(case), _) => {
                let mut lines = self.facts(case, screen.work.as_ref(), width);
                let open = screen.proposals.items.len();
                if open > 0 {
                    let what = if open == 1 { "1 proposal waits".to_owned() } else { format!("{open} proposals wait") };
                    lines.push(Line::styled(format!("{what} for a decision: y"), self.setup.look.notable()));
                }
                if self.drafts.has_comment(screen.id) {
                    lines.push(Line::styled("A comment is not sent yet: a", self.setup.look.notable()));
                }
                self.add_texts(case, width, &mut lines);
                lines
            }
            (None, Some(why)) => plain(why, self.setup.look.error(), width),
            (None, None) => plain("loading", self.setup.look.faint(), width),
        }
    }

    /// What is chosen among spaces and cases, in words.
    pub(super) fn preview_lines(&self, width: usize) -> Vec<Line<'static>> {
        match &self.browse.preview {
            Preview::Nothing => Vec::new(),
            Preview::Failed(why) => plain(why, self.setup.look.error(), width),
            Preview::Space(space) => self.space_lines(space, width),
            Preview::Case(case) => {
                let mut lines = self.facts(case, None, width);
                self.add_texts(case, width, &mut lines);
                lines
            }
        }
    }

    fn space_lines(&self, space: &Space, width: usize) -> Vec<Line<'static>> {
        let look = self.setup.look;
        let mut chips = vec![(space.name.to_string(), look.strong())];
        if space.is_system {
            chips.push(("made by the system".into(), look.faint()));
        }
        if space.is_public {
            chips.push(("seen by everybody".into(), look.faint()));
        }
        let mut lines = self.side_by_side(chips, width);
        let times = [("created", Some(self.time(space.created_at))), ("updated", Some(self.time(space.updated_at)))];
        lines.extend(self.fields(&times, width));
        if let Some(description) = &space.description {
            lines.push(Line::default());
            lines.extend(self.text(description, width));
        }
        lines
    }

    /// What is known of a case besides its texts.
    fn facts(&self, case: &Case, work: Option<&Work>, width: usize) -> Vec<Line<'static>> {
        let look = self.setup.look;
        let sign = look.status_sign(&case.status);
        let mut lines = plain(&case.title, look.strong(), width);
        let mut chips = vec![(format!("{sign} {}", case.status), look.status(&case.status))];
        if let Some(work) = work {
            chips.push((format!("{}, {}", work.phase, work.motion), self.motion_style(work)));
            chips.extend(work.priority.iter().map(|priority| (format!("priority {priority}"), Style::new())));
        }
        chips.extend(case.tags.iter().map(|tag| (format!("#{tag}"), look.faint())));
        lines.extend(self.side_by_side(chips, width));
        if let Some(waiting) = work.and_then(|work| work.waiting.as_ref()) {
            let reason = waiting.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            lines.extend(plain(&format!("waiting for: {}{reason}", waiting.kind), look.notable(), width));
        }
        let fields = [
            ("assignee", case.assignee.map(|id| self.people.name(id))),
            ("due", case.due_at.map(|at| self.time(at))),
            ("created", Some(self.time(case.created_at))),
            ("updated", Some(self.time(case.updated_at))),
            ("completed", case.completed_at.map(|at| self.time(at))),
            ("external id", case.external_id.as_ref().map(ToString::to_string)),
        ];
        lines.extend(self.fields(&fields, width));
        lines
    }

    fn add_texts(&self, case: &Case, width: usize, lines: &mut Vec<Line<'static>>) {
        for (title, text) in [("Summary", &case.summary), ("Description", &case.description)] {
            if let Some(text) = text {
                lines.push(Line::default());
                // One text alone needs no heading.
                if case.summary.is_some() {
                    lines.push(Line::styled(title, self.setup.look.faint()));
                }
                lines.extend(self.text(text, width));
            }
        }
    }

    /// A text as Markdown, or as it was written.
    fn text(&self, text: &str, width: usize) -> Vec<Line<'static>> {
        let name = |id| self.people.name(id);
        let mentions = Mentions(&name);
        match self.raw {
            true => plain(&mentions.named(text), Style::new(), width),
            false => markdown(text, self.setup.look.charset, mentions, width),
        }
    }

    fn motion_style(&self, work: &Work) -> Style {
        match (&work.phase, &work.motion) {
            (Phase::Closed, _) => self.setup.look.faint(),
            (_, Motion::Blocked) => self.setup.look.status(&CaseStatus::Blocked),
            (_, Motion::Waiting | Motion::Paused) => self.setup.look.notable(),
            _ => Style::new(),
        }
    }

    /// Things that stand side by side, on as many lines as they need.
    fn side_by_side(&self, things: Vec<(String, Style)>, width: usize) -> Vec<Line<'static>> {
        let dot = format!(" {} ", self.setup.look.signs().dot);
        let mut lines = vec![Vec::new()];
        let mut used = 0;
        for (text, style) in things {
            if used > 0 && used + cells(&dot) + cells(&text) > width {
                lines.push(Vec::new());
                used = 0;
            }
            if used > 0 {
                push(&mut lines, Span::styled(dot.clone(), self.setup.look.faint()));
                used += cells(&dot);
            }
            used += cells(&text);
            push(&mut lines, Span::styled(text, style));
        }
        let wrapped = |spans: Vec<Span<'static>>| {
            let pieces = spans.into_iter().map(|span| (span.content.into_owned(), span.style)).collect();
            wrap(&Paragraph { pieces, words: true, ..Paragraph::default() }, width)
        };
        lines.into_iter().flat_map(wrapped).collect()
    }

    /// Names and values, of those that have one.
    fn fields(&self, fields: &[(&str, Option<String>)], width: usize) -> Vec<Line<'static>> {
        let things = fields.iter().filter_map(|(name, value)| {
            let value = value.as_ref()?;
            Some((format!("{name} {value}"), Style::new()))
        });
        self.side_by_side(things.collect(), width)
    }

    /// The requests that were made, the latest first.
    pub(super) fn log_lines(&self, width: usize) -> Vec<Line<'static>> {
        let look = self.setup.look;
        let mut lines = Vec::new();
        for entry in &self.log {
            let time = entry.at.to_zoned_datetime(self.setup.zone.clone()).strftime("%H:%M:%S").to_string();
            let path = look.charset.line(&entry.path);
            let head = format!("{time} {:>5} ms {} {path}", entry.took.as_millis(), entry.method);
            match &entry.failure {
                None => lines.extend(plain(&head, Style::new(), width)),
                Some(failure) => {
                    lines.extend(plain(&head, look.error(), width));
                    let status = failure.status.map(|status| format!("{status} ")).unwrap_or_default();
                    let code = failure.code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default();
                    let said = look.charset.line(&format!("{status}{code}{}", failure.message));
                    let first = vec![Span::raw("  ")];
                    let pieces = vec![(said.to_string(), look.error())];
                    lines.extend(wrap(&Paragraph { rest: first.clone(), first, pieces, words: true }, width));
                }
            }
        }
        if lines.is_empty() {
            lines = plain("No request yet", look.faint(), width);
        }
        lines
    }
}

fn push(lines: &mut [Vec<Span<'static>>], span: Span<'static>) {
    if let Some(line) = lines.last_mut() {
        line.push(span);
    }
}
