//! At `/mcp` of the server: who comes in, and what they reach.

use std::time::Duration;

use identity::keys;
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::{
    agent::{Agent, has},
    support::{Answer, Client, Engine, Server, World, server::Options},
};

async fn server() -> &'static Server {
    Server::shared(Engine::Sqlite).await.unwrap()
}

async fn agent(server: &Server, client: &Client) -> Agent {
    Agent::at(&format!("{}/mcp", server.url), client.key()).await.unwrap()
}

/// A request by hand.
async fn post(client: &Client, headers: &[(&str, &str)], body: Json) -> Answer {
    let request =
        client.request(Method::POST, "/mcp").header("accept", "application/json, text/event-stream").json(&body);
    client.send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

fn initialize() -> Json {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "hand", "version": "1"},
    }})
}

fn me() -> Json {
    json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "users_me", "arguments": {}}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_nobody_comes_in() {
    let server = server().await;
    for key in [None, Some("hd_nobody"), Some(" ")] {
        let answer = post(&Client::new(&server.url, key), &[], initialize()).await;
        assert_eq!(answer.status, 401, "{}", answer.text);
        assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer realm=\"heddle\""));
        assert_eq!(answer.body["error"]["code"], "unauthorized");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
    assert!(Agent::at(&format!("{}/mcp", server.url), "hd_nobody").await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_reaches_its_own_workspace_with_its_own_role() {
    let server = server().await;
    let world = World::new(server).await;
    let case = world.case("Fence").await;
    let (case, thread) = (case["id"].as_str().unwrap(), case["thread_id"].as_str().unwrap());
    let owner = agent(server, &world.owner).await;
    assert_eq!(owner.call("cases_get", json!({"id": case})).await["title"], "Fence");
    assert!(owner.resources().await.contains(&(format!("heddle://cases/{case}"), Some("Fence".into()))));

    let observer = agent(server, &world.observer).await;
    assert_eq!(observer.call("cases_get", json!({"id": case})).await["title"], "Fence");
    assert_eq!(observer.refused("cases_commence", json!({"id": case})).await, "forbidden");

    for client in [&world.stranger, &world.other] {
        let outsider = agent(server, client).await;
        assert_eq!(outsider.refused("cases_get", json!({"id": case})).await, "case_not_found");
        assert_eq!(outsider.refused("stages_list", json!({"case_id": case})).await, "case_not_found");
        assert!(!has(&outsider.call("cases_list", json!({"all": true})).await, case));
        assert_eq!(outsider.resources().await, []);
        for uri in [
            format!("heddle://cases/{case}"),
            format!("heddle://threads/{thread}"),
            format!("heddle://spaces/{}", world.space),
        ] {
            let refused = outsider.read(&uri).await.expect_err("invisible").to_string();
            assert!(!refused.contains("Fence"), "{refused}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_of_no_use_with_another_key() {
    let server = server().await;
    let world = World::new(server).await;
    let begun = post(&world.member, &[], initialize()).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    assert_eq!(begun.headers["content-type"], "application/json");
    let id = begun.headers["mcp-session-id"].to_str().unwrap();
    let session = [("mcp-session-id", id), ("mcp-protocol-version", "2025-06-18")];
    let answer = post(&world.member, &session, me()).await;
    assert_eq!(answer.body["result"]["structuredContent"]["id"], json!(world.member_id));
    for thief in [&world.owner, &world.other] {
        assert_eq!(post(thief, &session, me()).await.status, 404);
        let end = thief.request(Method::DELETE, "/mcp").header("mcp-session-id", id);
        assert_eq!(thief.send(end).await.status, 404);
    }
    assert_eq!(post(&world.anonymous, &session, me()).await.status, 401);
    assert_eq!(post(&world.member, &session, me()).await.status, 200);
    assert_eq!(post(&world.member, &session[1..], me()).await.status, 400);
    let end = world.member.request(Method::DELETE, "/mcp").header("mcp-session-id", id);
    assert_eq!(world.member.send(end).await.status, 204);
    assert_eq!(post(&world.member, &session, me()).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_key_is_out_within_moments() {
    let server = server().await;
    let (workspace, _, key, _) = World::workspace(server).await;
    let client = Client::new(&server.url, Some(&key));
    let begun = post(&client, &[], initialize()).await;
    let session = [("mcp-session-id", begun.headers["mcp-session-id"].to_str().unwrap())];
    assert_eq!(post(&client, &session, me()).await.status, 200);
    let id = server.store.control_read(move |tx| keys::list(tx, workspace)).await.unwrap()[0].id;
    server.store.control_write(move |tx| keys::revoke(tx, workspace, id)).await.unwrap();
    // Another process revoked it: the server forgets what it remembers within five seconds.
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while post(&client, &session, me()).await.status != 401 {
        assert!(tokio::time::Instant::now() < deadline, "a revoked key still passes");
    }
    assert_eq!(post(&client, &[], initialize()).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_count_against_the_limit_of_the_key() {
    let server = Server::start(Options::new(Engine::Sqlite).set("HEDDLE_RATE_LIMIT", "5")).await.unwrap();
    let (_, _, key, _) = World::workspace(&server).await;
    let agent = Agent::at(&format!("{}/mcp", server.url), &key).await.unwrap();
    for _ in 0..5 {
        agent.call("users_me", json!({})).await;
    }
    assert_eq!(agent.refused("users_me", json!({})).await, "rate_limit_exceeded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_ways_of_calling_are_refused() {
    let server = server().await;
    let world = World::new(server).await;
    let get = world.owner.send(world.owner.request(Method::GET, "/mcp").header("accept", "text/event-stream")).await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
    for headers in [[("host", "evil.example.com")], [("origin", "https://evil.example.com")]] {
        assert_eq!(post(&world.owner, &headers, initialize()).await.status, 403, "{headers:?}");
    }
    let origin = [("origin", server.url.as_str())];
    assert_eq!(post(&world.owner, &origin, initialize()).await.status, 200);
    let metrics = world.owner.get("/metrics").await.text;
    assert!(metrics.contains("route=\"/mcp\""), "requests are counted by their route");
}
