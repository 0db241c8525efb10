//! Keys and what they may be used for.

use reqwest::Method;
use serde_json::{Value as Json, json};
use store::params;

use crate::{
    on_each_engine,
    support::{Came, Client, Engine, Server, Socket, World},
    visitor::refused,
};

/// A key with these scopes.
pub async fn scoped(server: &Server, maker: &Client, scopes: &[&str]) -> Client {
    let made = maker.post("/api/keys", json!({"name": "scoped", "scopes": scopes})).await;
    Client::new(&server.url, Some(made.bare(201)["key"].as_str().unwrap()))
}

on_each_engine! {
    async fn a_key_is_made_listed_and_revoked(server: &Server) {
        let world = World::new(server).await;
        let body = json!({"name": " CI ", "scopes": ["llm", "threads:read", "llm"], "expires_at": "2100-01-01T00:00:00Z"});
        let made = world.member.post("/api/keys", body).await;
        let key = made.bare(201)["key"].as_str().unwrap();
        assert!(key.starts_with("loom_sk_") && key.len() == 51, "{key}");
        assert_eq!((&made.body["name"], &made.body["kind"]), (&json!("CI"), &json!("key")));
        assert_eq!(made.body["scopes"], json!(["threads:read", "llm"]));
        let plain = world.member.post("/api/keys", json!({"name": "all"})).await;
        assert_eq!(plain.bare(201)["scopes"], Json::Null);

        let listed = world.member.get("/api/keys?limit=2").await;
        assert_eq!((&listed.bare(200)["total"], &listed.body["limit"], &listed.body["offset"]), (&json!(3), &json!(2), &json!(0)));
        assert_eq!(listed.body["keys"][1]["id"], made.body["id"]);
        assert!(listed.body["keys"][1].get("key").is_none());
        // The other dialect lists the same ones.
        let other = world.member.get("/v1/keys").await;
        assert_eq!(other.data(200)[1]["scopes"], json!(["threads:read", "llm"]));
        assert_eq!((&other.body["data"][2]["scopes"], &other.body["data"][2]["kind"]), (&Json::Null, &json!("key")));
        assert_eq!(other.body["data"][1]["prefix"], made.body["prefix"]);
        assert_eq!(world.owner.get("/api/keys").await.bare(200)["total"], 1, "each sees their own");

        let path = format!("/api/keys/{}", made.body["id"].as_str().unwrap());
        refused(&world.owner.delete(&path).await, 404, "not_found");
        let client = Client::new(&server.url, Some(key));
        client.get("/auth/me").await.bare(200);
        for _ in 0..2 {
            assert_eq!(world.member.delete(&path).await.status, 204);
        }
        refused(&client.get("/auth/me").await, 401, "unauthorized");
        refused(&world.member.delete("/api/keys/nonsense").await, 404, "not_found");
        for bad in [
            json!({}), json!({"name": " "}), json!({"name": "x", "scopes": []}), json!({"name": "x", "scopes": ["all"]}),
            json!({"name": "x", "scopes": "llm"}), json!({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}),
            json!({"name": "x", "color": "red"}),
        ] {
            refused(&world.member.post("/api/keys", bad).await, 400, "validation_error");
        }
        refused(&world.member.get("/api/keys?limit=0").await, 400, "validation_error");
    }

    async fn keys_of_every_form_work_on_every_surface(server: &Server) {
        let world = World::new(server).await;
        let loom = world.member.post("/api/keys", json!({"name": "x"})).await;
        let ours = world.member.post("/v1/keys", json!({"name": "x"})).await;
        let keys = [loom.bare(201)["key"].as_str().unwrap(), ours.data(201)["key"].as_str().unwrap()];
        for client in keys.map(|key| Client::new(&server.url, Some(key))) {
            client.get("/v1/spaces").await.data(200);
            client.get("/api/v1/public/users/me").await.bare(200);
            client.get("/api/threads").await.bare(200);
            client.get("/api/orgs").await.bare(200);
        }
    }

    async fn a_scope_opens_its_own_operations_only(server: &Server) {
        let world = World::new(server).await;
        let organization = format!("/api/orgs/{}", world.workspace);
        // For each scope the calls that it is for, by method and path.
        let calls: &[(&str, Method, &str)] = &[
            ("threads:read", Method::GET, "/api/threads"),
            ("threads:write", Method::DELETE, "/api/threads/none"),
            ("llm", Method::POST, "/proxy/anthropic/complete"),
            ("llm", Method::POST, "/proxy/anthropic/v1/messages"),
            ("orgs:read", Method::GET, &organization),
            ("orgs:write", Method::PATCH, &organization),
            ("account", Method::GET, "/api/keys"),
            ("account", Method::GET, "/auth/identities"),
            ("v1:read", Method::GET, "/v1/spaces"),
            ("v1:read", Method::GET, "/api/v1/public/users/me"),
            ("v1:write", Method::POST, "/v1/threads"),
            ("v1:write", Method::POST, "/api/v1/public/spaces"),
        ];
        let all = ["threads:read", "threads:write", "llm", "weavers:read", "weavers:write", "orgs:read", "orgs:write",
            "account", "v1:read", "v1:write"];
        for scope in all {
            let client = scoped(server, &world.owner, &[scope]).await;
            client.get("/auth/me").await.bare(200);
            for (needed, method, path) in calls {
                let answer = client.send(client.request(method.clone(), path).json(&json!({}))).await;
                let allowed = *needed == scope || needed.replace(":read", ":write") == scope;
                // Each dialect tells it in its own shape; what is let through may fail for what it says.
                let denied = answer.text.contains("needs the scope");
                assert_eq!(denied, !allowed, "{scope} at {method} {path}: {}", answer.text);
                assert_eq!(answer.status == 403, denied, "{scope} at {method} {path}: {}", answer.text);
            }
        }
        let narrow = scoped(server, &world.owner, &["llm"]).await;
        refused(&narrow.get("/api/threads").await, 403, "insufficient_scope");
        narrow.get("/v1/spaces").await.refused(403, "insufficient_scope");
        narrow.get("/api/v1/public/users/me").await.declined(403, "insufficient_scope");
    }

    async fn no_key_gives_more_than_it_has(server: &Server) {
        let world = World::new(server).await;
        let narrow = scoped(server, &world.owner, &["account", "threads:write", "v1:write"]).await;
        for scopes in [json!(["orgs:read"]), json!(["threads:read", "llm"]), Json::Null] {
            refused(&narrow.post("/api/keys", json!({"name": "x", "scopes": scopes})).await, 403, "insufficient_scope");
        }
        narrow.post("/api/keys", json!({"name": "x", "scopes": ["threads:read", "account"]})).await.bare(201);
        // Not by the other dialect either, nor by a password of its user, nor by replacing another key.
        narrow.post("/v1/keys", json!({"name": "x"})).await.refused(403, "insufficient_scope");
        let password = narrow.request(Method::PUT, "/v1/session/password").json(&json!({"new": "another password"}));
        narrow.send(password).await.refused(403, "insufficient_scope");
        let wide = world.owner.post("/api/keys", json!({"name": "x"})).await;
        let rotate = format!("/api/keys/{}/rotate", wide.bare(201)["id"].as_str().unwrap());
        refused(&narrow.act(&rotate).await, 403, "insufficient_scope");
        Client::new(&server.url, wide.body["key"].as_str()).get("/auth/me").await.bare(200);
    }

    async fn a_key_is_replaced_at_once_or_after_a_while(server: &Server) {
        let world = World::new(server).await;
        let made = world.member.post("/api/keys", json!({"name": "CI", "scopes": ["account"]})).await;
        let old = Client::new(&server.url, made.bare(201)["key"].as_str());
        let rotate = |id: &Json| format!("/api/keys/{}/rotate", id.as_str().unwrap());
        // The key replaces itself, and goes on for a while.
        let second = old.post(&rotate(&made.body["id"]), json!({"grace_seconds": 3600})).await;
        assert_eq!((&second.bare(201)["name"], &second.body["scopes"]), (&json!("CI"), &json!(["account"])));
        let new = Client::new(&server.url, second.body["key"].as_str());
        for client in [&old, &new] {
            client.get("/auth/me").await.bare(200);
        }
        let ended = |tx: &mut store::Tx<'_>| tx.execute("UPDATE api_keys SET expires_at = $1 WHERE expires_at IS NOT NULL", params![tx.now()]);
        server.store.control_write(ended).await.unwrap();
        let third = new.act(&rotate(&second.body["id"])).await;
        third.bare(201);
        // Making the new one forgot what was remembered of the old ones.
        for client in [&old, &new] {
            refused(&client.get("/auth/me").await, 401, "unauthorized");
        }
        for id in [&made.body["id"], &second.body["id"]] {
            refused(&world.member.act(&rotate(id)).await, 409, "key_over");
        }
        refused(&world.owner.act(&rotate(&third.body["id"])).await, 404, "not_found");
        for bad in [json!({"grace_seconds": 86401}), json!({"grace_seconds": -1}), json!({"grace": 1})] {
            refused(&world.member.post(&rotate(&third.body["id"]), bad).await, 400, "validation_error");
        }
        // One of our own form stays one.
        let ours = world.member.post("/v1/keys", json!({"name": "x"})).await;
        let ours = world.member.act(&rotate(&ours.data(201)["id"])).await;
        assert!(ours.bare(201)["key"].as_str().unwrap().starts_with("hd_"));
    }

    async fn a_sockets_token_may_no_more_than_its_key(server: &Server) {
        let world = World::new(server).await;
        let narrow = scoped(server, &world.member, &["llm"]).await;
        let token = narrow.get("/auth/ws-token").await.bare(200)["token"].as_str().unwrap().to_owned();
        let principal = identity::socket_tokens::redeem(&server.store, &token).await.unwrap();
        assert!(principal.scopes.allow(identity::Scope::Llm));
        assert_eq!(principal.scopes.require(identity::Scope::ThreadsRead).unwrap_err().code(), "insufficient_scope");
    }

    async fn a_socket_needs_the_scope_of_what_it_opens(server: &Server) {
        let world = World::new(server).await;
        world.member.post("/api/threads/T-1", json!({"id": "T-1", "messages": []})).await.bare(200);
        let thread = world.member.post("/v1/threads", json!({})).await.id(201);
        let (cases, threads) = (format!("/api/ws/sessions/{thread}"), "/api/ws/sessions/T-1");
        for (scopes, path, opens) in [
            (&["threads:read"][..], threads, true),
            (&["llm"], threads, false),
            // A thread that is no conversation with a coding agent is everything else.
            (&["threads:read"], &cases, false),
            (&["threads:read", "v1:read"], &cases, true),
        ] {
            let client = scoped(server, &world.member, scopes).await;
            let mut socket = Socket::enter(&client, path, json!({})).await;
            if opens {
                socket.until("ready").await;
            } else {
                assert_eq!(socket.until("error").await["error"], "insufficient_scope", "{scopes:?} {path}");
                assert_eq!(socket.next().await, Came::Closed(4403, "insufficient_scope".to_owned()));
            }
        }
    }
}
