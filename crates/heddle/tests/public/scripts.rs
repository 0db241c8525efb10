//! Scripts of tools at work: a model calls them in a run, and they run in the sandbox.

use std::sync::{Arc, Mutex};

use axum::{Json as Body, Router, extract::State, response::IntoResponse, routing::post};
use serde_json::{Value as Json, json};

use crate::support::{Engine, Live, Server, World, server::Options};

/// What the provider was asked, in turn, and the calls it is to answer with.
#[derive(Default)]
struct Model {
    asked: Vec<Json>,
    calls: Vec<(&'static str, Json)>,
}

async fn chat(State(model): State<Arc<Mutex<Model>>>, Body(request): Body<Json>) -> axum::response::Response {
    let (name, input, turn) = {
        let mut model = model.lock().unwrap();
        let turn = model.asked.len();
        model.asked.push(request);
        match model.calls.get(turn) {
            Some((name, input)) => (*name, input.clone(), turn),
            None => ("finish_stage", json!({"summary": "Done."}), turn),
        }
    };
    let function = json!({"name": name, "arguments": input.to_string()});
    let delta =
        json!({"tool_calls": [{"index": 0, "id": format!("call_{turn}"), "type": "function", "function": function}]});
    let chunk = |delta: Json, reason: Json| json!({"id": "x", "model": "gpt-4o", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
    let lines = [chunk(delta, Json::Null), chunk(json!({}), json!("tool_calls"))];
    let body: String = lines.iter().map(|line| format!("data: {line}\n\n")).collect();
    ([("content-type", "text/event-stream")], format!("{body}data: [DONE]\n\n")).into_response()
}

const SCRIPT: &str = r#"
import os, urllib.request

def invoke(what, interloom):
    if what == "double":
        return {"double": interloom["secrets"]["TOKEN"] * 2, "tool": interloom["tool"]}
    if what == "loop":
        while True:
            pass
    if what == "files":
        return sorted(os.listdir("/")) + list(os.environ)
    if what == "network":
        return urllib.request.urlopen("http://example.com", timeout=5).read().decode()
    if what == "gigabyte":
        for _ in range(1 << 14):
            print("x" * (1 << 16))
        return "printed"
    raise ValueError("no " + what + " with " + interloom["secrets"]["TOKEN"])
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_model_calls_a_script_with_its_secrets() {
    let wanted = ["double", "files", "network", "gigabyte", "nothing"];
    let mut calls: Vec<(&str, Json)> = wanted.iter().map(|what| ("lookup", json!({"what": what}))).collect();
    calls.push(("lookup", json!({"that": 1})));
    let model = Arc::new(Mutex::new(Model { calls, ..Model::default() }));
    let provider = Router::new().route("/v1/chat/completions", post(chat)).with_state(Arc::clone(&model));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, provider).await });
    let options = Options::new(Engine::Sqlite)
        .set("OPENAI_API_KEY", "sk-test")
        .set("OPENAI_BASE_URL", format!("http://{address}/v1"))
        .set("HEDDLE_DEFAULT_MODEL", "openai/gpt-4o")
        .set("PATH", std::env::var("PATH").unwrap())
        .set("HEDDLE_LOG", "debug");
    let server = Server::start(options).await.unwrap();
    let w = World::new(&server).await;
    let secret = json!({"name": "TOKEN", "value": "swordfish-12345"});
    let secret = w.owner.post("/api/v1/public/secrets", secret).await.bare_id(201);
    let schema = json!({"type": "object", "properties": {"what": {"type": "string"}}, "required": ["what"], "additionalProperties": false});
    let tool = json!({"name": "lookup", "description": "Looks things up.", "script": SCRIPT, "input_schema": schema, "secret_ids": [secret]});
    let tool = w.owner.post("/api/v1/public/tools", tool).await.bare_id(201);
    let agent = w.owner.post("/api/v1/public/agents", json!({"name": "Worker"})).await;
    assert_eq!(agent.bare(201)["model"], "openai/gpt-4o");
    let agent = agent.bare_id(201);
    let tools = w.owner.request(reqwest::Method::PUT, &format!("/api/v1/public/agents/{agent}/tools"));
    w.owner.send(tools.json(&json!({"tool_ids": [tool]}))).await.bare(200);
    w.owner
        .post(&format!("/v1/spaces/{}/members", w.space), json!({"actor_id": agent, "role": "member"}))
        .await
        .data(201);
    let procedure = json!({"space_id": w.space, "title": "P"});
    let procedure = w.member.post("/api/v1/public/procedures", procedure).await.bare_id(201);
    let stages = json!({"stages": [{"title": "T", "instructions": null, "assignee_id": agent}]});
    w.member.patch(&format!("/api/v1/public/procedures/{procedure}"), stages).await.bare(200);
    let case = json!({"space_id": w.space, "title": "F", "procedure_id": procedure});
    let case = w.member.post("/v1/cases", case).await.id(201);
    let mut live = Live::open(&w.member, "", None).await;
    w.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
    live.until("run.finished").await;
    let run = w.member.get("/v1/runs").await.data(200)[0].clone();
    assert_eq!(run["state"], "succeeded", "{run}");
    let steps = w.member.get(&format!("/v1/runs/{}/steps", run["id"].as_str().unwrap())).await;
    let steps = steps.data(200).as_array().unwrap().clone();
    let of = |n: usize| steps.iter().filter(|step| step["tool"] == "lookup").nth(n).unwrap().clone();
    // The secret reached the script, and nothing of it comes back.
    assert_eq!(of(0)["output"]["double"], "[secret TOKEN][secret TOKEN]", "{}", of(0));
    assert_eq!(of(0)["output"]["tool"], "lookup");
    let seen = of(1)["output"].to_string();
    assert!(seen.contains("usr") && !seen.contains("root") && !seen.contains("OPENAI"), "{seen}");
    assert_eq!(of(2)["is_error"], true);
    assert_eq!(of(3)["output"], "printed");
    let raised = of(4)["output"].to_string();
    assert!(raised.contains("no nothing with [secret TOKEN]") && raised.contains("ValueError"), "{raised}");
    // An input that breaks the schema does not reach the script.
    assert!(of(5)["output"].to_string().contains("validation_error"), "{}", of(5));
    // Neither the model nor the log was shown the secret; the tool was offered with its schema.
    let asked = model.lock().unwrap().asked.clone();
    assert!(!format!("{asked:?}{steps:?}{}", server.log()).contains("swordfish"));
    let offered = asked[0]["tools"].as_array().unwrap();
    assert!(
        offered.iter().any(|tool| tool["function"]["name"] == "lookup" && tool["function"]["parameters"] == schema)
    );
    // Of Heddle's own actions it has only what a run cannot do without.
    assert!(offered.iter().any(|tool| tool["function"]["name"] == "finish_stage"));
    assert!(!offered.iter().any(|tool| tool["function"]["name"] == "set_priority"));
}
