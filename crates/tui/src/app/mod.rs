//! The app as plain state: events go in, effects come out. Nothing here draws, waits or calls a server.

mod answers;
mod browse;
pub mod case;
mod detail;
pub mod dialog;
pub mod form;
mod keys;
mod live;
mod mouse;
mod outbox;
pub mod reader;
mod steps;

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use client::{Uuid, public::cases::CaseStatus};
use crossterm::event::{KeyEvent, MouseEvent};
use jiff::tz::TimeZone;
use ratatui::layout::{Rect, Size};

pub use self::browse::{Browse, Preview};
use self::{
    case::CaseScreen,
    dialog::Dialog,
    form::{Draft, DraftKey, Drafts},
    outbox::Outbox,
    reader::Reader,
};
use crate::{
    layout::{Areas, BROWSE, CASE, Pane},
    look::Look,
    model::People,
    pager::Cursor,
    request::{Effect, Failure, Logged, Part, Reply, Request, Slot},
    scroll::Scroll,
    text::Clean,
};

/// How many requests the log remembers.
const LOGGED: usize = 100;
/// How near the end of a list the next page is fetched.
const NEAR: usize = 6;
/// How long a choice has to stand before it is fetched: whoever runs through a list does not want every row of it.
const SETTLE: Duration = Duration::from_millis(120);

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    Key(KeyEvent),
    Paste(String),
    Mouse(MouseEvent),
    Resize(Size),
    /// Time has passed, for what moves by itself.
    Tick,
    /// A request was answered.
    Answer {
        slot: Slot,
        ticket: u64,
        outcome: Result<Reply, Failure>,
    },
    /// A request has ended, wanted or not.
    Logged(Logged),
    /// Events of the server are being followed, or are not any more.
    Following(bool),
    /// Something happened on the server.
    Happened(Box<client::v1::events::Event>),
    /// The configurations there are.
    Configs(Result<Vec<String>, String>),
    /// Another configuration is in use, or cannot be.
    Chosen {
        name: String,
        outcome: Result<(), String>,
    },
    /// An address was opened in the browser, or there is none.
    Browsed {
        url: String,
        opened: bool,
    },
}

/// What is said in the line at the bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The words.
    pub text: Clean,
    /// Whether something went wrong.
    pub is_error: bool,
}

/// What the app is started with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What the terminal can show.
    pub look: Look,
    /// Where times are told.
    pub zone: TimeZone,
    /// The program's name.
    pub program: &'static str,
    /// The name of the configuration in use.
    pub config: String,
    /// Whether the log of requests is shown.
    pub debug: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Whether the terminal shows pictures.
    pub pictures: bool,
    /// The size of a cell in pixels.
    pub cell: (u16, u16),
}

/// The app.
#[derive(Debug)]
pub struct App {
    pub setup: Setup,
    pub size: Size,
    /// The frame of the opening, while it lasts.
    pub splash: Option<usize>,
    pub browse: Browse,
    /// The cases that were opened, each from the one before.
    pub path: Vec<CaseScreen>,
    pub reader: Option<Reader>,
    /// What stands in front, the last in front of the others.
    pub dialogs: Vec<Dialog>,
    pub notice: Option<Notice>,
    pub people: People,
    pub log: VecDeque<Logged>,
    /// The log, scrolled.
    pub log_scroll: Scroll,
    /// Whether the log is shown in place of the detail.
    pub debug: bool,
    /// Whether texts are shown as they were written.
    pub raw: bool,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Whether events are followed.
    pub live: bool,
    pub drafts: Drafts,
    /// Which status is shown of the cases of a space or case.
    filters: HashMap<Uuid, CaseStatus>,
    /// Whether the server speaks `/v1`; unknown until it was asked.
    speaks_v1: Option<bool>,
    /// What is being sent for a case: the text it came from, and what to say when it has arrived.
    sending: HashMap<Uuid, (Option<DraftKey>, &'static str)>,
    outbox: Outbox,
    changed: bool,
}

impl App {
    /// The app at its opening. It fetches what comes after that already.
    pub fn new(setup: Setup, size: Size) -> (Self, Vec<Effect>) {
        let mut app = Self {
            debug: setup.debug,
            mouse: setup.mouse,
            setup,
            size,
            splash: Some(0),
            browse: Browse::default(),
            path: Vec::new(),
            reader: None,
            dialogs: Vec::new(),
            notice: None,
            people: People::default(),
            log: VecDeque::new(),
            log_scroll: Scroll::default(),
            raw: false,
            live: false,
            drafts: Drafts::default(),
            filters: HashMap::new(),
            speaks_v1: None,
            sending: HashMap::new(),
            outbox: Outbox::default(),
            changed: true,
        };
        app.begin();
        app.settle();
        let effects = app.outbox.take();
        (app, effects)
    }

