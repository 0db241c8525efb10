use std::io::{BufRead, BufReader};

use reqwest::Method;
use serde_json::json;

use crate::{
    on_each_engine,
    support::{Browser, Client, Engine, Server, World, server::Options},
};

const PASSWORD: &str = "a password of the tests";

on_each_engine! {
    async fn a_password_signs_in_until_signed_out(server: &Server) {
        let world = World::new(server).await;
        let email = format!("member@{}.example", world.slug);
        Browser::set_password(server, &email, PASSWORD).await;
        let browser = Browser::sign_in(server, &format!(" {} ", email.to_uppercase()), PASSWORD).await;
        let shown = browser.get("/v1/session").await;
        let session = shown.data(200);
        assert_eq!(session["user"]["email"], email);
        assert_eq!(session["user"]["has_password"], true);
        assert_eq!(session["actor_id"], world.member_id);
        assert_eq!((&session["workspace"]["slug"], &session["workspace"]["role"]), (&json!(world.slug), &json!("member")));
        assert_eq!(session["workspaces"].as_array().unwrap().len(), 1);
        assert_eq!(session["mail_configured"], false);
        browser.send(Method::POST, "/v1/spaces", json!({"name": "Mine"})).await.data(201);
        let ended = browser.delete("/v1/session").await;
        ended.data(200);
        assert!(ended.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        browser.get("/v1/session").await.refused(401, "unauthorized");
        // A key is no session.
        let with_key = world.member.get("/v1/session").await;
        assert_eq!(with_key.data(200)["csrf_token"], json!(null));
        world.member.delete("/v1/session").await.refused(409, "session_required");
        // Who asks without any credential is told so.
        world.anonymous.get("/v1/session").await.refused(401, "unauthorized");
    }

    async fn whatever_is_wrong_the_answer_is_the_same_and_the_sixth_try_waits(server: &Server) {
        let world = World::new(server).await;
        let email = format!("member@{}.example", world.slug);
        Browser::set_password(server, &email, PASSWORD).await;
        let mut told = Vec::new();
        let sign_in = async |email: &str, password: &str| {
            world.anonymous.post("/v1/session", json!({"email": email, "password": password})).await
        };
        let stranger = format!("stranger@{}.example", world.slug);
        for (email, password) in [(&*email, "wrong"), (&*stranger, PASSWORD), ("nobody@nowhere.example", PASSWORD), ("no address", "")] {
            told.push(sign_in(email, password).await.refused(401, "credentials_invalid")["message"].clone());
        }
        assert!(told.iter().all(|message| *message == told[0]), "{told:?}");
        for _ in 0..4 {
            sign_in(&email, "wrong").await.refused(401, "credentials_invalid");
        }
        let late = sign_in(&email, PASSWORD).await;
        late.refused(429, "too_many_attempts");
        let seconds: u64 = late.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=900).contains(&seconds), "{seconds}");
    }

    async fn another_sites_page_signs_nobody_in(server: &Server) {
        let world = World::new(server).await;
        let email = format!("member@{}.example", world.slug);
        Browser::set_password(server, &email, PASSWORD).await;
        let body = json!({"email": email, "password": PASSWORD});
        let with = async |name: &str, value: &str| {
            let request = world.anonymous.request(Method::POST, "/v1/session").header(name, value).json(&body);
            world.anonymous.send(request).await
        };
        with("sec-fetch-site", "cross-site").await.refused(403, "cross_site_request");
        with("origin", "https://evil.example").await.refused(403, "cross_site_request");
        with("origin", "null").await.refused(403, "cross_site_request");
        with("origin", &server.url).await.data(200);
        with("sec-fetch-site", "same-origin").await.data(200);
        // An old cookie keeps nobody out.
        with("cookie", "loom_session=old").await.data(200);
        let form = world.anonymous.request(Method::POST, "/v1/session").header("content-type", "text/plain").body(body.to_string());
        world.anonymous.send(form).await.refused(415, "unsupported_media_type");
    }

    async fn a_new_password_ends_the_other_sessions(server: &Server) {
        let world = World::new(server).await;
        let email = format!("member@{}.example", world.slug);
        Browser::set_password(server, &email, PASSWORD).await;
        let first = Browser::sign_in(server, &email, PASSWORD).await;
        let second = Browser::sign_in(server, &email, PASSWORD).await;
        assert_eq!(first.get("/v1/sessions").await.data(200).as_array().unwrap().len(), 2);
        let change = async |current: Option<&str>, new: &str| {
            second.send(Method::PUT, "/v1/session/password", json!({"current": current, "new": new})).await
        };
        change(None, "another password").await.refused(403, "password_wrong");
        change(Some("wrong"), "another password").await.refused(403, "password_wrong");
        change(Some(PASSWORD), "too short").await.invalid("new");
        change(Some(PASSWORD), &email).await.invalid("new");
        change(Some(PASSWORD), "another password").await.data(200);
        first.get("/v1/session").await.refused(401, "unauthorized");
        let left = second.get("/v1/sessions").await;
        assert_eq!(left.data(200).as_array().unwrap().len(), 1);
        assert_eq!(left.data(200)[0]["current"], true);
        world.anonymous.post("/v1/session", json!({"email": email, "password": PASSWORD})).await.refused(401, "credentials_invalid");
        let third = Browser::sign_in(server, &email, "another password").await;
        let id = third.get("/v1/sessions").await.data(200).as_array().unwrap().iter().find(|one| one["current"] == true).unwrap()["id"].clone();
        world.owner.delete(&format!("/v1/sessions/{}", id.as_str().unwrap())).await.refused(404, "session_not_found");
        second.delete(&format!("/v1/sessions/{}", id.as_str().unwrap())).await.data(200);
        third.get("/v1/session").await.refused(401, "unauthorized");
        // Somebody without a password sets a first one without naming any.
        world.stranger.send(world.stranger.request(Method::PUT, "/v1/session/password").json(&json!({"new": PASSWORD}))).await.data(200);
        Browser::sign_in(server, &format!("stranger@{}.example", world.slug), PASSWORD).await;
    }

    async fn a_session_goes_on_in_another_workspace(server: &Server) {
        let world = World::new(server).await;
        let (workspace, other, _, _) = World::workspace(server).await;
        let email = format!("member@{}.example", world.slug);
        identity::workspaces::add_user(&server.store, workspace, &email, None, identity::workspaces::WorkspaceRole::Admin).await.unwrap();
        Browser::set_password(server, &email, PASSWORD).await;
        let first = Browser::sign_in(server, &email, PASSWORD).await;
        let here = first.get("/v1/session").await.data(200)["workspace"]["slug"].clone();
        let (from, to) = if here == *other { (other.clone(), world.slug.clone()) } else { (world.slug.clone(), other.clone()) };
        first.send(Method::PUT, "/v1/session/workspace", json!({"slug": "nowhere"})).await.refused(404, "workspace_not_found");
        let switched = first.send(Method::PUT, "/v1/session/workspace", json!({"slug": to})).await;
        assert_eq!(switched.data(200)["workspace"]["slug"], *to);
        assert_eq!(switched.data(200)["workspaces"].as_array().unwrap().len(), 2);
        first.get("/v1/session").await.refused(401, "unauthorized");
        let second = Browser::of(server, &switched);
        assert_eq!(second.get("/v1/session").await.data(200)["workspace"]["slug"], *to);
        // The next sign-in enters where the last one was, unless it names a place.
        let again = Browser::sign_in(server, &email, PASSWORD).await;
        assert_eq!(again.get("/v1/session").await.data(200)["workspace"]["slug"], *to);
        let body = json!({"email": email, "password": PASSWORD, "workspace": from});
        assert_eq!(world.anonymous.post("/v1/session", body).await.data(200)["workspace"]["slug"], *from);
        // The name is the same everywhere.
        second.send(Method::PATCH, "/v1/session/user", json!({"name": "Ada"})).await.data(200);
        assert_eq!(world.owner.get(&format!("/v1/actors/{}", world.member_id)).await.data(200)["name"], "Ada");
        second.send(Method::PATCH, "/v1/session/user", json!({"name": " "})).await.invalid("name");
    }

    async fn a_mailed_link_signs_in_once(server: &Server) {
        let world = World::new(server).await;
        let email = format!("owner@{}.example", world.slug);
        // Without a mail server the link goes to the outbox, and the answer says so, to everybody alike.
        let ask = async |email: &str| world.anonymous.post("/v1/session/link", json!({"email": email})).await;
        ask(&email).await.refused(409, "no_mail_server");
        ask(&format!("nobody@{}.example", world.slug)).await.refused(409, "no_mail_server");
        ask("no address").await.invalid("email");
        let text = mailed(&world, "Sign in to").await;
        let token = text.split("/sign-in/link#token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        let redeem = async || world.anonymous.post("/v1/session/link/redeem", json!({"token": token})).await;
        let (one, two) = tokio::join!(redeem(), redeem());
        let (good, bad) = if one.status == 200 { (one, two) } else { (two, one) };
        good.data(200);
        bad.refused(401, "invalid_link");
        let browser = Browser::of(server, &good);
        assert_eq!(browser.get("/v1/session").await.data(200)["user"]["has_password"], false);
    }
}

