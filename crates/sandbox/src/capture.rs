//! Keeping the beginning of what a program writes.

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::{redact::Redactor, script::Output};

/// The beginning of a stream.
#[derive(Debug)]
pub(crate) struct Capture {
    kept: Vec<u8>,
    most: usize,
    is_cut: bool,
}

impl Capture {
    /// Keeps at most this many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { kept: Vec::new(), most, is_cut: false }
    }

    /// Reads to the end, so that whoever writes is never held up, and keeps what fits. May be abandoned half-way.
    pub(crate) async fn drain(&mut self, mut stream: impl AsyncRead + Unpin) {
        // Not on the stack: it would be part of every future around this one.
        let mut piece = vec![0; 16 << 10];
        // A stream that cannot be read has ended.
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            let fits = read.min(self.most - self.kept.len());
            self.kept.extend_from_slice(&piece[..fits]);
            self.is_cut |= fits < read;
        }
    }

    /// What was kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.kept
    }

    /// Whether there was more.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The text of at most `most` bytes without secrets, and whether there was more.
    pub(crate) fn text(&self, redactor: &Redactor, most: usize) -> Output {
        let text = String::from_utf8_lossy(&self.kept);
        Output { text: redactor.beginning(&text, most), is_cut: self.is_cut || text.len() > most }
    }
}
