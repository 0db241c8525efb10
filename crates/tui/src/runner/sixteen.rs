//! Colours as every terminal understands them.

use std::io::{self, Write};

/// Longer than any sequence that sets colours.
const LONGEST: usize = 64;

/// Passes output on. The first sixteen colours are written as the sequences that are older than the others: terminals that
/// have no more than those take `38;5;6` for blinking and something else.
#[derive(Debug)]
pub struct Sixteen<W> {
    out: W,
    /// The sequence that has begun.
    held: Vec<u8>,
}

impl<W: Write> Sixteen<W> {
    pub fn new(out: W) -> Self {
        Self { out, held: Vec::with_capacity(LONGEST) }
    }

    fn release(&mut self) -> io::Result<()> {
        self.out.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sixteen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if self.held.is_empty() {
                let plain = rest.iter().position(|byte| *byte == 0x1b).unwrap_or(rest.len());
                self.out.write_all(&rest[..plain])?;
                rest = &rest[plain..];
                if let Some((&escape, after)) = rest.split_first() {
                    self.held.push(escape);
                    rest = after;
                }
                continue;
            }
            self.held.push(byte);
            rest = after;
            let is_sequence = self.held.get(1) == Some(&b'[');
            match byte {
                b'm' if is_sequence && self.held.len() > 2 => {
                    self.held = plainer(&self.held);
                    self.release()?;
                }
                0x40..=0x7e if self.held.len() > 2 => self.release()?,
                _ if !is_sequence || self.held.len() >= LONGEST => self.release()?,
                _ => {}
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A sequence that sets colours, with `38;5;6` as `36` and `48;5;9` as `101`.
fn plainer(sequence: &[u8]) -> Vec<u8> {
    let inside = String::from_utf8_lossy(&sequence[2..sequence.len() - 1]).into_owned();
    let mut parts = inside.split(';').peekable();
    let mut plain = Vec::new();
    while let Some(part) = parts.next() {
        let base = match part {
            "38" => 30,
            "48" => 40,
            other => {
                plain.push(other.to_owned());
                continue;
            }
        };
        let kind = parts.next();
        match (kind, parts.peek().and_then(|number| number.parse::<u16>().ok())) {
            (Some("5"), Some(number @ 0..8)) => plain.push((base + number).to_string()),
            (Some("5"), Some(number @ 8..16)) => plain.push((base + 52 + number).to_string()),
            _ => {
                plain.push(part.to_owned());
                plain.extend(kind.map(str::to_owned));
                continue;
            }
        }
        parts.next();
    }
    format!("\x1b[{}m", plain.join(";")).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pieces: &[&str]) -> String {
        let mut sixteen = Sixteen::new(Vec::new());
        for piece in pieces {
            sixteen.write_all(piece.as_bytes()).unwrap();
        }
        String::from_utf8(sixteen.out).unwrap()
    }

    #[test]
    fn the_first_sixteen_colours_are_written_plainly() {
        assert_eq!(written(&["a\x1b[38;5;6;49mb\x1b[39;48;5;9mc"]), "a\x1b[36;49mb\x1b[39;101mc");
        assert_eq!(written(&["\x1b[38;5;15m\x1b[48;5;0m"]), "\x1b[97m\x1b[40m");
        assert_eq!(written(&["\x1b[", "38;5;", "1", "m", "x"]), "\x1b[31mx");
    }

    #[test]
    fn everything_else_is_passed_on() {
        for text in [
            "Straße",
            "\x1b[2J\x1b[1;2H",
            "\x1b[38;5;16m",
            "\x1b[38;2;1;2;3m",
            "\x1b[0;1;7m",
            "\x1b[m",
            "\x1b[?1049h",
            "\x1b_Ga=T,f=100,m=0;AAAA\x1b\\after",
            "\x1b7\x1b8",
        ] {
            assert_eq!(written(&[text]), text);
            let letters: Vec<String> = text.chars().map(String::from).collect();
            assert_eq!(written(&letters.iter().map(String::as_str).collect::<Vec<_>>()), text);
        }
    }
}
