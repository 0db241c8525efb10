use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Client, Engine, Server, World},
};

async fn names(client: &Client, query: &str) -> Vec<Json> {
    let answer = client.get(&format!("/v1/views{query}")).await;
    answer.data(200).as_array().unwrap().iter().map(|view| view["name"].clone()).collect()
}

on_each_engine! {
    async fn views_are_kept_and_shared(server: &Server) {
        let world = World::new(server).await;
        let view = |name: &str, shared: bool, space: Option<&String>| {
            json!({"name": name, "space_id": space, "shared": shared, "query": {"phase": "active"}, "layout": "board"})
        };
        let mine = world.member.post("/v1/views", view("mine", false, Some(&world.space))).await.data(201).clone();
        assert_eq!((&mine["owner"]["id"], &mine["query"]), (&json!(world.member_id), &json!({"phase": "active"})));
        let shared = world.member.post("/v1/views", view("shared", true, Some(&world.space))).await.id(201);
        let everywhere = world.member.post("/v1/views", view("everywhere", true, None)).await.id(201);
        let of_space = format!("?space_id={}", world.space);
        assert_eq!(names(&world.member, "").await, ["mine", "shared", "everywhere"]);
        assert_eq!(names(&world.member, &of_space).await, ["mine", "shared"]);
        assert_eq!(names(&world.observer, "").await, ["shared", "everywhere"]);
        assert_eq!(names(&world.stranger, "").await, ["everywhere"]);
        world.stranger.get(&format!("/v1/views{of_space}")).await.refused(404, "space_not_found");
        let path = format!("/v1/views/{shared}");
        let changed = world.member.patch(&path, json!({"name": "ours", "layout": "list", "position": 0, "query": {}})).await;
        assert_eq!((&changed.data(200)["layout"], &changed.data(200)["query"]), (&json!("list"), &json!({})));
        assert_eq!(names(&world.member, "").await, ["ours", "mine", "everywhere"]);
        world.admin.patch(&path, json!({"name": "theirs"})).await.data(200);
        world.observer.patch(&path, json!({"name": "x"})).await.refused(403, "forbidden");
        world.stranger.patch(&path, json!({"name": "x"})).await.refused(404, "view_not_found");
        world.owner.patch(&format!("/v1/views/{everywhere}"), json!({"name": "x"})).await.refused(403, "forbidden");
        let private = format!("/v1/views/{}", mine["id"].as_str().unwrap());
        world.owner.delete(&private).await.refused(404, "view_not_found");
        world.observer.delete(&path).await.refused(403, "forbidden");
        assert_eq!(world.admin.delete(&path).await.data(200)["deleted"], true);
        world.member.delete(&path).await.refused(404, "view_not_found");
        assert_eq!(names(&world.observer, "").await, ["everywhere"]);
    }

    async fn what_a_view_cannot_be_is_refused(server: &Server) {
        let world = World::new(server).await;
        let with = |field: &str, value: Json| {
            let mut view = json!({"name": "n", "space_id": world.space, "shared": false, "query": {}, "layout": "list"});
            view[field] = value;
            view
        };
        for (field, value) in [
            ("name", json!(" ")),
            ("name", json!("x".repeat(201))),
            ("query", json!({"q": "x".repeat(8192)})),
            ("query", json!([1])),
            ("query", json!({"q": "\u{0}"})),
            ("layout", json!("map")),
        ] {
            let answer = world.member.post("/v1/views", with(field, value.clone())).await;
            assert_eq!(answer.status.as_u16(), 422, "{field} {value}: {}", answer.text);
        }
        // An observer keeps views, but shares none.
        world.observer.post("/v1/views", with("name", json!("own"))).await.data(201);
        world.observer.post("/v1/views", with("shared", json!(true))).await.refused(403, "forbidden");
        world.stranger.post("/v1/views", with("name", json!("own"))).await.refused(404, "space_not_found");
    }
}
