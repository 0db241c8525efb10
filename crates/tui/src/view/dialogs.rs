//! What stands in front of the panes.

use client::{
    Uuid,
    v1::{Motion, instructions::InstructionType, stages::StagePhase},
};
use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Margin, Rect},
    style::Style,
    text::{Line, Span},
    widgets::Widget,
};

use super::{frame, front, help::help_area, lines, more, put};
use crate::{
    app::{
        App,
        case::{CaseScreen, StageRow},
        dialog::{Dialog, Menu},
        form::Form,
    },
    layout::middle,
    pager::Fetching,
    request::{Part, Slot},
    text::{cells, fit, plain},
};

pub fn draw(app: &App, dialog: &Dialog, body: Rect, buffer: &mut Buffer) {
    match dialog {
        Dialog::Help(scroll) => {
            let area = help_area(body);
            let inside = front(app.setup.look, "KEYS", area, buffer);
            lines(scroll.seen(), inside, buffer);
            if scroll.has_more() {
                more(app.setup.look, area, buffer);
            }
        }
        Dialog::Menu(menu) => draw_menu(app, menu, body, buffer),
        Dialog::Form(form) => draw_form(app, form, body, buffer),
        Dialog::Stages => {
            if let Some(case) = app.case() {
                draw_stages(app, case, body, buffer);
            }
        }
        Dialog::Proposals => {
            if let Some(case) = app.case() {
                draw_proposals(app, case, body, buffer);
            }
        }
        Dialog::Address(url) => {
            let width = body.width.saturating_sub(4).min(100);
            let words = plain(url, Style::new(), width.saturating_sub(2).max(2).into());
            let area = middle(body, width, words.len() as u16 + 2);
            let inside = front(app.setup.look, "No browser here. The address, good for a short while:", area, buffer);
            lines(&words, inside, buffer);
        }
    }
}

fn draw_menu(app: &App, menu: &Menu, body: Rect, buffer: &mut Buffer) {
    let look = app.setup.look;
    let widest = menu.options.iter().map(|option| cells(&option.label) + 4).max().unwrap_or_default();
    let width = widest.max(cells(menu.title) + 4) as u16 + 2;
    let area = middle(body, width, menu.options.len() as u16 + 2);
    let inside = front(look, menu.title, area, buffer);
    let rows = menu.options.iter().enumerate().skip(menu.choice.top);
    for ((n, option), y) in rows.zip(inside.y..inside.bottom()) {
        let now = if option.is_current { look.signs().done } else { " " };
        let label = fit(&option.label, usize::from(inside.width).saturating_sub(3), look.signs().cut);
        let style = if n == menu.choice.at { look.chosen() } else { Style::new() };
        put(Line::raw(format!(" {now} {label}")), Rect { y, ..inside }, buffer);
        buffer.set_style(Rect { y, height: 1, ..inside }, style);
    }
}

fn draw_form(app: &App, form: &Form, body: Rect, buffer: &mut Buffer) {
    let look = app.setup.look;
    let area = middle(body, 76, 14.min(body.height));
    let title = if form.is_sent { format!("{}: sending", form.purpose.title()) } else { form.purpose.title() };
    let inside = front(look, &title, area, buffer);
    form.editor.area().render(inside, buffer);
}

/// Where the list of proposals is, and where the chosen one is told.
pub fn proposal_areas(body: Rect) -> (Rect, Rect) {
    let inside = body.inner(Margin::new(1, 1));
    let [list, _, input] =
        Layout::vertical([Constraint::Percentage(30), Constraint::Length(1), Constraint::Min(0)]).areas(inside);
    (list, input)
}

fn draw_proposals(app: &App, case: &CaseScreen, body: Rect, buffer: &mut Buffer) {
    let look = app.setup.look;
    ratatui::widgets::Clear.render(body, buffer);
    frame(look, "PROPOSALS", &case.proposals.count(), true, body, buffer);
    let (list, input) = proposal_areas(body);
    if case.proposals.items.is_empty() {
        let (words, style) = match &case.proposals.fetching {
            Fetching::Failed(why) => (why.to_string(), look.error()),
            Fetching::Busy => ("loading".to_owned(), look.faint()),
            Fetching::Idle => ("no proposal is open".to_owned(), look.faint()),
        };
        return lines(&plain(&words, style, list.width.into()), list, buffer);
    }
    let rows = case.proposals.items.iter().enumerate().skip(case.proposal.top);
    for ((n, proposal), y) in rows.zip(list.y..list.bottom()) {
        let text = format!(" {} wants: {}", app.people.name(proposal.agent), proposal.action);
        let text = fit(&text, usize::from(list.width).saturating_sub(18), look.signs().cut);
        put(Line::raw(text), Rect { y, ..list }, buffer);
        let time = app.time(proposal.created_at);
        let x = list.right().saturating_sub(cells(&time) as u16 + 1).max(list.x);
        put(Line::styled(time, look.faint()), Rect { x, y, width: list.right() - x, ..list }, buffer);
        if n == case.proposal.at {
            buffer.set_style(Rect { y, height: 1, ..list }, look.chosen());
        }
    }
    let rule = look.signs().border.horizontal_top.repeat(list.width.into());
    put(Line::styled(rule, look.faint()), Rect { y: list.bottom(), height: input.y - list.bottom(), ..list }, buffer);
    lines(case.input.seen(), input, buffer);
    if case.input.has_more() {
        more(look, body, buffer);
    }
}

