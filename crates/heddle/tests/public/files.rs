//! Files.

use kernel::{Actor, ids::DocumentId};
use reqwest::{Method, multipart};
use serde_json::{Value as Json, json};
use store::jobs::{self, JobState};

use crate::support::{Answer, Client, Engine, Server, World, server::Options};

const FILES: &str = "/api/v1/public/files";

/// Uploads a file with these fields.
pub async fn upload(client: &Client, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Answer {
    let part = multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    // The file comes first, as clients send it.
    let mut form = multipart::Form::new().part("file", part);
    for (name, value) in fields {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    client.send(client.request(Method::POST, FILES).multipart(form)).await
}

fn link(kind: &str, collection: &str, id: &str) -> Json {
    json!({"id": id, "type": kind, "url": format!("/api/v1/public/{collection}/{id}")})
}

/// Fetches the bytes of a file as somebody without a key.
async fn fetch(server: &Server, w: &World, url: &str) -> reqwest::Response {
    let path = url.strip_prefix(&server.url).expect("the address is absolute and the server's");
    w.anonymous.request(Method::GET, path).send().await.unwrap()
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let answer = client.get(&format!("{FILES}?{query}")).await;
    answer.bare(200)["data"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap().to_owned()).collect()
}

on_each_engine! {
    async fn a_file_goes_up_is_tagged_moved_detached_and_removed(server: &Server) {
        let w = World::new(server).await;
        let case = w.case("Fence").await;
        let (case_id, thread_id) = (case["id"].as_str().unwrap(), case["thread_id"].as_str().unwrap());
        // Without a place a file is one's own; empty fields are no place, unknown ones are no matter.
        let made = upload(&w.member, &[("space_id", ""), ("case_id", ""), ("colour", "red")], "in/plan.pdf", b"%PDF-1.7").await;
        let id = made.bare_id(201);
        let file = made.bare(201);
        assert_eq!((&file["type"], &file["name"], &file["mime_type"]), (&json!("FILE"), &json!("plan.pdf"), &json!("application/pdf")));
        assert_eq!((&file["size"], &file["tags"], &file["parent"]), (&json!(8), &json!([]), &Json::Null));
        let sha256 = "86edbaa24831badfa0a8b04bb410141e2ee4182b6d0014493fe262a7a331c20b";
        assert_eq!(file["additional_metadata"], json!({"sha256": sha256}));
        let path = format!("{FILES}/{id}");
        w.owner.get(&path).await.declined(404, "file_not_found");

        let attached = w.member.patch(&path, json!({"case_id": case_id, "tags": ["plan", "plan", "2026"]})).await;
        assert_eq!(attached.bare(200)["parent"], link("CASE", "cases", case_id));
        assert_eq!(attached.body["tags"], json!(["plan", "2026"]));
        assert!(attached.body["updated_at"].as_str() > attached.body["created_at"].as_str());
        assert_eq!(w.thread(case_id).await.last().unwrap(), &("artifact_added".to_owned(), "Added plan.pdf".to_owned()));
        let shown = w.observer.get(&path).await;
        for field in ["id", "name", "tags", "parent", "updated_at", "additional_metadata"] {
            assert_eq!(shown.bare(200)[field], attached.body[field], "{field}");
        }
        // It is the same document in /v1.
        let artifact = w.observer.get(&format!("/v1/artifacts?thread_id={thread_id}")).await;
        assert_eq!(artifact.body["meta"]["total"], 0, "attached to the case, not by its thread");
        let artifact = w.observer.get(&format!("/v1/artifacts/{id}")).await;
        assert_eq!((&artifact.data(200)["case_id"], &artifact.data(200)["tags"]), (&json!(case_id), &json!(["plan", "2026"])));
        assert_eq!(w.observer.get(&format!("/api/v1/public/cases/{case_id}")).await.bare(200)["files"], json!([link("FILE", "files", &id)]));

        let moved = w.member.patch(&path, json!({"space_id": w.space, "case_id": null})).await;
        assert_eq!(moved.bare(200)["parent"], link("SPACE", "spaces", &w.space));
        assert_eq!(w.member.patch(&path, json!({"tags": null})).await.bare(200)["tags"], json!(["plan", "2026"]));
        // Null in either field is enough to detach it.
        for field in ["space_id", "case_id"] {
            w.member.patch(&path, json!({"case_id": case_id})).await.bare(200);
            assert_eq!(w.member.patch(&path, json!({field: null, "tags": []})).await.bare(200)["parent"], Json::Null);
            w.observer.get(&path).await.declined(404, "file_not_found");
        }
        let gone = w.member.delete(&path).await;
        assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
        w.member.get(&path).await.declined(404, "file_not_found");
        w.member.delete(&path).await.declined(404, "file_not_found");
        w.member.patch(&path, json!({"tags": []})).await.declined(404, "file_not_found");
    }

    async fn the_bytes_come_down_by_a_signed_address(server: &Server) {
        let w = World::new(server).await;
        let bytes: Vec<u8> = (0..50_000u32).flat_map(u32::to_le_bytes).collect();
        let made = upload(&w.member, &[("space_id", &w.space)], "Pläne \"A\".html", &bytes).await;
        let (id, url) = (made.bare_id(201), made.body["download_url"].as_str().unwrap().to_owned());
        let response = fetch(server, &w, &url).await;
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((header("content-type").as_str(), header("content-length").as_str()), ("text/html", "200000"));
        assert_eq!(header("content-disposition"), "attachment; filename=\"Pl_ne _A_.html\"; filename*=UTF-8''Pl%C3%A4ne%20%22A%22.html");
        assert_eq!(header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!((header("x-content-type-options").as_str(), header("cache-control").as_str()), ("nosniff", "private, no-store"));
        assert!(response.headers().contains_key("x-request-id"));
        assert_eq!(response.bytes().await.unwrap(), bytes);

        // Whoever sees the file gets an address, in lists too; it is good for what its owner sees.
        let seen = w.observer.get(&format!("{FILES}?space_id={}", w.space)).await.bare(200)["data"][0]["download_url"].as_str().unwrap().to_owned();
        assert_eq!(fetch(server, &w, &seen).await.bytes().await.unwrap(), bytes);
        w.member.patch(&format!("{FILES}/{id}"), json!({"space_id": null})).await.bare(200);
        let path = |url: &str| url.strip_prefix(&server.url).unwrap().to_owned();
        w.anonymous.get(&path(&seen)).await.declined(404, "file_not_found");
        assert_eq!(fetch(server, &w, &url).await.status(), 200);

        // Another address is none.
        let (start, token) = url.rsplit_once('/').unwrap();
        let half = token.len() / 2;
        let flipped = if token.as_bytes()[half] == b'A' { "B" } else { "A" };
        let changed = format!("{}{flipped}{}", &token[..half], &token[half + 1..]);
        for token in [changed.as_str(), &token[1..], &token[..token.len() - 1], "x", &id] {
            w.anonymous.get(&path(&format!("{start}/{token}"))).await.declined(404, "download_not_found");
        }
        w.member.delete(&format!("{FILES}/{id}")).await.bare(204);
        w.anonymous.get(&path(&url)).await.declined(404, "file_not_found");
        assert_eq!(w.anonymous.send(w.anonymous.request(Method::POST, &path(&url))).await.status, 405);
    }

    async fn files_are_listed_by_their_place(server: &Server) {
        let w = World::new(server).await;
        let case = w.case("Fence").await;
        let case_id = case["id"].as_str().unwrap();
        let mut ids = Vec::new();
        for (name, field, place) in
            [("s1", "space_id", w.space.as_str()), ("c1", "case_id", case_id), ("s2", "space_id", &w.space), ("c2", "case_id", case_id), ("s3", "space_id", &w.space)]
        {
            ids.push(upload(&w.member, &[(field, place)], name, b"a").await.bare_id(201));
        }
        upload(&w.member, &[], "mine", b"a").await.bare_id(201);
        w.member.post("/api/v1/public/notes", json!({"space_id": w.space, "title": "a note"})).await.bare_id(201);
        let space = format!("space_id={}", w.space);
        assert_eq!(names(&w.observer, &space).await, ["s3", "s2", "s1"]);
        assert_eq!(names(&w.observer, &format!("case_id={case_id}&direction=asc")).await, ["c1", "c2"]);
        assert_eq!(names(&w.observer, "direction=asc&colour=ignored").await, ["s1", "c1", "s2", "c2", "s3"]);
        assert_eq!(names(&w.member, "").await, ["mine", "s3", "c2", "s2", "c1", "s1"]);
        assert!(names(&w.stranger, "").await.is_empty());
        w.member.patch(&format!("{FILES}/{}", ids[0]), json!({"tags": ["x"]})).await.bare(200);
        assert_eq!(names(&w.observer, &format!("{space}&sort=updated_at")).await, ["s1", "s3", "s2"]);
        let slice = w.observer.get(&format!("{FILES}?{space}&limit=2")).await;
        assert_eq!(slice.bare(200)["has_more"], true);
        let cursor = slice.body["next_cursor"].as_str().unwrap();
        // What comes and goes in between neither shifts nor repeats the rest.
        upload(&w.member, &[("space_id", &w.space)], "late", b"a").await.bare_id(201);
        w.member.delete(&format!("{FILES}/{}", ids[2])).await.bare(204);
        let rest = w.observer.get(&format!("{FILES}?{space}&limit=2&cursor={cursor}")).await;
        assert_eq!((&rest.bare(200)["data"][0]["name"], &rest.body["has_more"], &rest.body["next_cursor"]), (&json!("s1"), &json!(false), &Json::Null));
        for query in [format!("cursor={cursor}"), format!("{space}&sort=updated_at&cursor={cursor}"), "cursor=x".to_owned()] {
            w.observer.get(&format!("{FILES}?{query}")).await.declined(400, "invalid_cursor");
        }
        w.member.get(&format!("{FILES}?{space}&case_id={case_id}")).await.declined(400, "invalid_file_parent");
        for (filter, id, code) in [("space_id", w.space.as_str(), "space_not_found"), ("case_id", case_id, "case_not_found")] {
            for client in [&w.stranger, &w.other] {
                client.get(&format!("{FILES}?{filter}={id}")).await.declined(404, code);
            }
            w.member.get(&format!("{FILES}?{filter}={}", DocumentId::new())).await.declined(404, code);
            w.member.get(&format!("{FILES}?{filter}=x")).await.declined_field(filter);
        }
        for (name, value) in [("limit", "0"), ("limit", "101"), ("sort", "name"), ("direction", "up")] {
            w.member.get(&format!("{FILES}?{name}={value}")).await.declined_field(name);
        }
        w.anonymous.get(FILES).await.declined(401, "unauthorized");
    }

    async fn uploads_refuse_and_leave_nothing_behind(server: &Server) {
        let w = World::new(server).await;
        let case = w.case("Fence").await;
        let case_id = case["id"].as_str().unwrap();
        let nothing = DocumentId::new().to_string();
        upload(&w.member, &[("space_id", &w.space), ("case_id", case_id)], "a", b"a").await.declined(400, "invalid_file_parent");
        upload(&w.member, &[("case_id", "x")], "a", b"a").await.declined_field("case_id");
        upload(&w.member, &[("case_id", &nothing)], "a", b"a").await.declined(404, "case_not_found");
        upload(&w.member, &[("space_id", &nothing)], "a", b"a").await.declined(404, "space_not_found");
        upload(&w.observer, &[("case_id", case_id)], "a", b"a").await.declined(403, "forbidden");
        upload(&w.stranger, &[("case_id", case_id)], "a", b"a").await.declined(404, "case_not_found");
        upload(&w.other, &[("space_id", &w.space)], "a", b"a").await.declined(404, "space_not_found");
        upload(&w.anonymous, &[], "a", b"a").await.declined(401, "unauthorized");
        let form = multipart::Form::new().text("case_id", case_id.to_owned());
        let missing = w.member.send(w.member.request(Method::POST, FILES).multipart(form)).await;
        missing.declined_field("file");
        assert_eq!(missing.body["error"]["fields"][0]["type"], "missing");
        w.member.post(FILES, json!({"case_id": case_id})).await.declined(422, "validation_error");
        assert!(names(&w.owner, "").await.is_empty());
        assert!(names(&w.member, "").await.is_empty());
        let jobs = server.store.read(w.workspace, Actor::SYSTEM, |tx| jobs::list(tx, JobState::Pending, 10)).await.unwrap();
        assert!(jobs.iter().any(|job| job.kind == "blob.delete"), "the bytes go as well");
        // A name that says nothing and no bytes at all make a file, too.
        let empty = upload(&w.member, &[("case_id", case_id)], "", b"").await;
        assert_eq!((&empty.bare(201)["name"], &empty.body["size"], &empty.body["mime_type"]), (&json!("file"), &json!(0), &json!("application/octet-stream")));
    }

    async fn changing_files_refuses(server: &Server) {
        let w = World::new(server).await;
        let case = w.case("Fence").await;
        let case_id = case["id"].as_str().unwrap();
        let id = upload(&w.member, &[("case_id", case_id)], "a.txt", b"a").await.bare_id(201);
        let path = format!("{FILES}/{id}");
        let updated_at = w.member.get(&path).await.body["updated_at"].clone();
        let shown = w.observer.post("/v1/spaces", json!({"name": "Shown"})).await.id(201);
        w.observer.post(&format!("/v1/spaces/{shown}/members"), json!({"actor_id": w.member_id, "role": "observer"})).await.data(201);
        let hidden = w.observer.post("/v1/spaces", json!({"name": "Hidden"})).await.id(201);
        let nothing = DocumentId::new();
        w.member.patch(&path, json!({"space_id": w.space, "case_id": case_id})).await.declined(400, "invalid_file_parent");
        w.member.patch(&path, json!({"tags": [" "]})).await.declined(400, "invalid_tag_name");
        w.member.patch(&path, json!({"tags": ["x".repeat(201)]})).await.declined(400, "invalid_tag_name");
        let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
        w.member.patch(&path, json!({"tags": many})).await.declined(400, "invalid_tag_name");
        w.member.patch(&path, json!({"tags": "x"})).await.declined_field("tags");
        w.member.patch(&path, json!({"case_id": "x"})).await.declined_field("case_id");
        w.member.patch(&path, json!({"case_id": nothing})).await.declined(404, "case_not_found");
        w.member.patch(&path, json!({"space_id": hidden})).await.declined(404, "space_not_found");
        w.member.patch(&path, json!({"space_id": shown})).await.declined(403, "forbidden");
        w.observer.patch(&path, json!({"tags": []})).await.declined(403, "forbidden");
        w.observer.patch(&path, json!({"case_id": null})).await.declined(403, "forbidden");
        w.observer.delete(&path).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            client.get(&path).await.declined(404, "file_not_found");
            client.patch(&path, json!({"tags": []})).await.declined(404, "file_not_found");
            client.delete(&path).await.declined(404, "file_not_found");
        }
        for id in [nothing.to_string(), "x".to_owned()] {
            w.member.get(&format!("{FILES}/{id}")).await.declined(404, "file_not_found");
        }
        w.anonymous.get(&path).await.declined(401, "unauthorized");
        // A note is no file.
        let note = w.member.post("/api/v1/public/notes", json!({"case_id": case_id, "title": "N"})).await.bare_id(201);
        w.member.get(&format!("{FILES}/{note}")).await.declined(404, "file_not_found");
        w.member.patch(&format!("{FILES}/{note}"), json!({"tags": []})).await.declined(404, "file_not_found");
        w.member.delete(&format!("{FILES}/{note}")).await.declined(404, "file_not_found");
        // Its name and bytes stay, whatever is sent; what is unknown is no matter.
        let same = w.member.patch(&path, json!({"name": "b.txt", "size": 9})).await;
        assert_eq!((&same.bare(200)["name"], &same.body["size"], &same.body["updated_at"]), (&json!("a.txt"), &json!(1), &updated_at));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_beyond_the_limit_is_a_bad_request() {
    let server = Server::start(Options::new(Engine::Sqlite).set("HEDDLE_MAX_UPLOAD", "1000000")).await.unwrap();
    let w = World::new(&server).await;
    // Within what the form may have besides, so that it is counted while it is read.
    upload(&w.member, &[], "a", &[0; 1_000_001]).await.declined(400, "file_too_large");
    // Announced as more than that: refused by the header, before a byte of it is sent.
    let announced = w
        .member
        .request(Method::POST, FILES)
        .header("content-type", "multipart/form-data; boundary=x")
        .header("content-length", (2u64 << 30).to_string())
        .body(reqwest::Body::wrap_stream(futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>()));
    w.member.send(announced).await.declined(400, "file_too_large");
    assert_eq!(upload(&w.member, &[], "a", &[0; 1_000_000]).await.bare(201)["size"], 1_000_000);
    assert_eq!(names(&w.member, "").await, ["a"]);
}
