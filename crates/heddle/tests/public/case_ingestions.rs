//! Case ingestion.

use reqwest::{Method, multipart};
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, Engine, Live, Server, World};

const INGESTIONS: &str = "/api/v1/public/case-ingestions";

async fn ingest(client: &Client, space: &str, manifest: impl Into<Vec<u8>>) -> Answer {
    let part = multipart::Part::bytes(manifest.into()).file_name("manifest.jsonl");
    let form = multipart::Form::new().part("manifest", part).text("space_id", space.to_owned());
    client.send(client.request(Method::POST, INGESTIONS).multipart(form)).await
}

fn manifest(lines: &[Json]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Waits for the job's own event, then reads the ingestion.
async fn ended(w: &World, id: &str) -> Json {
    let mut live = Live::open(&w.member, "?after=0", None).await;
    loop {
        let (_, event) = live.until("ingestion.ended").await;
        if event["subject_id"] == json!(id) {
            return w.member.get(&format!("{INGESTIONS}/{id}")).await.bare(200).clone();
        }
    }
}

fn counts(ingestion: &Json) -> [i64; 5] {
    ["total", "processed", "success", "error", "skipped"]
        .map(|name| ingestion[format!("{name}_count")].as_i64().unwrap())
}

async fn case(w: &World, title: &str) -> Json {
    let cases = w.member.get("/api/v1/public/cases?limit=100").await;
    let all = cases.bare(200)["data"].as_array().unwrap();
    let found = all.iter().find(|case| case["title"] == title).unwrap_or_else(|| panic!("no case {title}"));
    w.member.get(found["parent"]["url"].as_str().unwrap()).await.bare(200);
    w.member.get(&format!("/api/v1/public/cases/{}", found["id"].as_str().unwrap())).await.bare(200).clone()
}

on_each_engine! {
    async fn a_manifest_becomes_cases(server: &Server) {
        let w = World::new(server).await;
        w.member.post("/api/v1/public/cases", json!({"space_id": w.space, "title": "Old", "external_id": "old"})).await.bare_id(201);
        let lines = [
            // Its parent comes later, its grandparent later still.
            json!({"external_id": "leaf", "title": "Leaf", "parent_external_id": "child"}),
            json!({"external_id": "old", "title": "Another old"}),
            json!({"external_id": "child", "title": "Child", "parent_external_id": "root"}),
            json!({
                "external_id": "root", "title": "Root", "description": "d", "assignee_id": w.member_id, "priority": "high",
                "due_at": "2027-01-01T00:00:00Z", "tags": ["a", "b"], "status": "completed", "attributes": {"n": 1},
                "files": [{"name": "a.txt", "content": "hello"}, {"name": "b.bin", "content_base64": "AAEC"}],
            }),
            json!({"title": "Nameless"}),
            json!({"external_id": "lost", "title": "Lost", "parent_external_id": "nowhere"}),
            json!({"external_id": "blank", "title": " "}),
            json!({"external_id": "given", "title": "Given", "assignee_id": w.stranger_id}),
            json!({"external_id": "under-old", "title": "Under old", "parent_external_id": "old"}),
        ];
        let begun = ingest(&w.member, &w.space, format!("\n{}\n  \n", manifest(&lines))).await;
        let id = begun.bare_id(201);
        assert_eq!((&begun.body["status"], &begun.body["total_count"]), (&json!("pending"), &json!(9)));
        assert_eq!(begun.body["space"]["id"], json!(w.space));
        let done = ended(&w, &id).await;
        assert_eq!(done["status"], "completed");
        assert_eq!(counts(&done), [9, 9, 5, 3, 1]);
        assert!(done["started_at"].is_string() && done["ended_at"].is_string());
        let root = case(&w, "Root").await;
        assert_eq!((&root["status"], &root["tags"], &root["description"]), (&json!("completed"), &json!(["a", "b"]), &json!("d")));
        assert_eq!(root["assignee"]["id"], json!(w.member_id));
        assert_eq!(root["files"].as_array().unwrap().len(), 2);
        let file = w.member.get(root["files"][0]["url"].as_str().unwrap()).await;
        assert_eq!((&file.bare(200)["name"], &file.body["size"], &file.body["mime_type"]), (&json!("a.txt"), &json!(5), &json!("text/plain")));
        assert_eq!(case(&w, "Leaf").await["parent"]["id"], case(&w, "Child").await["id"]);
        assert_eq!(case(&w, "Child").await["parent"]["id"], root["id"]);
        assert_eq!(case(&w, "Under old").await["parent"]["id"], case(&w, "Old").await["id"]);
        assert_eq!(w.member.get(&format!("/v1/cases/{}", root["id"].as_str().unwrap())).await.data(200)["attributes"], json!({"n": 1}));
        // Which lines made no case, and why; a slice at a time.
        let path = format!("{INGESTIONS}/{id}/errors");
        let first = w.observer.get(&format!("{path}?limit=2")).await;
        let rest = w.observer.get(&format!("{path}?limit=2&cursor={}", first.bare(200)["next_cursor"].as_str().unwrap())).await;
        let mut failed: Vec<Json> = first.body["data"].as_array().unwrap().clone();
        failed.extend(rest.bare(200)["data"].as_array().unwrap().iter().cloned());
        let mut told: Vec<(i64, &str)> =
            failed.iter().map(|entry| (entry["line_number"].as_i64().unwrap(), entry["external_id"].as_str().unwrap())).collect();
        told.sort_unstable();
        // The blank line at the top counts.
        assert_eq!(told, [(7, "lost"), (8, "blank"), (9, "given")]);
        assert!(failed.iter().all(|entry| entry["status"] == "failed" && entry["errors"][0]["error"].is_string()));
        // Once more: everything that has a name is there already.
        let again = ingest(&w.member, &w.space, manifest(&lines)).await.bare_id(201);
        assert_eq!(counts(&ended(&w, &again).await), [9, 9, 1, 3, 5]);
    }

    async fn files_are_fetched_from_allowed_addresses(server: &Server) {
        let w = World::new(server).await;
        // The server itself is at a private address, which nothing allows.
        let lines = [json!({"external_id": "f", "title": "F", "file_urls": [format!("{}/health?token=secret", server.url)]})];
        let id = ingest(&w.member, &w.space, manifest(&lines)).await.bare_id(201);
        assert_eq!(counts(&ended(&w, &id).await), [1, 1, 0, 1, 0]);
        let errors = w.member.get(&format!("{INGESTIONS}/{id}/errors")).await;
        let error = errors.bare(200)["data"][0]["errors"][0]["error"].as_str().unwrap();
        assert!(error.contains("/health could not be fetched") && !error.contains("secret"), "{error}");
    }

    async fn a_manifest_that_cannot_be_read_changes_nothing(server: &Server) {
        let w = World::new(server).await;
        let good = json!({"external_id": "1", "title": "Good"}).to_string();
        for (bad, line) in [
            ("{", 2),
            ("[]", 2),
            (r#"{"external_id": "2"}"#, 2),
            (r#"{"title": 1}"#, 2),
            (r#"{"title": "x", "titel": "y"}"#, 2),
            (r#"{"title": "x", "status": "done"}"#, 2),
            (r#"{"title": "x", "external_id": "1"}"#, 2),
            (r#"{"title": "x", "external_id": "2", "parent_external_id": "2"}"#, 2),
            (r#"{"title": "x"} {"title": "y"}"#, 2),
            (r#"{"title": "x", "files": [{"name": "a"}]}"#, 2),
        ] {
            let answer = ingest(&w.member, &w.space, format!("{good}\n{bad}\n{good}")).await;
            answer.declined(400, "invalid_case_ingestion_manifest");
            let message = answer.body["error"]["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("line {line}:")), "{message}");
        }
        ingest(&w.member, &w.space, "\n \n").await.declined(400, "invalid_case_ingestion_manifest");
        ingest(&w.member, &w.space, vec![0xff, 0xfe]).await.declined(400, "invalid_case_ingestion_manifest");
        assert_eq!(w.member.get("/api/v1/public/cases").await.bare(200)["data"], json!([]));
    }

    async fn ingestion_refuses(server: &Server) {
        let w = World::new(server).await;
        let good = json!({"title": "Good"}).to_string();
        ingest(&w.observer, &w.space, good.clone()).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            ingest(client, &w.space, good.clone()).await.declined(404, "space_not_found");
        }
        ingest(&w.anonymous, &w.space, good.clone()).await.declined(401, "unauthorized");
        ingest(&w.member, "x", good.clone()).await.declined_field("space_id");
        let form = multipart::Form::new().text("space_id", w.space.clone());
        w.member.send(w.member.request(Method::POST, INGESTIONS).multipart(form)).await.declined_field("manifest");
        let form = multipart::Form::new().part("manifest", multipart::Part::bytes(good.clone().into_bytes()).file_name("m"));
        w.member.send(w.member.request(Method::POST, INGESTIONS).multipart(form)).await.declined_field("space_id");
        w.member.post(INGESTIONS, json!({})).await.declined_field("body");
        let id = ingest(&w.member, &w.space, good).await.bare_id(201);
        ended(&w, &id).await;
        for path in [format!("{INGESTIONS}/{id}"), format!("{INGESTIONS}/{id}/errors")] {
            for client in [&w.stranger, &w.other] {
                client.get(&path).await.declined(404, "case_ingestion_not_found");
            }
            w.anonymous.get(&path).await.declined(401, "unauthorized");
        }
        w.member.get(&format!("{INGESTIONS}/x")).await.declined(404, "case_ingestion_not_found");
        w.member.get(&format!("{INGESTIONS}/{id}/errors?cursor=x")).await.declined(400, "invalid_cursor");
    }
}
