//! A document's text, for agents.

use kernel::{Actor, Error, Kind, Result, ids::DocumentId, ids::WorkspaceId};
use store::Store;

use super::{Source, content};
use crate::names;

/// The largest document that an agent is given as text, in bytes.
pub const AGENT_TEXT: i64 = 256 * 1024;

/// The text of a document that is textual and not larger than [`AGENT_TEXT`]. Text that is not UTF-8 is read in the
/// encoding it most likely has.
///
/// # Errors
/// `artifact_not_found`, `artifact_not_text` for what is no text, `artifact_too_large`, `blob_not_found`.
pub async fn text(store: &Store, workspace: WorkspaceId, actor: Actor, id: DocumentId) -> Result<String> {
    let content = store.read(workspace, actor, move |tx| content(tx, id)).await?;
    if !names::is_textual(&content.mime_type) {
        let text = format!("{} is {}, which is no text.", content.name, content.mime_type);
        return Err(Error::new(Kind::Unsupported, "artifact_not_text", text));
    }
    if content.size > AGENT_TEXT {
        let text = format!("{} has {} bytes; text is read up to {AGENT_TEXT} bytes.", content.name, content.size);
        return Err(Error::new(Kind::TooLarge, "artifact_too_large", text));
    }
    match content.source {
        Source::Text(text) => Ok(text),
        Source::Blob(sha256) => decode(&store.blobs().get_all(workspace, &sha256).await?).ok_or_else(|| {
            let text = format!("{} calls itself {} but is no text.", content.name, content.mime_type);
            Error::new(Kind::Unsupported, "artifact_not_text", text)
        }),
    }
}

/// The bytes as text, if they are text.
fn decode(bytes: &[u8]) -> Option<String> {
    let encoding = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        None => {
            let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
            detector.feed(bytes, true);
            detector.guess(None, chardetng::Utf8Detection::Deny)
        }
    };
    let (text, _, broken) = encoding.decode(bytes);
    (!broken && !text.contains('\0')).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_its_encoding() {
        assert_eq!(decode(b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe"), Some("Grüße".to_owned()));
        assert_eq!(decode(b"Gr\xfc\xdfe aus K\xf6ln"), Some("Grüße aus Köln".to_owned()));
        assert_eq!(decode(b"\xff\xfeG\0r\0\xfc\0"), Some("Grü".to_owned()));
        assert_eq!(decode(b"\x7fELF\0\0\x01"), None);
        assert_eq!(decode(b""), Some(String::new()));
    }
}
