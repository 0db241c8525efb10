//! Calls every operation of the OpenAPI document as somebody who must be refused. New operations join by themselves; the
//! few that are open to such callers are listed with the reason.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::json;

use crate::{
    agents, artifacts, on_each_engine,
    support::{
        Engine, Live, Server, World,
        operations::{self, call},
    },
};

/// Operations that a member of the workspace may call without any role in a space.
const OPEN_TO_STRANGERS: &[(&str, &str)] = &[
    ("list_spaces", "lists the caller's own"),
    ("list_cases", "lists what the caller sees"),
    ("list_procedures", "lists what the caller sees"),
    ("list_threads", "lists what the caller sees"),
    ("list_artifacts", "lists what the caller sees"),
    ("list_datatables", "lists what the caller sees"),
    ("list_emails", "lists what the caller sees"),
    ("list_runs", "lists what the caller sees"),
    ("list_proposals", "lists what the caller sees"),
    ("list_actors", "everybody may know who works in the workspace"),
    ("get_actor", "everybody may know who works in the workspace"),
    ("create_space", "everybody may make a space of their own"),
    ("create_thread", "goes to the caller's private space"),
    ("follow_events", "shows what the caller may see"),
    ("search", "finds what the caller may see"),
    ("change_cases", "answers case by case"),
    ("get_inbox", "shows what is the caller's own"),
    ("set_inbox_seen", "notes what the caller itself has seen"),
    ("list_views", "lists what the caller sees"),
    ("create_view", "a view without a space is the caller's own matter"),
    ("get_actor_record", "counts what the caller sees"),
    ("list_models", "everybody may know what agents can think with"),
    ("get_usage", "is about the caller's own workspace, and for its admins only"),
    ("get_session", "is the caller's own"),
    ("sign_out", "is the caller's own"),
    ("switch_workspace", "is the caller's own"),
    ("set_password", "is the caller's own"),
    ("update_user", "is the caller's own"),
    ("list_sessions", "lists the caller's own"),
    ("end_session", "ends the caller's own"),
    ("list_keys", "lists the caller's own"),
    ("create_key", "makes one of the caller's own"),
    ("revoke_key", "revokes the caller's own; others' do not exist"),
    ("list_members", "everybody may know who works in the workspace"),
    ("get_workspace", "tells of the workspace as a whole"),
];

/// Operations that need no credential.
const OPEN_TO_ALL: &[&str] =
    &["get_setup", "run_setup", "sign_in", "request_link", "redeem_link", "show_invitation", "accept_invitation"];

/// Operations on the workspace as a whole, for its owners and admins. Another workspace's owner may call them there.
const ADMINS_ONLY: &[&str] = &[
    "create_actor",
    "update_actor",
    "update_member",
    "deactivate_member",
    "reactivate_member",
    "list_invitations",
    "create_invitation",
    "withdraw_invitation",
    "list_audit",
    "export_audit",
    "update_workspace",
    "list_outbox",
    "list_calls",
    "get_prices",
    "put_prices",
    "get_limits",
    "put_limits",
];

