//! What a board and a case's page need beside the case: filters, orders, cards, counts, moves, bulk changes, history, versions.

use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Client, Engine, Server, World},
};

async fn titles(client: &Client, query: &str) -> Vec<String> {
    let answer = client.get(&format!("/v1/cases?{query}")).await;
    let cases = answer.data(200).as_array().unwrap();
    assert_eq!(answer.body["meta"]["total"], cases.len(), "{query}");
    cases.iter().map(|case| case["title"].as_str().unwrap().to_owned()).collect()
}

fn actions(moves: &Json, allowed: bool) -> Vec<&str> {
    let moves = moves.as_array().unwrap().iter();
    moves.filter(|one| one["allowed"] == allowed).map(|one| one["action"].as_str().unwrap()).collect()
}

on_each_engine! {
    async fn cases_are_found_by_every_condition_and_in_every_order(server: &Server) {
        let world = World::new(server).await;
        let space = &world.space;
        let label = async |name: &str| world.member.post(&format!("/v1/spaces/{space}/labels"), json!({"name": name})).await.id(201);
        let (red, blue) = (label("red").await, label("blue").await);
        for (title, priority, due, assigned, labels) in [
            ("Birch", json!("low"), json!("2030-01-01T00:00:00Z"), json!(world.member_id), vec![&red]),
            ("alder", json!(null), json!("2020-01-01T00:00:00Z"), json!(null), vec![&red, &blue]),
            ("Cedar", json!("critical"), json!(null), json!(null), vec![]),
        ] {
            let body = json!({"space_id": space, "title": title, "priority": priority, "due_at": due, "assigned_actor_id": assigned,
                "external_id": format!("T-{title}"), "description": format!("A tall {title} tree")});
            let id = world.member.post("/v1/cases", body).await.id(201);
            for label in labels {
                world.member.post(&format!("/v1/cases/{id}/labels"), json!({"label_id": label})).await.data(200);
            }
        }
        let of = async |query: String| titles(&world.observer, &format!("space_id={space}&{query}")).await;
        for (sort, expected) in [
            ("created_at", ["Birch", "alder", "Cedar"]),
            ("-created_at", ["Cedar", "alder", "Birch"]),
            ("-updated_at", ["Cedar", "alder", "Birch"]),
            ("updated_at", ["Birch", "alder", "Cedar"]),
            ("due_at", ["alder", "Birch", "Cedar"]),
            ("priority", ["Cedar", "Birch", "alder"]),
            ("title", ["alder", "Birch", "Cedar"]),
        ] {
            assert_eq!(of(format!("sort={sort}")).await, expected, "{sort}");
            let without = titles(&world.observer, &format!("sort={sort}")).await;
            assert_eq!(without, expected, "{sort} in all spaces");
        }
        for (query, expected) in [
            ("assigned_actor_id=none".to_owned(), vec!["Cedar", "alder"]),
            (format!("assigned_actor_id={}", world.member_id), vec!["Birch"]),
            (format!("label_id={red}"), vec!["alder", "Birch"]),
            (format!("label_id={red},{blue}"), vec!["alder"]),
            (format!("label_id={space}"), vec![]),
            ("overdue=true".to_owned(), vec!["alder"]),
            ("overdue=false".to_owned(), vec!["Cedar", "alder", "Birch"]),
            ("created_from=2020-01-01T00:00:00Z&created_to=2099-01-01T00:00:00Z".to_owned(), vec!["Cedar", "alder", "Birch"]),
            ("created_to=2020-01-01T00:00:00Z".to_owned(), vec![]),
            ("updated_since=2099-01-01T00:00:00Z".to_owned(), vec![]),
            ("q=T-Ced".to_owned(), vec!["Cedar"]),
            ("q=T-".to_owned(), vec!["Cedar", "alder", "Birch"]),
            ("q=%20".to_owned(), vec!["Cedar", "alder", "Birch"]),
            ("priority=low&q=T-B".to_owned(), vec!["Birch"]),
        ] {
            assert_eq!(of(query.clone()).await, expected, "{query}");
            let counts = world.observer.get(&format!("/v1/spaces/{space}/counts?{query}")).await;
            assert_eq!(counts.data(200)["total"], expected.len(), "{query}");
        }
        let counts = world.observer.get(&format!("/v1/spaces/{space}/counts?label_id={red}")).await.data(200).clone();
        assert_eq!(counts["priority"], json!({"critical": 0, "high": 0, "medium": 0, "low": 1, "none": 1}));
        assert_eq!((&counts["phase"]["intake"], &counts["motion"]["idle"]), (&json!(2), &json!(2)));
        let all = world.observer.get(&format!("/v1/spaces/{space}/counts")).await.data(200).clone();
        assert_eq!((&all["total"], &all["priority"]["critical"]), (&json!(3), &json!(1)));
        for (query, field) in [("sort=size", "sort"), ("label_id=x", "label_id"), ("assigned_actor_id=x", "assigned_actor_id"), ("include=all", "include")] {
            world.observer.get(&format!("/v1/cases?{query}")).await.invalid(field);
        }
        world.stranger.get(&format!("/v1/spaces/{space}/counts")).await.refused(404, "space_not_found");
        world.stranger.get(&format!("/v1/spaces/{space}/counts?overdue=true")).await.refused(404, "space_not_found");
        assert_eq!(titles(&world.stranger, "q=tree").await, [""; 0]);
    }

    async fn cards_show_what_is_beside_the_case(server: &Server) {
        let world = World::new(server).await;
        let (case, stages) = world.active_case(&["Assess"]).await;
        let stage = stages[0]["id"].as_str().unwrap();
        world.owner.patch(&format!("/v1/cases/{case}"), json!({"assigned_actor_id": world.member_id})).await.data(200);
        world.member.post(&format!("/v1/stages/{stage}/spawn-subcase"), json!({"title": "Expert"})).await.data(201);
        let plain = world.observer.get("/v1/cases").await;
        assert!(plain.data(200)[0].get("card").is_none());
        let answer = world.observer.get("/v1/cases?include=card&phase=active").await;
        let card = &answer.data(200)[0]["card"];
        assert_eq!(card["stage"]["name"], "Assess");
        assert_eq!(card["assignee"], json!({"id": world.member_id, "name": "member", "type": "human"}));
        assert_eq!(card["subcases"], json!({"open": 1, "total": 1}));
        assert_eq!(card["labels"], json!([]));
    }

    async fn moves_are_those_that_the_machine_takes(server: &Server) {
        let world = World::new(server).await;
        let id = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/cases/{id}");
        let motions = ["set_motion:working", "set_motion:waiting", "set_motion:blocked", "set_motion:paused"];
        for (step, then) in [("commence", Some("commence")), ("resolve", Some("resolve")), ("reopen close", Some("close")), ("", None)] {
            let moves = world.member.get(&format!("{path}/moves")).await.data(200).clone();
            let steps: Vec<&str> = step.split(' ').filter(|step| !step.is_empty()).collect();
            let expected: Vec<&str> = steps.iter().copied().chain(then.is_some().then_some(motions).into_iter().flatten()).collect();
            assert_eq!(actions(&moves, true), expected);
            for one in moves.as_array().unwrap().iter().filter(|one| one["allowed"] == false) {
                assert!(one["why_not"].as_str().is_some_and(|why| !why.is_empty()), "{one}");
                // The machine says the same.
                let action = one["action"].as_str().unwrap();
                if !action.contains(':') {
                    let body = if action == "reopen" { json!({"reason": "x"}) } else { json!({}) };
                    let refused = world.member.post(&format!("{path}/{action}"), body).await;
                    assert_eq!(refused.refused(409, "invalid_transition")["message"], one["why_not"]);
                }
            }
            assert_eq!(actions(world.observer.get(&format!("{path}/moves")).await.data(200), true), [""; 0]);
            if let Some(then) = then {
                world.member.act(&format!("{path}/{then}")).await.data(200);
            }
        }
        world.stranger.get(&format!("{path}/moves")).await.refused(404, "case_not_found");
    }

    async fn many_cases_are_changed_each_by_itself(server: &Server) {
        let world = World::new(server).await;
        let mut ids = Vec::new();
        for title in ["A", "B", "C"] {
            ids.push(world.case(title).await["id"].as_str().unwrap().to_owned());
        }
        world.member.act(&format!("/v1/cases/{}/commence", ids[1])).await.data(200);
        let all: Vec<&str> = ids.iter().map(String::as_str).chain([world.owner_id.as_str()]).collect();
        let change = async |change: Json| world.member.post("/v1/cases/bulk", json!({"ids": all, "change": change})).await;
        let outcome = change(json!({"commence": {}})).await.data(200).clone();
        assert_eq!((&outcome["changed"], &outcome["refused"]), (&json!(2), &json!(2)));
        let codes: Vec<_> = outcome["results"].as_array().unwrap().iter().map(|r| r["error"]["code"].clone()).collect();
        assert_eq!(codes, [json!(null), json!("invalid_transition"), json!(null), json!("case_not_found")]);
        assert_eq!(outcome["results"][3]["id"], json!(world.owner_id));
        let label = world.member.post(&format!("/v1/spaces/{}/labels", world.space), json!({"name": "red"})).await.id(201);
        for (body, changed) in [
            (json!({"priority": "high"}), 3),
            (json!({"priority": null}), 3),
            (json!({"assigned_actor_id": world.member_id}), 3),
            (json!({"assigned_actor_id": world.stranger_id}), 0),
            (json!({"add_label_ids": [label]}), 3),
            (json!({"remove_label_ids": [label]}), 3),
            (json!({"motion": {"motion": "waiting", "waiting_on": {"kind": "external"}}}), 3),
            (json!({"motion": {"motion": "idle"}}), 0),
            (json!({"resolve": {"summary": "Done"}}), 3),
            (json!({"reopen": {"reason": "Not yet"}}), 3),
            (json!({"close": {}}), 0),
        ] {
            assert_eq!(change(body.clone()).await.data(200)["changed"], changed, "{body}");
        }
        let case = world.member.get(&format!("/v1/cases/{}", ids[0])).await.data(200).clone();
        assert_eq!((&case["assigned_actor_id"], &case["phase"]), (&json!(world.member_id), &json!("active")));
        for body in [json!({}), json!({"commence": {}, "close": {}}), json!({"delete": {}}), json!({"reopen": {}})] {
            assert_eq!(change(body.clone()).await.status.as_u16(), 422, "{body}");
        }
        let body = |ids: Json| json!({"ids": ids, "change": {"close": {}}});
        world.member.post("/v1/cases/bulk", body(json!([]))).await.invalid("ids");
        world.member.post("/v1/cases/bulk", body(json!([ids[0], ids[0]]))).await.invalid("ids");
        let seen = json!({"ids": [ids[0]], "change": {"priority": "low"}});
        let outcome = world.observer.post("/v1/cases/bulk", seen.clone()).await.data(200).clone();
        assert_eq!(outcome["results"][0]["error"]["code"], "forbidden");
        let outcome = world.stranger.post("/v1/cases/bulk", seen).await.data(200).clone();
        assert_eq!(outcome["results"][0]["error"]["code"], "case_not_found");
    }

    async fn who_changes_an_older_version_is_told(server: &Server) {
        let world = World::new(server).await;
        let id = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/cases/{id}");
        let tag = |answer: &crate::support::Answer| answer.headers["etag"].to_str().unwrap().to_owned();
        let first = tag(&world.member.get(&path).await);
        let change = async |client: &Client, tag: &str, title: &str| {
            let request = client.request(reqwest::Method::PATCH, &path).header("If-Match", tag).json(&json!({"title": title}));
            client.send(request).await
        };
        let changed = change(&world.owner, &first, "Gate").await;
        changed.data(200);
        let second = tag(&changed);
        assert_ne!(first, second);
        assert_eq!(tag(&world.member.get(&path).await), second);
        let refused = change(&world.member, &first, "Wall").await;
        let message = refused.refused(412, "changed_meanwhile")["message"].as_str().unwrap().to_owned();
        assert!(message.contains("Owner"), "{message}");
        change(&world.member, "\"nothing of ours\"", "Wall").await.refused(412, "changed_meanwhile");
        assert_eq!(world.member.get(&path).await.data(200)["title"], "Gate");
        // Changing nothing makes a version, too.
        let third = tag(&change(&world.member, &format!("\"1\", {second}"), "Gate").await);
        assert_ne!(second, third);
        change(&world.member, "*", "Wall").await.data(200);
        world.member.patch(&path, json!({"title": "Fence"})).await.data(200);
        change(&world.stranger, &first, "Wall").await.refused(404, "case_not_found");
        change(&world.observer, &first, "Wall").await.refused(403, "forbidden");
    }

    async fn history_tells_what_the_caller_may_know(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await;
        let (id, thread) = (case["id"].as_str().unwrap(), case["thread_id"].as_str().unwrap());
        world.member.patch(&format!("/v1/cases/{id}"), json!({"title": "Gate"})).await.data(200);
        let note = json!({"type": "comment", "content": "Between us", "visibility": "internal"});
        world.admin.post(&format!("/v1/threads/{thread}/activities"), note).await.data(201);
        let verbs = async |client: &Client| {
            let answer = client.get(&format!("/v1/cases/{id}/history")).await;
            let events = answer.data(200).as_array().unwrap().clone();
            assert_eq!(answer.body["meta"]["total"], events.len());
            events.iter().map(|event| event["verb"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(verbs(&world.owner).await, ["activity.posted", "case.updated", "case.created"]);
        assert_eq!(verbs(&world.observer).await, ["case.updated", "case.created"]);
        let first = world.observer.get(&format!("/v1/cases/{id}/history?per_page=1")).await.data(200)[0].clone();
        assert_eq!(first["actor"]["name"], "member");
        assert_eq!((&first["data"]["before"]["title"], &first["data"]["after"]["title"]), (&json!("Fence"), &json!("Gate")));
        world.stranger.get(&format!("/v1/cases/{id}/history")).await.refused(404, "case_not_found");
    }

    async fn a_tree_is_shown_from_its_root(server: &Server) {
        let world = World::new(server).await;
        let (root, stages) = world.active_case(&["Assess"]).await;
        let spawn = format!("/v1/stages/{}/spawn-subcase", stages[0]["id"].as_str().unwrap());
        let child = world.member.post(&spawn, json!({"title": "First"})).await.id(201);
        world.member.post(&spawn, json!({"title": "Second"})).await.data(201);
        let procedure = world.procedure(&["Ask"]).await;
        world.member.post(&format!("/v1/cases/{child}/apply-procedure"), json!({"procedure_id": procedure})).await.data(200);
        world.member.act(&format!("/v1/cases/{child}/commence")).await.data(200);
        let ask = world.stages(&child).await[0]["id"].as_str().unwrap().to_owned();
        let lab = world.member.post(&format!("/v1/stages/{ask}/spawn-subcase"), json!({"title": "Lab"})).await.id(201);
        for case in [&root, &child, &lab] {
            let tree = world.observer.get(&format!("/v1/cases/{case}/tree")).await.data(200).clone();
            let shown: Vec<_> = tree.as_array().unwrap().iter().map(|b| (b["title"].as_str().unwrap(), b["depth"].as_i64().unwrap())).collect();
            assert_eq!(shown, [("Fence", 0), ("First", 1), ("Lab", 2), ("Second", 1)]);
            assert_eq!(tree[1]["parent_case_id"], json!(root));
        }
        world.stranger.get(&format!("/v1/cases/{lab}/tree")).await.refused(404, "case_not_found");
    }
}
