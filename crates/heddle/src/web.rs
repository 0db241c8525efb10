//! The web app, from inside the binary: its files, and its one page for every address that no API has.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What `make web` built. A debug build reads it from the folder, a release build carries it.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// Where browsers may get what a page of the app loads. Styles may stand in the page, since components set their own;
/// scripts may not.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; \
                      manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Paths of the APIs: below them nothing is a page.
const APIS: [&str; 10] = ["v1", "api", "auth", "docs", "openapi", "mcp", "proxy", "health", "ready", "metrics"];

/// The file at a path of the app, or its page, or none where no page can be.
pub fn serve(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let path = uri.path().trim_start_matches('/');
    // The compressed forms are handed out under the name of the plain one only.
    let hidden = path.ends_with(".br") || path.ends_with(".gz");
    if !hidden && path != "index.html" && Dist::get(path).is_some() {
        return Some(file(path, headers));
    }
    let first = path.split('/').next().unwrap_or_default();
    // The page for letting programs in, which Loom's clients know below `/auth`.
    let device = path == "auth/device";
    if hidden || first == "assets" || (APIS.contains(&first) && !device) {
        return None;
    }
    Some(page(headers))
}

/// The page of the app.
fn page(headers: &HeaderMap) -> Response {
    if Dist::get("index.html").is_none() {
        let text =
            "This server was built without its web app. Build it with: make build\nThe API is described at /docs.\n";
        return (StatusCode::NOT_FOUND, text).into_response();
    }
    let mut response = file("index.html", headers);
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    // Links within the app may say where they come from, others learn nothing.
    answer.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// A file, in the smallest form that the browser takes.
fn file(path: &str, headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |coding: &str| {
        accepted.split(',').map(|part| part.split(';').map(str::trim)).any(|mut part| {
            part.next().is_some_and(|name| name.eq_ignore_ascii_case(coding)) && part.all(|weight| weight != "q=0")
        })
    };
    let form = |coding: &str, ending: &str| if takes(coding) { Dist::get(&format!("{path}.{ending}")) } else { None };
    let (found, coding) = if let Some(found) = form("br", "br") {
        (Some(found), Some("br"))
    } else if let Some(found) = form("gzip", "gz") {
        (Some(found), Some("gzip"))
    } else {
        (Dist::get(path), None)
    };
    let Some(found) = found else { return StatusCode::NOT_FOUND.into_response() };
    let tag = tag(&found);
    // Names of assets hold their hash: what is behind such a name never changes.
    let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(found.data.into_owned()).into_response()
    };
    let answer = response.headers_mut();
    answer.insert(header::ETAG, tag);
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    if let Some(coding) = coding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

fn tag(found: &EmbeddedFile) -> HeaderValue {
    let hash: String = found.metadata.sha256_hash()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
