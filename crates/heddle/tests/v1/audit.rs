use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

fn verbs(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["verb"].as_str().unwrap()).collect()
}

on_each_engine! {
    async fn the_log_is_filtered_and_read_page_by_page(server: &Server) {
        let world = World::new(server).await;
        for n in 0..5 {
            world.case(&format!("=Case {n}")).await;
        }
        let all = world.owner.get("/v1/audit?verb=case.&per_page=2").await;
        assert_eq!(verbs(all.data(200)), ["case.created", "case.created"]);
        let entry = &all.data(200)[0];
        assert_eq!((&entry["case_title"], &entry["actor"]["name"], &entry["actor"]["type"]), (&json!("=Case 4"), &json!("member"), &json!("human")));
        // Every entry once, newest first.
        let (mut seen, mut before) = (Vec::new(), String::new());
        loop {
            let page = world.owner.get(&format!("/v1/audit?per_page=7{before}")).await;
            seen.extend(page.data(200).as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()));
            match page.body["meta"]["next_before"].as_i64() {
                Some(next) => before = format!("&before={next}"),
                None => break,
            }
        }
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]) && seen.len() > 20, "{seen:?}");
        let of = async |query: String| world.owner.get(&format!("/v1/audit?{query}")).await.data(200).clone();
        assert!(of(format!("actor_id={}", world.member_id)).await.as_array().unwrap().iter().all(|entry| entry["actor"]["id"] == *world.member_id));
        let case = entry["case_id"].as_str().unwrap();
        assert!(of(format!("case_id={case}&verb=case.c")).await.as_array().unwrap().iter().all(|entry| entry["case_id"] == case));
        assert_eq!(of(format!("space_id={}&verb=space.created", world.space)).await.as_array().unwrap().len(), 1);
        let at = entry["at"].as_str().unwrap();
        assert_eq!(of(format!("verb=case.&from={at}")).await.as_array().unwrap().len(), 1);
        assert_eq!(of(format!("verb=case.&to={at}")).await.as_array().unwrap().len(), 4);
        assert_eq!(of("verb=nothing.".to_owned()).await, json!([]));
        world.owner.get("/v1/audit?verbs=x").await.invalid("verbs");
        world.owner.get("/v1/audit?per_page=0").await.invalid("per_page");
        world.admin.get("/v1/audit").await.refused(403, "forbidden");
        world.admin.get("/v1/audit/export").await.refused(403, "forbidden");
    }

    async fn what_is_in_others_spaces_is_told_without_its_content(server: &Server) {
        let world = World::new(server).await;
        let space = world.member.post("/v1/spaces", json!({"name": "Mine alone"})).await.id(201);
        let case = world.member.post("/v1/cases", json!({"space_id": space, "title": "Hidden thing"})).await.id(201);
        let seen = world.owner.get(&format!("/v1/audit?case_id={case}")).await;
        let created = seen.data(200).as_array().unwrap().iter().find(|entry| entry["verb"] == "case.created").unwrap().clone();
        assert_eq!((&created["actor"]["name"], &created["data"], &created["case_title"]), (&json!("member"), &json!(null), &json!(null)));
        assert!(!seen.text.contains("Hidden thing"));
        assert!(!world.owner.get("/v1/audit/export?format=jsonl").await.text.contains("Hidden thing"));
    }

    async fn the_log_is_exported_whole_and_safe_for_spreadsheets(server: &Server) {
        let world = World::new(server).await;
        world.case("=cmd|' /C calc'!A0").await;
        let csv = world.owner.get("/v1/audit/export?format=csv").await;
        assert_eq!(csv.status, 200);
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
        assert!(csv.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        assert!(csv.text.starts_with("seq,at,actor_id,actor_name,"), "{}", csv.text);
        assert!(csv.text.contains(",'=cmd|"), "{}", csv.text);
        let lines = world.owner.get("/v1/audit/export?format=jsonl").await;
        let entries: Vec<Json> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(entries.len(), csv.text.lines().count() - 1);
        assert_eq!(entries.last().unwrap()["seq"], 1);
        assert_eq!(world.owner.get("/v1/audit/export?format=jsonl&verb=case.").await.text.lines().count(), 1);
        world.owner.get("/v1/audit/export?format=xml").await.invalid("format");
    }
}
