//! Previews: a document's bytes shown inside a page of ours. Only what no browser runs: PDF, common images, and texts, which
//! are all shown as plain ones.

use api::App;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Error, Kind, Result, ids::WorkspaceId};
use library::documents::{Content, Source};

use crate::download::disposition;

/// Images that have no scripts in them.
const IMAGES: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];
const PDF: &str = "application/pdf";
/// Nothing runs and nothing is loaded; pages of ours may frame it.
const SANDBOX: &str =
    "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'";
/// The browser's own viewer of PDFs does not work in a sandbox. It runs no script of the page, for there is none.
const VIEWER: &str =
    "default-src 'none'; object-src 'self'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'";

/// The type under which a document of `mime_type` is shown; none when it is not.
fn shown_as(mime_type: &str) -> Option<&'static str> {
    let essence = mime_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if essence == PDF {
        return Some(PDF);
    }
    if let Some(image) = IMAGES.iter().find(|image| **image == essence) {
        return Some(image);
    }
    // Pages and style sheets are text, too, but nobody wants to read them here.
    let is_text =
        essence.starts_with("text/") && !["text/html", "text/css", "text/javascript"].contains(&essence.as_str());
    is_text.then_some("text/plain; charset=utf-8")
}

/// The bytes that a request asks for, of `size`.
#[derive(Debug, PartialEq)]
enum Wanted {
    All,
    /// From the first to before the last.
    Part(u64, u64),
    /// None of those there are.
    Outside,
}

/// Reads a `Range` of one part. What cannot be read, and several parts at once, ask for everything (RFC 9110, 14.2).
fn wanted(headers: &HeaderMap, size: u64) -> Wanted {
    let text = headers.get(header::RANGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let Some((first, last)) = text.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Wanted::All;
    };
    let (first, last) = (first.trim(), last.trim());
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.saturating_add(1)),
        (Ok(first), Err(_)) if last.is_empty() => (first, size),
        (Err(_), Ok(last)) if first.is_empty() => (size.saturating_sub(last), if last == 0 { 0 } else { size }),
        _ => return Wanted::All,
    };
    let end = end.min(size);
    if start < end { Wanted::Part(start, end) } else { Wanted::Outside }
}

/// The answer with a document's bytes, or a part of them, for showing.
///
/// # Errors
/// `preview_unsupported` for what is not shown, the blob store's.
pub async fn respond(app: &App, workspace: WorkspaceId, content: Content, headers: &HeaderMap) -> Result<Response> {
    let Some(shown) = shown_as(&content.mime_type) else {
        let message = format!("Files of type {} are not shown; download it instead.", content.mime_type);
        return Err(Error::new(Kind::Unsupported, "preview_unsupported", message));
    };
    let size = match &content.source {
        Source::Text(text) => text.len() as u64,
        Source::Blob(_) => u64::try_from(content.size).unwrap_or(0),
    };
    let wanted = wanted(headers, size);
    let (status, start, end) = match wanted {
        Wanted::All => (StatusCode::OK, 0, size),
        Wanted::Part(start, end) => (StatusCode::PARTIAL_CONTENT, start, end),
        Wanted::Outside => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    let body = match content.source {
        _ if start == end => Body::empty(),
        Source::Text(text) => {
            let bytes = axum::body::Bytes::from(text);
            Body::from(bytes.slice(start as usize..end as usize))
        }
        Source::Blob(sha256) if wanted == Wanted::All => {
            Body::from_stream(app.store().blobs().get(workspace, &sha256).await?)
        }
        Source::Blob(sha256) => {
            Body::from_stream(app.store().blobs().get_range(workspace, &sha256, start, Some(end)).await?)
        }
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(shown));
    headers.insert(header::CONTENT_LENGTH, (end - start).into());
    headers.insert(header::CONTENT_DISPOSITION, disposition("inline", &content.name));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let range = match wanted {
        Wanted::All => None,
        Wanted::Part(start, end) => Some(format!("bytes {start}-{}/{size}", end - 1)),
        Wanted::Outside => Some(format!("bytes */{size}")),
    };
    if let Some(range) = range.and_then(|range| HeaderValue::from_str(&range).ok()) {
        headers.insert(header::CONTENT_RANGE, range);
    }
    let policy = if shown == PDF { VIEWER } else { SANDBOX };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_browser_runs_is_shown() {
        for (mime_type, shown) in [
            ("application/pdf", Some("application/pdf")),
            ("image/PNG; x=y", Some("image/png")),
            ("text/csv", Some("text/plain; charset=utf-8")),
            ("text/markdown", Some("text/plain; charset=utf-8")),
            ("text/html", None),
            ("image/svg+xml", None),
            ("application/xhtml+xml", None),
            ("application/octet-stream", None),
            ("", None),
        ] {
            assert_eq!(shown_as(mime_type), shown, "{mime_type}");
        }
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let of = |text: &str, size| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_str(text).unwrap());
            wanted(&headers, size)
        };
        assert_eq!(wanted(&HeaderMap::new(), 10), Wanted::All);
        assert_eq!(of("bytes=0-3", 10), Wanted::Part(0, 4));
        assert_eq!(of("bytes=4-", 10), Wanted::Part(4, 10));
        assert_eq!(of("bytes=-4", 10), Wanted::Part(6, 10));
        assert_eq!(of("bytes=-40", 10), Wanted::Part(0, 10));
        assert_eq!(of("bytes=4-400", 10), Wanted::Part(4, 10));
        for text in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            assert_eq!(of(text, 10), Wanted::Outside, "{text}");
        }
        for text in ["bytes=3-2", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=-", "bytes=+1-2x"] {
            assert_eq!(of(text, 10), Wanted::All, "{text}");
        }
        assert_eq!(of("bytes=0-", 0), Wanted::Outside);
    }
}
