//! Live events and search.

use std::time::Duration;

use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Live, Server, World},
};

on_each_engine! {
    async fn events_come_live_in_order_and_resume(server: &Server) {
        let world = World::new(server).await;
        let mut live = Live::open(&world.observer, "", None).await;
        let case = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        world.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
        let (first, created) = live.until("case.created").await;
        assert_eq!((&created["case_id"], &created["actor_id"], &created["data"]["title"]), (&json!(case), &json!(world.member_id), &json!("Fence")));
        let (second, commenced) = live.until("case.commenced").await;
        assert!(second > first);
        assert_eq!(commenced["data"]["before"]["phase"], "intake");
        drop(live);
        world.member.act(&format!("/v1/cases/{case}/resolve")).await.data(200);
        let mut resumed = Live::open(&world.observer, "?after=0", Some(second)).await;
        let (third, verb, _) = resumed.next().await;
        assert_eq!((third > second, verb.as_str()), (true, "case.resolved"));
        let mut from_the_start = Live::open(&world.observer, "?after=0", None).await;
        assert_eq!(from_the_start.until("case.created").await.0, first);
    }

    async fn events_are_for_those_who_may_see_them(server: &Server) {
        let world = World::new(server).await;
        let mut stranger = Live::open(&world.stranger, "", None).await;
        let mut observer = Live::open(&world.observer, "", None).await;
        let mut admin = Live::open(&world.admin, "", None).await;
        let case = world.case("Fence").await;
        let path = format!("/v1/threads/{}/activities", case["thread_id"].as_str().unwrap());
        world.owner.post(&path, json!({"type": "comment", "content": "x", "visibility": "internal"})).await.data(201);
        let shown = world.owner.post(&path, json!({"type": "comment", "content": "y"})).await.id(201);
        // What the stranger sees next is the new actor, not the case before it.
        world.owner.post("/v1/actors", json!({"type": "human", "name": "Bo"})).await.data(201);
        assert_eq!(stranger.next().await.1, "actor.created");
        assert_eq!(observer.until("activity.posted").await.1["subject_id"], json!(shown));
        assert_eq!(admin.until("activity.posted").await.1["data"]["visibility"], "internal");
        // Back from the newest, which is the new actor.
        assert_eq!(Live::open(&world.stranger, "?after=-1", None).await.next().await.1, "actor.created");
        world.member.get("/v1/events?after=x").await.invalid("after");
        world.anonymous.get("/v1/events").await.refused(401, "unauthorized");
    }

    async fn cases_are_found_by_parts_of_words(server: &Server) {
        let world = World::new(server).await;
        let body = json!({"space_id": world.space, "title": "Wasserschaden", "description": "Протокол осмотра"});
        let id = world.member.post("/v1/cases", body).await.id(201);
        let mut live = Live::open(&world.member, "?after=0", None).await;
        live.until("case.created").await;
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        loop {
            let hits = world.observer.get("/v1/search?q=schaden%20осмотр").await;
            if hits.data(200).as_array().unwrap().first().is_some_and(|hit| hit["id"] == json!(id)) {
                break;
            }
            assert!(tokio::time::Instant::now() < deadline, "the index did not follow");
        }
        assert_eq!(world.stranger.get("/v1/search?q=schaden").await.body["meta"]["total"], 0);
        assert_eq!(world.other.get("/v1/search?q=schaden").await.body["meta"]["total"], 0);
        world.member.get("/v1/search").await.invalid("q");
        world.member.get("/v1/search?q=a&limit=0").await.invalid("per_page");
    }
}
