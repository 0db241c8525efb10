//! Calls every operation of Loom's document as somebody who must be refused. New operations join by themselves; the few that
//! are open to such callers are listed with the reason.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    on_each_engine,
    support::{
        Engine, Server, World,
        operations::{self, call},
    },
};

/// Operations that need no credential.
const OPEN_TO_ALL: &[&str] = &[
    "list_providers",
    "request_magic_link",
    "verify_magic_link",
    "device_start",
    "device_poll",
    "health",
    "get_shared_thread",
];
/// How operations for signing in at a provider end: there is one for each provider.
const AT_PROVIDERS: &[&str] = &["_oauth_login", "_oauth_callback", "_oauth_callback_alt"];

/// Operations that another workspace's owner may call, because they are about the caller's own matters.
const OWN: &[(&str, &str)] = &[
    ("get_current_user", "is the caller's own"),
    ("logout", "is the caller's own"),
    ("list_identities", "lists the caller's own"),
    ("get_ws_token", "is the caller's own"),
    ("list_api_keys", "lists the caller's own"),
    ("create_api_key", "makes one of the caller's own"),
    ("list_orgs", "lists the caller's own"),
    ("create_org", "everybody may make one"),
    ("list_threads", "lists the caller's own"),
    ("search_threads", "finds the caller's own"),
    ("upsert_thread", "an id is of the client's choice, in each workspace anew"),
    ("post_thread", "an id is of the client's choice, in each workspace anew"),
    ("get_device_request", "is for sessions, not for keys"),
    ("approve_device", "is for sessions, not for keys"),
    ("deny_device", "is for sessions, not for keys"),
];

/// Calls of models, which have no id of anybody's in their path.
fn calls_a_model(path: &str) -> bool {
    path.starts_with("/proxy/")
}

on_each_engine! {
    async fn every_operation_refuses_those_it_is_not_for(server: &Server) {
        let world = World::new(server).await;
        let key = world.owner.post("/api/keys", json!({"name": "sweep"})).await.bare_id(201);
        let user = world.owner.get(&format!("/api/orgs/{}/members", world.workspace)).await;
        let user = user.bare(200)["members"][1]["user_id"].as_str().unwrap().to_owned();
        let thread = json!({"id": "T-sweep", "visibility": "private", "messages": []});
        world.owner.post("/api/threads/T-sweep", thread).await.bare(200);
        let link = world.owner.post("/api/threads/T-sweep/share", json!({})).await;
        let link = link.body["id"].as_str().map_or_else(|| key.clone(), str::to_owned);
        let ids = BTreeMap::from([
            ("orgs", world.workspace.to_string()),
            ("org_id", world.workspace.to_string()),
            ("user_id", user),
            ("keys", key.clone()),
            // Nobody has linked any; any id does for calls that must be refused.
            ("identities", key.clone()),
            ("weaver", key.clone()),
            ("weavers", key.clone()),
            ("sessions", key),
            ("threads", "T-sweep".to_owned()),
            ("link_id", link.clone()),
            ("links", link),
            ("version", "1".to_owned()),
            ("token", "made-up".to_owned()),
            ("user_code", "BCDF-2345".to_owned()),
            ("provider", "anthropic".to_owned()),
            ("rest", "messages".to_owned()),
            ("queries", "made-up".to_owned()),
        ]);
        let document = world.anonymous.get("/openapi/loom.json").await.body;
        let operations = operations::all(&document);
        assert!(operations.len() >= 50, "{}", operations.len());
        // A key for something that no operation here is for.
        let elsewhere = crate::scopes::scoped(server, &world.owner, &["v1:read"]).await;
        for operation in &operations {
            let name = format!("{} {}", operation.method, operation.path);
            let answer = call(&world.anonymous, &document, operation, &ids).await;
            let id = operation.id.as_str();
            if OPEN_TO_ALL.contains(&id) || AT_PROVIDERS.iter().any(|end| id.ends_with(end)) {
                assert!(!answer.text.contains("Send an API key"), "{name}: {}", answer.text);
                continue;
            }
            if operation.path.ends_with("/attach") || operation.path.starts_with("/api/ws/") {
                continue; // sockets say who they are in their first message
            }
            assert_eq!(answer.status, 401, "{name} as nobody: {}", answer.text);
            let own = OWN.iter().any(|(own, _)| *own == id);
            if !own && !calls_a_model(&operation.path) {
                let answer = call(&world.other, &document, operation, &ids).await;
                // What a body names is refused by its field.
                let reference = answer.status == 403 || (answer.status == 400 && operation.body.is_some());
                let hidden = answer.status == 404 || (reference && !operation.path.contains('{')) || id == "list_weavers";
                assert!(hidden, "{name} as another workspace: {}", answer.text);
            }
            if operation.path.starts_with("/api/orgs/{id}") && operation.method != "GET" {
                let answer = call(&world.member, &document, operation, &ids).await;
                assert_eq!(answer.status, 403, "{name} as a member: {}", answer.text);
            }
            let answer = call(&elsewhere, &document, operation, &ids).await;
            let needs_none = ["get_current_user", "logout", "get_ws_token"].contains(&id);
            assert_eq!(answer.text.contains("insufficient_scope") || answer.text.contains("This key "), !needs_none, "{name} with a key for something else: {}", answer.text);
        }
    }
}
