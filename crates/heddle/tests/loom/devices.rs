//! Programs that ask a person to let them in.

use serde_json::{Value as Json, json};
use store::params;

use crate::{
    on_each_engine,
    support::{Answer, Client, Engine, Server, World},
    visitor::{Visitor, refused},
};

async fn start(client: &Client, body: Json) -> (String, String) {
    let started = client.post("/auth/device/start", body).await;
    let started = started.bare(200);
    assert_eq!((&started["expires_in"], &started["interval"]), (&json!(600), &json!(1)));
    let text = |name: &str| started[name].as_str().unwrap().to_owned();
    let code = text("user_code");
    assert_eq!(text("verification_url_complete"), format!("{}?code={code}", text("verification_url")));
    assert!(text("verification_url").ends_with("/device"));
    let (letters, digits) = code.split_once('-').unwrap();
    assert!(
        letters.len() == 4 && letters.bytes().all(|b| b.is_ascii_uppercase() && !b"AEIOULY".contains(&b)),
        "{code}"
    );
    assert!(digits.len() == 4 && digits.bytes().all(|b| (b'2'..=b'9').contains(&b)), "{code}");
    (text("device_code"), code)
}

/// Polls as a program that has waited long enough.
async fn poll(server: &Server, client: &Client, code: &str) -> Answer {
    server.store.control_write(|tx| tx.execute("UPDATE device_codes SET polled_at = NULL", &[])).await.unwrap();
    client.post("/auth/device/poll", json!({"device_code": code})).await
}

