//! Whatever happens between a machine and a server, no message is lost.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json as Body, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use client::{ApiKey, Client, Retry, Settings, Timestamp};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{Store, Stored, Syncer, Thread};
use crate::conversation::Conversation;

/// What becomes of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Line {
    #[default]
    Good,
    /// Nothing arrives.
    Dead,
    /// What arrives is done, but the answer is lost.
    Deaf,
}

#[derive(Default)]
struct Server {
    threads: BTreeMap<String, Json>,
    line: Line,
}

type Shared = Arc<Mutex<Server>>;

async fn answer_get(State(server): State<Shared>, Path(id): Path<String>) -> Response {
    let server = server.lock().unwrap();
    match (server.line, server.threads.get(&id)) {
        (Line::Dead, _) => StatusCode::BAD_GATEWAY.into_response(),
        (_, Some(thread)) => Body(thread.clone()).into_response(),
        (_, None) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn answer_put(
    State(server): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(mut thread): Body<Json>,
) -> Response {
    let mut server = server.lock().unwrap();
    let current = server.threads.get(&id).map_or(0, |thread| thread["version"].as_u64().unwrap());
    let expected: u64 = headers["if-match"].to_str().unwrap().parse().unwrap();
    match server.line {
        Line::Dead => return StatusCode::BAD_GATEWAY.into_response(),
        _ if expected != current => return StatusCode::CONFLICT.into_response(),
        _ => {}
    }
    thread["version"] = json!(current + 1);
    server.threads.insert(id, thread.clone());
    match server.line {
        Line::Deaf => StatusCode::BAD_GATEWAY.into_response(),
        _ => Body(thread).into_response(),
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// We say something.
    Ours,
    /// Another client does.
    Theirs,
    /// Another client renames the thread.
    Renamed,
    /// Threads are sent.
    Sent(Line),
    /// The program is started anew and takes up what the server has.
    Resumed,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Ours),
        2 => Just(Step::Theirs),
        1 => Just(Step::Renamed),
        2 => Just(Step::Sent(Line::Good)),
        1 => Just(Step::Sent(Line::Dead)),
        2 => Just(Step::Sent(Line::Deaf)),
        1 => Just(Step::Resumed),
    ]
}

async fn play(steps: &[Step]) {
    let server = Shared::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().route("/api/threads/{id}", get(answer_get).put(answer_put));
    let routes = routes.with_state(Arc::clone(&server));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let settings = Settings { retry: Retry::NEVER, ..Settings::default() };
    let client = Client::with(&url, ApiKey::new("k"), settings).unwrap();
    let syncer = Syncer::new(store.clone(), client);
    let mut stored = Stored { thread: Thread::new("/w".into(), Timestamp::UNIX_EPOCH), private: false, revision: 0 };
    let id = stored.thread.id.clone();
    store.save(&mut stored).unwrap();

    let mut said = Vec::new();
    let mut title = None;
    for (n, step) in steps.iter().enumerate() {
        match step {
            Step::Ours => {
                let mut stored = store.load(&id).unwrap();
                stored.thread.messages.say(&format!("ours {n}"), Timestamp::UNIX_EPOCH);
                store.save(&mut stored).unwrap();
                said.push(format!("ours {n}"));
            }
            Step::Theirs | Step::Renamed => {
                let mut server = server.lock().unwrap();
                let Some(thread) = server.threads.get_mut(&id) else { continue };
                thread["version"] = json!(thread["version"].as_u64().unwrap() + 1);
                if matches!(step, Step::Renamed) {
                    title = Some(format!("title {n}"));
                    thread["title"] = json!(title);
                    continue;
                }
                thread["messages"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!({"role": "user", "content": format!("theirs {n}")}));
                said.push(format!("theirs {n}"));
            }
            Step::Sent(line) => {
                server.lock().unwrap().line = *line;
                syncer.push_all().await;
                server.lock().unwrap().line = Line::Good;
            }
            Step::Resumed => drop(syncer.pull(&id).await),
        }
    }
    assert!(syncer.push_all().await);
    assert_eq!(store.pending().unwrap(), Vec::<String>::new());

    let server = server.lock().unwrap();
    let there: Vec<Conversation> =
        server.threads.values().map(|thread| serde_json::from_value(thread["messages"].clone()).unwrap()).collect();
    let has = |text: &String| there.iter().any(|thread| thread.messages.iter().any(|message| message.text() == *text));
    for text in &said {
        assert!(has(text), "{text} is lost: {there:?}");
    }
    // Ours are all in our thread, in their order.
    let ours: Conversation = serde_json::from_value(server.threads[&id]["messages"].clone()).unwrap();
    let ours: Vec<_> =
        ours.messages.iter().map(|message| message.text()).filter(|text| text.starts_with("ours")).collect();
    let expected: Vec<_> = said.iter().filter(|text| text.starts_with("ours")).cloned().collect();
    assert_eq!(ours, expected);
    // What others called it stays.
    if let Some(title) = title {
        assert_eq!(server.threads[&id]["title"], title);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_message_is_lost(steps in prop::collection::vec(any_step(), 1..14)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(&steps));
    }
}
