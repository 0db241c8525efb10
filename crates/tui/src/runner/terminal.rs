//! The terminal: taken at the start, given back however the app ends.

use std::{
    io::{self, BufWriter, Stdout, Write, stdout},
    panic,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use ratatui::{
    Terminal,
    backend::{Backend, CrosstermBackend},
    layout::{Rect, Size},
};

use super::{picture, sixteen::Sixteen};
use crate::{app::App, request::Picture, view};

/// How large a cell is in pixels when the terminal does not tell.
const CELL: (u16, u16) = (10, 20);
/// Output goes out in pieces of that many bytes: one for most screens.
const BUFFER: usize = 64 << 10;

/// Whether the terminal is taken, for whoever has to give it back.
static TAKEN: AtomicBool = AtomicBool::new(false);

type Output = CrosstermBackend<Sixteen<BufWriter<Stdout>>>;

/// The terminal while the app has it.
pub struct Screen {
    terminal: Terminal<Output>,
    mouse: bool,
    /// The picture that is on the screen, and where.
    shown: Option<(Picture, Rect)>,
    /// What was done about panics before.
    before: Arc<PanicHook>,
}

type PanicHook = dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync;

impl Screen {
    /// Takes the terminal. From then on, it is given back when the value is dropped and when the program panics.
    ///
    /// # Errors
    /// There is none, or it does not do what is asked.
    pub fn take(mouse: bool) -> io::Result<Self> {
        let before: Arc<PanicHook> = Arc::from(panic::take_hook());
        let then = Arc::clone(&before);
        panic::set_hook(Box::new(move |info| {
            give_back();
            then(info);
        }));
        let out = Sixteen::new(BufWriter::with_capacity(BUFFER, stdout()));
        let terminal = Terminal::new(CrosstermBackend::new(out))?;
        let mut screen = Self { terminal, mouse, shown: None, before };
        screen.enter()?;
        Ok(screen)
    }

    /// Takes the terminal again after [`Screen::leave`].
    ///
    /// # Errors
    /// It does not do what is asked.
    pub fn enter(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        self.listen(self.mouse)?;
        self.redraw()
    }

    /// Gives the terminal back for a while.
    pub fn leave(&mut self) {
        self.shown = None;
        give_back();
    }

    /// Listens to the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// The terminal does not do what is asked.
    pub fn listen(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        match mouse {
            true => execute!(stdout(), EnableMouseCapture),
            false => execute!(stdout(), DisableMouseCapture),
        }
    }

    /// Forgets what is on the screen, so that all of it is drawn.
    ///
    /// # Errors
    /// The terminal does not do what is asked.
    pub fn redraw(&mut self) -> io::Result<()> {
        self.shown = None;
        // Not by `clear`, which asks the terminal where its cursor is, and fails when the answer is slow.
        let Size { width, height } = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// The size in cells.
    ///
    /// # Errors
    /// The terminal does not tell.
    pub fn size(&self) -> io::Result<Size> {
        self.terminal.size()
    }

    /// Draws what has changed.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn draw(&mut self, app: &App) -> io::Result<()> {
        self.terminal.draw(|frame| view::draw(app, frame))?;
        let cell = app.setup.cell;
        let wanted = app.picture().map(|(picture, area)| (picture, picture::place(picture, area, cell)));
        if self.shown.as_ref().map(|(picture, at)| (picture, *at)) == wanted {
            return Ok(());
        }
        let out = self.terminal.backend_mut();
        if self.shown.take().is_some() {
            picture::hide(out)?;
        }
        if let Some((picture, at)) = wanted
            && !at.is_empty()
        {
            picture::show(out, picture, at)?;
            self.shown = Some((picture.clone(), at));
        }
        Backend::flush(out)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = picture::hide(self.terminal.backend_mut());
            let _ = Backend::flush(self.terminal.backend_mut());
        }
        give_back();
        // A hook cannot be changed while it is in use.
        if !std::thread::panicking() {
            let before = Arc::clone(&self.before);
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

/// Gives the terminal back as it was. Nobody is left to tell when a part of it fails.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = stdout();
    let _ = execute!(out, DisableMouseCapture);
    let _ = execute!(out, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// The size of a cell in pixels, as far as the terminal tells.
pub fn cell() -> (u16, u16) {
    match crossterm::terminal::window_size() {
        Ok(size) if size.width > 0 && size.height > 0 && size.columns > 0 && size.rows > 0 => {
            ((size.width / size.columns).max(1), (size.height / size.rows).max(1))
        }
        _ => CELL,
    }
}

/// Whether the terminal shows pictures.
pub fn shows_pictures() -> bool {
    picture::is_offered(|name| std::env::var(name).ok())
}
