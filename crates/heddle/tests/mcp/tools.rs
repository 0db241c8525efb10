//! Every tool, once and more, against the real API.

use serde_json::{Value as Json, json};

use crate::{
    agent::{Agent, has, id},
    support::{Engine, Live, Server, World},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tool_works() {
    let server = Server::shared(Engine::Sqlite).await.unwrap();
    let world = World::new(server).await;
    let agent = Agent::at(&format!("{}/mcp", server.url), world.owner.key()).await.unwrap();
    people(&agent).await;
    let space = spaces(&agent).await;
    let file = documents(&agent, &space).await;
    let case = cases(&agent, &space, &file).await;
    phases(&agent, &space).await;
    tables_and_mail(&agent, &case).await;
    agents_and_tools(&agent).await;
    ingestion(&agent, &world).await;
    runs(&agent, &world).await;
    what_happened(&agent, &case).await;
    agent.call("spaces_delete", json!({"id": space})).await;
    assert_eq!(agent.refused("spaces_get", json!({"id": space})).await, "space_not_found");
    assert_eq!(agent.uncalled().await.into_iter().collect::<Vec<_>>(), [] as [&str; 0]);
    agent.close().await;
}

async fn people(agent: &Agent) {
    let me = id(&agent.call("users_me", json!({})).await);
    assert!(has(&agent.call("users_list", json!({"all": true})).await, &me));
    assert_eq!(agent.call("users_get", json!({"id": me})).await["name"], "Owner");
}

async fn spaces(agent: &Agent) -> String {
    let space = id(&agent.call("spaces_create", json!({"name": "Fences", "description": "Wood"})).await);
    assert_eq!(agent.call("spaces_get", json!({"id": space})).await["description"], "Wood");
    let changed = agent.call("spaces_update", json!({"id": space, "data": {"description": null}})).await;
    assert_eq!(changed["description"], Json::Null);
    assert!(has(&agent.call("spaces_list", json!({"limit": 100})).await, &space));
    space
}

async fn documents(agent: &Agent, space: &str) -> String {
    let note = id(&agent.call("notes_create", json!({"title": "N", "body": "B", "space_id": space})).await);
    let changed = agent.call("notes_update", json!({"id": note, "tags": "a,b"})).await;
    assert_eq!(changed["tags"], json!(["a", "b"]));
    assert_eq!(agent.call("notes_get", json!({"id": note})).await["body"], "B");
    assert!(has(&agent.call("notes_list", json!({"space-id": space})).await, &note));
    assert_eq!(agent.call("notes_delete", json!({"id": note})).await, json!({"id": note, "deleted": true}));

    let upload = json!({"name": "plan.txt", "content": "Grüße", "space_id": space});
    let file = id(&agent.call("files_upload", upload).await);
    assert_eq!(agent.call("files_get", json!({"id": file})).await["name"], "plan.txt");
    assert_eq!(agent.call("files_download", json!({"id": file})).await["content"], "Grüße");
    assert_eq!(agent.call("files_update", json!({"id": file, "tags": ["x"]})).await["tags"], json!(["x"]));
    assert!(has(&agent.call("files_list", json!({"space_id": space})).await, &file));
    let bytes = id(&agent.call("files_upload", json!({"name": "b.bin", "content_base64": "/wA="})).await);
    assert_eq!(agent.call("files_download", json!({"id": bytes})).await["content_base64"], "/wA=");
    agent.call("files_delete", json!({"id": bytes})).await;
    file
}

async fn cases(agent: &Agent, space: &str, file: &str) -> String {
    let new = json!({"title": "A fence", "space_id": space, "tags": "garden", "attached_file_ids": file});
    let case = agent.call("cases_create", new).await;
    let (case, thread) = (id(&case), id(&case["thread"]));
    let below = id(&agent.call("cases_create", json!({"data": {"title": "Below", "parent_case_id": case}})).await);
    assert!(has(&agent.call("cases_list", json!({"parent_case_id": case, "status": "open"})).await, &below));
    agent.call("cases_delete", json!({"id": below})).await;
    let changed =
        agent.call("cases_update", json!({"id": case, "due_at": "2030-01-31T09:30:00Z", "status": "started"})).await;
    assert_eq!(changed["status"], "started");
    assert_eq!(agent.call("cases_get", json!({"id": case})).await["files"][0]["id"], json!(file));

    let said = json!({"thread_id": thread, "text": "Hello\n# not a heading", "file_ids": []});
    agent.call("threads_messages_create", said).await;
    assert_eq!(id(&agent.call("threads_get", json!({"id": thread})).await), thread);
    let events = agent.call("threads_events", json!({"id": thread, "direction": "desc"})).await;
    assert_eq!(events["data"][0]["payloads"][0]["text"], "Hello\n# not a heading");
    case
}

async fn phases(agent: &Agent, space: &str) {
    let procedure = id(&agent.call("procedures_create", json!({"title": "Build", "space_id": space})).await);
    let stage = |title: &str| json!({"title": title, "instructions": "Dig\nSet", "assignee_id": null});
    let stages = json!({"stages": [stage("Ground"), stage("Posts"), stage("Paint")]});
    agent.call("procedures_update", json!({"id": procedure, "data": stages})).await;
    assert!(has(&agent.call("procedures_list", json!({"space_id": space})).await, &procedure));
    let shown = agent.call("procedures_get", json!({"id": procedure})).await;
    assert_eq!(shown["stages"].as_array().unwrap().len(), 3);
    assert!(agent.read(&format!("heddle://procedures/{procedure}")).await.unwrap().contains("### 3. Paint"));

    let case = id(&agent.call("cases_create", json!({"title": "Mill Lane", "space_id": space})).await);
    agent.data("cases_apply_procedure", json!({"id": case, "procedure_id": procedure})).await;
    assert_eq!(agent.data("cases_commence", json!({"id": case})).await["phase"], "active");
    let waiting = json!({"id": case, "motion": "waiting", "waiting_on": {"kind": "external", "reason": "rain"}});
    assert_eq!(agent.data("cases_set_motion", waiting).await["waiting_on"]["reason"], "rain");
    let stages = agent.data("stages_list", json!({"case_id": case, "all": false})).await;
    let first = id(&stages[0]);
    let me = id(&agent.call("users_me", json!({})).await);
    let changed = agent.data("stages_update", json!({"id": first, "assigned_actor_id": me})).await;
    assert_eq!(changed["assigned_actor_id"], json!(me));
    agent.data("instructions_create", json!({"stage_id": first, "text": "Measure"})).await;
    let todo = agent.data("instructions_list", json!({"stage_id": first})).await;
    for one in todo.as_array().unwrap() {
        agent.data("instructions_complete", json!({"id": id(one)})).await;
    }
    assert_eq!(agent.data("stages_get", json!({"id": first})).await["phase"], "completed");
    assert_eq!(agent.data("stages_skip", json!({"id": id(&stages[1])})).await["phase"], "skipped");
    assert_eq!(agent.refused("stages_complete", json!({"id": id(&stages[2])})).await, "instructions_open");

    let shown = agent.read(&format!("heddle://cases/{case}")).await.unwrap();
    assert!(shown.contains("- **Waiting on**: external: rain") && shown.contains("done by Owner: Measure"), "{shown}");
    assert!(shown.contains("### 2. Posts, skipped") && shown.contains("stage transition"), "{shown}");

    let label = id(&agent.data("labels_create", json!({"space_id": space, "name": "wet"})).await);
    let carries = agent.data("labels_apply", json!({"case_id": case, "label_id": label})).await;
    assert_eq!(carries["labels"][0]["name"], "wet");
    assert!(has(&agent.call("labels_list", json!({"space_id": space})).await, &label));
    assert_eq!(agent.data("labels_remove", json!({"case_id": case, "label_id": label})).await["labels"], json!([]));
    assert_eq!(agent.data("cases_subcases", json!({"id": case})).await, json!([]));

    assert_eq!(agent.data("cases_resolve", json!({"id": case, "summary": "Stands"})).await["phase"], "resolved");
    assert_eq!(agent.data("cases_reopen", json!({"id": case, "reason": "Leans"})).await["phase"], "active");
    agent.data("cases_resolve", json!({"id": case})).await;
    assert_eq!(agent.data("cases_close", json!({"id": case})).await["phase"], "closed");
    assert_eq!(agent.refused("cases_commence", json!({"id": case})).await, "invalid_transition");
    agent.call("procedures_delete", json!({"id": procedure})).await;
}

async fn tables_and_mail(agent: &Agent, case: &str) {
    let rows = json!([{"post": 1, "height": 1.5}, {"post": 2, "height": 2.5}]);
    let table = id(&agent.data("datatables_create", json!({"name": "Posts", "case_id": case, "rows": rows})).await);
    assert_eq!(agent.data("datatables_get", json!({"id": table})).await["row_count"], 2);
    let found = agent.data("datatables_rows", json!({"id": table, "filter": "height > 2", "sort": "-post"})).await;
    assert_eq!(found, json!([{"post": 2, "height": 2.5}]));
    assert_eq!(id(&agent.data("datatables_list", json!({"case_id": case})).await[0]), table);

    let draft = json!({"case_id": case, "to": "neighbour@example.com", "subject": "Fence", "body": "Soon."});
    let email = id(&agent.data("emails_create", draft).await);
    assert_eq!(agent.data("emails_get", json!({"id": email})).await["state"], "draft");
    assert_ne!(agent.data("emails_send", json!({"id": email})).await["state"], "draft");
    assert_eq!(id(&agent.data("emails_list", json!({"case_id": case})).await[0]), email);
}

async fn agents_and_tools(agent: &Agent) {
    let models = agent.call("models_list", json!({"limit": 5})).await;
    assert_eq!(models["data"].as_array().unwrap().iter().filter(|model| model["is_default"] == true).count(), 1);
    let bot = id(&agent.call("agents_create", json!({"name": "Bot", "job_description": "Posts"})).await);
    assert_eq!(agent.call("agents_update", json!({"id": bot, "name": "Both"})).await["name"], "Both");
    assert_eq!(agent.call("agents_get", json!({"id": bot})).await["job_description"], "Posts");
    assert!(has(&agent.call("agents_list", json!({"limit": 100})).await, &bot));

    let secret = agent.call("secrets_create", json!({"name": "TOKEN", "value": "hush"})).await;
    assert!(!secret.to_string().contains("hush"));
    let secret = id(&secret);
    assert!(has(&agent.call("secrets_list", json!({})).await, &secret));
    let new = json!({
        "name": "measure", "description": "Measures", "script": "def run(input):\n    return {}\n",
        "input_schema": {"type": "object"}, "secret_ids": secret,
    });
    let tool = id(&agent.call("tools_create", new).await);
    assert_eq!(agent.call("tools_update", json!({"id": tool, "description": "M"})).await["description"], "M");
    assert_eq!(agent.call("tools_get", json!({"id": tool})).await["secrets"][0]["id"], json!(secret));
    assert!(has(&agent.call("tools_list", json!({"all": true})).await, &tool));
    let has_it = agent.call("agents_tools_replace", json!({"agent_id": bot, "tool_ids": [tool]})).await;
    assert_eq!(id(&has_it[0]), tool);
    assert_eq!(agent.call("agents_tools_list", json!({"agent_id": bot})).await, has_it);
    assert_eq!(agent.call("agents_tools_replace", json!({"agent_id": bot, "tool_ids": ""})).await, json!([]));
    agent.call("secrets_delete", json!({"id": secret})).await;
}

async fn ingestion(agent: &Agent, world: &World) {
    let mut live = Live::open(&world.owner, "", None).await;
    let content = "{\"external_id\": \"1\", \"title\": \"One\"}\n{\"external_id\": \"2\", \"title\": \" \"}\n";
    let new = json!({"space_id": world.space, "content": content});
    let import = id(&agent.call("case_ingestions_create", new).await);
    live.until("ingestion.ended").await;
    let done = agent.call("case_ingestions_get", json!({"id": import})).await;
    assert_eq!((&done["status"], &done["success_count"]), (&json!("completed"), &json!(1)));
    let errors = agent.call("case_ingestions_errors", json!({"id": import, "all": true})).await;
    assert_eq!(errors["data"][0]["external_id"], "2");
}

/// A case whose stage is given to the rules agent, begun by `agent`.
async fn given_to_rules(agent: &Agent, world: &World, todos: Json) -> String {
    let procedure =
        world.member.post("/v1/procedures", json!({"space_id": world.space, "name": "Triage"})).await.id(201);
    let stage = json!({"name": "Triage", "assigned_actor_id": world.agent_id, "instructions": todos});
    world.member.post(&format!("/v1/procedures/{procedure}/stages"), stage).await.data(201);
    let case = json!({"space_id": world.space, "title": "Fence", "procedure_id": procedure});
    let case = world.member.post("/v1/cases", case).await.id(201);
    agent.data("cases_commence", json!({"id": case})).await;
    case
}

async fn runs(agent: &Agent, world: &World) {
    world.owner.patch(&format!("/v1/spaces/{}", world.space), json!({"review": ["set_priority"]})).await.data(200);
    let mut live = Live::open(&world.member, "", None).await;
    let todos = json!([{"text": "Set priority to high"}, {"text": "Set priority to low"}]);
    let case = given_to_rules(agent, world, todos).await;
    for decision in ["proposals_approve", "proposals_reject"] {
        live.until("proposal.created").await;
        let pending = agent.data("proposals_list", json!({"case_id": case, "state": "pending"})).await;
        let proposal = id(&pending[0]);
        assert_eq!(agent.data("proposals_get", json!({"id": proposal})).await["action"], "set_priority");
        let decided = agent.data(decision, json!({"id": proposal, "note": "By agent"})).await;
        assert_eq!(decided["note"], "By agent", "{decided}");
    }
    assert_eq!(world.member.get(&format!("/v1/cases/{case}")).await.data(200)["priority"], "high");

    let case = given_to_rules(agent, world, json!([{"text": "Ask the officer whether the plan is complete?"}])).await;
    while live.until("run.waiting").await.1["case_id"] != json!(case) {}
    let run = id(&agent.data("runs_list", json!({"case_id": case})).await[0]);
    assert_eq!(agent.data("runs_get", json!({"id": run})).await["waiting_for"], "person");
    let steps = agent.call("runs_steps", json!({"id": run, "all": true})).await;
    assert!(!steps["data"].as_array().unwrap().is_empty());
    assert_eq!(agent.data("runs_cancel", json!({"id": run})).await["state"], "cancelled");
    assert_ne!(id(&agent.data("runs_retry", json!({"id": run})).await), run);
}

async fn what_happened(agent: &Agent, case: &str) {
    let answer = agent.call("events_recent", json!({"limit": 200})).await;
    let verbs = |answer: &Json| -> Vec<String> {
        answer["data"].as_array().unwrap().iter().map(|event| event["verb"].as_str().unwrap().to_owned()).collect()
    };
    assert!(verbs(&answer).contains(&"proposal.created".to_owned()), "{answer}");
    let last = answer["meta"]["last_seq"].as_i64().unwrap();
    agent.call("notes_create", json!({"title": "Later", "case_id": case})).await;
    let newer = agent.call("events_recent", json!({"after": last, "wait_seconds": 20})).await;
    assert!(verbs(&newer).contains(&"artifact.added".to_owned()), "{newer}");
    let newest = agent.call("events_recent", json!({"limit": 1})).await;
    assert_eq!(newest["data"].as_array().unwrap().len(), 1);

    // The index follows changes in moments; the note's own transaction put the note there.
    let hits = agent.data("search", json!({"query": "later", "limit": 5})).await;
    assert_eq!(hits[0]["title"], "Later");
}
