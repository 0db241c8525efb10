//! Bytes as text, whatever their encoding.

use std::borrow::Cow;

use kernel::{Error, Result};

/// The text: in the encoding that a byte order mark tells, else UTF-8, else in the one that it most likely has.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>> {
    let encoding = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(Cow::Borrowed(text)),
            Err(_) => guess(bytes),
        },
    };
    let (text, _, broken) = encoding.decode(bytes);
    if broken {
        return Err(Error::invalid("file", format!("the file is not text in {}", encoding.name())));
    }
    Ok(text)
}

fn guess(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, chardetng::Utf8Detection::Deny)
}