/// Ids of the world, by the collection in a path and by the field of a body.
async fn things(world: &World) -> BTreeMap<&'static str, String> {
    let (case, stages) = world.active_case(&["Receive"]).await;
    let stage = stages[0]["id"].as_str().unwrap().to_owned();
    let instruction = world.instructions(&stage).await[0]["id"].as_str().unwrap().to_owned();
    let thread =
        world.member.get(&format!("/v1/cases/{case}")).await.data(200)["thread_id"].as_str().unwrap().to_owned();
    let label =
        world.member.post(&format!("/v1/spaces/{}/labels", world.space), json!({"name": "fraud"})).await.id(201);
    world.member.post(&format!("/v1/cases/{case}/labels"), json!({"label_id": label})).await.data(200);
    let comment = json!({"type": "comment", "content": "So it is"});
    let comment = world.member.post(&format!("/v1/threads/{thread}/activities"), comment).await.id(201);
    let view = json!({"name": "All", "space_id": world.space, "shared": true, "query": {}, "layout": "board"});
    let view = world.member.post("/v1/views", view).await.id(201);
    let procedure = world.procedure(&["Other"]).await;
    let artifact = artifacts::upload(&world.member, &[("case_id", &case)], "a.txt", b"a").await.id(201);
    let rows = json!({"name": "T", "case_id": case, "rows": [{"a": 1}]});
    let datatable = world.member.post("/v1/datatables", rows).await.id(201);
    let email = world.member.post("/v1/emails", json!({"case_id": case, "to": ["a@example.com"]})).await.id(201);
    let tool =
        json!({"name": "find", "description": "d", "url": "https://example.com", "input_schema": {"type": "object"}});
    let tool = world.admin.post(&format!("/v1/spaces/{}/tools", world.space), tool).await.id(201);
    // An agent whose every action is under review leaves a proposal and a run that waits for it.
    world.owner.patch(&format!("/v1/actors/{}", world.agent_id), json!({"review": ["*"]})).await.data(200);
    let mut live = Live::open(&world.member, "", None).await;
    let (_, given) = agents::given_to_agent(world, &["Set priority to high"]).await;
    let run = agents::run_of(world, &mut live, &given).await;
    live.until("proposal.created").await;
    let proposal = world.member.get("/v1/proposals").await.data(200)[0]["id"].as_str().unwrap().to_owned();
    let key = world.owner.post("/v1/keys", json!({"name": "sweep"})).await.id(201);
    let invited = json!({"email": "sweep@example.com", "role": "member"});
    let invitation = world.owner.post("/v1/invitations", invited).await.id(201);
    let user = world.owner.get("/v1/members?q=observer").await.data(200)[0]["user_id"].as_str().unwrap().to_owned();
    BTreeMap::from([
        ("keys", key.clone()),
        // No session begins here; any id does for calls that must be refused.
        ("sessions", key),
        ("invitations", invitation),
        ("user_id", user),
        ("tools", tool),
        ("runs", run),
        ("proposals", proposal),
        ("artifacts", artifact),
        ("datatables", datatable),
        ("emails", email),
        ("activities", comment),
        ("views", view),
        ("spaces", world.space.clone()),
        ("space_id", world.space.clone()),
        ("cases", case.clone()),
        ("case_id", case),
        ("stages", stage),
        ("instructions", instruction),
        ("threads", thread.clone()),
        ("thread_id", thread),
        ("procedures", procedure.clone()),
        ("procedure_id", procedure),
        ("versions", "1".to_owned()),
        ("actors", world.agent_id.clone()),
        ("actor_id", world.agent_id.clone()),
        ("labels", label.clone()),
        ("label_id", label),
    ])
}

on_each_engine! {
    async fn every_operation_refuses_those_it_is_not_for(server: &Server) {
        let world = World::new(server).await;
        let ids = things(&world).await;
        let document = world.anonymous.get("/openapi/interloom-v1.json").await.body;
        let operations = operations::all(&document);
        assert!(operations.len() >= 40, "{}", operations.len());
        for operation in &operations {
            let name = format!("{} {}", operation.method, operation.path);
            let admins = ADMINS_ONLY.contains(&operation.id.as_str());
            let open = OPEN_TO_STRANGERS.iter().any(|(id, _)| *id == operation.id);
            let answer = call(&world.anonymous, &document, operation, &ids).await;
            if OPEN_TO_ALL.contains(&operation.id.as_str()) {
                assert!(answer.body["error"]["code"] != "unauthorized", "{name}: {}", answer.text);
                continue;
            }
            answer.refused(401, "unauthorized");
            if operation.id == "follow_events" {
                continue; // its stream does not end
            }
            // Another workspace's owner: nothing here exists for them.
            let answer = call(&world.other, &document, operation, &ids).await;
            if operation.path.contains('{') || !open {
                let status = answer.status.as_u16();
                let reference = status == 422 && operation.body.is_some() && !operation.path.contains('{');
                assert!(status == 404 || reference || (admins && !operation.path.contains('{')), "{name} as another workspace: {}", answer.text);
            }
            // A stranger in the same workspace: neither, unless the operation is open to all.
            if !open {
                let answer = call(&world.stranger, &document, operation, &ids).await;
                let status = answer.status.as_u16();
                assert!(status == 404 || (admins && status == 403), "{name} as a stranger: {}", answer.text);
            }
            // An observer changes nothing.
            if operation.method != Method::GET && !open {
                let answer = call(&world.observer, &document, operation, &ids).await;
                assert_eq!(answer.status.as_u16(), 403, "{name} as an observer: {}", answer.text);
            }
        }
    }
}
