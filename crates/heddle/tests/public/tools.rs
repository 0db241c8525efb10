//! Tools, and which of them agents have.

use kernel::ids::ToolId;
use serde_json::{Value as Json, json};

use crate::support::{Engine, Live, Server, World};

const TOOLS: &str = "/api/v1/public/tools";

fn tool(name: &str, script: &str) -> Json {
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
    json!({"name": name, "description": "Doubles a number.", "script": script, "input_schema": schema})
}

const DOUBLE: &str = "def invoke(n):\n    return {'double': n * 2}\n";

fn with(mut body: Json, name: &str, value: Json) -> Json {
    body[name] = value;
    body
}

on_each_engine! {
    async fn tools_are_made_read_and_changed(server: &Server) {
        let w = World::new(server).await;
        let secret = w.member.post("/api/v1/public/secrets", json!({"name": "KEY", "value": "swordfish"})).await.bare_id(201);
        let made = w.member.post(TOOLS, with(tool("double", DOUBLE), "secret_ids", json!([secret]))).await;
        let id = made.bare_id(201);
        assert_eq!((&made.body["type"], &made.body["is_editable"]), (&json!("custom"), &json!(true)));
        assert_eq!(made.body["manager"]["id"], json!(w.member_id));
        assert_eq!(made.body["secrets"], json!([{"id": secret, "type": "SECRET", "name": "KEY", "url": format!("/api/v1/public/secrets/{secret}")}]));
        assert_eq!(made.body["input_schema"]["required"], json!(["n"]));
        assert!(made.body.get("script").is_none());
        let path = format!("{TOOLS}/{id}");
        // Everybody in the workspace sees it, without what is not theirs to see.
        let seen = w.stranger.get(&path).await;
        assert_eq!((&seen.bare(200)["is_editable"], &seen.body["secrets"]), (&json!(false), &json!([])));
        let changed = w.member.patch(&path, json!({"description": "Twice.", "script": null, "secret_ids": null})).await;
        assert_eq!((&changed.bare(200)["description"], changed.body["secrets"].as_array().unwrap().len()), (&json!("Twice."), 1));
        // With secrets it is its manager's alone, and stays so.
        w.owner.patch(&path, json!({"script": "def invoke(n): return 1"})).await.declined(403, "forbidden");
        w.member.patch(&path, json!({"manager_id": w.owner_id})).await.declined(400, "invalid_tool_request");
        w.member.patch(&path, json!({"secret_ids": []})).await.bare(200);
        w.member.patch(&path, json!({"manager_id": w.owner_id, "name": "twice"})).await.declined(400, "invalid_tool_request");
        let given = w.member.patch(&path, json!({"manager_id": w.owner_id})).await;
        assert_eq!((&given.bare(200)["manager"]["id"], &given.body["is_editable"]), (&json!(w.owner_id), &json!(false)));
        w.member.patch(&path, json!({"name": "twice"})).await.declined(403, "forbidden");
        assert_eq!(w.owner.patch(&path, json!({"name": "twice"})).await.bare(200)["name"], "twice");
    }

    async fn own_and_made_tools_are_listed_together(server: &Server) {
        let w = World::new(server).await;
        for name in ["one", "two", "three"] {
            w.member.post(TOOLS, tool(name, DOUBLE)).await.bare_id(201);
        }
        let http = json!({"name": "find", "description": "d", "url": "https://example.com", "input_schema": {"type": "object"}});
        w.admin.post(&format!("/v1/spaces/{}/tools", w.space), http).await.id(201);
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for limit in [1, 2, 3, 100] {
            loop {
                let slice = w.member.get(&format!("{TOOLS}?limit={limit}{cursor}")).await;
                seen.extend(slice.bare(200)["data"].as_array().unwrap().clone());
                let Some(next) = slice.body["next_cursor"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            let names: Vec<&str> = seen.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
            assert_eq!(names[..4], ["find", "three", "two", "one"], "{limit}");
            assert!(names.contains(&"set_priority") && names.contains(&"finish_stage"));
            let mut unique = names.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!(unique.len(), names.len(), "{limit}");
            assert!(seen[4..].iter().all(|tool| tool["type"] == "internal" && tool["is_editable"] == false));
            (seen, cursor) = (Vec::new(), String::new());
        }
        let all = w.stranger.get(&format!("{TOOLS}?limit=100")).await;
        let own = all.bare(200)["data"].as_array().unwrap();
        assert!(own.iter().all(|tool| tool["name"] != "find"));
        let internal = own.iter().find(|tool| tool["name"] == "set_priority").unwrap()["id"].as_str().unwrap().to_owned();
        let shown = w.stranger.get(&format!("{TOOLS}/{internal}")).await;
        assert_eq!((&shown.bare(200)["manager"], &shown.body["input_schema"]["type"]), (&Json::Null, &json!("object")));
        w.owner.patch(&format!("{TOOLS}/{internal}"), json!({"name": "x"})).await.declined(400, "invalid_tool_request");
    }

    async fn tools_refuse(server: &Server) {
        let w = World::new(server).await;
        let secret = w.stranger.post("/api/v1/public/secrets", json!({"name": "THEIRS", "value": "x"})).await.bare_id(201);
        let base = tool("double", DOUBLE);
        for (name, value) in [
            ("name", json!("Double It")),
            ("name", json!("read_case")),
            ("description", json!(" ")),
            ("script", json!("")),
            ("input_schema", json!({"type": "string"})),
            ("input_schema", json!({"type": "object", "properties": {"n": {"type": "no type"}}})),
        ] {
            w.member.post(TOOLS, with(base.clone(), name, value)).await.declined(400, "invalid_tool_request");
        }
        w.member.post(TOOLS, with(base.clone(), "hosts", json!([]))).await.declined_field("hosts");
        w.member.post(TOOLS, with(base.clone(), "input_schema", json!([]))).await.declined_field("input_schema");
        w.member.post(TOOLS, with(base.clone(), "secret_ids", json!([ToolId::new()]))).await.declined(404, "secret_not_found");
        // Not even an owner of the workspace can use another's secret.
        for client in [&w.member, &w.owner] {
            client.post(TOOLS, with(base.clone(), "secret_ids", json!([secret]))).await.declined(404, "secret_not_found");
        }
        let id = w.member.post(TOOLS, base.clone()).await.bare_id(201);
        w.owner.post(TOOLS, base).await.declined(409, "tool_already_exists");
        let other = w.member.post(TOOLS, tool("other", DOUBLE)).await.bare_id(201);
        let path = format!("{TOOLS}/{id}");
        w.member.patch(&format!("{TOOLS}/{other}"), json!({"name": "double"})).await.declined(409, "tool_already_exists");
        w.member.patch(&path, json!({"manager_id": w.agent_id})).await.declined(404, "user_not_found");
        w.member.patch(&path, json!({"more": 1})).await.declined_field("more");
        w.stranger.patch(&path, json!({"name": "x"})).await.declined(403, "forbidden");
        w.other.get(&path).await.declined(404, "tool_not_found");
        w.other.patch(&path, json!({"name": "x"})).await.declined(404, "tool_not_found");
        w.anonymous.get(TOOLS).await.declined(401, "unauthorized");
        // The hosts of a script are for admins to name.
        let hosts = format!("/v1/tools/{id}/hosts");
        let put = |client: &crate::support::Client, body: Json| {
            let request = client.request(reqwest::Method::PUT, &hosts).json(&body);
            let client = client.clone();
            async move { client.send(request).await }
        };
        put(&w.member, json!({"hosts": ["example.com"]})).await.refused(403, "forbidden");
        put(&w.other, json!({"hosts": ["example.com"]})).await.refused(404, "tool_not_found");
        put(&w.owner, json!({"hosts": ["http://example.com"]})).await.invalid("hosts[0]");
        let set = put(&w.owner, json!({"hosts": ["api.example.com", "*.example.org"]})).await;
        assert_eq!((&set.data(200)["hosts"][1], &set.data(200)["kind"]), (&json!("*.example.org"), &json!("script")));
    }

    async fn agents_are_given_their_tools_as_a_whole(server: &Server) {
        let w = World::new(server).await;
        let id = w.member.post(TOOLS, tool("double", DOUBLE)).await.bare_id(201);
        let path = format!("/api/v1/public/agents/{}/tools", w.agent_id);
        let put = |client: &crate::support::Client, ids: Json| {
            let request = client.request(reqwest::Method::PUT, &path).json(&json!({"tool_ids": ids}));
            let client = client.clone();
            async move { client.send(request).await }
        };
        let before = w.member.get(&path).await;
        let all = before.bare(200).as_array().unwrap().clone();
        assert!(all.iter().all(|tool| tool["type"] == "internal"));
        assert!(all.iter().all(|tool| tool["name"] != "finish_stage"));
        let priority = all.iter().find(|tool| tool["name"] == "set_priority").unwrap().clone();
        let after = put(&w.owner, json!([id, priority["id"]])).await;
        let link = json!({"id": id, "type": "custom", "name": "double", "url": format!("{TOOLS}/{id}")});
        assert_eq!(after.bare(200), &json!([priority, link]));
        assert_eq!(w.stranger.get(&path).await.bare(200), after.bare(200));
        let nothing = ToolId::new();
        let refused = put(&w.owner, json!([id, nothing])).await;
        refused.declined(422, "invalid_tool_ids");
        assert_eq!(refused.body["error"]["invalid_tool_ids"], json!([nothing]));
        assert_eq!(w.member.get(&path).await.bare(200), after.bare(200));
        put(&w.owner, json!(["x"])).await.declined_field("tool_ids[0]");
        put(&w.admin, json!([])).await.declined(403, "agent_tools_forbidden");
        put(&w.other, json!([])).await.declined(404, "agent_not_found");
        w.member.get(&format!("/api/v1/public/agents/{}/tools", w.member_id)).await.declined(404, "agent_not_found");
        assert_eq!(put(&w.owner, json!([])).await.bare(200), &json!([]));
        // What it is not given it cannot do: the planner is refused and asks a person.
        let mut live = Live::open(&w.member, "", None).await;
        let procedure = w.member.post("/api/v1/public/procedures", json!({"space_id": w.space, "title": "P"})).await.bare_id(201);
        let stages = json!({"stages": [{"title": "T", "instructions": "Set priority to high", "assignee_id": w.agent_id}]});
        w.member.patch(&format!("/api/v1/public/procedures/{procedure}"), stages).await.bare(200);
        let case = w.member.post("/v1/cases", json!({"space_id": w.space, "title": "F", "procedure_id": procedure})).await.id(201);
        w.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
        live.until("run.waiting").await;
        assert_eq!(w.member.get(&format!("/v1/cases/{case}")).await.data(200)["priority"], Json::Null);
        assert!(w.thread(&case).await.iter().any(|(_, text)| text.contains("set_priority is not given")));
    }
}