on_each_engine! {
    async fn a_program_is_let_in_as_the_person_who_approves(server: &Server) {
        let world = World::new(server).await;
        let program = &world.anonymous;
        let (code, user_code) = start(program, json!({"client": "loom cli on\u{7} a laptop"})).await;
        assert_eq!(poll(server, program, &code).await.bare(200), &json!({"status": "pending", "interval": 1}));

        let person = Visitor::signed_in(server, &format!("member@{}.example", world.slug)).await;
        let entered = user_code.to_lowercase().replace('-', "%20");
        let asking = person.get(&format!("/auth/device/requests/{entered}")).await;
        assert_eq!(asking.bare(200)["client"], "loom cli on a laptop");
        assert_eq!((&asking.body["state"], &asking.body["address"]), (&json!("pending"), &json!("127.0.0.1")));
        assert!(asking.body.get("device_code").is_none());
        let approved = person.post("/auth/device/approve", json!({"user_code": user_code})).await;
        assert_eq!(approved.bare(200)["state"], "approved");
        let again = person.post("/auth/device/deny", json!({"user_code": user_code})).await;
        refused(&again, 409, "already_decided");

        let given = poll(server, program, &code).await;
        assert_eq!((&given.bare(200)["status"], &given.body["token_type"]), (&json!("approved"), &json!("Bearer")));
        let token = given.body["access_token"].as_str().unwrap().to_owned();
        assert!(token.starts_with("loom_at_"), "{token}");
        refused(&poll(server, program, &code).await, 400, "invalid_code");

        // It acts as the person on every surface, and is listed among the person's keys.
        let program = Client::new(&server.url, Some(&token));
        assert_eq!(program.get("/auth/me").await.bare(200)["email"], format!("member@{}.example", world.slug));
        program.get("/v1/spaces").await.data(200);
        program.get("/api/v1/public/users/me").await.bare(200);
        let keys = person.get("/api/keys").await;
        let own = &keys.bare(200)["keys"][0];
        assert_eq!((&own["kind"], &own["name"]), (&json!("access"), &json!("loom cli on a laptop")));
        assert!(own["prefix"].as_str().is_some_and(|prefix| token.starts_with(prefix)));
        let id = own["id"].as_str().unwrap();
        refused(&person.act(&format!("/api/keys/{id}/rotate")).await, 409, "access_token");

        assert!(program.act("/auth/logout").await.bare(200)["message"].is_string());
        refused(&program.get("/auth/me").await, 401, "unauthorized");
        let audit = world.owner.get("/v1/audit?verb=key.").await;
        let verbs: Vec<&Json> = audit.data(200).as_array().unwrap().iter().map(|entry| &entry["verb"]).collect();
        assert_eq!(verbs, ["key.revoked", "key.created"], "{}", audit.text);
        assert_eq!(audit.body["data"][1]["actor"]["id"], world.member_id, "{}", audit.text);
        assert!(!server.log().contains(&token) && !server.log().contains(&code));
    }

    async fn a_program_that_is_denied_late_or_hasty_is_told_so(server: &Server) {
        let world = World::new(server).await;
        let program = &world.anonymous;
        let person = Visitor::signed_in(server, &format!("member@{}.example", world.slug)).await;
        let (code, user_code) = start(program, json!({})).await;
        poll(server, program, &code).await.bare(200);
        let hasty = program.post("/auth/device/poll", json!({"device_code": code})).await;
        refused(&hasty, 400, "slow_down");
        person.post("/auth/device/deny", json!({"user_code": user_code})).await.bare(200);
        for _ in 0..2 {
            refused(&poll(server, program, &code).await, 403, "access_denied");
        }

        let (code, user_code) = start(program, json!({})).await;
        let expire = |tx: &mut store::Tx<'_>| tx.execute("UPDATE device_codes SET expires_at = $1", params![tx.now()]);
        server.store.control_write(expire).await.unwrap();
        refused(&poll(server, program, &code).await, 400, "expired_code");
        refused(&person.post("/auth/device/approve", json!({"user_code": user_code})).await, 404, "not_found");

        refused(&poll(server, program, "made up").await, 400, "invalid_code");
        for body in [json!({}), json!({"device_code": 7}), json!([])] {
            refused(&program.post("/auth/device/poll", body).await, 400, "validation_error");
        }
        // A program may start without a body, and is called what it calls itself otherwise.
        let request = program.request(reqwest::Method::POST, "/auth/device/start").header("user-agent", "loom/linux/1a2b3c");
        let user_code = program.send(request).await.bare(200)["user_code"].as_str().unwrap().to_owned();
        let asking = person.get(&format!("/auth/device/requests/{user_code}")).await;
        assert_eq!(asking.bare(200)["client"], "loom/linux/1a2b3c");
    }

    async fn only_people_let_programs_in_and_nobody_guesses_codes(server: &Server) {
        let world = World::new(server).await;
        let (_, user_code) = start(&world.anonymous, json!({})).await;
        let body = json!({"user_code": user_code});
        for operation in ["approve", "deny"] {
            let path = format!("/auth/device/{operation}");
            refused(&world.anonymous.post(&path, body.clone()).await, 401, "unauthorized");
            // A key would make others of itself.
            refused(&world.member.post(&path, body.clone()).await, 409, "session_required");
        }
        let person = Visitor::signed_in(server, &format!("stranger@{}.example", world.slug)).await;
        let foreign = person.request(reqwest::Method::POST, "/auth/device/approve").header("origin", "https://evil.example");
        refused(&person.send(foreign.json(&body)).await, 403, "csrf_token_invalid");
        for wrong in ["BCDF-2345", "x", "", "BCDF-1234", "BCDFG-2345"] {
            refused(&person.post("/auth/device/approve", json!({"user_code": wrong})).await, 404, "not_found");
        }
        refused(&person.post("/auth/device/approve", body.clone()).await, 503, "too_many_attempts");
        // Others are not kept waiting.
        let other = Visitor::signed_in(server, &format!("member@{}.example", world.slug)).await;
        other.post("/auth/device/approve", body).await.bare(200);
        refused(&other.post("/auth/device/approve", json!({})).await, 400, "validation_error");
    }

    async fn whoever_leaves_takes_approved_programs_along(server: &Server) {
        let world = World::new(server).await;
        let (code, user_code) = start(&world.anonymous, json!({})).await;
        let person = Visitor::signed_in(server, &format!("member@{}.example", world.slug)).await;
        person.post("/auth/device/approve", json!({"user_code": user_code})).await.bare(200);
        let id = person.get("/auth/me").await.body["id"].as_str().unwrap().to_owned();
        world.owner.delete(&format!("/v1/members/{id}")).await.data(200);
        refused(&poll(server, &world.anonymous, &code).await, 400, "invalid_code");
    }
}