    /// Takes an event, and says what is to be done.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        self.changed |= !matches!(event, Event::Happened(_) | Event::Logged(_));
        match event {
            Event::Key(key) => self.key(key),
            Event::Paste(text) => self.paste(&text),
            Event::Mouse(mouse) => self.mouse_event(mouse),
            Event::Resize(size) => self.size = size,
            Event::Tick => self.splash = self.splash.map(|frame| frame + 1),
            Event::Answer { slot, ticket, outcome } => {
                if self.outbox.accept(slot, ticket) {
                    self.answer(slot, outcome);
                }
            }
            Event::Logged(entry) => self.logged(entry),
            Event::Following(live) => self.following(live),
            Event::Happened(event) => self.happened(&event),
            Event::Configs(names) => self.configs(names),
            Event::Chosen { name, outcome } => self.chosen(name, outcome),
            Event::Browsed { url, opened } => self.browsed(&url, opened),
        }
        self.settle();
        self.outbox.take()
    }

    /// Whether there is something new to draw since this was asked last.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Whether something moves by itself.
    pub fn is_moving(&self) -> bool {
        self.splash.is_some()
    }

    /// The texts that were not sent.
    pub fn unsent(&self) -> Vec<Draft> {
        let mut kept = Drafts::default();
        for dialog in &self.dialogs {
            if let Dialog::Form(form) = dialog {
                kept.keep(form);
            }
        }
        let open: Vec<Draft> = kept.all().cloned().collect();
        let in_form = |draft: &Draft| open.iter().any(|it| (it.name, &it.title) == (draft.name, &draft.title));
        self.drafts.all().filter(|draft| !in_form(draft)).cloned().chain(open.iter().cloned()).collect()
    }

    /// The open case.
    pub fn case(&self) -> Option<&CaseScreen> {
        self.path.last()
    }

    /// The pane that keys act on.
    pub fn focus(&self) -> Pane {
        self.path.last().map_or(self.browse.focus, |case| case.focus)
    }

