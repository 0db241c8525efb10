//! Calls every operation of the public API as somebody who must be refused. New operations join by themselves; the few that
//! are open to such callers are listed with the reason.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use crate::{
    files,
    support::{
        Engine, Server, World,
        operations::{self, call},
    },
};

/// Operations that everybody in a workspace may call, whatever their spaces.
const OPEN: &[(&str, &str)] = &[
    ("listSpaces", "lists the caller's own"),
    ("createSpace", "everybody may make a space of their own"),
    ("listCases", "lists what the caller sees"),
    ("listNotes", "lists what the caller sees"),
    ("listFiles", "lists what the caller sees"),
    ("listUsers", "everybody may know who works in the workspace"),
    ("getUser", "everybody may know who works in the workspace"),
    ("getCurrentUser", "is about the caller"),
    ("listAgents", "everybody may know who works in the workspace"),
    ("getAgent", "everybody may know who works in the workspace"),
    ("listAgentTools", "everybody may know what agents can do"),
    ("listModels", "is the same for everybody"),
    ("listTools", "lists what the caller sees"),
    ("getTool", "tools of the workspace are for everybody to see"),
    ("createTool", "everybody may make a tool of their own"),
    ("listSecrets", "lists the caller's own"),
    ("createSecret", "everybody may store a secret of their own"),
];

/// Operations whose refusal is not the space's: who else may call them is said by the workspace or by the thing itself.
const OTHERWISE: &[(&str, u16)] = &[
    ("createAgent", 403),
    ("updateAgent", 403),
    ("replaceAgentTools", 403),
    ("updateTool", 403),
    // What is another's does not exist.
    ("deleteSecret", 404),
];

async fn things(world: &World) -> BTreeMap<&'static str, String> {
    let public = |path: &str| format!("/api/v1/public/{path}");
    let case = json!({"space_id": world.space, "title": "Fence"});
    let case = world.member.post(&public("cases"), case).await;
    let thread = case.bare(201)["thread"]["id"].as_str().unwrap().to_owned();
    let case = case.bare_id(201);
    let note = world.member.post(&public("notes"), json!({"case_id": case, "title": "N"})).await.bare_id(201);
    let file = files::upload(&world.member, &[("case_id", &case)], "a.txt", b"a").await.bare_id(201);
    let procedure =
        world.member.post(&public("procedures"), json!({"space_id": world.space, "title": "P"})).await.bare_id(201);
    let secret = world.owner.post(&public("secrets"), json!({"name": "A", "value": "x"})).await.bare_id(201);
    let tool =
        json!({"name": "t", "description": "d", "script": "def invoke(): pass", "input_schema": {"type": "object"}});
    let tool = world.owner.post(&public("tools"), tool).await.bare_id(201);
    let manifest = reqwest::multipart::Part::bytes(b"{\"title\": \"x\"}".to_vec()).file_name("m.jsonl");
    let form = reqwest::multipart::Form::new().part("manifest", manifest).text("space_id", world.space.clone());
    let ingestion = world
        .member
        .send(world.member.request(Method::POST, &public("case-ingestions")).multipart(form))
        .await
        .bare_id(201);
    BTreeMap::from([
        ("spaces", world.space.clone()),
        ("space_id", world.space.clone()),
        ("cases", case.clone()),
        ("case_id", case.clone()),
        ("parent_case_id", case),
        ("threads", thread),
        ("notes", note),
        ("files", file),
        ("procedures", procedure.clone()),
        ("procedure_id", procedure),
        ("agents", world.agent_id.clone()),
        ("assignee_id", world.agent_id.clone()),
        ("users", world.member_id.clone()),
        ("secrets", secret),
        ("tools", tool),
        ("case-ingestions", ingestion),
    ])
}

on_each_engine! {
    async fn every_operation_refuses_those_it_is_not_for(server: &Server) {
        let world = World::new(server).await;
        let ids = things(&world).await;
        let document = world.anonymous.get("/api/v1/public/openapi.json").await.body;
        let operations = operations::all(&document);
        assert_eq!(operations.len(), 50);
        for operation in &operations {
            let name = format!("{} {}", operation.method, operation.path);
            let open = OPEN.iter().any(|(id, _)| *id == operation.id);
            let otherwise = OTHERWISE.iter().find(|(id, _)| *id == operation.id).map(|(_, status)| *status);
            call(&world.anonymous, &document, operation, &ids).await.declined(401, "unauthorized");
            // Another workspace's owner: nothing here exists for them.
            let answer = call(&world.other, &document, operation, &ids).await;
            // What names nothing of this workspace is theirs to do in their own.
            let own = operation.id == "createAgent" || (open && !operation.path.contains('{'));
            assert!(own || answer.status == 404, "{name} as another workspace: {}", answer.text);
            // A stranger in the same workspace: neither, unless the operation is open to all.
            if !open {
                let answer = call(&world.stranger, &document, operation, &ids).await;
                let expected = otherwise.unwrap_or(404);
                assert!(answer.status == expected, "{name} as a stranger: {}", answer.text);
            }
            // An observer changes nothing.
            if operation.method != Method::GET && !open {
                let answer = call(&world.observer, &document, operation, &ids).await;
                let expected = otherwise.unwrap_or(403);
                assert_eq!(answer.status.as_u16(), expected, "{name} as an observer: {}", answer.text);
            }
        }
    }
}
