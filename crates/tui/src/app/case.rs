//! A case that was opened.

use std::collections::{HashMap, HashSet};

use client::{
    Uuid,
    public::cases::CaseStatus,
    v1::{instructions::InstructionType, stages::StagePhase},
};

use super::outbox::Outbox;
use crate::{
    layout::Pane,
    model::{Case, CaseRow, File, Instruction, Message, Note, People, Proposal, Stage, Work},
    pager::{Choice, Cursor, Fetching, Paged, Pager},
    request::{Part, Place, Request, Slot},
    scroll::Scroll,
    text::Clean,
};

/// Everything on the screen of a case.
#[derive(Debug)]
pub struct CaseScreen {
    /// Which case it is.
    pub id: Uuid,
    /// Its title.
    pub title: Clean,
    /// The case; none while it is on its way.
    pub case: Option<Case>,
    /// Why the case has not come.
    pub failed: Option<Clean>,
    /// Phase and motion; none on a server that does not tell.
    pub work: Option<Work>,
    /// The pane that keys act on.
    pub focus: Pane,
    pub subcases: Pager<CaseRow>,
    /// The status of the subcases that are shown; all when there is none.
    pub filter: Option<CaseStatus>,
    pub subcase: Choice,
    pub notes: Pager<Note>,
    pub files: Pager<File>,
    /// The row among notes and files.
    pub paper: Choice,
    pub messages: Pager<Message>,
    pub message: Choice,
    /// The case in words.
    pub detail: Scroll,
    pub proposals: Pager<Proposal>,
    pub proposal: Choice,
    /// What the chosen proposal would do.
    pub input: Scroll,
    pub stages: Stages,
}

/// The stages of a case and what is to be done in them.
#[derive(Debug, Default)]
pub struct Stages {
    pub list: Pager<Stage>,
    pub instructions: HashMap<Uuid, Pager<Instruction>>,
    /// The stages that are folded, or unfolded, against the rule that the active one is unfolded.
    pub turned: HashSet<Uuid>,
    pub choice: Choice,
    /// Whether the choice has been put on what is to be done next.
    pub is_aimed: bool,
}

/// A row of the panel of stages.
#[derive(Debug, Clone, Copy)]
pub enum StageRow<'a> {
    Stage(&'a Stage),
    Instruction(&'a Stage, &'a Instruction),
    /// Its instructions are on their way, or there are none.
    Hint(&'static str),
}

impl Stages {
    /// Whether the instructions of a stage are shown.
    pub fn is_unfolded(&self, stage: &Stage) -> bool {
        (stage.phase == StagePhase::Active) != self.turned.contains(&stage.id)
    }

    /// Puts the choice on what is to be done next, once that is known.
    pub fn aim(&mut self) {
        if self.is_aimed {
            return;
        }
        let next = self.rows().iter().position(|row| {
            matches!(row, StageRow::Instruction(stage, it) if stage.phase == StagePhase::Active
                && !it.satisfied && it.kind == InstructionType::Todo)
        });
        if let Some(at) = next {
            (self.choice.at, self.is_aimed) = (at, true);
        }
    }

    /// The rows, in order.
    pub fn rows(&self) -> Vec<StageRow<'_>> {
        let mut rows = Vec::new();
        for stage in &self.list.items {
            rows.push(StageRow::Stage(stage));
            if !self.is_unfolded(stage) {
                continue;
            }
            match self.instructions.get(&stage.id) {
                Some(list) if list.has_come() && list.items.is_empty() => {
                    rows.push(StageRow::Hint("no instructions"));
                }
                Some(list) if list.has_come() => {
                    rows.extend(list.items.iter().map(|instruction| StageRow::Instruction(stage, instruction)));
                }
                Some(Pager { fetching: Fetching::Failed(_), .. }) => {
                    rows.push(StageRow::Hint("could not be fetched, r tries again"));
                }
                _ => rows.push(StageRow::Hint("loading")),
            }
        }
        rows
    }
}

impl CaseScreen {
    /// A case about which nothing is known but its row, with the filter for its subcases.
    pub fn new(id: Uuid, title: Clean, filter: Option<CaseStatus>) -> Self {
        Self {
            id,
            title,
            filter,
            case: None,
            failed: None,
            work: None,
            focus: Pane::Subcases,
            subcases: Pager::default(),
            subcase: Choice::default(),
            notes: Pager::default(),
            files: Pager::default(),
            paper: Choice::default(),
            messages: Pager::default(),
            message: Choice::default(),
            detail: Scroll::default(),
            proposals: Pager::default(),
            proposal: Choice::default(),
            input: Scroll::default(),
            stages: Stages::default(),
        }
    }

    /// The chosen subcase.
    pub fn chosen_subcase(&self) -> Option<&CaseRow> {
        self.subcases.items.get(self.subcase.at)
    }

    /// The chosen message.
    pub fn chosen_message(&self) -> Option<&Message> {
        self.messages.items.get(self.message.at)
    }

