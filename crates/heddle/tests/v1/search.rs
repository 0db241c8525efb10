use serde_json::{Value as Json, json};

use crate::{
    artifacts, on_each_engine,
    support::{Client, Engine, Server, World},
};

async fn hits(client: &Client, query: &str) -> Vec<Json> {
    client.get(&format!("/v1/search?{query}")).await.data(200).as_array().unwrap().clone()
}

fn kinds(hits: &[Json]) -> Vec<&str> {
    hits.iter().map(|hit| hit["kind"].as_str().unwrap()).collect()
}

on_each_engine! {
    async fn comments_are_found_by_those_who_see_them(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await;
        let path = format!("/v1/threads/{}/activities", case["thread_id"].as_str().unwrap());
        let comment = |content: &str, visibility: &str| json!({"type": "comment", "content": content, "visibility": visibility});
        let open = world.member.post(&path, comment("Some words before, then a marmoset appears", "public")).await.id(201);
        world.admin.post(&path, comment("A confined marmoset", "internal")).await.data(201);
        let found = hits(&world.observer, "q=marmoset").await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0]["id"], &found[0]["kind"], &found[0]["title"]), (&json!(open), &json!("comment"), &json!("Fence")));
        assert_eq!((&found[0]["case_id"], &found[0]["thread_id"]), (&case["id"], &case["thread_id"]));
        assert!(found[0]["snippet"].as_str().unwrap().contains("then a marmoset appears"));
        // Not even admins find what is not for everybody.
        assert_eq!(hits(&world.owner, "q=confined").await.len(), 0);
        assert_eq!(hits(&world.stranger, "q=marmoset").await.len(), 0);
        world.member.patch(&format!("/v1/activities/{open}"), json!({"content": "A tamarin"})).await.data(200);
        assert_eq!((hits(&world.observer, "q=marmoset").await.len(), hits(&world.observer, "q=tamarin").await.len()), (0, 1));
        world.member.patch(&format!("/v1/activities/{open}"), json!({"content": "A tamarin", "visibility": "internal"})).await.data(200);
        assert_eq!(hits(&world.observer, "q=tamarin").await.len(), 0);
        world.member.patch(&format!("/v1/activities/{open}"), json!({"content": "A tamarin"})).await.data(200);
    }

    async fn people_spaces_and_procedures_are_found_by_name(server: &Server) {
        let world = World::new(server).await;
        let procedure = world.procedure(&["Look"]).await;
        artifacts::upload(&world.member, &[("space_id", &world.space)], "permission.txt", b"a").await.data(201);
        assert_eq!(kinds(&hits(&world.observer, "q=permi").await), ["space", "procedure", "document"]);
        assert_eq!(kinds(&hits(&world.observer, "q=permi&kinds=procedure,case").await), ["procedure"]);
        assert_eq!(hits(&world.observer, "q=permi&kinds=procedure").await[0]["id"], json!(procedure));
        assert_eq!(kinds(&hits(&world.observer, "q=permi&kinds=document").await), ["document"]);
        assert_eq!(hits(&world.stranger, "q=permi").await.len(), 0);
        let people = hits(&world.stranger, "q=observer&kinds=actor").await;
        assert_eq!((&people[0]["id"], &people[0]["space_id"]), (&json!(world.observer_id), &json!(null)));
        assert_eq!(hits(&world.other, "q=permi").await.len(), 0);
        assert_eq!(hits(&world.observer, "q=100%25").await.len(), 0);
        world.observer.get("/v1/search?q=a&kinds=house").await.invalid("kinds");
    }
}