/// The text of the mail with this beginning of a subject that the owner finds in the outbox.
pub async fn mailed(world: &World, subject: &str) -> String {
    let found = async {
        loop {
            let mails = world.owner.get("/v1/outbox").await.data(200).clone();
            let mail = mails
                .as_array()
                .unwrap()
                .iter()
                .find(|mail| mail["subject"].as_str().unwrap().starts_with(subject))
                .cloned();
            match mail {
                Some(mail) => return mail["text"].as_str().unwrap().to_owned(),
                None => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), found).await.expect("the mail is written")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_is_set_up_once() {
    let server = Server::start(Options::new(Engine::Sqlite)).await.unwrap();
    let client = Client::new(&server.url, None);
    assert_eq!(client.get("/v1/setup").await.data(200)["needed"], true);
    let token = server.store.control_write(identity::setup::offer).await.unwrap().unwrap();
    let set_up = async |token: &str, email: &str, password: &str| {
        let body = json!({
            "token": token, "workspace_name": "Åre", "owner_name": "Ada", "owner_email": email, "password": password,
        });
        client.post("/v1/setup", body).await
    };
    set_up("wrong", "ada@example.com", PASSWORD).await.refused(403, "setup_token_invalid");
    set_up(&token, "ada@example.com", "short").await.invalid("password");
    set_up(&token, "nowhere", PASSWORD).await.invalid("owner_email");
    let (one, two) =
        tokio::join!(set_up(&token, "ada@example.com", PASSWORD), set_up(&token, "bob@example.com", PASSWORD));
    let (good, bad) = if one.status == 201 { (one, two) } else { (two, one) };
    assert_eq!(good.data(201)["workspace"]["role"], "owner");
    bad.refused(409, "already_set_up");
    let browser = Browser::of(&server, &good);
    assert_eq!(browser.get("/v1/members").await.body["meta"]["total"], 1);
    assert_eq!(client.get("/v1/setup").await.data(200)["needed"], false);
    set_up(&token, "eve@example.com", PASSWORD).await.refused(409, "already_set_up");
    assert_eq!(server.store.control_read(identity::workspaces::list).await.unwrap().len(), 1);
    assert_eq!(server.store.control_write(identity::setup::offer).await.unwrap(), None);
    assert!(!server.log().contains(PASSWORD) && !server.log().contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_prints_where_it_is_set_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_heddle"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path())
        .env_clear()
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let printed = lines.filter_map(|line| line.strip_prefix("Set it up: ").map(str::to_owned)).next();
    let printed = printed.expect("the line is printed");
    let (url, token) = printed.split_once("/setup#token=").unwrap();
    let body = json!({
        "token": token, "workspace_name": "Acme", "owner_name": "Ada", "owner_email": "ada@example.com",
        "password": PASSWORD,
    });
    Client::new(url, None).post("/v1/setup", body).await.data(201);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_gives_somebody_a_password() {
    let server = Server::shared(Engine::Sqlite).await.unwrap();
    let world = World::new(server).await;
    let email = format!("operator@{}.example", world.slug);
    let run = async |password: &str| {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_heddle"))
            .args(["admin", "--data-dir"])
            .arg(server.folder())
            .args(["create-user", "--workspace", &world.slug, "--email", &email, "--password-stdin"])
            .env_clear()
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stdin, format!("{password}\n").as_bytes()).await.unwrap();
        drop(stdin);
        child.wait().await.unwrap().success()
    };
    assert!(!run("short").await);
    assert_eq!(world.owner.get("/v1/members").await.body["meta"]["total"], 5);
    assert!(run(PASSWORD).await);
    Browser::sign_in(server, &email, PASSWORD).await;
}
