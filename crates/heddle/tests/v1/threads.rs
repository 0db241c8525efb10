use serde_json::json;

use crate::{
    on_each_engine,
    support::{Client, Engine, Server, World},
};

async fn seen(client: &Client, thread: &str) -> Vec<String> {
    let answer = client.get(&format!("/v1/threads/{thread}/activities")).await;
    let entries = answer.data(200).as_array().unwrap();
    assert_eq!(answer.body["meta"]["total"], entries.len());
    entries.iter().map(|entry| entry["content"].as_str().unwrap().to_owned()).collect()
}

on_each_engine! {
    async fn standalone_threads_begin_in_private(server: &Server) {
        let world = World::new(server).await;
        let thread = world.member.act("/v1/threads").await;
        let id = thread.id(201);
        assert_eq!(thread.data(201)["case_id"], json!(null));
        world.owner.get(&format!("/v1/threads/{id}")).await.refused(404, "thread_not_found");
        let shared = world.member.post("/v1/threads", json!({"space_id": world.space, "title": "Plan"})).await.id(201);
        assert_eq!(world.observer.get(&format!("/v1/threads/{shared}")).await.data(200)["title"], "Plan");
        world.observer.post("/v1/threads", json!({"space_id": world.space})).await.refused(403, "forbidden");
        world.stranger.post("/v1/threads", json!({"space_id": world.space})).await.refused(404, "space_not_found");
        let case = world.case("Fence").await;
        let of_space = world.observer.get(&format!("/v1/threads?space_id={}", world.space)).await;
        assert_eq!(of_space.body["meta"]["total"], 2);
        let of_case = world.observer.get(&format!("/v1/threads?case_id={}", case["id"].as_str().unwrap())).await;
        assert_eq!(of_case.data(200)[0]["id"], case["thread_id"]);
        world.stranger.get(&format!("/v1/threads?case_id={}", case["id"].as_str().unwrap())).await.refused(404, "case_not_found");
    }

    async fn entries_are_seen_by_those_they_are_for(server: &Server) {
        let world = World::new(server).await;
        let (case, stages) = world.active_case(&["A"]).await;
        let thread = world.member.get(&format!("/v1/cases/{case}")).await.data(200)["thread_id"].as_str().unwrap().to_owned();
        let path = format!("/v1/threads/{thread}/activities");
        let baseline = seen(&world.observer, &thread).await.len();
        for visibility in ["public", "internal", "system"] {
            let body = json!({"type": "comment", "content": visibility, "visibility": visibility});
            assert_eq!(world.admin.post(&path, body).await.data(201)["visibility"], visibility);
        }
        let after = |all: Vec<String>| all[baseline..].to_vec();
        assert_eq!(after(seen(&world.admin, &thread).await), ["public", "internal", "system"]);
        assert_eq!(after(seen(&world.member, &thread).await), ["public"]);
        assert_eq!(after(seen(&world.observer, &thread).await), ["public"]);
        // Who is assigned sees what is internal.
        let stage = stages[0]["id"].as_str().unwrap();
        world.owner.patch(&format!("/v1/stages/{stage}"), json!({"assigned_actor_id": world.member_id})).await.data(200);
        assert_eq!(after(seen(&world.member, &thread).await), ["public", "internal"]);
    }

    async fn posting_is_guarded(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await;
        let path = format!("/v1/threads/{}/activities", case["thread_id"].as_str().unwrap());
        for kind in ["comment", "status_change", "stage_transition", "tool_call", "note_edit", "system_event"] {
            world.member.post(&path, json!({"type": kind, "content": "x"})).await.data(201);
        }
        for kind in ["subcase_created", "subcase_completed", "artifact_added", "shout"] {
            world.member.post(&path, json!({"type": kind, "content": "x"})).await.invalid("type");
        }
        world.member.post(&path, json!({"type": "comment", "content": " "})).await.invalid("content");
        world.member.post(&path, json!({"type": "comment", "content": "x".repeat(100_001)})).await.invalid("content");
        world.member.post(&path, json!({"type": "comment", "content": "x", "visibility": "secret"})).await.invalid("visibility");
        world.observer.post(&path, json!({"type": "comment", "content": "x"})).await.refused(403, "forbidden");
        world.stranger.post(&path, json!({"type": "comment", "content": "x"})).await.refused(404, "thread_not_found");
        world.other.get(&path).await.refused(404, "thread_not_found");
        assert_eq!(world.member.get(&path).await.body["meta"]["total"], 6);
    }

    async fn authors_change_their_comments_and_take_them_back(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await;
        let path = format!("/v1/threads/{}/activities", case["thread_id"].as_str().unwrap());
        let comment = json!({"type": "comment", "content": "First"});
        let posted = world.member.post(&path, comment).await.data(201).clone();
        assert_eq!((&posted["edited_at"], &posted["deleted_at"]), (&json!(null), &json!(null)));
        let own = format!("/v1/activities/{}", posted["id"].as_str().unwrap());
        let edited = world.member.patch(&own, json!({"content": "Second"})).await.data(200).clone();
        assert_eq!((&edited["content"], edited["edited_at"].is_string()), (&json!("Second"), true));
        let history = format!("/v1/cases/{}/history", case["id"].as_str().unwrap());
        let last = world.observer.get(&history).await.data(200)[0].clone();
        assert_eq!((&last["verb"], &last["data"]["before"], &last["data"]["after"]), (&json!("activity.edited"), &json!("First"), &json!("Second")));
        // What it says while it is confined is told to nobody else, before or after.
        world.member.patch(&own, json!({"content": "Confined", "visibility": "internal"})).await.data(200);
        world.member.patch(&own, json!({"content": "Open", "visibility": "public"})).await.data(200);
        let told = world.observer.get(&history).await;
        assert!(!told.text.contains("Confined") && told.text.contains("activity.edited"), "{}", told.text);
        assert!(world.owner.get(&history).await.text.contains("Confined"));
        world.member.patch(&own, json!({"content": " "})).await.invalid("content");
        world.owner.patch(&own, json!({"content": "x"})).await.refused(403, "forbidden");
        world.observer.delete(&own).await.refused(403, "forbidden");
        world.stranger.patch(&own, json!({"content": "x"})).await.refused(404, "activity_not_found");
        let system = world.member.post(&path, json!({"type": "system_event", "content": "x"})).await.id(201);
        world.member.patch(&format!("/v1/activities/{system}"), json!({"content": "y"})).await.refused(403, "forbidden");
        let hidden = json!({"type": "comment", "content": "x", "visibility": "internal"});
        let hidden = world.admin.post(&path, hidden).await.id(201);
        world.member.patch(&format!("/v1/activities/{hidden}"), json!({"content": "y"})).await.refused(404, "activity_not_found");
        let deleted = world.member.delete(&own).await.data(200).clone();
        assert_eq!((&deleted["content"], deleted["deleted_at"].is_string()), (&json!(""), true));
        world.member.patch(&own, json!({"content": "x"})).await.refused(409, "comment_deleted");
        world.member.delete(&own).await.refused(409, "comment_deleted");
        assert_eq!(seen(&world.observer, case["thread_id"].as_str().unwrap()).await, ["", "x"]);
    }

    async fn the_newest_entries_come_first_on_request(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await;
        let path = format!("/v1/threads/{}/activities", case["thread_id"].as_str().unwrap());
        for content in ["1", "2", "3"] {
            world.member.post(&path, json!({"type": "comment", "content": content})).await.data(201);
        }
        let page = world.observer.get(&format!("{path}?order=desc&per_page=2")).await;
        let contents: Vec<_> = page.data(200).as_array().unwrap().iter().map(|entry| entry["content"].clone()).collect();
        assert_eq!((contents, &page.body["meta"]["total"]), (vec![json!("3"), json!("2")], &json!(3)));
        assert_eq!(world.observer.get(&format!("{path}?order=asc&per_page=1")).await.data(200)[0]["content"], "1");
        world.observer.get(&format!("{path}?order=up")).await.invalid("order");
    }
}
