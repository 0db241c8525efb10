//! Agents and models.

use serde_json::{Value as Json, json};

use crate::support::{Engine, Live, Server, World};

const AGENTS: &str = "/api/v1/public/agents";

on_each_engine! {
    async fn agents_are_made_read_and_changed(server: &Server) {
        let w = World::new(server).await;
        let made = w.owner.post(AGENTS, json!({"name": "Reader", "job_description": "Read."})).await;
        let id = made.bare_id(201);
        // Without a provider's key the built-in planner is the default.
        assert_eq!((&made.body["model"], &made.body["reasoning_effort"]), (&json!("rules"), &Json::Null));
        assert_eq!((&made.body["type"], &made.body["parent"]), (&json!("AGENT"), &Json::Null));
        let path = format!("{AGENTS}/{id}");
        assert_eq!(w.stranger.get(&path).await.bare(200), made.bare(201));
        let changed = w.owner.patch(&path, json!({"model": "gpt-6.1-sol", "reasoning_effort": "XHIGH"})).await;
        assert_eq!((&changed.bare(200)["model"], &changed.body["reasoning_effort"]), (&json!("gpt-6.1-sol"), &json!("XHIGH")));
        assert_eq!(changed.body["job_description"], "Read.");
        let cleared = w.owner.patch(&path, json!({"name": null, "job_description": null, "model": null, "reasoning_effort": null})).await;
        assert_eq!((&cleared.bare(200)["name"], &cleared.body["model"]), (&json!("Reader"), &json!("rules")));
        assert_eq!((&cleared.body["job_description"], &cleared.body["reasoning_effort"]), (&Json::Null, &Json::Null));
        let list = w.member.get(AGENTS).await;
        assert_eq!(list.bare(200)["data"][0]["id"], json!(id));
        assert!(list.body["data"][0].get("job_description").is_none());
        assert_eq!(list.body["data"].as_array().unwrap().len(), 2);
        // It is the same actor in /v1, and a member of the general space.
        assert_eq!(w.member.get(&format!("/v1/actors/{id}")).await.data(200)["model_id"], Json::Null);
    }

    async fn an_agent_without_a_model_of_its_own_works(server: &Server) {
        let w = World::new(server).await;
        let agent = w.owner.post(AGENTS, json!({"name": "Worker"})).await.bare_id(201);
        w.owner.post(&format!("/v1/spaces/{}/members", w.space), json!({"actor_id": agent, "role": "member"})).await.data(201);
        let mut live = Live::open(&w.member, "", None).await;
        let procedure = w.member.post("/api/v1/public/procedures", json!({"space_id": w.space, "title": "P"})).await.bare_id(201);
        let stages = json!({"stages": [{"title": "T", "instructions": "Set priority to high", "assignee_id": agent}]});
        w.member.patch(&format!("/api/v1/public/procedures/{procedure}"), stages).await.bare(200);
        let case = json!({"space_id": w.space, "title": "Fence", "procedure_id": procedure});
        let case = w.member.post("/v1/cases", case).await.id(201);
        w.member.patch(&format!("/api/v1/public/cases/{case}"), json!({"status": "started"})).await.bare(200);
        live.until("run.finished").await;
        let run = w.member.get("/v1/runs").await.data(200)[0].clone();
        assert_eq!((&run["state"], &run["model_id"]), (&json!("succeeded"), &json!("rules")));
        assert_eq!(w.member.get(&format!("/v1/cases/{case}")).await.data(200)["priority"], "high");
    }

    async fn agents_refuse(server: &Server) {
        let w = World::new(server).await;
        let path = format!("{AGENTS}/{}", w.agent_id);
        w.owner.post(AGENTS, json!({})).await.declined_field("name");
        w.owner.post(AGENTS, json!({"name": " "})).await.declined_field("name");
        w.owner.post(AGENTS, json!({"name": "A", "review": []})).await.declined_field("review");
        w.owner.post(AGENTS, json!({"name": "A", "model": ""})).await.declined(400, "invalid_agent_request");
        w.owner.post(AGENTS, json!({"name": "A", "reasoning_effort": "high"})).await.declined_field("reasoning_effort");
        w.owner.post(AGENTS, json!({"name": "A", "reasoning_effort": "HIGH"})).await.declined(400, "invalid_agent_request");
        w.owner.post(AGENTS, json!({"name": "A", "model": "gpt-4.1", "reasoning_effort": "LOW"})).await.declined(400, "invalid_agent_request");
        w.owner.patch(&path, json!({"reasoning_effort": "HIGH"})).await.declined(400, "invalid_agent_request");
        w.owner.patch(&path, json!({"more": 1})).await.declined_field("more");
        w.member.post(AGENTS, json!({"name": "A"})).await.declined(403, "forbidden");
        w.member.patch(&path, json!({"name": "A"})).await.declined(403, "forbidden");
        for id in [w.member_id.as_str(), "nobody"] {
            w.owner.get(&format!("{AGENTS}/{id}")).await.declined(404, "agent_not_found");
            w.owner.patch(&format!("{AGENTS}/{id}"), json!({"name": "A"})).await.declined(404, "agent_not_found");
        }
        w.other.get(&path).await.declined(404, "agent_not_found");
        w.other.patch(&path, json!({"name": "A"})).await.declined(404, "agent_not_found");
        w.anonymous.get(AGENTS).await.declined(401, "unauthorized");
    }

    async fn models_are_listed(server: &Server) {
        let w = World::new(server).await;
        let models = w.stranger.get("/api/v1/public/models").await;
        let all = models.bare(200)["data"].as_array().unwrap();
        assert!(models.body.get("has_more").is_none());
        let enabled: Vec<&Json> = all.iter().filter(|model| model["is_enabled"] == true).collect();
        assert_eq!((enabled.len(), &enabled[0]["id"], &enabled[0]["is_default"]), (1, &json!("rules"), &json!(true)));
        assert_eq!(enabled[0]["capabilities"], json!({"reasoning": null}));
        let claude = all.iter().find(|model| model["provider"] == "anthropic").unwrap();
        assert_eq!(claude["capabilities"]["reasoning"]["efforts"], json!(["LOW", "MEDIUM", "HIGH", "XHIGH"]));
        w.anonymous.get("/api/v1/public/models").await.declined(401, "unauthorized");
    }
}
