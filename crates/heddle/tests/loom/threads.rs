//! Conversations: saving, versions, search, sharing, and who may.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Answer, Client, Engine, Server, World},
};

fn document(id: &str, messages: &[&str]) -> Json {
    let messages: Vec<Json> = messages.iter().map(|text| json!({"role": "user", "content": text})).collect();
    json!({"id": id, "title": "Fix the roof", "workspace": "/home/ann/roof", "visibility": "private", "version": 0,
        "git": {"branch": "main", "commit": "9f86d081884c7d65"}, "messages": messages})
}

async fn save(client: &Client, document: &Json, expected: Option<i64>) -> Answer {
    let path = format!("/api/threads/{}", document["id"].as_str().unwrap());
    let mut request = client.request(Method::PUT, &path).json(document);
    if let Some(expected) = expected {
        request = request.header("If-Match", expected);
    }
    client.send(request).await
}

/// Checks that the call was refused, in Loom's shape.
#[track_caller]
fn refused(answer: &Answer, status: u16, word: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.body["error"], word, "{}", answer.text);
    assert!(answer.body["message"].is_string() && answer.body["server_version"].is_string(), "{}", answer.text);
    assert!(answer.body.get("client_version").is_some(), "{}", answer.text);
}

on_each_engine! {
    async fn a_thread_is_saved_version_by_version(server: &Server) {
        let world = World::new(server).await;
        let ann = &world.member;
        let first = save(ann, &document("T-1", &["Hello"]), None).await;
        let first = first.bare(200);
        assert_eq!((&first["version"], &first["git"]["branch"], &first["message_count"]), (&json!(1), &json!("main"), &json!(1)));
        assert_eq!(first["messages"], json!([{"role": "user", "content": "Hello"}]));
        assert!(first["created_at"].as_str().unwrap().ends_with('Z'));

        let second = save(ann, &document("T-1", &["Hello", "World"]), Some(1)).await;
        assert_eq!(second.bare(200)["version"], 2);
        let conflict = save(ann, &document("T-1", &[]), Some(1)).await;
        refused(&conflict, 409, "version_conflict");
        assert_eq!(conflict.body["message"], "Expected version 1, but current version is 2");
        assert_eq!(ann.get("/api/threads/T-1").await.bare(200)["messages"].as_array().unwrap().len(), 2);
        // The sample of the API posts to the same path.
        let posted = ann.post("/api/threads/T-1", document("T-1", &["Again"])).await;
        assert_eq!(posted.bare(200)["version"], 3);

        let versions = ann.get("/api/threads/T-1/versions?limit=2").await;
        assert_eq!((&versions.bare(200)["total"], &versions.body["versions"][1]["version"]), (&json!(3), &json!(2)));
        let was = ann.get("/api/threads/T-1/versions/2").await;
        assert_eq!(was.bare(200)["messages"][1]["content"], "World");
        for version in ["4", "x", "-1"] {
            refused(&ann.get(&format!("/api/threads/T-1/versions/{version}")).await, 404, "not_found");
        }

        let renamed = ann.patch("/api/threads/T-1", json!({"title": "The roof"})).await;
        assert_eq!((&renamed.bare(200)["title"], &renamed.body["version"]), (&json!("The roof"), &json!(4)));
        let list = ann.get("/api/threads").await;
        assert_eq!((&list.bare(200)["total"], &list.body["limit"], &list.body["offset"]), (&json!(1), &json!(50), &json!(0)));
        assert!(list.body["threads"][0].get("messages").is_none());
        assert_eq!(ann.get("/api/threads?limit=1&offset=1").await.bare(200)["threads"], json!([]));
        assert_eq!(ann.delete("/api/threads/T-1").await.status, 204);
        refused(&ann.get("/api/threads/T-1").await, 404, "not_found");
        refused(&ann.delete("/api/threads/T-1").await, 404, "not_found");
    }

    async fn what_is_wrong_with_a_thread_is_said(server: &Server) {
        let world = World::new(server).await;
        let ann = &world.member;
        let send = |document: Json| async move { ann.send(ann.request(Method::PUT, "/api/threads/T-1").json(&document)).await };
        let cases = [
            (document("T-2", &[]), "id"),
            (json!({"id": "T-1"}), "messages"),
            (json!({"id": "T-1", "messages": [{"content": "x"}]}), "messages[0]"),
            (json!({"id": "T-1", "messages": [], "visibility": "open"}), "visibility"),
            (json!([]), "body"),
        ];
        for (body, field) in cases {
            let answer = send(body).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert!(answer.body["message"].as_str().unwrap().contains(field), "{}", answer.text);
        }
        let request = || ann.request(Method::PUT, "/api/threads/T-1").header("Content-Type", "application/json");
        refused(&ann.send(request().body("{")).await, 400, "invalid_json");
        refused(&ann.send(ann.request(Method::PUT, "/api/threads/T-1").body("{}")).await, 400, "unsupported_media_type");
        for number in ["x", "-1", "1.5", "W/\"1\""] {
            let answer = ann.send(request().header("If-Match", number).body(document("T-1", &[]).to_string())).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert!(answer.body["message"].as_str().unwrap().contains("If-Match"), "{}", answer.text);
        }
        let large = document("T-1", &[&"x".repeat(10 << 20)]);
        refused(&send(large).await, 413, "body_too_large");
        for query in ["limit=0", "limit=201", "offset=-1", "scope=none", "what=1"] {
            assert_eq!(ann.get(&format!("/api/threads?{query}")).await.status, 400, "{query}");
        }
        assert_eq!(ann.get("/api/threads").await.bare(200)["total"], 0);
    }

    async fn a_large_thread_comes_back_as_it_was(server: &Server) {
        let world = World::new(server).await;
        let text = "wörter und Zeilen\n".repeat(5000);
        let messages: Vec<&str> = std::iter::repeat_n(text.as_str(), 90).collect();
        let document = document("T-large", &messages);
        assert!(document.to_string().len() > 8 << 20);
        assert_eq!(save(&world.member, &document, None).await.bare(200)["version"], 1);
        let back = world.member.get("/api/threads/T-large").await;
        assert_eq!(back.bare(200)["messages"], document["messages"]);
    }

    async fn threads_are_found_by_what_they_say(server: &Server) {
        let world = World::new(server).await;
        let ann = &world.member;
        save(ann, &document("T-1", &["The gutter leaks"]), None).await.bare(200);
        save(ann, &document("T-2", &["Something else"]), None).await.bare(200);
        for words in ["gutter", "LEAK", "gutter%20fix"] {
            let found = ann.get(&format!("/api/threads/search?q={words}")).await;
            assert_eq!((&found.bare(200)["total"], &found.body["threads"][0]["id"]), (&json!(1), &json!("T-1")), "{words}");
            assert!(found.body["threads"][0]["snippet"].as_str().unwrap().contains("gutter"));
        }
        // Commits and branches are searched, too.
        assert_eq!(ann.get("/api/threads/search?q=9f86d08188&limit=1&offset=1").await.bare(200)["threads"].as_array().unwrap().len(), 1);
        assert_eq!(ann.get("/api/threads/search?q=absent").await.bare(200)["threads"], json!([]));
        assert_eq!(ann.get("/api/threads/search").await.status, 400);
        assert_eq!(world.stranger.get("/api/threads/search?q=gutter").await.bare(200)["total"], 0);
        let hits = ann.get("/v1/search?q=gutter").await;
        assert_eq!(hits.data(200)[0]["kind"], "coding_thread");
        ann.delete("/api/threads/T-1").await;
        assert_eq!(ann.get("/api/threads/search?q=gutter").await.bare(200)["total"], 0);
    }

    async fn who_may_see_a_thread_is_who_it_is_shared_with(server: &Server) {
        let world = World::new(server).await;
        let (ann, bob) = (&world.member, &world.stranger);
        save(ann, &document("T-1", &["Hello"]), None).await.bare(200);
        refused(&bob.get("/api/threads/T-1").await, 404, "not_found");
        refused(&world.other.get("/api/threads/T-1").await, 404, "not_found");
        refused(&world.anonymous.get("/api/threads/T-1").await, 401, "unauthorized");
        world.owner.get("/api/threads/T-1").await.bare(200);
        assert_eq!(world.owner.get("/api/threads?scope=all").await.bare(200)["total"], 1);

        let shared = ann.post("/api/threads/T-1/share", json!({})).await;
        assert_eq!((&shared.bare(201)["visibility"], &shared.body["link"]), (&json!("shared"), &json!(null)));
        bob.get("/api/threads/T-1").await.bare(200);
        assert_eq!(bob.get("/api/threads?scope=shared").await.bare(200)["total"], 1);
        refused(&world.other.get("/api/threads/T-1").await, 404, "not_found");
        refused(&save(bob, &document("T-1", &[]), None).await, 403, "forbidden");
        refused(&bob.patch("/api/threads/T-1", json!({"visibility": "public"})).await, 403, "forbidden");
        refused(&bob.delete("/api/threads/T-1").await, 403, "forbidden");
        refused(&bob.post("/api/threads/T-1/share", json!({"visibility": "public"})).await, 403, "forbidden");
        refused(&bob.get("/api/threads/T-1/links").await, 403, "forbidden");
    }

    async fn a_link_shows_a_public_thread_to_whoever_has_it(server: &Server) {
        let world = World::new(server).await;
        let ann = &world.member;
        save(ann, &document("T-1", &["Hello"]), None).await.bare(200);
        let shared = ann.post("/api/threads/T-1/share", json!({"visibility": "public"})).await;
        let token = shared.bare(201)["link"]["token"].as_str().unwrap().to_owned();
        assert!(shared.body["url"].as_str().unwrap().ends_with(&format!("/shared/{token}")), "{}", shared.text);
        let path = format!("/api/shared/{token}");
        assert_eq!(world.anonymous.get(&path).await.bare(200)["messages"][0]["content"], "Hello");
        for token in ["x", "share_x", &token[..token.len() - 2]] {
            refused(&world.anonymous.get(&format!("/api/shared/{token}")).await, 404, "not_found");
        }
        let links = ann.get("/api/threads/T-1/links").await;
        assert!(!links.text.contains(&token));
        let id = links.bare(200)["links"][0]["id"].as_str().unwrap();
        assert_eq!(ann.delete(&format!("/api/threads/T-1/links/{id}")).await.status, 204);
        refused(&ann.delete(&format!("/api/threads/T-1/links/{id}")).await, 404, "not_found");
        refused(&world.anonymous.get(&path).await, 404, "not_found");
        let past = ann.post("/api/threads/T-1/share", json!({"expires_at": "2020-01-01T00:00:00Z"})).await;
        assert_eq!(past.status, 400, "{}", past.text);
    }
}

/// Of two who save at once, expecting the same version, one wins, each time.
async fn race(engine: Engine, rounds: i64) {
    let Some(server) = Server::shared(engine).await else { return };
    let world = World::new(server).await;
    let client = &world.member;
    for version in 0..rounds {
        let documents = ["a", "b"].map(|text| document("T-race", &[text]));
        let [a, b] = &documents;
        let (a, b) = tokio::join!(save(client, a, Some(version)), save(client, b, Some(version)));
        let statuses = [a.status.as_u16(), b.status.as_u16()];
        assert!(statuses == [200, 409] || statuses == [409, 200], "{statuses:?} {} {}", a.text, b.text);
        let (won, lost) = if a.status == 200 { (&a, &b) } else { (&b, &a) };
        assert_eq!(won.body["version"], version + 1);
        assert_eq!(lost.body["error"], "version_conflict");
        if version % 100 == 0 {
            let now = client.get("/api/threads/T-race").await;
            assert_eq!(now.bare(200)["messages"], won.body["messages"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_one_wins_a_thousand_times() {
    race(Engine::Sqlite, 1000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_on_postgres_one_wins_each_time() {
    race(Engine::Postgres, 1000).await;
}
