//! Files that go up and come down.

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use client::{ApiKey, Client, Error, Incoming, Retry, Settings, public, v1};
use serde_json::json;
use support::{Reply, Stub, parts};

const ID: &str = "0198c0de-0000-7000-8000-000000000001";

fn client(url: &str) -> Client {
    let retry = Retry { first_wait: Duration::from_millis(1), ..Retry::default() };
    Client::with(url, ApiKey::new("the key"), Settings { retry, ..Settings::default() }).expect("a client")
}

fn file(download_url: &str) -> String {
    json!({
        "id": ID, "type": "FILE", "created_at": "2026-01-31T09:30:00Z", "updated_at": "2026-01-31T09:30:00Z",
        "name": "a.bin", "size": 3, "mime_type": "application/octet-stream", "download_url": download_url,
    })
    .to_string()
}

async fn all(mut incoming: Incoming) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = incoming.next().await.expect("a piece") {
        bytes.extend_from_slice(&piece);
    }
    bytes
}

#[tokio::test]
async fn bytes_at_hand_go_up_as_a_file() {
    let stub = Stub::answering([Reply::json(201, file("http://x/"))]);
    let name = "a \"b\".txt";
    client(&stub.url).send(&public::files::upload_bytes(name, "\0x".into(), None, Some("c1"))).await.expect("a file");
    let parts = parts(&stub.only());
    assert_eq!((&*parts[0].0, &*parts[0].2), ("file", &b"\0x"[..]));
    assert_eq!(parts[1], ("case_id".into(), None, b"c1".to_vec()));
    assert_eq!(parts.len(), 2);
}

#[tokio::test]
async fn a_file_goes_up_first_and_the_fields_follow() {
    let stub = Stub::answering([Reply::json(201, file("http://x/"))]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report \"1\".bin");
    let bytes: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).chain(*b"\r\n--x\r\n\0").collect();
    std::fs::write(&path, &bytes).expect("written");
    let told = Arc::new(AtomicU64::new(0));
    let watcher = told.clone();
    let call =
        public::files::upload(&path, Some("s1"), None).watched(move |sent| watcher.store(sent, Ordering::SeqCst));
    let sent = client(&stub.url).send(&call).await.expect("a file");
    assert_eq!(sent.id.to_string(), ID);
    assert_eq!(told.load(Ordering::SeqCst), bytes.len() as u64);

    let seen = stub.only();
    assert_eq!(seen.line(), "POST /api/v1/public/files");
    assert_eq!(seen.header("authorization"), "Bearer the key");
    // The length is known beforehand.
    assert!(seen.header("content-length").parse::<usize>().expect("a length") > bytes.len());
    let parts = parts(&seen);
    let names: Vec<_> = parts.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["file", "space_id"]);
    assert_eq!(parts[0].2, bytes);
    assert_eq!(parts[1].2, b"s1");
    assert!(parts[0].1.as_ref().is_some_and(|name| name.starts_with("report ")), "{:?}", parts[0].1);
}

#[tokio::test]
async fn a_manifest_goes_up_under_its_own_name_alone() {
    let stub = Stub::answering([Reply::error(400, "invalid_case_ingestion_manifest")]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("manifest.jsonl");
    std::fs::write(&path, "{\"title\": \"A\"}\n").expect("written");
    let error = client(&stub.url).send(&public::case_ingestions::create(&path, "s1")).await.expect_err("refused");
    assert_eq!(error.code(), Some("invalid_case_ingestion_manifest"));
    let seen = stub.only();
    assert_eq!(seen.line(), "POST /api/v1/public/case-ingestions");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let parts: Vec<_> =
        parts(&seen).iter().map(|(name, file, bytes)| (name.clone(), file.clone(), text(bytes))).collect();
    let manifest = ("manifest".to_owned(), Some("manifest.jsonl".to_owned()), "{\"title\": \"A\"}\n".to_owned());
    assert_eq!(parts, [manifest, ("space_id".to_owned(), None, "s1".to_owned())]);
}

#[tokio::test]
async fn an_upload_too_many_is_sent_again_whole() {
    let busy = Reply::error(429, "rate_limit_exceeded").with("retry-after", "0");
    let stub = Stub::answering([busy, Reply::json(201, file("http://x/"))]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.bin");
    std::fs::write(&path, b"abc").expect("written");
    client(&stub.url).send(&public::files::upload(&path, None, None)).await.expect("a file");
    let seen = stub.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|seen| parts(seen)[0].2 == b"abc"));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let stub = Stub::answering([Reply::json(201, file("http://x/"))]);
    let folder = tempfile::tempdir().expect("a folder");
    for path in [folder.path().join("none"), folder.path().to_owned()] {
        let error = client(&stub.url).send(&public::files::upload(&path, None, None)).await.expect_err("no file");
        assert!(matches!(error, Error::File { .. }), "{error:?}");
        assert!(error.to_string().contains(path.to_str().expect("text")), "{error}");
    }
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn a_signed_address_is_fetched_without_the_key() {
    let elsewhere = Stub::answering([Reply::new(200, b"\0\xffz".to_vec())]);
    let stub = Stub::answering([Reply::new(200, "here")]);
    let client = client(&stub.url);
    assert_eq!(
        all(client.fetch(&format!("{}/bytes?signature=1", elsewhere.url)).await.expect("bytes")).await,
        b"\0\xffz"
    );
    assert_eq!(all(client.fetch("/signed?x=1").await.expect("bytes")).await, b"here");
    for (server, line) in [(&elsewhere, "GET /bytes?signature=1"), (&stub, "GET /signed?x=1")] {
        let seen = server.only();
        assert_eq!((seen.line().as_str(), seen.header("authorization")), (line, ""));
    }
}

#[tokio::test]
async fn a_signed_address_may_point_elsewhere() {
    let bucket = Stub::answering([Reply::new(200, "bytes")]);
    let to = format!("{}/bucket", bucket.url);
    let stub = Stub::answering([Reply::new(302, "").with("location", to)]);
    let incoming = client(&stub.url).fetch("/signed?secret=1").await.expect("bytes");
    assert_eq!(incoming.length(), Some(5));
    assert_eq!(all(incoming).await, b"bytes");
    let seen = bucket.only();
    assert_eq!((seen.header("authorization"), seen.header("referer")), ("", ""));
}

#[tokio::test]
async fn a_signed_address_that_is_over_is_a_refusal_that_does_not_show_it() {
    let stub = Stub::answering([Reply::new(403, "<Error>expired</Error>")]);
    let error = client(&stub.url).fetch("/signed?secret=1").await.expect_err("over");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(403));
    let gone = client(&stub.url).fetch(&format!("{}/signed?secret=1", support::nobody())).await.expect_err("nobody");
    assert!(!format!("{error} {gone} {gone:?}").contains("secret"));
}

#[tokio::test]
async fn an_artifacts_bytes_come_with_the_key() {
    let stub = Stub::answering([Reply::new(200, "bytes"), Reply::error(404, "artifact_not_found")]);
    let client = client(&stub.url);
    assert_eq!(all(client.open(&v1::artifacts::download(ID)).await.expect("bytes")).await, b"bytes");
    assert_eq!(stub.only().header("authorization"), "Bearer the key");
    let error = client.open(&v1::artifacts::download(ID)).await.expect_err("none");
    assert_eq!(error.code(), Some("artifact_not_found"));
}
