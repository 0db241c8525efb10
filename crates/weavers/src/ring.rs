//! The last of what a terminal showed.

use std::collections::VecDeque;

/// Bytes that are kept.
pub const SCROLLBACK: usize = 256 << 10;

/// The last bytes of an output that has no end, by their place in the whole of it.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    kept: VecDeque<u8>,
    /// How many bytes there were in all.
    end: u64,
}

impl Ring {
    pub fn push(&mut self, bytes: &[u8]) {
        self.end += bytes.len() as u64;
        let bytes = &bytes[bytes.len().saturating_sub(SCROLLBACK)..];
        let over = (self.kept.len() + bytes.len()).saturating_sub(SCROLLBACK);
        self.kept.drain(..over);
        self.kept.extend(bytes);
    }

    /// The place after the last byte.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// The place of the first byte that is kept.
    pub fn start(&self) -> u64 {
        self.end - self.kept.len() as u64
    }

    /// Where somebody who sees nothing yet begins: the first that is kept, or the line after it when something is gone,
    /// since what is left of the first line may begin within a character or a command to the terminal.
    pub fn beginning(&self) -> u64 {
        let start = self.start();
        if start == 0 {
            return 0;
        }
        let line = self.kept.iter().take(SCROLLBACK / 2).position(|byte| *byte == b'\n');
        start + line.map_or(0, |at| at as u64 + 1)
    }

    /// At most `most` bytes from a place on, and how many between the place and them are gone.
    pub fn from(&self, place: u64, most: usize) -> (u64, Vec<u8>) {
        let from = place.clamp(self.start(), self.end);
        let skipped = from.saturating_sub(place);
        let from = usize::try_from(from - self.start()).unwrap_or(self.kept.len());
        (skipped, self.kept.iter().skip(from).take(most).copied().collect())
    }

    /// The last lines, or all that is kept.
    pub fn tail(&self, lines: Option<usize>) -> Vec<u8> {
        let place = self.beginning();
        let (_, all) = self.from(place, SCROLLBACK);
        last_lines(all, lines)
    }
}

/// The last lines of a text.
pub(crate) fn last_lines(mut text: Vec<u8>, lines: Option<usize>) -> Vec<u8> {
    let Some(lines) = lines else { return text };
    let body = text.strip_suffix(b"\n").unwrap_or(&text).len();
    let mut ends = (0..body).rev().filter(|at| text[*at] == b'\n');
    let from = if lines == 0 { text.len() } else { ends.nth(lines - 1).map_or(0, |at| at + 1) };
    text.split_off(from)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_beginning_is_forgotten_by_whole_lines() {
        let mut ring = Ring::default();
        ring.push(b"first\nsecond\n");
        assert_eq!((ring.beginning(), ring.tail(None)), (0, b"first\nsecond\n".to_vec()));
        ring.push(&vec![b'x'; SCROLLBACK - 8]);
        // "first\n" is cut.
        assert_eq!(ring.start(), 5);
        assert_eq!(ring.beginning(), 6);
        assert_eq!(ring.from(0, 9), (5, b"\nsecond\nx".to_vec()));
        ring.push(&vec![b'y'; 3 * SCROLLBACK]);
        assert_eq!(ring.from(ring.end(), 10), (0, Vec::new()));
        assert_eq!(ring.from(ring.end() + 5, 10), (0, Vec::new()));
        assert_eq!(ring.tail(None).len(), SCROLLBACK);
    }

    #[test]
    fn last_lines_are_counted_from_the_end() {
        for (lines, wanted) in [(0, ""), (1, "c\n"), (2, "b\nc\n"), (3, "a\nb\nc\n"), (9, "a\nb\nc\n")] {
            assert_eq!(last_lines(b"a\nb\nc\n".to_vec(), Some(lines)), wanted.as_bytes(), "{lines}");
        }
        assert_eq!(last_lines(b"a\nb".to_vec(), Some(1)), b"b");
        assert_eq!(last_lines(Vec::new(), Some(3)), b"");
    }

    proptest! {
        #[test]
        fn whoever_reads_on_sees_every_byte_that_is_kept(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..40), most in 1_usize..200) {
            let mut ring = Ring::default();
            let (mut seen, mut place) = (Vec::new(), 0);
            for piece in &pieces {
                ring.push(piece);
                let (skipped, bytes) = ring.from(place, most);
                prop_assert_eq!(skipped, 0);
                place += bytes.len() as u64;
                seen.extend(bytes);
            }
            while place < ring.end() {
                let (_, bytes) = ring.from(place, most);
                place += bytes.len() as u64;
                seen.extend(bytes);
            }
            prop_assert_eq!(seen, pieces.concat());
        }
    }
}