    /// The chosen note.
    pub fn chosen_note(&self) -> Option<&Note> {
        self.notes.items.get(self.paper.at)
    }

    /// The chosen file.
    pub fn chosen_file(&self) -> Option<&File> {
        self.files.items.get(self.paper.at.checked_sub(self.notes.items.len())?)
    }

    /// The chosen proposal.
    pub fn chosen_proposal(&self) -> Option<&Proposal> {
        self.proposals.items.get(self.proposal.at)
    }

    /// How many rows a pane has.
    pub fn rows(&self, pane: Pane) -> usize {
        match pane {
            Pane::Subcases => self.subcases.items.len(),
            Pane::Papers => self.notes.items.len() + self.files.items.len(),
            Pane::Thread => self.messages.items.len(),
            _ => 0,
        }
    }

    /// The row that is chosen in a pane.
    pub fn choice_mut(&mut self, pane: Pane) -> Option<&mut Choice> {
        match pane {
            Pane::Subcases => Some(&mut self.subcase),
            Pane::Papers => Some(&mut self.paper),
            Pane::Thread => Some(&mut self.message),
            _ => None,
        }
    }

    /// Fetches what comes at once: the case itself and, from a server that tells, its phase and its proposals.
    pub fn open(&mut self, outbox: &mut Outbox, with_work: bool) {
        self.refresh(Part::Case, outbox);
        if with_work {
            self.refresh(Part::Work, outbox);
            self.refresh(Part::Proposals, outbox);
        }
    }

    /// Fetches a part anew. What is there stays until the new has come.
    pub fn refresh(&mut self, part: Part, outbox: &mut Outbox) {
        let slot = Slot::Case(self.id, part);
        if (part == Part::Thread && self.thread().is_none()) || outbox.again(slot) {
            return;
        }
        let cursor = self.list(part).and_then(|list| list.reload());
        if let Some(request) = self.request(part, cursor) {
            outbox.fetch(slot, request);
        }
    }

    /// Fetches the next page of a part, if there is one and it is not on its way.
    pub fn advance(&mut self, part: Part, outbox: &mut Outbox) {
        // The thread is known once the case has come.
        if part == Part::Thread && self.thread().is_none() {
            return;
        }
        let cursor = self.list(part).and_then(|list| list.advance());
        if let Some(request) = cursor.and_then(|cursor| self.request(part, cursor)) {
            outbox.fetch(Slot::Case(self.id, part), request);
        }
    }

    /// The request for a part, or for a page of it.
    pub fn request(&self, part: Part, cursor: Cursor) -> Option<Request> {
        let case = self.id;
        match part {
            Part::Case => Some(Request::Case(case)),
            Part::Work => Some(Request::Work(case)),
            Part::Subcases => Some(Request::Cases { place: Place::Case(case), status: self.filter.clone(), cursor }),
            Part::Notes => Some(Request::Notes { case, cursor }),
            Part::Files => Some(Request::Files { case, cursor }),
            Part::Thread => self.thread().map(|thread| Request::Events { thread, cursor }),
            Part::Stages => Some(Request::Stages { case, cursor }),
            Part::Instructions(stage) => Some(Request::Instructions { stage, cursor }),
            Part::Proposals => Some(Request::Proposals { case, cursor }),
            Part::Sending | Part::Tick(_) => None,
        }
    }

    /// The list of a part that has pages.
    pub fn list(&mut self, part: Part) -> Option<&mut dyn Paged> {
        match part {
            Part::Subcases => Some(&mut self.subcases),
            Part::Notes => Some(&mut self.notes),
            Part::Files => Some(&mut self.files),
            Part::Thread => Some(&mut self.messages),
            Part::Stages => Some(&mut self.stages.list),
            Part::Instructions(stage) => Some(self.stages.instructions.entry(stage).or_default()),
            Part::Proposals => Some(&mut self.proposals),
            Part::Case | Part::Work | Part::Sending | Part::Tick(_) => None,
        }
    }

    /// The thread, once it is known.
    pub fn thread(&self) -> Option<Uuid> {
        self.case.as_ref().map(|case| case.thread)
    }

    /// A text with names behind the ids of stages, instructions and people.
    pub fn explained(&self, text: &str, people: &People) -> String {
        let stages = self.stages.list.items.iter().map(|stage| (stage.id, &stage.name));
        let instructions = self.stages.instructions.values().flat_map(|list| &list.items);
        let instructions = instructions.map(|instruction| (instruction.id, &instruction.text));
        let mut explained = text.to_owned();
        for (id, name) in stages.chain(instructions).chain(people.all()) {
            let id = format!("\"{id}\"");
            if text.contains(&id) {
                explained = explained.replace(&id, &format!("{id} ({name})"));
            }
        }
        explained
    }

    /// The instruction of an id.
    pub fn instruction_mut(&mut self, id: Uuid) -> Option<&mut Instruction> {
        self.stages.instructions.values_mut().find_map(|list| list.find_mut(id))
    }
}
