//! A server with one case and all that hangs on it, for the tests of what is made of them.

use serde_json::{Value, json};

use crate::stub::{Reply, Seen, Stub};

pub const CASE: &str = "0198c0de-0000-7000-8000-0000000000c1";
pub const CHILD: &str = "0198c0de-0000-7000-8000-0000000000c2";
pub const SPACE: &str = "0198c0de-0000-7000-8000-0000000000a1";
pub const THREAD: &str = "0198c0de-0000-7000-8000-0000000000d1";
pub const STAGE: &str = "0198c0de-0000-7000-8000-0000000000e1";
pub const PROCEDURE: &str = "0198c0de-0000-7000-8000-0000000000b1";
pub const ADA: &str = "0198c0de-0000-7000-8000-0000000000f1";
pub const BOT: &str = "0198c0de-0000-7000-8000-0000000000f2";
pub const OTHER: &str = "0198c0de-0000-7000-8000-000000000099";
pub const AT: &str = "2026-01-31T09:30:00Z";

fn link(kind: &str, id: &str) -> Value {
    json!({"id": id, "type": kind, "url": "/x"})
}

fn item(more: Value) -> Value {
    let mut item = json!({"id": OTHER, "created_at": AT, "updated_at": AT, "type": "X", "parent": null});
    item.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    item
}

fn page(data: Value) -> Value {
    json!({"data": data, "has_more": false, "next_cursor": null})
}

fn list(data: Value) -> Value {
    let total = data.as_array().map_or(0, Vec::len);
    json!({"data": data, "meta": {"request_id": OTHER, "total": total, "page": 1, "per_page": 200}})
}

fn one(data: Value) -> Value {
    json!({"data": data, "meta": {"request_id": OTHER, "timestamp": AT}})
}

/// What the public API answers. `said` is what people wrote, wherever they can write.
fn public(path: &str, said: &str) -> Option<Value> {
    let case = |id: &str| {
        item(json!({
            "id": id, "title": said, "status": "started", "description": said, "summary": null, "due_at": AT,
            "external_id": said, "tags": [said], "assignee": link("USER", ADA), "thread": link("THREAD", THREAD),
            "files": [], "parent": link("SPACE", SPACE), "completed_at": null,
        }))
    };
    let procedure = item(json!({
        "id": PROCEDURE, "title": said, "parent": link("SPACE", SPACE),
        "stages": [item(json!({"title": said, "instructions": said, "assignee": link("AGENT", BOT)}))],
    }));
    let user = item(json!({"id": ADA, "name": format!("Ada {said}"), "is_pending": false, "is_deactivated": false}));
    let agent = item(json!({"id": BOT, "name": format!("Bot {said}"), "model": "m"}));
    let event = |author: Value| {
        item(json!({
            "author": author,
            "payloads": [{"payload_type": "message", "text": said}, {"payload_type": "file", "file": link("FILE", OTHER)}],
        }))
    };
    let (collection, rest) =
        path.strip_prefix("/api/v1/public/")?.split_once('/').unwrap_or((path.rsplit('/').next()?, ""));
    Some(match (collection, rest) {
        ("cases", "") => page(json!([case(CHILD)])),
        ("cases", CASE) => case(CASE),
        ("files", "") => {
            page(json!([item(json!({"name": said, "size": 3, "mime_type": "text/plain", "download_url": "/x"}))]))
        }
        ("notes", "") => page(json!([item(json!({"title": said}))])),
        ("procedures", "") => page(json!([procedure])),
        ("procedures", PROCEDURE) => procedure,
        ("spaces", SPACE) => {
            item(json!({"id": SPACE, "name": said, "description": said, "is_system": false, "is_public": false}))
        }
        ("users", "") => page(json!([user])),
        ("users", ADA) => user,
        ("agents", "") => page(json!([agent])),
        ("agents", BOT) => agent,
        ("threads", THREAD) => json!({"id": THREAD, "created_at": AT, "last_thread_event_at": AT, "events_url": "/x"}),
        ("threads", rest) if rest.starts_with(THREAD) => {
            page(json!([event(link("AGENT", BOT)), event(link("USER", ADA))]))
        }
        _ => return None,
    })
}

/// What `/v1` answers beyond that.
fn v1(path: &str, said: &str) -> Option<Value> {
    let stage = json!({
        "id": STAGE, "case_id": CASE, "position": 0, "name": said, "description": said, "phase": "active",
        "motion": "waiting", "waiting_on": {"kind": "external", "id": null, "reason": said},
        "required_actor_type": "either", "assigned_actor_id": BOT, "procedure_stage_id": null, "started_at": AT,
        "ended_at": null, "created_at": AT, "updated_at": AT,
    });
    let instruction = |done: bool| {
        json!({
            "id": OTHER, "stage_id": STAGE, "case_id": CASE, "position": 0, "type": "todo", "text": said, "condition": null,
            "subcase_id": null, "satisfied": done, "satisfied_by": done.then_some(ADA), "satisfied_at": null,
            "created_at": AT, "updated_at": AT,
        })
    };
    let activity = |kind: &str, actor: &str| {
        json!({
            "id": OTHER, "thread_id": THREAD, "type": kind, "visibility": "public", "actor_id": actor, "content": said,
            "data": null, "created_at": AT,
        })
    };
    let actor = |id: &str, name: &str| {
        one(json!({
            "id": id, "type": "human", "name": format!("{name} {said}"), "email": null, "model_id": null,
            "system_prompt": null, "created_at": AT, "updated_at": AT,
        }))
    };
    Some(match path.strip_prefix("/v1/")?.split('/').collect::<Vec<_>>()[..] {
        ["cases", CASE] => one(json!({
            "id": CASE, "space_id": SPACE, "parent_case_id": null, "parent_stage_id": null, "thread_id": THREAD,
            "procedure_id": PROCEDURE, "external_id": null, "title": said, "description": said, "summary": null,
            "phase": "active", "motion": "working", "waiting_on": null, "priority": "high", "assigned_actor_id": ADA,
            "labels": [], "attributes": {said: said}, "created_by": ADA, "created_at": AT, "updated_at": AT,
            "commenced_at": AT, "resolved_at": null, "closed_at": null, "due_at": null,
        })),
        ["cases", CASE, "stages"] => list(json!([stage])),
        ["stages", STAGE, "instructions"] => list(json!([instruction(true), instruction(false)])),
        ["threads", THREAD] => one(json!({
            "id": THREAD, "space_id": SPACE, "case_id": CASE, "title": said, "created_by": ADA, "created_at": AT,
            "updated_at": AT,
        })),
        ["threads", THREAD, "activities"] => list(json!([activity("comment", ADA), activity("status_change", BOT)])),
        ["actors", ADA] => actor(ADA, "Ada"),
        ["actors", BOT] => actor(BOT, "Bot"),
        ["spaces", SPACE, "members"] => {
            list(json!([{"actor_id": BOT, "name": said, "actor_type": "ai", "role": "member", "added_at": AT}]))
        }
        _ => return None,
    })
}

fn answer(found: Option<Value>) -> Reply {
    found.map_or_else(|| Reply::error(404, "not_found"), |value| Reply::json(200, value.to_string()))
}

/// Heddle, where people write `said` everywhere.
pub fn heddle(said: &str) -> Stub {
    let said = said.to_owned();
    Stub::new(move |seen: &Seen| answer(public(seen.path(), &said).or_else(|| v1(seen.path(), &said))))
}

/// A server that speaks the public API alone.
pub fn public_only(said: &str) -> Stub {
    let said = said.to_owned();
    Stub::new(move |seen: &Seen| answer(public(seen.path(), &said)))
}
