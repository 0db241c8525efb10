//! Who calls, the session cookie, and links in a mail.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::{
    on_each_engine,
    support::{Browser, Client, Engine, Server, World, server::Options},
    visitor::{Visitor, refused, sent_to},
};

/// The token in the newest mail to an address.
pub async fn mailed_token(server: &Server, email: &str) -> String {
    let found = async {
        loop {
            let files = std::fs::read_dir(server.folder().join("outbox")).into_iter().flatten();
            let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
            paths.sort();
            for path in paths.iter().rev() {
                // A message is one that was written to its end.
                let bytes = std::fs::read(path).unwrap_or_default();
                let Some(mail) = mail_parser::MessageParser::default().parse(&bytes) else { continue };
                let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
                let text = mail.body_text(0).unwrap_or_default().into_owned();
                if to == email
                    && let Some(link) = text.split("/auth/magic-link/verify?token=").nth(1)
                {
                    return link.split(['&', '\r', '\n', ' ']).next().unwrap().to_owned();
                }
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), found).await.expect("the mail is written")
}

async fn ask(client: &Client, email: &str) -> Json {
    client.post("/auth/magic-link", json!({"email": email})).await.bare(200).clone()
}

on_each_engine! {
    async fn whoever_calls_is_told_who_that_is(server: &Server) {
        let world = World::new(server).await;
        let providers = world.anonymous.get("/auth/providers").await;
        // Without a mail server a link reaches nobody.
        assert_eq!(providers.bare(200), &json!({"providers": [], "labels": {}}));
        let me = world.member.get("/auth/me").await;
        let me = me.bare(200);
        assert_eq!(me["email"], format!("member@{}.example", world.slug));
        assert_eq!((&me["display_name"], &me["global_roles"]), (&json!("member"), &json!(["user"])));
        assert!(me["id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
        assert_eq!((&me["username"], &me["avatar_url"], &me["locale"]), (&Json::Null, &Json::Null, &Json::Null));
        assert!(me["created_at"].as_str().unwrap().ends_with('Z'));
        let owner = world.owner.get("/auth/me").await;
        assert_eq!(owner.bare(200)["global_roles"], json!(["user", "system_admin"]));
        refused(&world.anonymous.get("/auth/me").await, 401, "unauthorized");
    }

    async fn a_session_ends_where_it_is_signed_out(server: &Server) {
        let world = World::new(server).await;
        let visitor = Visitor::signed_in(server, &format!("member@{}.example", world.slug)).await;
        let cookie = visitor.cookie("loom_session").unwrap();
        assert_eq!(visitor.get("/auth/me").await.bare(200)["display_name"], "member");
        // One cookie for everything.
        visitor.get("/v1/session").await.data(200);
        let out = visitor.act("/auth/logout").await;
        assert!(out.bare(200)["message"].is_string());
        assert_eq!(visitor.cookie("loom_session"), None);
        let with_old = visitor.request(Method::GET, "/auth/me").header("cookie", format!("loom_session={cookie}"));
        refused(&visitor.send(with_old).await, 401, "unauthorized");
        // A key is revoked, not signed out.
        refused(&world.member.act("/auth/logout").await, 409, "session_required");
        world.member.get("/auth/me").await.bare(200);
    }

    async fn a_cookie_serves_no_page_of_another_site(server: &Server) {
        let world = World::new(server).await;
        let visitor = Visitor::signed_in(server, &format!("member@{}.example", world.slug)).await;
        let csrf = visitor.cookie("heddle_csrf").unwrap();
        let send = async |headers: &[(&str, &str)]| {
            let mut request = visitor.request(Method::POST, "/api/keys").body(r#"{"name": "x"}"#);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            visitor.send(request).await
        };
        let json = ("content-type", "application/json");
        for good in [
            &[json][..],
            &[("content-type", "application/json; charset=utf-8"), ("sec-fetch-site", "same-origin")],
            &[json, ("sec-fetch-site", "none")],
            &[json, ("origin", &server.url)],
            // With the token it comes from our own page, whatever else is said.
            &[json, ("sec-fetch-site", "cross-site"), ("x-csrf-token", &csrf)],
        ] {
            assert_eq!(send(good).await.status, 201, "{good:?}");
        }
        for bad in [
            &[][..],
            &[json, ("sec-fetch-site", "cross-site")],
            &[json, ("sec-fetch-site", "same-site")],
            &[json, ("sec-fetch-site", "whatever")],
            &[json, ("origin", "https://evil.example")],
            &[json, ("origin", "null")],
            &[("content-type", "text/plain")],
            &[("content-type", "application/x-www-form-urlencoded")],
            &[json, ("x-csrf-token", "wrong")],
            &[json, ("x-csrf-token", "")],
        ] {
            refused(&send(bad).await, 403, "csrf_token_invalid");
        }
        // What has no body needs no type.
        let id = send(&[json]).await.body["id"].as_str().unwrap().to_owned();
        let delete = visitor.request(Method::DELETE, &format!("/api/keys/{id}")).header("sec-fetch-site", "cross-site");
        refused(&visitor.send(delete).await, 403, "csrf_token_invalid");
        assert_eq!(visitor.delete(&format!("/api/keys/{id}")).await.status, 204);
        // The other dialects are as strict as ever.
        visitor.post("/v1/keys", json!({"name": "x"})).await.refused(403, "csrf_token_invalid");
    }

    async fn a_mailed_link_signs_in_once(server: &Server) {
        let world = World::new(server).await;
        let email = format!("member@{}.example", world.slug);
        let body = json!({"email": format!(" {} ", email.to_uppercase()), "redirect_uri": "/dashboard"});
        let told = world.anonymous.post("/auth/magic-link", body).await.bare(200).clone();
        assert_eq!(told, ask(&world.anonymous, &format!("nobody@{}.example", world.slug)).await);
        let token = mailed_token(server, &email).await;
        let address = email.clone();
        let kept: String = server
            .store
            .control_read(move |tx| {
                tx.query_one("SELECT hash FROM magic_links WHERE email = $1", store::params![address], |row| row.get(0))
            })
            .await
            .unwrap();
        assert!(kept.starts_with("$argon2id$"), "{kept}");
        // Others do not find it in the outbox.
        let mails = world.owner.get("/v1/outbox").await;
        assert!(!mails.data(200).to_string().contains(&token));

        let path = format!("/auth/magic-link/verify?token={token}&redirect_uri=/dashboard");
        let visitor = Visitor::new(server);
        // Who looks, or fetches ahead, does not use it up.
        for request in [
            visitor.request(Method::HEAD, &path),
            visitor.request(Method::GET, &path).header("sec-purpose", "prefetch;prerender"),
            visitor.request(Method::GET, &path).header("x-moz", "prefetch"),
        ] {
            assert_eq!(visitor.send(request).await.status, 204);
        }
        let (one, two) = (Visitor::new(server), Visitor::new(server));
        let (first, second) = tokio::join!(one.get(&path), two.get(&path));
        let (good, answer, bad) = if first.status == 302 { (one, first, second) } else { (two, second, first) };
        assert_eq!(sent_to(&answer), "/dashboard");
        assert_eq!(bad.status, 401, "of two at once one signs in: {}", bad.text);
        assert_eq!(good.get("/auth/me").await.bare(200)["email"], email);
        refused(&Visitor::new(server).get(&path).await, 401, "link_used");
        assert_eq!(sent_to(&Visitor::new(server).visit(&path).await), "/sign-in?error=link_used");
        assert!(!server.log().contains(&token));
    }

    async fn a_link_that_is_wrong_or_late_signs_nobody_in(server: &Server) {
        let world = World::new(server).await;
        let email = format!("admin@{}.example", world.slug);
        ask(&world.anonymous, &email).await;
        let token = mailed_token(server, &email).await;
        let visitor = Visitor::new(server);
        let verify = async |token: &str| visitor.get(&format!("/auth/magic-link/verify?token={token}")).await;
        let mut other = token.clone().into_bytes();
        let last = other.len() - 2;
        other[last] = if other[last] == b'A' { b'B' } else { b'A' };
        let nowhere = format!("{}{}", uuid::Uuid::now_v7().simple(), &token[32..]);
        for wrong in ["", "x", "%00", &token[1..], &String::from_utf8(other).unwrap(), &nowhere] {
            refused(&verify(wrong).await, 401, "invalid_link");
        }
        refused(&visitor.get("/auth/magic-link/verify").await, 401, "invalid_link");
        for away in ["https://evil.example", "//evil.example", "/%5Cevil.example", "evil"] {
            let answer = visitor.get(&format!("/auth/magic-link/verify?token={token}&redirect_uri={away}")).await;
            refused(&answer, 400, "validation_error");
            let body = json!({"email": email, "redirect_uri": away.replace("%5C", "\\")});
            refused(&world.anonymous.post("/auth/magic-link", body).await, 400, "validation_error");
        }
        let address = email.clone();
        let expire = move |tx: &mut store::Tx<'_>| {
            let sql = "UPDATE magic_links SET expires_at = $2 WHERE email = $1";
            tx.execute(sql, store::params![address, tx.now()])
        };
        server.store.control_write(expire).await.unwrap();
        refused(&verify(&token).await, 401, "link_expired");
        assert_eq!(visitor.cookie("loom_session"), None);

        for body in [json!({}), json!({"email": "no address"}), json!({"email": 7}), json!({"email": email, "x": 1})] {
            refused(&world.anonymous.post("/auth/magic-link", body).await, 400, "validation_error");
        }
        let broken = world.anonymous.request(Method::POST, "/auth/magic-link").header("content-type", "application/json");
        refused(&world.anonymous.send(broken.body("{")).await, 400, "invalid_json");
        let foreign = world.anonymous.request(Method::POST, "/auth/magic-link").header("origin", "https://evil.example");
        refused(&world.anonymous.send(foreign.json(&json!({"email": email}))).await, 403, "cross_site_request");
    }

    async fn links_are_mailed_so_often_and_no_more(server: &Server) {
        let world = World::new(server).await;
        for who in ["stranger", "nobody"] {
            let email = format!("{who}@{}.example", world.slug);
            for _ in 0..5 {
                ask(&world.anonymous, &email).await;
            }
            let late = world.anonymous.post("/auth/magic-link", json!({"email": email})).await;
            refused(&late, 503, "too_many_attempts");
            assert!(late.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 900);
        }
    }

    async fn a_new_password_ends_the_links_that_were_mailed(server: &Server) {
        let world = World::new(server).await;
        let email = format!("observer@{}.example", world.slug);
        ask(&world.anonymous, &email).await;
        let token = mailed_token(server, &email).await;
        world.observer.send(world.observer.request(Method::PUT, "/v1/session/password").json(&json!({"new": "another password"}))).await.data(200);
        refused(&Visitor::new(server).get(&format!("/auth/magic-link/verify?token={token}")).await, 401, "invalid_link");
    }

    async fn somebody_invited_comes_in_by_a_link(server: &Server) {
        let world = World::new(server).await;
        let email = format!("guest@{}.example", world.slug);
        world.owner.post("/v1/invitations", json!({"email": email, "role": "admin"})).await.id(201);
        ask(&world.anonymous, &email).await;
        let token = mailed_token(server, &email).await;
        let visitor = Visitor::new(server);
        assert_eq!(sent_to(&visitor.visit(&format!("/auth/magic-link/verify?token={token}")).await), "/");
        let me = visitor.get("/auth/me").await;
        assert_eq!((&me.bare(200)["email"], &me.body["global_roles"][1]), (&json!(email), &json!("system_admin")));
        assert_eq!(world.owner.get("/v1/invitations").await.body["meta"]["total"], 0);
        // Who is taken out is not mailed links any more.
        let id = me.body["id"].as_str().unwrap();
        world.owner.delete(&format!("/v1/members/{id}")).await.data(200);
        refused(&visitor.get("/auth/me").await, 401, "unauthorized");
        let link = identity::magic_links::request(&server.store, &email, &identity::accounts::Origin::default()).await;
        assert!(link.unwrap().is_none());
    }

    async fn an_operators_link_is_not_used_up_by_who_only_looks(server: &Server) {
        let world = World::new(server).await;
        let (workspace, email) = (world.workspace, format!("member@{}.example", world.slug));
        let make = move |tx: &mut store::Tx<'_>| {
            let user = identity::users::by_email(tx, &email)?.expect("a user");
            identity::sessions::create_link(tx, workspace, user.id)
        };
        let path = format!("/auth/link?token={}", server.store.control_write(make).await.unwrap());
        let visitor = Visitor::new(server);
        assert_eq!(visitor.send(visitor.request(Method::HEAD, &path)).await.status, 204);
        assert_eq!(visitor.visit(&path).await.status, 303);
        assert_eq!(visitor.get("/auth/me").await.bare(200)["display_name"], "member");
        assert_eq!(Visitor::new(server).visit(&path).await.status, 401);
    }

    async fn health_is_told_to_everybody(server: &Server) {
        let client = Client::new(&server.url, None);
        assert_eq!(client.get("/health").await.bare(200)["status"], "ok");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_cookie_is_called_as_the_operator_says() {
    let server = Server::start(Options::new(Engine::Sqlite).set("HEDDLE_SESSION_COOKIE", "acme.sid")).await.unwrap();
    let world = World::new(&server).await;
    let visitor = Visitor::signed_in(&server, &format!("member@{}.example", world.slug)).await;
    assert!(visitor.cookie("acme.sid").is_some() && visitor.cookie("loom_session").is_none());
    visitor.get("/auth/me").await.bare(200);
    let renamed = Visitor::new(&server);
    let cookie = format!("loom_session={}", visitor.cookie("acme.sid").unwrap());
    let request = renamed.request(Method::GET, "/auth/me").header("cookie", cookie);
    refused(&renamed.send(request).await, 401, "unauthorized");
    // The password's way sets the same cookie.
    Browser::sign_in(&server, &format!("member@{}.example", world.slug), "a password of the tests").await;
}

#[test]
fn a_server_with_settings_that_make_no_sense_does_not_start() {
    for (set, told) in [
        (("HEDDLE_SESSION_COOKIE", "a b"), "HEDDLE_SESSION_COOKIE"),
        (("HEDDLE_SESSION_COOKIE", "__Host-sid"), "HEDDLE_PUBLIC_URL"),
        (("LOOM_SERVER_GITHUB_CLIENT_ID", "x"), "LOOM_SERVER_GITHUB_CLIENT_SECRET"),
        (("HEDDLE_OIDC_ISSUER", "https://issuer.example"), "HEDDLE_OIDC_CLIENT_ID"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_heddle"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path())
            .env_clear()
            .env(set.0, set.1)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(told), "{set:?}: {said}");
    }
}
