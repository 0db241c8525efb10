//! Registered tools, called over HTTP.

use std::sync::{Arc, Mutex};

use axum::{Json as Body, Router, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use heddle_agents::{
    runs::RunState,
    tools::{self, NewTool},
};
use serde_json::{Value as Json, json};
use talk::activities::ActivityType;

use crate::support::{Setup, World, call, result, tick};

type Seen = Arc<Mutex<Vec<(String, Json)>>>;

async fn weather(State(seen): State<Seen>, headers: HeaderMap, Body(body): Body<Json>) -> (StatusCode, Body<Json>) {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let city = body["input"]["city"].clone();
    seen.lock().unwrap().push((key, body));
    if city == "Atlantis" {
        return (StatusCode::NOT_FOUND, Body(json!({"why": "sunk"})));
    }
    (StatusCode::OK, Body(json!({"city": city, "rain": true})))
}

#[tokio::test]
async fn an_attached_tool_is_called_and_a_foreign_one_is_not() {
    let seen = Seen::default();
    let app = Router::new().route("/", post(weather)).with_state(Arc::clone(&seen));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });

    let world = World::scripted(Setup::todos("scripted/m", &["Find out"]), |request, turn| {
        Ok(match turn {
            0 => {
                let offered: Vec<_> = request.tools.iter().map(|tool| tool.name.as_str()).collect();
                assert!(offered.contains(&"weather") && !offered.contains(&"other"), "{offered:?}");
                vec![
                    call("same", "weather", json!({"city": "Bern"})),
                    call("same", "weather", json!({"city": "Atlantis"})),
                    call("c", "weather", json!({"town": "Bern"})),
                    call("d", "other", json!({})),
                    call("e", "inside", json!({})),
                ]
            }
            _ => {
                assert_eq!(result(request, "same").unwrap(), (r#"{"city":"Bern","rain":true}"#, false));
                let (output, is_error) = result(request, "c").unwrap();
                assert!(is_error && output.contains("town"), "{output}");
                assert!(result(request, "d").unwrap().1);
                let (output, is_error) = result(request, "e").unwrap();
                assert!(is_error && output.contains("not a public address"), "{output}");
                vec![tick(request, "t", 0)]
            }
        })
    })
    .await;
    let (space, agent) = (world.space, world.agent.id);
    world
        .write(move |tx| {
            let mut register = |name: &str, url: &str| {
                let input_schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": false});
                tools::register(tx, space, &NewTool { name: name.into(), description: "The weather.".into(), url: url.into(), input_schema })
            };
            let (weather, inside) = (register("weather", &url)?.id, register("inside", "http://10.0.0.1/")?.id);
            register("other", &url)?;
            tools::attach(tx, weather, agent)?;
            tools::attach(tx, inside, agent)
        })
        .await;
    world.commence().await;
    let run = world.until_state(RunState::Succeeded).await;
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 2, "what the schema refuses is not sent");
    assert_eq!(
        seen[0].1,
        json!({"tool": "weather", "input": {"city": "Bern"}, "run_id": run.id, "case_id": world.case})
    );
    assert!(seen[0].0.starts_with(&run.id.to_string()) && seen[0].0 != seen[1].0, "each call has a key of its own");
    let steps = world.steps().await;
    assert!(steps[3].is_error && steps[3].output.as_ref().unwrap().to_string().contains("sunk"));
    let entries = world.told(ActivityType::ToolCall).await;
    assert_eq!(entries[0], "Called the tool weather");
}
