//! Procedures as one whole: designs, versions, conditions, dry runs.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Answer, Client, Engine, Server, World},
};

async fn put(client: &Client, id: &str, body: Json) -> Answer {
    let request = client.request(Method::PUT, &format!("/v1/procedures/{id}/design")).json(&body);
    client.send(request).await
}

async fn design(world: &World, id: &str) -> Json {
    world.observer.get(&format!("/v1/procedures/{id}/design")).await.data(200).clone()
}

async fn versions(world: &World, id: &str) -> Vec<Json> {
    let answer = world.observer.get(&format!("/v1/procedures/{id}/versions")).await;
    answer.data(200).as_array().unwrap().clone()
}

fn names(design: &Json) -> Vec<&str> {
    design["stages"].as_array().unwrap().iter().map(|stage| stage["name"].as_str().unwrap()).collect()
}

/// A body that puts these stages in the place of the design's.
fn with_stages(design: &Json, stages: Json) -> Json {
    json!({"base_version": design["version"], "name": design["name"], "description": design["description"], "stages": stages})
}

on_each_engine! {
    async fn a_design_is_read_changed_and_restored(server: &Server) {
        let world = World::new(server).await;
        let id = world.procedure(&["Receive", "Check", "Sign"]).await;
        let first = design(&world, &id).await;
        // Each stage that was added made a version of its own.
        assert_eq!((&first["version"], names(&first)), (&json!(4), vec!["Receive", "Check", "Sign"]));
        assert_eq!(first["updated_by"]["id"], json!(world.member_id));
        let stages = first["stages"].as_array().unwrap();
        let mut sign = stages[2].clone();
        sign["assigned_actor_id"] = json!(world.member_id);
        let line = json!({"type": "implicit", "text": "Urgent", "condition": "case.priority == 'high'"});
        let wanted = json!([sign, {"name": " Pay ", "instructions": [line]}, stages[0]]);
        let mut body = with_stages(&first, wanted);
        body["note"] = json!("Pay before it is filed");
        let second = put(&world.member, &id, body).await.data(200).clone();
        assert_eq!((&second["version"], names(&second)), (&json!(5), vec!["Sign", "Pay", "Receive"]));
        assert_eq!((&second["stages"][0]["id"], &second["stages"][2]["id"]), (&stages[2]["id"], &stages[0]["id"]));
        assert_eq!(second["stages"][1]["instructions"], json!([line]));
        assert_eq!(design(&world, &id).await, second);
        let listed = world.observer.get(&format!("/v1/procedures/{id}/stages")).await.data(200).clone();
        assert_eq!(listed[1]["name"], "Pay");
        // What changes nothing is no version.
        let same = put(&world.member, &id, with_stages(&second, second["stages"].clone())).await;
        assert_eq!(same.data(200)["version"], 5);
        let all = versions(&world, &id).await;
        let told: Vec<_> = all.iter().map(|one| (one["version"].clone(), one["stages"].clone(), one["note"].clone())).collect();
        assert_eq!(told[0], (json!(5), json!(3), json!("Pay before it is filed")));
        assert_eq!((told.len(), told[4].clone()), (5, (json!(1), json!(0), Json::Null)));
        let old = world.observer.get(&format!("/v1/procedures/{id}/versions/4")).await.data(200).clone();
        assert_eq!((&old["stages"], &old["updated_at"]), (&first["stages"], &first["updated_at"]));
        // A stage that was removed comes back under its id.
        let restored = world.member.act(&format!("/v1/procedures/{id}/versions/4/restore")).await.data(200).clone();
        assert_eq!((&restored["version"], &restored["stages"]), (&json!(6), &first["stages"]));
        assert_eq!(versions(&world, &id).await[0]["note"], "Version 4 restored");
        let page = world.observer.get(&format!("/v1/procedures/{id}/versions?per_page=2&page=2")).await;
        let numbers: Vec<_> = page.data(200).as_array().unwrap().iter().map(|one| one["version"].clone()).collect();
        assert_eq!((numbers, &page.body["meta"]["total"]), (vec![json!(4), json!(3)], &json!(6)));
    }

    async fn of_two_changes_from_one_version_exactly_one_is_made(server: &Server) {
        let world = World::new(server).await;
        let id = world.procedure(&["Receive"]).await;
        for _ in 0..5 {
            let base = design(&world, &id).await;
            let body = |name: &str| with_stages(&base, json!([{"name": name}]));
            let (a, b) = tokio::join!(put(&world.member, &id, body("A")), put(&world.admin, &id, body("B")));
            let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
            let won = won.data(200).clone();
            let error = lost.refused(409, "procedure_changed");
            let by = won["updated_by"]["name"].as_str().unwrap();
            assert!(error["message"].as_str().unwrap().starts_with(by), "{error}");
            assert_eq!(design(&world, &id).await, won);
            assert_eq!(won["version"].as_i64(), base["version"].as_i64().map(|version| version + 1));
        }
    }

    async fn every_mistake_of_a_design_is_told_with_its_place(server: &Server) {
        let world = World::new(server).await;
        let id = world.procedure(&["Receive"]).await;
        let now = design(&world, &id).await;
        let bad = json!([
            now["stages"][0],
            {"name": " ", "required_actor_type": "ai", "assigned_actor_id": world.member_id},
            {"name": "Sign", "assigned_actor_id": world.stranger_id, "instructions": [
                {"type": "implicit", "text": "x", "condition": "case.titel == 'x'"},
                {"type": "implicit", "text": "", "condition": "1 +"},
                {"type": "todo", "text": "x", "condition": "true"},
            ]},
            now["stages"][0],
        ]);
        let answer = put(&world.member, &id, with_stages(&now, bad)).await;
        let error = answer.refused(422, "validation_error");
        let paths: Vec<_> = error["fields"].as_array().unwrap().iter().map(|field| field["path"].as_str().unwrap()).collect();
        let expected = [
            "stages.1.name",
            "stages.1.assigned_actor_id",
            "stages.2.assigned_actor_id",
            "stages.2.instructions.0.condition",
            "stages.2.instructions.1.text",
            "stages.2.instructions.1.condition",
            "stages.2.instructions.2.condition",
            "stages.3.id",
        ];
        assert_eq!(paths, expected);
        assert_eq!(design(&world, &id).await, now);
        put(&world.observer, &id, with_stages(&now, json!([]))).await.refused(403, "forbidden");
        put(&world.stranger, &id, with_stages(&now, json!([]))).await.refused(404, "procedure_not_found");
        world.member.get(&format!("/v1/procedures/{id}/versions/9")).await.refused(404, "version_not_found");
        world.member.get(&format!("/v1/procedures/{id}/versions/x")).await.refused(404, "version_not_found");
    }

    async fn every_way_to_change_a_procedure_makes_a_version(server: &Server) {
        let world = World::new(server).await;
        let id = world.procedure(&[]).await;
        assert_eq!(versions(&world, &id).await.len(), 1);
        world.member.post(&format!("/v1/procedures/{id}/stages"), json!({"name": "Sign"})).await.data(201);
        assert_eq!(versions(&world, &id).await.len(), 2);
        world.member.patch(&format!("/v1/procedures/{id}"), json!({"name": "New"})).await.data(200);
        assert_eq!(versions(&world, &id).await.len(), 3);
        world.member.patch(&format!("/v1/procedures/{id}"), json!({"name": "New"})).await.data(200);
        assert_eq!(versions(&world, &id).await.len(), 3, "it says the same");
        let stage = json!({"title": "Read", "instructions": "All of it", "assignee_id": null});
        let body = json!({"title": "Newer", "stages": [stage]});
        world.member.patch(&format!("/api/v1/public/procedures/{id}"), body).await.bare(200);
        let all = versions(&world, &id).await;
        assert_eq!((all.len(), &all[0]["stages"]), (4, &json!(1)));
        let before = world.member.get(&format!("/v1/procedures/{id}/versions/3")).await.data(200).clone();
        assert_eq!((names(&before), &before["name"]), (vec!["Sign"], &json!("New")));
        world.observer.delete(&format!("/v1/procedures/{id}")).await.refused(403, "forbidden");
        assert_eq!(world.member.delete(&format!("/v1/procedures/{id}")).await.data(200)["deleted"], true);
        world.member.get(&format!("/v1/procedures/{id}/design")).await.refused(404, "procedure_not_found");
    }

    async fn whoever_left_the_space_gets_no_stage_by_a_restoration(server: &Server) {
        let world = World::new(server).await;
        let id = world.procedure(&["Receive"]).await;
        let now = design(&world, &id).await;
        let mut stage = now["stages"][0].clone();
        stage["assigned_actor_id"] = json!(world.member_id);
        let given = put(&world.admin, &id, with_stages(&now, json!([stage]))).await.data(200).clone();
        put(&world.admin, &id, with_stages(&given, json!([]))).await.data(200);
        let members = format!("/v1/spaces/{}/members", world.space);
        world.owner.post(&members, json!({"actor_id": world.member_id, "role": "observer"})).await.data(201);
        let path = format!("/v1/procedures/{id}/versions/{}/restore", given["version"]);
        let restored = world.admin.act(&path).await.data(200).clone();
        assert_eq!(restored["stages"][0]["id"], stage["id"]);
        assert_eq!(restored["stages"][0]["assigned_actor_id"], Json::Null);
    }

    async fn a_condition_is_checked_and_evaluated(server: &Server) {
        let world = World::new(server).await;
        let (case, _) = world.active_case(&["Receive"]).await;
        world.member.patch(&format!("/v1/cases/{case}"), json!({"priority": "high"})).await.data(200);
        let check = async |condition: &str, case: Option<&str>| {
            let body = json!({"condition": condition, "case_id": case});
            world.member.post("/v1/conditions/check", body).await.data(200).clone()
        };
        let found = check("case.priority == 'high' && stage.name == 'Receive'", Some(&case)).await;
        assert_eq!((&found["valid"], &found["value"], &found["error"]), (&json!(true), &json!(true), &Json::Null));
        assert_eq!((&found["saw"]["case"]["title"], &found["saw"]["stage"]["open_instructions"]), (&json!("Fence"), &json!(1)));
        assert_eq!(check("comments > 3", Some(&case)).await["value"], false);
        let found = check("case.priority == 'high'", None).await;
        assert_eq!((&found["valid"], &found["value"], &found["saw"]), (&json!(true), &Json::Null, &Json::Null));
        // It can be saved, and gives nothing for this case.
        let found = check("case.attributes.amount > 3", Some(&case)).await;
        assert_eq!((&found["valid"], &found["value"]), (&json!(true), &Json::Null));
        assert!(found["error"]["message"].as_str().unwrap().contains("amount"), "{found}");
        let found = check("case.title ==\n  'a' &&& true", None).await;
        assert_eq!((&found["valid"], &found["error"]["at"]), (&json!(false), &json!({"line": 2, "column": 9})));
        let found = check("kase == 1", Some(&case)).await;
        assert_eq!((&found["valid"], &found["value"], &found["error"]["at"]), (&json!(false), &Json::Null, &Json::Null));
        world.member.post("/v1/conditions/check", json!({"condition": " "})).await.invalid("condition");
        let body = json!({"condition": "true", "case_id": case});
        world.stranger.post("/v1/conditions/check", body).await.refused(404, "case_not_found");
    }

    async fn a_dry_run_tells_what_would_happen_and_changes_nothing(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        let implicit = |condition: &str| json!({"type": "implicit", "text": "by itself", "condition": condition});
        let stages = json!([
            {"name": "Intake", "instructions": [implicit("case.title == 'Fence'")]},
            {"name": "Check", "required_actor_type": "human", "assigned_actor_id": world.member_id,
             "instructions": [{"text": "Look"}, implicit("case.attributes.amount > 3"), implicit("stage.name == 'Check'")]},
            {"name": "", "assigned_actor_id": world.stranger_id, "instructions": [implicit("kase == 1")]},
        ]);
        let sample = json!({"case_id": case, "design": {"name": "Draft", "stages": stages}});
        let before = world.observer.get(&format!("/v1/cases/{case}")).await.data(200).clone();
        let thread = world.thread(&case).await;
        let found = world.member.post("/v1/procedures/dry-run", sample).await.data(200).clone();
        let would: Vec<_> = found["stages"].as_array().unwrap().iter().map(|stage| stage["would"].as_str().unwrap()).collect();
        assert_eq!(would, ["complete_at_once", "activate", "wait"], "{found}");
        assert_eq!(found["problems"], json!([]));
        let fates = |n: usize| -> Vec<&str> {
            let lines = found["stages"][n]["instructions"].as_array().unwrap();
            lines.iter().map(|line| line["would"].as_str().unwrap()).collect()
        };
        assert_eq!((fates(0), fates(1), fates(2)), (vec!["satisfied"], vec!["open", "error", "satisfied"], vec!["error"]));
        assert_eq!(found["stages"][1]["assigned"]["id"], json!(world.member_id));
        assert_eq!(found["stages"][2]["problems"].as_array().unwrap().len(), 2, "{found}");
        assert!(found["stages"][2]["instructions"][0]["message"].as_str().unwrap().contains("kase"));
        assert_eq!(world.observer.get(&format!("/v1/cases/{case}")).await.data(200), &before);
        assert_eq!((world.stages(&case).await.len(), world.thread(&case).await), (0, thread));
        assert_eq!(world.observer.get(&format!("/v1/procedures?space_id={}", world.space)).await.body["meta"]["total"], 0);
    }

    async fn a_dry_run_says_why_a_procedure_cannot_be_applied(server: &Server) {
        let world = World::new(server).await;
        let (case, _) = world.active_case(&["Receive"]).await;
        let other = world.procedure(&["Sign"]).await;
        let body = json!({"case_id": case, "procedure_id": other});
        let found = world.member.post("/v1/procedures/dry-run", body.clone()).await.data(200).clone();
        assert_eq!((&found["stages"][0]["would"], &found["problems"]), (&json!("wait"), &json!([])));
        world.member.post(&format!("/v1/cases/{case}/apply-procedure"), json!({"procedure_id": other})).await.data(200);
        let found = world.member.post("/v1/procedures/dry-run", body.clone()).await.data(200).clone();
        assert!(found["problems"][0].as_str().unwrap().contains("already"), "{found}");
        assert_eq!(found["stages"][0]["name"], "Sign");
        world.member.post("/v1/procedures/dry-run", json!({"case_id": case})).await.invalid("procedure_id");
        let unknown = json!({"case_id": case, "procedure_id": case});
        world.member.post("/v1/procedures/dry-run", unknown).await.invalid("procedure_id");
        world.observer.post("/v1/procedures/dry-run", body).await.refused(403, "forbidden");
    }
}
