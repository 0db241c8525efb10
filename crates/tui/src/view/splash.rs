//! The opening: cloth that is being woven.

use ratatui::{buffer::Buffer, layout::Rect, text::Line};

use super::put;
use crate::{app::App, layout::middle, text::Charset};

/// The cloth, in cells.
const CLOTH: (u16, u16) = (28, 6);

pub fn draw(app: &App, step: usize, screen: Rect, buffer: &mut Buffer) {
    let look = app.setup.look;
    let (warp, weft) = match look.charset {
        Charset::Unicode => ("│", "─"),
        Charset::Ascii => ("|", "-"),
    };
    let words = [app.setup.program, "cases, worked by people and agents", "Press Enter"];
    let has_cloth = screen.height >= CLOTH.1 + 6 && screen.width >= CLOTH.0;
    let height = if has_cloth { CLOTH.1 + 5 } else { 4 };
    let area = middle(screen, screen.width, height);
    let mut y = area.y;
    if has_cloth {
        let cloth = Rect { height: CLOTH.1, ..middle(area, CLOTH.0, height) };
        // The shuttle goes to and fro, a row after the other. At the end, the cloth moves on.
        let woven = step * 4;
        for row in 0..CLOTH.1 {
            let begun = woven.saturating_sub(usize::from(row * CLOTH.0));
            for column in 0..CLOTH.0 {
                let passed = if row.is_multiple_of(2) { column } else { CLOTH.0 - 1 - column };
                let shift = (woven.saturating_sub(usize::from(CLOTH.0 * CLOTH.1)) / 8) as u16;
                let is_over = (column / 2 + row + shift).is_multiple_of(2);
                let (symbol, style) = match usize::from(passed) < begun {
                    true if is_over => (weft, look.focused()),
                    true => (warp, look.strong()),
                    false if column.is_multiple_of(2) => (warp, look.faint()),
                    false => (" ", look.faint()),
                };
                let cell = Rect { x: cloth.x + column, y: cloth.y + row, width: 1, height: 1 };
                put(Line::styled(symbol, style), cell, buffer);
            }
        }
        y = cloth.bottom() + 1;
    }
    for (n, text) in words.into_iter().enumerate() {
        let style = [look.strong(), look.faint(), look.notable()][n];
        let line = middle(Rect { y, height: 1, ..area }, text.len() as u16, 1);
        put(Line::styled(text, style), line.intersection(screen), buffer);
        y += if n == 1 { 2 } else { 1 };
    }
}
