//! Session streaming: what happens is told as it happens, and what agents wait for is answered.

use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Browser, Came, Engine, Server, Socket, World},
};

fn document(messages: &[&str]) -> Json {
    let messages: Vec<Json> = messages.iter().map(|text| json!({"role": "user", "content": text})).collect();
    json!({"id": "T-1", "title": "Fix the roof", "messages": messages})
}

/// A case whose stage is given to the rules agent; the case's thread.
async fn given_to_agent(world: &World, todo: &str) -> (String, String) {
    let body = json!({"space_id": world.space, "name": "Triage"});
    let procedure = world.member.post("/v1/procedures", body).await.id(201);
    let stage = json!({"name": "Triage", "assigned_actor_id": world.agent_id, "instructions": [{"text": todo}]});
    world.member.post(&format!("/v1/procedures/{procedure}/stages"), stage).await.data(201);
    let body = json!({"space_id": world.space, "title": "Fence", "procedure_id": procedure, "assigned_actor_id": world.member_id});
    let case = world.member.post("/v1/cases", body).await.data(201).clone();
    let text = |field: &str| case[field].as_str().unwrap().to_owned();
    (text("id"), text("thread_id"))
}

on_each_engine! {
    async fn a_conversation_is_followed_as_it_grows(server: &Server) {
        let world = World::new(server).await;
        let ann = &world.member;
        ann.post("/api/threads/T-1", document(&["a"])).await.bare(200);
        let mut socket = Socket::enter(ann, "/api/ws/sessions/T-1", json!({})).await;
        let ready = socket.until("ready").await;
        assert_eq!((&ready["session"]["kind"], &ready["session"]["version"]), (&json!("coding_thread"), &json!(1)));
        ann.post("/api/threads/T-1", document(&["a", "b"])).await.bare(200);
        let saved = socket.until("coding_thread.saved").await;
        assert_eq!((&saved["data"]["version"], &saved["data"]["changed_from"]), (&json!(2), &json!(1)));
        assert_eq!(saved["messages"], json!([{"role": "user", "content": "b"}]));
        socket.say(json!({"type": "ping"})).await;
        assert_eq!(socket.until("pong").await, json!({"type": "pong"}));

        // Who comes back is told all that it missed, each once.
        drop(socket);
        for messages in [&["a", "b", "c"][..], &["x"]] {
            ann.post("/api/threads/T-1", document(messages)).await.bare(200);
        }
        ann.patch("/api/threads/T-1", json!({"title": "The roof"})).await.bare(200);
        let key = format!("Bearer {}", ann.key());
        let mut socket = Socket::upgrade(ann, "/api/ws/sessions/T-1", &[("authorization", &key)]).await.unwrap();
        socket.until("ready").await;
        drop(socket);
        let mut socket = Socket::enter(ann, "/api/ws/sessions/T-1", json!({"after": saved["seq"]})).await;
        assert_eq!(socket.until("ready").await["session"]["version"], 5);
        let mut told = Vec::new();
        for _ in 0..3 {
            let event = socket.until("event").await;
            told.push((event["data"]["changed_from"].clone(), event["messages"].clone()));
        }
        let message = |text: &str| json!([{"role": "user", "content": text}]);
        assert_eq!(told, [(json!(2), message("c")), (json!(0), message("x")), (json!(1), json!([]))]);
        ann.delete("/api/threads/T-1").await;
        assert_eq!(socket.next().await, Came::Closed(1000, "gone".to_owned()));
    }

    async fn others_follow_what_is_shared_until_it_is_not(server: &Server) {
        let world = World::new(server).await;
        let (ann, bob) = (&world.member, &world.stranger);
        ann.post("/api/threads/T-1", document(&["a"])).await.bare(200);
        for client in [bob, &world.other] {
            let mut socket = Socket::enter(client, "/api/ws/sessions/T-1", json!({})).await;
            assert_eq!(socket.until("error").await["error"], "thread_not_found");
            assert_eq!(socket.next().await, Came::Closed(4404, "thread_not_found".to_owned()));
        }
        ann.patch("/api/threads/T-1", json!({"visibility": "shared"})).await.bare(200);
        let mut socket = Socket::enter(bob, "/api/ws/sessions/T-1", json!({})).await;
        socket.until("ready").await;
        ann.patch("/api/threads/T-1", json!({"visibility": "private"})).await.bare(200);
        assert_eq!(socket.next().await, Came::Closed(1000, "gone".to_owned()));
    }

    async fn what_an_agent_asks_is_answered_through_the_socket(server: &Server) {
        let world = World::new(server).await;
        let (case, thread) = given_to_agent(&world, "Ask the officer whether the plan is complete?").await;
        let path = format!("/api/ws/sessions/{thread}");
        let mut socket = Socket::enter(&world.member, &path, json!({})).await;
        assert_eq!(socket.until("ready").await["session"]["case_id"], case);
        world.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
        let step = socket.until("run.step").await;
        assert!(step["step"]["output"].is_string() || step["step"]["output"].is_object(), "{step}");
        let query = socket.until("query").await["query"].clone();
        assert_eq!(query["kind"], "question");
        assert!(query["text"].as_str().unwrap().contains("plan is complete"), "{query}");

        let mut late = Socket::enter(&world.observer, &path, json!({})).await;
        assert_eq!(late.until("ready").await["queries"][0]["id"], query["id"]);
        let answer = |id: &Json, more: Json| {
            let mut message = json!({"type": "answer", "query_id": id});
            message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            message
        };
        late.say(answer(&query["id"], json!({"text": "Yes."}))).await;
        assert_eq!(late.until("refused").await["error"], "forbidden");
        socket.say(answer(&query["id"], json!({"decision": "approve"}))).await;
        assert_eq!(socket.until("refused").await["error"], "validation_error");
        socket.say(answer(&json!(world.space), json!({"text": "Yes."}))).await;
        assert_eq!(socket.until("refused").await["error"], "query_not_found");
        socket.say(answer(&query["id"], json!({"text": "It is complete."}))).await;
        assert_eq!(socket.until("answered").await["query_id"], query["id"]);
        assert_eq!(late.until("query_closed").await["query_id"], query["id"]);
        socket.until("run.finished").await;
        let entries = world.member.get(&format!("/v1/threads/{thread}/activities?per_page=200")).await;
        assert!(entries.text.contains("It is complete."));
    }

    async fn what_an_agent_proposes_is_decided_through_the_socket(server: &Server) {
        let world = World::new(server).await;
        world.owner.patch(&format!("/v1/spaces/{}", world.space), json!({"review": ["set_priority"]})).await.data(200);
        let (case, thread) = given_to_agent(&world, "Set priority to high").await;
        let mut socket = Socket::enter(&world.member, &format!("/api/ws/sessions/{thread}"), json!({})).await;
        world.member.act(&format!("/v1/cases/{case}/commence")).await.data(200);
        let query = socket.until("query").await["query"].clone();
        assert_eq!((&query["kind"], &query["action"]), (&json!("proposal"), &json!("set_priority")));
        let edit = json!({"type": "answer", "query_id": query["id"], "decision": "edit", "input": {"priority": "low"}, "note": "No hurry"});
        socket.say(edit).await;
        socket.until("run.finished").await;
        assert_eq!(world.member.get(&format!("/v1/cases/{case}")).await.data(200)["priority"], "low");
    }

    async fn who_does_not_say_who_it_is_is_sent_away(server: &Server) {
        let world = World::new(server).await;
        let ann = &world.member;
        ann.post("/api/threads/T-1", document(&["a"])).await.bare(200);
        let token = ann.get("/auth/ws-token").await;
        assert_eq!(token.bare(200)["expires_in"], 30);
        let token = token.body["token"].as_str().unwrap().to_owned();
        assert!(token.starts_with("ws_"));
        assert_eq!(world.anonymous.get("/auth/ws-token").await.status, 401);
        let path = "/api/ws/sessions/T-1";
        let first = |token: &str| json!({"type": "auth", "token": token}).to_string();
        let long = first(&"x".repeat(5000));
        // The token's first use.
        let mut socket = Socket::open(ann, path).await;
        socket.text(&first(&token)).await;
        socket.until("ready").await;
        let wrong = [
            (first(&token), "invalid_token"),
            (first("ws_unknown"), "invalid_token"),
            (json!({"type": "ping"}).to_string(), "auth_required"),
            (json!({"type": "auth"}).to_string(), "auth_required"),
            ("hello".to_owned(), "auth_required"),
            (long, "auth_required"),
        ];
        for (message, word) in wrong {
            let mut socket = Socket::open(ann, path).await;
            socket.text(&message).await;
            let told = socket.until("error").await;
            assert_eq!(told["error"], word, "{message}");
            assert_eq!(socket.next().await, Came::Closed(4401, word.to_owned()));
        }
        // Neither a cookie nor a key that is unknown opens a socket by itself.
        let answer = Socket::upgrade(&world.anonymous, path, &[("authorization", "Bearer hd_unknown")]).await;
        let mut unknown = answer.expect("the gate is open");
        unknown.text("hello").await;
        assert_eq!(unknown.until("error").await["error"], "auth_required");
        // A message that makes no sense ends the socket.
        socket.text("{").await;
        assert_eq!(socket.until("error").await["error"], "invalid_message");
        assert_eq!(socket.next().await, Came::Closed(4400, "invalid_message".to_owned()));
        let mut socket = Socket::enter(ann, path, json!({"after": "x"})).await;
        assert_eq!(socket.until("error").await["error"], "validation_error");
        let plain = ann.get(path).await;
        assert_eq!((plain.status.as_u16(), &plain.body["error"]), (400, &json!("upgrade_required")));
    }

    async fn a_token_made_by_a_session_ends_with_it(server: &Server) {
        let world = World::new(server).await;
        let email = format!("member@{}.example", world.slug);
        Browser::set_password(server, &email, "correct horse battery").await;
        let browser = Browser::sign_in(server, &email, "correct horse battery").await;
        let token = browser.get("/auth/ws-token").await.bare(200)["token"].as_str().unwrap().to_owned();
        browser.delete("/v1/session").await;
        world.member.post("/api/threads/T-1", document(&["a"])).await.bare(200);
        let mut socket = Socket::open(&world.member, "/api/ws/sessions/T-1").await;
        socket.say(json!({"type": "auth", "token": token})).await;
        assert_eq!(socket.until("error").await["error"], "invalid_token");
    }
}
