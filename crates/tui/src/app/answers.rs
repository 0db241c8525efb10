//! What answers change.

use client::{
    Uuid,
    public::{Page, cases::CaseItem},
    v1::List,
};

use super::{App, Preview, case::CaseScreen, dialog::Dialog};
use crate::{
    model::{Case, CaseRow, Keyed},
    pager::{Choice, Cursor, Next, Paged, Pager},
    request::{Effect, Failure, Part, Place, Reply, Request, Slot},
    text::Charset,
};

impl App {
    pub(super) fn answer(&mut self, slot: Slot, outcome: Result<Reply, Failure>) {
        match outcome {
            Ok(reply) => self.reply(slot, reply),
            Err(failure) => self.failure(slot, failure),
        }
        if let Slot::Case(id, part) = slot
            && self.outbox.is_stale(slot)
            && let Some(case) = self.path.iter_mut().find(|case| case.id == id)
        {
            case.refresh(part, &mut self.outbox);
        }
    }

    fn reply(&mut self, slot: Slot, reply: Reply) {
        let charset = self.setup.look.charset;
        match (slot, reply) {
            (Slot::Users, Reply::Users(page)) => {
                let next = further(&page);
                let names = page.data.iter().map(|user| (user.id, charset.line(&user.name))).collect();
                self.learn(names, next, slot);
            }
            (Slot::Agents, Reply::Agents(page)) => {
                let next = further(&page);
                let names = page.data.iter().map(|agent| (agent.id, charset.line(&agent.name))).collect();
                self.learn(names, next, slot);
            }
            (Slot::Spaces, Reply::Spaces(page)) => {
                let next = Next::of(page.has_more, page.next_cursor);
                let items = page.data.iter().map(|space| charset.space(space)).collect();
                let browse = &mut self.browse;
                if let Some(cursor) = receive(&mut browse.spaces, &mut browse.space, items, next) {
                    self.outbox.fetch(slot, Request::Spaces(cursor));
                }
            }
            (Slot::Cases, Reply::Cases(page)) => {
                let (items, next) = rows(charset, page);
                let browse = &mut self.browse;
                let further = receive(&mut browse.cases, &mut browse.case, items, next);
                if let (Some(cursor), Some(space)) = (further, browse.place) {
                    let status = self.filters.get(&space).cloned();
                    self.outbox.fetch(slot, Request::Cases { place: Place::Space(space), status, cursor });
                }
            }
            (Slot::Preview, Reply::Space(space)) => self.browse.preview = Preview::Space(charset.space(&space)),
            (Slot::Preview, Reply::Case(case)) => {
                let case = charset.case(&case);
                self.spread(&case);
                self.browse.preview = Preview::Case(case);
            }
            (Slot::Case(id, part), reply) => self.case_reply(id, part, reply),
            (Slot::Reader, reply) => self.reader_reply(reply),
            (Slot::Address, Reply::Address(url)) => self.browse_address(url),
            // The runner answers what was asked.
            (slot, reply) => debug_assert!(false, "{reply:?} for {slot:?}"),
        }
    }