    /// The panes of the screen.
    pub fn panes(&self) -> &'static [Pane] {
        if self.path.is_empty() { BROWSE } else { CASE }
    }

    /// The whole screen.
    pub fn screen(&self) -> Rect {
        Rect::new(0, 0, self.size.width, self.size.height)
    }

    /// Where things are.
    pub fn areas(&self) -> Areas {
        Areas::of(self.screen(), self.panes(), self.focus())
    }

    /// Whether something is under way.
    pub fn is_busy(&self) -> bool {
        self.outbox.is_busy()
    }

    /// Whether something certain is under way.
    pub fn is_under_way(&self, slot: Slot) -> bool {
        self.outbox.is_open(slot)
    }

    /// The status that is shown of the cases of a space or case.
    pub fn filter(&self, place: Uuid) -> Option<&CaseStatus> {
        self.filters.get(&place)
    }

    /// Fetches what is needed everywhere.
    fn begin(&mut self) {
        self.outbox.fetch(Slot::Users, Request::Users(None));
        self.outbox.fetch(Slot::Agents, Request::Agents(None));
    }

    fn say(&mut self, text: &'static str) {
        self.notice = Some(Notice { text: Clean::ours(text), is_error: false });
    }

    fn complain(&mut self, text: &str) {
        self.notice = Some(Notice { text: self.setup.look.charset.line(text), is_error: true });
    }

    fn logged(&mut self, entry: Logged) {
        self.changed |= self.debug;
        self.log.push_front(entry);
        self.log.truncate(LOGGED);
    }

    fn configs(&mut self, names: Result<Vec<String>, String>) {
        match names {
            Ok(names) if names.is_empty() => self.say("No configuration is saved: sign in with \"auth login\""),
            Ok(names) => {
                let names = names.iter().map(|name| self.setup.look.charset.line(name)).collect();
                self.dialogs.push(Dialog::Menu(dialog::Menu::configs(names, &self.setup.config)));
            }
            Err(why) => self.complain(&why),
        }
    }

    /// Another configuration: another server, of which nothing is known yet.
    fn chosen(&mut self, name: String, outcome: Result<(), String>) {
        if let Err(why) = outcome {
            return self.complain(&why);
        }
        self.keep_forms();
        self.setup.config = name;
        self.browse = Browse::default();
        self.path.clear();
        self.dialogs.clear();
        self.reader = None;
        self.people = People::default();
        self.filters.clear();
        self.speaks_v1 = None;
        self.sending.clear();
        self.live = false;
        self.outbox.reset();
        self.begin();
        self.say("This configuration is now the current one");
    }

    fn browsed(&mut self, url: &str, opened: bool) {
        match opened {
            true => self.say("Opened in the browser"),
            false => self.dialogs.push(Dialog::Address(self.setup.look.charset.line(url))),
        }
    }

    /// Keeps the texts of all forms.
    fn keep_forms(&mut self) {
        for dialog in &self.dialogs {
            if let Dialog::Form(form) = dialog {
                self.drafts.keep(form);
            }
        }
    }

    /// Brings what is seen in line with what is known, and fetches what is missing.
    fn settle(&mut self) {
        self.prefetch();
        let areas = self.areas();
        for (pane, area) in &areas.panes {
            let inside = areas.inside(*area);
            let (width, height) = (usize::from(inside.width), usize::from(inside.height));
            match (pane, self.path.last_mut()) {
                (Pane::Detail, _) if self.debug => {
                    let lines = self.log_lines(width);
                    self.log_scroll.put(lines, height);
                }
                (Pane::Detail, Some(_)) => {
                    let lines = self.case_lines(width);
                    if let Some(case) = self.path.last_mut() {
                        case.detail.put(lines, height);
                    }
                }
                (Pane::Detail, None) => {
                    let lines = self.preview_lines(width);
                    self.browse.detail.put(lines, height);
                }
                (pane, Some(case)) => {
                    let rows = case.rows(*pane);
                    if let Some(choice) = case.choice_mut(*pane) {
                        choice.settle(rows, height);
                    }
                }
                (pane, None) => self.browse.settle(*pane, height),
            }
        }
        self.settle_reader(areas.body);
        self.settle_dialogs(areas.body);
    }

    /// Fetches the pages that are about to be seen.
    fn prefetch(&mut self) {
        let Some(case) = self.path.last_mut() else { return self.prefetch_browse() };
        let near = |at: usize, len: usize| at + NEAR >= len;
        if near(case.subcase.at, case.subcases.items.len()) {
            case.advance(Part::Subcases, &mut self.outbox);
        }
        if near(case.paper.at, case.notes.items.len()) {
            case.advance(Part::Notes, &mut self.outbox);
        }
        if near(case.paper.at, case.rows(Pane::Papers)) {
            case.advance(Part::Files, &mut self.outbox);
        }
        if near(case.message.at, case.messages.items.len()) {
            case.advance(Part::Thread, &mut self.outbox);
        }
        if case.proposals.has_come() {
            case.advance(Part::Proposals, &mut self.outbox);
        }
        // Proposals name instructions by their ids.
        if self.dialogs.iter().any(|dialog| matches!(dialog, Dialog::Stages | Dialog::Proposals)) {
            self.prefetch_stages();
        }
    }

    /// Fetches all stages, and the instructions of those that are unfolded.
    fn prefetch_stages(&mut self) {
        let Some(case) = self.path.last_mut() else { return };
        case.advance(Part::Stages, &mut self.outbox);
        let unfolded: Vec<Uuid> =
            case.stages.list.items.iter().filter(|it| case.stages.is_unfolded(it)).map(|it| it.id).collect();
        for stage in unfolded {
            case.advance(Part::Instructions(stage), &mut self.outbox);
        }
    }

    /// The names of people and agents come in pages too.
    fn learn(&mut self, names: Vec<(Uuid, Clean)>, next: Option<Cursor>, slot: Slot) {
        self.people.learn(names);
        if let Some(cursor) = next {
            let request = if slot == Slot::Users { Request::Users(cursor) } else { Request::Agents(cursor) };
            self.outbox.fetch(slot, request);
        }
    }
}
