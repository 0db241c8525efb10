//! Acting on the open case: comments, motion, phase, instructions, proposals. And the keys of what asks for it.

use client::{
    Uuid,
    v1::{Motion, WaitingKind, cases::Phase, instructions::InstructionType, proposals::Verdict, stages::StagePhase},
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;

use super::{
    App,
    case::StageRow,
    dialog::{Action, Dialog, Menu, Step},
    form::{Form, Purpose},
    keys::Move,
};
use crate::{
    editor::Editor,
    layout::Pane,
    pager::{Choice, Pager},
    request::{Effect, Part, Request, Slot},
    text::plain,
};

/// What is said where a server does not offer something.
const NOT_OFFERED: &str = "This server does not offer that";

impl App {
    pub(super) fn dialog_key(&mut self, key: KeyEvent) {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match self.dialogs.last_mut() {
            Some(Dialog::Form(_)) => return self.form_key(key),
            _ if !plain => return,
            _ if key.code == KeyCode::Esc => {
                self.notice = None;
                self.dialogs.pop();
                return;
            }
            _ => {}
        }
        match self.dialogs.last_mut() {
            Some(Dialog::Menu(menu)) => {
                let rows = menu.options.len();
                match Move::of(key.code) {
                    Some(to) => menu.choice.step(to.rows(rows), rows),
                    None if key.code == KeyCode::Enter => {
                        let action = menu.action();
                        self.dialogs.pop();
                        action.into_iter().for_each(|action| self.act(action));
                    }
                    // The key that opened the filter goes through it.
                    None if key.code == KeyCode::Char('f') && rows > 0 => menu.choice.at = (menu.choice.at + 1) % rows,
                    None => {}
                }
            }
            Some(Dialog::Help(scroll)) => match (Move::of(key.code), key.code) {
                (Some(to), _) => scroll.go(to),
                (None, KeyCode::Char('?') | KeyCode::Enter) => {
                    self.dialogs.pop();
                }
                _ => {}
            },
            Some(Dialog::Stages) => self.stages_key(key.code),
            Some(Dialog::Proposals) => self.proposals_key(key.code),
            Some(Dialog::Address(_)) if key.code == KeyCode::Enter => {
                self.dialogs.pop();
            }
            _ => {}
        }
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(Dialog::Form(form)) = self.dialogs.last_mut()
            && !form.is_sent
        {
            form.editor.paste(text);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Filter(place, status) => {
                match &status {
                    Some(status) => self.filters.insert(place.id(), status.clone()),
                    None => self.filters.remove(&place.id()),
                };
                match self.path.last_mut() {
                    Some(case) => {
                        self.outbox.cancel(Slot::Case(case.id, Part::Subcases));
                        (case.filter, case.subcases, case.subcase) = (status, Pager::default(), Choice::default());
                    }
                    None => self.refilter_browse(),
                }
            }
            Action::Config(name) => self.outbox.push(Effect::Choose(name.to_string())),
            Action::Motion(_, Motion::Waiting) => self.write(Purpose::Wait { kind: WaitingKind::External }),
            Action::Motion(case, motion) => {
                let request = Request::SetMotion { case, motion, waiting: None };
                self.send(case, request, "The motion is set");
            }
            Action::Step(case, Step::Commence) => {
                self.send(case, Request::Commence(case), "Commenced");
            }
            Action::Step(case, Step::Close) => self.dialogs.push(Dialog::Menu(Menu::close(case))),
            Action::Step(case, Step::CloseForGood) => {
                self.send(case, Request::Close(case), "Closed");
            }
            Action::Step(_, Step::Resolve) => self.write(Purpose::Resolve),
            Action::Step(_, Step::Reopen) => self.write(Purpose::Reopen),
            Action::Nothing => {}
        }
    }

    /// Sends something for a case, one thing at a time.
    fn send(&mut self, case: Uuid, request: Request, done: &'static str) -> bool {
        let slot = Slot::Case(case, Part::Sending);
        if self.outbox.is_open(slot) {
            self.say("The last thing is still being sent");
            return false;
        }
        self.notice = None;
        self.sending.insert(case, (None, done));
        self.outbox.send(slot, request);
        true
    }

    /// Opens the form for a text, with what was written of it before.
    pub(super) fn write(&mut self, purpose: Purpose) {
        let Some(case) = self.path.last() else { return };
        let mut form =
            Form { case: case.id, title: case.title.clone(), purpose, editor: Editor::new(""), is_sent: false };
        form.editor = Editor::new(self.drafts.text(form.key()));
        self.dialogs.push(Dialog::Form(Box::new(form)));
    }

    fn form_key(&mut self, key: KeyEvent) {
        let Some(Dialog::Form(form)) = self.dialogs.last_mut() else { return };
        match (key.code, key.modifiers) {
            (KeyCode::Esc, _) => {
                self.drafts.keep(form);
                self.notice = None;
                self.dialogs.pop();
            }
            _ if form.is_sent => {}
            (KeyCode::Char('s'), KeyModifiers::CONTROL) | (KeyCode::Enter, KeyModifiers::ALT) => self.submit(),
            (KeyCode::Tab, _) => form.next_kind(),
            _ => form.editor.key(key),
        }
    }

    fn submit(&mut self) {
        let Some(Dialog::Form(form)) = self.dialogs.last() else { return };
        let (case, key, words) = (form.case, form.key(), form.words());
        if words.is_none() && !form.purpose.is_optional() {
            return self.say("There is nothing to send yet");
        }
        let text = words.clone().unwrap_or_default();
        let (request, done) = match form.purpose.clone() {
            Purpose::Comment => match self.path.last().and_then(|case| case.thread()) {
                Some(thread) => (Request::Comment { thread, text }, "Posted"),
                // Whoever writes fast is faster than the server.
                None => return self.say("The case is still loading"),
            },
            Purpose::Resolve => (Request::Resolve { case, summary: words }, "Resolved"),
            Purpose::Reopen => (Request::Reopen { case, reason: text }, "Reopened"),
            Purpose::Wait { kind } => {
                let waiting = Some((kind, words));
                (Request::SetMotion { case, motion: Motion::Waiting, waiting }, "The case waits")
            }
            Purpose::Decide { proposal, verdict, .. } => {
                let done = if verdict == Verdict::Approve { "Approved" } else { "Rejected" };
                (Request::Decide { proposal, verdict, note: words }, done)
            }
        };
        if self.send(case, request, done) {
            self.sending.insert(case, (Some(key), done));
            if let Some(Dialog::Form(form)) = self.dialogs.last_mut() {
                form.is_sent = true;
                // Whatever happens meanwhile, the text is there.
                self.drafts.keep(form);
            }
        }
    }

    /// The open case and its phase, or a word why there is none.
    fn worked(&mut self) -> Option<(Uuid, Phase, Motion)> {
        let Some(case) = self.path.last() else {
            self.say("Open a case first, with Enter");
            return None;
        };
        match &case.work {
            Some(work) => Some((case.id, work.phase.clone(), work.motion.clone())),
            None if self.speaks_v1 == Some(false) => {
                self.say(NOT_OFFERED);
                None
            }
            None => {
                self.say("The case is still loading");
                None
            }
        }
    }

    pub(super) fn ask_motion(&mut self) {
        match self.worked() {
            Some((_, Phase::Closed, _)) => self.say("A closed case does not move"),
            Some((case, _, motion)) => self.dialogs.push(Dialog::Menu(Menu::motion(case, &motion))),
            None => {}
        }
    }

    pub(super) fn ask_step(&mut self) {
        let Some((case, phase, _)) = self.worked() else { return };
        match Step::legal(&phase) {
            [] => self.say("A closed case stays closed"),
            _ => self.dialogs.push(Dialog::Menu(Menu::steps(case, &phase))),
        }
    }

    pub(super) fn open_stages(&mut self) {
        if self.speaks_v1 == Some(false) {
            return self.say(NOT_OFFERED);
        }
        let Some(case) = self.path.last_mut() else { return self.say("Open a case first, with Enter") };
        if case.stages.list.has_come() {
            // It may be a while since they were looked at.
            case.refresh(Part::Stages, &mut self.outbox);
        }
        case.stages.is_aimed = false;
        case.stages.aim();
        self.dialogs.push(Dialog::Stages);
    }

    fn stages_key(&mut self, code: KeyCode) {
        let screen = self.screen();
        let Some(case) = self.path.last_mut() else { return };
        let rows = case.stages.rows();
        let (len, chosen) = (rows.len(), rows.get(case.stages.choice.at).copied());
        match code {
            KeyCode::Enter | KeyCode::Char(' ') => match chosen {
                Some(StageRow::Instruction(stage, instruction)) => {
                    let slot = Slot::Case(case.id, Part::Tick(instruction.id));
                    let refusal = match &instruction.kind {
                        _ if instruction.satisfied => Some("It is done already"),
                        InstructionType::Subcase => Some("Its subcase satisfies it"),
                        InstructionType::Implicit => Some("Its condition satisfies it"),
                        _ if stage.phase != StagePhase::Active => Some("Its stage is not the active one"),
                        _ if self.outbox.is_open(slot) => Some("It is being ticked"),
                        _ => None,
                    };
                    match refusal {
                        Some(why) => self.say(why),
                        None => {
                            let request = Request::Tick(instruction.id);
                            self.outbox.send(slot, request);
                        }
                    }
                }
                Some(StageRow::Stage(stage)) => {
                    let id = stage.id;
                    if !case.stages.turned.remove(&id) {
                        case.stages.turned.insert(id);
                    }
                }
                _ => {}
            },
            KeyCode::Char('r') => self.reload(),
            KeyCode::Char('i') => {
                self.dialogs.pop();
            }
            _ => match Move::of(code) {
                Some(to) => case.stages.choice.step(to.rows(screen.height.saturating_sub(4).into()), len),
                None => self.common_key(code),
            },
        }
    }

    pub(super) fn open_proposals(&mut self) {
        if self.speaks_v1 == Some(false) {
            return self.say(NOT_OFFERED);
        }
        match self.path.last() {
            None => self.say("Open a case first, with Enter"),
            Some(case) if case.proposals.has_come() && case.proposals.items.is_empty() => {
                self.say("No proposal is open")
            }
            Some(_) => self.dialogs.push(Dialog::Proposals),
        }
    }

    fn proposals_key(&mut self, code: KeyCode) {
        let Some(case) = self.path.last_mut() else { return };
        let verdict = match code {
            KeyCode::Char('a') => Verdict::Approve,
            KeyCode::Char('x') => Verdict::Reject,
            KeyCode::Char('y') => {
                self.dialogs.pop();
                return;
            }
            KeyCode::Char('r') => return self.reload(),
            _ => {
                return match Move::of(code) {
                    Some(Move::Pages(pages)) => case.input.page(pages),
                    Some(to) => {
                        case.proposal.step(to.rows(1), case.proposals.items.len());
                        case.input.top = 0;
                    }
                    None => self.common_key(code),
                };
            }
        };
        if let Some(chosen) = case.chosen_proposal() {
            let purpose = Purpose::Decide { proposal: chosen.id, verdict, action: chosen.action.clone() };
            self.write(purpose);
        }
    }

    /// Fits what stands in front into the window.
    pub(super) fn settle_dialogs(&mut self, body: Rect) {
        let signs = self.setup.look;
        for dialog in &mut self.dialogs {
            match dialog {
                Dialog::Help(scroll) => {
                    let (width, height) = crate::view::help_size(body);
                    scroll.put(crate::view::help_lines(signs, width), height);
                }
                Dialog::Menu(menu) => {
                    let height = usize::from(body.height.saturating_sub(2));
                    menu.choice.settle(menu.options.len(), height);
                }
                _ => {}
            }
        }
        let Some(case) = self.path.last_mut() else { return };
        let inside = usize::from(body.height.saturating_sub(2));
        let rows = case.stages.rows().len();
        case.stages.choice.settle(rows, inside);
        let (list, input) = crate::view::proposal_areas(body);
        case.proposal.settle(case.proposals.items.len(), list.height.into());
        let words = case.chosen_proposal().map(|it| case.explained(&it.input, &self.people)).unwrap_or_default();
        case.input.put(plain(&words, Default::default(), input.width.into()), input.height.into());
    }

    /// Whether keys act on what the panes show, and not on something in front.
    pub fn is_in_front(&self, pane: Pane) -> bool {
        self.dialogs.is_empty() && self.reader.is_none() && self.focus() == pane
    }
}
