//! Names and content types of files, as callers give them and as Heddle keeps them; tags.

use kernel::{Error, Result, check};

/// The longest file name, in bytes: what common file systems take.
const NAME_BYTES: usize = 255;
/// The longest ending that is kept when a name is cut.
const ENDING_BYTES: usize = 20;
/// What a file is called whose name says nothing.
const UNNAMED: &str = "file";
/// The longest content type.
const MIME_BYTES: usize = 127;
/// The content type of which nothing is known but bytes.
const BYTES: &str = "application/octet-stream";

/// The name that a file is kept under.
///
/// - Of a path, with `/` or `\`, only the last part counts.
/// - Control characters are dropped, and so are those that reverse the direction of writing: with them a name can show
///   another ending than it has.
/// - White space around it is dropped.
/// - What is longer than 255 bytes is cut, between two characters, before its ending.
/// - An empty name, `.` and `..` become `file`.
pub fn file_name(given: &str) -> String {
    let base = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = base.chars().filter(|c| !c.is_control() && !is_direction(*c)).collect();
    let name = kept.trim();
    if matches!(name, "" | "." | "..") {
        return UNNAMED.to_owned();
    }
    if name.len() <= NAME_BYTES {
        return name.to_owned();
    }
    let ending = match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= ENDING_BYTES => name.get(dot..).unwrap_or_default(),
        _ => "",
    };
    let stem = cut(name, NAME_BYTES - ending.len()).trim_end();
    format!("{stem}{ending}")
}

/// The longest beginning of at most `bytes` bytes.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The content type that a file is kept with: the given one if it is well-formed and says something, else what the
/// name's ending suggests, else `application/octet-stream`. Parameters such as `charset` are dropped.
pub fn mime_type(given: Option<&str>, name: &str) -> String {
    let given = given.and_then(|text| text.split(';').next()).map(|text| text.trim().to_ascii_lowercase());
    match given {
        Some(given) if is_mime(&given) && given != BYTES => given,
        _ => mime_guess::from_path(name).first_raw().unwrap_or(BYTES).to_owned(),
    }
}

/// Whether it is `type/subtype` of the characters that RFC 6838 allows.
fn is_mime(text: &str) -> bool {
    let allowed = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    text.len() <= MIME_BYTES && text.split_once('/').is_some_and(|(kind, sub)| allowed(kind) && allowed(sub))
}

/// Whether files of that type are text that can be read as it is.
pub fn is_textual(mime: &str) -> bool {
    const TEXTUAL: [&str; 14] = [
        "application/json",
        "application/ld+json",
        "application/x-ndjson",
        "application/jsonl",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/toml",
        "application/sql",
        "application/csv",
        "application/javascript",
        "application/x-sh",
        "message/rfc822",
        "image/svg+xml",
    ];
    mime.starts_with("text/") || mime.ends_with("+json") || mime.ends_with("+xml") || TEXTUAL.contains(&mime)
}

/// The most tags of a document.
const TAGS: usize = 100;

/// Tags as they are kept: trimmed, each once, in the order given.
///
/// # Errors
/// `Invalid` for a blank or over-long one, naming its place (`tags[2]`), and for too many.
pub fn tags(given: &[String]) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    for (n, name) in given.iter().enumerate() {
        let name = check::required(&format!("tags[{n}]"), name, check::NAME)?;
        if !kept.iter().any(|known| known == name) {
            kept.push(name.to_owned());
        }
        if kept.len() > TAGS {
            return Err(Error::invalid("tags", format!("there can be at most {TAGS} tags")));
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_last_part_of_a_path_counts() {
        for (given, kept) in [
            ("report.pdf", "report.pdf"),
            ("C:\\Users\\ann\\report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a/b\\c.txt", "c.txt"),
            (" Übersicht 2026.csv ", "Übersicht 2026.csv"),
            ("a\u{0}b\r\nc.txt", "abc.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("", "file"),
            ("..", "file"),
            ("dir/", "file"),
            (" \u{7} ", "file"),
            (".gitignore", ".gitignore"),
        ] {
            assert_eq!(file_name(given), kept, "{given:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let long = file_name(&format!("{}.pdf", "ä".repeat(300)));
        assert!(long.len() <= 255 && long.len() > 250 && long.ends_with("ä.pdf"), "{long}");
        let no_ending = file_name(&format!("a.{}", "b".repeat(300)));
        assert_eq!(no_ending.len(), 255);
    }

    #[test]
    fn the_content_type_is_the_given_one_or_the_names() {
        for (given, name, kept) in [
            (Some("Text/CSV; charset=utf-8"), "x.bin", "text/csv"),
            (Some("application/octet-stream"), "x.pdf", "application/pdf"),
            (Some("text/html\r\nX: y"), "x.txt", "text/plain"),
            (Some("nonsense"), "x.json", "application/json"),
            (None, "x.unknown-ending", "application/octet-stream"),
            (None, "noending", "application/octet-stream"),
        ] {
            assert_eq!(mime_type(given, name), kept, "{given:?} {name}");
        }
        assert!(is_textual("text/csv") && is_textual("application/problem+json") && !is_textual("application/pdf"));
    }

    proptest! {
        #[test]
        fn any_name_becomes_a_safe_one_and_stays_it(given in "\\PC*|.*|[a-z./\\\\]{0,400}") {
            let name = file_name(&given);
            prop_assert!(!name.is_empty() && name.len() <= 255);
            prop_assert!(!name.contains(['/', '\\']) && !name.contains(char::is_control));
            prop_assert_eq!(file_name(&name), name.clone());
        }
    }
}
