use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{Terminal, begin, end, order, with};
use crate::{
    on_each_engine,
    support::{
        Server, World,
        server::{Engine, Options},
    },
};

on_each_engine! {
    async fn a_weaver_is_made_seen_found_and_ended(server: &Server) {
        let world = World::new(server).await;
        let asked = with(&world, json!({"tags": {"project": "loom", "a b": "c:d"}, "lifetime_hours": 4, "repo_id": "r1"}));
        let made = world.member.post("/api/weaver", asked).await;
        let weaver = made.bare(201).clone();
        let id = weaver["id"].as_str().unwrap().to_owned();
        insta::with_settings!({snapshot_path => "snapshots"}, {
            insta::assert_json_snapshot!("a_weaver", weaver, {
                ".id" => "[id]", ".pod_name" => "[pod]", ".org_id" => "[id]", ".owner_user_id" => "[id]",
                ".created_at" => "[time]", ".expires_at" => "[time]",
            });
        });
        assert_eq!(weaver["pod_name"], format!("loom-weaver-{id}"));
        assert_eq!(world.member.get(&format!("/api/weaver/{id}")).await.bare(200)["status"], "running");

        // Its owner and the administrators see it, others do not.
        let other = begin(&world.admin, order(&world)).await;
        let ids = |list: &Json| -> BTreeSet<String> {
            list["weavers"].as_array().unwrap().iter().map(|weaver| weaver["id"].as_str().unwrap().to_owned()).collect()
        };
        for path in ["/api/weaver", "/api/weavers"] {
            let own = world.member.get(path).await.bare(200).clone();
            assert_eq!((ids(&own), &own["total"], &own["limit"], &own["offset"]), (BTreeSet::from([id.clone()]), &json!(1), &json!(50), &json!(0)));
        }
        assert_eq!(ids(world.owner.get("/api/weaver").await.bare(200)), BTreeSet::from([id.clone(), other.clone()]));
        for client in [&world.stranger, &world.other] {
            assert_eq!(client.get("/api/weaver").await.bare(200)["total"], 0);
            let path = format!("/api/weaver/{id}");
            let answers = [client.get(&path).await, client.delete(&path).await, client.get(&format!("{path}/logs")).await];
            for answer in answers {
                assert_eq!((answer.status.as_u16(), &answer.body["error"]), (404, &json!("not_found")), "{}", answer.text);
            }
        }
        assert_eq!(world.anonymous.get("/api/weaver").await.status, 401);
        assert_eq!(world.owner.get("/api/weaver/none").await.status, 404);

        // By tag, status and part.
        for (query, count) in [
            ("tag=project:loom", 1), ("tag=project:other", 0), ("tag=a%20b:c:d", 1), ("status=running", 2), ("status=failed", 0),
            ("status=running&tag=project:loom", 1),
        ] {
            assert_eq!(world.owner.get(&format!("/api/weaver?{query}")).await.bare(200)["total"], count, "{query}");
        }
        let part = world.owner.get("/api/weaver?limit=1&offset=1").await.bare(200).clone();
        assert_eq!((ids(&part), &part["total"]), (BTreeSet::from([id.clone()]), &json!(2)), "the newest come first");
        for query in ["tag=project", "status=gone", "limit=0", "limit=201", "offset=-1", "other=1"] {
            assert_eq!(world.owner.get(&format!("/api/weaver?{query}")).await.status, 400, "{query}");
        }
        assert_eq!(world.owner.get(&format!("/api/weaver/{id}/logs?tail=100001")).await.status, 400);

        // An administrator may end it, and then it is gone.
        end(&world.owner, &id).await;
        end(&world.admin, &other).await;
        assert_eq!(world.member.get(&format!("/api/weaver/{id}")).await.status, 404);
        assert_eq!(world.member.delete(&format!("/api/weaver/{id}")).await.status, 404);

        // The log tells it to its owner.
        let audit = world.owner.get("/v1/audit?verb=weaver.").await;
        let told: Vec<&str> = audit.data(200).as_array().unwrap().iter().map(|entry| entry["verb"].as_str().unwrap()).collect();
        assert_eq!(told.iter().filter(|verb| **verb == "weaver.created").count(), 2, "{told:?}");
        assert_eq!(told.iter().filter(|verb| **verb == "weaver.ended").count(), 2, "{told:?}");
    }

    async fn what_breaks_a_rule_is_refused_and_named(server: &Server) {
        let world = World::new(server).await;
        for (fields, tells) in [
            (json!({"image": "ubuntu:24.04"}), "local and default"),
            (json!({"image": ""}), "image"),
            (json!({"image": 1}), "image"),
            (json!({"org_id": "mine"}), "org_id"),
            (json!({"env": {"1A": "x"}}), "env"),
            (json!({"env": {"A": 1}}), "env.A"),
            (json!({"resources": {"memory_limit": "1Mi"}}), "resources.memory_limit"),
            (json!({"resources": {"memory_limit": "17Gi"}}), "resources.memory_limit"),
            (json!({"resources": {"cpu_limit": "1000"}}), "resources.cpu_limit"),
            (json!({"resources": {"cpu": "1"}}), "resources"),
            (json!({"lifetime_hours": 49}), "lifetime_hours"),
            (json!({"lifetime_hours": 1.5}), "lifetime_hours"),
            (json!({"tags": {"a:b": "c"}}), "tags"),
            (json!({"command": [""]}), "command"),
            (json!({"workdir": "/root"}), "workdir"),
            (json!({"workdir": "/home/weaver/../.."}), "workdir"),
        ] {
            let answer = world.member.post("/api/weaver", with(&world, fields.clone())).await;
            assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("validation_error")), "{fields} {}", answer.text);
            assert!(answer.body["message"].as_str().unwrap().contains(tells), "{fields} {}", answer.text);
        }
        assert_eq!(world.member.post("/api/weaver", json!({"image": "local"})).await.status, 400);
        let theirs = world.other.post("/api/weaver", order(&world)).await;
        assert_eq!((theirs.status.as_u16(), &theirs.body["error"]), (403, &json!("forbidden")));
        assert_eq!(world.anonymous.post("/api/weaver", order(&world)).await.status, 401);
        assert_eq!(world.owner.get("/api/weaver").await.bare(200)["total"], 0);
    }

    async fn so_many_and_no_more_run_at_once(server: &Server) {
        let world = World::new(server).await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(begin(&world.member, order(&world)).await);
        }
        let more = world.member.post("/api/weaver", order(&world)).await;
        assert_eq!((more.status.as_u16(), &more.body["error"]), (409, &json!("weaver_quota_reached")), "{}", more.text);
        // Somebody else's are counted apart, and one that has ended counts no more.
        let mut other = Terminal::attach(&world.member, &ids[0]).await;
        ids.push(begin(&world.admin, with(&world, json!({"command": ["true"]}))).await);
        other.enter("exit\n").await;
        assert_eq!(other.socket_exit().await, json!({"type": "exit", "code": 0}));
        loop {
            let status = world.member.get(&format!("/api/weaver/{}", ids[0])).await.body["status"].clone();
            if status != "running" {
                assert_eq!(status, "succeeded");
                break;
            }
        }
        ids.push(begin(&world.member, order(&world)).await);
        for id in ids {
            end(&world.owner, &id).await;
        }
    }
}

