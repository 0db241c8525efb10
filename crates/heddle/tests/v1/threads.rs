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
}