    fn case_reply(&mut self, id: Uuid, part: Part, reply: Reply) {
        let charset = self.setup.look.charset;
        // What was sent from a case that has been left has arrived all the same.
        if part == Part::Sending {
            self.arrived(id);
        }
        let Some(case) = self.path.iter_mut().find(|case| case.id == id) else { return };
        let further = match reply {
            Reply::Case(found) => {
                let found = charset.case(&found);
                (case.title, case.failed) = (found.title.clone(), None);
                case.case = Some(found.clone());
                self.spread(&found);
                None
            }
            Reply::Cases(page) => {
                let (items, next) = rows(charset, page);
                receive(&mut case.subcases, &mut case.subcase, items, next)
            }
            Reply::Notes(page) => {
                let next = Next::of(page.has_more, page.next_cursor);
                let items = page.data.iter().map(|note| charset.note(note)).collect();
                keep_paper(case, |case| case.notes.receive(items, next))
            }
            Reply::Files(page) => {
                let next = Next::of(page.has_more, page.next_cursor);
                let items = page.data.iter().map(|file| charset.file(file)).collect();
                keep_paper(case, |case| case.files.receive(items, next))
            }
            Reply::Events(page) => {
                let next = Next::of(page.has_more, page.next_cursor);
                let items = page.data.iter().filter_map(|event| charset.message(event)).collect();
                receive(&mut case.messages, &mut case.message, items, next)
            }
            Reply::Work(found) => {
                case.work = Some(charset.work(&found));
                if self.speaks_v1.replace(true) != Some(true) {
                    self.outbox.push(Effect::Follow);
                }
                None
            }
            Reply::Stages(list) => {
                let next = numbered(&list);
                let items = list.data.iter().map(|stage| charset.stage(stage)).collect();
                case.stages.list.receive(items, next)
            }
            Reply::Instructions(list) => {
                let next = numbered(&list);
                let items = list.data.iter().map(|instruction| charset.instruction(instruction)).collect();
                let further = match part {
                    Part::Instructions(stage) => {
                        case.stages.instructions.entry(stage).or_default().receive(items, next)
                    }
                    _ => None,
                };
                case.stages.aim();
                further
            }
            Reply::Proposals(list) => {
                let next = numbered(&list);
                let items = list.data.iter().map(|proposal| charset.proposal(proposal)).collect();
                receive(&mut case.proposals, &mut case.proposal, items, next)
            }
            Reply::Comment(event) => {
                if let Some(message) = charset.message(&event)
                    && case.messages.position(message.id).is_none()
                {
                    case.messages.items.insert(0, message);
                    case.message = Choice::default();
                }
                None
            }
            Reply::Tick(ticked) => {
                let ticked = charset.instruction(&ticked);
                if let Some(instruction) = case.instruction_mut(ticked.id) {
                    *instruction = ticked;
                }
                // The last one ends its stage, and another begins.
                for part in [Part::Stages, Part::Case, Part::Work] {
                    case.refresh(part, &mut self.outbox);
                }
                None
            }
            Reply::Decide(proposal) => {
                case.proposals.items.retain(|it| it.id != proposal);
                for part in [Part::Proposals, Part::Case, Part::Work, Part::Thread] {
                    case.refresh(part, &mut self.outbox);
                }
                None
            }
            _ => None,
        };
        if let Some(cursor) = further
            && let Some(case) = self.path.iter().find(|case| case.id == id)
            && let Some(request) = case.request(part, cursor)
        {
            self.outbox.fetch(Slot::Case(id, part), request);
        }
        if part == Part::Sending
            && let Some(case) = self.path.iter_mut().find(|case| case.id == id)
        {
            for part in [Part::Case, Part::Thread] {
                case.refresh(part, &mut self.outbox);
            }
            if case.stages.list.has_come() {
                case.refresh(Part::Stages, &mut self.outbox);
            }
        }
    }

    fn failure(&mut self, slot: Slot, failure: Failure) {
        let why = self.setup.look.charset.line(&failure.message);
        match slot {
            // Without names, ids are shown. A server may have no agents.
            Slot::Users | Slot::Agents => {}
            Slot::Spaces => {
                self.browse.spaces.fail(why);
                self.complain(&failure.message);
            }
            Slot::Cases => {
                self.browse.cases.fail(why);
                self.complain(&failure.message);
            }
            Slot::Preview => self.browse.preview = Preview::Failed(why),
            Slot::Reader => self.reader_failure(why),
            Slot::Address => self.complain(&failure.message),
            Slot::Case(id, part) => self.case_failure(id, part, failure),
        }
    }

