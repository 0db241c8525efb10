//! Cases.

use kernel::ids::CaseId;
use serde_json::{Value as Json, json};

use crate::support::{Engine, Server, World};

const CASES: &str = "/api/v1/public/cases";

/// Opens a case in the world's space.
async fn open(w: &World, title: &str) -> String {
    w.member.post(CASES, json!({"space_id": w.space, "title": title})).await.bare_id(201)
}

async fn titles(w: &World, query: &str) -> Vec<String> {
    let answer = w.member.get(&format!("{CASES}?{query}")).await;
    answer.bare(200)["data"].as_array().unwrap().iter().map(|c| c["title"].as_str().unwrap().to_owned()).collect()
}

/// What /v1 shows of a case.
async fn state(w: &World, id: &str) -> (String, String) {
    let answer = w.member.get(&format!("/v1/cases/{id}")).await;
    let text = |name: &str| answer.data(200)[name].as_str().unwrap().to_owned();
    (text("phase"), text("motion"))
}

fn pair(phase: &str, motion: &str) -> (String, String) {
    (phase.to_owned(), motion.to_owned())
}

on_each_engine! {
    async fn a_case_is_opened_with_all_it_can_have(server: &Server) {
        let w = World::new(server).await;
        let file = crate::files::upload(&w.member, &[], "plan.pdf", b"%PDF").await.bare_id(201);
        let body = json!({
            "space_id": w.space, "title": " Fence ", "description": "Two metres", "external_id": "crm-1",
            "assignee_id": w.member_id, "due_at": "2026-12-24T18:00:00+01:00", "tags": ["garden", "b", "garden"],
            "attached_file_ids": [file], "status": "completed",
        });
        let made = w.member.post(CASES, body).await;
        let case = made.bare(201);
        let id = made.bare_id(201);
        assert_eq!(case["title"], "Fence");
        // A status cannot be given at birth.
        assert_eq!((&case["status"], &case["completed_at"]), (&json!("open"), &Json::Null));
        assert_eq!(case["due_at"], "2026-12-24T17:00:00.000000Z");
        assert_eq!(case["tags"], json!(["b", "garden"]));
        let link = |kind: &str, collection: &str, id: &Json| {
            json!({"id": id, "type": kind, "url": format!("/api/v1/public/{collection}/{}", id.as_str().unwrap())})
        };
        assert_eq!(case["parent"], link("SPACE", "spaces", &json!(w.space)));
        assert_eq!(case["assignee"], link("USER", "users", &json!(w.member_id)));
        assert_eq!(case["files"], json!([link("FILE", "files", &json!(file))]));
        let rich = w.member.get(&format!("/v1/cases/{id}")).await;
        assert_eq!(case["thread"], link("THREAD", "threads", &rich.data(200)["thread_id"]));
        assert_eq!(rich.data(200)["external_id"], "crm-1");
        assert_eq!(rich.data(200)["labels"][1]["name"], "garden");
        assert_eq!(w.member.get(&format!("{CASES}/{id}")).await.bare(200), case);
        // The list leaves out what is long.
        let item = &w.member.get(&format!("{CASES}?space_id={}", w.space)).await.body["data"][0];
        for absent in ["description", "summary", "files", "thread"] {
            assert!(item.get(absent).is_none(), "{absent}");
        }
        assert_eq!(item["assignee"]["type"], "USER");
    }

    async fn opening_a_case_refuses(server: &Server) {
        let w = World::new(server).await;
        let with = |more: Json| {
            let mut body = json!({"space_id": w.space, "title": "Fence"});
            for (name, value) in more.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        let nobody = CaseId::new();
        w.member.post(CASES, json!({"title": "Fence"})).await.declined(400, "invalid_case_parent");
        w.member.post(CASES, with(json!({"parent_case_id": nobody}))).await.declined(400, "invalid_case_parent");
        w.member.post(CASES, with(json!({"title": " "}))).await.declined(400, "empty_case_title");
        w.member.post(CASES, with(json!({"title": null}))).await.declined_field("title");
        w.member.post(CASES, json!({"space_id": w.space})).await.declined_field("title");
        w.member.post(CASES, with(json!({"title": "x".repeat(501)}))).await.declined_field("title");
        w.member.post(CASES, with(json!({"tags": [""]}))).await.declined(400, "empty_case_tag_name");
        w.member.post(CASES, with(json!({"tags": "garden"}))).await.declined_field("tags");
        w.member.post(CASES, with(json!({"due_at": "tomorrow"}))).await.declined_field("due_at");
        w.member.post(CASES, with(json!({"due_at": "-000100-01-01T00:00:00Z"}))).await.declined_field("due_at");
        w.member.post(CASES, with(json!({"space_id": "x"}))).await.declined_field("space_id");
        w.member.post(CASES, with(json!({"assignee_id": nobody}))).await.declined(404, "user_not_found");
        w.member.post(CASES, with(json!({"assignee_id": w.stranger_id}))).await.declined(404, "user_not_found");
        w.member.post(CASES, with(json!({"assignee_id": w.observer_id}))).await.declined(404, "user_not_found");
        w.member.post(CASES, with(json!({"attached_file_ids": [nobody]}))).await.declined(404, "attached_files_not_found");
        w.member.post(CASES, json!({"parent_case_id": nobody, "title": "x"})).await.declined(404, "parent_case_not_found");
        w.member.post(CASES, json!({"space_id": nobody, "title": "x"})).await.declined(404, "space_not_found");
        w.observer.post(CASES, with(json!({}))).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            client.post(CASES, with(json!({}))).await.declined(404, "space_not_found");
        }
        let other = open(&w, "Shed").await;
        let taken = crate::files::upload(&w.member, &[("case_id", &other)], "a.txt", b"a").await.bare_id(201);
        w.member.post(CASES, with(json!({"attached_file_ids": [taken]}))).await.declined(400, "file_thread_mismatch");
        w.member.post(CASES, with(json!({"external_id": "1"}))).await.bare_id(201);
        w.member.post(CASES, with(json!({"external_id": "1"}))).await.declined(409, "case_external_id_conflict");
        // Nothing of what was refused is there.
        assert_eq!(titles(&w, "").await, ["Fence", "Shed"]);
        // Whoever manages the space takes in the one the case is given to.
        w.admin.post(CASES, with(json!({"assignee_id": w.stranger_id}))).await.bare_id(201);
        // What cannot be read is told as a fault of the body.
        let broken = w.member.request(reqwest::Method::POST, CASES).header("content-type", "application/json").body("{");
        w.member.send(broken).await.declined_field("body");
    }

    async fn every_status_can_follow_any_other(server: &Server) {
        let w = World::new(server).await;
        let (case, stages) = w.active_case(&["Receive", "Decide"]).await;
        let path = format!("{CASES}/{case}");
        assert_eq!(w.member.get(&path).await.bare(200)["status"], "started");
        let all = ["open", "started", "blocked", "completed", "cancelled"];
        for from in all {
            for to in all {
                w.member.patch(&path, json!({"status": from})).await.bare(200);
                let changed = w.member.patch(&path, json!({"status": to})).await;
                assert_eq!(changed.bare(200)["status"], to, "{from} to {to}");
                assert_eq!(changed.body["completed_at"].is_string(), to == "completed", "{from} to {to}");
                let expected = match to {
                    "open" => pair("intake", "idle"),
                    "started" => pair("active", "working"),
                    "blocked" => pair("active", "blocked"),
                    "completed" => pair("resolved", "idle"),
                    _ => pair("closed", "idle"),
                };
                assert_eq!(state(&w, &case).await, expected, "{from} to {to}");
                let active = w.stages(&case).await.iter().filter(|stage| stage["phase"] == "active").count();
                assert!(active <= 1 && (to != "open" || active == 0), "{from} to {to}");
            }
        }
        // A case that goes back to the beginning has its stage before it again.
        w.member.patch(&path, json!({"status": "open"})).await.bare(200);
        assert_eq!(w.stages(&case).await[0]["phase"], "pending");
        w.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
        assert_eq!(w.stages(&case).await[0]["id"], stages[0]["id"]);
        assert_eq!(w.stages(&case).await[0]["phase"], "active");
        // Waiting and paused are started here.
        let waiting = json!({"motion": "waiting", "waiting_on": {"kind": "external", "reason": "post"}});
        w.member.patch(&format!("/v1/cases/{case}/motion"), waiting).await.data(200);
        assert_eq!(w.member.get(&path).await.bare(200)["status"], "started");
        w.member.patch(&path, json!({"status": "started"})).await.bare(200);
        assert_eq!(state(&w, &case).await, pair("active", "waiting"));
        // Resolved and then closed is completed still.
        w.member.act(&format!("/v1/cases/{case}/resolve")).await.data(200);
        w.member.act(&format!("/v1/cases/{case}/close")).await.data(200);
        let closed = w.member.get(&path).await;
        assert_eq!((&closed.bare(200)["status"], closed.body["completed_at"].is_string()), (&json!("completed"), true));
        w.member.patch(&path, json!({"title": "Late"})).await.declined(400, "invalid_case_request");
        // The thread tells each change.
        let told = w.thread(&case).await;
        assert!(told.iter().any(|(kind, text)| kind == "status_change" && text.contains("status set to cancelled")));
        w.member.patch(&path, json!({"status": "done"})).await.declined_field("status");
    }

    async fn a_case_is_changed(server: &Server) {
        let w = World::new(server).await;
        let id = open(&w, "Fence").await;
        let path = format!("{CASES}/{id}");
        let body = json!({"title": "Wall", "description": "d", "assignee_id": w.agent_id, "due_at": "2027-01-01T00:00:00Z", "tags": ["x"]});
        let changed = w.member.patch(&path, body).await;
        assert_eq!((&changed.bare(200)["title"], &changed.body["tags"]), (&json!("Wall"), &json!(["x"])));
        assert_eq!(changed.body["assignee"]["type"], "AGENT");
        let same = w.member.patch(&path, json!({})).await;
        assert_eq!(same.bare(200), changed.bare(200));
        // Null clears what can be empty and leaves the rest.
        let body = json!({"title": null, "description": null, "assignee_id": null, "due_at": null, "tags": null, "status": null, "space_id": null});
        let cleared = w.member.patch(&path, body).await;
        assert_eq!((&cleared.bare(200)["title"], &cleared.body["tags"]), (&json!("Wall"), &json!(["x"])));
        for name in ["description", "assignee", "due_at"] {
            assert_eq!(cleared.body[name], Json::Null, "{name}");
        }
        assert_eq!(w.member.patch(&path, json!({"tags": []})).await.bare(200)["tags"], json!([]));
        // Fields and the last status at once.
        let ended = w.member.patch(&path, json!({"title": "Gate", "status": "cancelled"})).await;
        assert_eq!((&ended.bare(200)["title"], &ended.body["status"]), (&json!("Gate"), &json!("cancelled")));
        let back = w.member.patch(&path, json!({"title": "Door", "status": "started"})).await;
        assert_eq!((&back.bare(200)["title"], &back.body["status"]), (&json!("Door"), &json!("started")));
    }

    async fn changing_a_case_refuses(server: &Server) {
        let w = World::new(server).await;
        let id = open(&w, "Fence").await;
        let path = format!("{CASES}/{id}");
        w.member.patch(&path, json!({"title": ""})).await.declined(400, "empty_case_title");
        w.member.patch(&path, json!({"tags": ["  "]})).await.declined(400, "empty_case_tag_name");
        w.member.patch(&path, json!({"assignee_id": w.stranger_id})).await.declined(404, "user_not_found");
        w.member.patch(&path, json!({"assignee_id": "x"})).await.declined_field("assignee_id");
        w.observer.patch(&path, json!({"title": "x"})).await.declined(403, "forbidden");
        for client in [&w.stranger, &w.other] {
            client.get(&path).await.declined(404, "case_not_found");
            client.patch(&path, json!({"title": "x"})).await.declined(404, "case_not_found");
            client.delete(&path).await.declined(404, "case_not_found");
        }
        w.observer.delete(&path).await.declined(403, "forbidden");
        w.member.get(&format!("{CASES}/x")).await.declined(404, "case_not_found");
        w.anonymous.get(&path).await.declined(401, "unauthorized");
    }

    async fn cases_are_moved(server: &Server) {
        let w = World::new(server).await;
        let shelf = w.member.post("/api/v1/public/spaces", json!({"name": "Shelf"})).await.bare_id(201);
        let root = w.member.post(CASES, json!({"space_id": w.space, "title": "Root", "tags": ["t"], "external_id": "e"})).await.bare_id(201);
        let child = w.member.post(CASES, json!({"parent_case_id": root, "title": "Child"})).await.bare_id(201);
        let leaf = w.member.post(CASES, json!({"parent_case_id": child, "title": "Leaf"})).await.bare_id(201);
        let note = json!({"title": "N", "body": "keyword", "case_id": leaf});
        w.member.post("/api/v1/public/notes", note).await.bare_id(201);
        let path = |id: &str| format!("{CASES}/{id}");
        let moved = |body: Json, id: &str| {
            let (client, path) = (w.member.clone(), path(id));
            async move { client.patch(&path, body).await }
        };
        moved(json!({"parent_case_id": root}), &root).await.declined(400, "case_cannot_parent_itself");
        moved(json!({"parent_case_id": leaf}), &root).await.declined(400, "case_parent_cycle");
        moved(json!({"parent_case_id": leaf, "space_id": shelf}), &root).await.declined(400, "invalid_case_parent");
        moved(json!({"parent_case_id": shelf}), &root).await.declined(404, "parent_case_not_found");
        moved(json!({"space_id": root}), &root).await.declined(404, "space_not_found");
        let there = moved(json!({"space_id": shelf}), &root).await;
        assert_eq!((&there.bare(200)["parent"]["id"], &there.body["tags"]), (&json!(shelf), &json!(["t"])));
        // All below went along, with what hangs on it: members of the old space see nothing of it any more.
        for id in [&root, &child, &leaf] {
            w.admin.get(&path(id)).await.declined(404, "case_not_found");
        }
        let found = w.member.get("/v1/search?q=keyword").await;
        assert_eq!(found.data(200)[0]["space_id"], json!(shelf));
        assert_eq!(w.admin.get("/v1/cases").await.body["meta"]["total"], 0);
        assert_eq!(w.member.get(&format!("/v1/cases?space_id={shelf}")).await.body["meta"]["total"], 3);
        // Out of its parent and into another space, and back under another case.
        let out = moved(json!({"space_id": w.space}), &leaf).await;
        assert_eq!(out.bare(200)["parent"]["type"], "SPACE");
        let under = moved(json!({"parent_case_id": root}), &leaf).await;
        assert_eq!(under.bare(200)["parent"], json!({"id": root, "type": "CASE", "url": path(&root)}));
        // One external id a space.
        let twin = w.member.post(CASES, json!({"space_id": w.space, "title": "Twin", "external_id": "e"})).await.bare_id(201);
        moved(json!({"space_id": shelf}), &twin).await.declined(400, "invalid_case_request");
    }

    async fn children_report_to_their_parent(server: &Server) {
        let w = World::new(server).await;
        let (parent, stages) = w.active_case(&["Receive"]).await;
        let child = w.member.post(CASES, json!({"parent_case_id": parent, "title": "Survey"})).await.bare_id(201);
        assert!(w.thread(&parent).await.iter().any(|(kind, _)| kind == "subcase_created"));
        let stage = stages[0]["id"].as_str().unwrap();
        w.member.post(&format!("/v1/stages/{stage}/instructions"), json!({"type": "subcase", "text": "Wait"})).await.data(201);
        let spawned = w.member.post(&format!("/v1/stages/{stage}/spawn-subcase"), json!({"title": "Ask"})).await.id(201);
        w.member.patch(&format!("{CASES}/{spawned}"), json!({"status": "completed"})).await.bare(200);
        let done = |lines: &[Json]| lines.iter().find(|line| line["type"] == "subcase").unwrap()["satisfied"].clone();
        assert_eq!(done(&w.instructions(stage).await), true);
        w.member.patch(&format!("{CASES}/{spawned}"), json!({"status": "started"})).await.bare(200);
        assert_eq!(done(&w.instructions(stage).await), false);
        w.member.patch(&format!("{CASES}/{child}"), json!({"status": "completed"})).await.bare(200);
        let reports = w.thread(&parent).await.iter().filter(|(kind, _)| kind == "subcase_completed").count();
        assert_eq!(reports, 2);
        assert_eq!(titles(&w, &format!("parent_case_id={parent}&direction=asc")).await, ["Survey", "Ask"]);
    }

    async fn a_case_takes_all_that_hangs_on_it_along(server: &Server) {
        let w = World::new(server).await;
        let (case, stages) = w.active_case(&["Receive"]).await;
        let child = w.member.post(CASES, json!({"parent_case_id": case, "title": "Child"})).await;
        let thread = child.bare(201)["thread"]["id"].as_str().unwrap().to_owned();
        let child = child.bare_id(201);
        let file = crate::files::upload(&w.member, &[("case_id", &child)], "a.txt", b"a").await.bare_id(201);
        w.member.post("/v1/emails", json!({"case_id": child, "to": ["a@example.com"], "subject": "keyword"})).await.id(201);
        assert_eq!(w.member.delete(&format!("{CASES}/{case}")).await.status, 204);
        for id in [&case, &child] {
            w.owner.get(&format!("{CASES}/{id}")).await.declined(404, "case_not_found");
            w.owner.get(&format!("/v1/cases/{id}")).await.refused(404, "case_not_found");
        }
        w.owner.get(&format!("/v1/stages/{}", stages[0]["id"].as_str().unwrap())).await.refused(404, "stage_not_found");
        w.owner.get(&format!("/api/v1/public/threads/{thread}")).await.declined(404, "thread_not_found");
        w.owner.get(&format!("/api/v1/public/files/{file}")).await.declined(404, "file_not_found");
        assert_eq!(w.owner.get("/v1/search?q=keyword").await.data(200), &json!([]));
        assert_eq!(w.owner.get("/v1/cases").await.body["meta"]["total"], 0);
    }

    async fn cases_are_found(server: &Server) {
        let w = World::new(server).await;
        let mut ids = Vec::new();
        for (n, status) in ["open", "started", "blocked", "completed", "cancelled"].iter().enumerate() {
            let id = open(&w, &format!("C{n}")).await;
            w.member.patch(&format!("{CASES}/{id}"), json!({"status": status})).await.bare(200);
            ids.push(id);
        }
        assert_eq!(titles(&w, "").await, ["C4", "C3", "C2", "C1", "C0"]);
        assert_eq!(titles(&w, "direction=asc").await, ["C0", "C1", "C2", "C3", "C4"]);
        assert_eq!(titles(&w, "sort=position&direction=asc&limit=2").await, ["C0", "C1"]);
        for (n, status) in ["open", "started", "blocked", "completed", "cancelled"].iter().enumerate() {
            assert_eq!(titles(&w, &format!("status={status}")).await, [format!("C{n}")]);
        }
        assert_eq!(titles(&w, "status=blocked&status=open").await, ["C2", "C0"]);
        // A status that is none matches nothing, beside one that is it does not matter.
        assert!(titles(&w, "status=done").await.is_empty());
        assert_eq!(titles(&w, "status=done&status=open").await, ["C0"]);
        w.member.patch(&format!("{CASES}/{}", ids[1]), json!({"assignee_id": w.member_id})).await.bare(200);
        assert_eq!(titles(&w, &format!("assignee_id={}", w.member_id)).await, ["C1"]);
        assert_eq!(titles(&w, "sort=updated_at").await[0], "C1");
        let child = w.member.post(CASES, json!({"parent_case_id": ids[1], "title": "Child"})).await.bare_id(201);
        assert_eq!(titles(&w, &format!("space_id={}", w.space)).await.len(), 5);
        assert_eq!(titles(&w, &format!("parent_case_id={}", ids[1])).await, ["Child"]);
        assert!(titles(&w, &format!("parent_case_id={child}")).await.is_empty());

        // Slices neither repeat nor leave out, whatever comes in between.
        for (sort, direction) in [("created_at", "desc"), ("updated_at", "asc"), ("position", "asc")] {
            let list = format!("{CASES}?sort={sort}&direction={direction}&limit=2");
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let slice = w.member.get(&format!("{list}{cursor}")).await;
                seen.extend(slice.bare(200)["data"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned()));
                let Some(next) = slice.body["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            let count = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((count, seen.len()), (6, 6), "{sort}");
        }
        let first = w.member.get(&format!("{CASES}?limit=1")).await;
        let cursor = first.bare(200)["next_cursor"].as_str().unwrap();
        w.member.get(&format!("{CASES}?limit=1&direction=asc&cursor={cursor}")).await.declined(400, "invalid_cursor");
        w.member.get(&format!("{CASES}?status=open&cursor={cursor}")).await.declined(400, "invalid_cursor");
        w.member.get(&format!("{CASES}?limit=5&cursor={cursor}")).await.bare(200);
    }

    async fn finding_cases_refuses(server: &Server) {
        let w = World::new(server).await;
        let case = open(&w, "Fence").await;
        let list = |query: String| format!("{CASES}?{query}");
        w.member.get(&list(format!("space_id={}&parent_case_id={case}", w.space))).await.declined(400, "invalid_case_filters");
        w.member.get(&list(format!("space_id={case}"))).await.declined(404, "space_not_found");
        w.member.get(&list(format!("parent_case_id={}", w.space))).await.declined(404, "parent_case_not_found");
        w.member.get(&list(format!("assignee_id={case}"))).await.declined(404, "user_not_found");
        w.member.get(&list("space_id=x".to_owned())).await.declined_field("space_id");
        w.member.get(&list("sort=title".to_owned())).await.declined_field("sort");
        w.member.get(&list("direction=up".to_owned())).await.declined_field("direction");
        for client in [&w.stranger, &w.other] {
            client.get(&list(format!("space_id={}", w.space))).await.declined(404, "space_not_found");
            client.get(&list(format!("parent_case_id={case}"))).await.declined(404, "parent_case_not_found");
            assert_eq!(client.get(CASES).await.bare(200)["data"], json!([]));
        }
    }
}
