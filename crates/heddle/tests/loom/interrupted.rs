//! A server that is killed in the middle of a stream.

use futures::StreamExt;
use reqwest::Method;
use serde_json::json;

use crate::{
    house::{messages, options},
    support::{Client, Engine, Server, World},
    upstream::Upstream,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_a_killed_server_was_interrupted() {
    let upstream = Upstream::start().await;
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start_in(folder.path(), options(&upstream, Engine::Sqlite)).await.unwrap();
    let (_, _, key, _) = World::workspace(&server).await;
    let owner = Client::new(&server.url, Some(&key));
    let request = owner.request(Method::POST, "/proxy/anthropic/v1/messages");
    let response = request.json(&messages("endless", "one two three", true)).send().await.unwrap();
    let mut body = response.bytes_stream();
    assert!(body.next().await.unwrap().is_ok());
    let running = owner.get("/v1/calls").await.data(200)[0].clone();
    assert_eq!(running["outcome"], "running", "{running}");
    server.kill();
    assert!(body.next().await.is_none_or(|piece| piece.is_err()));
    drop(server);

    let server = Server::start_in(folder.path(), options(&upstream, Engine::Sqlite)).await.unwrap();
    let owner = Client::new(&server.url, Some(&key));
    let calls = owner.get("/v1/calls").await.data(200).clone();
    assert_eq!(calls.as_array().unwrap().len(), 1, "{calls}");
    assert_eq!((&calls[0]["id"], &calls[0]["outcome"]), (&running["id"], &json!("interrupted")), "{calls}");
    let usage = owner.get("/v1/usage").await.data(200).clone();
    assert_eq!(usage["calls"]["total"]["interrupted"], 1, "{usage}");
}
