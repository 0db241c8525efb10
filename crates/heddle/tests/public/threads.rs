//! Threads, their events and messages.

use kernel::{Actor, ids::DocumentId};
use serde_json::{Value as Json, json};
use talk::activities::{self, ActivityType, Visibility};

use crate::{
    files::upload,
    support::{Client, Engine, Server, World},
};

const THREADS: &str = "/api/v1/public/threads";

fn link(kind: &str, collection: &str, id: &str) -> Json {
    json!({"id": id, "type": kind, "url": format!("/api/v1/public/{collection}/{id}")})
}

fn said(text: &str) -> Json {
    json!({"payload_type": "message", "text": text})
}

fn brought(file: &str) -> Json {
    json!({"payload_type": "file", "file": link("FILE", "files", file)})
}

/// A case of the world's space and its thread.
async fn case(w: &World, title: &str) -> (String, String) {
    let case = w.case(title).await;
    (case["id"].as_str().unwrap().to_owned(), case["thread_id"].as_str().unwrap().to_owned())
}

async fn say(client: &Client, thread: &str, text: &str) -> String {
    client.post(&format!("{THREADS}/{thread}/messages"), json!({"text": text})).await.bare_id(201)
}

/// The payloads of the events that a caller sees.
async fn payloads(client: &Client, thread: &str) -> Vec<Json> {
    let answer = client.get(&format!("{THREADS}/{thread}/events")).await;
    answer.bare(200)["data"].as_array().unwrap().iter().map(|event| event["payloads"].clone()).collect()
}

