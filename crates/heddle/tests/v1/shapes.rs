//! The shapes of answers, frozen: what a client relies on.

use serde_json::{Value as Json, json};

use crate::artifacts;
use crate::support::{Engine, Server, World};

/// Replaces what differs from run to run by its kind.
fn stable(value: &Json) -> Json {
    match value {
        Json::Object(map) => map.iter().map(|(name, value)| (name.clone(), stable(value))).collect(),
        Json::Array(list) => list.iter().map(stable).collect(),
        Json::String(text) if uuid::Uuid::try_parse(text).is_ok() => json!("[id]"),
        Json::String(text) if text.parse::<kernel::Timestamp>().is_ok() => json!("[time]"),
        Json::String(text) if text.contains(" ID ") => {
            let word = |word| if uuid::Uuid::try_parse(word).is_ok() { "[id]" } else { word };
            json!(text.split(' ').map(word).collect::<Vec<_>>().join(" "))
        }
        other => other.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_keep_their_shape() {
    let server = Server::shared(Engine::Sqlite).await.unwrap();
    let world = World::new(server).await;
    let (case, stages) = world.active_case(&["Receive"]).await;
    let stage = stages[0]["id"].as_str().unwrap();
    let thread =
        world.member.get(&format!("/v1/cases/{case}")).await.data(200)["thread_id"].as_str().unwrap().to_owned();
    let label = world
        .member
        .post(&format!("/v1/spaces/{}/labels", world.space), json!({"name": "fraud", "color": "#cc3300"}))
        .await
        .id(201);
    world.member.post(&format!("/v1/cases/{case}/labels"), json!({"label_id": label})).await.data(200);
    let procedure = world.member.get("/v1/procedures").await.data(200)[0]["id"].as_str().unwrap().to_owned();
    let artifact = artifacts::upload(&world.member, &[("case_id", &case)], "a.txt", b"a").await.id(201);
    let rows = json!({"name": "T", "case_id": case, "rows": [{"a": 1, "b": "x"}]});
    let datatable = world.member.post("/v1/datatables", rows).await.id(201);
    let email = world
        .member
        .post("/v1/emails", json!({"case_id": case, "to": ["a@example.com"], "subject": "Hi"}))
        .await
        .id(201);
    for (name, path) in [
        ("artifact", format!("/v1/artifacts/{artifact}")),
        ("datatable", format!("/v1/datatables/{datatable}")),
        ("rows", format!("/v1/datatables/{datatable}/rows")),
        ("email", format!("/v1/emails/{email}")),
        ("space", format!("/v1/spaces/{}", world.space)),
        ("members", format!("/v1/spaces/{}/members?per_page=1", world.space)),
        ("case", format!("/v1/cases/{case}")),
        ("cases", "/v1/cases".to_owned()),
        ("stage", format!("/v1/stages/{stage}")),
        ("instructions", format!("/v1/stages/{stage}/instructions")),
        ("procedure", format!("/v1/procedures/{procedure}")),
        ("procedure_stages", format!("/v1/procedures/{procedure}/stages")),
        ("actor", format!("/v1/actors/{}", world.agent_id)),
        ("thread", format!("/v1/threads/{thread}")),
        ("activities", format!("/v1/threads/{thread}/activities")),
        ("labels", format!("/v1/spaces/{}/labels", world.space)),
        ("error_not_found", format!("/v1/cases/{}", world.space)),
        ("error_invalid", "/v1/cases?phase=done".to_owned()),
    ] {
        let answer = world.member.get(&path).await;
        insta::assert_json_snapshot!(name, stable(&answer.body));
    }
}

#[test]
fn the_openapi_documents_are_those_in_the_repository() {
    for name in ["interloom-v1", "interloom-public", "loom"] {
        let shown = std::process::Command::new(env!("CARGO_BIN_EXE_heddle")).args(["openapi", name]).output().unwrap();
        let path = format!("{}/../../openapi/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let kept = std::fs::read(path).unwrap_or_default();
        assert!(shown.status.success());
        assert!(shown.stdout == kept, "openapi/{name}.json is not current: run make openapi");
    }
}
