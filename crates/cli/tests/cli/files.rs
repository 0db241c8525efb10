//! Files that go up and come down.

use std::fs;

use serde_json::json;

use crate::{
    stub::{Reply, Stub, nobody, parts},
    support::{Person, agreeable},
};

const ID: &str = "0198c0de-0000-7000-8000-000000000001";

fn file(download_url: &str) -> Reply {
    let file = json!({
        "id": ID, "type": "FILE", "created_at": "2026-01-31T09:30:00Z", "updated_at": "2026-01-31T09:30:00Z",
        "name": "a.bin", "size": 3, "mime_type": "application/octet-stream", "download_url": download_url,
    });
    Reply::json(200, file.to_string())
}

#[test]
fn a_file_is_sent_first_and_its_place_after_it() {
    let stub = agreeable();
    let person = Person::at(&stub);
    let bytes: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let path = person.file("report.pdf", &bytes).display().to_string();
    person.run(&["files", "upload", &path, "--space-id", "s", "--case-id", ""]).json();
    let seen = stub.only();
    assert_eq!((seen.line().as_str(), seen.header("authorization")), ("POST /api/v1/public/files", "Bearer the key"));
    let expected =
        [("file".to_owned(), Some("report.pdf".to_owned()), bytes), ("space_id".to_owned(), None, b"s".to_vec())];
    assert_eq!(parts(&seen), expected);
    let head = String::from_utf8_lossy(&seen.body[..300]).into_owned();
    assert!(head.contains("application/octet-stream"), "{head}");
}

#[test]
fn a_manifest_is_sent_under_its_own_name() {
    let stub = agreeable();
    let person = Person::at(&stub);
    let path = person.file("cases.jsonl", "{\"title\": \"A\"}\n\n").display().to_string();
    person.run(&["case-ingestions", "create", &path, "--space-id", "s"]).json();
    let seen = stub.only();
    assert_eq!(seen.line(), "POST /api/v1/public/case-ingestions");
    let manifest = ("manifest".to_owned(), Some("cases.jsonl".to_owned()), b"{\"title\": \"A\"}\n\n".to_vec());
    assert_eq!(parts(&seen), [manifest, ("space_id".to_owned(), None, b"s".to_vec())]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let stub = agreeable();
    let person = Person::at(&stub);
    for arguments in [
        &["files", "upload", "no/such.pdf"][..],
        &["case-ingestions", "create", "no/such.pdf", "--space-id", "s"],
        &["datatables", "create", "no/such.pdf"],
    ] {
        let message = person.run(arguments).message(1);
        assert!(message.starts_with("no/such.pdf cannot be read: "), "{message}");
    }
    assert!(stub.seen().is_empty());
}

#[test]
fn bytes_are_fetched_without_the_key() {
    let bucket = Stub::answering([Reply::new(200, "\0bytes")]);
    let stub = Stub::answering([file(&format!("{}/bucket?signature=1", bucket.url))]);
    let person = Person::at(&stub);
    for out in [&[][..], &["--out", "-"]] {
        let outcome = person.run(&[&["files", "download", ID][..], out].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "\0bytes", ""));
    }
    let outcome = person.run(&["files", "download", ID, "--out", "here.bin"]);
    assert_eq!(outcome.json(), json!({"id": ID, "path": "here.bin", "status": "downloaded"}));
    assert_eq!(fs::read(person.home().join("here.bin")).expect("a file"), b"\0bytes");
    assert_eq!(stub.lines(), vec![format!("GET /api/v1/public/files/{ID}"); 3]);
    assert!(bucket.seen().iter().all(|seen| seen.header("authorization").is_empty() && seen.path() == "/bucket"));
}

#[cfg(unix)]
#[test]
fn a_download_is_a_file_like_others() {
    use std::os::unix::fs::PermissionsExt;
    let stub = Stub::new(|seen| if seen.path() == "/b" { Reply::new(200, "new") } else { file("/b") });
    let person = Person::at(&stub);
    let plain = person.file("plain", "old");
    let mode = |path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    person.run(&["files", "download", ID, "--out", "fresh"]).json();
    assert_eq!(mode(person.home().join("fresh")), mode(plain.clone()));
    person.run(&["files", "download", ID, "--out", "plain"]).json();
    assert_eq!(fs::read_to_string(plain).expect("a file"), "new");
    // A device stays one.
    person.run(&["files", "download", ID, "--out", "/dev/null"]).json();
    assert!(!fs::metadata("/dev/null").expect("there").is_file());
}

#[test]
fn a_download_that_fails_leaves_nothing_behind() {
    for (reply, code) in [(Reply::new(403, "<Error>expired</Error>"), 3), (Reply::new(404, "gone"), 4)] {
        let stub = Stub::new(move |seen| if seen.path() == "/b" { reply.clone() } else { file("/b?secret=1") });
        let person = Person::at(&stub);
        person.file("kept", "old");
        for name in ["new", "kept"] {
            let outcome = person.run(&["files", "download", ID, "--out", name]);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""), "{outcome:?}");
            assert!(!outcome.stderr.contains("secret"));
        }
        assert!(!person.home().join("new").exists());
        assert_eq!(fs::read_to_string(person.home().join("kept")).expect("a file"), "old");
        let names = fs::read_dir(person.home()).expect("a folder").map(|entry| entry.expect("a file").file_name());
        assert!(!names.into_iter().any(|name| name.to_string_lossy().starts_with(".download")));
    }
    let stub = Stub::answering([file(&format!("{}/b?secret=1", nobody()))]);
    let message = Person::at(&stub).run(&["files", "download", ID]).message(1);
    assert!(message.contains("cannot be reached") && !message.contains("secret"), "{message}");
    let stub = Stub::new(|seen| if seen.path() == "/b" { Reply::new(200, "new") } else { file("/b") });
    let message = Person::at(&stub).run(&["files", "download", ID, "--out", "no/such/folder"]).message(1);
    assert!(message.starts_with("no/such/folder cannot be written: "), "{message}");
}
