//! The shapes of answers about signing in, keys and organizations, frozen: what a client relies on.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Engine, Server, World};

/// Replaces what differs from run to run by its kind.
fn stable(value: &Json, world: &World) -> Json {
    match value {
        Json::Object(map) => map.iter().map(|(name, value)| (name.clone(), stable(value, world))).collect(),
        Json::Array(list) => list.iter().map(|value| stable(value, world)).collect(),
        Json::String(text) if uuid::Uuid::try_parse(text).is_ok() => json!("[id]"),
        Json::String(text) if text.parse::<kernel::Timestamp>().is_ok() => json!("[time]"),
        Json::String(text) if text.starts_with("http://") => json!("[address]"),
        Json::String(text) if text.starts_with("loom_") || text.starts_with("hd_") => json!("[key]"),
        Json::String(text) => json!(text.replace(&world.slug, "[slug]")),
        other => other.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_keep_their_shape() {
    let server = Server::shared(Engine::Sqlite).await.unwrap();
    let world = World::new(server).await;
    let org = format!("/api/orgs/{}", world.workspace);
    let members = format!("{org}/members");
    let invite = json!({"email": format!("guest@{}.example", world.slug)});
    let key = json!({"name": "CI", "scopes": ["llm"]});
    let of = |name: &'static str, answer: Answer| (name, answer.body);
    let mut started = world.anonymous.act("/auth/device/start").await.body;
    for secret in ["device_code", "user_code"] {
        started[secret] = json!(format!("[{secret}]"));
    }
    for (name, body) in [
        of("providers", world.anonymous.get("/auth/providers").await),
        of("me", world.owner.get("/auth/me").await),
        of("identities", world.owner.get("/auth/identities").await),
        ("device_started", started),
        of("key_made", world.owner.post("/api/keys", key).await),
        of("keys", world.owner.get("/api/keys?limit=1").await),
        of("org", world.owner.get(&org).await),
        of("orgs", world.owner.get("/api/orgs").await),
        of("members", world.owner.get(&format!("{members}?limit=2")).await),
        of("member_invited", world.owner.post(&members, invite).await),
        of("error", world.anonymous.get("/auth/me").await),
    ] {
        insta::assert_json_snapshot!(name, stable(&body, &world));
    }
}