fn draw_stages(app: &App, case: &CaseScreen, body: Rect, buffer: &mut Buffer) {
    let look = app.setup.look;
    ratatui::widgets::Clear.render(body, buffer);
    frame(look, "STAGES & INSTRUCTIONS", &case.stages.list.count(), true, body, buffer);
    let inside = body.inner(Margin::new(1, 1));
    let rows = case.stages.rows();
    if rows.is_empty() {
        let (words, style) = match &case.stages.list.fetching {
            Fetching::Failed(why) => (why.to_string(), look.error()),
            Fetching::Idle if case.stages.list.has_come() => ("This case has no stages.".to_owned(), look.faint()),
            _ => ("loading".to_owned(), look.faint()),
        };
        return lines(&plain(&words, style, inside.width.into()), inside, buffer);
    }
    let choice = case.stages.choice;
    for ((n, row), y) in rows.iter().enumerate().skip(choice.top).zip(inside.y..inside.bottom()) {
        let line = stage_row(app, case, row, inside.width.into());
        put(line, Rect { y, ..inside }, buffer);
        if n == choice.at {
            buffer.set_style(Rect { y, height: 1, ..inside }, look.chosen());
        }
    }
    if choice.top + usize::from(inside.height) < rows.len() {
        more(look, body, buffer);
    }
}

fn stage_row(app: &App, case: &CaseScreen, row: &StageRow, width: usize) -> Line<'static> {
    let look = app.setup.look;
    let signs = look.signs();
    let is_ticking = |id: Uuid| app.is_under_way(Slot::Case(case.id, Part::Tick(id)));
    match row {
        StageRow::Stage(stage) => {
            let fold = if case.stages.is_unfolded(stage) { signs.unfolded } else { signs.folded };
            let style = match stage.phase {
                StagePhase::Active => look.focused().patch(look.strong()),
                StagePhase::Completed => look.good(),
                StagePhase::Skipped => look.faint(),
                _ => Style::new(),
            };
            let motion = match (&stage.phase, &stage.motion) {
                (StagePhase::Active, Motion::Working | Motion::Idle) => String::new(),
                (StagePhase::Active, motion) => format!(", {motion}"),
                _ => String::new(),
            };
            let who = stage.assignee.map(|id| format!(" {} {}", signs.dot, app.people.name(id))).unwrap_or_default();
            let right = format!("{}{motion}{who}", stage.phase);
            let right = fit(&right, width / 2, signs.cut);
            let left = format!(" {fold} {}", stage.name);
            let left = fit(&left, width.saturating_sub(cells(&right) + 2), signs.cut);
            let gap = width.saturating_sub(cells(&left) + cells(&right) + 1);
            Line::from(vec![Span::styled(left, style), Span::raw(" ".repeat(gap)), Span::styled(right, look.faint())])
        }
        StageRow::Instruction(stage, instruction) => {
            let tick = match &instruction.kind {
                _ if instruction.satisfied => "[x]",
                _ if is_ticking(instruction.id) => "[.]",
                InstructionType::Todo if stage.phase == StagePhase::Active => "[ ]",
                _ => " - ",
            };
            let right = match (&instruction.kind, instruction.satisfied_by) {
                (_, Some(by)) => app.people.name(by),
                // Nobody ticks these by hand.
                (InstructionType::Subcase, None) => "by a subcase".to_owned(),
                (InstructionType::Implicit, None) => "by a condition".to_owned(),
                (_, None) => String::new(),
            };
            let right = fit(&right, width / 3, signs.cut);
            let left = format!("    {tick} {}", instruction.text);
            let left = fit(&left, width.saturating_sub(cells(&right) + 2), signs.cut);
            let gap = width.saturating_sub(cells(&left) + cells(&right) + 1);
            let style = if instruction.satisfied { look.faint() } else { Style::new() };
            Line::from(vec![Span::styled(left, style), Span::raw(" ".repeat(gap)), Span::styled(right, look.faint())])
        }
        StageRow::Hint(words) => Line::styled(format!("    {words}"), look.faint()),
    }
}
