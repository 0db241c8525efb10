use std::time::Duration;

use serde_json::json;

use crate::{
    on_each_engine,
    support::{Engine, Server, World},
};

on_each_engine! {
    async fn a_draft_is_written_changed_sent_and_delivered(server: &Server) {
        let world = World::new(server).await;
        let case = world.case("Fence").await["id"].as_str().unwrap().to_owned();
        let draft = world.member.post("/v1/emails", json!({"case_id": case, "subject": "Your fence"})).await;
        let id = draft.id(201);
        assert_eq!((&draft.data(201)["state"], &draft.data(201)["to"]), (&json!("draft"), &json!([])));
        let path = format!("/v1/emails/{id}");
        world.member.act(&format!("{path}/send")).await.invalid("to");
        let body = json!({"to": ["Ann <ann@example.com>"], "body": "Granted.\n"});
        assert_eq!(world.member.patch(&path, body).await.data(200)["body"], "Granted.\n");
        assert_eq!(world.member.act(&format!("{path}/send")).await.data(200)["state"], "queued");
        world.member.act(&format!("{path}/send")).await.refused(409, "email_already_sent");
        world.member.patch(&path, json!({"subject": "x"})).await.refused(409, "email_not_draft");
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        let email = loop {
            let email = world.member.get(&path).await.data(200).clone();
            if email["state"] == "delivered" {
                break email;
            }
            assert!(tokio::time::Instant::now() < deadline, "{email}");
        };
        let written = std::fs::read_dir(server.folder().join("outbox")).unwrap().map(|entry| entry.unwrap().path());
        let texts: Vec<String> = written.map(|path| std::fs::read_to_string(path).unwrap()).collect();
        let message = texts.iter().find(|text| text.contains(email["message_id"].as_str().unwrap())).expect("the message is in the outbox");
        assert!(message.contains("Subject: Your fence") && message.contains("Granted."), "{message}");
        assert!(world.thread(&case).await.iter().any(|(kind, content)| kind == "system_event" && content.contains("Your fence")));
        let reply = world.member.post("/v1/emails", json!({"case_id": case, "to": ["b@example.com"], "in_reply_to": id})).await;
        assert_eq!(reply.data(201)["in_reply_to"], json!(id));
        assert_eq!(world.observer.get(&format!("/v1/emails?case_id={case}")).await.body["meta"]["total"], 2);
    }

    async fn emails_are_guarded(server: &Server) {
        let world = World::new(server).await;
        let space = &world.space;
        world.member.post("/v1/emails", json!({"space_id": space, "to": ["not an address"]})).await.invalid("to[0]");
        world.member.post("/v1/emails", json!({"subject": "x"})).await.invalid("case_id");
        world.member.post("/v1/emails", json!({"space_id": space, "in_reply_to": space})).await.invalid("in_reply_to");
        world.member.post("/v1/emails", json!({"space_id": space, "state": "sent"})).await.invalid("state");
        world.observer.post("/v1/emails", json!({"space_id": space})).await.refused(403, "forbidden");
        world.stranger.post("/v1/emails", json!({"space_id": space})).await.refused(404, "space_not_found");
        let id = world.member.post("/v1/emails", json!({"space_id": space, "to": ["a@example.com"]})).await.id(201);
        let path = format!("/v1/emails/{id}");
        world.observer.patch(&path, json!({"subject": "x"})).await.refused(403, "forbidden");
        world.observer.act(&format!("{path}/send")).await.refused(403, "forbidden");
        world.stranger.get(&path).await.refused(404, "email_not_found");
        world.other.act(&format!("{path}/send")).await.refused(404, "email_not_found");
        world.member.patch(&path, json!({"to": null})).await.invalid("to");
        let same = world.member.get(&path).await.data(200).clone();
        assert_eq!((&same["state"], &same["subject"]), (&json!("draft"), &json!("")));
    }
}
