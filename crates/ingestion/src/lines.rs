//! Lines of a stream of bytes, with their numbers and places, one at a time.

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use kernel::Result;

use crate::manifest::broken;

/// The longest line, in bytes: it may hold files.
pub const LONGEST: usize = 16 << 20;

/// A line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1; blank lines count.
    pub number: i64,
    /// Where it begins, in bytes.
    pub start: u64,
    /// Where the next one begins.
    pub end: u64,
    /// Its text, without the end of line.
    pub text: Bytes,
}

/// Reads lines from a stream.
pub struct Lines<S> {
    stream: S,
    buffer: BytesMut,
    /// How far the buffer has been looked through for an end of line.
    searched: usize,
    ended: bool,
    number: i64,
    position: u64,
}

impl<S: Stream<Item = Result<Bytes>> + Unpin> Lines<S> {
    /// The lines of `stream`, which begins after line `number`, at byte `position` of the manifest.
    pub fn new(stream: S, number: i64, position: u64) -> Self {
        Self { stream, buffer: BytesMut::new(), searched: 0, ended: false, number, position }
    }

    /// The next line that is not blank.
    ///
    /// # Errors
    /// `invalid_case_ingestion_manifest` for a line that is too long, and the stream's.
    pub async fn next(&mut self) -> Result<Option<Line>> {
        loop {
            let Some(line) = self.any().await? else { return Ok(None) };
            if !line.text.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }

    async fn any(&mut self) -> Result<Option<Line>> {
        loop {
            if let Some(at) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
                let length = self.searched + at + 1;
                let text = self.buffer.split_to(length).freeze();
                return Ok(Some(self.line(text.slice(..length - 1), length)));
            }
            self.searched = self.buffer.len();
            if self.ended {
                let rest = self.buffer.split().freeze();
                let length = rest.len();
                return Ok((length > 0).then(|| self.line(rest, length)));
            }
            if self.buffer.len() > LONGEST {
                return Err(broken(self.number + 1, format!("the line is longer than {LONGEST} bytes")));
            }
            match self.stream.next().await {
                Some(chunk) => self.buffer.extend_from_slice(&chunk?),
                None => self.ended = true,
            }
        }
    }

    fn line(&mut self, text: Bytes, length: usize) -> Line {
        let start = self.position;
        self.position += length as u64;
        self.number += 1;
        self.searched = 0;
        Line { number: self.number, start, end: self.position, text }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    async fn all(chunks: &[&'static [u8]]) -> Vec<Line> {
        let chunks: Vec<Result<Bytes>> = chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk))).collect();
        let mut lines = Lines::new(stream::iter(chunks), 0, 0);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            all.push(line);
        }
        all
    }

    #[tokio::test]
    async fn lines_are_found_however_the_bytes_come() {
        let line = |number, start, end, text: &'static str| Line {
            number,
            start,
            end,
            text: Bytes::from_static(text.as_bytes()),
        };
        let expected = [line(1, 0, 3, "ab"), line(3, 5, 8, "c\r"), line(4, 8, 9, "d")];
        assert_eq!(all(&[b"ab\n \nc\r\nd"]).await, expected);
        assert_eq!(all(&[b"a", b"b", b"\n", b" \nc", b"\r\n", b"d"]).await, expected);
        assert_eq!(all(&[b"ab\n", b""]).await, expected[..1]);
        assert!(all(&[]).await.is_empty() && all(&[b"\n \n"]).await.is_empty());
    }

    #[tokio::test]
    async fn a_line_without_end_is_refused() {
        let chunk = Bytes::from(vec![b'x'; 1 << 20]);
        let mut lines = Lines::new(stream::iter(std::iter::repeat_with(move || Ok(chunk.clone())).take(64)), 4, 0);
        let error = lines.next().await.unwrap_err();
        assert_eq!(error.code(), "invalid_case_ingestion_manifest");
        assert!(error.message().starts_with("line 5:"), "{error}");
    }
}
