use serde_json::{Value as Json, json};

use crate::{
    on_each_engine, session,
    support::{Answer, Browser, Engine, Server, World},
};

const PASSWORD: &str = "a password of the tests";

async fn invite(world: &World, email: &str) -> String {
    let body = json!({"email": email, "role": "member", "space_ids": [world.space]});
    let made = world.owner.post("/v1/invitations", body).await;
    token(made.data(201))
}

fn token(data: &Json) -> String {
    data["url"].as_str().unwrap().split_once("/invitation#token=").unwrap().1.to_owned()
}

async fn accept(world: &World, token: &str, name: Option<&str>, password: Option<&str>) -> Answer {
    let mut body = json!({"token": token});
    for (field, value) in [("name", name), ("password", password)] {
        if let Some(value) = value {
            body[field] = json!(value);
        }
    }
    world.anonymous.post("/v1/invitations/accept", body).await
}

on_each_engine! {
    async fn an_invitation_makes_a_member_once(server: &Server) {
        let world = World::new(server).await;
        let email = format!("new@{}.example", world.slug);
        let token = invite(&world, &email.to_uppercase()).await;
        let mail = session::mailed(&world, "Owner invites you to Acme").await;
        assert!(mail.contains(&token), "{mail}");
        let pending = world.owner.get("/v1/invitations").await;
        assert_eq!(pending.data(200)[0]["email"], email);
        assert!(!pending.text.contains(&token));
        let shown = world.anonymous.post("/v1/invitations/by-token", json!({"token": token})).await;
        assert_eq!(shown.data(200), &json!({
            "workspace": {"name": "Acme", "slug": world.slug}, "email": email, "role": "member", "invited_by": "Owner",
            "needs_account": true,
        }));
        accept(&world, &token, None, Some(PASSWORD)).await.invalid("name");
        accept(&world, &token, Some("New"), None).await.invalid("password");
        accept(&world, &token, Some("New"), Some("new")).await.invalid("password");
        let (one, two) = tokio::join!(
            accept(&world, &token, Some("New"), Some(PASSWORD)),
            accept(&world, &token, Some("Newer"), Some("another password"))
        );
        let (good, bad) = if one.status == 201 { (one, two) } else { (two, one) };
        assert_eq!(good.data(201)["workspace"]["role"], "member");
        assert!(matches!(bad.status.as_u16(), 401 | 409), "{}", bad.text);
        let browser = Browser::of(server, &good);
        browser.get(&format!("/v1/spaces/{}", world.space)).await.data(200);
        accept(&world, &token, Some("New"), Some(PASSWORD)).await.refused(409, "invitation_used");
        assert_eq!(world.owner.get("/v1/invitations").await.body["meta"]["total"], 0);
        assert_eq!(world.owner.get("/v1/members").await.body["meta"]["total"], 6);
        let told = world.owner.get("/v1/audit?verb=member.").await;
        let verbs: Vec<_> = told.data(200).as_array().unwrap().iter().map(|entry| entry["verb"].clone()).collect();
        assert_eq!(verbs, ["member.joined", "member.invited"]);
        assert!(!told.text.contains(&token));
        let again = world.owner.post("/v1/invitations", json!({"email": email, "role": "member"})).await;
        again.refused(409, "already_member");
    }

    async fn an_account_that_is_there_must_be_its_owners(server: &Server) {
        let (world, elsewhere) = (World::new(server).await, World::new(server).await);
        let email = format!("member@{}.example", elsewhere.slug);
        // Without a password, not even the link gets at the account: the inviter knows it, too.
        let token = invite(&world, &email).await;
        accept(&world, &token, Some("Thief"), Some("the thief's password")).await.refused(401, "sign_in_required");
        Browser::set_password(server, &email, PASSWORD).await;
        accept(&world, &token, Some("Thief"), Some("the thief's password")).await.refused(401, "credentials_invalid");
        accept(&world, &token, None, None).await.refused(401, "credentials_invalid");
        assert_eq!(accept(&world, &token, None, Some(PASSWORD)).await.data(201)["workspaces"].as_array().unwrap().len(), 2);
        // Who is signed in as the one needs nothing else; as somebody else it does not help.
        let email = format!("observer@{}.example", elsewhere.slug);
        let token = invite(&world, &email).await;
        elsewhere.stranger.post("/v1/invitations/accept", json!({"token": token})).await.refused(401, "sign_in_required");
        elsewhere.observer.post("/v1/invitations/accept", json!({"token": token})).await.data(201);
    }

    async fn invitations_are_guarded(server: &Server) {
        let world = World::new(server).await;
        let email = format!("new@{}.example", world.slug);
        let body = json!({"email": email, "role": "member"});
        world.admin.post("/v1/invitations", body.clone()).await.refused(403, "forbidden");
        world.owner.post("/v1/invitations", json!({"email": "nowhere", "role": "member"})).await.invalid("email");
        let private = json!({"email": email, "role": "member", "space_ids": [world.workspace]});
        world.owner.post("/v1/invitations", private).await.refused(404, "space_not_found");
        let first = token(world.owner.post("/v1/invitations", body.clone()).await.data(201));
        let made = world.owner.post("/v1/invitations", body).await;
        // The second replaces the first.
        accept(&world, &first, Some("New"), Some(PASSWORD)).await.refused(404, "invitation_not_found");
        assert_eq!(world.owner.get("/v1/invitations").await.body["meta"]["total"], 1);
        let (id, token) = (made.id(201), token(made.data(201)));
        world.stranger.delete(&format!("/v1/invitations/{id}")).await.refused(403, "forbidden");
        world.other.delete(&format!("/v1/invitations/{id}")).await.refused(404, "invitation_not_found");
        world.owner.delete(&format!("/v1/invitations/{id}")).await.data(200);
        accept(&world, &token, Some("New"), Some(PASSWORD)).await.refused(404, "invitation_not_found");
        world.anonymous.post("/v1/invitations/by-token", json!({"token": "x"})).await.refused(404, "invitation_not_found");
        assert_eq!(world.owner.get("/v1/members").await.body["meta"]["total"], 5);
    }
}
