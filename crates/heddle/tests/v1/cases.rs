use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn a_case_walks_its_whole_life(server: &Server) {
        let world = World::new(server).await;
        let body = json!({"space_id": world.space, "title": "Fence", "priority": "high", "assigned_actor_id": world.member_id,
            "external_id": "P-1", "attributes": {"channel": "Internet"}});
        let case = world.member.post("/v1/cases", body).await;
        let id = case.id(201);
        assert_eq!((&case.data(201)["phase"], &case.data(201)["motion"]), (&json!("intake"), &json!("idle")));
        let path = format!("/v1/cases/{id}");
        let active = world.member.act(&format!("{path}/commence")).await;
        assert_eq!((&active.data(200)["phase"], &active.data(200)["motion"]), (&json!("active"), &json!("working")));
        let waiting = json!({"motion": "waiting", "waiting_on": {"kind": "external", "reason": "the plan"}});
        let waiting = world.member.patch(&format!("{path}/motion"), waiting).await;
        assert_eq!(waiting.data(200)["waiting_on"], json!({"kind": "external", "reason": "the plan"}));
        let working = world.member.patch(&format!("{path}/motion"), json!({"motion": "working"})).await;
        assert_eq!(working.data(200)["waiting_on"], json!(null));
        let resolved = world.member.post(&format!("{path}/resolve"), json!({"summary": "Granted"})).await;
        assert_eq!((&resolved.data(200)["phase"], &resolved.data(200)["motion"]), (&json!("resolved"), &json!("idle")));
        let reopened = world.member.post(&format!("{path}/reopen"), json!({"reason": "New plan"})).await;
        assert_eq!((&reopened.data(200)["motion"], &reopened.data(200)["resolved_at"]), (&json!("working"), &json!(null)));
        world.member.act(&format!("{path}/resolve")).await.data(200);
        let closed = world.member.act(&format!("{path}/close")).await;
        assert_eq!(closed.data(200)["phase"], "closed");
        assert_eq!(closed.data(200)["summary"], "Granted");
        let entries = world.thread(&id).await;
        assert!(entries.iter().all(|(kind, _)| kind == "status_change"), "{entries:?}");
        let contents: Vec<&str> = entries.iter().map(|(_, content)| content.as_str()).collect();
        assert_eq!(contents, [
            "Phase changed from intake to active",
            "Motion changed from working to waiting: the plan",
            "Motion changed from waiting to working",
            "Phase changed from active to resolved",
            "Phase changed from resolved to active: New plan",
            "Phase changed from active to resolved",
            "Phase changed from resolved to closed",
        ]);
    }

    async fn every_other_transition_is_refused_and_changes_nothing(server: &Server) {
        let world = World::new(server).await;
        let id = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/cases/{id}");
        let steps = ["commence", "resolve", "close", "reopen"];
        for (phase, allowed, next) in [
            ("intake", vec!["commence"], Some("commence")),
            ("active", vec!["resolve"], Some("resolve")),
            ("resolved", vec!["reopen", "close"], Some("close")),
            ("closed", vec![], None),
        ] {
            let before = world.member.get(&path).await.data(200).clone();
            assert_eq!(before["phase"], phase);
            for step in steps.iter().filter(|step| !allowed.contains(step)) {
                let body = if *step == "reopen" { json!({"reason": "Why not"}) } else { json!({}) };
                let answer = world.member.post(&format!("{path}/{step}"), body).await;
                let error = answer.refused(409, "invalid_transition");
                let message = error["message"].as_str().unwrap();
                assert!(message.contains(phase), "{message}");
            }
            assert_eq!(world.member.get(&path).await.data(200), &before);
            if let Some(next) = next {
                world.member.act(&format!("{path}/{next}")).await.data(200);
            }
        }
        world.member.patch(&path, json!({"title": "x"})).await.refused(409, "case_closed");
        world.member.patch(&format!("{path}/motion"), json!({"motion": "working"})).await.refused(409, "case_closed");
    }

    async fn reopening_needs_a_reason(server: &Server) {
        let world = World::new(server).await;
        let id = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        world.member.act(&format!("/v1/cases/{id}/commence")).await.data(200);
        world.member.act(&format!("/v1/cases/{id}/resolve")).await.data(200);
        let reopen = format!("/v1/cases/{id}/reopen");
        world.member.post(&reopen, json!({"reason": " \n "})).await.invalid("reason");
        world.member.post(&reopen, json!({})).await.invalid("reason");
        assert_eq!(world.member.get(&format!("/v1/cases/{id}")).await.data(200)["phase"], "resolved");
    }

    async fn motion_follows_its_rules(server: &Server) {
        let world = World::new(server).await;
        let id = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/cases/{id}/motion");
        world.member.patch(&path, json!({"motion": "idle"})).await.invalid("motion");
        world.member.patch(&path, json!({"motion": "running"})).await.invalid("motion");
        world.member.patch(&path, json!({"motion": "blocked", "waiting_on": {"kind": "actor"}})).await.invalid("waiting_on");
        world.member.patch(&path, json!({"motion": "waiting", "waiting_on": {"kind": "godot"}})).await.invalid("waiting_on.kind");
        world.observer.patch(&path, json!({"motion": "blocked"})).await.refused(403, "forbidden");
        assert_eq!(world.member.get(&format!("/v1/cases/{id}")).await.data(200)["motion"], "idle");
        for motion in ["paused", "blocked", "waiting", "working"] {
            assert_eq!(world.member.patch(&path, json!({"motion": motion})).await.data(200)["motion"], motion);
        }
        let camel = json!({"motion": "waiting", "waitingOn": {"kind": "approval", "id": world.owner_id}});
        assert_eq!(world.member.patch(&path, camel).await.data(200)["waiting_on"]["kind"], "approval");
    }

    async fn a_case_is_changed_within_its_rules(server: &Server) {
        let world = World::new(server).await;
        let id = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/cases/{id}");
        let body = json!({"title": "Gate", "description": "Iron", "priority": "critical", "assigned_actor_id": world.member_id});
        let changed = world.member.patch(&path, body).await.data(200).clone();
        assert_eq!((&changed["title"], &changed["priority"]), (&json!("Gate"), &json!("critical")));
        let cleared = world.member.patch(&path, json!({"priority": null, "assigned_actor_id": null})).await.data(200).clone();
        assert_eq!((&cleared["priority"], &cleared["description"]), (&json!(null), &json!("Iron")));
        world.member.patch(&path, json!({"phase": "active"})).await.invalid("phase");
        world.member.patch(&path, json!({"motion": "working"})).await.invalid("motion");
        world.member.patch(&path, json!({"title": null})).await.invalid("title");
        world.member.patch(&path, json!({"title": 7})).await.invalid("title");
        world.member.patch(&path, json!({"assigned_actor_id": world.stranger_id})).await.invalid("assigned_actor_id");
        world.member.patch(&path, json!({"assigned_actor_id": world.observer_id})).await.invalid("assigned_actor_id");
        world.observer.patch(&path, json!({"title": "x"})).await.refused(403, "forbidden");
        world.stranger.patch(&path, json!({"title": "x"})).await.refused(404, "case_not_found");
        world.other.patch(&path, json!({"title": "x"})).await.refused(404, "case_not_found");
        assert_eq!(world.member.get(&path).await.data(200)["title"], "Gate");
    }

    async fn opening_a_case_is_checked(server: &Server) {
        let world = World::new(server).await;
        let space = &world.space;
        world.member.post("/v1/cases", json!({"space_id": space, "title": ""})).await.invalid("title");
        world.member.post("/v1/cases", json!({"space_id": space, "title": "x".repeat(501)})).await.invalid("title");
        world.member.post("/v1/cases", json!({"space_id": space, "title": "a\u{0}b"})).await.invalid("title");
        world.member.post("/v1/cases", json!({"space_id": "x", "title": "a"})).await.invalid("space_id");
        world.member.post("/v1/cases", json!({"space_id": space, "title": "a", "priority": "urgent"})).await.invalid("priority");
        world.member.post("/v1/cases", json!({"space_id": space, "title": "a", "procedure_id": space})).await.invalid("procedure_id");
        world.member.post("/v1/cases", json!({"space_id": world.owner_id, "title": "a"})).await.refused(404, "space_not_found");
        world.observer.post("/v1/cases", json!({"space_id": space, "title": "a"})).await.refused(403, "forbidden");
        world.stranger.post("/v1/cases", json!({"space_id": space, "title": "a"})).await.refused(404, "space_not_found");
        let named = json!({"space_id": space, "title": "a", "external_id": "E-1"});
        world.member.post("/v1/cases", named.clone()).await.data(201);
        world.member.post("/v1/cases", named).await.refused(409, "external_id_taken");
        assert_eq!(world.member.get(&format!("/v1/cases?space_id={space}")).await.body["meta"]["total"], 1);
    }

    async fn cases_are_filtered_counted_and_paged(server: &Server) {
        let world = World::new(server).await;
        for n in 0..7 {
            let body = json!({"space_id": world.space, "title": format!("Case {n}"), "priority": if n % 2 == 0 { "high" } else { "low" },
                "assigned_actor_id": if n < 3 { json!(world.member_id) } else { json!(null) }});
            let id = world.member.post("/v1/cases", body).await.id(201);
            if n < 4 {
                world.member.act(&format!("/v1/cases/{id}/commence")).await.data(200);
            }
        }
        let space = &world.space;
        for (filter, total) in [
            (format!("space_id={space}"), 7),
            ("phase=active".to_owned(), 4),
            ("phase=intake".to_owned(), 3),
            ("motion=working".to_owned(), 4),
            ("priority=high".to_owned(), 4),
            (format!("space_id={space}&phase=active&priority=high&motion=working"), 2),
            (format!("assigned_actor_id={}", world.member_id), 3),
            (format!("assigned_actor_id={}&phase=intake", world.member_id), 0),
            (format!("procedure_id={space}"), 0),
        ] {
            let answer = world.observer.get(&format!("/v1/cases?{filter}")).await;
            assert_eq!(answer.data(200).as_array().unwrap().len(), total, "{filter}");
            assert_eq!(answer.body["meta"]["total"], total, "{filter}");
        }
        let page = world.member.get(&format!("/v1/cases?space_id={space}&page=2&per_page=3")).await;
        let titles: Vec<_> = page.data(200).as_array().unwrap().iter().map(|case| case["title"].clone()).collect();
        assert_eq!(titles, ["Case 3", "Case 2", "Case 1"]);
        world.member.get("/v1/cases?phase=done").await.invalid("phase");
        world.member.get("/v1/cases?spaceid=1").await.invalid("spaceid");
        world.stranger.get(&format!("/v1/cases?space_id={space}")).await.refused(404, "space_not_found");
        assert_eq!(world.stranger.get("/v1/cases").await.body["meta"]["total"], 0);
        assert_eq!(world.other.get("/v1/cases").await.body["meta"]["total"], 0);
    }

    async fn subcases_nest_and_report_back(server: &Server) {
        let world = World::new(server).await;
        let (case, stages) = world.active_case(&["Assess", "Decide"]).await;
        let stage = stages[0]["id"].as_str().unwrap();
        let line = json!({"type": "subcase", "text": "Expert opinion"});
        world.member.post(&format!("/v1/stages/{stage}/instructions"), line).await.data(201);
        let child = world.member.post(&format!("/v1/stages/{stage}/spawn-subcase"), json!({"title": "Expert", "priority": "low"})).await;
        assert_eq!(child.data(201)["parent_case_id"], json!(case));
        let child = child.id(201);
        let listed = world.observer.get(&format!("/v1/cases/{case}/subcases")).await;
        assert_eq!(listed.data(200)[0]["id"], json!(child));
        // A grandchild, to show that depth is no matter.
        let procedure = world.procedure(&["Ask"]).await;
        world.member.post(&format!("/v1/cases/{child}/apply-procedure"), json!({"procedure_id": procedure})).await.data(200);
        world.member.act(&format!("/v1/cases/{child}/commence")).await.data(200);
        let ask = world.stages(&child).await[0]["id"].as_str().unwrap().to_owned();
        let grandchild = world.member.post(&format!("/v1/stages/{ask}/spawn-subcase"), json!({"title": "Lab"})).await;
        assert_eq!(grandchild.data(201)["parent_case_id"], json!(child));
        world.member.post(&format!("/v1/cases/{child}/resolve"), json!({"summary": "No objection"})).await.data(200);
        let instructions = world.instructions(stage).await;
        assert_eq!((&instructions[1]["subcase_id"], &instructions[1]["satisfied"]), (&json!(child), &json!(true)));
        let entries = world.thread(&case).await;
        assert!(entries.contains(&("subcase_created".into(), "Subcase opened: Expert".into())), "{entries:?}");
        assert!(entries.contains(&("subcase_completed".into(), "Subcase resolved: Expert\n\nNo objection".into())), "{entries:?}");
        // Reopening takes the report back; resolving again gives it again and the stage completes once the todo is done.
        world.member.post(&format!("/v1/cases/{child}/reopen"), json!({"reason": "Second look"})).await.data(200);
        assert_eq!(world.instructions(stage).await[1]["satisfied"], json!(false));
        let todo = world.instructions(stage).await[0]["id"].as_str().unwrap().to_owned();
        world.member.act(&format!("/v1/instructions/{todo}/complete")).await.data(200);
        assert_eq!(world.stages(&case).await[0]["phase"], "active");
        world.member.act(&format!("/v1/cases/{child}/resolve")).await.data(200);
        assert_eq!(world.stages(&case).await[0]["phase"], "completed");
        world.stranger.get(&format!("/v1/cases/{case}/subcases")).await.refused(404, "case_not_found");
    }
}
