use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn labels_go_on_and_come_off(server: &Server) {
        let world = World::new(server).await;
        let path = format!("/v1/spaces/{}/labels", world.space);
        let label = world.member.post(&path, json!({"name": "fraud", "color": "#cc3300"})).await.id(201);
        world.member.post(&path, json!({"name": "appeal"})).await.data(201);
        let names: Vec<_> = world.observer.get(&path).await.data(200).as_array().unwrap().iter().map(|l| l["name"].clone()).collect();
        assert_eq!(names, ["appeal", "fraud"]);
        let case = format!("/v1/cases/{}", world.case("Fence").await["id"].as_str().unwrap());
        for _ in 0..2 {
            let labelled = world.member.post(&format!("{case}/labels"), json!({"label_id": label})).await;
            assert_eq!(labelled.data(200)["labels"], json!([{"id": label, "name": "fraud", "color": "#cc3300"}]));
        }
        assert_eq!(world.observer.get("/v1/cases").await.data(200)[0]["labels"][0]["name"], "fraud");
        assert_eq!(world.member.delete(&format!("{case}/labels/{label}")).await.data(200)["labels"], json!([]));
        world.member.delete(&format!("{case}/labels/{label}")).await.refused(404, "label_not_found");
    }

    async fn labels_are_guarded(server: &Server) {
        let world = World::new(server).await;
        let path = format!("/v1/spaces/{}/labels", world.space);
        let label = world.member.post(&path, json!({"name": "fraud"})).await.id(201);
        world.member.post(&path, json!({"name": "fraud"})).await.refused(409, "label_exists");
        world.member.post(&path, json!({"name": ""})).await.invalid("name");
        world.member.post(&path, json!({"name": "a", "color": "red"})).await.invalid("color");
        world.observer.post(&path, json!({"name": "a"})).await.refused(403, "forbidden");
        world.stranger.get(&path).await.refused(404, "space_not_found");
        let case = format!("/v1/cases/{}/labels", world.case("Fence").await["id"].as_str().unwrap());
        let mine = world.member.post("/v1/spaces", json!({"name": "Mine"})).await.id(201);
        let foreign = world.member.post(&format!("/v1/spaces/{mine}/labels"), json!({"name": "x"})).await.id(201);
        world.member.post(&case, json!({"label_id": foreign})).await.invalid("label_id");
        world.observer.post(&case, json!({"label_id": label})).await.refused(403, "forbidden");
        world.stranger.post(&case, json!({"label_id": label})).await.refused(404, "case_not_found");
        world.member.post(&case, json!({"label_id": label})).await.data(200);
        world.observer.delete(&format!("{case}/{label}")).await.refused(403, "forbidden");
        world.other.delete(&format!("{case}/{label}")).await.refused(404, "case_not_found");
        world.member.delete(&format!("{case}/nonsense")).await.refused(404, "label_not_found");
    }

    async fn labels_are_changed_and_deleted(server: &Server) {
        let world = World::new(server).await;
        let path = format!("/v1/spaces/{}/labels", world.space);
        let label = world.member.post(&path, json!({"name": "fraud", "color": "#cc3300"})).await.id(201);
        world.member.post(&path, json!({"name": "appeal"})).await.data(201);
        let case = format!("/v1/cases/{}", world.case("Fence").await["id"].as_str().unwrap());
        world.member.post(&format!("{case}/labels"), json!({"label_id": label})).await.data(200);
        let one = format!("/v1/labels/{label}");
        assert_eq!(world.member.patch(&one, json!({"name": "Fraud", "color": null})).await.data(200)["color"], json!(null));
        assert_eq!(world.member.get(&case).await.data(200)["labels"][0]["name"], "Fraud");
        world.member.patch(&one, json!({"name": "appeal"})).await.refused(409, "label_exists");
        world.member.patch(&one, json!({"name": null})).await.invalid("name");
        world.member.patch(&one, json!({"color": "red"})).await.invalid("color");
        world.observer.patch(&one, json!({"name": "x"})).await.refused(403, "forbidden");
        world.stranger.delete(&one).await.refused(404, "label_not_found");
        world.observer.delete(&one).await.refused(403, "forbidden");
        assert_eq!(world.member.delete(&one).await.data(200)["name"], "Fraud");
        assert_eq!(world.member.get(&case).await.data(200)["labels"], json!([]));
        world.member.delete(&one).await.refused(404, "label_not_found");
    }
}
