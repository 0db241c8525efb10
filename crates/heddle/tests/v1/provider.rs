//! An agent that thinks with a model: the real server against a local one that speaks the provider's wire format.

use std::sync::{Arc, Mutex};

use axum::{Json as Body, Router, extract::State, http::HeaderMap, response::IntoResponse, routing::post};
use serde_json::{Value as Json, json};

use crate::{
    agents::run_of,
    support::{Engine, Live, Server, World, server::Options},
};

/// What the provider was asked, in turn.
type Asked = Arc<Mutex<Vec<Json>>>;

/// Answers the first request with 429, then with two tool calls in turn, then with text.
async fn chat(State(asked): State<Asked>, headers: HeaderMap, Body(request): Body<Json>) -> axum::response::Response {
    assert_eq!(headers["authorization"], "Bearer sk-secret-of-the-test");
    let turn = {
        let mut asked = asked.lock().unwrap();
        asked.push(request);
        asked.len()
    };
    let call = |id: &str, name: &str, input: Json| json!({"tool_calls": [{"index": 0, "id": id, "type": "function", "function": {"name": name, "arguments": input.to_string()}}]});
    let (delta, reason) = match turn {
        1 => return (axum::http::StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")], "{}").into_response(),
        2 => (call("call_1", "set_priority", json!({"priority": "critical"})), "tool_calls"),
        3 => (call("call_2", "finish_stage", json!({"summary": "Triaged as critical."})), "tool_calls"),
        _ => (json!({"content": "Done."}), "stop"),
    };
    let chunk = |delta: Json, reason: Json| json!({"id": "x", "model": "gpt-4o", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
    let usage = json!({"id": "x", "model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}});
    let lines = [chunk(delta, Json::Null), chunk(json!({}), json!(reason)), usage];
    let body: String = lines.iter().map(|line| format!("data: {line}\n\n")).collect();
    ([("content-type", "text/event-stream")], format!("{body}data: [DONE]\n\n")).into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_works_a_stage_with_a_model() {
    let asked = Asked::default();
    let provider = Router::new().route("/v1/chat/completions", post(chat)).with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, provider).await });
    let options = Options::new(Engine::Sqlite)
        .set("OPENAI_API_KEY", "sk-secret-of-the-test")
        .set("OPENAI_BASE_URL", format!("http://{address}/v1"))
        .set("HEDDLE_LOG", "debug");
    let server = Server::start(options).await.unwrap();
    let world = World::new(&server).await;
    let agent =
        json!({"type": "ai", "name": "Triage Agent", "model_id": "gpt-4o", "system_prompt": "You triage permits."});
    let agent = world.owner.post("/v1/actors", agent).await.id(201);
    world
        .owner
        .post(&format!("/v1/spaces/{}/members", world.space), json!({"actor_id": agent, "role": "member"}))
        .await
        .data(201);
    let procedure = world.member.post("/v1/procedures", json!({"space_id": world.space, "name": "P"})).await.id(201);
    let stage = json!({"name": "Triage", "assigned_actor_id": agent});
    world.member.post(&format!("/v1/procedures/{procedure}/stages"), stage).await.data(201);
    let body = json!({"space_id": world.space, "title": "Fence", "procedure_id": procedure});
    let case = world.member.post("/v1/cases", body).await.id(201);
    let mut live = Live::open(&world.member, "", None).await;
    world.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
    let stage = world.stages(&case).await[0]["id"].as_str().unwrap().to_owned();
    let run = run_of(&world, &mut live, &stage).await;
    live.until("run.finished").await;
    let run = world.member.get(&format!("/v1/runs/{run}")).await.data(200).clone();
    assert_eq!((&run["state"], &run["model_id"]), (&json!("succeeded"), &json!("gpt-4o")), "{run}");
    assert_eq!(run["input_tokens"].as_i64().unwrap() % 1000, 0, "{run}");
    assert!(run["cost_micros"].as_i64().unwrap() > 0, "{run}");
    let calls = world.owner.get("/v1/calls").await.data(200).clone();
    let call = calls.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&call["surface"], &call["provider"], &call["outcome"]),
        (&json!("run"), &json!("openai"), &json!("ok"))
    );
    assert_eq!(
        (&call["run_id"], &call["actor_id"], &call["case_id"]),
        (&run["id"], &json!(agent), &json!(case)),
        "{call}"
    );
    assert!(call["cost_micros"].as_i64().unwrap() > 0 && call["input_tokens"] == 1000, "{call}");
    assert_eq!(world.stages(&case).await[0]["phase"], "completed");
    assert_eq!(world.member.get(&format!("/v1/cases/{case}")).await.data(200)["priority"], "critical");
    let asked = asked.lock().unwrap();
    let told = asked[1].to_string();
    assert!(told.contains("You triage permits.") && told.contains("finish_stage") && told.contains("Fence"), "{told}");
    assert!(asked[2].to_string().contains("call_1"), "the result of the first call goes back");
    assert!(!server.log().contains("sk-secret-of-the-test"), "no key in the log");
}
