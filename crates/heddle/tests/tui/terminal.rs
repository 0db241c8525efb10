//! A terminal without a window.

use std::{
    io::{Read, Write},
    num::NonZero,
    path::Path,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long something is waited for before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A terminal with the program in it. The program ends with this value.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    shown: Arc<(Mutex<Shown>, Condvar)>,
}

/// What the program has written.
struct Shown {
    parser: vt100::Parser,
    written: Vec<u8>,
    is_over: bool,
}

impl Terminal {
    /// Starts `heddle tui` at a terminal of that size: columns and rows.
    pub fn start(size: (u16, u16), variables: &[(&str, &str)], home: &Path) -> Self {
        Self::running(&["tui"], size, variables, home, home)
    }

    /// Starts the program with these arguments, in a folder.
    pub fn running(
        arguments: &[&str],
        size: (u16, u16),
        variables: &[(&str, &str)],
        home: &Path,
        folder: &Path,
    ) -> Self {
        let pty = native_pty_system().openpty(as_pty(size)).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_heddle"));
        command.args(arguments);
        command.env_clear();
        command.cwd(folder);
        let usual = [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "UTC")];
        for (name, value) in usual.iter().chain(variables) {
            command.env(name, value);
        }
        command.env("HOME", home);
        let child = pty.slave.spawn_command(command).expect("the program starts");
        drop(pty.slave);
        let keys = pty.master.take_writer().expect("a keyboard");
        let mut output = pty.master.try_clone_reader().expect("a screen");
        let (columns, rows) = as_vt(size);
        let parser = vt100::Parser::new(rows, columns, 0);
        let shown = Arc::new((Mutex::new(Shown { parser, written: Vec::new(), is_over: false }), Condvar::new()));
        let shared = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            loop {
                let read = output.read(&mut piece).unwrap_or(0);
                let mut shown = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                shown.parser.process(&piece[..read]);
                shown.written.extend_from_slice(&piece[..read]);
                shown.is_over = read == 0;
                shared.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self { child, master: pty.master, keys, shown }
    }

    /// Types.
    pub fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("typed");
    }

    /// Makes the window another size.
    pub fn resize(&mut self, size: (u16, u16)) {
        let (columns, rows) = as_vt(size);
        self.shown.0.lock().unwrap_or_else(PoisonError::into_inner).parser.screen_mut().set_size(rows, columns);
        self.master.resize(as_pty(size)).expect("another size");
    }

    /// Waits until the screen is as it should be.
    pub fn until(&self, what: &str, wanted: impl Fn(&str) -> bool) {
        self.wait(what, |shown| wanted(&shown.parser.screen().contents()));
    }

    /// Waits until the program has written something that is not seen as text.
    pub fn writes(&self, sequence: &str) {
        self.wait(sequence, |shown| shown.written.windows(sequence.len()).any(|part| part == sequence.as_bytes()));
    }

    fn wait(&self, what: &str, wanted: impl Fn(&Shown) -> bool) {
        let began = Instant::now();
        let mut shown = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !wanted(&shown) {
            let left = PATIENCE.saturating_sub(began.elapsed());
            let screen = || shown.parser.screen().contents();
            assert!(!shown.is_over && !left.is_zero(), "{what:?} does not come:\n{}", screen());
            shown = self.shown.1.wait_timeout(shown, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until a text is on the screen.
    pub fn shows(&self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    /// Everything that was written to the terminal so far.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.shown.0.lock().unwrap_or_else(PoisonError::into_inner).written).into_owned()
    }

    /// The colours of letters on the screen.
    pub fn colours(&self) -> Vec<vt100::Color> {
        let shown = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        let screen = shown.parser.screen();
        let (rows, columns) = screen.size();
        let places = (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
        let mut colours = Vec::new();
        for cell in places.filter_map(|(row, column)| screen.cell(row, column)) {
            if !colours.contains(&cell.fgcolor()) {
                colours.push(cell.fgcolor());
            }
        }
        colours
    }

    /// The program's process.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Waits for the end. Answers the exit code and what is on the screen then, which has to be the one from before.
    pub fn ends(mut self) -> (u32, String) {
        let code = self.child.wait().expect("the end").exit_code();
        let began = Instant::now();
        let mut shown = self.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !shown.is_over {
            let left = PATIENCE.saturating_sub(began.elapsed());
            assert!(!left.is_zero(), "the terminal does not close");
            shown = self.shown.1.wait_timeout(shown, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let screen = shown.parser.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        (code, screen.contents())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn as_pty((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: cols * 10, pixel_height: rows * 20 }
}

fn as_vt((columns, rows): (u16, u16)) -> (NonZero<u16>, NonZero<u16>) {
    (NonZero::new(columns).expect("columns"), NonZero::new(rows).expect("rows"))
}
