use base64::{Engine as _, engine::general_purpose::STANDARD};
use mcp::Files;
use serde_json::json;

use crate::{
    stub::{Reply, Stub, parts},
    support::{ID, Session, empty, server},
};

fn file(download_url: &str, size: u64) -> String {
    json!({
        "id": ID, "type": "FILE", "created_at": "2026-01-31T09:30:00Z", "updated_at": "2026-01-31T09:30:00Z",
        "name": "a.txt", "size": size, "mime_type": "text/plain", "download_url": download_url,
    })
    .to_string()
}

#[tokio::test]
async fn a_local_file_goes_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.txt");
    std::fs::write(&path, b"\x00bytes\xff").expect("written");
    let stub = empty();
    let session = Session::at(&stub).await;
    session.call("files_upload", json!({"path": path, "case_id": "c1"})).await.json();
    let seen = stub.only();
    assert_eq!(seen.line(), "POST /api/v1/public/files");
    assert_eq!(seen.header("authorization"), "Bearer the key");
    assert_eq!(
        parts(&seen),
        [
            ("file".into(), Some("report.txt".into()), b"\x00bytes\xff".to_vec()),
            ("case_id".into(), None, b"c1".to_vec()),
        ]
    );
    let missing = session.call("files_upload", json!({"path": folder.path().join("absent")})).await;
    assert!(missing.message().contains("cannot be read"), "{missing:?}");
}

#[tokio::test]
async fn a_manifest_goes_up_under_its_own_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cases.jsonl");
    std::fs::write(&path, "{\"title\":\"A\"}\n").expect("written");
    let stub = empty();
    Session::at(&stub).await.call("case_ingestions_create", json!({"manifest": path, "space-id": "s1"})).await.json();
    let seen = stub.only();
    assert_eq!(seen.line(), "POST /api/v1/public/case-ingestions");
    assert_eq!(
        parts(&seen),
        [
            ("manifest".into(), Some("cases.jsonl".into()), b"{\"title\":\"A\"}\n".to_vec()),
            ("space_id".into(), None, b"s1".to_vec()),
        ]
    );
}

#[tokio::test]
async fn a_download_is_written_to_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.bin");
    std::fs::write(&out, "what was there").expect("written");
    let stub = Stub::new(|seen| match seen.path() {
        "/signed" => Reply::new(200, b"\x00\xffbytes".to_vec()),
        "/gone" => Reply::error(404, "gone"),
        path if path.ends_with("/2") => Reply::json(200, file("/gone", 7)),
        _ => Reply::json(200, file("/signed?x=1", 7)),
    });
    let session = Session::at(&stub).await;
    let called = session.call("files_download", json!({"id": "1", "out": out})).await;
    assert_eq!(called.json(), json!({"id": "1", "path": out, "status": "downloaded"}));
    assert_eq!(std::fs::read(&out).expect("a file"), b"\x00\xffbytes");
    let seen = stub.seen();
    assert_eq!(seen[1].line(), "GET /signed?x=1");
    // The address is a credential by itself.
    assert_eq!(seen[1].header("authorization"), "");

    let failed = session.call("files_download", json!({"id": "2", "out": out})).await;
    assert_eq!(failed.refused()["error"]["code"], "gone");
    let nowhere =
        session.call("files_download", json!({"id": "1", "out": folder.path().join("no/such/folder/x")})).await;
    assert!(nowhere.message().contains("cannot be written"), "{nowhere:?}");
    // What was there stays, and nothing is left beside it.
    assert_eq!(std::fs::read(&out).expect("a file"), b"\x00\xffbytes");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[tokio::test]
async fn elsewhere_a_file_comes_in_the_call() {
    let stub = empty();
    let session = Session::with(server(&stub.url, Files::Inline)).await;
    for (given, bytes) in [
        (json!({"name": "a.txt", "content": "Grüße"}), "Grüße".as_bytes().to_vec()),
        (json!({"name": "a.txt", "content_base64": STANDARD.encode(b"\x00\xff")}), b"\x00\xff".to_vec()),
    ] {
        session.call("files_upload", given).await.json();
        let seen = stub.seen().pop().expect("a request");
        assert_eq!(parts(&seen), [("file".into(), Some("a.txt".into()), bytes)]);
    }
    session.call("case_ingestions_create", json!({"space_id": "s1", "content": "{}\n"})).await.json();
    let seen = stub.seen().pop().expect("a request");
    assert_eq!(parts(&seen)[0], ("manifest".into(), Some("manifest.jsonl".into()), b"{}\n".to_vec()));

    let sent = stub.seen().len();
    for (tool, given, message) in [
        ("files_upload", json!({"name": "a", "path": "/etc/passwd"}), "unknown arguments: path"),
        ("files_upload", json!({"name": "a"}), "give either content or content_base64"),
        (
            "files_upload",
            json!({"name": "a", "content": "", "content_base64": ""}),
            "give either content or content_base64",
        ),
        ("files_upload", json!({"name": "a", "content": "x".repeat((8 << 20) + 1)}), "the file is larger than 8 MiB"),
        ("files_download", json!({"id": "1", "out": "/tmp/x"}), "unknown arguments: out"),
        ("case_ingestions_create", json!({"space_id": "s", "manifest": "/etc/passwd"}), "unknown arguments: manifest"),
        (
            "case_ingestions_create",
            json!({"space_id": "s", "content": "x".repeat((8 << 20) + 1)}),
            "content is larger than 8 MiB",
        ),
    ] {
        assert_eq!(session.call(tool, given).await.message(), message, "{tool}");
    }
    let broken = session.call("files_upload", json!({"name": "a", "content_base64": "???"})).await;
    assert!(broken.message().starts_with("content_base64 is not base64"), "{broken:?}");
    assert_eq!(stub.seen().len(), sent, "nothing of this was sent");
}

#[tokio::test]
async fn elsewhere_a_file_goes_in_the_answer() {
    let stub = Stub::new(|seen| match seen.path() {
        "/v1/artifacts/1/download" => Reply::new(200, "Grüße"),
        "/v1/artifacts/2/download" => Reply::new(200, b"\xff\x00".to_vec()),
        path if path.ends_with("/3") => Reply::json(200, file("http://away/3", 9 << 20)),
        _ => Reply::json(200, file("http://away/1", 7)),
    });
    let session = Session::with(server(&stub.url, Files::Inline)).await;
    let text = session.call("files_download", json!({"id": "1"})).await.json();
    assert_eq!((&text["content"], text.get("content_base64")), (&json!("Grüße"), None));
    let bytes = session.call("files_download", json!({"id": "2"})).await.json();
    assert_eq!((&bytes["content_base64"], bytes.get("content")), (&json!(STANDARD.encode(b"\xff\x00")), None));
    let large = session.call("files_download", json!({"id": "3"})).await.json();
    assert_eq!(
        large,
        json!({"id": ID, "name": "a.txt", "mime_type": "text/plain", "size": 9 << 20, "download_url": "http://away/3"})
    );
}