on_each_engine! {
    async fn a_thread_tells_when_something_was_last_said(server: &Server) {
        let w = World::new(server).await;
        let (_, thread) = case(&w, "Fence").await;
        let path = format!("{THREADS}/{thread}");
        let fresh = w.observer.get(&path).await;
        let expected = json!({
            "id": thread, "created_at": fresh.body["created_at"], "last_thread_event_at": null,
            "events_url": format!("/api/v1/public/threads/{thread}/events"),
        });
        assert_eq!(fresh.bare(200), &expected);
        assert!(fresh.body["created_at"].is_string());
        say(&w.member, &thread, "Hello").await;
        let last = say(&w.member, &thread, "Hello again").await;
        // The address leads to its events.
        let events = w.observer.get(fresh.body["events_url"].as_str().unwrap()).await;
        assert_eq!(events.bare(200)["data"][1]["id"], last);
        assert_eq!(w.observer.get(&path).await.bare(200)["last_thread_event_at"], events.body["data"][1]["created_at"]);
        // What is not for the caller does not count.
        let internal = json!({"type": "comment", "content": "psst", "visibility": "internal"});
        w.admin.post(&format!("/v1/threads/{thread}/activities"), internal).await.data(201);
        assert_eq!(w.observer.get(&path).await.body["last_thread_event_at"], events.body["data"][1]["created_at"]);
        assert!(w.admin.get(&path).await.body["last_thread_event_at"].as_str() > events.body["data"][1]["created_at"].as_str());
        for client in [&w.stranger, &w.other] {
            client.get(&path).await.declined(404, "thread_not_found");
            client.get(&format!("{path}/events")).await.declined(404, "thread_not_found");
        }
        w.member.get(&format!("{THREADS}/x")).await.declined(404, "thread_not_found");
        w.member.get(&format!("{THREADS}/{}", DocumentId::new())).await.declined(404, "thread_not_found");
        w.anonymous.get(&path).await.declined(401, "unauthorized");
    }

    async fn a_message_brings_its_files_to_the_case(server: &Server) {
        let w = World::new(server).await;
        let (case_id, thread) = case(&w, "Fence").await;
        let one = upload(&w.member, &[], "one.txt", b"1").await.bare_id(201);
        let two = upload(&w.member, &[("space_id", &w.space)], "two.txt", b"2").await.bare_id(201);
        let path = format!("{THREADS}/{thread}/messages");
        let posted = w.member.post(&path, json!({"text": " See these ", "file_ids": [two, one, two], "colour": "ignored"})).await;
        let event = posted.bare(201);
        assert_eq!(event["payloads"], json!([said("See these"), brought(&two), brought(&one)]));
        assert_eq!(event["author"], link("USER", "users", &w.member_id));
        assert_eq!(event["created_at"], event["updated_at"]);
        assert_eq!(w.observer.get(&format!("{THREADS}/{thread}/events")).await.bare(200)["data"], json!([event]));
        let files = w.observer.get(&format!("/api/v1/public/cases/{case_id}")).await.bare(200)["files"].clone();
        assert_eq!(files, json!([link("FILE", "files", &one), link("FILE", "files", &two)]));
        // /v1 shows the same entry, with the files in its data.
        let entries = w.observer.get(&format!("/v1/threads/{thread}/activities")).await;
        let entries: Vec<&Json> = entries.data(200).as_array().unwrap().iter().collect();
        assert_eq!(entries.len(), 1);
        assert_eq!((&entries[0]["id"], &entries[0]["type"], &entries[0]["data"]), (&event["id"], &json!("comment"), &json!({"file_ids": [two, one]})));

        // What is there already may be named again; null is no file.
        w.member.post(&path, json!({"text": "Again", "file_ids": [one]})).await.bare_id(201);
        let bare = w.member.post(&path, json!({"text": "Bare", "file_ids": null})).await;
        assert_eq!(bare.bare(201)["payloads"], json!([said("Bare")]));
        // A file that is gone is left out.
        w.member.delete(&format!("/api/v1/public/files/{two}")).await.bare(204);
        assert_eq!(payloads(&w.observer, &thread).await[0], json!([said("See these"), brought(&one)]));

        // A standalone thread has its files itself.
        let apart = w.member.post("/v1/threads", json!({"space_id": w.space})).await.id(201);
        let three = upload(&w.member, &[], "three.txt", b"3").await.bare_id(201);
        w.member.post(&format!("{THREADS}/{apart}/messages"), json!({"text": "Here", "file_ids": [three]})).await.bare_id(201);
        let artifact = w.observer.get(&format!("/v1/artifacts/{three}")).await;
        assert_eq!((&artifact.data(200)["thread_id"], &artifact.data(200)["case_id"]), (&json!(apart), &Json::Null));
    }

    async fn events_are_what_was_said_and_attached(server: &Server) {
        let w = World::new(server).await;
        let (case_id, thread) = case(&w, "Fence").await;
        w.member.post(&format!("/v1/cases/{case_id}/commence"), json!({})).await.data(200);
        let kept = upload(&w.member, &[("case_id", &case_id)], "kept.txt", b"k").await.bare_id(201);
        let gone = upload(&w.member, &[("case_id", &case_id)], "gone.txt", b"g").await.bare_id(201);
        w.member.post("/api/v1/public/notes", json!({"case_id": case_id, "title": "A note"})).await.bare_id(201);
        w.member.post("/v1/datatables", json!({"case_id": case_id, "name": "T", "rows": [{"a": 1}]})).await.data(201);
        w.member.post(&format!("/v1/threads/{thread}/activities"), json!({"type": "comment", "content": "by /v1"})).await.data(201);
        w.member.post(&format!("/v1/threads/{thread}/activities"), json!({"type": "tool_call", "content": "no"})).await.data(201);
        for visibility in ["internal", "system"] {
            let body = json!({"type": "comment", "content": visibility, "visibility": visibility});
            w.admin.post(&format!("/v1/threads/{thread}/activities"), body).await.data(201);
        }
        w.member.delete(&format!("/api/v1/public/files/{gone}")).await.bare(204);
        let agent = Actor::ai(w.agent_id.parse().unwrap());
        let id = thread.parse().unwrap();
        let post = move |tx: &mut store::Tx<'_>| activities::post(tx, id, ActivityType::Comment, "by an agent", Visibility::Public);
        server.store.write(w.workspace, agent, post).await.unwrap();
        let public = [json!([brought(&kept)]), json!([]), json!([said("by /v1")])];
        let seen = payloads(&w.observer, &thread).await;
        assert_eq!(seen, [&public[..], &[json!([said("by an agent")])]].concat());
        let all = [&public[..], &[json!([said("internal")]), json!([said("system")]), json!([said("by an agent")])]].concat();
        assert_eq!(payloads(&w.admin, &thread).await, all);
        let last = w.observer.get(&format!("{THREADS}/{thread}/events?direction=desc&limit=1")).await;
        assert_eq!(last.bare(200)["data"][0]["author"], link("AGENT", "agents", &w.agent_id));
    }

    async fn events_come_in_slices(server: &Server) {
        let w = World::new(server).await;
        let (_, thread) = case(&w, "Fence").await;
        let path = format!("{THREADS}/{thread}/events");
        assert_eq!(w.member.get(&path).await.bare(200), &json!({"data": [], "has_more": false, "next_cursor": null}));
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(say(&w.member, &thread, &n.to_string()).await);
            w.member.post(&format!("/v1/threads/{thread}/activities"), json!({"type": "system_event", "content": "-"})).await.data(201);
        }
        for direction in ["", "&direction=asc", "&direction=desc"] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let slice = w.observer.get(&format!("{path}?limit=2{direction}{cursor}")).await;
                let items = slice.bare(200)["data"].as_array().unwrap();
                seen.extend(items.iter().map(|event| event["id"].as_str().unwrap().to_owned()));
                let Some(next) = slice.body["next_cursor"].as_str() else { break };
                assert_eq!((items.len(), &slice.body["has_more"]), (2, &json!(true)));
                cursor = format!("&cursor={next}");
            }
            if direction.ends_with("desc") {
                seen.reverse();
            }
            assert_eq!(seen, ids, "{direction}");
        }
        // What is said meanwhile comes at the end, once.
        let slice = w.observer.get(&format!("{path}?limit=4")).await;
        let cursor = slice.bare(200)["next_cursor"].as_str().unwrap();
        let late = say(&w.member, &thread, "late").await;
        let rest = w.observer.get(&format!("{path}?limit=4&cursor={cursor}")).await;
        let rest: Vec<&Json> = rest.bare(200)["data"].as_array().unwrap().iter().map(|event| &event["id"]).collect();
        assert_eq!(rest, [&json!(ids[4]), &json!(late)]);
        // A cursor goes with its thread and its direction.
        let (_, other) = case(&w, "Shed").await;
        w.observer.get(&format!("{THREADS}/{other}/events?cursor={cursor}")).await.declined(400, "invalid_cursor");
        w.observer.get(&format!("{path}?direction=desc&cursor={cursor}")).await.declined(400, "invalid_cursor");
        w.observer.get(&format!("{path}?cursor=x")).await.declined(400, "invalid_cursor");
        for (name, value) in [("limit", "0"), ("limit", "101"), ("direction", "up")] {
            w.observer.get(&format!("{path}?{name}={value}")).await.declined_field(name);
        }
        w.observer.get(&format!("{path}?colour=ignored")).await.bare(200);
        w.anonymous.get(&path).await.declined(401, "unauthorized");
    }

    async fn posting_messages_refuses(server: &Server) {
        let w = World::new(server).await;
        let (case_id, thread) = case(&w, "Fence").await;
        let (other, _) = case(&w, "Shed").await;
        let path = format!("{THREADS}/{thread}/messages");
        let nothing = DocumentId::new();
        let with = |files: Json| json!({"text": "x", "file_ids": files});
        let taken = upload(&w.member, &[("case_id", &other)], "a", b"a").await.bare_id(201);
        let free = upload(&w.member, &[("space_id", &w.space)], "a", b"a").await.bare_id(201);
        let hidden = upload(&w.owner, &[], "a", b"a").await.bare_id(201);
        let note = w.member.post("/api/v1/public/notes", json!({"space_id": w.space, "title": "N"})).await.bare_id(201);
        w.member.post(&path, json!({"text": " "})).await.declined(400, "invalid_message_request");
        w.member.post(&path, json!({})).await.declined_field("text");
        w.member.post(&path, json!({"text": null})).await.declined_field("text");
        w.member.post(&path, json!({"text": "x".repeat(100_001)})).await.declined_field("text");
        w.member.post(&path, with(json!(vec![nothing; 101]))).await.declined_field("file_ids");
        w.member.post(&path, with(json!(["x"]))).await.declined_field("file_ids[0]");
        for file in [nothing.to_string(), note, hidden] {
            w.member.post(&path, with(json!([free, file]))).await.declined(404, "attached_files_not_found");
        }
        w.member.post(&path, with(json!([free, taken]))).await.declined(400, "file_thread_mismatch");
        w.observer.post(&path, with(json!([]))).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            client.post(&path, with(json!([]))).await.declined(404, "thread_not_found");
        }
        w.member.post(&format!("{THREADS}/x/messages"), with(json!([]))).await.declined(404, "thread_not_found");
        w.anonymous.post(&path, with(json!([]))).await.declined(401, "unauthorized");
        assert!(payloads(&w.owner, &thread).await.is_empty());
        assert_eq!(w.owner.get(&format!("/api/v1/public/files?case_id={case_id}")).await.bare(200)["data"], json!([]));
    }
}
