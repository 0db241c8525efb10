use reqwest::{Method, multipart};
use serde_json::json;

use crate::{
    on_each_engine,
    support::{Answer, Client, Engine, Server, World, server::Options},
};

pub async fn upload(client: &Client, fields: &[(&'static str, &str)], name: &str, bytes: &[u8]) -> Answer {
    let part = multipart::Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    // The file comes first, as clients like to send it.
    let mut form = multipart::Form::new().part("file", part);
    for (field, value) in fields {
        form = form.text(*field, (*value).to_owned());
    }
    client.send(client.request(Method::POST, "/v1/artifacts").multipart(form)).await
}

on_each_engine! {
    async fn what_no_browser_runs_is_shown(server: &Server) {
        let world = World::new(server).await;
        let space: &[(&'static str, &str)] = &[("space_id", &world.space)];
        let preview = async |id: &str, range: &str| {
            let request = world.observer.request(Method::GET, &format!("/v1/artifacts/{id}/preview"));
            world.observer.send(if range.is_empty() { request } else { request.header("Range", range) }).await
        };
        for (name, shown, sandboxed) in [
            ("plan.pdf", "application/pdf", false),
            ("photo.png", "image/png", true),
            ("table.csv", "text/plain; charset=utf-8", true),
        ] {
            let id = upload(&world.member, space, name, b"<script>0123456789").await.id(201);
            let answer = preview(&id, "").await;
            let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
            assert_eq!((answer.status.as_u16(), header("content-type").as_str()), (200, shown), "{name}");
            assert!(header("content-disposition").starts_with("inline; "), "{name}");
            assert_eq!((header("x-content-type-options").as_str(), header("x-frame-options").as_str()), ("nosniff", "SAMEORIGIN"));
            assert_eq!(header("cross-origin-resource-policy"), "same-origin");
            let policy = header("content-security-policy");
            assert_eq!(policy.starts_with("sandbox;"), sandboxed, "{policy}");
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'self'"), "{policy}");
            assert_eq!(answer.text, "<script>0123456789");
            let part = preview(&id, "bytes=8-11").await;
            assert_eq!((part.status.as_u16(), part.text.as_str()), (206, "0123"));
            assert_eq!(part.headers["content-range"], "bytes 8-11/18");
            assert_eq!(preview(&id, "bytes=-4").await.text, "6789");
            assert_eq!(preview(&id, "bytes=18-").await.status.as_u16(), 416);
            world.stranger.get(&format!("/v1/artifacts/{id}/preview")).await.refused(404, "artifact_not_found");
        }
        for name in ["drawing.svg", "page.html", "page.xhtml", "program.js", "archive.zip"] {
            let id = upload(&world.member, space, name, b"<svg onload='alert(1)'/>").await.id(201);
            preview(&id, "").await.refused(415, "preview_unsupported");
        }
    }

    async fn a_file_goes_up_comes_down_and_goes_away(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await;
        let case_id = case["id"].as_str().unwrap();
        let bytes: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
        let artifact = upload(&world.member, &[("case_id", case_id)], "Pläne \"A\".pdf", &bytes).await;
        let id = artifact.id(201);
        let data = artifact.data(201);
        assert_eq!((&data["size"], &data["mime_type"], &data["type"]), (&json!(400_000), &json!("application/pdf"), &json!("file")));
        assert!(data["storage_ref"].as_str().unwrap().starts_with("sha256:"));
        let response = world.observer.request(Method::GET, &format!("/v1/artifacts/{id}/download")).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/pdf");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-disposition").starts_with("attachment; filename=\"Pl_ne _A_.pdf\"; filename*=UTF-8''Pl%C3%A4ne%20%22A%22.pdf"));
        assert!(response.headers().contains_key("content-security-policy"));
        assert_eq!(response.bytes().await.unwrap(), bytes);
        assert!(world.thread(case_id).await.iter().any(|(kind, _)| kind == "artifact_added"));
        for filter in [format!("case_id={case_id}"), format!("space_id={}", world.space), String::new()] {
            assert_eq!(world.observer.get(&format!("/v1/artifacts?{filter}")).await.body["meta"]["total"], 1, "{filter}");
        }
        assert_eq!(world.member.delete(&format!("/v1/artifacts/{id}")).await.data(200), &json!({"id": id, "deleted": true}));
        world.member.get(&format!("/v1/artifacts/{id}")).await.refused(404, "artifact_not_found");
        world.member.get(&format!("/v1/artifacts/{id}/download")).await.refused(404, "artifact_not_found");
        world.member.delete(&format!("/v1/artifacts/{id}")).await.refused(404, "artifact_not_found");
    }

    async fn uploads_are_guarded_and_leave_nothing_behind(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await;
        let (case_id, thread_id) = (case["id"].as_str().unwrap(), case["thread_id"].as_str().unwrap());
        upload(&world.member, &[], "a.txt", b"a").await.invalid("case_id");
        upload(&world.member, &[("case_id", case_id), ("thread_id", thread_id)], "a.txt", b"a").await.invalid("case_id");
        upload(&world.member, &[("case_id", "x")], "a.txt", b"a").await.invalid("case_id");
        upload(&world.member, &[("case_id", case_id), ("colour", "red")], "a.txt", b"a").await.invalid("colour");
        upload(&world.observer, &[("case_id", case_id)], "a.txt", b"a").await.refused(403, "forbidden");
        upload(&world.stranger, &[("case_id", case_id)], "a.txt", b"a").await.refused(404, "case_not_found");
        upload(&world.other, &[("thread_id", thread_id)], "a.txt", b"a").await.refused(404, "thread_not_found");
        let form = multipart::Form::new().text("case_id", case_id.to_owned());
        world.member.send(world.member.request(Method::POST, "/v1/artifacts").multipart(form)).await.invalid("file");
        world.member.post("/v1/artifacts", json!({"case_id": case_id})).await.refused(415, "unsupported_media_type");
        let id = upload(&world.member, &[("thread_id", thread_id)], "a.txt", b"a").await.id(201);
        world.observer.delete(&format!("/v1/artifacts/{id}")).await.refused(403, "forbidden");
        world.stranger.get(&format!("/v1/artifacts/{id}/download")).await.refused(404, "artifact_not_found");
        world.other.delete(&format!("/v1/artifacts/{id}")).await.refused(404, "artifact_not_found");
        world.stranger.get(&format!("/v1/artifacts?case_id={case_id}")).await.refused(404, "case_not_found");
        assert_eq!(world.owner.get("/v1/artifacts").await.body["meta"]["total"], 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_beyond_the_limit_is_refused_before_it_fills_memory_or_disk() {
    let server = Server::start(Options::new(Engine::Sqlite).set("HEDDLE_MAX_UPLOAD", "1000000")).await.unwrap();
    let world = World::new(&server).await;
    let space = world.space.as_str();
    // Announced as two gibibytes: refused by the header, before a byte of it is sent.
    let announced = world
        .member
        .request(Method::POST, "/v1/artifacts")
        .header("content-type", "multipart/form-data; boundary=x")
        .header("content-length", (2u64 << 30).to_string())
        .body(reqwest::Body::wrap_stream(futures::stream::pending::<Result<bytes::Bytes, std::io::Error>>()));
    world.member.send(announced).await.refused(413, "file_too_large");
    // Not announced: refused once the limit is passed, long before the stream's end.
    let head = format!(
        "--x\r\ncontent-disposition: form-data; name=\"space_id\"\r\n\r\n{space}\r\n--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
    );
    let chunks = futures::stream::unfold(0u32, move |n| {
        let head = head.clone();
        async move {
            let chunk = if n == 0 { bytes::Bytes::from(head) } else { bytes::Bytes::from(vec![0u8; 100_000]) };
            (n < 20_000).then_some((Ok::<_, std::io::Error>(chunk), n + 1))
        }
    });
    let streamed = world
        .member
        .request(Method::POST, "/v1/artifacts")
        .header("content-type", "multipart/form-data; boundary=x")
        .body(reqwest::Body::wrap_stream(chunks));
    match streamed.send().await {
        Ok(response) => assert_eq!(response.status(), 413),
        // The server may close the connection while the client is still sending.
        Err(error) => assert!(error.is_request() || error.is_body(), "{error:?}"),
    }
    let mut kept = 0;
    let mut folders = vec![server.folder().join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { kept += 1 }
        }
    }
    assert_eq!(kept, 0, "no part of a refused file stays");
    assert_eq!(world.member.get("/v1/artifacts").await.body["meta"]["total"], 0);
    assert_eq!(upload(&world.member, &[("space_id", space)], "fits.bin", &[7; 1000]).await.status, 201);
}
