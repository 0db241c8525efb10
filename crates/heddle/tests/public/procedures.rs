//! Procedures.

use kernel::ids::ProcedureId;
use serde_json::{Value as Json, json};

use crate::support::{Engine, Server, World};

const PROCEDURES: &str = "/api/v1/public/procedures";

fn stage(title: &str, instructions: &str) -> Json {
    json!({"title": title, "instructions": instructions, "assignee_id": null})
}

on_each_engine! {
    async fn a_procedure_is_made_and_planned(server: &Server) {
        let w = World::new(server).await;
        let made = w.member.post(PROCEDURES, json!({"title": "Permit", "space_id": w.space, "stages": []})).await;
        let id = made.bare_id(201);
        assert_eq!((&made.body["type"], &made.body["stages"], &made.body["parent"]["id"]), (&json!("PROCEDURE"), &json!([]), &json!(w.space)));
        let path = format!("{PROCEDURES}/{id}");
        let plan = json!({"stages": [
            {"title": "Collect", "instructions": "Read the notes.\n\nThen the files.", "assignee_id": w.agent_id},
            {"title": null, "instructions": null, "assignee_id": null},
        ]});
        let planned = w.member.patch(&path, plan).await;
        let stages = planned.bare(200)["stages"].as_array().unwrap().clone();
        assert_eq!(stages[0]["instructions"], "Read the notes.\n\nThen the files.");
        assert_eq!(stages[0]["assignee"]["type"], "AGENT");
        assert_eq!((&stages[1]["title"], &stages[1]["instructions"], &stages[1]["assignee"]), (&Json::Null, &Json::Null, &Json::Null));
        // Kept by its id, a new one before it, the other gone.
        let kept = json!({"id": stages[0]["id"], "title": "Collect", "instructions": "Read.", "assignee_id": w.member_id});
        let changed = w.member.patch(&path, json!({"title": "Permits", "stages": [stage("First", "Look"), kept]})).await;
        let now = changed.bare(200)["stages"].as_array().unwrap().clone();
        assert_eq!(changed.body["title"], "Permits");
        assert_eq!(now.len(), 2);
        assert_eq!((&now[0]["title"], &now[1]["id"]), (&json!("First"), &stages[0]["id"]));
        assert_eq!((&now[1]["instructions"], &now[1]["assignee"]["type"]), (&json!("Read."), &json!("USER")));
        assert_eq!(w.observer.get(&path).await.bare(200), changed.bare(200));
        // A case gets the stages with a todo each.
        let body = json!({"space_id": w.space, "title": "Fence", "procedure_id": id});
        let case = w.member.post("/v1/cases", body).await.id(201);
        let live = w.stages(&case).await;
        assert_eq!(live[1]["name"], "Collect");
        assert_eq!(w.instructions(live[0]["id"].as_str().unwrap()).await[0]["text"], "Look");
        // Absent stages stay, an empty list takes them all.
        assert_eq!(w.member.patch(&path, json!({"title": null})).await.bare(200)["stages"].as_array().unwrap().len(), 2);
        assert_eq!(w.member.patch(&path, json!({"stages": []})).await.bare(200)["stages"], json!([]));
        assert_eq!(w.stages(&case).await.len(), 2);
        assert_eq!(w.member.delete(&path).await.status, 204);
        w.member.get(&path).await.declined(404, "procedure_not_found");
        assert_eq!(w.stages(&case).await.len(), 2);
    }

    async fn what_reads_the_same_stays_as_it_is(server: &Server) {
        let w = World::new(server).await;
        let id = w.procedure(&["Receive"]).await;
        let path = format!("{PROCEDURES}/{id}");
        let stages = format!("/v1/procedures/{id}/stages");
        let lines = json!([{"text": "One"}, {"type": "implicit", "text": "Two", "condition": "case.priority == 'high'"}]);
        w.member.post(&stages, json!({"name": "Check", "instructions": lines})).await.data(201);
        let read = w.member.get(&path).await.bare(200)["stages"].clone();
        assert_eq!(read[1]["instructions"], "One\nTwo");
        let sent: Vec<Json> = read.as_array().unwrap().iter().rev()
            .map(|s| json!({"id": s["id"], "title": s["title"], "instructions": s["instructions"], "assignee_id": null})).collect();
        w.member.patch(&path, json!({"stages": sent})).await.bare(200);
        let kept = w.member.get(&stages).await;
        assert_eq!(kept.data(200)[0]["name"], "Check");
        assert_eq!(kept.data(200)[0]["instructions"][1]["condition"], "case.priority == 'high'");
    }

    async fn procedures_are_listed(server: &Server) {
        let w = World::new(server).await;
        for title in ["A", "B", "C"] {
            w.member.post(PROCEDURES, json!({"title": title, "space_id": w.space})).await.bare_id(201);
        }
        let list = format!("{PROCEDURES}?space_id={}&limit=2", w.space);
        let first = w.observer.get(&list).await;
        let titles = |answer: &Json| answer["data"].as_array().unwrap().iter().map(|p| p["title"].clone()).collect::<Vec<_>>();
        assert_eq!(titles(first.bare(200)), [json!("C"), json!("B")]);
        assert!(first.body["data"][0].get("stages").is_none());
        let rest = w.observer.get(&format!("{list}&cursor={}", first.body["next_cursor"].as_str().unwrap())).await;
        assert_eq!((titles(rest.bare(200)), &rest.body["has_more"]), (vec![json!("A")], &json!(false)));
    }

    async fn procedures_refuse(server: &Server) {
        let w = World::new(server).await;
        let id = w.member.post(PROCEDURES, json!({"title": "Permit", "space_id": w.space})).await.bare_id(201);
        let path = format!("{PROCEDURES}/{id}");
        w.member.get(PROCEDURES).await.declined_field("space_id");
        w.member.get(&format!("{PROCEDURES}?space_id={id}")).await.declined(404, "space_not_found");
        w.member.post(PROCEDURES, json!({"title": "", "space_id": w.space})).await.declined(400, "empty_procedure_title");
        w.member.post(PROCEDURES, json!({"title": "x".repeat(201), "space_id": w.space})).await.declined_field("title");
        w.member.post(PROCEDURES, json!({"space_id": w.space})).await.declined_field("title");
        w.member.post(PROCEDURES, json!({"title": "x", "space_id": id})).await.declined(404, "space_not_found");
        w.member.patch(&path, json!({"title": " "})).await.declined(400, "empty_procedure_title");
        let sent = |stage: Json| json!({"stages": [stage]});
        w.member.patch(&path, sent(json!({"title": "x", "instructions": "y"}))).await.declined_field("stages[0].assignee_id");
        w.member.patch(&path, sent(json!({"title": "x", "instructions": "y", "assignee_id": null, "more": 1}))).await.declined_field("stages[0].more");
        w.member.patch(&path, sent(stage(&"x".repeat(201), ""))).await.declined_field("stages[0].title");
        let with = |id: Json, assignee: Json| sent(json!({"id": id, "title": "x", "instructions": "y", "assignee_id": assignee}));
        w.member.patch(&path, with(json!(ProcedureId::new()), Json::Null)).await.declined(400, "invalid_procedure_request");
        w.member.patch(&path, with(Json::Null, json!(w.stranger_id))).await.declined(400, "invalid_procedure_request");
        w.observer.patch(&path, json!({"title": "x"})).await.declined(403, "forbidden");
        w.observer.delete(&path).await.declined(403, "forbidden");
        w.observer.post(PROCEDURES, json!({"title": "x", "space_id": w.space})).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            client.get(&path).await.declined(404, "procedure_not_found");
            client.patch(&path, json!({"title": "x"})).await.declined(404, "procedure_not_found");
            client.delete(&path).await.declined(404, "procedure_not_found");
            client.get(&format!("{PROCEDURES}?space_id={}", w.space)).await.declined(404, "space_not_found");
        }
    }
}
