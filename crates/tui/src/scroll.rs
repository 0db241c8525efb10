//! Text in a window.

use ratatui::text::Line;

/// Lines of which a window shows some.
#[derive(Debug, Default)]
pub struct Scroll {
    /// All lines.
    pub lines: Vec<Line<'static>>,
    /// The first that is seen.
    pub top: usize,
    height: usize,
}

impl Scroll {
    /// Puts other lines in, seen through a window of that height.
    pub fn put(&mut self, lines: Vec<Line<'static>>, height: usize) {
        self.lines = lines;
        self.resize(height);
    }

    /// Changes the height of the window.
    pub fn resize(&mut self, height: usize) {
        self.height = height.max(1);
        self.step(0);
    }

    /// Moves by some lines.
    pub fn step(&mut self, by: isize) {
        self.top = self.top.saturating_add_signed(by).min(self.lines.len().saturating_sub(self.height));
    }

    /// Moves by windows; a line stays in sight.
    pub fn page(&mut self, by: isize) {
        self.step(by * (self.height.max(2) as isize - 1));
    }

    /// The lines that are seen.
    pub fn seen(&self) -> &[Line<'static>] {
        let end = self.lines.len().min(self.top + self.height);
        self.lines.get(self.top..end).unwrap_or_default()
    }

    /// Whether there are lines below those that are seen.
    pub fn has_more(&self) -> bool {
        self.top + self.height < self.lines.len()
    }
}