    fn case_failure(&mut self, id: Uuid, part: Part, failure: Failure) {
        let why = self.setup.look.charset.line(&failure.message);
        if matches!(part, Part::Work | Part::Proposals) && failure.is_absent_api() {
            self.speaks_v1 = Some(false);
        }
        if part == Part::Sending {
            self.sending.remove(&id);
            for dialog in &mut self.dialogs {
                if let Dialog::Form(form) = dialog
                    && form.case == id
                {
                    form.is_sent = false;
                }
            }
        }
        let is_quiet = matches!(part, Part::Work | Part::Proposals) && self.speaks_v1 == Some(false);
        if let Some(case) = self.path.iter_mut().find(|case| case.id == id) {
            if let Some(list) = case.list(part) {
                list.fail(why.clone());
            }
            if part == Part::Case {
                case.failed = Some(why);
            }
        }
        if !is_quiet {
            self.complain(&failure.message);
        }
    }

    /// What was sent has arrived: the text it came from is done with.
    fn arrived(&mut self, id: Uuid) {
        let Some((draft, words)) = self.sending.remove(&id) else { return };
        if let Some(key) = draft {
            self.drafts.sent(key);
            self.dialogs.retain(|dialog| !matches!(dialog, Dialog::Form(form) if form.key() == key));
        }
        self.say(words);
    }

    /// Lists, and the detail above them, show a case as it was found to be.
    fn spread(&mut self, found: &Case) {
        if let Preview::Case(case) = &mut self.browse.preview
            && case.id == found.id
        {
            *case = found.clone();
        }
        let lists = self.path.iter_mut().map(|case| &mut case.subcases).chain([&mut self.browse.cases]);
        for list in lists {
            if let Some(row) = list.find_mut(found.id) {
                row.title = found.title.clone();
                row.status = found.status.clone();
                row.assignee = found.assignee;
            }
        }
    }
}

impl Failure {
    /// Whether the server has no such operation at all.
    pub fn is_absent_api(&self) -> bool {
        self.status == Some(404) && !self.code.as_deref().is_some_and(|code| code.ends_with("_not_found"))
    }
}

/// Takes a page. The chosen row stays chosen, wherever it is now.
fn receive<T: Keyed>(list: &mut Pager<T>, choice: &mut Choice, items: Vec<T>, next: Next) -> Option<Cursor> {
    let chosen = list.items.get(choice.at).map(Keyed::key);
    let further = list.receive(items, next);
    if let Some(at) = chosen.and_then(|id| list.position(id)) {
        choice.at = at;
    }
    further
}

/// Takes a page of notes or files, which are one list on the screen.
fn keep_paper(case: &mut CaseScreen, take: impl FnOnce(&mut CaseScreen) -> Option<Cursor>) -> Option<Cursor> {
    let note = case.chosen_note().map(|note| note.id);
    let file = case.chosen_file().map(|file| file.id);
    // Nobody has chosen the first file where it only came before the notes.
    let file = file.filter(|_| case.paper.at > 0 || case.notes.has_come());
    let further = take(case);
    let note = note.and_then(|id| case.notes.position(id));
    let file = file.and_then(|id| Some(case.files.position(id)? + case.notes.items.len()));
    if let Some(at) = note.or(file) {
        case.paper.at = at;
    }
    further
}

fn rows(charset: Charset, page: Page<CaseItem>) -> (Vec<CaseRow>, Next) {
    let items = page.data.iter().map(|case| charset.case_row(case)).collect();
    (items, Next::of(page.has_more, page.next_cursor))
}

/// The cursor of the page after this one.
fn further<T>(page: &Page<T>) -> Option<Cursor> {
    match Next::of(page.has_more, page.next_cursor.clone()) {
        Next::At(cursor) => Some(Some(cursor)),
        _ => None,
    }
}

/// Where a list with numbered pages goes on.
fn numbered<T>(list: &List<T>) -> Next {
    let meta = &list.meta;
    let has_more = !list.data.is_empty() && meta.page.saturating_mul(meta.per_page) < meta.total;
    Next::of(has_more, Some((meta.page + 1).to_string()))
}
