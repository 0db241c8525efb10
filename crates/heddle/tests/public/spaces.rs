//! Spaces and their triggers.

use serde_json::{Value as Json, json};

use crate::support::{Engine, Server, World};

const SPACES: &str = "/api/v1/public/spaces";
const CASES: &str = "/api/v1/public/cases";

on_each_engine! {
    async fn spaces_are_made_read_changed_and_removed(server: &Server) {
        let w = World::new(server).await;
        let made = w.owner.post(SPACES, json!({"name": "Claims", "description": "Water", "colour": "ignored"})).await;
        let id = made.bare_id(201);
        let space = made.bare(201);
        assert_eq!((&space["type"], &space["name"], &space["description"]), (&json!("SPACE"), &json!("Claims"), &json!("Water")));
        assert_eq!((&space["is_system"], &space["is_public"], &space["parent"]), (&json!(false), &json!(false), &Json::Null));
        let path = format!("{SPACES}/{id}");
        assert_eq!(w.owner.get(&path).await.bare(200), space);
        let changed = w.owner.patch(&path, json!({"name": "Losses", "description": null})).await;
        assert_eq!((&changed.bare(200)["name"], &changed.body["description"]), (&json!("Losses"), &Json::Null));
        let kept = w.owner.patch(&path, json!({"name": null})).await;
        assert_eq!(kept.bare(200)["name"], "Losses");
        // It is the same space in /v1.
        assert_eq!(w.owner.get(&format!("/v1/spaces/{id}")).await.data(200)["name"], "Losses");
        assert_eq!(w.owner.delete(&path).await.status, 204);
        w.owner.get(&path).await.declined(404, "space_not_found");
        w.owner.delete(&path).await.declined(404, "space_not_found");
    }

    async fn spaces_are_listed_slice_by_slice(server: &Server) {
        let w = World::new(server).await;
        for n in 0..5 {
            w.owner.post(SPACES, json!({"name": format!("S{n}")})).await.bare_id(201);
        }
        let whole = w.owner.get(SPACES).await;
        let names = |answer: &Json| -> Vec<String> {
            answer["data"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
        };
        let all = names(whole.bare(200));
        assert_eq!(all[..5], ["S4", "S3", "S2", "S1", "S0"]);
        assert_eq!((&whole.body["has_more"], &whole.body["next_cursor"]), (&json!(false), &Json::Null));
        assert!(whole.body["data"][0].get("description").is_none());
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let slice = w.owner.get(&format!("{SPACES}?limit=2{cursor}")).await;
            seen.extend(names(slice.bare(200)));
            let Some(next) = slice.body["next_cursor"].as_str() else { break };
            assert_eq!(slice.body["has_more"], true);
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, all);
        // A cursor is good for its list only.
        let cursor = w.owner.get(&format!("{SPACES}?limit=1")).await.bare(200)["next_cursor"].clone();
        w.owner.get(&format!("/api/v1/public/users?cursor={}", cursor.as_str().unwrap())).await.declined(400, "invalid_cursor");
        w.owner.get(&format!("{SPACES}?cursor=x")).await.declined(400, "invalid_cursor");
        for limit in ["0", "101", "-1", "x"] {
            w.owner.get(&format!("{SPACES}?limit={limit}")).await.declined_field("limit");
        }
        // Strangers see their own.
        assert!(!names(w.stranger.get(SPACES).await.bare(200)).contains(&"S1".to_owned()));
    }

    async fn spaces_refuse(server: &Server) {
        let w = World::new(server).await;
        let path = format!("{SPACES}/{}", w.space);
        w.owner.post(SPACES, json!({"name": "  "})).await.declined(400, "empty_space_name");
        w.owner.post(SPACES, json!({"name": "x".repeat(201)})).await.declined_field("name");
        w.owner.post(SPACES, json!({})).await.declined_field("name");
        w.owner.post(SPACES, json!({"name": 1})).await.declined_field("name");
        w.owner.patch(&path, json!({"name": ""})).await.declined(400, "empty_space_name");
        w.member.patch(&path, json!({"name": "Mine"})).await.declined(403, "forbidden");
        w.admin.delete(&path).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            client.get(&path).await.declined(404, "space_not_found");
            client.patch(&path, json!({"name": "Mine"})).await.declined(404, "space_not_found");
            client.delete(&path).await.declined(404, "space_not_found");
        }
        w.anonymous.get(&path).await.declined(401, "unauthorized");
        w.owner.get(&format!("{SPACES}/no-id")).await.declined(404, "space_not_found");
        // What Heddle made stays.
        let spaces = w.owner.get(SPACES).await;
        for space in spaces.bare(200)["data"].as_array().unwrap().iter().filter(|space| space["is_system"] == true) {
            w.owner.delete(&format!("{SPACES}/{}", space["id"].as_str().unwrap())).await.declined_field("space_id");
        }
    }

    async fn a_space_takes_all_that_is_in_it_along(server: &Server) {
        let w = World::new(server).await;
        let (case, _) = w.active_case(&["Look"]).await;
        let note = json!({"title": "Wet", "body": "cellar", "case_id": case});
        let note = w.member.post("/api/v1/public/notes", note).await.bare_id(201);
        let file = crate::files::upload(&w.member, &[("case_id", &case)], "a.txt", b"a").await.bare_id(201);
        let rows = json!({"name": "T", "case_id": case, "rows": [{"a": 1}]});
        w.member.post("/v1/datatables", rows).await.id(201);
        w.owner.delete(&format!("{SPACES}/{}", w.space)).await;
        w.owner.get(&format!("{CASES}/{case}")).await.declined(404, "case_not_found");
        w.owner.get(&format!("/api/v1/public/notes/{note}")).await.declined(404, "note_not_found");
        w.owner.get(&format!("/api/v1/public/files/{file}")).await.declined(404, "file_not_found");
        assert_eq!(w.owner.get("/v1/search?q=cellar").await.data(200), &json!([]));
        assert_eq!(w.owner.get("/v1/cases").await.body["meta"]["total"], 0);
    }

    async fn a_trigger_gives_new_cases_to_somebody(server: &Server) {
        let w = World::new(server).await;
        let path = format!("{SPACES}/{}/trigger", w.space);
        assert_eq!(w.member.get(&path).await.bare(200), &json!({"trigger_type": null}));
        let trigger = json!({"trigger_type": "assignee", "assignee_id": w.agent_id});
        assert_eq!(w.admin.patch(&path, trigger.clone()).await.bare(200), &trigger);
        assert_eq!(w.observer.get(&path).await.bare(200), &trigger);
        let case = w.member.post(CASES, json!({"space_id": w.space, "title": "Fence"})).await;
        assert_eq!(case.bare(201)["assignee"]["type"], "AGENT");
        assert_eq!(case.body["assignee"]["id"], json!(w.agent_id));
        // Whoever the caller names goes before.
        let named = json!({"space_id": w.space, "title": "Fence", "assignee_id": w.member_id});
        assert_eq!(w.member.post(CASES, named).await.bare(201)["assignee"]["id"], json!(w.member_id));
        // The other API opens the same cases.
        assert_eq!(w.case("Shed").await["assigned_actor_id"], json!(w.agent_id));
        assert_eq!(w.admin.patch(&path, json!({"trigger_type": null})).await.bare(200), &json!({"trigger_type": null}));
        assert_eq!(w.case("Gate").await["assigned_actor_id"], Json::Null);
        // Somebody who is not in the space yet is taken in by whoever manages it.
        let trigger = json!({"trigger_type": "assignee", "assignee_id": w.stranger_id});
        w.admin.patch(&path, trigger).await.bare(200);
        assert_eq!(w.stranger.get(&path).await.status, 200);
    }

    async fn a_trigger_gives_new_cases_a_plan(server: &Server) {
        let w = World::new(server).await;
        let path = format!("{SPACES}/{}/trigger", w.space);
        let procedure = w.procedure(&["Receive", "Decide"]).await;
        let trigger = json!({"trigger_type": "apply_procedure", "procedure_id": procedure});
        w.admin.patch(&path, trigger).await.bare(200);
        let case = w.member.post(CASES, json!({"space_id": w.space, "title": "Fence"})).await;
        assert_eq!(case.bare(201)["status"], "open");
        let names = |stages: &[Json]| stages.iter().map(|stage| stage["name"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&w.stages(&case.bare_id(201)).await), [json!("Receive"), json!("Decide")]);

        // An exemplary case: its stages, instructions and priority.
        let (example, stages) = w.active_case(&["Weigh", "Answer"]).await;
        let stage = stages[0]["id"].as_str().unwrap();
        w.member.post(&format!("/v1/stages/{stage}/instructions"), json!({"text": "Ask the neighbour"})).await.data(201);
        w.member.patch(&format!("/v1/cases/{example}"), json!({"priority": "high"})).await.data(200);
        let trigger = json!({"trigger_type": "reference_task", "reference_case_id": example});
        w.admin.patch(&path, trigger).await.bare(200);
        let case = w.member.post(CASES, json!({"space_id": w.space, "title": "Shed"})).await.bare_id(201);
        let stages = w.stages(&case).await;
        assert_eq!(names(&stages), [json!("Weigh"), json!("Answer")]);
        assert_eq!(stages[0]["phase"], "pending");
        let lines = w.instructions(stages[0]["id"].as_str().unwrap()).await;
        assert_eq!(lines.iter().map(|line| line["text"].clone()).collect::<Vec<_>>(), [json!("Do Weigh"), json!("Ask the neighbour")]);
        assert!(lines.iter().all(|line| line["satisfied"] == false));
        assert_eq!(w.member.get(&format!("/v1/cases/{case}")).await.data(200)["priority"], "high");

        // What a trigger names may go: the case is opened all the same, and the thread says so.
        w.member.delete(&format!("{CASES}/{example}")).await;
        let case = w.member.post(CASES, json!({"space_id": w.space, "title": "Gate"})).await.bare_id(201);
        assert!(w.stages(&case).await.is_empty());
        let told = w.thread(&case).await;
        assert!(told.iter().any(|(kind, text)| kind == "system_event" && text.contains("trigger")), "{told:?}");
    }

    async fn a_trigger_refuses(server: &Server) {
        let w = World::new(server).await;
        let path = format!("{SPACES}/{}/trigger", w.space);
        let nobody = kernel::ids::ActorId::new();
        let id = |name: &str| json!({"trigger_type": name, "assignee_id": nobody});
        w.admin.patch(&path, id("assignee")).await.declined(404, "assignee_not_found");
        w.admin.patch(&path, json!({"trigger_type": "assignee", "assignee_id": w.observer_id})).await.declined(404, "assignee_not_found");
        w.admin.patch(&path, json!({"trigger_type": "reference_task", "reference_case_id": nobody})).await.declined(404, "case_not_found");
        w.admin.patch(&path, json!({"trigger_type": "apply_procedure", "procedure_id": nobody})).await.declined(404, "procedure_not_found");
        let elsewhere = w.owner.post(SPACES, json!({"name": "Else"})).await.bare_id(201);
        let procedure = json!({"space_id": elsewhere, "title": "P"});
        let procedure = w.owner.post("/api/v1/public/procedures", procedure).await.bare_id(201);
        let trigger = json!({"trigger_type": "apply_procedure", "procedure_id": procedure});
        w.owner.patch(&path, trigger).await.declined(400, "invalid_space_request");
        w.admin.patch(&path, json!({})).await.declined_field("trigger_type");
        w.admin.patch(&path, json!({"trigger_type": "magic"})).await.declined_field("trigger_type");
        w.admin.patch(&path, json!({"trigger_type": "assignee"})).await.declined_field("assignee_id");
        w.admin.patch(&path, json!({"trigger_type": null, "assignee_id": w.agent_id})).await.declined_field("assignee_id");
        w.admin.patch(&path, json!({"trigger_type": null, "more": 1})).await.declined_field("more");
        w.member.patch(&path, json!({"trigger_type": null})).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            client.get(&path).await.declined(404, "space_not_found");
            client.patch(&path, json!({"trigger_type": null})).await.declined(404, "space_not_found");
        }
    }
}