impl Terminal {
    /// The message that tells the end.
    async fn socket_exit(&mut self) -> Json {
        loop {
            if let crate::support::socket::Came::Json(json) = self.socket.next().await {
                return json;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn weavers_end_with_their_server_and_it_says_so() {
    for (engine, is_killed) in [(Engine::Sqlite, true), (Engine::Sqlite, false)] {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Server::start_in(folder.path(), Options::new(engine)).await.unwrap();
        let world = World::new(&server).await;
        let id = begin(&world.member, order(&world)).await;
        let key = world.member.key().to_owned();
        if is_killed {
            server.kill();
        } else {
            let stopped = std::process::Command::new("kill").arg(server.pid().to_string()).status().unwrap();
            assert!(stopped.success() && server.wait());
        }
        drop(server);
        let server = Server::start_in(folder.path(), Options::new(engine)).await.unwrap();
        let member = crate::support::Client::new(&server.url, Some(&key));
        let weaver = member.get(&format!("/api/weaver/{id}")).await;
        let why = if is_killed { "the server that ran it has ended" } else { "the server that ran it was stopped" };
        assert_eq!((&weaver.bare(200)["status"], &weaver.body["reason"]), (&json!("failed"), &json!(why)));
        let mut socket =
            crate::support::socket::Socket::enter(&member, &format!("/api/weaver/{id}/attach"), json!({})).await;
        assert_eq!(socket.json().await["error"], "weaver_not_running");
        assert!(matches!(socket.next().await, crate::support::socket::Came::Closed(4409, _)));
        assert_eq!(member.get(&format!("/api/weaver/{id}/logs")).await.text, "");
        end(&member, &id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weaver_of_another_node_is_named_as_such() {
    let Some(first) = Server::start(Options::new(Engine::Postgres)).await else { return };
    let second = Server::start(Options::new(Engine::Postgres)).await.unwrap();
    let world = World::new(&first).await;
    let id = begin(&world.member, order(&world)).await;
    let elsewhere = crate::support::Client::new(&second.url, Some(world.member.key()));
    let path = format!("/api/weaver/{id}");
    assert_eq!(elsewhere.get(&path).await.bare(200)["status"], "running");
    for answer in [elsewhere.delete(&path).await, elsewhere.get(&format!("{path}/logs")).await] {
        assert_eq!(
            (answer.status.as_u16(), &answer.body["error"]),
            (409, &json!("weaver_elsewhere")),
            "{}",
            answer.text
        );
    }
    end(&world.member, &id).await;
    assert_eq!(elsewhere.get(&path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_weavers_says_so() {
    for (name, value, tells) in
        [("HEDDLE_WEAVERS", "off", "HEDDLE_WEAVERS"), ("HEDDLE_WEAVER_CLUSTER", "http://127.0.0.1:9", "cluster")]
    {
        let options = Options::new(Engine::Sqlite).set(name, value);
        let options = if value == "off" { options } else { options.set("HEDDLE_WEAVERS", "kubernetes") };
        let server = Server::start(options).await.unwrap();
        let world = World::new(&server).await;
        let answer = world.member.post("/api/weaver", order(&world)).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["error"]),
            (503, &json!("weavers_unavailable")),
            "{}",
            answer.text
        );
        assert!(answer.body["message"].as_str().unwrap().contains(tells), "{}", answer.text);
        assert_eq!(world.member.get("/api/weaver").await.bare(200)["total"], 0);
    }
}
