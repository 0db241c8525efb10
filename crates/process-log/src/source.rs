//! Opening a log file: decompression, text encoding, and knowing how far one has read.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, ErrorKind, Read},
    path::{Path, PathBuf},
};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, UTF_8};
use flate2::bufread::MultiGzDecoder;

use crate::Error;

const CHUNK: usize = 64 * 1024;

/// Enough of a file to see its byte order mark, XML declaration and first line.
const HEAD: u64 = 4096;

/// How the encoding of a file without byte order mark is found.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Charset {
    /// By the XML declaration, else UTF-8; bytes that do not fit are an error.
    Declared,
    /// UTF-8 if the whole file is, else the most likely one; bytes that do not fit become U+FFFD.
    Guessed,
}

/// The text of a log file, decompressed and as UTF-8.
pub(crate) struct Source {
    path: PathBuf,
    raw: Box<dyn BufRead>,
    decoder: Decoder,
    strict: bool,
    text: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    invalid: bool,
    bytes: u64,
    newlines: u64,
    last: u8,
}

impl Source {
    /// Opens the file; one without content is [`Error::Empty`].
    pub(crate) fn open(path: &Path, charset: Charset) -> Result<Self, Error> {
        let failed = |source| Error::Io { path: path.to_owned(), source };
        let mut raw = unpack(path).map_err(failed)?;
        let mut head = Vec::new();
        if let Err(error) = raw.by_ref().take(HEAD).read_to_end(&mut head) {
            // A decompressor fails only once: keep that for the place in the text it belongs to.
            raw = Box::new(BufReader::new(Broken(error)));
        } else if head.is_empty() {
            return Err(Error::Empty);
        }
        let (encoding, strict) = match (Encoding::for_bom(&head), charset) {
            (Some((encoding, _)), _) => (encoding, charset == Charset::Declared),
            (None, Charset::Declared) => (declared(&head).unwrap_or(UTF_8), true),
            (None, Charset::Guessed) => (guess(path).map_err(failed)?, false),
        };
        Ok(Self {
            path: path.to_owned(),
            raw: Box::new(Cursor::new(head).chain(raw)),
            decoder: encoding.new_decoder_with_bom_removal(),
            strict,
            text: vec![0; CHUNK],
            start: 0,
            end: 0,
            ended: false,
            invalid: false,
            bytes: 0,
            newlines: 0,
            last: b'\n',
        })
    }

    /// Bytes of text read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Whether the text read so far ends with a line break.
    pub(crate) fn ends_a_line(&self) -> bool {
        matches!(self.last, b'\n' | b'\r')
    }

    /// The fault `reason` at the place read so far.
    pub(crate) fn malformed(&self, reason: impl ToString) -> Error {
        Error::Malformed { line: self.newlines + 1, byte: self.bytes, reason: reason.to_string() }
    }

    /// The text ending too early at the place read so far.
    pub(crate) fn truncated(&self, reason: impl ToString) -> Error {
        Error::Truncated { line: self.newlines + 1, byte: self.bytes, reason: reason.to_string() }
    }

    /// A parser's complaint: at the end of the text something is missing, before it is wrong.
    pub(crate) fn fault(&mut self, reason: impl ToString) -> Error {
        match self.fill_buf() {
            Ok([]) => self.truncated(reason),
            _ => self.malformed(reason),
        }
    }

    /// A failure to read on from the place read so far.
    pub(crate) fn failed(&self, error: &io::Error) -> Error {
        match error.kind() {
            ErrorKind::UnexpectedEof => self.truncated("the compressed data ends early"),
            ErrorKind::InvalidData | ErrorKind::InvalidInput => self.malformed(error),
            kind => Error::Io { path: self.path.clone(), source: io::Error::new(kind, error.to_string()) },
        }
    }

    /// Decodes the next piece; `Ok` without new text means that more input is needed.
    fn decode(&mut self) -> io::Result<()> {
        if self.invalid {
            let reason = format!("the text is not valid {}", self.decoder.encoding().name());
            return Err(io::Error::new(ErrorKind::InvalidData, reason));
        }
        let input = self.raw.fill_buf()?;
        let last = input.is_empty();
        let (used, written, done) = if self.strict {
            let (result, used, written) = self.decoder.decode_to_utf8_without_replacement(input, &mut self.text, last);
            // Reported once the text before it is used up, so that the place is right.
            self.invalid = matches!(result, DecoderResult::Malformed(..));
            (used, written, result == DecoderResult::InputEmpty)
        } else {
            let (result, used, written, _) = self.decoder.decode_to_utf8(input, &mut self.text, last);
            (used, written, result == CoderResult::InputEmpty)
        };
        self.raw.consume(used);
        (self.start, self.end) = (0, written);
        self.ended = last && done;
        Ok(())
    }
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.start == self.end && !self.ended {
            self.decode()?;
        }
        Ok(&self.text[self.start..self.end])
    }

    fn consume(&mut self, amount: usize) {
        let read = &self.text[self.start..self.start + amount];
        self.newlines += read.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.last = *read.last().unwrap_or(&self.last);
        self.bytes += amount as u64;
        self.start += amount;
    }
}

impl Read for Source {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(out)?;
        self.consume(amount);
        Ok(amount)
    }
}

/// Fails to read, always in the same way.
struct Broken(io::Error);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0.kind(), self.0.to_string()))
    }
}

/// The bytes of a file, decompressed if they begin like gzip, whatever the file is called.
fn unpack(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut file = BufReader::with_capacity(CHUNK, File::open(path)?);
    if file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        Ok(Box::new(BufReader::with_capacity(CHUNK, MultiGzDecoder::new(file))))
    } else {
        Ok(Box::new(file))
    }
}

/// The encoding an XML declaration names.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&head[..end]).ok()?.trim_start().strip_prefix("<?xml")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let label = value.split(['"', '\'']).nth(1)?;
    // A declaration that can be read byte by byte is not in UTF-16, whatever it says.
    Encoding::for_label(label.as_bytes()).map(Encoding::output_encoding)
}

/// UTF-8 if the whole file is, else what its bytes look like most.
fn guess(path: &Path) -> io::Result<&'static Encoding> {
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut text = vec![0; 3 * CHUNK];
    let mut valid = true;
    each_chunk(path, |chunk| {
        let (result, ..) = decoder.decode_to_utf8_without_replacement(chunk, &mut text, false);
        valid = !matches!(result, DecoderResult::Malformed(..));
        valid
    })?;
    if valid {
        return Ok(UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    each_chunk(path, |chunk| {
        detector.feed(chunk, false);
        true
    })?;
    detector.feed(&[], true);
    Ok(detector.guess(None, Utf8Detection::Deny))
}

/// Shows the bytes of a file piece by piece, as far as they can be decompressed.
fn each_chunk(path: &Path, mut go_on: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
    let mut raw = unpack(path)?;
    while let Ok(chunk @ [_, ..]) = raw.fill_buf() {
        let length = chunk.len();
        if !go_on(chunk) {
            break;
        }
        raw.consume(length);
    }
    Ok(())
}
