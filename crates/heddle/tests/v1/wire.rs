//! What holds for every operation: envelopes, errors, credentials, limits.

use std::time::Duration;

use identity::{keys, sessions};
use reqwest::{Method, header};
use serde_json::json;

use crate::{
    on_each_engine,
    support::{Client, Engine, Server, World, server::Options},
};

on_each_engine! {
    async fn unreadable_bodies_are_told_from_wrong_ones(server: &Server) {
        let world = World::new(server).await;
        let send = async |body: &'static str, kind: Option<&str>| {
            let mut request = world.member.request(Method::POST, "/v1/cases").body(body);
            if let Some(kind) = kind {
                request = request.header(header::CONTENT_TYPE, kind);
            }
            world.member.send(request).await
        };
        let kind = Some("application/json");
        send("{\"title\": ", kind).await.refused(400, "invalid_json");
        send("", kind).await.refused(400, "invalid_json");
        send("{} {}", kind).await.refused(422, "validation_error");
        send("[]", kind).await.refused(422, "validation_error");
        send("\u{feff}{}", kind).await.refused(400, "invalid_json");
        send("{}", None).await.refused(415, "unsupported_media_type");
        send("title=x", Some("application/x-www-form-urlencoded")).await.refused(415, "unsupported_media_type");
        let deep = "[".repeat(100_000);
        let request = world.member.request(Method::POST, "/v1/cases").header(header::CONTENT_TYPE, "application/json").body(deep);
        world.member.send(request).await.refused(422, "validation_error");
        let large = format!("{{\"title\": \"{}\"}}", "x".repeat(2 << 20));
        let request = world.member.request(Method::POST, "/v1/cases").header(header::CONTENT_TYPE, "application/json").body(large);
        world.member.send(request).await.refused(413, "body_too_large");
        assert_eq!(world.member.get("/v1/cases").await.body["meta"]["total"], 0);
    }

    async fn unknown_paths_and_methods_answer_in_shape(server: &Server) {
        let world = World::new(server).await;
        world.member.get("/v1/unicorns").await.refused(404, "not_found");
        world.member.delete("/v1/cases").await.refused(405, "method_not_allowed");
        world.member.get("/v1/cases/not-an-id").await.refused(404, "case_not_found");
        world.anonymous.get("/v1/unicorns").await.refused(401, "unauthorized");
        let answer = world.member.get("/v1/spaces").await;
        assert_eq!(answer.headers["x-request-id"].to_str().unwrap(), answer.body["meta"]["request_id"]);
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }

    async fn keys_are_taken_from_both_headers_and_refused_when_wrong(server: &Server) {
        let (workspace, _, key, _) = World::workspace(server).await;
        let anonymous = Client::new(&server.url, None);
        let with = async |name: &str, value: String| {
            anonymous.send(anonymous.request(Method::GET, "/v1/spaces").header(name, value)).await
        };
        with("x-api-key", key.clone()).await.data(200);
        with("authorization", format!("bearer {key}")).await.data(200);
        for (name, value) in [
            ("authorization", format!("Basic {key}")),
            ("authorization", "Bearer".to_owned()),
            ("authorization", format!("Bearer {key}x")),
            ("x-api-key", String::new()),
            ("cookie", "loom_session=nonsense".to_owned()),
        ] {
            with(name, value).await.refused(401, "unauthorized");
        }
        anonymous.get("/v1/spaces").await.refused(401, "unauthorized");
        let listed = server.store.control_read(move |tx| keys::list(tx, workspace)).await.unwrap();
        assert!(listed[0].last_used_at.is_some());
        assert!(!format!("{listed:?}").contains(&key), "the key itself is not kept");
        let id = listed[0].id;
        server.store.control_write(move |tx| keys::revoke(tx, workspace, id)).await.unwrap();
        // Another process revoked it: the server forgets what it remembers within five seconds.
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while with("x-api-key", key.clone()).await.status != 401 {
            assert!(tokio::time::Instant::now() < deadline, "a revoked key still passes");
        }
    }

    async fn sessions_begin_with_a_link_and_need_their_token_to_change_things(server: &Server) {
        let world = World::new(server).await;
        let (workspace, email) = (world.workspace, format!("member@{}.example", world.slug));
        let link = server
            .store
            .control_write(move |tx| {
                let user = identity::users::by_email(tx, &email)?.expect("the member is a user");
                sessions::create_link(tx, workspace, user.id)
            })
            .await
            .unwrap();
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let begin = async || browser.get(format!("{}/auth/link?token={link}", server.url)).send().await.unwrap();
        let begun = begin().await;
        assert_eq!(begun.status(), 303);
        let cookies: Vec<&str> = begun.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(cookies[0].contains("HttpOnly") && cookies[0].contains("SameSite=Lax"), "{cookies:?}");
        let value = |cookie: &str| cookie.split(';').next().unwrap().split_once('=').unwrap().1.to_owned();
        let (session, csrf) = (value(cookies[0]), value(cookies[1]));
        assert_eq!(begin().await.status(), 401, "a link works once");
        let cookie = format!("other=1; loom_session={session}");
        let anonymous = &world.anonymous;
        let get = anonymous.request(Method::GET, "/v1/spaces").header("cookie", &cookie);
        anonymous.send(get).await.data(200);
        let post = || anonymous.request(Method::POST, "/v1/spaces").header("cookie", &cookie).json(&json!({"name": "Mine"}));
        anonymous.send(post()).await.refused(403, "csrf_token_invalid");
        anonymous.send(post().header("x-csrf-token", "wrong")).await.refused(403, "csrf_token_invalid");
        anonymous.send(post().header("x-csrf-token", &csrf)).await.data(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_after_the_last_of_a_minute_is_refused() {
    let server = Server::start(Options::new(Engine::Sqlite).set("HEDDLE_RATE_LIMIT", "1000")).await.unwrap();
    let (_, _, key, _) = World::workspace(&server).await;
    let (_, _, other, _) = World::workspace(&server).await;
    let client = Client::new(&server.url, Some(&key));
    let first = client.get("/v1/spaces").await;
    assert_eq!(first.headers["x-ratelimit-limit"], "1000");
    assert_eq!(first.headers["x-ratelimit-remaining"], "999");
    let reset: i64 = first.headers["x-ratelimit-reset"].to_str().unwrap().parse().unwrap();
    let now = kernel::Timestamp::now().seconds();
    assert!((now..=now + 60).contains(&reset));
    for n in 2..=1000 {
        let answer = client.get("/v1/spaces").await;
        assert_eq!(answer.status, 200, "request {n}");
    }
    let refused = client.post("/v1/spaces", json!({"name": "One too many"})).await;
    refused.refused(429, "rate_limit_exceeded");
    assert_eq!(refused.headers["x-ratelimit-remaining"], "0");
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<i64>().unwrap() <= 60);
    // Another key has its own count, and nothing was made.
    let other = Client::new(&server.url, Some(&other));
    assert_eq!(other.get("/v1/spaces").await.headers["x-ratelimit-remaining"], "999");
    // Errors carry the headers too.
    assert_eq!(Client::new(&server.url, None).get("/v1/spaces").await.headers["x-ratelimit-limit"], "1000");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_stops_when_told_and_answers_what_operators_ask() {
    let mut server = Server::start(Options::new(Engine::Sqlite)).await.unwrap();
    let client = Client::new(&server.url, None);
    assert_eq!(client.get("/health").await.body["status"], "ok");
    assert_eq!(client.get("/ready").await.body["status"], "ready");
    client.get("/v1/spaces").await;
    let metrics = client.get("/metrics").await;
    assert!(metrics.text.contains("heddle_http_requests_total"), "{}", metrics.text);
    assert_eq!(client.get("/openapi/interloom-v1.json").await.body["openapi"], "3.1.0");
    assert!(client.get("/docs/").await.text.contains("swagger"));
    let (_, _, key, _) = World::workspace(&server).await;
    // A live stream must not keep the server from stopping.
    let stream = Client::new(&server.url, Some(&key)).request(Method::GET, "/v1/events").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    std::process::Command::new("kill").args(["-TERM", &server.pid().to_string()]).status().unwrap();
    assert!(server.wait(), "{}", server.log());
    assert!(!server.log().contains(&key), "no key in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_embedded_database_serves_one_server() {
    let server = Server::start(Options::new(Engine::Sqlite)).await.unwrap();
    let second = std::process::Command::new(env!("CARGO_BIN_EXE_heddle"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(server.folder())
        .output()
        .unwrap();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("Another server works in"), "{second:?}");
}
