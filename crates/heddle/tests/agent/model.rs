//! A provider that is played: the wire format of Anthropic, with answers one after the other.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{Json as Body, Router, extract::State, response::IntoResponse};
use serde_json::{Value as Json, json};

use crate::{
    served::Reply,
    support::{Client, Engine, Server, World, server::Options},
};

#[derive(Clone, Default)]
pub struct Model {
    pub url: String,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Json>>>,
}

impl Model {
    pub async fn start(replies: Vec<Reply>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let model = Self { url, replies: Arc::new(Mutex::new(replies.into())), asked: Arc::default() };
        let router = Router::new().fallback(answer).with_state(model.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        model
    }

    pub fn asked(&self) -> Vec<Json> {
        self.asked.lock().unwrap().clone()
    }

    pub fn replies(&self, replies: Vec<Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    /// The real server, which asks this model.
    pub async fn server(&self, engine: Engine) -> Option<Server> {
        let options = Options::new(engine);
        let options = options.set("ANTHROPIC_API_KEY", "sk-ant").set("ANTHROPIC_BASE_URL", &self.url);
        Server::start(options).await
    }
}

/// A key for a new workspace of a server, and a client with it.
pub async fn owner(server: &Server) -> (String, Client) {
    let (_, _, key, _) = World::workspace(server).await;
    let client = Client::new(&server.url, Some(&key));
    (key, client)
}

async fn answer(State(model): State<Model>, Body(asked): Body<Json>) -> impl IntoResponse {
    model.asked.lock().unwrap().push(asked);
    let reply = model.replies.lock().unwrap().pop_front().expect("a reply");
    let usage = json!({"input_tokens": 10, "output_tokens": 1});
    let start = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-test", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage});
    let mut events = vec![json!({"type": "message_start", "message": start})];
    let stop = match reply {
        Reply::Text(text) => {
            let block = json!({"type": "text", "text": ""});
            events.push(json!({"type": "content_block_start", "index": 0, "content_block": block}));
            let delta = json!({"type": "text_delta", "text": text});
            events.push(json!({"type": "content_block_delta", "index": 0, "delta": delta}));
            events.push(json!({"type": "content_block_stop", "index": 0}));
            "end_turn"
        }
        Reply::Calls(calls) => {
            for (n, (tool, input)) in calls.into_iter().enumerate() {
                let block = json!({"type": "tool_use", "id": format!("toolu_{n}"), "name": tool, "input": {}});
                events.push(json!({"type": "content_block_start", "index": n, "content_block": block}));
                let delta = json!({"type": "input_json_delta", "partial_json": input.to_string()});
                events.push(json!({"type": "content_block_delta", "index": n, "delta": delta}));
                events.push(json!({"type": "content_block_stop", "index": n}));
            }
            "tool_use"
        }
        _ => panic!("the provider plays texts and calls only"),
    };
    let delta = json!({"stop_reason": stop, "stop_sequence": null});
    events.push(json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5}}));
    events.push(json!({"type": "message_stop"}));
    let text: String =
        events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())).collect();
    ([("content-type", "text/event-stream")], text)
}
