//! The whole way: a person asks, a provider's model calls tools through the real server, a file changes, the thread is kept.

use serde_json::json;

use crate::{
    model::{Model, owner},
    program::Program,
    served::Reply,
    support::{Engine, World},
};

async fn a_file_is_edited(engine: Engine) {
    let edits = json!([{"old_str": "Helo", "new_str": "Hello"}]);
    let model = Model::start(vec![
        Reply::Calls(vec![("list_files", json!({})), ("read_file", json!({"path": "greeting.txt"}))]),
        Reply::Calls(vec![
            ("edit_file", json!({"path": "greeting.txt", "edits": edits})),
            ("bash", json!({"command": "cat greeting.txt"})),
        ]),
        Reply::Text("I corrected the quizzical greeting."),
    ])
    .await;
    let Some(server) = model.server(engine).await else { return };
    let (key, client) = owner(&server).await;
    let program = Program::new(&server.url, &key);
    std::fs::write(program.file("greeting.txt"), "Helo world\n").unwrap();

    // The model is the one that the server prefers.
    let output = program.run(&["--trust", "-p", "Correct the greeting"]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "I corrected the quizzical greeting.\n");
    assert_eq!(std::fs::read_to_string(program.file("greeting.txt")).unwrap(), "Hello world\n");
    let asked = model.asked();
    assert_eq!(asked[0]["model"], "claude-sonnet-5-5");
    assert!(asked[1]["messages"].to_string().contains("Helo world"), "{}", asked[1]["messages"]);
    assert!(asked[2]["messages"].to_string().contains("Hello world"), "{}", asked[2]["messages"]);

    let list = client.get("/api/threads").await;
    let id = list.body["threads"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!((&list.body["total"], &list.body["threads"][0]["title"]), (&json!(1), &json!("Correct the greeting")));
    let thread = client.get(&format!("/api/threads/{id}")).await.body;
    let roles: Vec<_> = thread["messages"].as_array().unwrap().iter().map(|message| message["role"].clone()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "tool", "assistant", "tool", "tool", "assistant"]);
    assert_eq!((&thread["state"], &thread["model"]), (&json!("idle"), &json!("claude-sonnet-5-5")));

    let found = program.run(&["search", "quizzical"]).await;
    let found: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!((&found["data"][0]["id"], &found["data"][0]["state"]), (&json!(id), &json!("here, server")));
    // Another machine has nothing of its own, and finds it too, and goes on with it.
    let elsewhere = Program::new(&server.url, &key);
    let found = elsewhere.run(&["search", "quizzical"]).await;
    let found: serde_json::Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!((&found["data"][0]["id"], &found["data"][0]["state"]), (&json!(id), &json!("server")));
    model.replies(vec![Reply::Text("Gladly.")]);
    assert_eq!(elsewhere.print(&["resume", &id], "Thank you").await, "Gladly.\n");
    assert_eq!(model.asked()[3]["messages"].as_array().unwrap().len(), 7);
    let count = client.get(&format!("/api/threads/{id}")).await.body["messages"].as_array().unwrap().len();
    assert_eq!(count, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_edited_and_the_thread_is_on_the_server() {
    a_file_is_edited(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_edited_and_the_thread_is_on_the_server_on_postgres() {
    a_file_is_edited(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_shared_and_stays_so() {
    let model = Model::start(vec![Reply::Text("a"), Reply::Text("b")]).await;
    let server = model.server(Engine::Sqlite).await.unwrap();
    let (key, client) = owner(&server).await;
    let program = Program::new(&server.url, &key);
    program.print(&[], "x").await;
    let id = program.threads()[0]["thread"]["id"].as_str().unwrap().to_owned();
    let share = async |visibility: &str| {
        let output = program.run(&["share", &id, "--visibility", visibility]).await;
        (output.status.code(), serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap_or_default())
    };
    let (_, shared) = share("public").await;
    let address = shared["url"].as_str().unwrap();
    assert_eq!(shared["visibility"], "public");
    let token = address.rsplit('/').next().unwrap();
    let anybody = crate::support::Client::new(&server.url, None);
    assert_eq!(anybody.get(&format!("/api/shared/{token}")).await.body["messages"][0]["content"], "x");
    // What follows does not take it back.
    program.print(&["resume", &id], "y").await;
    let thread = client.get(&format!("/api/threads/{id}")).await.body;
    assert_eq!((&thread["visibility"], thread["messages"].as_array().unwrap().len()), (&json!("public"), 4));
    assert_eq!(share("private").await.1, json!({"id": id, "visibility": "private", "url": null}));
    assert_eq!(share("everybody").await.0, Some(2));
    assert_eq!(program.run(&["share", "T-unknown"]).await.status.code(), Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_thread_is_gone_on_with_as_a_copy() {
    let model = Model::start(vec![Reply::Text("a"), Reply::Text("b"), Reply::Text("c")]).await;
    let server = model.server(Engine::Sqlite).await.unwrap();
    let w = World::new(&server).await;
    let theirs = Program::new(&server.url, &w.owner_key);
    theirs.print(&[], "one").await;
    let id = theirs.threads()[0]["thread"]["id"].as_str().unwrap().to_owned();
    assert_eq!(theirs.run(&["share", &id]).await.status.code(), Some(0));
    let ours = Program::new(&server.url, w.member.key());
    ours.print(&["resume", &id], "two").await;
    let copy = ours.threads()[0]["thread"]["id"].as_str().unwrap().to_owned();
    assert_ne!(copy, id);
    assert_eq!(ours.pending(), Vec::<String>::new());
    let count = async |client: &crate::support::Client, id: &str| {
        client.get(&format!("/api/threads/{id}")).await.body["messages"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((count(&w.owner, &id).await, count(&w.member, &copy).await, count(&w.stranger, &copy).await), (2, 4, 0));
    // It is ours from then on.
    ours.print(&["resume", &copy], "three").await;
    assert_eq!((ours.threads().len(), count(&w.member, &copy).await), (1, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told() {
    let model = Model::start(vec![]).await;
    let server = model.server(Engine::Sqlite).await.unwrap();
    let program = Program::new(&server.url, "hd_nobody");
    let output = program.run(&["--trust", "-p", "x"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    // What is on this machine is shown nevertheless.
    let output = program.run(&["list"]).await;
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(0), false));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not among these"));
}
