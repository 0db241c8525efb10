//! Drives the app: keys in, requests answered, screens out.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::{Terminal, backend::TestBackend, layout::Size};

use super::world::World;
use crate::{
    app::{App, Event, Setup},
    look::Look,
    request::{Effect, Failure, Reply, Request, Slot},
    text::Charset,
    view,
};

pub const UNICODE: Look = Look { charset: Charset::Unicode, colour: true };
pub const ASCII: Look = Look { charset: Charset::Ascii, colour: false };

/// The app with somebody at the keys and a server behind it.
pub struct Driver {
    pub app: App,
    pub world: World,
    /// Requests without an answer yet.
    pub pending: Vec<(Slot, u64, Request)>,
    /// All requests that were made, wanted or not.
    pub asked: Vec<Request>,
    /// What else was to be done.
    pub effects: Vec<Effect>,
}

pub fn setup(look: Look) -> Setup {
    Setup {
        look,
        zone: TimeZone::UTC,
        program: "heddle",
        config: "dev-acme".into(),
        debug: false,
        mouse: true,
        pictures: false,
        cell: (10, 20),
    }
}

impl Driver {
    /// Somebody at the opening.
    pub fn at_splash() -> Self {
        Self::with(World::default(), setup(UNICODE), (80, 24))
    }

    /// Somebody in front of the spaces and cases, all of which have come.
    pub fn new() -> Self {
        Self::sized(80, 24)
    }

    pub fn sized(width: u16, height: u16) -> Self {
        Self::with(World::default(), setup(UNICODE), (width, height)).started()
    }

    pub fn of(world: World) -> Self {
        Self::with(world, setup(UNICODE), (80, 24)).started()
    }

    pub fn with(world: World, setup: Setup, size: (u16, u16)) -> Self {
        let (app, effects) = App::new(setup, Size::from(size));
        let mut driver = Self { app, world, pending: Vec::new(), asked: Vec::new(), effects: Vec::new() };
        driver.take(effects);
        driver
    }

    pub fn started(mut self) -> Self {
        self.key(KeyCode::Enter);
        self.settle();
        self
    }

    /// The case "Fence", opened, with everything there.
    pub fn in_case() -> Self {
        Self::in_case_of(Self::new())
    }

    pub fn in_case_of(mut driver: Self) -> Self {
        driver.keys("l").settle();
        driver.key(KeyCode::Enter).settle();
        assert_eq!(driver.app.path.len(), 1);
        driver
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Fetch { slot, ticket, request, .. } => {
                    self.pending.retain(|(other, ..)| *other != slot);
                    self.asked.push(request.clone());
                    self.pending.push((slot, ticket, request));
                }
                Effect::Send { slot, ticket, request } => {
                    self.asked.push(request.clone());
                    self.pending.push((slot, ticket, request));
                }
                Effect::Cancel(slot) => self.pending.retain(|(other, ..)| *other != slot),
                other => self.effects.push(other),
            }
        }
    }

    pub fn event(&mut self, event: Event) -> &mut Self {
        let effects = self.app.update(event);
        self.take(effects);
        self
    }

    pub fn key(&mut self, code: KeyCode) -> &mut Self {
        self.event(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    pub fn ctrl(&mut self, letter: char) -> &mut Self {
        self.event(Event::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)))
    }

    pub fn keys(&mut self, letters: &str) -> &mut Self {
        for letter in letters.chars() {
            self.key(KeyCode::Char(letter));
        }
        self
    }

    /// Answers what is asked until nothing is asked any more.
    pub fn settle(&mut self) -> &mut Self {
        for _ in 0..500 {
            if self.pending.is_empty() {
                return self;
            }
            let (slot, ticket, request) = self.pending.remove(0);
            let outcome = self.world.answer(&request);
            self.event(Event::Answer { slot, ticket, outcome });
        }
        panic!("no end of requests: {:?}", self.pending);
    }

    /// Answers one request that is waited for.
    pub fn answer(&mut self, wanted: impl Fn(&Request) -> bool, outcome: Result<Reply, Failure>) -> &mut Self {
        let at = self.pending.iter().position(|(.., request)| wanted(request)).expect("such a request");
        let (slot, ticket, _) = self.pending.remove(at);
        self.event(Event::Answer { slot, ticket, outcome })
    }

    /// What was asked since this was called last.
    pub fn asked(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.asked)
    }

    /// What else was to be done since this was called last.
    pub fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What is said at the bottom.
    pub fn notice(&self) -> &str {
        self.app.notice.as_ref().map_or("", |notice| &notice.text)
    }

    /// The screen as cells.
    pub fn buffer(&self) -> ratatui::buffer::Buffer {
        let Size { width, height } = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view::draw(&self.app, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        let buffer = self.buffer();
        let width = usize::from(buffer.area.width).max(1);
        let rows = buffer.content.chunks(width).map(|row| {
            let mut text = String::new();
            let mut hidden = 0;
            for cell in row {
                if hidden == 0 {
                    text.push_str(cell.symbol());
                    hidden = crate::text::cells(cell.symbol()).max(1);
                }
                hidden -= 1;
            }
            text.trim_end().to_owned()
        });
        rows.collect::<Vec<_>>().join("\n")
    }

    /// Whether a text is on the screen.
    pub fn shows(&self, text: &str) -> bool {
        self.screen().contains(text)
    }
}
